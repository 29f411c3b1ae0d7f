"""The words of the spec language, as one table: the parser, the JSON Schema and the docs read it.

Each construct is a mapping with known keys; each key has a type, may be required, and is
explained in one line.  ``docs/spec-language.md`` shows every construct in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.catalogue_language import CATALOGUE_CONSTRUCTS, LISTED_ON_PAPER, SHARED_LISTS
from core.field_kinds import KINDS
from core.flow_language import FLOW_CONSTRUCTS
from core.guidance_language import GUIDANCE_CONSTRUCTS
from core.language_keys import PER as _PER
from core.language_keys import PROPOSED as _PROPOSED
from core.language_keys import SOURCE as _SOURCE
from core.language_keys import USES as _USES
from core.language_keys import WHEN as _WHEN
from core.language_keys import Key
from core.privacy_language import PRIVACY_CONSTRUCTS

LANGUAGE_VERSION = 1


CONSTRUCTS: Mapping[str, Mapping[str, Key]] = {
    "form": {
        "language": Key("integer", "Version of the spec language.", required=True),
        "id": Key("id", "The form's reference, e.g. 311-1-14.", required=True),
        "version": Key("integer", "Its version; published ones are never edited.", required=True),
        "title": Key("localized", "The form's title.", required=True),
        "header": Key("list:localized", "Lines at the head, under the fund's name."),
        "reference_label": Key("localized", "How the reference is printed.", required=True),
        "receipt_type": Key("localized", "«Type de demande» on the deposit receipt.", required=True),
        "applicant": Key("applicant", "Which answers name the applicant.", required=True),
        "procedure": Key("procedure", "How the catalogue tells it to those who look for it."),
        "physical_check": Key("physical_check", "Whether some dossiers must be shown on paper."),
        "parameters": Key("list:parameter", "Dated amounts, rates and limits."),
        "uses": _USES,
        "facts": Key("list:fact", "What conditions use beside the printed fields."),
        "footnotes": Key("map:localized", "Footnotes by their mark."),
        "sections": Key("list:section", "The blocks of the form, in the order of the paper.", required=True),
        "groups": Key("list:group", "Blocks that repeat, such as children."),
        "documents": Key("list:document", "Documents to hand in."),
        "rules": Key("list:rule", "Checks on the answers."),
        "declarations": Key("list:declaration", "What ticking a box declares on honour."),
        "deadlines": Key("list:deadline", "Time limits and what being late means."),
        "calculations": Key("list:calculation", "Amounts computed from the answers."),
        "tables": Key("list:table", "Rows computed from the answers, such as a schedule of payments."),
        "records": Key("list:records", "What the fund's registers know: read, shown, never typed."),
        "flow": Key("flow", "Its own course; without it the standard one holds."),
        "privacy": Key(
            "privacy", "What the data are for, by what right, who sees them, how long they are kept."
        ),
        "proposed": _PROPOSED,
    },
    "applicant": {
        "name": Key("list:text", "Field ids that make the name, in the order they are read.", required=True),
        "registration": Key("text", "Field id of their number with the fund, if they have one."),
        "signature": Key("text", "Field id of the signature zone."),
        "instead": Key("list:other_applicant", "Who asks in other cases; the first whose when holds."),
    },
    "other_applicant": {
        "when": Key("expression", "The case.", required=True),
        "name": Key("list:text", "Field ids that make the name.", required=True),
        "registration": Key(
            "text", "Field id of the registration number; the insured's if unanswered.", required=True
        ),
        "proposed": _PROPOSED,
    },
    "physical_check": {
        "rate": Key("number", "Share of deposits drawn, 0 to 1.", required=True),
        "notice": Key("localized", "What the applicant is told when drawn.", required=True),
        "always_when": Key("expression", "Deposits for which this holds are drawn whatever the rate."),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "parameter": {
        "id": Key("id", "Used as param.<id>.", required=True),
        "label": Key("localized", "What it is.", required=True),
        "unit": Key("text", "Unit, e.g. MAD.", required=True),
        "values": Key("list:dated_value", "Its values, oldest first.", required=True),
        "age": Key("localized", "How old a value without a date is, e.g. that its page bears none."),
        "proposed": _PROPOSED,
    },
    "dated_value": {
        "value": Key("scalar", "The value.", required=True),
        "said": Key("localized", "How it is said where its digits would mislead, e.g. no maximum for 99."),
        "since": Key("day", "First day it is in force; without it, before all others."),
        "source": Key("text", "Where it stands.", required=True),
        "proposed": _PROPOSED,
    },
    "fact": {
        "id": Key("id", "Name in expressions.", required=True),
        "kind": Key("one_of:" + ",".join(KINDS), "Kind of answer.", required=True),
        "label": Key("localized", "The question.", required=True),
        "value": Key("expression", "Derives it from answers, unless it is given."),
        "asked": Key("bool", "Put as a question on screen."),
        "when": _WHEN,
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "section": {
        "id": Key("id", "Name of the block.", required=True),
        "title": Key("localized", "Its heading."),
        "screen_title": Key("localized", "Its heading on screen, where the paper has none."),
        "footnotes": Key("list:text", "Footnotes printed at the end of the block."),
        "when": _WHEN,
        "new_page": Key("bool", "Begins a page on paper."),
        "rows": Key("rows", "Rows: a list of fields, or one static text."),
        "lists": Key("one_of:" + ",".join(LISTED_ON_PAPER), "What else the form says is listed under them."),
    },
    "field": {
        "id": Key("id", "Dotted name, as in the fact sheet.", required=True),
        "kind": Key("one_of:name," + ",".join(KINDS), "Kind of answer.", required=True),
        "label": Key("localized", "Its label, as printed.", required=True),
        "scripts": Key("one_of:both,latn,arab,any", "Writing of the answer; both: two twins, one box."),
        "required": Key("bool_or_expression", "Must be answered: always, or when this holds."),
        "when": _WHEN,
        "printed": Key("bool", "false: on screen only."),
        "paper_only": Key("bool", "Not asked on screen, such as the place and day of a signature."),
        "office": Key("bool", "Filled in by the fund."),
        "max_length": Key("integer", "Longest answer, in characters."),
        "minimum": Key("integer", "Smallest number."),
        "maximum": Key("integer", "Largest number."),
        "comb": Key("integer", "Number of cells on paper; 0 for a plain box."),
        "width": Key("number", "Share of its row, relative to its neighbours."),
        "lines": Key("integer", "Lines of writing on paper."),
        "choices": Key("list:choice", "The boxes of a choice."),
        "slider": Key("bool", "An integer between its bounds, also set by a slider on screen."),
        "choices_from": Key("choices_from", "Takes the choices from a register; on screen only."),
        "default": Key("scalar", "Answer assumed when none is given."),
        "footnotes": Key("list:text", "Footnote marks behind the label."),
        "hint": Key("localized", "Help shown on screen."),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "choice": {
        "value": Key("text", "The answer stored.", required=True),
        "label": Key("localized", "Its label, as printed.", required=True),
        "footnotes": Key("list:text", "Footnote marks behind the label."),
    },
    "choices_from": {
        "records": Key("id", "Which of the form's records.", required=True),
        "value": Key("id", "The member that is the answer.", required=True),
        "label": Key("list:id", "The members that name a row to people.", required=True),
    },
    "static_text": {
        "text": Key("localized", "The words.", required=True),
        "style": Key("one_of:paragraph,bullet,heading,notice,footnote,legal", "How it is set."),
        "id": Key("id", "Its id in the fact sheet."),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "group": {
        "id": Key("id", "Name of the list, e.g. children.", required=True),
        "item": Key("id", "Name of one row in expressions, e.g. child.", required=True),
        "label": Key("localized", "Heading.", required=True),
        "item_label": Key("localized", "Heading of one row; {n} is its number.", required=True),
        "item_name": Key("text", "The field of a row that tells rows apart for people, e.g. first."),
        "when": _WHEN,
        "minimum": Key("integer", "Fewest rows."),
        "maximum": Key("integer", "Most rows."),
        "count_field": Key("text", "Printed field that states the number of rows."),
        "printed_rows": Key("integer", "Rows the paper has room for; 0: on screen only."),
        "after_section": Key("text", "Section it is printed after."),
        "from_file": Key("bool", "Its rows may also come as a CSV file."),
        "fields": Key("list:field", "Fields of one row.", required=True),
        "derived": Key("list:derived", "Named conditions on one row."),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "derived": {
        "id": Key("id", "Name, a member of the row.", required=True),
        "value": Key("expression", "The condition.", required=True),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "document": {
        "id": Key("id", "Name of the demand; the type when left out."),
        "type": Key("id", "Document type that satisfies it.", required=True),
        "subject": Key("text", "Block or person it is about.", required=True),
        "label": Key("localized", "The form's wording.", required=True),
        "when": _WHEN,
        "per": _PER,
        "count": Key("integer", "How many."),
        "alternatives": Key("list:id", "Other types that satisfy it."),
        "unless_on_file": Key("list:id", "Not needed when one of these was filed before."),
        "unless_declared": Key("list:id", "Not needed when one of these was declared before."),
        "accept_when": Key("expression", "What its facts must satisfy, once read."),
        "accept_message": Key("localized", "What to say when they do not."),
        "made_on_screen": Key("bool", "The form itself: a deposit on screen makes it from the answers."),
        "rule": Key("text", "Id and source of the rule.", required=True),
        "proposed": _PROPOSED,
    },
    "rule": {
        "id": Key("text", "Its id in the fact sheet.", required=True),
        "check": Key("expression", "What must hold.", required=True),
        "when": _WHEN,
        "per": _PER,
        "subject": Key("text", "Field or block it is about.", required=True),
        "severity": Key("one_of:error,warning,info", "error keeps the dossier incomplete."),
        "message": Key("localized", "What to say when it does not hold; {n} is the row.", required=True),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "declaration": {
        "id": Key("id", "Its name.", required=True),
        "when": _WHEN,
        "text": Key("localized", "What is declared.", required=True),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "deadline": {
        "id": Key("text", "Its id in the fact sheet.", required=True),
        "label": Key("localized", "What it limits.", required=True),
        "starts": Key("expression", "The date it counts from.", required=True),
        "months": Key("integer", "Its length in months; with days, those come after them."),
        "days": Key("integer", "Its length in days."),
        "retroactive_months": Key("integer", "When late, the right begins at most this long before filing."),
        "late_message": Key(
            "localized",
            "Said when late; {child} {months} {days} {limit} {effect} are filled in.",
            required=True,
        ),
        "when": _WHEN,
        "per": _PER,
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "calculation": {
        "id": Key("id", "Used as calc.<id>.", required=True),
        "label": Key("localized", "What it is.", required=True),
        "unit": Key("text", "Unit, e.g. MAD.", required=True),
        "value": Key("expression", "The formula.", required=True),
        "when": _WHEN,
        "step": Key("bool", "A step on the way to what is asked, shown smaller."),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "table": {
        "id": Key("id", "Its name.", required=True),
        "label": Key("localized", "Its heading.", required=True),
        "rows": Key("expression", "Gives a list of rows.", required=True),
        "columns": Key("list:column", "What is shown of each row.", required=True),
        "when": _WHEN,
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "column": {
        "id": Key("id", "Member of the row.", required=True),
        "label": Key("localized", "Its heading.", required=True),
        "kind": Key("one_of:" + ",".join(KINDS), "Kind of value.", required=True),
    },
    "records": {
        "id": Key("id", "Name in expressions.", required=True),
        "register": Key("id", "The register that is asked.", required=True),
        "key": Key(
            "text",
            "account, everybody, a field whose answer is looked up, or a member of a row above.",
            required=True,
        ),
        "label": Key("localized", "What it is.", required=True),
        "many": Key("bool", "false: one row, its members are named at once."),
        "fields": Key("list:field", "The members of a row that are used.", required=True),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "document_types": {
        "language": Key("integer", "Version of the spec language.", required=True),
        "classes": Key("list:document_class", "What documents look like.", required=True),
        "types": Key("list:document_type", "What forms ask for.", required=True),
    },
    "document_class": {
        "id": Key("id", "Its name, e.g. identity_card.", required=True),
        "label": Key("localized", "What it is called.", required=True),
        "anchors": Key("anchors", "Words such a page bears.", required=True),
        "facts": Key("list:document_fact", "What can be read from it."),
        "validity_months": Key("integer", "How long after its date of issue it is accepted."),
        "source": _SOURCE,
        "proposed": _PROPOSED,
    },
    "anchors": {
        "fr": Key("list:text", "French words.", required=True),
        "ar": Key("list:text", "Arabic words.", required=True),
    },
    "document_fact": {
        "id": Key("id", "Its name, document.<id> in accept_when.", required=True),
        "kind": Key("text", "Kind of value.", required=True),
        "label": Key("localized", "What it is called.", required=True),
        "proposed": _PROPOSED,
    },
    "document_type": {
        "id": Key("id", "Its name, as forms demand it.", required=True),
        "label": Key("localized", "What it is called.", required=True),
        "reads_as": Key("list:id", "Classes it may look like; left out: any, nobody knows its look."),
        "proposed": _PROPOSED,
    },
    **CATALOGUE_CONSTRUCTS,
    **FLOW_CONSTRUCTS,
    **GUIDANCE_CONSTRUCTS,
    **PRIVACY_CONSTRUCTS,
}


_TITLES = {"form": "CNSS form spec", "document_types": "CNSS document types"}


def json_schema(root: str = "form") -> dict[str, object]:
    """The language as JSON Schema (2020-12), for completion and checks in a YAML editor.

    Args:
        root: The construct that a whole file is; only constructs that it may hold are explained.
    """
    schema: dict[str, object] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _TITLES.get(root, f"CNSS {root}"),
        "$ref": f"#/$defs/{root}",
    }
    definitions: dict[str, object] = {name: _construct_schema(CONSTRUCTS[name]) for name in _within(root)}
    definitions["localized"] = {
        "type": "object",
        "description": "The same words in Arabic and French.",
        "properties": {"ar": {"type": "string"}, "fr": {"type": "string"}},
        "required": ["ar", "fr"],
        "additionalProperties": False,
    }
    return {**schema, "$defs": definitions}


def _within(root: str) -> Iterator[str]:
    """The constructs a file of that root may hold, in the order of the table."""
    found, waiting = {root}, [root]
    while waiting:
        for key in CONSTRUCTS[waiting.pop()].values():
            head, _, rest = key.type.rpartition(":")
            inside = {"field", "static_text"} if key.type == "rows" else {rest if head != "one_of" else ""}
            if inside & set(SHARED_LISTS.values()):
                inside.add("shared")
            new = {name for name in inside if name in CONSTRUCTS} - found
            found |= new
            waiting += new
    return (name for name in CONSTRUCTS if name in found)


def _construct_schema(keys: Mapping[str, Key]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {
            name: {**_type_schema(key.type), "description": key.help} for name, key in keys.items()
        },
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }


_SIMPLE: Mapping[str, dict[str, object]] = {
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"},
    "text": {"type": ["string", "number"]},
    "localized": {"$ref": "#/$defs/localized"},
    "prose": {"$ref": "#/$defs/localized"},
    "expression": {"type": ["string", "boolean"]},
    "bool": {"type": "boolean"},
    "bool_or_expression": {"type": ["boolean", "string"]},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "scalar": {"type": ["string", "number", "boolean", "null"]},
}


def _type_schema(type_name: str) -> dict[str, object]:
    if type_name in _SIMPLE:
        return dict(_SIMPLE[type_name])
    head, _, rest = type_name.partition(":")
    if head == "one_of":
        return {"enum": rest.split(",")}
    if head == "list" and rest in SHARED_LISTS.values():
        items = {"anyOf": [_type_schema(rest), {"$ref": "#/$defs/shared"}]}
        return {"type": "array", "items": items}
    if head == "list":
        return {"type": "array", "items": _type_schema(rest)}
    if head == "map":
        return {"type": "object", "additionalProperties": _type_schema(rest)}
    if head == "rows":
        fields: dict[str, object] = {"type": "array", "items": {"$ref": "#/$defs/field"}}
        return {"type": "array", "items": {"anyOf": [fields, {"$ref": "#/$defs/static_text"}]}}
    return {"$ref": f"#/$defs/{type_name}"}

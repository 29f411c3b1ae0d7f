"""The words of the spec language that make a form a procedure of the catalogue, and share blocks."""

from __future__ import annotations

from collections.abc import Mapping

from core.language_keys import LANGUAGE, PROPOSED, SOURCE, Key

WHO = ("insured", "employee", "employer", "pensioner", "heir", "self_employed")
"""Whose procedures the catalogue tells apart, in the order of its pages."""

TOPICS = (
    "registration",
    "allowances",
    "daily_allowances",
    "pensions",
    "health_insurance",
    "employer",
    "damancom",
    "remission",
    "certificates",
    "complaints",
    "agency",
)
"""What procedures are about, in the order of the catalogue's pages."""

LISTED_ON_PAPER = ("documents", "filing")

SHARED_LISTS: Mapping[str, str] = {
    "sections": "section",
    "groups": "group",
    "facts": "fact",
    "documents": "document",
    "rules": "rule",
    "declarations": "declaration",
    "deadlines": "deadline",
}
"""The lists of a form that a shared block may bring parts to, and what each holds."""

CATALOGUE_CONSTRUCTS: Mapping[str, Mapping[str, Key]] = {
    "procedure": {
        "who": Key("list:one_of:" + ",".join(WHO), "Whose procedure it is.", required=True),
        "topic": Key("one_of:" + ",".join(TOPICS), "What it is about.", required=True),
        "purpose": Key("localized", "What it is for, in one or two sentences.", required=True),
        "where": Key("localized", "Where it is filed.", required=True),
        "signed_by": Key("localized", "Who signs and stamps the paper."),
        "deadline_words": Key("localized", "By when, in words; also where no deadline is computed."),
        "also_printed_as": Key("list:text", "Other spellings of its reference, found by the search."),
        "guidance": Key("list:text", "Ids of the answers of the guidance that lead here."),
        "rows": Key("list:integer", "Rows of the list of systems it covers."),
        "listed": Key("bool", "false: it has its own way in and stands in no list."),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "shared": {
        "shared": Key("id", "Name of a block of form_specs/shared.", required=True),
    },
    "shared_block": {
        "language": LANGUAGE,
        "id": Key("id", "Its name; the file is called so.", required=True),
        "footnotes": Key("map:localized", "Footnotes by their mark."),
        **{name: Key(f"list:{kind}", f"Its {name}.") for name, kind in SHARED_LISTS.items()},
        "proposed": PROPOSED,
    },
}

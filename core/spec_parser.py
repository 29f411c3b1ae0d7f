"""YAML text to ``FormSpec``: every problem at once, each as ``file:line:column: what, expected``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from core.conditions import Condition
from core.construct_reader import STAND_IN, Construct, ConstructReader
from core.construct_values import condition_of, maybe_text, maybe_words, text_of, whole_of, words_of
from core.errors import SpecError, SpecErrors
from core.field_kinds import KINDS
from core.flow_parser import build_flow
from core.form_spec import (
    Applicant,
    Calculation,
    Choice,
    Column,
    Deadline,
    Declaration,
    Fact,
    FieldSpec,
    FormSpec,
    Group,
    Parameter,
    RequiredDocument,
    Row,
    Rule,
    Section,
    Severity,
    StaticText,
    Table,
    TextStyle,
)
from core.listed_on_paper import listed_texts
from core.localized_text import LocalizedText, Script
from core.placement import WidgetKind
from core.privacy import PrivacyTerms
from core.privacy_parser import privacy_of
from core.procedure import Procedure
from core.registers import ChoicesFrom, Records
from core.shared_blocks import SharedBlock, digest, take_in
from core.shared_parameters import SharedParameters, parameter_of, shared_under_uses
from core.spec_language import LANGUAGE_VERSION
from core.yaml_source import Node, Place, load_yaml


@dataclass(frozen=True)
class ParsedSpec:
    """A spec and where its parts stand, for problems found later (text that cannot fit its box).

    Attributes:
        places: Line and column by field, section, document … id.
        root: The form as written, its shared blocks taken in.
    """

    spec: FormSpec
    places: dict[str, Place] = field(default_factory=dict)
    root: Node | None = None

    def place_of(self, part_id: str) -> Place:
        """Where a part stands; the file's first line when it is not known."""
        return self.places.get(part_id, Place(1, 1))


def parse_spec(
    text: str,
    source: str,
    document_types: Iterable[str] | None = None,
    shared: SharedParameters | None = None,
    blocks: Mapping[str, SharedBlock] | None = None,
    terms: PrivacyTerms | None = None,
) -> FormSpec:
    """Read a form spec.

    Args:
        source: File name, as errors show it.
        document_types: Known document types; None leaves them unchecked.
        shared: The parameters it may take under ``uses``.
        blocks: The blocks that forms share, by name.
        terms: What forms say of people's data in common; None leaves the names of terms unchecked.

    Raises:
        SpecErrors: Everything that is wrong, in the order of the file.
    """
    return parse_spec_with_places(text, source, document_types, shared, blocks, terms).spec


def parse_spec_with_places(
    text: str,
    source: str,
    document_types: Iterable[str] | None = None,
    shared: SharedParameters | None = None,
    blocks: Mapping[str, SharedBlock] | None = None,
    terms: PrivacyTerms | None = None,
) -> ParsedSpec:
    """As ``parse_spec``, with the place of every part."""
    from core.spec_checks import check_spec

    root, errors = load_yaml(text, source)
    if root is None:
        raise SpecErrors(errors)
    reader = ConstructReader(source, errors)
    root, taken = take_in(root, blocks or {}, reader)
    form = reader.construct("form", root)
    if form is None:
        raise SpecErrors(errors)
    if form.get("language", LANGUAGE_VERSION) != LANGUAGE_VERSION:
        reader.report(
            form.place_of("language"),
            f"language {form.get('language')} is unknown, expected {LANGUAGE_VERSION}",
        )
    builder = _Builder()
    spec = replace(
        builder.form(form, source), digest=digest(text, taken), shared_blocks=tuple(one.id for one in taken)
    )
    spec = replace(spec, parameters=(*spec.parameters, *shared_under_uses(form, shared, reader)))
    problems: list[SpecError] = []
    checking = ConstructReader(source, problems)
    spec = replace(spec, privacy=privacy_of(form.get("privacy"), terms, checking))
    check_spec(spec, builder.places, checking, document_types)
    errors += [problem for problem in problems if STAND_IN not in problem.problem]
    if errors:
        raise SpecErrors(errors)
    return ParsedSpec(spec, builder.places, root)


class _Builder:
    """Makes the dataclasses of ``core.form_spec`` from constructs that are known to be sound."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def form(self, c: Construct, source: str) -> FormSpec:
        applicant = cast(Construct, c.values["applicant"])
        self.remember(applicant, "applicant")
        physical = c.get("physical_check")
        documents = tuple(self.document(one) for one in c.constructs("documents"))
        procedure = self.procedure(c.get("procedure"))
        return FormSpec(
            id=text_of(c, "id"),
            version=whole_of(c, "version"),
            title=words_of(c, "title"),
            header=tuple(cast(list[LocalizedText], c.get("header", []))),
            receipt_type=words_of(c, "receipt_type"),
            reference_label=words_of(c, "reference_label"),
            sections=tuple(
                replace(self.section(one), rows=(*self.rows(one), *listed_texts(lists, documents, procedure)))
                for one in c.constructs("sections")
                for lists in [maybe_text(one, "lists")]
            ),
            procedure=procedure,
            groups=tuple(self.group(one) for one in c.constructs("groups")),
            facts=tuple(self.fact(one) for one in c.constructs("facts")),
            footnotes=cast(dict[str, LocalizedText], c.get("footnotes", {})),
            documents=documents,
            rules=tuple(self.rule(one) for one in c.constructs("rules")),
            declarations=tuple(self.declaration(one) for one in c.constructs("declarations")),
            deadlines=tuple(self.deadline(one) for one in c.constructs("deadlines")),
            parameters=tuple(self.parameter(one) for one in c.constructs("parameters")),
            calculations=tuple(self.calculation(one) for one in c.constructs("calculations")),
            tables=tuple(self.table(one) for one in c.constructs("tables")),
            records=tuple(self.records(one) for one in c.constructs("records")),
            flow=build_flow(flow, self.remember) if isinstance(flow := c.get("flow"), Construct) else None,
            physical_check_rate=float(cast(float, physical.get("rate", 0.0)))
            if isinstance(physical, Construct)
            else 0.0,
            physical_check_notice=maybe_words(physical, "notice")
            if isinstance(physical, Construct)
            else None,
            physical_check_always=condition_of(physical, "always_when")
            if isinstance(physical, Construct)
            else None,
            signature_field=maybe_text(applicant, "signature"),
            applicant_fields={
                "name": ",".join(applicant.texts("name")),
                "registration": maybe_text(applicant, "registration") or "",
            },
            applicants=tuple(
                Applicant(one.texts("name"), text_of(one, "registration"), condition_of(one, "when"))
                for one in applicant.constructs("instead")
            ),
            proposed=maybe_text(c, "proposed"),
            source_file=source,
        )

    def remember(self, c: Construct, part_id: str) -> None:
        """Note where a part stands."""
        self.places[f"again {part_id}" if part_id in self.places else part_id] = c.place

    def section(self, c: Construct) -> Section:
        section_id = text_of(c, "id")
        self.remember(c, section_id)
        return Section(
            id=section_id,
            title=maybe_words(c, "title"),
            rows=(),
            when=condition_of(c, "when"),
            new_page=bool(c.get("new_page", False)),
            footnotes=c.texts("footnotes"),
            lists=maybe_text(c, "lists"),
            screen_title=maybe_words(c, "screen_title"),
        )

    def rows(self, c: Construct) -> tuple[Row, ...]:
        """The rows of a section, in the order of the paper."""
        rows: list[Row] = []
        for row in cast(list[object], c.get("rows", [])):
            if isinstance(row, Construct):
                rows.append(self.static_text(row))
            else:
                fields = [one for item in cast(list[Construct], row) for one in self.field(item)]
                rows.append(tuple(fields))
        return tuple(rows)

    def procedure(self, found: object) -> Procedure | None:
        """How the catalogue tells the form; None where it is not said."""
        if not isinstance(found, Construct):
            return None
        self.remember(found, "procedure")
        return Procedure(
            who=found.texts("who"),
            topic=text_of(found, "topic"),
            purpose=words_of(found, "purpose"),
            where=words_of(found, "where"),
            signed_by=maybe_words(found, "signed_by"),
            deadline_words=maybe_words(found, "deadline_words"),
            also_printed_as=found.texts("also_printed_as"),
            guidance=found.texts("guidance"),
            rows=tuple(cast(list[int], found.get("rows", []))),
            listed=bool(found.get("listed", True)),
            source=maybe_text(found, "source"),
            proposed=maybe_text(found, "proposed"),
        )

    def static_text(self, c: Construct) -> StaticText:
        text_id = maybe_text(c, "id")
        if text_id:
            self.remember(c, text_id)
        return StaticText(
            text=words_of(c, "text"),
            style=TextStyle(maybe_text(c, "style") or "paragraph"),
            id=text_id,
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def field(self, c: Construct) -> tuple[FieldSpec, ...]:
        """One field, or the two twins of a name kept in both scripts."""
        field_id, kind, scripts = text_of(c, "id"), text_of(c, "kind"), maybe_text(c, "scripts")
        self.remember(c, field_id)
        if kind == "name" and scripts in (None, "both"):
            arabic = field_id + ".ar"
            self.remember(c, arabic)
            return (
                self._field(c, field_id, "latin_name", Script.LATN, twin=arabic),
                self._field(c, arabic, "arabic_name", Script.ARAB, twin=field_id),
            )
        if kind == "name":
            kind = "arabic_name" if scripts == "arab" else "latin_name"
        script = Script(scripts) if scripts in ("latn", "arab", "any") else KINDS[kind].script
        return (self._field(c, field_id, kind, script),)

    def _field(
        self, c: Construct, field_id: str, kind_name: str, script: Script, twin: str | None = None
    ) -> FieldSpec:
        kind = KINDS[kind_name]
        cells = c.get("comb", kind.cells if kind.widget is WidgetKind.COMB else None)
        required = c.get("required", False)
        return FieldSpec(
            id=field_id,
            kind=kind_name,
            label=words_of(c, "label"),
            script=script,
            required=required if isinstance(required, Condition) else bool(required),
            when=condition_of(c, "when"),
            printed=bool(c.get("printed", True)),
            paper_only=bool(c.get("paper_only", False)),
            office=bool(c.get("office", kind_name == "office_text")),
            twin=twin,
            max_length=cast("int | None", c.get("max_length", kind.max_length)),
            minimum=cast("int | None", c.get("minimum")),
            maximum=cast("int | None", c.get("maximum")),
            comb=cast(int, cells) or None,
            width=float(cast(float, c.get("width", 1.0))),
            lines=whole_of(c, "lines", 1),
            choices=tuple(
                Choice(text_of(one, "value"), words_of(one, "label"), one.texts("footnotes"))
                for one in c.constructs("choices")
            ),
            choices_from=_choices_from(c),
            slider=bool(c.get("slider", False)),
            default=cast(Any, c.get("default")),
            footnotes=c.texts("footnotes"),
            hint=maybe_words(c, "hint"),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def group(self, c: Construct) -> Group:
        group_id = text_of(c, "id")
        self.remember(c, group_id)
        nested = _Builder()
        fields = tuple(one for item in c.constructs("fields") for one in nested.field(item))
        for field_id, kept in nested.places.items():
            self.places[f"{group_id}.{field_id}"] = kept
        return Group(
            id=group_id,
            item=text_of(c, "item"),
            label=words_of(c, "label"),
            item_label=words_of(c, "item_label"),
            item_name=maybe_text(c, "item_name"),
            from_file=bool(c.get("from_file", False)),
            fields=fields,
            when=condition_of(c, "when"),
            minimum=whole_of(c, "minimum", 0),
            maximum=whole_of(c, "maximum", 20),
            count_field=maybe_text(c, "count_field"),
            printed_rows=whole_of(c, "printed_rows", 0),
            after_section=maybe_text(c, "after_section"),
            derived=tuple(
                (text_of(d, "id"), cast(Condition, d.values["value"])) for d in c.constructs("derived")
            ),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def fact(self, c: Construct) -> Fact:
        self.remember(c, text_of(c, "id"))
        return Fact(
            id=text_of(c, "id"),
            kind=text_of(c, "kind"),
            label=words_of(c, "label"),
            value=condition_of(c, "value"),
            asked=bool(c.get("asked", False)),
            when=condition_of(c, "when"),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def document(self, c: Construct) -> RequiredDocument:
        document_type = text_of(c, "type")
        self.remember(c, f"document {maybe_text(c, 'id') or document_type}")
        return RequiredDocument(
            id=maybe_text(c, "id") or document_type,
            type=document_type,
            subject=text_of(c, "subject"),
            label=words_of(c, "label"),
            rule=text_of(c, "rule"),
            when=condition_of(c, "when"),
            per=maybe_text(c, "per"),
            count=whole_of(c, "count", 1),
            alternatives=c.texts("alternatives"),
            unless_on_file=c.texts("unless_on_file"),
            unless_declared=c.texts("unless_declared"),
            accept_when=condition_of(c, "accept_when"),
            accept_message=maybe_words(c, "accept_message"),
            made_on_screen=bool(c.get("made_on_screen", False)),
            proposed=maybe_text(c, "proposed"),
        )

    def rule(self, c: Construct) -> Rule:
        self.remember(c, f"rule {text_of(c, 'id')}")
        return Rule(
            id=text_of(c, "id"),
            check=cast(Condition, c.values["check"]),
            message=words_of(c, "message"),
            subject=text_of(c, "subject"),
            severity=Severity(maybe_text(c, "severity") or "error"),
            when=condition_of(c, "when"),
            per=maybe_text(c, "per"),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def declaration(self, c: Construct) -> Declaration:
        self.remember(c, f"declaration {text_of(c, 'id')}")
        return Declaration(
            text_of(c, "id"), words_of(c, "text"), condition_of(c, "when"), maybe_text(c, "source")
        )

    def deadline(self, c: Construct) -> Deadline:
        self.remember(c, f"deadline {text_of(c, 'id')}")
        return Deadline(
            id=text_of(c, "id"),
            starts=cast(Condition, c.values["starts"]),
            months=cast("int | None", c.get("months")) or 0,
            days=cast("int | None", c.get("days")) or 0,
            late_message=words_of(c, "late_message"),
            label=words_of(c, "label"),
            per=maybe_text(c, "per"),
            when=condition_of(c, "when"),
            retroactive_months=cast("int | None", c.get("retroactive_months")),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def parameter(self, c: Construct) -> Parameter:
        self.remember(c, f"parameter {text_of(c, 'id')}")
        return parameter_of(c)

    def table(self, c: Construct) -> Table:
        self.remember(c, f"table {text_of(c, 'id')}")
        return Table(
            id=text_of(c, "id"),
            label=words_of(c, "label"),
            rows=cast(Condition, c.values["rows"]),
            columns=tuple(
                Column(text_of(one, "id"), words_of(one, "label"), text_of(one, "kind"))
                for one in c.constructs("columns")
            ),
            when=condition_of(c, "when"),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def records(self, c: Construct) -> Records:
        self.remember(c, f"records {text_of(c, 'id')}")
        nested = _Builder()
        return Records(
            id=text_of(c, "id"),
            register=text_of(c, "register"),
            key=text_of(c, "key"),
            label=words_of(c, "label"),
            fields=tuple(one for item in c.constructs("fields") for one in nested.field(item)),
            many=bool(c.get("many", True)),
            source=maybe_text(c, "source"),
            proposed=maybe_text(c, "proposed"),
        )

    def calculation(self, c: Construct) -> Calculation:
        self.remember(c, f"calculation {text_of(c, 'id')}")
        return Calculation(
            id=text_of(c, "id"),
            label=words_of(c, "label"),
            value=cast(Condition, c.values["value"]),
            unit=text_of(c, "unit"),
            when=condition_of(c, "when"),
            source=maybe_text(c, "source"),
            step=bool(c.get("step", False)),
            proposed=maybe_text(c, "proposed"),
        )


SpecBuilder = _Builder
"""For other files that hold the same constructs, such as calculators."""


def _choices_from(c: Construct) -> ChoicesFrom | None:
    where = c.get("choices_from")
    if not isinstance(where, Construct):
        return None
    return ChoicesFrom(text_of(where, "records"), text_of(where, "value"), where.texts("label"))

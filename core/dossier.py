"""One person's request: answers with their provenance, attachments, and the states it passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import DossierError, InvalidValue
from core.field_kinds import Answer, kind_of
from core.flow_engine import NOT_HERE
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText, Script
from core.stages import EDITABLE_STATES, DossierEvent, DossierState
from core.standard_flow import standard_flow

__all__ = [
    "EDITABLE_STATES",
    "STATE_LABELS",
    "TRANSITIONS",
    "Attachment",
    "Dossier",
    "DossierEvent",
    "DossierState",
    "FieldValue",
    "Origin",
    "ParsedDossier",
    "answers_from_paper",
    "dossier_from_answers",
    "fact_fields",
    "next_state",
    "parse_answers",
    "printed_answers",
]

_COURSE = standard_flow()

TRANSITIONS: Mapping[tuple[DossierState, DossierEvent], DossierState] = {
    (step.stage, action.does): _COURSE.step(action.to).stage
    for step, action in _COURSE.actions()
    if action.does is not None and action.to is not None
}
"""The standard course as what each work of the service leads to from each stage."""

STATE_LABELS: Mapping[DossierState, LocalizedText] = {one.stage: one.label for one in _COURSE.steps}


def next_state(state: DossierState, event: DossierEvent) -> DossierState:
    """Tell where ``event`` leads from ``state``.

    Raises:
        DossierError: The event is not possible in that state.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise DossierError(NOT_HERE.fill(step=STATE_LABELS[state]), code="wrong_state") from None


class Origin(StrEnum):
    """Where an answer comes from."""

    SCREEN = "screen"
    PDF = "pdf"
    SCAN = "scan"
    REVIEWER = "reviewer"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One answer and its provenance; ``at`` is an ISO time stamp."""

    value: Answer
    origin: Origin = Origin.SCREEN
    confidence: float | None = None
    by: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document the applicant supplied; ``child`` numbers the row it is for, from 1.

    ``unsure`` names the facts that may be misread: nothing is held against anybody because of them.
    ``seen_as`` is the class of papers it clearly is, where that is another than it was sent as.
    """

    type: str
    child: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    file: str | None = None
    id: str | None = None
    declined: bool = False
    unsure: frozenset[str] = frozenset()
    seen_as: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it may meet the demand it was sent for: neither declined nor clearly another paper."""
        return not self.declined and self.seen_as is None


@dataclass(frozen=True, slots=True)
class Dossier:
    """One request under one version of one form.

    Attributes:
        groups: For each group, its rows in order, canonical answers by relative field id.
        facts: Facts given directly (asked on screen or in a dossier file).
        on_file: Document types filed with the fund before.
        declared: Events declared to the fund before (``marriage``, ``death``).
    """

    form_id: str
    version: int
    values: Mapping[str, FieldValue] = field(default_factory=dict)
    groups: Mapping[str, tuple[Mapping[str, Answer], ...]] = field(default_factory=dict)
    facts: Mapping[str, Answer] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    on_file: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    state: DossierState = DossierState.DRAFT
    reference: str | None = None

    def answers(self) -> dict[str, Answer]:
        """The canonical answers by field id, without their provenance."""
        return {field_id: given.value for field_id, given in self.values.items() if given.value is not None}


def parse_answers(
    fields: Iterable[FieldSpec], raw: Mapping[str, object]
) -> tuple[dict[str, Answer], dict[str, InvalidValue]]:
    """Sort raw answers into canonical ones and problems, field by field; nothing is dropped silently."""
    answers: dict[str, Answer] = {}
    problems: dict[str, InvalidValue] = {}
    for spec in fields:
        if spec.id not in raw:
            continue
        try:
            answer = kind_of(spec).parse(raw[spec.id], spec)
        except InvalidValue as problem:
            problems[spec.id] = problem
            continue
        if answer is not None:
            answers[spec.id] = answer
    return answers, problems


def _with_printed_rows(
    spec: FormSpec, values: Mapping[str, object], groups: Mapping[str, Iterable[Mapping[str, object]]]
) -> dict[str, list[Mapping[str, object]]]:
    """The rows of every group, completed by what stands in printed rows (``children.1.birth``)."""
    rows: dict[str, list[Mapping[str, object]]] = {name: list(given) for name, given in groups.items()}
    for group in spec.groups:
        for number in range(1, group.printed_rows + 1):
            prefix = f"{group.id}.{number}."
            written = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
            if not written:
                continue
            known = rows.setdefault(group.id, [])
            known += [{} for _ in range(number - len(known))]
            known[number - 1] = {**written, **known[number - 1]}
    return rows


def printed_answers(spec: FormSpec, dossier: Dossier) -> tuple[dict[str, Answer], dict[str, int]]:
    """Every answer that has a place on paper, and for each group the rows the paper has no room for."""
    answers = dossier.answers()
    too_many: dict[str, int] = {}
    for group in spec.groups:
        rows = dossier.groups.get(group.id, ())
        if group.printed_rows and len(rows) > group.printed_rows:
            too_many[group.id] = len(rows) - group.printed_rows
        for number, row in enumerate(rows[: group.printed_rows], start=1):
            answers |= {f"{group.id}.{number}.{name}": answer for name, answer in row.items()}
    printed = {one.id for one in spec.printed_fields()}
    return {name: answer for name, answer in answers.items() if name in printed}, too_many


def answers_from_paper(
    spec: FormSpec, raw: Mapping[str, str]
) -> tuple[dict[str, Answer], dict[str, InvalidValue]]:
    """Interpret what stands in the boxes of a printed or typed form, by field id.

    What cannot be an answer of its kind stays as it was written, and is named with its problem.
    """
    fields = {one.id: one for one in spec.printed_fields()}
    answers: dict[str, Answer] = {}
    problems: dict[str, InvalidValue] = {}
    for name, text in raw.items():
        if name not in fields:
            continue
        try:
            answer = kind_of(fields[name]).from_paper(text, fields[name])
        except InvalidValue as problem:
            answer, problems[name] = text, problem
        if answer is not None:
            answers[name] = answer
    return answers, problems


def fact_fields(spec: FormSpec) -> tuple[FieldSpec, ...]:
    """The form's facts, in the shape of fields, so that one parser serves both."""
    return tuple(
        FieldSpec(id=fact.id, kind=fact.kind, label=fact.label, script=Script.ANY, printed=False)
        for fact in spec.facts
    )


@dataclass(frozen=True, slots=True)
class ParsedDossier:
    """A dossier made of raw answers, and what could not be read of them.

    Attributes:
        problems: By field id; rows of groups as ``children.1.birth``.
        unknown: Names in the answers that the form does not know.
    """

    dossier: Dossier
    problems: Mapping[str, InvalidValue]
    unknown: tuple[str, ...]


def dossier_from_answers(
    spec: FormSpec,
    values: Mapping[str, object],
    groups: Mapping[str, Iterable[Mapping[str, object]]] | None = None,
    facts: Mapping[str, object] | None = None,
    attachments: Iterable[Attachment] = (),
    on_file: Iterable[str] = (),
    declared: Iterable[str] = (),
    origin: Origin = Origin.FILE,
) -> ParsedDossier:
    """Make a dossier of raw answers: every value parsed by its kind, every problem named."""
    fields = [one for one in spec.fields()] + [one for one in spec.printed_fields()]
    answers, problems = parse_answers({one.id: one for one in fields}.values(), values)
    fact_ids = {fact.id for fact in spec.facts}
    given_facts = {**{k: v for k, v in values.items() if k in fact_ids}, **(facts or {})}
    fact_answers, fact_problems = parse_answers(fact_fields(spec), given_facts)
    problems |= fact_problems
    rows: dict[str, tuple[Mapping[str, Answer], ...]] = {}
    unknown = [name for name in values if name not in fact_ids and name not in {f.id for f in fields}]
    unknown += [name for name in facts or {} if name not in fact_ids]
    for group_id, raw_rows in _with_printed_rows(spec, values, groups or {}).items():
        group = next((one for one in spec.groups if one.id == group_id), None)
        if group is None:
            unknown.append(group_id)
            continue
        parsed_rows = []
        for number, raw in enumerate(raw_rows, start=1):
            row, row_problems = parse_answers(group.fields, raw)
            parsed_rows.append(row)
            problems |= {f"{group_id}.{number}.{key}": value for key, value in row_problems.items()}
            known = {one.id for one in group.fields} | {name for name, _ in group.derived}
            unknown += [f"{group_id}.{number}.{key}" for key in raw if key not in known]
        rows[group_id] = tuple(parsed_rows)
    dossier = Dossier(
        form_id=spec.id,
        version=spec.version,
        values={key: FieldValue(value, origin) for key, value in answers.items()},
        groups=rows,
        facts=fact_answers,
        attachments=tuple(attachments),
        on_file=frozenset(on_file),
        declared=frozenset(declared),
    )
    return ParsedDossier(dossier, problems, tuple(unknown))

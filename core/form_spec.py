"""What a form declares: the single source of its paper, its screens, its reading and its rules.

Every class here is plain, frozen data made by ``core.spec_parser`` from YAML.  The language
itself is explained, construct by construct, in ``docs/spec-language.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.conditions import Condition
from core.flow import Flow
from core.localized_text import LocalizedText, Script
from core.privacy import Privacy
from core.procedure import Procedure
from core.registers import ChoicesFrom, Held, Records

Scalar = str | int | bool | Decimal | None


class Severity(StrEnum):
    """How much a finding matters: an error keeps the dossier incomplete."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of a choice."""

    value: str
    label: LocalizedText
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing that is asked.

    Attributes:
        id: Dotted name, as in the fact sheets (``assured.last``); in a group, relative (``birth``).
        kind: Name in ``core.field_kinds.KINDS``.
        script: The writing expected; of two twins the first is Latin, the second Arabic.
        twin: Id of the same name in the other script, when it is kept in both.
        required: Always, never, or when a condition holds.
        when: The field applies (is asked) only when this holds.
        printed: Whether it has a place on paper.
        paper_only: Whether it is not asked on screen.
        office: Filled in by the fund, never asked of the applicant.
        width: Share of its row on paper, relative to its neighbours.
        lines: Lines of writing on paper.
        slider: An integer between its bounds may also be set by moving a slider on screen.
        comb: Number of cells on paper, or None.
        proposed: Why the declaration goes beyond the sources, or None when they say it.
    """

    id: str
    kind: str
    label: LocalizedText
    script: Script
    required: bool | Condition = False
    when: Condition | None = None
    printed: bool = True
    paper_only: bool = False
    office: bool = False
    twin: str | None = None
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    comb: int | None = None
    width: float = 1.0
    lines: int = 1
    choices: tuple[Choice, ...] = ()
    choices_from: ChoicesFrom | None = None
    slider: bool = False
    default: Scalar = None
    footnotes: tuple[str, ...] = ()
    hint: LocalizedText | None = None
    source: str | None = None
    proposed: str | None = None


class TextStyle(StrEnum):
    """How a static text is set."""

    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    HEADING = "heading"
    NOTICE = "notice"
    FOOTNOTE = "footnote"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class StaticText:
    """Words that are printed and shown but ask nothing."""

    text: LocalizedText
    style: TextStyle = TextStyle.PARAGRAPH
    id: str | None = None
    source: str | None = None
    proposed: str | None = None


Row = tuple[FieldSpec, ...] | StaticText


@dataclass(frozen=True, slots=True)
class Section:
    """A titled block of rows, in the order of the paper.

    Attributes:
        when: The block applies only when this holds; on paper it is always printed.
        new_page: Begins a page on paper.
        on_screen: Whether its texts are shown in the on-line form too.
        lists: What the form says elsewhere that is printed here again: ``documents`` or ``filing``.
        screen_title: Its heading on screen, where the paper has none.
    """

    id: str
    title: LocalizedText | None
    rows: tuple[Row, ...]
    when: Condition | None = None
    new_page: bool = False
    footnotes: tuple[str, ...] = ()
    lists: str | None = None
    screen_title: LocalizedText | None = None

    @property
    def heading(self) -> LocalizedText | None:
        """What people call the block, on screen too."""
        return self.title or self.screen_title

    def fields(self) -> Iterator[FieldSpec]:
        """The fields of this block, in the order of the paper."""
        for row in self.rows:
            if isinstance(row, tuple):
                yield from row


@dataclass(frozen=True, slots=True)
class Group:
    """A block that repeats: one row of answers per child, per instalment.

    Attributes:
        id: Name of the list in the data (``children``).
        item: Name of one row in per-row conditions (``child``).
        item_name: The field that names a row to people, beside its number.
        count_field: The printed field that states how many rows there are, if any.
        printed_rows: Rows the paper has room for; 0 when the group is asked on screen only.
        derived: Named conditions on one row, in order (``eligible``), usable like its fields.
        from_file: Whether its rows may also come as a CSV file (``core.rows_from_file``).
    """

    id: str
    item: str
    label: LocalizedText
    item_label: LocalizedText
    fields: tuple[FieldSpec, ...]
    when: Condition | None = None
    minimum: int = 0
    maximum: int = 20
    count_field: str | None = None
    printed_rows: int = 0
    after_section: str | None = None
    derived: tuple[tuple[str, Condition], ...] = ()
    source: str | None = None
    proposed: str | None = None
    item_name: str | None = None
    from_file: bool = False

    def row_label(self, number: int, row: Mapping[str, object]) -> LocalizedText:
        """What people call a row: its number and, once given, its name in the reader's script."""
        label = self.item_label.fill(n=number)
        field = next((one for one in self.fields if one.id == self.item_name), None)
        given = [row.get(name) for name in (field.id, field.twin) if name] if field else []
        names = [str(name) for name in given if name]
        if not names:
            return label
        return LocalizedText(ar=f"{label.ar} ({names[-1]})", fr=f"{label.fr} ({names[0]})")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something conditions may use that no printed field asks.

    ``value`` derives it from answers; ``asked`` facts are put as a question on screen.
    """

    id: str
    kind: str
    label: LocalizedText
    value: Condition | None = None
    asked: bool = False
    when: Condition | None = None
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A paper the applicant must hand in.

    Attributes:
        id: The demand's own name: the document type, unless two demands share a type.
        type: Document type that satisfies it (``form_specs/document_types.yaml``).
        alternatives: Other types that satisfy it as well.
        label: The form's own wording.
        when: Demanded only when this holds; may use the row of ``per``.
        per: Group whose rows each need one.
        count: How many of them.
        unless_on_file: Demand falls when one of these types was filed with the fund before.
        unless_declared: Demand falls when one of these events was declared before.
        accept_when: What its facts must satisfy (``document.ipp_rate >= 70``), once read.
        made_on_screen: The form itself: when its applicant answers on screen and declares at the deposit,
            the service makes it from the answers, and nobody has to print and sign it.
        rule: Id and source of the rule, as findings cite it.
    """

    id: str
    type: str
    subject: str
    label: LocalizedText
    rule: str
    when: Condition | None = None
    per: str | None = None
    count: int = 1
    alternatives: tuple[str, ...] = ()
    unless_on_file: tuple[str, ...] = ()
    unless_declared: tuple[str, ...] = ()
    accept_when: Condition | None = None
    accept_message: LocalizedText | None = None
    made_on_screen: bool = False
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A check on the answers: ``check`` must hold whenever ``when`` does."""

    id: str
    check: Condition
    message: LocalizedText
    subject: str
    severity: Severity = Severity.ERROR
    when: Condition | None = None
    per: str | None = None
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """Words that ticking a box makes the applicant declare, kept with who and when."""

    id: str
    text: LocalizedText
    when: Condition | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time limit counted from a date in the answers.

    Late filing is never refused: it caps how far back payment reaches.

    Attributes:
        starts: CEL expression giving an ISO date (``child.birth``).
        months: Length; month ends are clamped.
        days: Length in days, after the months.
        retroactive_months: When late, the right takes effect at most this long before filing.
    """

    id: str
    starts: Condition
    months: int
    late_message: LocalizedText
    label: LocalizedText
    days: int = 0
    per: str | None = None
    when: Condition | None = None
    retroactive_months: int | None = None
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter from a day on (None: always before the next).

    Attributes:
        said: How it is said where its digits would mislead.
    """

    value: Scalar
    since: date | None
    source: str
    proposed: str | None = None
    said: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """An amount, rate or limit that the law changes over time.

    Attributes:
        age: How old a value without a date is, as people are told.
    """

    id: str
    label: LocalizedText
    unit: str
    values: tuple[DatedValue, ...]
    age: LocalizedText | None = None
    proposed: str | None = None

    def on(self, day: date) -> DatedValue:
        """The value in force on ``day``; the oldest one before all dates."""
        in_force = [dated for dated in self.values if dated.since is None or dated.since <= day]
        return in_force[-1] if in_force else self.values[0]


@dataclass(frozen=True, slots=True)
class Calculation:
    """An amount computed from answers and parameters, shown with its formula.

    Attributes:
        step: It is on the way to what is asked.
    """

    id: str
    label: LocalizedText
    value: Condition
    unit: str
    when: Condition | None = None
    source: str | None = None
    proposed: str | None = None
    step: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the member of each row it shows, and the kind that writes it."""

    id: str
    label: LocalizedText
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows computed from answers, such as a schedule of payments; ``rows`` gives a list of members."""

    id: str
    label: LocalizedText
    rows: Condition
    columns: tuple[Column, ...]
    when: Condition | None = None
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Which answers name the person who asks, when a condition holds.

    Attributes:
        name: Field ids in the order they are read.
        registration: Field id of the registration number.
    """

    name: tuple[str, ...]
    registration: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class FormSpec:
    """One published version of one form."""

    id: str
    version: int
    title: LocalizedText
    header: tuple[LocalizedText, ...]
    receipt_type: LocalizedText
    sections: tuple[Section, ...]
    reference_label: LocalizedText
    groups: tuple[Group, ...] = ()
    facts: tuple[Fact, ...] = ()
    footnotes: dict[str, LocalizedText] = field(default_factory=dict)
    documents: tuple[RequiredDocument, ...] = ()
    rules: tuple[Rule, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    tables: tuple[Table, ...] = ()
    records: tuple[Records, ...] = ()
    held: Held = field(default_factory=dict)
    flow: Flow | None = None
    privacy: Privacy | None = None
    procedure: Procedure | None = None
    shared_blocks: tuple[str, ...] = ()
    physical_check_rate: float = 0.0
    physical_check_notice: LocalizedText | None = None
    physical_check_always: Condition | None = None
    signature_field: str | None = None
    applicant_fields: dict[str, str] = field(default_factory=dict)
    applicants: tuple[Applicant, ...] = ()
    proposed: str | None = None
    digest: str = ""
    source_file: str = ""

    def fields(self) -> Iterator[FieldSpec]:
        """Every field outside groups, in the order of the paper."""
        for section in self.sections:
            yield from section.fields()

    def printed_fields(self) -> Iterator[FieldSpec]:
        """Every field that has a place on paper, printed group rows included."""
        for one in self.fields():
            if one.printed:
                yield one
        for group in self.groups:
            for row in range(1, group.printed_rows + 1):
                yield from printed_group_row(group, row)

    def field(self, field_id: str) -> FieldSpec:
        """The field of that id, printed group rows included.

        Raises:
            KeyError: No field has this id.
        """
        for one in self.fields():
            if one.id == field_id:
                return one
        for one in self.printed_fields():
            if one.id == field_id:
                return one
        raise KeyError(field_id)

    def group(self, group_id: str) -> Group:
        """The group of that id.

        Raises:
            KeyError: No group has this id.
        """
        for group in self.groups:
            if group.id == group_id:
                return group
        raise KeyError(group_id)


def printed_group_row(group: Group, row: int) -> tuple[FieldSpec, ...]:
    """The fields of one printed row of a group, under their full ids (``children.1.birth``)."""
    return tuple(
        replace(
            one,
            id=f"{group.id}.{row}.{one.id}",
            twin=f"{group.id}.{row}.{one.twin}" if one.twin else None,
        )
        for one in group.fields
        if one.printed
    )

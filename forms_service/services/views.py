"""What the use cases hand out: plain, frozen data that screens and commands may show as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.dossier import Dossier, DossierState, FieldValue
from core.extraction import FieldAnswer, Verdict
from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from core.receipt import RevocationReason, Standing
from forms_service.storage.audit import SYSTEM_NAME

ROLES = ("applicant", "clerk", "reviewer", "author", "operator")
"""Who there is: authors look after forms, operators after accounts, figures and the record of changes."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``roles`` is a subset of ``ROLES``.

    ``must_change_password``: somebody else chose their password; until they chose one they do nothing else.
    ``must_add_second_step``: their role asks for a second step at the sign-in, and they have none yet.
    ``mark``: that of their sessions when the password was known that they just gave; None where none was given.
    """

    id: str
    name: str
    roles: frozenset[str]
    must_change_password: bool = False
    must_add_second_step: bool = False
    mark: str | None = field(default=None, compare=False, repr=False)

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the fund."""
        return bool(self.roles & {"clerk", "reviewer"})


class ReadingStatus(StrEnum):
    """How far an upload has come.

    ``refused`` says that the paper cannot be used and why; ``failed`` that the machine gave up,
    the paper is kept, and a person will look at it.
    """

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    FAILED = "failed"
    REFUSED = "refused"

    @property
    def is_final(self) -> bool:
        """Whether a screen may stop asking."""
        return self not in (ReadingStatus.WAITING, ReadingStatus.READING)


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One upload: a document, or pages of the form itself (``is_form``).

    Attributes:
        type: Recognised or declared document type; ``form`` for pages of the form, None when unknown.
        declared_type: What the person said it is.
        child: Row of the group it belongs to, from 1.
        message: What became of it, in both languages; None when there is nothing to say.
        facts: What was read on it (``birth: 2015-03-12``).
        fact_confidences: Probability of each fact being right, where the reading gave one.
        warnings: Doubts worth a look, in both languages.
        pages: Number of pages seen; 0 before it was read.
        decision: ``accepted`` or ``refused`` by a reviewer, else None.
        made_on_screen: Nobody handed it in: the service made it from the answers at the deposit.
        is_slip: A correction slip that came back.
        added_later: It came after the deposit.
        unplaced_identity: An identity paper that nothing tells whose it is, or that is nobody's here.
        seen_as: The class of papers it clearly is instead of what it was sent as, ``blank`` without any
            writing; it does not count then.
        virus_scan: ``clean``, ``infected``, or ``not_scanned``, which is neither.
    """

    id: str
    filename: str
    media_type: str
    size: int
    type: str | None
    declared_type: str | None
    child: int | None
    status: ReadingStatus
    message: LocalizedText | None
    facts: Mapping[str, object]
    warnings: tuple[LocalizedText, ...]
    valid_until: date | None
    confidence: float | None
    pages: int
    is_form: bool
    decision: str | None
    decision_reason: str | None
    uploaded_at: datetime
    made_on_screen: bool = False
    is_slip: bool = False
    fact_confidences: Mapping[str, float] = field(default_factory=dict)
    added_later: bool = False
    unplaced_identity: bool = False
    seen_as: str | None = None
    virus_scan: str = "not_scanned"


@dataclass(frozen=True, slots=True)
class ScanView:
    """An upload that held pages of the form, for the reviewer's page viewer.

    ``form_pages`` tells, per image from 0, which page of the form it is (None when it is none).
    """

    id: str
    filename: str
    status: ReadingStatus
    pages: int
    form_pages: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the dossier's history: who did what when; ``action`` is a stable code."""

    at: datetime
    actor_name: str
    action: str
    details: Mapping[str, object]

    @property
    def by_somebody(self) -> bool:
        """Whether a person did it, and not the service by itself."""
        return self.actor_name not in ("", SYSTEM_NAME)


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """What a reviewer asked the applicant to mend; ``reasons`` has the coded reason of some fields."""

    at: datetime
    fields: tuple[str, ...]
    documents: tuple[str, ...]
    message: str
    answered: bool
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DossierView:
    """Everything a screen needs of one dossier.

    Attributes:
        revision: Give it back as ``expected_revision`` so that nothing is overwritten unseen.
        raw: What a person typed into fields whose text is not valid (yet), by field id.
        problems: Why it is not valid, by field id.
        group_raw / group_problems: The same for group rows, by (group, row from 1, field).
        correction: The latest request for a complement, if any.
        physical_check: Whether a check of the papers was drawn at deposit; None before it.
        made_at_deposit: Ids of the demands that need no paper: a deposit by this person makes them
            from the answers.
        given: Facts and answers of rows (``children.1.birth``) with their provenance; fields have theirs in
            ``dossier.values``.
    """

    id: str
    reference: str
    state: DossierState
    language: Language
    spec: FormSpec
    dossier: Dossier
    revision: int
    attachments: tuple[AttachmentView, ...]
    scans: tuple[ScanView, ...]
    events: tuple[EventView, ...]
    owner_name: str
    opened_at: datetime
    changed_at: datetime
    deposited_at: datetime | None
    receipt_available: bool
    may_edit: bool
    physical_check: bool | None = None
    correction: CorrectionRequest | None = None
    decision_note: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, LocalizedText] = field(default_factory=dict)
    group_raw: Mapping[tuple[str, int, str], str] = field(default_factory=dict)
    group_problems: Mapping[tuple[str, int, str], LocalizedText] = field(default_factory=dict)
    made_at_deposit: frozenset[str] = frozenset()
    registration: str = ""
    given: Mapping[str, FieldValue] = field(default_factory=dict)

    def row_label(self, group_id: str, number: int) -> LocalizedText:
        """What people call a row of a group (from 1): its number and its name, as far as it was given."""
        rows = self.dossier.groups.get(group_id, ())
        row = rows[number - 1] if 1 <= number <= len(rows) else {}
        return self.spec.group(group_id).row_label(number, row)


@dataclass(frozen=True, slots=True)
class DossierSummary:
    """One line of a list of dossiers.

    Attributes:
        step_label: What people call where it stands in its course; that of its state in the standard one.
        due_on: Last day for the decision; given in the queue only, as what follows.
        agency: Where it was opened; empty for a dossier opened on line.
        holder: Name of the reviewer who has it in hand.
        proposed_by: Name of the reviewer whose decision waits for another one.
    """

    id: str
    reference: str
    form_id: str
    version: int
    title: LocalizedText
    state: DossierState
    step_label: LocalizedText
    language: Language
    owner_name: str
    registration: str
    opened_at: datetime
    changed_at: datetime
    deposited_at: datetime | None
    to_review: int
    reading: int
    due_on: date | None = None
    agency: str = ""
    holder: str = ""
    proposed_by: str = ""


@dataclass(frozen=True, slots=True)
class ExtractionView:
    """One answer a machine read from paper, beside what the dossier holds.

    Attributes:
        raw: The characters seen.
        value: The canonical value, None when the characters are not one.
        shown: The value as a person reads it, in each language.
        page: Index (from 0) of the page image within the upload ``scan_id``.
        box: ``[left, top, right, bottom]`` on that page image in its pixels.
        current: What the dossier holds for this field now.
        conflicts: Whether that is not what was read; an answer that somebody emptied is not either.
        decided_by: Name of the person who decided, None while open.
        decision: ``accepted``, ``corrected``, ``rejected`` (to be asked again, for ``decision_reason``),
            ``filled`` (taken over by itself) or None.
        settled_in_review: Whether a reviewer decided; what applicants and clerks kept or mended before
            stays a reviewer's to judge.
    """

    id: str
    field_id: str
    label: LocalizedText
    raw: str
    value: FieldAnswer
    shown: LocalizedText
    confidence: float
    verdict: Verdict
    reason: str | None
    scan_id: str
    page: int
    box: tuple[int, int, int, int]
    crop_available: bool
    current: FieldAnswer
    conflicts: bool
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None = None
    settled_in_review: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether a reviewer must look at it: unsure and undecided, or not what the dossier holds.

        That whoever wrote the paper chose what they typed makes the paper say no less.
        """
        if self.settled_in_review:
            return False
        return self.conflicts or (not self.decision and self.verdict is Verdict.REVIEW)

    @property
    def is_contested(self) -> bool:
        """Whether the paper was read one way, the dossier says another, and no reviewer has judged it."""
        return self.conflicts and not self.settled_in_review

    @property
    def was_mended(self) -> bool:
        """Whether whoever prepared the dossier put another answer, or none, in place of what was read."""
        return self.is_contested and self.decision in ("corrected", "filled")


@dataclass(frozen=True, slots=True)
class PageFate:
    """What became of one page of a clerk's stack: ``fate`` is a stable code, ``message`` words it.

    Codes: ``filed`` (with a dossier), ``unidentified``, ``code_unreadable``, ``unknown_form``,
    ``invalid_reference``, ``slip_not_expected``, ``not_taken`` (the dossier is full), ``unreadable``
    (the sheet or the whole file), ``discarded`` (by a person).  ``remarks`` say what a clerk should know
    of a page that is filed: that it came twice, or is of an outdated version.  ``settled_by`` and
    ``settled_at`` name who filed or discarded it by hand, and when.  ``attachment_id`` is the upload it
    became and ``picture`` its page there, from 0, once that can be shown.
    """

    file: str
    page: int
    fate: str
    message: LocalizedText
    dossier_id: str | None = None
    reference: str | None = None
    form_page: int | None = None
    remarks: tuple[LocalizedText, ...] = ()
    settled_by: str = ""
    settled_at: datetime | None = None
    attachment_id: str | None = None
    picture: int | None = None


@dataclass(frozen=True, slots=True)
class StackFile:
    """One file of a stack; ``earlier`` is the stack the very same file came in before.

    ``pages`` is None until somebody counted them.
    """

    name: str
    pages: int | None
    message: LocalizedText | None
    earlier: str | None


@dataclass(frozen=True, slots=True)
class StackSummary:
    """How far a stack has come, in sheets.

    Attributes:
        state: ``waiting``, ``sorting``, ``done`` or ``failed``.
        counted: Whether ``total`` is known yet.
        seen / settled / filed: Looked at; told what became of them; filed, or nothing to file.
        left / sheets_left: Still waiting for a clerk to say whose they are; those that are single sheets.
        files_seen: Files of which every sheet was looked at, or which do not open.
    """

    id: str
    scanned_at: datetime
    state: str
    files: int
    counted: bool
    total: int
    seen: int
    settled: int
    filed: int
    left: int
    sheets_left: int = 0
    files_seen: int = 0

    @property
    def percent(self) -> int:
        """How far the work has come: looking at every sheet is the first half, filing them the second."""
        if not self.counted or self.seen < self.total:
            part = (
                self.seen / self.total
                if self.files == 1 and self.total
                else self.files_seen / max(self.files, 1)
            )
            return round(50 * part)
        return 50 + round(50 * self.settled / self.total) if self.total else 100

    @property
    def placed(self) -> int:
        """Sheets that no longer wait for anybody."""
        return self.total - self.sheets_left

    @property
    def under_way(self) -> bool:
        """Whether a screen should look again."""
        return self.state in ("waiting", "sorting")


@dataclass(frozen=True, slots=True)
class StackDossier:
    """One dossier of a stack: sheets it was given, papers among them, and pages of its form still missing.

    ``to_fill`` counts the pages of its form that ask anything, 0 while none came; the others only inform.
    ``state`` and ``registration`` are the dossier's own; ``unread`` counts its papers that are still to be read.
    """

    id: str
    reference: str
    person: str
    title: LocalizedText
    opened: bool
    sheets: int
    attachments: int
    missing: tuple[int, ...]
    remarks: int
    to_fill: int = 0
    state: DossierState = DossierState.DRAFT
    registration: str = ""
    unread: int = 0


@dataclass(frozen=True, slots=True)
class StackView:
    """A stack as its page shows it."""

    summary: StackSummary
    files: tuple[StackFile, ...]
    sheets: tuple[PageFate, ...]
    dossiers: tuple[StackDossier, ...]


@dataclass(frozen=True, slots=True)
class LeftPage:
    """A page of a stack that waits for a clerk to say whose it is.

    Attributes:
        number: Page of the file, from 1; 0 when it is the whole file.
        fate / message: Why it could not be filed, as ``PageFate``.
        picture: Whether there is one to look at.
        suggested: Reference of the dossier it seems to belong to, to be checked.
        why: What speaks for that: the ``number`` or the ``name`` read on the page, or its ``place``.
        number_read / name_read: What the page says of its person, where only its print told what it is.
        usable: Whether it can be filed: a file that does not open is only sent again or put aside.
    """

    id: str
    file: str
    number: int
    fate: str
    message: LocalizedText
    form_page: int | None
    picture: bool
    scanned_at: datetime
    suggested: str | None = None
    why: str = "place"
    number_read: str = ""
    name_read: str = ""
    usable: bool = True


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of a stack of scans: the dossiers found or opened, and every page's fate."""

    opened: tuple[str, ...]
    found: tuple[str, ...]
    pages: tuple[PageFate, ...]


@dataclass(frozen=True, slots=True)
class ReceiptStanding:
    """Whether a genuine receipt still counts.

    Attributes:
        replaced_on: When a later receipt took the place of this one; None for the latest.
        revoked_on / reason: When and why the fund took it back.
    """

    standing: Standing
    replaced_on: datetime | None = None
    revoked_on: datetime | None = None
    reason: RevocationReason | None = None


@dataclass(frozen=True, slots=True)
class PublicReceipt:
    """What anybody who holds a receipt may check on line; no personal data beyond it.

    Attributes:
        completed_at: Moment of the complement this receipt confirms, if it is not the first one.
    """

    reference: str
    request_type: LocalizedText
    deposited_at: datetime
    state: DossierState
    received: int
    missing: int
    completed_at: datetime | None
    standing: ReceiptStanding

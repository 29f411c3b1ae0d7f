"""What the interface gives of a dossier's judgement, readings, papers, deposit and receipts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from core.dossier import DossierState
from core.extraction import Verdict
from forms_service.web.api.shapes import (
    Asked,
    Attachment,
    Flag,
    Given,
    Id,
    RowNumber,
    Spelled,
    Taken,
    Text,
    Words,
)


class Finding(Given):
    """One thing to know about a dossier, and the rule behind it."""

    code: str
    severity: str
    subject: str
    message: Text
    rule: str


class Requirement(Given):
    """A document demanded from this dossier, and whether it is there."""

    type: str
    count: int
    subject: str
    alternatives: list[str]
    satisfied: bool
    rule: str
    present: int
    child: int | None
    label: Text


class Completeness(Given):
    """What is missing and why; warnings do not keep a dossier from being complete."""

    complete: bool
    findings: list[Finding]
    required: list[Requirement]
    lifted: list[Requirement]
    amounts: dict[str, Any]
    declarations: list[str]


class Complement(Given):
    """What a deposited dossier still lacks, and what was added since its latest receipt.

    ``open`` tells whether papers are taken now; ``to_confirm`` whether a new receipt waits to be asked for.
    """

    open: bool
    missing: list[Requirement]
    added: list[Attachment]
    to_confirm: bool


class Notice(Given):
    """One message to the dossier's owner; ``sent_at`` is null while it waits, and when it was given up."""

    subject: Text
    channel: str
    written_at: datetime
    sent_at: datetime | None
    given_up: bool


class NoticeList(Given):
    """The messages about one dossier, the oldest first."""

    items: list[Notice]


class OtherDossier(Given):
    """Another dossier of the same person on the same form."""

    id: str
    reference: str
    state: DossierState
    at: datetime
    deposited: bool
    same_stack: bool


class OtherDossierList(Given):
    """Dossiers that this one may repeat."""

    items: list[OtherDossier]


class DayAsked(Asked):
    """The day the rules are judged on: that of the deposit once there is one, else today, by default."""

    on: date | None = None


class Reading(Given):
    """One answer a machine read from paper, beside what the dossier holds."""

    id: str
    field: str
    label: Text
    raw: str
    value: Any
    shown: Text
    confidence: float
    verdict: Verdict
    reason: str | None
    attachment: str
    page: int
    box_px: list[int]
    crop_available: bool
    current: Any
    conflicts: bool
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None


class ReadingList(Given):
    """Everything read from a dossier's pages, in the order of the form; ``doubtful`` wait for a person."""

    items: list[Reading]
    doubtful: int


class Event(Given):
    """One line of the history; ``by`` is only told to staff."""

    at: datetime
    action: str
    by: str | None
    details: dict[str, Any]


class History(Given):
    """What happened to a dossier, the oldest first."""

    state: DossierState
    state_label: Text
    events: list[Event]


# --- papers and deposit ----------------------------------------------------------------------------


class WidthAsked(Asked):
    """How wide a picture may be."""

    width: Annotated[int, Field(ge=16, le=2400), Spelled] = 900


class AsSentAsked(Asked):
    """Whether a file is wanted exactly as it was sent: it may do harm."""

    original: Literal["true", "false"] = "false"


class MoveIn(Taken):
    """Where an upload belongs, without sending it again; ``reference`` is for clerks."""

    type: Id | None = None
    child: RowNumber | None = None
    reference: Words = ""


class Moved(Given):
    """Where an upload went."""

    dossier: str
    attachment: str


class DepositIn(Taken):
    """The declaration on honour that stands for the signature."""

    declaration: bool


class ReceiptDocument(Given):
    """One line of a receipt."""

    type: str
    label: Text
    count: int
    child: int | None


class Standing(Given):
    """Whether a genuine receipt still counts."""

    standing: str
    replaced_on: datetime | None
    revoked_on: datetime | None
    reason: str | None


class Receipt(Given):
    """What a deposit receipt states; its PDF is signed."""

    reference: str
    form: str
    version: int
    name: Text
    registration: str
    request_type: Text
    deposited_at: datetime
    completed_at: datetime | None
    received: list[ReceiptDocument]
    missing: list[ReceiptDocument]
    claimed: list[ReceiptDocument]
    physical_check: bool
    control_code: str
    digest: str
    standing: Standing | None


class ReceiptCheck(Given):
    """Whether a receipt is ``genuine``, ``altered`` or ``unknown``; ``outcome`` adds whether it still counts."""

    outcome: str
    verdict: str
    standing: Standing | None
    reference: str | None
    request_type: Text | None
    deposited_at: datetime | None
    state: DossierState | None
    received: int | None
    missing: int | None


class PersonalAsked(Asked):
    """How a form with the applicant's identity is wanted: to type in, or ``print`` for filling in by hand."""

    print: Flag = False
    large: Flag = False

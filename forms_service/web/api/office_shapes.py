"""What the interface takes and gives for agencies, reviewers and webhooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from core.dossier import DossierState
from core.localized_text import Language
from core.receipt import RevocationReason
from forms_service.services.webhooks import EVENTS
from forms_service.web.api.shapes import (
    Asked,
    DossierSummary,
    Flag,
    Given,
    Id,
    PageAsked,
    RowNumber,
    Spelled,
    Taken,
    Text,
    Words,
)
from forms_service.webhook_sending import LONGEST_URL

_NO_NUL = r"^[^\x00]*$"

# --- agency ----------------------------------------------------------------------------------------


class Sought(PageAsked):
    """What to look for: a reference, a registration number, or a name in either script."""

    q: Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)] = ""


class CounterDossierIn(Taken):
    """A dossier for a person at the counter; ``anyway`` when nothing is known under the number."""

    form: Id
    registration: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=_NO_NUL)]
    language: Language = Field(default=Language.AR, strict=False)
    anyway: bool = False


class BlanksAsked(Asked):
    """Which blanks to print."""

    copies: Annotated[int, Field(ge=1, le=1000), Spelled] = 1
    references: Flag = True
    large: Flag = False
    two_sided: Flag = False


class StackFile(Given):
    """One file of a stack; ``earlier`` is the stack the very same file came in before."""

    name: str
    pages: int | None
    message: Text | None
    earlier: str | None


class StackSummary(Given):
    """How far a stack has come, in sheets."""

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


class StackList(Given):
    """The latest stacks, and every one that is still being sorted."""

    items: list[StackSummary]


class PageFate(Given):
    """What became of one sheet."""

    file: str
    page: int
    fate: str
    message: Text
    dossier_id: str | None
    reference: str | None
    form_page: int | None
    remarks: list[Text]


class StackDossier(Given):
    """One dossier that sheets of a stack went to, and pages of its form still missing."""

    id: str
    reference: str
    person: str
    title: Text
    opened: bool
    sheets: int
    attachments: int
    missing: list[int]


class Stack(Given):
    """A stack, its files, and what became of each of its sheets."""

    summary: StackSummary
    files: list[StackFile]
    sheets: list[PageFate]
    dossiers: list[StackDossier]


class HandoverLine(Given):
    """One dossier of a stack; ``ready`` when its whole form is read and no other of its person comes before it."""

    id: str
    reference: str
    person: str
    title: Text
    state: DossierState
    registration: str
    reading: int
    missing_pages: list[int]
    lacking: int
    to_confirm: int
    repeats: bool
    deposited: bool
    ready: bool


class Handover(Given):
    """The dossiers of a stack, in its order, with what keeps a receipt from being handed over."""

    items: list[HandoverLine]


class StackDepositIn(Taken):
    """Which dossiers of a stack to deposit; ``forms_seen`` says that their signed forms are there."""

    dossiers: Annotated[list[Id], Field(min_length=1, max_length=200)]
    forms_seen: bool


class DepositRefused(Given):
    """A dossier of a stack that was not deposited, and why."""

    reference: str
    message: Text


class StackDeposit(Handover):
    """The dossiers of a stack after the deposit; those in ``refused`` stay as they were."""

    refused: list[DepositRefused]


class OneDay(Asked):
    """Which day."""

    day: date | None = None


class DayLine(Given):
    """One dossier that was worked on; ``done`` are codes of events, in their order."""

    at: datetime
    done: list[str]
    by: list[str]
    dossier: DossierSummary


class DayList(Given):
    """What an agency did on one day."""

    day: date
    items: list[DayLine]


class LeftPage(Given):
    """A sheet that waits for a clerk to say whose it is."""

    id: str
    file: str
    number: int
    fate: str
    message: Text
    form_page: int | None
    picture: bool
    scanned_at: datetime
    suggested: str | None


class LeftPages(Given):
    """The sheets that wait, the oldest first (at most fifty), and how many wait in all."""

    items: list[LeftPage]
    total: int


class FilingIn(Taken):
    """Whose a sheet is: of a reference, or of a new dossier on ``form`` for a registration number."""

    reference: Words = ""
    registration: Words = ""
    form: Words = ""
    type: Id | None = None
    child: RowNumber | None = None
    second_copy: bool = False


class Filed(Given):
    """The dossier a sheet went to."""

    dossier: str


class RejectIn(Taken):
    """Why an answer is to be asked again."""

    reason: Literal["unreadable", "differs", "incomplete", "doubtful"]


class ReasonIn(Taken):
    """Why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_NO_NUL)]


# --- review ----------------------------------------------------------------------------------------


class QueueAsked(Asked):
    """How the queue is ordered and narrowed; nothing narrows it by default, `-` is the agency of those on line."""

    order: Literal["age", "deadline", "doubt"] = "age"
    form: Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)] = ""
    state: Literal["", "submitted", "under_review", "physical_check_pending"] = ""
    agency: Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)] = ""
    holder: Literal["", "mine", "nobody", "others", "second"] = ""
    page: Annotated[int, Field(ge=1, le=100_000), Spelled] = 1


class QueueLine(DossierSummary):
    """One dossier that waits: until when its decision is due, and in whose hands it is."""

    due_on: date | None
    agency: str
    holder: str
    proposed_by: str


class QueuePage(Given):
    """One page of the queue, fifty dossiers, and how many there are in all."""

    items: list[QueueLine]
    total: int
    page: int
    pages: int


class ValueIn(Taken):
    """The right value for a reading, as a person would write it; null accepts what was read."""

    value: Words | None
    leave_empty: bool = False


class VerdictIn(Taken):
    """Whether a document is accepted; ``reason`` is needed when it is not."""

    accepted: bool
    reason: Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)] | None = None


Reasons = Annotated[
    dict[Id, Literal["unreadable", "differs", "incomplete", "doubtful"]], Field(max_length=400)
]


class CorrectionIn(Taken):
    """What to ask the applicant to mend, once and for everything."""

    fields: Annotated[list[Id], Field(max_length=400)] = Field(default_factory=list)
    documents: Annotated[list[Id], Field(max_length=100)] = Field(default_factory=list)
    reasons: Reasons = Field(default_factory=dict)
    message: Words


class DecisionIn(Taken):
    """How a review ends; what is refused or closed needs a note, and so does accepting in spite of gaps."""

    outcome: Literal["accepted", "refused", "closed"]
    note: Words = ""
    despite_gaps: bool = False


class Gap(Given):
    """One thing an acceptance would pass over."""

    subject: str
    message: Text


class Gaps(Given):
    """Everything an acceptance would pass over."""

    items: list[Gap]


class RevocationIn(Taken):
    """Why the receipts issued so far count no more; the note stays in the fund."""

    reason: RevocationReason = Field(strict=False)
    note: Annotated[str, StringConstraints(max_length=1000, pattern=_NO_NUL)] = ""


class Revoked(Given):
    """What was revoked."""

    reference: str
    receipts: int
    at: datetime
    reason: str


class Hands(Given):
    """Who has a dossier in hand, and whether its decision waits for a second reviewer."""

    held_by: str | None
    since: datetime | None
    needs_second: bool
    proposed: str | None = Field(description="Outcome that waits to be confirmed")
    proposed_by: str | None


class Decided(Given):
    """Whether a decision stands, or waits for a second reviewer."""

    final: bool
    revision: int


# --- the office ------------------------------------------------------------------------------------


class Account(Given):
    """Whom a token acts as, and what it allows."""

    id: str
    name: str
    roles: list[str]
    scopes: list[str]
    expires_at: datetime
    requests_a_minute: int


class FiguresAsked(Asked):
    """Which deposits are counted: from one day to another (a year at most), of one form or of all."""

    since: date | None = None
    until: date | None = None
    form: Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)] = ""


class Arrivals(Given):
    """How many dossiers were deposited on a day."""

    day: date
    deposits: int


class WaitingStep(Given):
    """How many dossiers waited so long; null is longer than the step before."""

    up_to_days: int | None
    dossiers: int


class Waiting(Given):
    """Days from the deposit to the decision, of the dossiers decided."""

    decided: int
    median_days: float | None
    nine_in_ten_days: float | None
    steps: list[WaitingStep]


class FieldFigures(Given):
    """How one field is read, and what persons had to do about it."""

    form: str
    field: str
    label: Text
    read: int
    taken: int
    doubtful: int
    corrected: int
    mended: int
    asked_again: int


class Figures(Given):
    """The figures of a period."""

    since: date
    until: date
    form: str
    arrivals: list[Arrivals]
    waiting: Waiting
    open_now: int
    complete_at_first: int
    first_deposits: int
    fields: list[FieldFigures]


class RecordAsked(Asked):
    """What of the record is wished; nothing narrows it by default."""

    since: date | None = None
    until: date | None = None
    action: Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)] = ""
    person: Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)] = ""
    reference: Annotated[str, StringConstraints(max_length=40, pattern=_NO_NUL)] = ""
    page: Annotated[int, Field(ge=1, le=1_000_000), Spelled] = 1


class RecordLine(Given):
    """One change; details name fields and documents, never their contents."""

    at: datetime
    person: str
    action: str
    reference: str
    details: dict[str, Any]


class RecordPage(Given):
    """One page of the record."""

    items: list[RecordLine]
    total: int
    page: int
    pages: int


# --- authors ---------------------------------------------------------------------------------------


class Remark(Given):
    """What lint says of one line of a spec; an error keeps it from being published."""

    line: int
    error: bool
    message: Text


class Remarks(Given):
    """Everything lint says of a version of a form."""

    form: str
    version: int
    items: list[Remark]


class RehearsalIn(Taken):
    """Which version is to be rehearsed (the newest by default), and in which print."""

    version: Annotated[int, Field(ge=1, le=10_000)] | None = None
    large: bool = False


class RehearsalRun(Given):
    """How far a rehearsal is: `waiting`, `running`, `done` or `failed`."""

    id: str
    variant: str
    copies: int
    done: int
    state: str
    asked_at: datetime


class Rehearsal(Given):
    """How well a version was read back; ``current`` when the form is still what was rehearsed."""

    at: datetime
    variant: str
    copies: int
    figures: dict[str, Any]
    current: bool


class Rehearsals(Given):
    """The rehearsals of a version, the latest first, and the run asked for last."""

    form: str
    version: int
    run: RehearsalRun | None
    items: list[Rehearsal]


# --- webhooks --------------------------------------------------------------------------------------

EventName = Literal[tuple(EVENTS)]  # type: ignore[valid-type]


class WebhookIn(Taken):
    """An address to tell, and of what."""

    url: Annotated[str, StringConstraints(max_length=LONGEST_URL, pattern=r"^https?://[^\s\x00]+$")]
    events: Annotated[list[EventName], Field(min_length=1, max_length=len(EVENTS))]


class Webhook(Given):
    """An address that is told; ``dead`` messages were given up and wait for a person."""

    id: str
    url: str
    events: list[str]
    made_at: datetime
    stopped_at: datetime | None
    waiting: int
    dead: int


class NewWebhook(Webhook):
    """A webhook with its secret, which is shown this once."""

    secret: str


class WebhookList(Given):
    """The addresses of an account."""

    items: list[Webhook]


class DeliveriesAsked(PageAsked):
    """Which messages."""

    state: Literal["waiting", "delivered", "dead"] | None = None


class Delivery(Given):
    """One message, and what became of it."""

    id: str
    webhook_id: str
    event_id: str
    event: str
    dossier_id: str | None
    state: str
    attempts: int
    status: int | None
    problem: str | None
    made_at: datetime
    tried_at: datetime | None
    due_at: datetime | None


class DeliveryPage(Given):
    """Some messages, the latest first; ``next`` leads on when there are more."""

    items: list[Delivery]
    next: str | None

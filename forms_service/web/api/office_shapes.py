"""What the interface takes and gives for agencies, reviewers and webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.localized_text import Language
from core.receipt import RevocationReason
from forms_service.services.webhooks import EVENTS
from forms_service.web.api.shapes import (
    Asked,
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

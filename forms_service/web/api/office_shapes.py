"""What the interface takes and gives for reviewers and webhooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.receipt import RevocationReason
from forms_service.services.reviewer import DOCUMENT_REASONS
from forms_service.services.webhooks import EVENTS
from forms_service.web.api.shapes import (
    Asked,
    DossierSummary,
    Given,
    Id,
    PageAsked,
    Spelled,
    Taken,
    Text,
    Words,
)
from forms_service.webhook_sending import LONGEST_URL

_NO_NUL = r"^[^\x00]*$"

# --- review ----------------------------------------------------------------------------------------


class RejectIn(Taken):
    """Why an answer is to be asked again."""

    reason: Literal["unreadable", "differs", "incomplete", "doubtful"]


class ReasonIn(Taken):
    """Why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_NO_NUL)]


class QueueAsked(Asked):
    """How the queue is ordered and narrowed; nothing narrows it by default, `-` is the agency of those on line."""

    order: Literal["age", "deadline", "doubt"] = "age"
    form: Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)] = ""
    state: Literal[
        "",
        "submitted",
        "under_review",
        "physical_check_pending",
        "correction_requested",
        "accepted",
        "refused",
        "closed",
    ] = ""
    agency: Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)] = ""
    holder: Literal["", "mine", "nobody", "others", "second", "ruled"] = ""
    search: Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)] = ""
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


DocumentReason = Literal[DOCUMENT_REASONS]  # type: ignore[valid-type]


class VerdictIn(Taken):
    """Whether a document is accepted; ``reason`` is needed when it is not."""

    accepted: bool
    reason: DocumentReason | None = None


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

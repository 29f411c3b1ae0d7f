"""What the interface takes and gives for operators and authors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from forms_service.web.api.shapes import (
    Asked,
    Given,
    Spelled,
    Taken,
    Text,
)

_NO_NUL = r"^[^\x00]*$"


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
    part: Text
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

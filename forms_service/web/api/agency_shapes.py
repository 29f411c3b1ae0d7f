"""What the interface takes and gives for agencies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from core.dossier import DossierState
from core.localized_text import Language
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

_NO_NUL = r"^[^\x00]*$"


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

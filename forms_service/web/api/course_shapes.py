"""What the interface takes and gives of the course of a dossier."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from core.dossier import DossierState
from forms_service.web.api.shapes import Given, Id, Taken, Text, Words


class WayStep(Given):
    """One step on the way: ``done``, ``here`` or, probably, ``ahead``."""

    id: str
    label: Text
    place: str


class ToAccept(Given):
    """A declaration that an action demands, with its very words."""

    id: str
    text: Text


class CourseAction(Given):
    """Something the account may do now, or why not yet."""

    id: str
    label: Text
    to: str | None
    possible: bool
    why_not: Text | None
    accepts: list[ToAccept]
    asks_reason: bool
    asks_code: bool
    sends_code: bool


class Awaited(Given):
    """What others do next, or what time does on a day."""

    label: Text
    by: Text | None
    on: date | None


class StepTaken(Given):
    """What happened: where it led, who did it or that time did, and why."""

    label: Text
    to: Text
    at: datetime
    by_time: bool
    note: str


class OutcomePaper(Given):
    """A paper that was made for the applicant."""

    id: str
    title: Text
    issued_at: datetime


class Course(Given):
    """Where a dossier stands, what may be done with it, and what comes next.

    ``own`` is false in the standard course: depositing, examining and deciding have operations of their own.
    """

    own: bool
    step: str
    label: Text
    stage: DossierState
    text: Text | None
    way: list[WayStep]
    actions: list[CourseAction]
    awaited: list[Awaited]
    taken: list[StepTaken]
    papers: list[OutcomePaper]


class StepIn(Taken):
    """What an action demands: the declarations accepted, the reason, the one-time code."""

    accepted: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)
    reason: Words = ""
    code: Words = ""

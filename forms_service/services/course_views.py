"""What screens are told of a course: where a request stands, what comes, what may be done, what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.localized_text import LocalizedText
from core.stages import DossierEvent, DossierState


@dataclass(frozen=True, slots=True)
class WayView:
    """One step on the way, as a line of the course: ``done``, ``here`` or ``ahead``."""

    id: str
    label: LocalizedText
    place: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """Something whoever looks may do, or why not yet.

    Attributes:
        accepts: Id and words of each declaration to tick.
        does: The service's own work it sets going: some of it has a page of its own.
    """

    id: str
    label: LocalizedText
    to: str | None
    why_not: LocalizedText | None
    accepts: tuple[tuple[str, LocalizedText], ...]
    asks_reason: bool
    asks_code: bool
    sends_code: bool
    does: DossierEvent | None


@dataclass(frozen=True, slots=True)
class AwaitedView:
    """What others do next, or time does on a day."""

    label: LocalizedText
    by: LocalizedText | None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class StepTaken:
    """What happened in the course: who or what, when, whereto and why."""

    label: LocalizedText
    to: LocalizedText
    at: datetime
    by_name: str
    by_time: bool
    note: str


@dataclass(frozen=True, slots=True)
class ShownView:
    """One thing a step shows.

    Attributes:
        kind: ``section``, ``group``, ``fact``, ``lines``, ``table`` or ``documents``.
        lines: Labels and values, of ``lines``.
        table: Headings and cells in both languages, of ``table``.
    """

    kind: str
    id: str
    label: LocalizedText | None = None
    lines: tuple[tuple[LocalizedText, LocalizedText], ...] = ()
    table: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OutcomePaperView:
    """A paper that was made for the applicant."""

    id: str
    title: LocalizedText
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class CourseView:
    """The whole course of one request as one person sees it.

    Attributes:
        is_own: Whether the form declares the course; the standard one has pages of its own.
    """

    is_own: bool
    step: str
    label: LocalizedText
    stage: DossierState
    text: LocalizedText | None
    way: tuple[WayView, ...]
    shows: tuple[ShownView, ...]
    offers: tuple[OfferView, ...]
    awaited: tuple[AwaitedView, ...]
    taken: tuple[StepTaken, ...]
    papers: tuple[OutcomePaperView, ...]

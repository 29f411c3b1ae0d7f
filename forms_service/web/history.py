"""The history of a request as its person follows it: the steps that count, newest first; the rest for who looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from forms_service.services.views import EventView
from forms_service.web.presentation import MOROCCO

STEPS = frozenset(
    {
        "opened",
        "deposited",
        "complemented",
        "receive_paper",
        "start_review",
        "request_correction",
        "accept",
        "refuse",
        "close",
        "receipt_revoked",
    }
)
"""What moved the request on; answers, papers and what the machine did with them are details."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, or several alike of one day in a row, told once with the latest of them."""

    event: EventView
    times: int


@dataclass(frozen=True, slots=True)
class History:
    """Steps and details, each newest first."""

    steps: tuple[EventView, ...]
    details: tuple[Happened, ...]


def history(events: Iterable[EventView]) -> History:
    """Sort a record, oldest first, into what counts and what only happened."""
    newest = [*events][::-1]
    rest = (one for one in newest if one.action not in STEPS)
    return History(
        tuple(one for one in newest if one.action in STEPS),
        tuple(_alike([*group]) for _, group in groupby(rest, key=_kind)),
    )


def _kind(event: EventView) -> tuple[object, ...]:
    return event.at.astimezone(MOROCCO).date(), event.action, event.actor_name


def _alike(events: list[EventView]) -> Happened:
    return Happened(events[0], len(events))

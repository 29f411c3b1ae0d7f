"""Where the answers of a group's rows come from: each keeps its own origin, wherever its row moves.

A group's rows take over together, so who gave the latest ones says nothing of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.dossier import FieldValue, Origin
from core.field_kinds import Answer
from forms_service.storage.models import GroupRow

Rows = Sequence[Mapping[str, Any]]


def origins_after(
    before: GroupRow | None,
    rows: Rows,
    given: FieldValue,
    kept: Mapping[int, int] | None = None,
    settled: tuple[int, str] | None = None,
) -> list[dict[str, Any]]:
    """The origins to keep beside new rows: what did not change keeps its own, the rest is as ``given``.

    Args:
        given: Who gives what changes, how and when; its value is not looked at.
        kept: Where rows of before (from 1) stand now; without it every row stays in its place.
        settled: The row (from 1) and field that are given anew even if they say the same.
    """
    came_from = {now: then for then, now in kept.items()} if kept is not None else None
    found: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        old = number if came_from is None else came_from.get(number, 0)
        held = before.rows[old - 1] if before is not None and 1 <= old <= len(before.rows) else {}
        found.append(
            {
                name: _told(given)
                if (number, name) == settled or before is None or not _same(held, name, value)
                else _told(origin_of(before, old, name))
                for name, value in row.items()
            }
        )
    return found


def origin_of(held: GroupRow, number: int, name: str) -> FieldValue:
    """One answer of a row (from 1) with its origin; of rows older than origins, that of all of them.

    What machines read had no person beside it.
    """
    value: Answer = held.rows[number - 1].get(name) if 1 <= number <= len(held.rows) else None
    told = held.origins[number - 1].get(name) if 1 <= number <= len(held.origins) else None
    if told is None:
        origin = Origin.SCREEN if held.given_by else Origin.SCAN
        return FieldValue(value, origin, None, held.given_by, held.given_at.isoformat())
    return FieldValue(value, Origin(told["origin"]), told["confidence"], told["by"], told["at"])


def given_at(held: GroupRow, number: int, name: str) -> datetime:
    """When an answer of a row was given; one that is not there, when the rows were."""
    there = 1 <= number <= len(held.rows) and name in held.rows[number - 1]
    at = origin_of(held, number, name).at if there else None
    return datetime.fromisoformat(at) if at else held.given_at


def _told(given: FieldValue) -> dict[str, Any]:
    return {"origin": given.origin.value, "confidence": given.confidence, "by": given.by, "at": given.at}


def _same(held: Mapping[str, Any], name: str, value: object) -> bool:
    return name in held and held[name] == value and type(held[name]) is type(value)

"""The days that can be asked for: those around which time can still be reckoned in every zone."""

from __future__ import annotations

from datetime import date

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def within_reach(day: date) -> date:
    """The day itself, or the nearest one that a calendar, a zone and a database all know."""
    return min(max(day, FIRST_DAY), LAST_DAY)

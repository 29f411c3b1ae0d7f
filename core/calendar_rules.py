"""Dates as the fund counts them: months clamp at their end, birthdays of 29 February on the 28th.

The sources do not define either; both are proposed readings (fact sheet 311-1-14, 4.1 and 4.2).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(start: date, months: int) -> date:
    """The same day ``months`` later (or earlier), or the last day of a shorter month."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def birthday(born: date, years: int) -> date:
    """The day on which somebody born on ``born`` turns ``years``."""
    return add_months(born, 12 * years)

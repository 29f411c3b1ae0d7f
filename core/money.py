"""Money to the centime: sums that lose nothing, and a debt divided into payments that add up to it.

Expressions reckon in dirhams as CEL's doubles; every result that is money passes through whole centimes here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.calendar_rules import add_months


def centimes(amount_mad: float) -> int:
    """The whole centimes of an amount in dirhams, a half counted upwards."""
    return int((Decimal(repr(float(amount_mad))) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def rounded(amount_mad: float) -> float:
    """An amount in dirhams to the centime."""
    return centimes(amount_mad) / 100


def total(amounts_mad: Iterable[float]) -> float:
    """The sum of amounts in dirhams, each taken to the centime."""
    return sum(map(centimes, amounts_mad)) / 100


def distinct(values: Iterable[Any]) -> int:
    """How many different values a list holds, blanks left out."""
    return len({one for one in values if one not in ("", None)})


def payment_schedule(
    amount_mad: float, advance_mad: float, count: int, first_day: str
) -> list[dict[str, Any]]:
    """Divide a debt into an advance and monthly payments that add up to it exactly.

    Every payment is the same whole number of centimes; what does not divide is on the last.  The
    advance, if any, falls due on the first day and the payments each month after it.

    Proposed: the sources name an advance, a number of instalments and the 10th of the month, and no
    way of dividing (fact sheet remission, 6).

    Returns:
        Rows of ``n`` (0 for the advance), ``day`` (ISO) and ``amount`` (dirhams); none when the
        advance exceeds the amount, nothing is owed, or there is no payment.
    """
    owed, advance = centimes(amount_mad), centimes(advance_mad)
    try:
        first = date.fromisoformat(first_day)
    except (TypeError, ValueError):
        return []
    if count < 1 or owed <= 0 or not 0 <= advance <= owed:
        return []
    rows = [{"n": 0, "day": first.isoformat(), "amount": advance / 100}] if advance else []
    rest = owed - advance
    if rest == 0:
        return rows
    count = min(count, rest)
    each = rest // count
    for number in range(1, count + 1):
        amount = each if number < count else rest - each * (count - 1)
        day = add_months(first, number if advance else number - 1)
        rows.append({"n": number, "day": day.isoformat(), "amount": amount / 100})
    return rows


def day_of_next_month(day: str | None, number: int) -> str | None:
    """That day of the month after ``day``; the last one of a shorter month."""
    try:
        start = date.fromisoformat(day) if day else None
    except ValueError:
        return None
    if start is None:
        return None
    following = add_months(start.replace(day=1), 1)
    last = add_months(following, 1).toordinal() - 1
    return date.fromordinal(min(following.toordinal() + number - 1, last)).isoformat()

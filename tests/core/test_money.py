"""Sums and schedules lose no centime, whatever the amount, the advance and the number of payments."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import centimes, day_of_next_month, payment_schedule, rounded, total

AMOUNTS = st.integers(1, 10**11).map(lambda n: n / 100)


@given(AMOUNTS, st.floats(0, 1), st.integers(1, 120), st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_a_schedule_adds_up_and_its_days_follow_each_other(
    amount: float, share: float, count: int, first: date
) -> None:
    advance = rounded(amount * share)
    rows = payment_schedule(amount, advance, count, first.isoformat())
    assert sum(centimes(row["amount"]) for row in rows) == centimes(amount)
    assert all(row["amount"] > 0 for row in rows)
    days = [row["day"] for row in rows]
    assert days == sorted(set(days)) and days[0] == first.isoformat()
    equal = {row["amount"] for row in rows if row["n"]} - {rows[-1]["amount"]}
    assert len(equal) <= 1
    assert len([row for row in rows if row["n"]]) <= count


def test_what_does_not_divide_is_on_the_last_payment() -> None:
    rows = payment_schedule(1000.0, 0.0, 3, "2022-04-10")
    assert [row["amount"] for row in rows] == [333.33, 333.33, 333.34]
    assert [row["day"] for row in rows] == ["2022-04-10", "2022-05-10", "2022-06-10"]


def test_an_advance_falls_due_first_and_is_no_payment() -> None:
    rows = payment_schedule(1000.0, 400.0, 2, "2022-12-10")
    assert [(row["n"], row["day"], row["amount"]) for row in rows] == [
        (0, "2022-12-10", 400.0),
        (1, "2023-01-10", 300.0),
        (2, "2023-02-10", 300.0),
    ]


@pytest.mark.parametrize(
    ("amount", "advance", "count", "first"),
    [
        (0.0, 0.0, 3, "2022-04-10"),
        (100.0, 100.01, 3, "2022-04-10"),
        (100.0, 0.0, 0, "2022-04-10"),
        (1.0, 0.0, 1, ""),
    ],
)
def test_what_cannot_be_divided_gives_no_schedule(
    amount: float, advance: float, count: int, first: str
) -> None:
    assert payment_schedule(amount, advance, count, first) == []


@pytest.mark.parametrize(
    ("validated", "debit"),
    [("2022-12-05", "2023-01-10"), ("2022-03-31", "2022-04-10"), ("2022-03-10", "2022-04-10")],
)
def test_a_debit_falls_on_the_tenth_of_the_month_after(validated: str, debit: str) -> None:
    assert day_of_next_month(validated, 10) == debit


def test_a_month_that_is_too_short_ends_on_its_last_day() -> None:
    assert day_of_next_month("2023-01-31", 31) == "2023-02-28"
    assert day_of_next_month("", 10) is None and day_of_next_month("soon", 10) is None


def test_a_half_centime_counts_upwards_and_sums_are_of_centimes() -> None:
    assert rounded(1.005) == 1.01 and rounded(2.675) == 2.68
    assert total([0.1] * 10 + [0.005]) == 1.01

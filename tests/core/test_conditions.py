from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar_rules import add_months, birthday
from core.conditions import FUNCTIONS, Condition, Scope, unknown_names

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def value(expression: str, **variables: object) -> object:
    return Condition(expression).evaluate(Scope(variables, {}))


@pytest.mark.parametrize(
    ("on", "past", "reached"),
    [("2026-03-04", False, False), ("2026-03-05", False, True), ("2026-03-06", True, True)],
)
def test_a_birthday_is_reached_on_the_day_and_past_the_day_after(on: str, past: bool, reached: bool) -> None:
    assert value("past_birthday(born, 12, on)", born="2014-03-05", on=on) is past
    assert value("reached_birthday(born, 12, on)", born="2014-03-05", on=on) is reached


def test_blank_dates_make_date_functions_false_or_null() -> None:
    assert value("past_birthday(born, 12, on)", born=None, on="2026-01-01") is False
    assert value("add_months(born, 6) == null", born=None) is True
    assert value("days_between(born, on) == null", born="", on="2026-01-01") is True


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2025-08-31", 6, "2026-02-28"), ("2023-08-31", 6, "2024-02-29"), ("2026-03-31", -1, "2026-02-28")],
)
def test_months_clamp_at_their_end(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months).isoformat() == end


@given(days, st.integers(-600, 600))
def test_adding_months_never_leaves_the_month_aimed_at(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@given(days, st.integers(0, 90), st.integers(0, 90))
def test_birthdays_come_in_order(born: date, first: int, second: int) -> None:
    assert (birthday(born, first) <= birthday(born, second)) == (first <= second)


def test_unknown_names_are_found_inside_macros_members_and_calls() -> None:
    expression = 'spouse.wrok == "none.x" && children.exists(c, c.brith > on) && nosuch(quality)'
    known = ["spouse.work", "quality", "children", "on"]
    found = unknown_names(expression, known, {"children": ["birth"]})
    assert set(found) == {"spouse.wrok", "c.brith", "nosuch()"}


def test_every_function_is_explained_in_the_docs(docs_of_the_spec_language: str) -> None:
    for name in FUNCTIONS:
        assert f"`{name}(" in docs_of_the_spec_language

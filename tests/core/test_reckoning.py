"""A calculation is told as a person reckons it, with the same result."""

from __future__ import annotations

import pytest

from core.conditions import Scope
from core.reckoning import Step, steps_of

SCOPE = Scope(
    {"param": {"first": 300, "next": 26, "few": 3}, "children": [1, 2, 3, 4, 5], "on": "2026-03-01"}, {}
)


def test_a_sum_of_rates_is_told_rate_by_rate() -> None:
    told = steps_of(
        "param.first * min(size(children), param.few) + param.next * max(0, size(children) - param.few)",
        SCOPE,
    )
    assert told == (Step("first", 3, 900), Step("next", 2, 52))


@pytest.mark.parametrize(
    "expression",
    ["size(children) * 3", "param.first * param.next", "param.first", "size(unknown) * param.first"],
)
def test_what_is_no_rate_times_a_number_is_not_taken_apart(expression: str) -> None:
    assert steps_of(expression, SCOPE) == ()

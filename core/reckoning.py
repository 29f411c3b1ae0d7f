"""A form's amounts, and each taken apart as a person reckons it: so many times such a rate, and their sum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds

if TYPE_CHECKING:
    from core.form_spec import FormSpec

_RATE = re.compile(r"param\.([a-z]\w*)")


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a sum: a parameter, how many times it counts, and what that makes."""

    parameter: str
    times: Any
    value: Any


def calculated(spec: FormSpec, scope: Scope) -> dict[str, Any]:
    """The form's amounts by id, later ones on earlier; null where one does not apply or cannot be reckoned yet."""
    found: dict[str, Any] = {}
    for one in spec.calculations:
        found[one.id] = reckoned(one.value, one.when, scope.with_variables(calc=dict(found)))
    return found


def reckoned(value: Condition, when: Condition | None, scope: Scope) -> Any:
    """What a formula gives; null where it does not apply or cannot be reckoned yet."""
    try:
        return value.evaluate(scope) if holds(when, scope) else None
    except EVALUATION_ERRORS:
        return None


def steps_of(expression: str, scope: Scope) -> tuple[Step, ...]:
    """The parts of a sum of products, each of one parameter and a number; nothing of any other shape.

    ``param.rate * size(children) + param.other * 2`` has two parts.
    """
    found = []
    for summand in _split(expression, "+"):
        factors = [one.strip() for one in _split(summand, "*")]
        rates = [one for one in factors if _RATE.fullmatch(one)]
        rest = " * ".join(one for one in factors if one not in rates)
        if len(rates) != 1 or not rest:
            return ()
        try:
            times = Condition(rest).evaluate(scope)
            value = Condition(summand.strip()).evaluate(scope)
        except EVALUATION_ERRORS:
            return ()
        found.append(Step(rates[0].removeprefix("param."), times, value))
    return tuple(found)


def _split(expression: str, sign: str) -> list[str]:
    """The parts between the signs that stand in no brackets."""
    parts, depth, begun = [], 0, 0
    for place, character in enumerate(expression):
        depth += (character in "([") - (character in ")]")
        if character == sign and depth == 0:
            parts.append(expression[begun:place])
            begun = place + 1
    return [*parts, expression[begun:]]

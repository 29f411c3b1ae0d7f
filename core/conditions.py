"""Conditions and formulas of a spec: CEL expressions, compiled once, names checked at parse time.

CEL (Common Expression Language) has no loops, no assignments and no access to anything but
what it is given, so a spec can be read, and trusted, by somebody who does not program.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import ModuleType
from typing import Any

from core.calendar_rules import add_months, birthday
from core.money import day_of_next_month, distinct, payment_schedule, rounded, total

# The package loads its own command line as well: a seventh of a second that each reading would pay.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
import cel  # noqa: E402


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may see: variables by name, and functions bound to one dossier."""

    variables: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]

    def with_variables(self, **more: Any) -> Scope:
        """The same scope with some variables added or replaced."""
        return Scope({**self.variables, **more}, self.functions)


@dataclass(frozen=True, slots=True)
class Condition:
    """One CEL expression of a spec; a yes/no condition, a date or an amount."""

    expression: str

    def evaluate(self, scope: Scope) -> Any:
        """Compute the expression.

        Raises:
            EVALUATION_ERRORS: The expression does not fit the values; the parser's
                rehearsal on blank and sample answers keeps published specs from it.
        """
        named = _names_in(self.expression)  # handing over a whole dossier costs more than reckoning
        context = cel.Context({name: scope.variables[name] for name in named & scope.variables.keys()})
        for name, function in {**FUNCTIONS, **scope.functions}.items():
            if name in named:
                context.add_function(name, function)
        return _compiled(self.expression).execute(context)

    def holds(self, scope: Scope) -> bool:
        """Whether the condition is true."""
        return self.evaluate(scope) is True


_WORD = re.compile(r"[A-Za-z_]\w*")

EVALUATION_ERRORS = (ValueError, TypeError, KeyError, RuntimeError)
"""What evaluating an expression raises when it does not fit the values."""


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> Any:
    return cel.compile(expression)


@lru_cache(maxsize=4096)
def _names_in(expression: str) -> frozenset[str]:
    """Every word of an expression: no variable or function that it uses is called otherwise."""
    return frozenset(_WORD.findall(expression))


def holds(condition: Condition | bool | None, scope: Scope, default: bool = True) -> bool:
    """Whether an optional condition holds; an absent one counts as ``default``."""
    if condition is None:
        return default
    return condition if isinstance(condition, bool) else condition.holds(scope)


# --- functions every expression may use --------------------------------------------------------


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _given(value: Any) -> bool:
    return not (value is None or value is False or value in ("", []))


def _past_birthday(born: str | None, years: int, on: str) -> bool:
    start, day = _day(born), _day(on)
    return bool(start and day and day > birthday(start, years))


def _reached_birthday(born: str | None, years: int, on: str) -> bool:
    start, day = _day(born), _day(on)
    return bool(start and day and day >= birthday(start, years))


def _add_months(start: str | None, months: int) -> str | None:
    day = _day(start)
    return add_months(day, months).isoformat() if day else None


def _add_days(start: str | None, days: int) -> str | None:
    day = _day(start)
    return (day + timedelta(days=days)).isoformat() if day else None


def _days_between(first: str | None, second: str | None) -> int | None:
    start, end = _day(first), _day(second)
    return (end - start).days if start and end else None


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "given": _given,
    "past_birthday": _past_birthday,
    "reached_birthday": _reached_birthday,
    "add_months": _add_months,
    "add_days": _add_days,
    "days_between": _days_between,
    "min": min,
    "max": max,
    "total": total,
    "distinct": distinct,
    "rounded": rounded,
    "payment_schedule": payment_schedule,
    "day_of_next_month": day_of_next_month,
}
"""Functions of every expression, explained in ``docs/spec-language.md``."""

DOSSIER_FUNCTIONS = ("has_document", "has_document_for_child", "on_file", "declared", "filled")
"""Functions that ask the dossier at hand; ``core.scope`` binds them."""

_CEL_MACROS = ("has", "filter", "map", "exists", "all", "exists_one")
_CEL_WORDS = ("true", "false", "null", "in", "size", "int", "double", "string", "bool")
_CEL_BUILTINS = frozenset((*_CEL_MACROS, *_CEL_WORDS, "contains", "startsWith", "endsWith", "matches"))
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_MACRO = re.compile(r"([A-Za-z_][\w.]*)\.(?:filter|map|exists|all|exists_one)\(\s*([A-Za-z_]\w*)\s*,")
_PATH = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\s*\()?")


def syntax_problem(expression: str) -> str | None:
    """Say why an expression cannot be compiled, in one line; None when it can."""
    try:
        _compiled(expression)
    except ValueError as error:
        first_line = str(error).splitlines()[0]
        return first_line.split("ERROR:", 1)[-1].strip()
    return None


def unknown_names(expression: str, known: Iterable[str], rows: Mapping[str, Iterable[str]]) -> list[str]:
    """Find names an expression uses that nothing declares.

    Args:
        known: Full dotted names of variables; a name ending in ``.*`` allows every member.
        rows: For each list variable, the member names of its rows (``children`` → ``birth`` …).
    """
    text = _STRINGS.sub('""', expression)
    bound = {variable: receiver for receiver, variable in _MACRO.findall(text)}
    names = set(known)
    functions = _CEL_BUILTINS | set(FUNCTIONS) | set(DOSSIER_FUNCTIONS)
    unknown: list[str] = []
    for path, call in _PATH.findall(text):
        head, _, tail = path.partition(".")
        if call:
            path, _, function = path.rpartition(".")
            if function not in functions:
                unknown.append(function + "()")
            if not path:
                continue
            head, _, tail = path.partition(".")
        if path in _CEL_BUILTINS or path in names or f"{head}.*" in names:
            continue
        if head in bound and (not tail or tail in set(rows.get(bound[head], ()))):
            continue
        if path not in unknown:
            unknown.append(path)
    return unknown

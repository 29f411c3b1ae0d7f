"""Formulas of calculators, reckoned exactly and shown with the values put in.

The expressions are those of the spec language; here every figure is a fraction, so that a centime is
never lost to binary numbers, and ``7 / 2`` is three and a half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from core.conditions import FUNCTIONS

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*"|'[^']*')|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"""
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/<>!()\[\],?:]))"""
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/"))
_DEEPEST = 40

Value = Fraction | bool | str | None


class NotExact(ValueError):
    """The expression uses something that has no exact reckoning."""


class DoesNotFit(ValueError):
    """The values given do not fit the expression, such as a missing one in a sum."""


@dataclass(frozen=True, slots=True)
class Part:
    """One node of a formula.

    Attributes:
        kind: ``number``, ``text``, ``name``, ``call``, ``list``, ``sign`` or ``choice`` (``a ? b : c``).
        word: The number, text, name, function or sign.
    """

    kind: str
    word: str
    parts: tuple[Part, ...] = ()


@lru_cache(maxsize=2048)
def formula(expression: str) -> Part:
    """Take an expression apart.

    Raises:
        NotExact: It goes beyond figures, comparisons, yes and no, and the functions listed here.
    """
    reader = _Reader(_tokens(expression))
    found = reader.choice()
    if reader.tokens:
        raise NotExact(reader.tokens[0][1])
    return found


def reckon(part: Part, values: Mapping[str, Value]) -> Value:
    """The value of a formula.

    Raises:
        DoesNotFit: A value is missing or of another kind than the formula needs.
    """
    match part.kind:
        case "number":
            return Fraction(part.word)
        case "text":
            return part.word
        case "name":
            return _named(part.word, values)
        case "choice":
            return reckon(chosen_branch(part, values), values)
        case "call":
            return _called(part.word, [reckon(one, values) for one in part.parts])
        case _:
            return _signed(part, values)


def chosen_branch(part: Part, values: Mapping[str, Value]) -> Part:
    """Of ``a ? b : c`` the branch that counts."""
    condition, first, second = part.parts
    return first if reckon(condition, values) is True else second


def names_in(part: Part) -> Iterator[str]:
    """Every name of a formula."""
    if part.kind == "name":
        yield part.word
    for one in part.parts:
        yield from names_in(one)


def counted_names(part: Part, values: Mapping[str, Value]) -> Iterator[str]:
    """The names of a formula that count: of alternatives, those of the branch that does."""
    if part.kind == "choice":
        yield from counted_names(chosen_branch(part, values), values)
        return
    if part.kind == "name":
        yield part.word
    for one in part.parts:
        yield from counted_names(one, values)


def holds(expression: str, values: Mapping[str, Value]) -> bool:
    """Whether a condition is true."""
    return reckon(formula(expression), values) is True


# --- reading ---


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotExact(text[at:].strip()[:20])
        kind = str(match.lastgroup)
        word = match[kind]
        found.append(("sign" if word == "in" else kind, word[1:-1] if kind == "text" else word))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.depth = tokens, 0

    def choice(self) -> Part:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotExact("(")
        found = self._level(0)
        if self._take("?"):
            first = self.choice()
            self._expect(":")
            found = Part("choice", "?", (found, first, self.choice()))
        self.depth -= 1
        return found

    def _level(self, level: int) -> Part:
        if level == len(_LEVELS):
            return self._single()
        found = self._level(level + 1)
        while (sign := self._any(_LEVELS[level])) is not None:
            found = Part("sign", sign, (found, self._level(level + 1)))
        return found

    def _single(self) -> Part:
        for sign in ("-", "!"):
            if self._take(sign):
                return Part("sign", sign, (self._single(),))
        if self._take("("):
            inside = self.choice()
            self._expect(")")
            return inside
        if self._take("["):
            return Part("list", "[", self._arguments("]"))
        if not self.tokens or self.tokens[0][0] == "sign":
            raise NotExact(self.tokens[0][1] if self.tokens else "…")
        kind, word = self.tokens.pop(0)
        if kind == "name" and self._take("("):
            if word not in EXACT_FUNCTIONS:
                raise NotExact(f"{word}()")
            return Part("call", word, self._arguments(")"))
        return Part(kind, word)

    def _arguments(self, closing: str) -> tuple[Part, ...]:
        found: list[Part] = []
        while not self._take(closing):
            found.append(self.choice())
            if not self.tokens or self.tokens[0][1] != closing:
                self._expect(",")
        return tuple(found)

    def _any(self, signs: tuple[str, ...]) -> str | None:
        return next((sign for sign in signs if self._take(sign)), None)

    def _take(self, sign: str) -> bool:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise NotExact(self.tokens[0][1] if self.tokens else "…")


# --- reckoning ---


def _named(name: str, values: Mapping[str, Value]) -> Value:
    if name in ("true", "false", "null"):
        return {"true": True, "false": False}.get(name)
    if name not in values:
        raise DoesNotFit(name)
    return values[name]


def _figure(value: Value) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, Fraction):
        raise DoesNotFit(repr(value))
    return value


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise DoesNotFit(repr(value))
    return value


def _whole_part(value: Value) -> Fraction:
    found = _figure(value)
    return Fraction(found.numerator // found.denominator)


def _rounded_up(value: Value) -> Fraction:
    return -_whole_part(-_figure(value))


def _dates(name: str) -> Callable[..., Value]:
    function = FUNCTIONS[name]

    def exact(start: Value, count: Value) -> Value:
        found = _figure(count)
        if found.denominator != 1:
            raise DoesNotFit(str(found))
        try:
            return _text(function(_text(start), int(found)))
        except (OverflowError, ValueError):
            raise DoesNotFit(name) from None

    return exact


def _days_between(first: Value, second: Value) -> Value:
    days = FUNCTIONS["days_between"](_text(first), _text(second))
    if days is None:
        raise DoesNotFit("days_between")
    return Fraction(days)


def _months_begun(first: Value, second: Value) -> Value:
    """Months from one day to another, one that has begun counted whole; 0 when the second is not later."""
    start, end = date.fromisoformat(_text(first)), date.fromisoformat(_text(second))
    if end <= start:
        return Fraction(0)
    count = (end.year - start.year) * 12 + end.month - start.month
    whole = FUNCTIONS["add_months"](start.isoformat(), count)
    return Fraction(count + (str(whole) < end.isoformat()))


EXACT_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "min": lambda *values: min(map(_figure, values)),
    "max": lambda *values: max(map(_figure, values)),
    "floor": _whole_part,
    "ceil": _rounded_up,
    "given": lambda value: FUNCTIONS["given"](value),
    "add_months": _dates("add_months"),
    "add_days": _dates("add_days"),
    "days_between": _days_between,
    "months_begun": _months_begun,
}
"""Functions a calculator may use."""


def _called(name: str, arguments: list[Value]) -> Value:
    try:
        return EXACT_FUNCTIONS[name](*arguments)
    except (TypeError, ValueError, OverflowError):
        raise DoesNotFit(f"{name}()") from None


def _signed(part: Part, values: Mapping[str, Value]) -> Value:
    sign = part.word
    if sign in ("&&", "||"):
        first = reckon(part.parts[0], values) is True
        if first is (sign == "||"):
            return first
        return reckon(part.parts[1], values) is True
    if sign == "!":
        return reckon(part.parts[0], values) is not True
    if len(part.parts) == 1:
        return -_figure(reckon(part.parts[0], values))
    left = reckon(part.parts[0], values)
    if sign == "in":
        return left in [reckon(one, values) for one in part.parts[1].parts]
    right = reckon(part.parts[1], values)
    if sign in ("==", "!="):
        return (left == right) is (sign == "==")
    return _compared(sign, left, right) if sign in _COMPARED else _operated(sign, left, right)


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compared(sign: str, left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return _COMPARED[sign](left, right)
    return _COMPARED[sign](_figure(left), _figure(right))


def _operated(sign: str, left: Value, right: Value) -> Fraction:
    first, second = _figure(left), _figure(right)
    if sign == "/" and second == 0:
        raise DoesNotFit("/ 0")
    match sign:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
        case _:
            return first / second

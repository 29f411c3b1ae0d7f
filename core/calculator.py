"""Calculators: what an amount or a date comes to, step by step, so that anybody can reckon it again.

Money is rounded to the centime at each step that is shown, and the next step goes on from what is
shown: whoever repeats the sum by hand finds the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from core.conditions import Condition
from core.errors import InvalidValue
from core.exact_formula import DoesNotFit, Value, counted_names, formula, holds, reckon
from core.field_kinds import Answer, kind_of
from core.form_spec import Calculation, DatedValue, FieldSpec, Parameter, Rule, Severity
from core.formula_in_words import in_words
from core.localized_text import LocalizedText
from core.measures import exact, measured, rounded_to
from core.shared_parameters import value_in_words


@dataclass(frozen=True, slots=True)
class Calculator:
    """One calculator as its file declares it."""

    id: str
    title: LocalizedText
    intro: LocalizedText
    inputs: tuple[FieldSpec, ...]
    results: tuple[Calculation, ...]
    source: str
    rules: tuple[Rule, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    answers: tuple[str, ...] = ()
    proposed: str | None = None
    source_file: str = ""

    @property
    def depends_on_day(self) -> bool:
        """Whether a figure it uses has changed over time, so that the day reckoned for matters."""
        return any(len(one.values) > 1 for one in self.parameters)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One result.

    Attributes:
        value: An amount or number as digits, or a day as ISO text.
        shown: The value with its unit.
        formula: The formula in words.
        filled: The formula with the values put in.
    """

    calculation: Calculation
    value: str
    shown: LocalizedText
    formula: LocalizedText
    filled: LocalizedText


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What came of the answers.

    Attributes:
        problems: What must be mended first, by input; then there are no results.
        remarks: What else the rules say.
        figures: The parameters as they stand on the day: those that were reckoned with, or all of them
            where nothing was.
    """

    answers: Mapping[str, Answer]
    on: date
    results: tuple[Reckoned, ...] = ()
    problems: Mapping[str, LocalizedText] = field(default_factory=dict)
    remarks: tuple[Rule, ...] = ()
    figures: tuple[tuple[Parameter, DatedValue], ...] = ()


MISSING = LocalizedText(
    ar="هذه المعلومة ضرورية للحساب، فاكتبوها من فضلكم.",
    fr="Cette donnée est nécessaire au calcul : indiquez-la, s'il vous plaît.",
)
TOO_LARGE = LocalizedText(
    ar="هذه القيمة تتجاوز ما يمكن حسابه. تحققوا منها.",
    fr="Cette valeur dépasse ce qui peut se calculer. Vérifiez-la.",
)


def calculate(calculator: Calculator, raw: Mapping[str, object], on: date) -> Reckoning:
    """Reckon from what somebody typed.

    Args:
        raw: Answers by input id, in any form their kind can read; unknown ids are ignored.
        on: The day whose figures count.
    """
    figures = tuple((one, one.on(on)) for one in calculator.parameters)
    answers, problems = _read(calculator.inputs, raw)
    values = _values(calculator, answers, on)
    problems |= _missing(calculator.inputs, answers, problems, values)
    if problems:
        return Reckoning(answers, on, problems=problems, figures=figures)
    broken = [one for one in calculator.rules if _broken(one, values)]
    problems = {one.subject: one.message for one in reversed(broken) if one.severity is Severity.ERROR}
    remarks = tuple(one for one in broken if one.severity is not Severity.ERROR)
    if problems:
        return Reckoning(answers, on, problems=problems, remarks=remarks, figures=figures)
    used: set[str] = set()
    try:
        results = tuple(_results(calculator, values, used))
    except DoesNotFit:
        first = calculator.inputs[0].id
        return Reckoning(answers, on, problems={first: TOO_LARGE}, figures=figures)
    for rule in calculator.rules:
        used |= set(counted_names(formula(rule.check.expression), values))
    figures = tuple(one for one in figures if f"param.{one[0].id}" in used)
    return Reckoning(answers, on, results, remarks=remarks, figures=figures)


def applies(condition: Condition | bool | None, values: Mapping[str, Value], default: bool = True) -> bool:
    """Whether an optional condition holds, reckoned exactly."""
    if condition is None:
        return default
    return condition if isinstance(condition, bool) else holds(condition.expression, values)


def _read(
    inputs: Iterable[FieldSpec], raw: Mapping[str, object]
) -> tuple[dict[str, Answer], dict[str, LocalizedText]]:
    answers: dict[str, Answer] = {}
    problems: dict[str, LocalizedText] = {}
    for one in inputs:
        try:
            given = kind_of(one).parse(raw.get(one.id), one)
            answers[one.id] = kind_of(one).parse(one.default, one) if given is None else given
        except InvalidValue as error:
            answers[one.id], problems[one.id] = None, error.message
    return answers, problems


def _missing(
    inputs: Iterable[FieldSpec],
    answers: Mapping[str, Answer],
    problems: Mapping[str, LocalizedText],
    values: Mapping[str, Value],
) -> dict[str, LocalizedText]:
    found = {}
    for one in inputs:
        if answers[one.id] is None and one.id not in problems and applies(one.when, values):
            required = one.required if isinstance(one.required, (bool, Condition)) else False
            if applies(required, values, default=False):
                found[one.id] = MISSING
    return found


def _values(calculator: Calculator, answers: Mapping[str, Answer], on: date) -> dict[str, Value]:
    values: dict[str, Value] = {"on": on.isoformat()}
    for parameter in calculator.parameters:
        values[f"param.{parameter.id}"] = reckonable(parameter, on)
    for one in calculator.inputs:
        values[one.id] = seen(one, answers.get(one.id))
    for one in calculator.inputs:
        if one.when is not None and not holds(one.when.expression, values):
            values[one.id] = seen(one, None)
    return values


def reckonable(parameter: Parameter, on: date) -> Value:
    """A parameter as formulas see it: 12.89 % is the part 0.1289 of a whole."""
    found = exact(parameter.on(on).value)
    return found / 100 if parameter.unit == "%" and found is not None else found


def seen(one: FieldSpec, answer: Answer) -> Value:
    """An answer as formulas see it: figures as fractions, days and choices as text, none as null."""
    if isinstance(answer, bool):
        return answer
    if answer is None or isinstance(answer, list):
        return False if one.kind == "declaration" else None
    return exact(answer) if one.kind in ("amount", "integer") else str(answer)


def _broken(rule: Rule, values: Mapping[str, Value]) -> bool:
    return applies(rule.when, values) and not holds(rule.check.expression, values)


def _results(calculator: Calculator, values: dict[str, Value], used: set[str]) -> Iterable[Reckoned]:
    """Reckon step by step; the names that counted are added to ``used``."""
    labels = {one.id: _within_formula(one.label) for one in calculator.inputs}
    labels |= {f"param.{one.id}": one.label for one in calculator.parameters}
    labels |= {f"calc.{one.id}": _within_formula(one.label) for one in calculator.results}
    labels["on"] = LocalizedText("تاريخ الحساب", "date du calcul")
    for one in calculator.results:
        if not applies(one.when, values):
            values[f"calc.{one.id}"] = None
            continue
        part = formula(one.value.expression)
        value, written = _rounded(reckon(part, values), one.unit)

        def with_unit(name: str) -> LocalizedText:
            used.add(name)
            return _with_unit(calculator, name, values)

        yield Reckoned(
            one,
            written,
            measured(written, one.unit, all_places=True),
            in_words(part, values, lambda name: labels[name]),
            in_words(part, values, with_unit),
        )
        values[f"calc.{one.id}"] = value


def _within_formula(label: LocalizedText) -> LocalizedText:
    """A label that begins with a capital where it stands alone, as it stands among others."""
    first, rest = label.fr[:1], label.fr[1:]
    return label if rest[:1].isupper() else LocalizedText(label.ar, first.lower() + rest)


def _rounded(value: Value, unit: str) -> tuple[Value, str]:
    if unit == "date" and isinstance(value, str):
        return value, value
    if isinstance(value, bool) or not isinstance(value, Fraction):
        raise DoesNotFit(repr(value))
    if unit == "%":
        percent = rounded_to(value * 100, unit)
        return Fraction(percent) / 100, str(percent)
    kept = rounded_to(value, unit)
    return Fraction(kept), str(kept)


def _with_unit(calculator: Calculator, name: str, values: Mapping[str, Value]) -> LocalizedText:
    value = values[name]
    if name.startswith("param."):
        parameter = next(one for one in calculator.parameters if f"param.{one.id}" == name)
        return value_in_words(parameter, parameter.on(date.fromisoformat(str(values["on"]))))
    if name.startswith("calc."):
        unit = next(one.unit for one in calculator.results if f"calc.{one.id}" == name)
        return _measured(value, unit)
    return _answer_in_words(calculator, name, value)


def _measured(value: Value, unit: str) -> LocalizedText:
    return measured(value * 100 if unit == "%" and isinstance(value, Fraction) else value, unit)


def _answer_in_words(calculator: Calculator, name: str, value: Any) -> LocalizedText:
    kind = next((one.kind for one in calculator.inputs if one.id == name), "date")
    units = {"amount": "MAD", "date": "date", "integer": "share"}
    return measured(value, units.get(kind, "share"))

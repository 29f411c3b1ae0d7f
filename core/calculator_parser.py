"""YAML text to ``Calculator``: every problem at once, each at its line and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import cast

from core.calculator import Calculator, reckonable, seen
from core.conditions import Condition
from core.construct_reader import STAND_IN, ConstructReader
from core.errors import SpecError, SpecErrors
from core.exact_formula import DoesNotFit, NotExact, Value, formula, names_in, reckon
from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText
from core.measures import UNITS, exact
from core.shared_parameters import SharedParameters, report_language, shared_under_uses
from core.spec_parser import SpecBuilder
from core.yaml_source import Place, load_yaml

_KINDS = ("amount", "integer", "date", "choice", "declaration")
_DUMMY_DAY = date(2026, 1, 31)


def parse_calculator(text: str, source: str, shared: SharedParameters) -> Calculator:
    """Read a calculator's file.

    Raises:
        SpecErrors: Everything that is wrong, each with file, line and column.
    """
    root, errors = load_yaml(text, source)
    reader = ConstructReader(source, errors)
    c = reader.construct("calculator", root) if root is not None else None
    if c is None:
        raise SpecErrors(errors)
    report_language(c, reader)
    builder = SpecBuilder()
    calculator = Calculator(
        id=str(c.values["id"]),
        title=cast(LocalizedText, c.values["title"]),
        intro=cast(LocalizedText, c.values["intro"]),
        inputs=tuple(one for item in c.constructs("inputs") for one in builder.field(item)),
        rules=tuple(builder.rule(one) for one in c.constructs("rules")),
        results=tuple(builder.calculation(one) for one in c.constructs("results")),
        parameters=shared_under_uses(c, shared, reader),
        answers=c.texts("answers"),
        source=str(c.values["source"]),
        proposed=None if c.get("proposed") is None else str(c.get("proposed")),
        source_file=source,
    )
    problems: list[SpecError] = []
    _Checks(calculator, builder.places, ConstructReader(source, problems)).all()
    errors += [one for one in problems if STAND_IN not in one.problem]
    if errors:
        raise SpecErrors(errors)
    return calculator


class _Checks:
    """Whether what is declared can be reckoned, whatever is answered."""

    def __init__(self, calculator: Calculator, places: Mapping[str, Place], reader: ConstructReader) -> None:
        self.calculator, self.places, self.reader = calculator, places, reader

    def report(self, part: str, problem: str) -> None:
        self.reader.report(self.places.get(part, Place(1, 1)), problem)

    def all(self) -> None:
        calculator = self.calculator
        if not calculator.inputs:
            self.report("", "inputs: nothing is asked, expected at least one field")
        if not calculator.results:
            self.report("", "results: nothing is reckoned, expected at least one calculation")
        for one in calculator.inputs:
            self._input(one)
        for result in calculator.results:
            if result.unit not in UNITS:
                known = ", ".join(UNITS)
                self.report(
                    f"calculation {result.id}", f"unit: {result.unit!r} is unknown, expected one of: {known}"
                )
        named = (("field", "", calculator.inputs), ("calculation", "calculation ", calculator.results))
        for what, prefix, parts in named:
            for part, count in Counter(one.id for one in parts).items():
                if count > 1:
                    self.report(
                        f"again {prefix}{part}", f"the {what} id {part!r} stands {count} times, expected once"
                    )
        ids = {one.id for one in calculator.inputs}
        for rule in calculator.rules:
            if rule.subject not in ids:
                self.report(f"rule {rule.id}", f"subject: no field is called {rule.subject!r}")
        if self._expressions():
            self._rehearse()

    def _input(self, one: FieldSpec) -> None:
        if one.kind not in _KINDS:
            expected = ", ".join(_KINDS)
            self.report(
                one.id, f"{one.id}: kind {one.kind} cannot be reckoned with, expected one of: {expected}"
            )
        if one.kind == "choice" and len(one.choices) < 2:
            self.report(one.id, f"{one.id}: a choice needs at least two choices")

    def _uses(self) -> Iterator[tuple[str, str, Condition, set[str]]]:
        """Every expression: its part, its key, itself, and the names it may use."""
        base = {one.id for one in self.calculator.inputs} | {"on"}
        base |= {f"param.{one.id}" for one in self.calculator.parameters}
        for one in self.calculator.inputs:
            for role, condition in (("when", one.when), ("required", one.required)):
                if isinstance(condition, Condition):
                    yield one.id, role, condition, base
        for rule in self.calculator.rules:
            for role, condition in (("when", rule.when), ("check", rule.check)):
                if condition is not None:
                    yield f"rule {rule.id}", role, condition, base
        known = set(base)
        for result in self.calculator.results:
            for role, condition in (("when", result.when), ("value", result.value)):
                if condition is not None:
                    yield f"calculation {result.id}", role, condition, set(known)
            known.add(f"calc.{result.id}")

    def _expressions(self) -> bool:
        sound = True
        for part, role, condition, known in self._uses():
            try:
                names = set(names_in(formula(condition.expression)))
            except NotExact as error:
                sound = False
                self.report(
                    part, f"{role}: {str(error)!r} cannot be reckoned exactly, expected what the docs list"
                )
                continue
            for name in sorted(names - known - {"true", "false", "null"}):
                sound = False
                near = get_close_matches(name, sorted(known), n=1)
                if near:
                    self.report(part, f"{role}: {name!r} is unknown, did you mean {near[0]!r}?")
                    continue
                self.report(
                    part, f"{role}: {name!r} is unknown, expected the id of a field, fact or parameter"
                )
        return sound

    def _rehearse(self) -> None:
        """Reckon with samples: every choice, and every input left out that may be."""
        failed: set[str] = set()
        for values in self._samples():
            failed |= self._run(values, failed)

    def _samples(self) -> Iterator[dict[str, Value]]:
        full: dict[str, Value] = {"on": _DUMMY_DAY.isoformat()}
        full |= {f"param.{p.id}": reckonable(p, _DUMMY_DAY) for p in self.calculator.parameters}
        full |= {one.id: _sample(one) for one in self.calculator.inputs}
        chosen = [full]
        for one in self.calculator.inputs:
            chosen += [{**full, one.id: choice.value} for choice in one.choices]
            if one.kind == "declaration":
                chosen.append({**full, one.id: False})
        for values in chosen:
            yield values
            for one in self.calculator.inputs:
                if one.kind != "declaration" and one.required is False and one.default is None:
                    yield {**values, one.id: None}

    def _run(self, given: Mapping[str, Value], failed: set[str]) -> set[str]:
        """Reckon once; gives the ids of results that fail and were not told yet."""
        values = dict(given)
        for one in self.calculator.results:
            if one.id in failed:
                break
            values[f"calc.{one.id}"] = None
            try:
                if one.when is not None and reckon(formula(one.when.expression), values) is not True:
                    continue
                value = reckon(formula(one.value.expression), values)
            except DoesNotFit as error:
                self.report(
                    f"calculation {one.id}",
                    f"value: fails on sample answers, guard it with given(…): {error}",
                )
                return {one.id}
            if isinstance(value, bool) or value is None or isinstance(value, str) is not (one.unit == "date"):
                shown = "…" if value is None else str(value)
                self.report(
                    f"calculation {one.id}", f"value: gives {shown!r} on sample answers, expected a number"
                )
                return {one.id}
            values[f"calc.{one.id}"] = value
        return set()


def _sample(one: FieldSpec) -> Value:
    if one.kind == "choice":
        return one.choices[0].value if one.choices else None
    if one.kind == "integer":
        low = one.minimum or 0
        return exact(low if one.maximum == low else low + 1)
    return seen(one, kind_of(one).sample)

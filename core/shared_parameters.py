"""The dated figures that forms, answers and calculators share: one place to change what the law changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, cast

from core.construct_reader import STAND_IN, Construct, ConstructReader
from core.errors import SpecError, SpecErrors
from core.form_spec import DatedValue, Parameter
from core.localized_text import LocalizedText
from core.measures import UNITS, exact, measured
from core.yaml_source import load_yaml


@dataclass(frozen=True, slots=True)
class SharedParameters:
    """Every shared parameter by id."""

    by_id: Mapping[str, Parameter] = field(default_factory=dict)

    def chosen(self, ids: Iterable[str]) -> tuple[Parameter, ...]:
        """Those of the ids that exist, in that order."""
        return tuple(self.by_id[one] for one in ids if one in self.by_id)


def parse_shared_parameters(text: str, source: str) -> SharedParameters:
    """Read ``parameters.yaml``.

    Raises:
        SpecErrors: Everything that is wrong, each with file, line and column.
    """
    root, errors = load_yaml(text, source)
    reader = ConstructReader(source, errors)
    c = reader.construct("parameters", root) if root is not None else None
    if c is None:
        raise SpecErrors(errors)
    report_language(c, reader)
    read = c.constructs("parameters")
    problems: list[SpecError] = []
    _check(read, ConstructReader(source, problems))
    errors += [one for one in problems if STAND_IN not in one.problem]
    if errors:
        raise SpecErrors(errors)
    return SharedParameters({str(one.values["id"]): parameter_of(one) for one in read})


def parameter_of(c: Construct) -> Parameter:
    """The parameter a construct declares."""
    values = tuple(
        DatedValue(
            cast(Any, v.get("value")),
            cast("date | None", v.get("since")),
            str(v.values["source"]),
            None if v.get("proposed") is None else str(v.get("proposed")),
            cast("LocalizedText | None", v.get("said")),
        )
        for v in c.constructs("values")
    )
    return Parameter(
        str(c.values["id"]),
        cast(LocalizedText, c.values["label"]),
        str(c.values["unit"]),
        values,
        age=cast("LocalizedText | None", c.get("age")),
        proposed=None if c.get("proposed") is None else str(c.get("proposed")),
    )


def value_in_words(parameter: Parameter, dated: DatedValue, *, in_sentence: bool = False) -> LocalizedText:
    """A value of a parameter with its unit, as people read it.

    Args:
        in_sentence: It follows a preposition or a noun of the sentence it stands in.
    """
    return dated.said or measured(dated.value, parameter.unit, in_sentence=in_sentence)


def shared_under_uses(
    c: Construct, shared: SharedParameters | None, reader: ConstructReader
) -> tuple[Parameter, ...]:
    """The shared parameters a form or calculator names under ``uses``; unknown ones are reported."""
    known = shared or SharedParameters()
    for name in c.texts("uses"):
        if name not in known.by_id:
            near = get_close_matches(name, known.by_id, n=1)
            hint = f", did you mean {near[0]!r}?" if near else ", expected an id of parameters.yaml"
            reader.report(c.place_of("uses"), f"uses: no shared parameter is called {name!r}{hint}")
    return known.chosen(c.texts("uses"))


def report_language(c: Construct, reader: ConstructReader) -> None:
    """Note a version of the language that this program does not know."""
    from core.spec_language import LANGUAGE_VERSION

    if c.get("language", LANGUAGE_VERSION) != LANGUAGE_VERSION:
        given = c.get("language")
        reader.report(c.place_of("language"), f"language {given} is unknown, expected {LANGUAGE_VERSION}")


def _check(read: Iterable[Construct], reader: ConstructReader) -> None:
    seen: set[str] = set()
    for c in read:
        name, unit = str(c.values["id"]), str(c.values["unit"])
        if name in seen:
            reader.report(c.place, f"the id {name!r} stands here again, expected once")
        seen.add(name)
        if unit not in UNITS and "unit" in c.places:
            reader.report(
                c.place_of("unit"), f"unit: {unit!r} is unknown, expected one of: {', '.join(UNITS)}"
            )
        values = c.constructs("values")
        if not values:
            reader.report(c.place, f"parameter {name} has no value")
        for one in values:
            if "value" in one.places and exact(one.get("value")) is None:
                reader.report(
                    one.place_of("value"), f"value: {one.get('value')!r} is no figure such as 12.89 or 2/3"
                )
        for before, after in pairwise(one.get("since") for one in values):
            if after is None or (before is not None and cast(date, before) >= cast(date, after)):
                reader.report(
                    c.place, f"parameter {name}: values are not in order, expected the oldest first"
                )
        if any(one.get("since") is None for one in values) and c.get("age") is None:
            reader.report(
                c.place, f"parameter {name}: a value has no date, expected age: how old the value is"
            )

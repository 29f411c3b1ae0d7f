"""YAML text to a theme of the guidance: every problem at once, each at its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from core.construct_reader import STAND_IN, Construct, ConstructReader
from core.errors import SpecError, SpecErrors
from core.guidance import FIRST, PLACEHOLDER, GuidanceAnswer, Theme
from core.localized_text import LocalizedText
from core.shared_parameters import SharedParameters, report_language
from core.yaml_source import Place, load_yaml

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_QUESTIONS_OF_THE_SOURCE = 166


@dataclass(frozen=True)
class ParsedTheme:
    """A theme and where its answers stand, for problems between files."""

    theme: Theme
    places: Mapping[str, Place]
    source: str


def parse_theme(text: str, source: str, shared: SharedParameters, order: int = 0) -> ParsedTheme:
    """Read one file of ``form_specs/guidance``.

    Args:
        order: The number its name begins with.

    Raises:
        SpecErrors: Everything that is wrong, each with file, line and column.
    """
    root, errors = load_yaml(text, source)
    reader = ConstructReader(source, errors)
    c = reader.construct("guidance", root) if root is not None else None
    if c is None:
        raise SpecErrors(errors)
    report_language(c, reader)
    read = c.constructs("answers")
    theme = Theme(
        str(c.values["theme"]),
        cast(LocalizedText, c.values["title"]),
        tuple(_answer(one, str(c.values["theme"])) for one in read),
        order,
    )
    problems: list[SpecError] = []
    checks = ConstructReader(source, problems)
    _check_slug(theme.id, c.place_of("theme"), checks)
    for one in read:
        _check(one, shared, checks)
    _report_repeats(_marks(read), checks)
    errors += [one for one in problems if STAND_IN not in one.problem]
    if errors:
        raise SpecErrors(errors)
    return ParsedTheme(theme, {str(one.values["id"]): one.place for one in read}, source)


def problems_between(themes: Iterable[ParsedTheme]) -> list[SpecError]:
    """Answers and themes that stand in two files."""
    errors: list[SpecError] = []
    seen: dict[str, str] = {}
    for parsed in themes:
        reader = ConstructReader(parsed.source, errors)
        for mark, place in [(f"theme {parsed.theme.id}", Place(1, 1)), *_marks_of(parsed)]:
            if mark in seen and seen[mark] != parsed.source:
                reader.report(place, f"{mark} stands in {seen[mark]} too, expected once")
            seen.setdefault(mark, parsed.source)
    return errors


def _answer(c: Construct, theme: str) -> GuidanceAnswer:
    return GuidanceAnswer(
        id=str(c.values["id"]),
        number=cast(int, c.values["number"]),
        question=cast(LocalizedText, c.values["question"]),
        answer=cast(LocalizedText, c.values["answer"]),
        theme=theme,
        source=str(c.values["source"]),
        part=cast("str | None", c.get("part")),
        question_in_source=bool(c.get("question_in_source", False)),
        figures=c.texts("figures"),
        procedures=c.texts("procedures"),
        calculators=c.texts("calculators"),
        outdated=cast("LocalizedText | None", c.get("outdated")),
        proposed=None if c.get("proposed") is None else str(c.get("proposed")),
    )


def _check_slug(name: str, place: Place, reader: ConstructReader) -> None:
    if not _SLUG.match(name):
        reader.report(place, f"{name!r} stands in an address, expected small letters, digits and dashes")


def _check(c: Construct, shared: SharedParameters, reader: ConstructReader) -> None:
    name, number = str(c.values["id"]), cast(int, c.values["number"])
    _check_slug(name, c.place_of("id"), reader)
    if _SLUG.match(name) and re.fullmatch(r"\d+[bc]?", name):
        reader.report(c.place_of("id"), f"{name!r} reads as a number of the source, expected words")
    if not 1 <= number <= _QUESTIONS_OF_THE_SOURCE:
        reader.report(c.place_of("number"), f"number is {number}, expected 1 to {_QUESTIONS_OF_THE_SOURCE}")
    for one in c.texts("figures"):
        _check_figure(one, "figures", c.place_of("figures"), shared, reader)
    for key in ("answer", "outdated"):
        words = c.get(key)
        if isinstance(words, LocalizedText):
            named = dict.fromkeys(PLACEHOLDER.findall(words.ar) + PLACEHOLDER.findall(words.fr))
            for one in named:
                _check_figure(one, key, c.place_of(key), shared, reader)
            if set(PLACEHOLDER.findall(words.ar)) != set(PLACEHOLDER.findall(words.fr)):
                reader.report(
                    c.place_of(key), f"{key}: the two languages name different figures, expected the same"
                )


def _check_figure(
    name: str, key: str, place: Place, shared: SharedParameters, reader: ConstructReader
) -> None:
    bare = name.removesuffix(FIRST) if key != "figures" else name
    parameter = shared.by_id.get(bare)
    if parameter is None:
        near = get_close_matches(bare, shared.by_id, n=1)
        hint = f", did you mean {near[0]!r}?" if near else ", expected an id of parameters.yaml"
        reader.report(place, f"{key}: no shared parameter is called {bare!r}{hint}")
    elif bare != name and len(parameter.values) < 2:
        reader.report(place, f"{key}: {bare} has one value only, expected it without :first")


def _marks(read: Iterable[Construct]) -> list[tuple[str, Place]]:
    found = []
    for c in read:
        reference = f"{c.values['number']}{c.get('part') or ''}"
        found += [(f"answer {c.values['id']}", c.place), (f"number {reference}", c.place)]
    return found


def _marks_of(parsed: ParsedTheme) -> list[tuple[str, Place]]:
    found = []
    for one in parsed.theme.answers:
        place = parsed.places[one.id]
        found += [(f"answer {one.id}", place), (f"number {one.reference}", place)]
    return found


def _report_repeats(marks: Iterable[tuple[str, Place]], reader: ConstructReader) -> None:
    seen: set[str] = set()
    for mark, place in marks:
        if mark in seen:
            reader.report(place, f"{mark} stands here again, expected once")
        seen.add(mark)

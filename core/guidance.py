"""Guidance: the answers of the fund's questions and answers, with every figure dated or its age told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.form_spec import DatedValue, Parameter
from core.localized_text import LocalizedText
from core.shared_parameters import value_in_words

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FIRST = ":first"
"""Behind a figure's id: the oldest value, as an old page gives it whatever has changed since."""


class BlockKind(StrEnum):
    """What a piece of an answer is."""

    PARAGRAPH = "paragraph"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one text) or a list (one text for each point)."""

    kind: BlockKind
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuidanceAnswer:
    """One question and its answer.

    Attributes:
        id: Name in addresses.
        number: Number in the source; ``part`` tells questions under the same number apart.
        question_in_source: Whether the question stands in the source, or was inferred from its answer.
        answer: With ``{id}`` where a shared figure stands.
        figures: Shared figures it rests on without naming them.
        outdated: What contradicts or replaces it.
        proposed: Why it goes beyond the cleaned source.
    """

    id: str
    number: int
    question: LocalizedText
    answer: LocalizedText
    theme: str
    source: str
    part: str | None = None
    question_in_source: bool = False
    figures: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    calculators: tuple[str, ...] = ()
    outdated: LocalizedText | None = None
    proposed: str | None = None

    @property
    def reference(self) -> str:
        """Its number as people cite it: ``89``, ``89b``."""
        return f"{self.number}{self.part or ''}"

    def figure_ids(self) -> tuple[str, ...]:
        """Every shared figure it shows or rests on, once, in the order they appear."""
        named = PLACEHOLDER.findall(self.answer.fr) + PLACEHOLDER.findall(self.answer.ar)
        if self.outdated is not None:
            named += PLACEHOLDER.findall(self.outdated.fr) + PLACEHOLDER.findall(self.outdated.ar)
        return tuple(dict.fromkeys([*(one.removesuffix(FIRST) for one in named), *self.figures]))


@dataclass(frozen=True, slots=True)
class Theme:
    """Answers that belong together."""

    id: str
    title: LocalizedText
    answers: tuple[GuidanceAnswer, ...]
    order: int = 0


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure an answer rests on, with what tells how old it is."""

    parameter: Parameter
    in_force: DatedValue
    earlier: tuple[DatedValue, ...] = ()


@dataclass(frozen=True)
class Guidance:
    """Every theme, in order, and the figures they name."""

    themes: tuple[Theme, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def answers(self) -> Iterator[GuidanceAnswer]:
        """Every answer, theme by theme."""
        for theme in self.themes:
            yield from theme.answers

    def answer(self, answer_id: str) -> GuidanceAnswer | None:
        """The answer of that name; by its number in the source too (``42``, ``89b``)."""
        return next((one for one in self.answers() if answer_id in (one.id, one.reference)), None)

    def theme(self, theme_id: str) -> Theme | None:
        """The theme of that name."""
        return next((one for one in self.themes if one.id == theme_id), None)

    def near(self, answer: GuidanceAnswer, most: int = 6) -> tuple[GuidanceAnswer, ...]:
        """Questions near it: those that share a procedure or calculator, then its neighbours in the theme."""
        theme = self.theme(answer.theme)
        mates = [one for one in theme.answers if one.id != answer.id] if theme else []
        mates.sort(key=lambda one: abs(one.number - answer.number))
        shared = set(answer.procedures) | set(answer.calculators)
        kin = [
            one
            for one in self.answers()
            if one.id != answer.id and shared & {*one.procedures, *one.calculators}
        ]
        kin.sort(key=lambda one: -len(shared & {*one.procedures, *one.calculators}))
        return tuple(dict.fromkeys([*kin[: most // 2], *mates, *kin]))[:most]

    def text_of(self, answer: GuidanceAnswer, on: date) -> LocalizedText:
        """The answer with the figures of a day put in, lines kept."""
        return self.filled(answer.answer, on)

    def filled(self, text: LocalizedText, on: date) -> LocalizedText:
        """A text with its figures put in."""

        def put(match: re.Match[str], arabic: bool) -> str:
            words = self._figure(match[1], on)
            return words.ar if arabic else words.fr

        return LocalizedText(
            PLACEHOLDER.sub(lambda match: put(match, True), text.ar),
            PLACEHOLDER.sub(lambda match: put(match, False), text.fr),
        )

    def figures_of(self, answer: GuidanceAnswer, on: date) -> tuple[ShownFigure, ...]:
        """The figures an answer rests on, as they stand on a day."""
        found = []
        for name in answer.figure_ids():
            parameter = self.parameters.get(name)
            if parameter is not None:
                in_force = parameter.on(on)
                earlier = parameter.values[: parameter.values.index(in_force)]
                found.append(ShownFigure(parameter, in_force, earlier))
        return tuple(found)

    def _figure(self, name: str, on: date) -> LocalizedText:
        parameter = self.parameters[name.removesuffix(FIRST)]
        dated = parameter.values[0] if name.endswith(FIRST) else parameter.on(on)
        return value_in_words(parameter, dated, in_sentence=True)


def blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs and lists of a text: a blank line parts paragraphs, «- » begins a point."""
    found: list[tuple[BlockKind, list[str]]] = []
    fresh = True
    for line in text.split("\n"):
        if not line:
            fresh = True
        elif line.startswith("- "):
            if not found or found[-1][0] is not BlockKind.LIST or fresh:
                found.append((BlockKind.LIST, []))
            found[-1][1].append(line[2:])
            fresh = False
        elif fresh or not found or found[-1][0] is BlockKind.LIST:
            if found and not fresh and found[-1][0] is BlockKind.LIST:
                found[-1][1][-1] += f" {line}"
            else:
                found.append((BlockKind.PARAGRAPH, [line]))
            fresh = False
        else:
            found[-1][1][-1] += f" {line}"
    return tuple(Block(kind, tuple(texts)) for kind, texts in found)


def plain(text: str) -> str:
    """A text on one line, without the marks of lists."""
    return " ".join(" ".join(one.texts) for one in blocks(text))


def ordered(themes: Iterable[Theme]) -> tuple[Theme, ...]:
    """Themes in the order of their numbers."""
    return tuple(sorted(themes, key=lambda one: (one.order, one.id)))

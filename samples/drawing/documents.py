"""The register of drawable documents: what is drawn, and what is truly written on it.

The classes themselves stand in ``cards``, ``civil_status`` and ``certificates``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from samples.drawing.paper import Paper, Typeface
from samples.drawing.people import Person

ISSUED = date(2026, 1, 15)


@dataclass(frozen=True, slots=True)
class Case:
    """Whom a document is about, and its particulars.

    Attributes:
        other: Spouse, parent, child or ward, where the document names a second person.
        details: What only some documents say: ``rate``, ``years``, ``event`` (a date), …
    """

    person: Person
    typeface: Typeface
    chance: random.Random
    other: Person | None = None
    issued: date = ISSUED
    dpi: int = 200
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page and the facts written on it, as a reader should give them back."""

    paper: Paper
    facts: dict[str, object]


Draw = Callable[[Case], Drawn]
DOCUMENTS: dict[str, Draw] = {}
CLASS_OF: dict[str, str] = {}


def document(name: str, class_id: str | None = None) -> Callable[[Draw], Draw]:
    """Register a drawing under its name, and under the class it belongs to where that is another."""

    def register(draw: Draw) -> Draw:
        DOCUMENTS[name] = draw
        CLASS_OF[name] = class_id or name
        return draw

    return register


def draw_document(name: str, case: Case) -> Drawn:
    """Draw one document of a class.

    Raises:
        KeyError: No such class is drawn.
    """
    from samples.drawing import cards, certificates, civil_status  # noqa: F401  they register themselves

    return DOCUMENTS[name](case)


def a4(case: Case) -> Paper:
    """An upright A4 sheet."""
    return Paper(210, 297, case.typeface, case.chance, case.dpi)


def finish(paper: Paper, *, fold: float | None = None, curl: bool = False) -> Paper:
    """What every page gets last: the marks of invention, then its wear."""
    paper.specimen(min(60.0, paper.width_mm * 0.3))
    paper.notice(paper.height_mm - 12)
    if fold:
        paper.fold(fold)
    if curl:
        paper.corner_curl()
    paper.soften()
    return paper


def full_names(who: Person) -> dict[str, object]:
    """The facts ``name`` and ``name.ar`` of somebody."""
    return {"name": f"{who.first} {who.last}", "name.ar": f"{who.first_ar} {who.last_ar}"}

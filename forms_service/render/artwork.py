"""What is printed on a page, as plain data: words, lines, panels and square patterns.

The layout makes these pieces, the canvas turns them into PDF drawing operators, and tests can ask
them questions (does anything lie under the page's QR code?) without opening a PDF.  Lengths are
millimetres from the page's top left corner, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from core.localized_text import Direction, Language
from core.placement import BoxMm
from forms_service.render.typography import text_width_mm

POINT_MM = 25.4 / 72
"""Millimetres in one typographic point."""

ASCENT_EM = 0.76
"""How far capitals and Arabic uprights rise over the baseline, in ems of the forms' font."""

DESCENT_EM = 0.28
"""How far tails hang under the baseline, in ems."""


class Align(StrEnum):
    """Which point of a line of words its x names."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text on one baseline, in one language."""

    text: str
    x: float
    baseline: float
    size_pt: float
    language: Language
    align: Align = Align.LEFT
    bold: bool = False
    gray: float = 0.0

    @property
    def direction(self) -> Direction:
        """The base direction the line is set in."""
        return self.language.direction

    @property
    def width(self) -> float:
        """Length of the line, in millimetres."""
        return text_width_mm(self.text, self.size_pt, bold=self.bold)

    @property
    def left(self) -> float:
        """Where the line's leftmost ink begins, whatever its alignment."""
        if self.align is Align.LEFT:
            return self.x
        return self.x - self.width * (0.5 if self.align is Align.CENTRE else 1.0)

    @property
    def box(self) -> BoxMm:
        """The area the line covers."""
        em = self.size_pt * POINT_MM
        return BoxMm(self.left, self.baseline - ASCENT_EM * em, self.width, (ASCENT_EM + DESCENT_EM) * em)

    def moved(self, down: float) -> Words:
        """The same line, ``down`` millimetres lower."""
        return replace(self, baseline=self.baseline + down)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    gray: float = 0.0

    @property
    def box(self) -> BoxMm:
        """The area the stroke covers."""
        half = self.width / 2
        left, top = min(self.x1, self.x2) - half, min(self.y1, self.y2) - half
        return BoxMm(left, top, abs(self.x2 - self.x1) + self.width, abs(self.y2 - self.y1) + self.width)

    def moved(self, down: float) -> Line:
        """The same stroke, ``down`` millimetres lower."""
        return replace(self, y1=self.y1 + down, y2=self.y2 + down)


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle, filled, outlined or both; ``None`` leaves that part out."""

    box: BoxMm
    fill_gray: float | None = None
    stroke_gray: float | None = None
    stroke_width: float = 0.2

    def moved(self, down: float) -> Panel:
        """The same rectangle, ``down`` millimetres lower."""
        return replace(self, box=moved_box(self.box, down))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A square grid of dark and light cells: a corner mark or a QR code, drawn as vectors."""

    box: BoxMm
    rows: tuple[tuple[bool, ...], ...]

    def moved(self, down: float) -> Pattern:
        """The same pattern, ``down`` millimetres lower."""
        return replace(self, box=moved_box(self.box, down))


Piece = Words | Line | Panel | Pattern


def moved_box(box: BoxMm, down: float) -> BoxMm:
    """The same rectangle, ``down`` millimetres lower."""
    return BoxMm(box.x, box.y + down, box.width, box.height)

"""What is printed on a page, as plain data: words, lines, panels, square patterns and pictures.

The layout makes these pieces, ``drawing`` turns them into PDF operators, ``structure`` into the tree
that screen readers follow, and tests can ask them questions (does anything lie under the page's QR
code?) without opening a PDF.  Lengths are millimetres from the page's top left corner, y downwards.

Pieces are listed in the order they are to be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from core.localized_text import Direction, Language, LocalizedText
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


Ink = float | tuple[float, float, float]
"""A gray from 0 (black) to 1 (white), or red, green and blue, each from 0 to 1."""


class Role(StrEnum):
    """What a part of a paper is to its reader: the standard structure types of ISO 32000-1, 14.8.4."""

    DOCUMENT = "Document"
    SECTION = "Sect"
    TITLE = "H1"
    HEADING = "H2"
    SUBHEADING = "H3"
    PARAGRAPH = "P"
    LIST = "L"
    ITEM = "LI"
    LABEL = "Lbl"
    BODY = "LBody"
    TABLE = "Table"
    ROW = "TR"
    HEAD_CELL = "TH"
    CELL = "TD"
    NOTE = "Note"
    FIGURE = "Figure"
    FORM = "Form"
    ARTIFACT = "Artifact"


@dataclass(frozen=True, slots=True)
class Element:
    """One step on the way from the document to a piece; the key tells it from its siblings."""

    role: Role
    key: str


Path = tuple[Element, ...]
"""The elements that a piece lies in, outermost first: pieces of one path are lines of one element."""

ARTIFACT: Path = (Element(Role.ARTIFACT, ""),)
"""What repeats on every page or only adorns it: readers of the page pass over it."""


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text on one baseline, in one language; without a path, a paragraph of its own."""

    text: str
    x: float
    baseline: float
    size_pt: float
    language: Language
    align: Align = Align.LEFT
    bold: bool = False
    ink: Ink = 0.0
    path: Path = ()

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
        baseline = self.baseline + down
        return Words(
            self.text,
            self.x,
            baseline,
            self.size_pt,
            self.language,
            self.align,
            self.bold,
            self.ink,
            self.path,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    ink: Ink = 0.0

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
    fill: Ink | None = None
    stroke: Ink | None = None
    stroke_width: float = 0.2

    def moved(self, down: float) -> Panel:
        """The same rectangle, ``down`` millimetres lower."""
        return replace(self, box=moved_box(self.box, down))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A square grid of dark and light cells: a corner mark or a QR code, drawn as vectors.

    Attributes:
        alt: What it says, for those who do not see it; None for marks that only machines need.
    """

    box: BoxMm
    rows: tuple[tuple[bool, ...], ...]
    alt: LocalizedText | None = None
    path: Path = ()

    def moved(self, down: float) -> Pattern:
        """The same pattern, ``down`` millimetres lower."""
        return replace(self, box=moved_box(self.box, down))


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph or a crop of a scan, set into its box.

    Attributes:
        image: A JPEG or PNG file.
        alt: What it shows, for those who do not see it.
    """

    box: BoxMm
    image: bytes
    alt: LocalizedText
    path: Path = ()

    def moved(self, down: float) -> Picture:
        """The same picture, ``down`` millimetres lower."""
        return replace(self, box=moved_box(self.box, down))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where in the reading order the box of an answer comes; it draws nothing."""

    field_id: str
    choice: str | None = None
    path: Path = ()

    def moved(self, down: float) -> Slot:
        """The same slot: its place on the page is its placement's."""
        return self


Piece = Words | Line | Panel | Pattern | Picture | Slot


def within(pieces: Iterable[Piece], *elements: Element) -> list[Piece]:
    """The same pieces, deeper in the document's structure; artifacts and strokes stay what they are."""
    return [
        replace(piece, path=(*elements, *piece.path))
        if isinstance(piece, (Words, Slot, Pattern, Picture)) and piece.path != ARTIFACT
        else piece
        for piece in pieces
    ]


def as_artifacts(pieces: Iterable[Piece]) -> list[Piece]:
    """The same pieces, passed over by those who have the page read to them."""
    return [
        replace(piece, path=ARTIFACT) if isinstance(piece, (Words, Pattern)) else piece for piece in pieces
    ]


def moved_box(box: BoxMm, down: float) -> BoxMm:
    """The same rectangle, ``down`` millimetres lower."""
    return BoxMm(box.x, box.y + down, box.width, box.height)

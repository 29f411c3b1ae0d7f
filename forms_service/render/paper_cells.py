"""Words and pictures in the cells of papers for an office, and how high they stand.

Nothing is ever squeezed or cut: what does not fit a line is wrapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.localized_text import Language, LocalizedText, Script, dominant_script
from core.placement import BoxMm
from forms_service.render.artwork import Align, Element, Ink, Panel, Path, Picture, Piece, Role, Words
from forms_service.render.paper_sheets import ACCENT, HAIRLINE, INK, LABEL_INK, LEFT_MM
from forms_service.render.printable_text import printable
from forms_service.render.typography import METRICS, MM_PER_PT, wrap

_FACING_GAP_MM = 2.0
_BESIDE_GAP_MM = 2.0
_UNDER_PICTURE_MM = 0.8


@dataclass(frozen=True, slots=True)
class Style:
    """Size, colour and weight of a text, and how far apart its lines stand in parts of the size."""

    size_pt: float
    ink: Ink = INK
    bold: bool = False
    leading: float = METRICS.line_height

    @property
    def line_mm(self) -> float:
        """Distance of two baselines."""
        return self.size_pt * MM_PER_PT * self.leading

    def wrapped(self, text: str, width_mm: float) -> list[str]:
        """The lines of a text in this style; none for an empty one."""
        shown = printable(text)
        return wrap(shown, width_mm, self.size_pt, self.bold) if shown.strip() else []


LABEL = Style(8.6, LABEL_INK)
VALUE = Style(9.6, bold=True)
SMALL = Style(7.4, LABEL_INK)
HEADING = Style(10.5, ACCENT, bold=True)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text of one language in a cell."""

    text: str
    style: Style
    language: Language

    @staticmethod
    def of_value(text: str, style: Style) -> Paragraph:
        """A value whose language is told by its letters; numbers and codes run from the left."""
        arabic = dominant_script(text) is Script.ARAB
        return Paragraph(text, style, Language.AR if arabic else Language.FR)


@dataclass(frozen=True, slots=True)
class Facing:
    """A text in both languages: on one line around the middle where both fit, else Arabic over French."""

    arabic: Paragraph
    french: Paragraph

    def fits(self, width_mm: float) -> bool:
        """Whether both stand on one line of that width."""
        half = width_mm / 2 - _FACING_GAP_MM
        return all(len(one.style.wrapped(one.text, half)) <= 1 for one in (self.arabic, self.french))


Text = Paragraph | Facing


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture in a cell, at the size it is shown."""

    image: bytes
    width_mm: float
    height_mm: float
    alt: LocalizedText


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: texts, and a picture beside or over them.

    Attributes:
        beside_mm: Room kept for pictures at the left of the texts; a wider one stands over them.
    """

    texts: tuple[Text, ...] = ()
    align: Align = Align.LEFT
    role: Role = Role.CELL
    illustration: Illustration | None = None
    beside_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """Where the cells of a column stand."""

    left_mm: float
    width_mm: float


def columns(*widths_mm: float) -> tuple[Column, ...]:
    """Columns side by side from the left margin."""
    found, left = [], LEFT_MM
    for width in widths_mm:
        found.append(Column(left, width))
        left += width
    return tuple(found)


def facing(text: LocalizedText, style: Style) -> Facing:
    """A text in both languages and one style."""
    return Facing(Paragraph(text.ar, style, Language.AR), Paragraph(text.fr, style, Language.FR))


def stacked(text: LocalizedText, style: Style) -> tuple[Paragraph, Paragraph]:
    """A text in both languages, Arabic over French."""
    return Paragraph(text.ar, style, Language.AR), Paragraph(text.fr, style, Language.FR)


def both(text: LocalizedText, style: Style) -> tuple[Text, ...]:
    """A text in both languages; once where they are the same, nothing where there is none."""
    if text.ar == text.fr:
        return (Paragraph.of_value(text.fr, style),) if text.fr else ()
    return (facing(text, style),)


def set_lines(
    lines: Sequence[str],
    column: Column,
    top_mm: float,
    style: Style,
    language: Language,
    align: Align,
    path: Path,
) -> list[Piece]:
    """Lines under one another in a column, from ``top_mm`` downwards."""
    x = {
        Align.LEFT: column.left_mm,
        Align.CENTRE: column.left_mm + column.width_mm / 2,
        Align.RIGHT: column.left_mm + column.width_mm,
    }[align]
    rise = (0.5 * style.line_mm) + METRICS.cap_height / 2 * style.size_pt * MM_PER_PT
    return [
        Words(
            line,
            x,
            top_mm + number * style.line_mm + rise,
            style.size_pt,
            language,
            align,
            style.bold,
            style.ink,
            path,
        )
        for number, line in enumerate(lines)
    ]


def height_of(cell: Cell, column: Column) -> float:
    """Room that the contents of a cell take."""
    shown, text_column = cell.illustration, _text_column(cell, column)
    words = set_texts(cell.texts, text_column, cell.align, (), 0.0)[1]
    if shown is None:
        return words
    if _stands_over(cell):
        return words + shown.height_mm + _UNDER_PICTURE_MM
    return max(words, shown.height_mm)


def _stands_over(cell: Cell) -> bool:
    return cell.illustration is not None and cell.illustration.width_mm > cell.beside_mm


def _text_column(cell: Cell, column: Column) -> Column:
    """Where the texts of a cell stand: in all its width, or right of the room for pictures."""
    if cell.beside_mm == 0.0 or _stands_over(cell):
        return column
    taken = cell.beside_mm + _BESIDE_GAP_MM
    return Column(column.left_mm + taken, column.width_mm - taken)


def set_cell(cell: Cell, column: Column, height_mm: float, path: Path) -> list[Piece]:
    """The pieces of a cell in the middle of a row of that height."""
    top_mm = (height_mm - height_of(cell, column)) / 2
    text_column = _text_column(cell, column)
    pieces: list[Piece] = []
    if (shown := cell.illustration) is not None:
        width = column.width_mm if _stands_over(cell) else cell.beside_mm
        picture_top = top_mm if _stands_over(cell) else (height_mm - shown.height_mm) / 2
        left = column.left_mm + (width - shown.width_mm) / 2
        box = BoxMm(left, picture_top, shown.width_mm, shown.height_mm)
        pieces.append(Picture(box, shown.image, shown.alt, (*path, Element(Role.FIGURE, "picture"))))
        pieces.append(Panel(box, None, HAIRLINE, 0.12))
    words_mm = set_texts(cell.texts, text_column, cell.align, (), 0.0)[1]
    if _stands_over(cell) and shown is not None:
        top_mm += shown.height_mm + _UNDER_PICTURE_MM
    else:
        top_mm = (height_mm - words_mm) / 2
    return [*pieces, *set_texts(cell.texts, text_column, cell.align, path, top_mm)[0]]


def set_texts(
    texts: Sequence[Text], column: Column, align: Align, path: Path, top_mm: float
) -> tuple[list[Piece], float]:
    """Texts under one another, and where they end."""
    pieces: list[Piece] = []
    for one in texts:
        if isinstance(one, Facing) and one.fits(column.width_mm):
            middle = column.left_mm + column.width_mm / 2
            right, left = Column(middle + _FACING_GAP_MM, 0.0), Column(middle - _FACING_GAP_MM, 0.0)
            for half, edge, side in ((one.arabic, right, Align.LEFT), (one.french, left, Align.RIGHT)):
                lines = half.style.wrapped(half.text, column.width_mm)
                pieces += set_lines(lines, edge, top_mm, half.style, half.language, side, path)
            top_mm += max(one.arabic.style.line_mm, one.french.style.line_mm)
            continue
        for paragraph in (one.arabic, one.french) if isinstance(one, Facing) else (one,):
            lines = paragraph.style.wrapped(paragraph.text, column.width_mm)
            pieces += set_lines(lines, column, top_mm, paragraph.style, paragraph.language, align, path)
            top_mm += len(lines) * paragraph.style.line_mm
    return pieces, top_mm

"""The sheet that a receipt is set on: three columns in two languages, and blocks that fill pages.

French stands on the left, Arabic on the right, what is stated in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

import segno
from fpdf import FPDF

from core.localized_text import Direction, LocalizedText, Script, dominant_script
from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from forms_service.render.fpdf_drawing import Align, draw_text
from forms_service.render.typography import MM_PER_PT

MARGIN_MM = 17.0
WIDTH_MM = PAGE_WIDTH_MM - 2 * MARGIN_MM
RIGHT_MM = PAGE_WIDTH_MM - MARGIN_MM
TOP_MM, BOTTOM_MM = 13.0, PAGE_HEIGHT_MM - 18.0
HEAD_MM = 10.5
QR_MM = 32.0

INK, LABEL_INK, PALE_INK, ACCENT = (20, 24, 28), (70, 78, 86), (105, 112, 120), (16, 62, 92)
BAND, HAIRLINE = (232, 238, 243), (196, 204, 211)
NOTICE_FILL, NOTICE_INK = (253, 246, 231), (150, 92, 6)

Color = tuple[int, int, int]


class Column(IntEnum):
    """Where a text belongs; also the order in which the columns are written.

    Readers of PDFs join what is written one after the other on one height into one line, and cannot
    order a line that is half French, half Arabic.  Written column by column, every line stays its own.
    """

    TITLE = 0
    ARABIC = 1
    VALUE = 2
    FRENCH = 3


@dataclass(frozen=True, slots=True)
class Style:
    """Size, colour and weight of a text, and how far apart its lines stand in parts of the size."""

    size_pt: float
    color: Color = INK
    bold: bool = False
    leading: float = 1.42

    @property
    def line_mm(self) -> float:
        """Distance of two baselines."""
        return self.size_pt * MM_PER_PT * self.leading


_ALIGN = {Column.FRENCH: Align.LEFT, Column.ARABIC: Align.RIGHT}


class Sheet:
    """One page being drawn: strokes at once, texts at the end, column by column."""

    def __init__(self, document: FPDF) -> None:
        self._document = document
        self._texts: list[tuple[Column, Callable[[], None]]] = []
        document.add_page()

    def write(
        self, column: Column, text: str, baseline_mm: float, style: Style, indent_mm: float = 0
    ) -> None:
        """Put a line into its column: French at the left, Arabic at the right, the rest in the middle."""
        arabic = column is Column.ARABIC or (
            column is not Column.FRENCH and dominant_script(text) is Script.ARAB
        )
        direction = Direction.RTL if arabic else Direction.LTR
        x_mm, width_mm = MARGIN_MM + indent_mm, WIDTH_MM - 2 * indent_mm
        align = _ALIGN.get(column, Align.CENTER)

        def draw() -> None:
            self._document.set_text_color(*style.color)
            draw_text(
                self._document, text, x_mm, baseline_mm, width_mm, style.size_pt, align, style.bold, direction
            )

        self._texts.append((column, draw))

    def write_lines(
        self, column: Column, lines: Sequence[str], top_mm: float, style: Style, indent_mm: float = 0
    ) -> None:
        """Put lines under one another, from ``top_mm`` downwards."""
        for number, line in enumerate(lines):
            self.write(column, line, top_mm + (number + 0.72) * style.line_mm, style, indent_mm)

    def write_pair(self, text: LocalizedText, baseline_mm: float, style: Style, indent_mm: float = 0) -> None:
        """Put one line in both languages, each on its side."""
        self.write(Column.ARABIC, text.ar, baseline_mm, style, indent_mm)
        self.write(Column.FRENCH, text.fr, baseline_mm, style, indent_mm)

    def rule(self, y_mm: float, thickness_mm: float, color: Color) -> None:
        """Draw a rule over the width of the text."""
        self._document.set_line_width(thickness_mm)
        self._document.set_draw_color(*color)
        self._document.line(MARGIN_MM, y_mm, RIGHT_MM, y_mm)

    def fill(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float, color: Color) -> None:
        """Fill a rectangle."""
        self._document.set_fill_color(*color)
        self._document.rect(x_mm, y_mm, width_mm, height_mm, style="F")

    def finish(self) -> None:
        """Write the texts that were put on the page."""
        for _, draw in sorted(self._texts, key=lambda text: text[0]):
            draw()


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the sheet that is never torn apart; ``draw`` is given the sheet and its top."""

    height_mm: float
    draw: Callable[[Sheet, float], None]
    keep_with_next: bool = False


def paginate(blocks: Sequence[Block]) -> list[list[Block]]:
    """Fill sheets from top to bottom; headings stay with what follows them."""
    room_mm = BOTTOM_MM - TOP_MM - HEAD_MM
    pages: list[list[Block]] = [[]]
    used_mm = 0.0
    for index, block in enumerate(blocks):
        last = index
        while blocks[last].keep_with_next:
            last += 1
        needed_mm = sum(kept.height_mm for kept in blocks[index : last + 1])
        if pages[-1] and used_mm + needed_mm > room_mm:
            pages.append([])
            used_mm = 0.0
        pages[-1].append(block)
        used_mm += block.height_mm
    return pages


def height_of(lines: Sequence[str], style: Style) -> float:
    """Height of lines under one another, in millimetres."""
    return len(lines) * style.line_mm


def write_centred(
    sheet: Sheet,
    column: Column,
    lines: Sequence[str],
    top_mm: float,
    height_mm: float,
    style: Style,
    indent_mm: float = 0,
) -> None:
    """Lines in the middle of a row's height."""
    sheet.write_lines(column, lines, top_mm + (height_mm - height_of(lines, style)) / 2, style, indent_mm)


def draw_qr(sheet: Sheet, code: str, x_mm: float, y_mm: float) -> None:
    """Every row's dark modules as bars; the white of the sheet around it is the quiet zone."""
    rows = [list(row) for row in segno.make(code, error="m", micro=False).matrix]
    module_mm = QR_MM / len(rows)
    for number, cells in enumerate(rows):
        column = 0
        for dark, group in groupby(cells):
            length = len(list(group))
            if dark:
                left_mm, top_mm = x_mm + column * module_mm, y_mm + number * module_mm
                sheet.fill(left_mm, top_mm, length * module_mm, module_mm, (0, 0, 0))
            column += length

"""Turn artwork into PDF drawing operators.

Text is written as glyph numbers of the cooked typeface, in the pieces and the order from which readers
that copy and search find the letters again (see ``text_pieces``); voices follow the structure tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.localized_text import Direction
from core.placement import PAGE_HEIGHT_MM, BoxMm
from forms_service.render.artwork import POINT_MM, Ink, Line, Panel, Pattern, Picture, Piece, Words
from forms_service.render.structure import ARTIFACT_MARK, Mark
from forms_service.render.text_operators import number, set_line, text_objects

PAGE_HEIGHT_PT = PAGE_HEIGHT_MM / POINT_MM


def points(box: BoxMm) -> tuple[float, float, float, float]:
    """Left, lower edge, width and height of a box in points from the page's lower left corner."""
    return (
        box.x / POINT_MM,
        PAGE_HEIGHT_PT - box.bottom / POINT_MM,
        box.width / POINT_MM,
        box.height / POINT_MM,
    )


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page's content stream, and the pictures it draws by name."""

    operators: str
    pictures: Mapping[str, Picture]


def draw(pieces: Sequence[Piece], marks: Sequence[Mark | None]) -> DrawnPage:
    """The content of a page.

    Args:
        marks: What each piece is in the document's structure, as ``StructureTree.mark`` gives them.
            The structure keeps the reading order, whatever the order of drawing.
    """
    out: list[str] = []
    pictures: dict[str, Picture] = {}
    is_artifact = False
    for piece, mark in sorted(zip(pieces, marks, strict=True), key=lambda pair: _turn(pair[0])):
        if mark is None:
            continue
        if is_artifact and mark != ARTIFACT_MARK:
            out.append("EMC")
        if mark != ARTIFACT_MARK or not is_artifact:
            out.append(mark.opened())
        is_artifact = mark == ARTIFACT_MARK
        out.append(_draw_picture(piece, pictures) if isinstance(piece, Picture) else draw_piece(piece))
        if not is_artifact:
            out.append("EMC")
    if is_artifact:
        out.append("EMC")
    return DrawnPage("\n".join(out), pictures)


def _turn(piece: Piece) -> int:
    """When a piece is drawn: what lies behind words first, then French, then Arabic.

    PDFium takes text that follows on one baseline for one line of one direction; between the French
    and the Arabic label of a row it must meet another line.
    """
    if not isinstance(piece, Words):
        return 0
    return 1 if piece.direction is Direction.LTR else 2


def draw_as_one(pieces: Iterable[Piece], mark: Mark) -> str:
    """Content that is marked as a whole."""
    return "\n".join([mark.opened(), *(draw_piece(piece) for piece in pieces), "EMC"])


def draw_piece(piece: Piece) -> str:
    """The operators of one piece; pictures and slots have none of their own."""
    match piece:
        case Words():
            return _draw_words(piece)
        case Line():
            return _draw_line(piece)
        case Panel():
            return _draw_panel(piece)
        case Pattern():
            return _draw_pattern(piece)
    return ""


def _draw_picture(picture: Picture, pictures: dict[str, Picture]) -> str:
    name = f"P{len(pictures) + 1}"
    pictures[name] = picture
    x, y, width, height = (number(value) for value in points(picture.box))
    return f"q {width} 0 0 {height} {x} {y} cm /{name} Do Q"


def _paint(ink: Ink, *, stroke: bool = False) -> str:
    """The operator that takes up an ink."""
    if isinstance(ink, tuple):
        return f"{' '.join(number(part) for part in ink)} {'RG' if stroke else 'rg'}"
    return f"{number(ink)} {'G' if stroke else 'g'}"


def _draw_words(words: Words) -> str:
    x = words.left / POINT_MM
    y = PAGE_HEIGHT_PT - words.baseline / POINT_MM
    font = "FormsB" if words.bold else "FormsR"
    return draw_text(
        words.text, x, y, words.size_pt, words.direction, font=font, bold=words.bold, ink=words.ink
    )


def draw_text(
    text: str,
    x_pt: float,
    y_pt: float,
    size_pt: float,
    direction: Direction,
    *,
    font: str,
    bold: bool = False,
    ink: Ink = 0.0,
) -> str:
    """One line of text with its left end at ``x_pt`` and its baseline at ``y_pt``.

    A stretch in letters of the other language says so, for the voice that reads it.
    """
    line = set_line(text, direction, bold)
    return "\n".join([_paint(ink), *text_objects(line, x_pt, y_pt, size_pt, font, direction)])


def _draw_line(line: Line) -> str:
    x1, x2 = line.x1 / POINT_MM, line.x2 / POINT_MM
    y1, y2 = (PAGE_HEIGHT_PT - y / POINT_MM for y in (line.y1, line.y2))
    return (
        f"{number(line.width / POINT_MM)} w {_paint(line.ink, stroke=True)} "
        f"{number(x1)} {number(y1)} m {number(x2)} {number(y2)} l S"
    )


def _draw_panel(panel: Panel) -> str:
    rectangle = " ".join(number(value) for value in points(panel.box)) + " re"
    if panel.stroke is None:
        return f"{_paint(0.0 if panel.fill is None else panel.fill)} {rectangle} f"
    stroke = f"{number(panel.stroke_width / POINT_MM)} w {_paint(panel.stroke, stroke=True)}"
    if panel.fill is None:
        return f"{stroke} {rectangle} S"
    return f"{stroke} {_paint(panel.fill)} {rectangle} B"


def _draw_pattern(pattern: Pattern) -> str:
    """Dark cells as rectangles of one path, in a grid of their own so that few digits are written.

    Neighbours in a row are joined, and one path is filled at once: no hairline shows between cells.
    """
    x, y, width, height = points(pattern.box)
    cell_width, cell_height = width / len(pattern.rows[0]), height / len(pattern.rows)
    rectangles = [
        f"{run.start()} {index} {run.end() - run.start()} 1 re"
        for index, row in enumerate(pattern.rows)
        for run in _DARK.finditer(bytes(row))
    ]
    grid = f"{cell_width:.5f} 0 0 {-cell_height:.5f} {x:.4f} {y + height:.4f} cm"
    return f"q {grid} 0 g {' '.join(rectangles)} f Q"


_DARK = re.compile(rb"\x01+")

"""What a filled box shows: shaped and ordered text in a size that fits, drawn by us.

No viewer is trusted to draw Arabic.  Every value gets its own appearance: bidirectional algorithm,
HarfBuzz, glyph numbers of the embedded font.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from core.form_spec import FormSpec
from core.localized_text import Direction
from core.placement import BoxMm, WidgetKind
from forms_service.render.answer_misfits import set_or_refuse
from forms_service.render.artwork import POINT_MM
from forms_service.render.text_operators import glyph_digits, needs_pieces, number, text_objects
from forms_service.render.typography import METRICS, UNITS_PER_EM, advances, font_of
from forms_service.render.value_fitting import (
    BLOCK_LEADING_EM,
    SIDE_MM,
    TWO_LINES_LEADING_EM,
    BoxedValue,
    SetText,
    base_direction,
)

__all__ = ["DrawnValue", "base_direction", "draw_tick", "draw_value"]

_TICK_STROKE_MM = 0.55
_TICK_INSET = 0.16


class DrawnValue(NamedTuple):
    """A value as drawing operators in its own box, whose lower left corner is the origin.

    Attributes:
        box: The placement's own box, or the whole frame that the value runs over.
        is_plain: One line of one direction, which every viewer extracts rightly.
    """

    operators: str
    box: BoxMm
    is_plain: bool


def draw_value(spec: FormSpec, value: BoxedValue, *, is_page_content: bool = False) -> DrawnValue:
    """Draw what is written in a box.

    Args:
        is_page_content: Drawn into the page for good: in the plain font throughout, and words in the
            other language say so.  A field shows in the silent font what viewers extract wrongly.

    Raises:
        RenderError: The text does not fit at the smallest size, or has characters that the typeface lacks.
    """
    written = set_or_refuse(spec, value)
    place = value.placement
    if place.widget is WidgetKind.COMB:
        operators = _draw_comb(written, place.comb or 1, "FormsR" if is_page_content else "FormsV")
        return DrawnValue(operators, written.box, is_plain=False)
    is_plain = len(written.shaped) == 1 and not needs_pieces(written.shaped[0], written.direction)
    font = "FormsR" if is_plain or is_page_content else "FormsV"
    base = written.direction if is_page_content else None
    return DrawnValue(_draw_lines(written, font, base, is_block=place.lines > 1), written.box, is_plain)


def _draw_lines(written: SetText, font: str, base: Direction | None, *, is_block: bool) -> str:
    width, height, size = written.box.width / POINT_MM, written.box.height / POINT_MM, written.size_pt
    side = SIDE_MM / POINT_MM
    leading = size * (BLOCK_LEADING_EM if is_block else TWO_LINES_LEADING_EM)
    baseline = _first_baseline(len(written.shaped), size, height, is_block=is_block)
    drawn = ["0 g"]
    for line in written.shaped:
        taken = line.width * size / UNITS_PER_EM
        x = side if written.direction is Direction.LTR else width - side - taken
        drawn += text_objects(line, x, baseline, size, font, base)
        baseline -= leading
    return "\n".join(drawn)


def _first_baseline(lines: int, size: float, height: float, *, is_block: bool) -> float:
    """A block begins at the top, one line stands in the middle by its capitals, two by all their ink."""
    if is_block:
        return height - SIDE_MM / POINT_MM - METRICS.ascent * size
    if lines == 1:
        return (height - METRICS.cap_height * size) / 2
    return height / 2 + METRICS.descent * size


def _draw_comb(written: SetText, cells: int, font: str) -> str:
    """One character in the middle of each cell, the pen moving to the next in thousandths of the size."""
    size = written.size_pt
    em = size / UNITS_PER_EM
    cell = written.box.width / POINT_MM / cells / em
    baseline = written.box.height / POINT_MM / 2 - METRICS.cap_height / 2 * size
    (text,) = written.lines
    pen = 0
    shown = []
    for index, character in enumerate(text):
        glyph, width = _alone(character)
        if glyph:
            move = pen - round((index + 0.5) * cell - width / 2)
            shown.append(f"{move}<{glyph}>")
            pen += width - move
    return f"0 g BT /{font} {number(size)} Tf 0 {number(baseline)} Td [{''.join(shown)}]TJ ET"


@lru_cache(maxsize=1024)
def _alone(character: str) -> tuple[str, int]:
    """The glyph of a letter or digit by itself, and its width; empty for spaces and invisible marks."""
    gid = font_of(bold=False).get_nominal_glyph(ord(character))
    return (glyph_digits()[gid], advances()[gid]) if gid and character.strip() else ("", 0)


def draw_tick(width: float, height: float) -> str:
    """A cross from corner to corner, as a hand makes it."""
    left, low = width * _TICK_INSET, height * _TICK_INSET
    right, high = width - left, height - low
    n = number
    return (
        f"q {n(_TICK_STROKE_MM / POINT_MM)} w 1 J 0 G {n(left)} {n(low)} m {n(right)} {n(high)} l S "
        f"{n(left)} {n(high)} m {n(right)} {n(low)} l S Q"
    )

"""What a filled box shows: shaped and ordered text in a size that fits, drawn by us.

No viewer is trusted to draw Arabic.  Every value gets its own appearance: bidirectional algorithm,
HarfBuzz, glyph numbers of the embedded font.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.form_spec import FormSpec
from core.localized_text import Direction, Script, dominant_script
from core.placement import BoxMm, WidgetKind
from forms_service.render.answer_misfits import set_or_refuse
from forms_service.render.artwork import POINT_MM
from forms_service.render.drawing import draw_text, number
from forms_service.render.typography import METRICS, shape
from forms_service.render.value_fitting import (
    BLOCK_LEADING_EM,
    SIDE_MM,
    TWO_LINES_LEADING_EM,
    BoxedValue,
    SetText,
)

_TICK_STROKE_MM = 0.55
_TICK_INSET = 0.16


@dataclass(frozen=True, slots=True)
class DrawnValue:
    """A value as drawing operators in its own box, whose lower left corner is the origin.

    Attributes:
        box: The placement's own box, or the whole frame that the value runs over.
        is_plain: One line of one direction, which every viewer extracts rightly.
    """

    operators: str
    box: BoxMm
    is_plain: bool


def base_direction(text: str, script: Script) -> Direction:
    """Which way a value runs: by the field's script, else by most of its letters."""
    if script is Script.ANY:
        script = dominant_script(text)
    return Direction.RTL if script is Script.ARAB else Direction.LTR


def draw_value(spec: FormSpec, value: BoxedValue, *, font: str = "") -> DrawnValue:
    """Draw what is written in a box.

    Args:
        font: Resource name to draw with; by default the plain font for what extracts rightly and
            the silent one for everything else.

    Raises:
        RenderError: The text does not fit at the smallest size, or has characters that the typeface lacks.
    """
    written = set_or_refuse(spec, value)
    placement = value.placement
    if placement.widget is WidgetKind.COMB:
        operators = _draw_comb(written, placement.comb or 1, font or "FormsV")
        return DrawnValue(operators, written.box, is_plain=False)
    direction = base_direction(value.text, placement.script)
    is_plain = len(written.lines) == 1 and len(shape(written.lines[0], direction, written.size_pt).runs) <= 1
    chosen = font or ("FormsR" if is_plain else "FormsV")
    operators = _draw_lines(written, direction, chosen, is_block=placement.lines > 1)
    return DrawnValue(operators, written.box, is_plain)


def _draw_lines(written: SetText, direction: Direction, font: str, *, is_block: bool) -> str:
    width, height, size = written.box.width / POINT_MM, written.box.height / POINT_MM, written.size_pt
    side = SIDE_MM / POINT_MM
    leading = size * (BLOCK_LEADING_EM if is_block else TWO_LINES_LEADING_EM)
    drawn = []
    for index, line in enumerate(written.lines):
        taken = shape(line, direction, size).width_pt
        x = side if direction is Direction.LTR else width - side - taken
        baseline = _first_baseline(len(written.lines), size, height, is_block=is_block) - index * leading
        drawn.append(draw_text(line, x, baseline, size, direction, font=font))
    return "\n".join(drawn)


def _first_baseline(lines: int, size: float, height: float, *, is_block: bool) -> float:
    """A block begins at the top, one line stands in the middle by its capitals, two by all their ink."""
    if is_block:
        return height - SIDE_MM / POINT_MM - METRICS.ascent * size
    if lines == 1:
        return (height - METRICS.cap_height * size) / 2
    return height / 2 + METRICS.descent * size


def _draw_comb(written: SetText, cells: int, font: str) -> str:
    cell, size = written.box.width / POINT_MM / cells, written.size_pt
    baseline = written.box.height / POINT_MM / 2 - METRICS.cap_height / 2 * size
    (text,) = written.lines
    drawn = []
    for index, character in enumerate(text):
        if character.strip():
            taken = shape(character, Direction.LTR, size).width_pt
            x = (index + 0.5) * cell - taken / 2
            drawn.append(draw_text(character, x, baseline, size, Direction.LTR, font=font))
    return "\n".join(drawn)


def draw_tick(width: float, height: float) -> str:
    """A cross from corner to corner, as a hand makes it."""
    left, low = width * _TICK_INSET, height * _TICK_INSET
    right, high = width - left, height - low
    n = number
    return (
        f"q {n(_TICK_STROKE_MM / POINT_MM)} w 1 J 0 G {n(left)} {n(low)} m {n(right)} {n(high)} l S "
        f"{n(left)} {n(high)} m {n(right)} {n(low)} l S Q"
    )

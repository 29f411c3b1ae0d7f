"""How a value is set in its box: pure geometry, the same for drawing, checking answers and linting specs.

A value is set as large as it can.  When it is too long for its line it is made smaller; a name whose
other script is not written may run over the whole printed frame; only then is a value set in two
lines of small print inside a box made for one.  What still cannot be set is never cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import Direction, Script, dominant_script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM
from forms_service.render.paper_grid import BOX_INSET
from forms_service.render.text_operators import SetLine, set_line
from forms_service.render.typography import METRICS, UNITS_PER_EM, text_width_mm, wrap

LARGEST_PT = 10.5
COMB_PT = 12.0
TALL_BOX_MM = 10.0
"""From this height on a box is one of the large print, and so is what is written in it."""

LARGEST_IN_TALL_PT = 15.0
SMALLEST_PT = 6.0
SMALLEST_IN_TWO_LINES_PT = 5.0
SIDE_MM = 1.0
"""White left and right of the text, and over the first line of a box of several lines."""

BLOCK_LEADING_EM = 1.32
TWO_LINES_LEADING_EM = METRICS.ascent + METRICS.descent
"""The closest at which the tails of one line never touch the accents of the next."""

_TWO_LINES_FROM_MM = 7.0
_STEP_PT = 0.25
_LONGEST_TRIED = 1 << 14


class BoxedValue(NamedTuple):
    """A value with the place it is to be written in.

    Attributes:
        text: As it stands on paper, one character a cell for combs.
        spare: The whole frame of a name whose other script is not written.
        is_typed: The box is one to type in: the value leaves it only when it cannot be set in it,
            because the other script's half may still be filled.
    """

    text: str
    field: FieldSpec
    placement: Placement
    spare: BoxMm | None = None
    is_typed: bool = False


class SetText(NamedTuple):
    """A value broken into lines of one size, and the box these stand in.

    Attributes:
        shaped: The lines as they are shown; empty for a comb, whose characters stand alone.
    """

    lines: tuple[str, ...]
    size_pt: float
    box: BoxMm
    direction: Direction = Direction.LTR
    shaped: tuple[SetLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much a box takes.

    Attributes:
        characters: Ordinary capitals, of the script that needs more room where either may be
            written; for a comb, its cells.
        cells: Cells of a comb, or None.
    """

    characters: int
    cells: int | None = None


def spare_box(field: FieldSpec, placement: Placement, written: Container[str]) -> BoxMm | None:
    """The whole frame, when a name shares it with its other script and that one is not written."""
    if field.twin is None or field.twin in written or placement.frame is None:
        return None
    whole = placement.frame.inset(BOX_INSET)
    return whole if whole.width > placement.box.width + 1e-6 else None


def base_direction(text: str, script: Script) -> Direction:
    """Which way a value runs: by the field's script, else by most of its letters."""
    if script is Script.ANY:
        script = Script.LATN if text.isascii() else dominant_script(text)
    return Direction.RTL if script is Script.ARAB else Direction.LTR


def set_text(value: BoxedValue) -> SetText | None:
    """The value at the largest size that fits, or None when none does."""
    place = value.placement
    if place.widget is WidgetKind.COMB:
        return _in_cells(value.text, place)
    direction = base_direction(value.text, place.script)
    if place.lines > 1:
        return _shaped(_in_block(value.text, place.box, place.lines), direction)
    if "\n" not in value.text:
        line = set_line(value.text, direction)
        found = _in_one_line(value.text, direction, line, place.box)
        if found is None and value.spare is not None and not value.is_typed:
            found = _in_one_line(value.text, direction, line, value.spare)
        if found is not None:
            return found
    for box in _boxes_for_two_lines(value):
        found = _in_two_lines(value.text, box)
        if found is not None:
            return _shaped(found, direction)
    return None


def _shaped(found: SetText | None, direction: Direction) -> SetText | None:
    if found is None:
        return None
    shaped = tuple(set_line(line, direction) for line in found.lines)
    return found._replace(direction=direction, shaped=shaped)


def _boxes_for_two_lines(value: BoxedValue) -> Iterator[BoxMm]:
    own, spare = value.placement.box, value.spare
    if (value.placement.frame or own).height >= _TWO_LINES_FROM_MM - 1e-6:
        if spare is None or value.is_typed:
            yield own
        if spare is not None:
            yield spare


def _sizes(smallest_pt: float, largest_pt: float = LARGEST_PT) -> Iterator[float]:
    size = largest_pt
    while size >= smallest_pt - 1e-6:
        yield size
        size -= _STEP_PT


def _room_mm(box: BoxMm) -> float:
    return box.width - 2 * SIDE_MM


def _largest_pt(box: BoxMm, lines: int = 1) -> float:
    """The size of writing that has all the room it wants."""
    return LARGEST_IN_TALL_PT if box.height / lines >= TALL_BOX_MM else LARGEST_PT


def _in_cells(text: str, placement: Placement) -> SetText | None:
    cells = placement.comb or 1
    cell_pt, height_pt = placement.box.width / POINT_MM / cells, placement.box.height / POINT_MM
    size = min(max(COMB_PT, _largest_pt(placement.box)), cell_pt * 0.95, height_pt * 0.62)
    return SetText((text,), size, placement.box) if len(text) <= cells else None


def _in_one_line(text: str, direction: Direction, line: SetLine, box: BoxMm) -> SetText | None:
    """The largest size, in steps of a quarter point, at which the line is no wider than the room."""
    width_em = line.width / UNITS_PER_EM
    room_pt, largest_pt = _room_mm(box) / POINT_MM, _largest_pt(box)
    if width_em * largest_pt <= room_pt:
        return SetText((text,), largest_pt, box, direction, (line,))
    size = math.floor(room_pt / width_em / _STEP_PT) * _STEP_PT
    return SetText((text,), size, box, direction, (line,)) if size >= SMALLEST_PT else None


def _in_two_lines(text: str, box: BoxMm) -> SetText | None:
    """Small print in two lines; a word is cut only when no size leaves all words whole.

    A single long word (an address on the web) so stays on one line as small as the two would be.
    """
    if _is_hopeless(text, 2 * _room_mm(box), SMALLEST_IN_TWO_LINES_PT):
        return None
    broken_words: SetText | None = None
    for size in _sizes(SMALLEST_IN_TWO_LINES_PT):
        if 2 * TWO_LINES_LEADING_EM * size > box.height / POINT_MM:
            continue
        lines = wrap(text, _room_mm(box), size)
        if len(lines) <= 2:
            found = SetText(tuple(lines), size, box)
            if _words(" ".join(lines)) == _words(text):
                return found
            broken_words = broken_words or found
    return broken_words


def _words(text: str) -> list[str]:
    return text.split()


def _in_block(text: str, box: BoxMm, lines_of_box: int) -> SetText | None:
    height_pt = (box.height - SIDE_MM) / POINT_MM
    most_lines = height_pt / (SMALLEST_PT * BLOCK_LEADING_EM)
    if _is_hopeless(text, most_lines * _room_mm(box), SMALLEST_PT):
        return None
    for size in _sizes(SMALLEST_PT, _largest_pt(box, lines_of_box)):
        lines = wrap(text, _room_mm(box), size)
        if len(lines) * size * BLOCK_LEADING_EM <= height_pt:
            return SetText(tuple(lines), size, box)
    return None


def _is_hopeless(text: str, length_mm: float, size_pt: float) -> bool:
    """Whether the text is longer than all its lines together, so that breaking it need not be tried."""
    return sum(text_width_mm(word, size_pt) for word in _words(text)) > length_mm


# --- how much a box takes -------------------------------------------------------------------------

_SAMPLES = {
    Script.LATN: "ABDERRAHMANE BEN MOHAMMED EL HAOUARI RÉSIDENCE AL MANSOUR APPARTEMENT 7 ",
    Script.ARAB: "عبد الرحمان بن محمد الهواري إقامة المنصور الطابق الثالث شقة 7 ",
}


def capacity_of(field: FieldSpec, placement: Placement) -> Capacity:
    """How much the place of a text takes when nothing around it is spare."""
    if placement.widget is WidgetKind.COMB:
        return Capacity(placement.comb or 1, placement.comb or 1)
    scripts = tuple(_SAMPLES) if field.script is Script.ANY else (field.script,)
    return Capacity(min(_most_characters(field, placement, script) for script in scripts))


def takes_capitals(field: FieldSpec, placement: Placement, count: int) -> bool:
    """Whether ordinary capitals of that number can be written, in every script the field may hold."""
    scripts = tuple(_SAMPLES) if field.script is Script.ANY else (field.script,)
    return all(_fits(BoxedValue(_sample(field, script, count), field, placement)) for script in scripts)


def longest_start(value: BoxedValue) -> int:
    """How many characters of a value that does not fit could be written."""
    return _most(
        lambda count: _fits(BoxedValue(value.text[:count], value.field, value.placement, value.spare)),
        len(value.text),
    )


def _fits(value: BoxedValue) -> bool:
    return set_text(value) is not None


def _most_characters(field: FieldSpec, placement: Placement, script: Script) -> int:
    return _most(
        lambda count: _fits(BoxedValue(_sample(field, script, count), field, placement)), _LONGEST_TRIED
    )


def _most(fits: Callable[[int], bool], limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _sample(field: FieldSpec, script: Script, count: int) -> str:
    """Names and addresses as people have them; without spaces where the field's kind has none."""
    charset = kind_of(field).charset
    sample = _SAMPLES[script]
    if charset is not None and " " not in charset:
        sample = sample.replace(" ", "")
    return (sample * (count // len(sample) + 1))[:count]

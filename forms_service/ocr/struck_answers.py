"""Tells answers that a pen has struck out, wholly or in part: they must never be taken as if nothing were.

Printed Latin letters and digits have no level stroke longer than a T's bar, no straight one much longer
than they are high, and none that runs from letter to letter; a line, a cross or a wave through a value
has.  Single steep slashes look like the letters' own strokes.  Arabic letters are joined by level strokes
of their own: ``struck_arabic`` looks at them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from forms_service.ocr.crops import INK_LEVEL, PAPER, ink_of
from forms_service.ocr.line_reader import text_lines
from forms_service.ocr.pieces_of_ink import pieces_of
from forms_service.ocr.registration import PX_PER_MM

LEAST_LINE_MM = 3.5
"""Measured on 165 answers in seven typefaces: 164 have no such line, and all have one when struck."""

LEAST_CELLS = 1.3
"""In a comb a line through the value leaves its cell; characters never do."""

_CORE = (0.15, 0.85)
"""Part of the writing's height where a line through it runs; serifs that touch lie above and below."""

SLOPES = (-0.1, -0.05, 0.0, 0.05, 0.1)

SHORT_LINE_MM = 2.4
_SHORT_CORE = (0.33, 0.75)
_FREE_END_MM = 0.4
"""A shorter line counts if it crosses a letter's stroke between the heights where bars of t and f lie, and
sticks out beyond the letters; none of 1,612 undamaged tuning values has one."""

_THICKEST_MM = 0.9
_CROSSED_MM = (0.12, 0.5)
"""Letters go on above and below a stroke that crosses them: looked for between these distances from it."""

HALO_MM = 0.42
SHARPENED_BY = 4.0
SHARP_INK_LEVEL = 100
"""Where blur has run letters together, the paper between them is half dark and a line would find its way
through; a pen's own line is darker than what surrounds it, so much that it stays dark when sharpened."""

SLANTED_LINE_MM = 3.5
SLANTED_HEIGHTS = 1.3
_ANGLES_DEG = (8, 12, 16, 20, 25, 30, 35, 40, 45, 50, 55)
"""A straight slanting stroke counts if it is as long as both say; no diagonal of a letter is."""

WAVE_MM = 6.0
_WAVE_STEP_PX = 2
"""Ink that can be followed this far to the right through the letters' middle is no letter."""


def is_struck(crop: np.ndarray, lines: int = 1) -> bool:
    """Whether a line runs through the Latin writing in a crop of an evenly lit page.

    Args:
        lines: How many lines the box has room for.
    """
    if not any_line(crop, lines, _line_is_struck):
        return False
    return any_line(_darker_than_around(crop), lines, _line_is_struck)


def _darker_than_around(crop: np.ndarray) -> np.ndarray:
    """The crop with only that ink which is plainly darker than its surroundings: blur's bridges become paper."""
    gray = crop.astype(np.float32)
    halo = cv2.GaussianBlur(gray, (0, 0), HALO_MM * PX_PER_MM, borderType=cv2.BORDER_REPLICATE)
    sharp = gray + SHARPENED_BY * (gray - halo)
    kept: np.ndarray = np.where((sharp < SHARP_INK_LEVEL) & (crop < INK_LEVEL), crop, PAPER).astype(np.uint8)
    return kept


def any_line(crop: np.ndarray, lines: int, is_struck_line: Callable[[np.ndarray, np.ndarray], bool]) -> bool:
    """Whether a test finds a line of writing in a crop struck.

    Args:
        is_struck_line: Given the ink of one line, and of it the part of its height where a line through
            the writing runs.
    """
    for line in text_lines(ink_of(crop), lines):
        if line.bounds is None:
            continue
        left, top, right, bottom = line.bounds
        mask = line.mask[top:bottom, left:right].astype(np.uint8)
        if is_struck_line(mask, mask[int(_CORE[0] * len(mask)) : int(_CORE[1] * len(mask))]):
            return True
    return False


def _line_is_struck(mask: np.ndarray, core: np.ndarray) -> bool:
    return (
        _holds_line(core, round(LEAST_LINE_MM * PX_PER_MM))
        or _holds_short_line(mask)
        or holds_slanted_line(mask, max(SLANTED_LINE_MM * PX_PER_MM, SLANTED_HEIGHTS * len(mask)))
        or follows_beyond(core, WAVE_MM * PX_PER_MM)
    )


def comb_is_struck(crop: np.ndarray, cells: int) -> bool:
    """Whether a line runs through several cells of a comb."""
    margin = crop.shape[0] // 6
    dark = (crop[margin : crop.shape[0] - margin] < INK_LEVEL).astype(np.uint8)
    return _holds_line(dark, round(LEAST_CELLS * crop.shape[1] / cells))


def _holds_line(mask: np.ndarray, length: int) -> bool:
    mask = joined_up(mask, length)
    if not mask.size:
        return False
    clear = 2 * int(max(SLOPES) * length / 2) + 3
    mask = cv2.copyMakeBorder(mask, clear, clear, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return any(cv2.erode(mask, _line(length, slope)).any() for slope in SLOPES)


def joined_up(mask: np.ndarray, length: float) -> np.ndarray:
    """Only those runs of columns with ink that are so many pixels long, a column of paper between them.

    No stroke of that length across can lie anywhere else, and most writing has few such runs.
    """
    inked = mask.any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= length
    if not long.any():
        return mask[:, :0]
    if long.all() and len(edges) == 2:
        return mask
    paper = np.zeros((len(mask), 1), mask.dtype)
    runs = zip(starts[long], ends[long], strict=True)
    return np.hstack([part for start, end in runs for part in (mask[:, start:end], paper)])


def _holds_short_line(mask: np.ndarray) -> bool:
    """Whether a level stroke crosses a letter at its middle and ends beside it in the open."""
    length = round(SHORT_LINE_MM * PX_PER_MM)
    first, last = (int(share * len(mask)) for share in _SHORT_CORE)
    if not joined_up(mask, length).size:
        return False
    for slope in SLOPES:
        line = _line(length, slope)
        found = _eroded(mask, line)
        if not found.any():
            continue
        strokes = cv2.dilate(found, np.ascontiguousarray(line[::-1, ::-1]))
        strokes[:first] = strokes[last:] = 0
        _, boxes = pieces_of(strokes)
        if any(box[2] >= length and _crosses_and_sticks_out(mask, box) for box in boxes[1:]):
            return True
    return False


def _crosses_and_sticks_out(mask: np.ndarray, box: np.ndarray) -> bool:
    left, top, wide, tall = (int(edge) for edge in box[:4])
    if tall > _THICKEST_MM * PX_PER_MM:
        return False
    near, far = (round(reach * PX_PER_MM) for reach in _CROSSED_MM)
    columns = slice(left, left + wide)
    above = mask[max(top - far, 0) : max(top - near, 1), columns].sum(axis=0)
    below = mask[top + tall + near : top + tall + far, columns].sum(axis=0)
    enough = round((far - near) / 2)
    lean = np.ones((1, 2 * near + 1), np.uint8)
    goes_up, goes_down = (
        cv2.dilate((side >= enough).astype(np.uint8)[None], lean)[0] > 0 for side in (above, below)
    )
    if not (goes_up & goes_down).any():
        return False
    beside = np.flatnonzero((above > 0) | (below > 0))
    return bool(max(beside[0], wide - 1 - beside[-1]) >= _FREE_END_MM * PX_PER_MM)


def holds_slanted_line(mask: np.ndarray, length: float) -> bool:
    """Whether the ink holds a straight slanting stroke, either way, of that many pixels."""
    joined = mask
    for angle in sorted(_ANGLES_DEG, reverse=True):  # the widest strokes last: fewer runs can hold them
        line = _slanted(length, angle)
        joined = joined_up(joined, line.shape[1])
        if not joined.size:
            return False
        if line.shape[0] > len(mask):
            continue
        if _eroded(joined, line).any() or _eroded(joined, np.ascontiguousarray(line[::-1])).any():
            return True
    return False


def follows_beyond(core: np.ndarray, length: float) -> bool:
    """Whether more columns of ink than that can be followed without going back, each step a little up or down."""
    ink = joined_up(core, length)
    if not ink.size:
        return False
    ink = np.ascontiguousarray(ink)
    reached = ink
    for _ in range(int(length)):
        # Seen from each pixel, the column before it: what was reached there and is near enough in height.
        reached = cv2.dilate(reached, _STEP, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        cv2.bitwise_and(reached, ink, reached)
        if not cv2.countNonZero(reached):
            return False
    return True


_STEP = np.zeros((2 * _WAVE_STEP_PX + 1, 3), np.uint8)
_STEP[:, 0] = 1


def _eroded(mask: np.ndarray, line: np.ndarray) -> np.ndarray:
    return cv2.erode(mask, line, borderType=cv2.BORDER_CONSTANT, borderValue=0)


@cache
def _line(length: int, slope: float) -> np.ndarray:
    half = int(abs(slope) * length / 2) + 1
    line = np.zeros((2 * half + 1, length), np.uint8)
    ends = round(half - slope * length / 2), round(half + slope * length / 2)
    cv2.line(line, (0, ends[0]), (length - 1, ends[1]), 1, 1)
    return line


def _slanted(length: float, angle_deg: float) -> np.ndarray:
    wide, tall = (round(length * way(math.radians(angle_deg))) for way in (math.cos, math.sin))
    line = np.zeros((tall + 1, max(wide, 1)), np.uint8)
    cv2.line(line, (0, 0), (line.shape[1] - 1, tall), 1, 1)
    return line

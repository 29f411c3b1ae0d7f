"""Tells ticked boxes from empty ones.

A mark is judged by three things: how much ink the box holds and how evenly, whether pale strokes stand
out from the box's own paper, and what the ink does outside the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from core.placement import BoxMm
from forms_service.ocr.crops import cut
from forms_service.ocr.pieces_of_ink import pieces_of
from forms_service.ocr.registration import PX_PER_MM

DARK_LEVEL = 160
INNER_MARGIN_MM = 0.45
EMPTY_BELOW = 0.012
TICKED_ABOVE = 0.03
"""Dark share of the inner box: empty ones stay under 0.008, the faintest marks begin at 0.03."""

PALE_CONTRAST = 20
PALE_SMOOTHING_PX = 2.0
PALE_ABOVE = 0.02
"""Share of the inner box that is paler than ink yet clearly darker than its paper: a pencil's mark."""

SPECKLE_SMOOTHING_PX = 1.0
GRAY_INK_LEVEL = 130
"""Where even the darkest tenth of what is dark is paler than this, it may be a felt marker's band."""

THICKEST_STROKE_MM = 0.8
"""Pale strokes, of a pencil or in a coarse scan, are no broader; felt markers' bands are."""

FILLED_DARK = 0.5
PAPER_LEFT_MM = 0.25
PAPER_LEFT_SHARE = 0.01
"""A blackened box leaves hardly a point farther from ink than this; a cross, however thick, does."""

PRINTED_LINE_SHARE = 0.6
"""A row that is dark along this much of the surroundings is a printed line."""

OUTLINE_MARGIN_MM = 0.75
"""From the box to beyond its printed outline, seen with a page 0.3 mm off."""

BESIDE_REACH_MM = 0.55
BESIDE_INK_MM2 = 0.06
"""Ink around the outline; the label stands farther off, and dirt is smaller."""

OVERRUN_INK_MM2 = 1.0
"""Ink around the outline of a blackened box that makes it scribbled out rather than filled."""

STRAY_MM = 3.0
STRAY_LABEL_MM = 10.0
"""A stroke that goes on this far outside the box is no tick: a stamp, a signature, a line through.

Towards the label more is allowed: a tick's long arm may touch a word.
"""


class Mark(Enum):
    """What a tick box holds."""

    EMPTY = "empty"
    FAINT = "faint"
    PALE = "pale"
    BESIDE = "beside"
    TICKED = "ticked"
    FILLED = "filled"
    SCRIBBLED = "scribbled"
    CROSSED_BY_STROKE = "crossed_by_stroke"

    @property
    def holds_ink(self) -> bool:
        """Whether the box itself was written in."""
        return self in (Mark.TICKED, Mark.FILLED, Mark.SCRIBBLED, Mark.CROSSED_BY_STROKE)


@dataclass(frozen=True, slots=True)
class TickReading:
    """One tick box: its mark, and how far the ink is from the limit (0.5 to 1.0)."""

    mark: Mark
    confidence: float


def read_tick(page: np.ndarray, box: BoxMm) -> TickReading:
    """Judge one tick box of an evenly lit, rectified page."""
    inner = cut(page, box, INNER_MARGIN_MM)
    ink = cv2.GaussianBlur(inner, (0, 0), SPECKLE_SMOOTHING_PX)
    dark = float(np.mean(ink < DARK_LEVEL))
    if dark >= TICKED_ABOVE and np.percentile(ink[ink < DARK_LEVEL], 10) < GRAY_INK_LEVEL:
        mark = _inked(page, box, inner)
        confidence = min(1.0, 0.9 + 0.1 * (dark - TICKED_ABOVE) / TICKED_ABOVE)
        return TickReading(mark, confidence if mark in (Mark.TICKED, Mark.FILLED) else 0.5)
    if dark >= TICKED_ABOVE and _is_thin(ink < DARK_LEVEL):
        return TickReading(Mark.PALE, 0.5)
    if dark >= EMPTY_BELOW or _pale_share(inner) > PALE_ABOVE:
        return TickReading(Mark.FAINT, 0.5)
    if _ink_around(page, box) > BESIDE_INK_MM2:
        return TickReading(Mark.BESIDE, 0.5)
    return TickReading(Mark.EMPTY, 1.0 - 0.5 * dark / EMPTY_BELOW)


def ink_level(page: np.ndarray, box: BoxMm) -> float:
    """How dark the ink of a marked box is: the gray level of its darkest tenth."""
    ink = cv2.GaussianBlur(cut(page, box, INNER_MARGIN_MM), (0, 0), SPECKLE_SMOOTHING_PX)
    return float(np.percentile(ink[ink < DARK_LEVEL], 10))


def is_blackened(page: np.ndarray, box: BoxMm) -> bool:
    """Whether a tick box is full of ink, so that its outline can no longer be told."""
    return _is_full(cut(page, box, INNER_MARGIN_MM))


def _is_thin(dark: np.ndarray) -> bool:
    """Whether what is dark are a pen's strokes rather than a band or a stain."""
    within = cv2.distanceTransform(dark.astype(np.uint8), cv2.DIST_L2, 3)
    return float(within.max()) < THICKEST_STROKE_MM / 2 * PX_PER_MM


def _inked(page: np.ndarray, box: BoxMm, inner: np.ndarray) -> Mark:
    if _is_full(inner):
        return Mark.SCRIBBLED if _ink_around(page, box) > OVERRUN_INK_MM2 else Mark.FILLED
    return Mark.CROSSED_BY_STROKE if _goes_on_outside(page, box) else Mark.TICKED


def _is_full(inner: np.ndarray) -> bool:
    dark = inner < DARK_LEVEL
    if dark.mean() < FILLED_DARK:
        return False
    from_ink = cv2.distanceTransform((~dark).astype(np.uint8), cv2.DIST_L2, 3)
    return float(np.mean(from_ink > PAPER_LEFT_MM * PX_PER_MM)) < PAPER_LEFT_SHARE


def _pale_share(inner: np.ndarray) -> float:
    smooth = cv2.GaussianBlur(inner, (0, 0), PALE_SMOOTHING_PX)
    paper = float(np.percentile(smooth, 80))
    return float(np.mean(smooth < paper - PALE_CONTRAST))


def _ink_around(page: np.ndarray, box: BoxMm) -> float:
    """Ink in a narrow ring around the printed outline, in square millimetres."""
    outer = _without_lines(cut(page, box, -OUTLINE_MARGIN_MM - BESIDE_REACH_MM) < DARK_LEVEL)
    ring = round(BESIDE_REACH_MM * PX_PER_MM)
    within = int(np.count_nonzero(outer[ring:-ring, ring:-ring]))
    return (int(np.count_nonzero(outer)) - within) / PX_PER_MM**2


def _without_lines(dark: np.ndarray, spared: slice = slice(0, 0)) -> np.ndarray:
    """The same, without the printed rules that run along all of it; strokes that cross one stay whole.

    Args:
        spared: Rows in which nothing is printed, so that a line there was drawn by somebody.
    """
    shares = dark.mean(axis=1)
    shares[spared] = 0.0
    lines = np.flatnonzero(shares > PRINTED_LINE_SHARE)
    for block in np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1):
        if not len(block):
            continue
        first, last = max(int(block[0]) - 1, 0), min(int(block[-1]) + 1, len(dark) - 1)
        crossing = _beside(dark, first - 1) & _beside(dark, last + 1)
        dark[first : last + 1] = crossing
    return dark


def _beside(dark: np.ndarray, row: int) -> np.ndarray:
    """Where a row is dark, a little to either side of it too; nothing beyond the picture."""
    if not 0 <= row < len(dark):
        return np.zeros(dark.shape[1], bool)
    near: np.ndarray = cv2.dilate(dark[row : row + 1].astype(np.uint8), np.ones((1, 9), np.uint8))[0] > 0
    return near


def _goes_on_outside(page: np.ndarray, box: BoxMm) -> bool:
    """Whether the ink in the box is part of a stroke that runs far beyond it."""
    left, top = max(box.x - STRAY_MM - 1.0, 0.0), max(box.y - STRAY_MM - 1.0, 0.0)
    width = box.right + STRAY_LABEL_MM + 1.0 - left
    height = box.bottom + STRAY_MM + 1.0 - top
    inside = slice(round((box.y - top) * PX_PER_MM), round((box.bottom - top) * PX_PER_MM))
    dark = _without_lines(cut(page, BoxMm(left, top, width, height)) < DARK_LEVEL, inside)
    numbers, stats = pieces_of(dark)
    inner = cut(numbers, BoxMm(box.x - left, box.y - top, box.width, box.height), INNER_MARGIN_MM)
    for number in np.unique(inner[inner > 0]):
        x, y, breadth, tall, _ = stats[number]
        if (
            (box.x - left) * PX_PER_MM - x > STRAY_MM * PX_PER_MM
            or (box.y - top) * PX_PER_MM - y > STRAY_MM * PX_PER_MM
            or y + tall - (box.bottom - top) * PX_PER_MM > STRAY_MM * PX_PER_MM
            or x + breadth - (box.right - left) * PX_PER_MM > STRAY_LABEL_MM * PX_PER_MM
        ):
            return True
    return False

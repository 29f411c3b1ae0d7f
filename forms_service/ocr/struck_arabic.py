"""Tells Arabic answers that a pen has struck out, wholly or in part.

Arabic letters hang together by level strokes, some of them long, so a level stroke alone proves nothing.
But letters rise from such a stroke or fall below it, hardly ever both at one place; they share no stroke
with the next word, none that slants far, and none that can be followed through a whole value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from forms_service.ocr.registration import PX_PER_MM
from forms_service.ocr.struck_answers import SLOPES, any_line, follows_beyond, holds_slanted_line

SLANTED_LINE_MM = 4.6
SLANTED_HEIGHTS = 1.1
"""A straight slanting stroke counts if it is as long as both say: the arm of a kaf is shorter."""

FOLLOWED_MM = 10.5
"""Ink that can be followed so far through the writing's middle joins words that no letter joins."""

LEVEL_LINE_MM = 9.5
"""A level stroke as long as this is no letter's, not even a drawn-out one's."""

LIMITS = ((0.48, 3.5, 0.8), (0.66, 3.5, 1.35), (1.0, 3.5, 2.2), (1.0, 8.5, 0.5))
"""A shorter one counts if it lies so high in the writing (share of its height from above), is so long, and
writing goes on above and below it along so much of it (mm): where letters join, low, much proves little."""

_LIMITS_FOR_MM = 3.6
"""Height of the writing for which these lengths hold; larger writing has longer strokes of its own."""

_LEAST_MM = 3.5
_WITHIN_MM = 0.8
_SAME_STROKE_SHARE = 0.7
_CLEAR_MM = (0.12, 0.5)
"""Writing beside a stroke is looked for between these distances from it."""


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A level stroke: its length, how much of it has writing above and below, and its height in the line.

    Both lengths are as they would be in writing of the height that the limits are for.
    """

    length_mm: float
    crossed_mm: float
    height: float

    @property
    def is_pens(self) -> bool:
        """Whether only a pen that strikes out draws such a one."""
        return self.length_mm >= LEVEL_LINE_MM or any(
            self.height <= height and self.length_mm >= length and self.crossed_mm >= crossed
            for height, length, crossed in LIMITS
        )


def arabic_is_struck(crop: np.ndarray, lines: int = 1) -> bool:
    """Whether a line runs through the Arabic writing in a crop of an evenly lit page.

    Args:
        lines: How many lines the box has room for.
    """
    return any_line(crop, lines, _line_is_struck)


def _line_is_struck(mask: np.ndarray, core: np.ndarray) -> bool:
    px_per_mm = PX_PER_MM * max(len(mask) / (_LIMITS_FOR_MM * PX_PER_MM), 1.0)
    return (
        any(stroke.is_pens for slope in SLOPES for stroke in _strokes(mask, slope, px_per_mm))
        or holds_slanted_line(mask, max(SLANTED_LINE_MM * px_per_mm, SLANTED_HEIGHTS * len(mask)))
        or follows_beyond(core, FOLLOWED_MM * px_per_mm)
    )


def _strokes(mask: np.ndarray, slope: float, px_per_mm: float) -> Iterator[_Stroke]:
    """The longer strokes of one slope, each told once however thick it is."""
    level, above_mask = _levelled(mask, slope)
    if not _holds_run(level, _LEAST_MM * px_per_mm):
        return
    rows, starts, ends = _runs(level)
    order = np.argsort(starts - ends)
    told = ends - starts < _LEAST_MM * px_per_mm
    for number in order:
        if told[number]:
            continue
        row, start, end = rows[number], starts[number], ends[number]
        near = (np.abs(rows - row) <= _WITHIN_MM * PX_PER_MM) & (starts < end) & (ends > start)
        told |= near
        yield _Stroke(
            (end - start) / px_per_mm,
            _crossed(level[:, start:end], row) / px_per_mm,
            (row - above_mask) / len(mask),
        )


def _levelled(mask: np.ndarray, slope: float) -> tuple[np.ndarray, int]:
    """The mask with its columns moved so that lines of that slope are level; and the rows put on top."""
    height, width = mask.shape
    more = int(abs(slope) * width / 2) + 1
    moved = np.round((np.arange(width) - width / 2) * slope).astype(int)
    level = np.zeros((height + 2 * more, width), np.uint8)
    level[np.arange(height)[:, None] + more - moved, np.arange(width)] = mask
    return level, more


def _holds_run(mask: np.ndarray, length: float) -> bool:
    """Whether a run of ink is at least that many pixels long."""
    along = np.ones((1, math.ceil(length)), np.uint8)
    return cv2.erode(mask, along, borderType=cv2.BORDER_CONSTANT, borderValue=0).any()


def _runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, first column and column behind the last of every run of ink."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return rows, starts, np.nonzero(edges == -1)[1]


def _crossed(columns: np.ndarray, row: int) -> int:
    """Along how many columns writing goes on both above and below the stroke through that row."""
    share = columns.mean(axis=1) >= _SAME_STROKE_SHARE
    top = bottom = row
    while top > 0 and share[top - 1]:
        top -= 1
    while bottom + 1 < len(share) and share[bottom + 1]:
        bottom += 1
    near, far = (round(reach * PX_PER_MM) for reach in _CLEAR_MM)
    enough = round((far - near) / 2)
    above = columns[max(top - far, 0) : max(top - near, 0)].sum(axis=0) >= enough
    below = columns[bottom + 1 + near : bottom + 1 + far].sum(axis=0) >= enough
    lean = np.ones((1, 2 * near + 1), np.uint8)
    goes_up, goes_down = (cv2.dilate(side.astype(np.uint8)[None], lean)[0] > 0 for side in (above, below))
    return int(np.count_nonzero(goes_up & goes_down))

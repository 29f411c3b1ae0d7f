"""Tells signed zones from blank ones, and from zones that hold a stamp, a stain or a punched hole.

A signature is a pen's stroke of some length.  Ink broader than any pen's, long straight lines, and strokes
that are one smooth arc from end to end (a stamp's rim, a hair) are taken out before; what then falls into
letters as print does, or runs along a circle larger than the loops of a hand, may be a stamp: a person has
to look.
"""

from __future__ import annotations

from enum import Enum

import cv2
import numpy as np

from core.placement import BoxMm
from forms_service.ocr.crops import cut, ink_of
from forms_service.ocr.pieces_of_ink import pieces_of
from forms_service.ocr.registration import PX_PER_MM

LEAST_INK_MM2 = 3.0
LEAST_LENGTH_MM = 6.0
"""Of a signature as a whole, and of the longest stroke in it."""

MARGIN_MM = 0.6

BLOT_REACH_MM = 1.0
BLOT_DENSITY = 0.5
"""Share of ink around a point, by a bell of that reach: a pen of 1 mm reaches 0.4, screened and grainy bands more."""

_RIM_OF_BLOT_MM = 2.4

STRAIGHT_MM = 25.0
"""A line as straight and long as this was drawn with a ruler, or is a stamp's frame."""

GRAY_LEVEL = 140
"""Where even the darkest tenth is paler than this, it may be a felt marker's band or a stain."""

LETTER_MM = (1.0, 4.5)
LEAST_LETTERS = 5
"""Pieces of ink as large as letters, apart from each other: a line of a stamp; a hand joins what it signs."""

RIM_RADIUS_MM = (10.0, 45.0)
"""From a small stamp to a cup."""

RIM_BREADTH_MM = 0.4
RIM_LENGTH_MM = 14.0
RIM_GAP_MM = 0.7
RIM_DEGREES = 30.0
RIM_SHARE = 0.4
ARC_BREADTH_MM = 0.5
ARC_SHARE = 0.92
ARC_MM = 4.0
PART_OF_ARC_MM = 9.0
"""A stroke of which so much runs along one ellipse is an arc, if it is as long as the first; if blots were
taken out of it, as the second, for without its thick middle a cross falls into four arms."""

LETTERS_IN_FRAME = 2
"""Beside a straight line, a stamp's frame perhaps, fewer letters will do."""

_TRIALS = 400
_POINTS = 500


class Zone(Enum):
    """What a signature zone holds."""

    BLANK = "blank"
    SIGNED = "signed"
    UNCERTAIN = "uncertain"


def read_signature(page: np.ndarray, box: BoxMm) -> Zone:
    """Judge one signature zone of an evenly lit, rectified page."""
    crop = cut(page, box, MARGIN_MM)
    ink = ink_of(crop)
    if not _is_enough(ink.mask):
        return Zone.BLANK
    penned = _without_blots(ink.mask)
    unruled = _without_lines(penned)
    strokes = _without_arcs(unruled, PART_OF_ARC_MM) & _without_arcs(ink.mask, ARC_MM)
    if not _is_enough(strokes) or _longest_mm(strokes) < LEAST_LENGTH_MM:
        return Zone.UNCERTAIN
    pale = np.percentile(crop[strokes], 10) > GRAY_LEVEL
    framed = np.count_nonzero(unruled) < np.count_nonzero(penned)
    printed = _letters(ink.mask) >= (LETTERS_IN_FRAME if framed else LEAST_LETTERS) or _is_rim(unruled)
    return Zone.UNCERTAIN if pale or printed else Zone.SIGNED


def _is_enough(mask: np.ndarray) -> bool:
    if np.count_nonzero(mask) < LEAST_INK_MM2 * PX_PER_MM**2:
        return False
    columns = np.flatnonzero(mask.any(axis=0))
    return bool(columns[-1] + 1 - columns[0] >= LEAST_LENGTH_MM * PX_PER_MM)


def _without_blots(mask: np.ndarray) -> np.ndarray:
    """The ink without what is broader than a pen's line, whole or screened: bands, stains, holes."""
    reach = BLOT_REACH_MM * PX_PER_MM
    density = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    blots = (density > BLOT_DENSITY).astype(np.uint8)
    across = round(_RIM_OF_BLOT_MM * PX_PER_MM)
    around = cv2.dilate(blots, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across)))
    left: np.ndarray = mask & (around == 0)
    return left


def _without_lines(mask: np.ndarray) -> np.ndarray:
    """The ink without long straight lines."""
    length, breadth = round(STRAIGHT_MM * PX_PER_MM), round(0.9 * PX_PER_MM)
    image = mask.astype(np.uint8) * 255
    lines = cv2.HoughLinesP(image, 1, np.pi / 360, length // 2, minLineLength=length, maxLineGap=PX_PER_MM)
    for x, y, to_x, to_y in [] if lines is None else lines.reshape(-1, 4):
        cv2.line(image, (int(x), int(y)), (int(to_x), int(to_y)), 0, breadth)
    left: np.ndarray = image > 0
    return left


def _without_arcs(mask: np.ndarray, least_mm: float) -> np.ndarray:
    """The ink without strokes that are one smooth arc: who signs turns the pen at least once."""
    numbers, stats = pieces_of(mask)
    left = mask.copy()
    for number, (x, y, wide, tall, _) in enumerate(stats[1:], start=1):
        if max(wide, tall) < least_mm * PX_PER_MM:
            continue
        part = numbers[y : y + tall, x : x + wide] == number
        if _is_arc(part):
            left[y : y + tall, x : x + wide] &= ~part
    return left


def _is_arc(stroke: np.ndarray) -> bool:
    """Whether nearly all ink of one stroke lies close to one ellipse, by the distance's first order."""
    points = np.argwhere(stroke)[:, ::-1].astype(np.float32)
    (x, y), axes, turn = cv2.fitEllipseDirect(points[:: max(len(points) // _POINTS, 1)])
    half = np.maximum(np.array(axes, float) / 2, 1e-3)
    angle = np.radians(turn)
    across = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    placed = (points - (x, y)) @ across.T
    reach = np.hypot(*(placed / half).T)
    steep = np.hypot(*(placed / half**2).T) / np.maximum(reach, 1e-6)
    away = np.abs(reach - 1.0) / np.maximum(steep, 1e-9)
    return bool(np.mean(away < ARC_BREADTH_MM * PX_PER_MM) >= ARC_SHARE)


def _longest_mm(mask: np.ndarray) -> float:
    """How far the longest stroke reaches, across or down."""
    _, stats = pieces_of(mask)
    return float(stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(initial=0)) / PX_PER_MM


def _letters(mask: np.ndarray) -> int:
    """How many pieces of ink are as tall and as wide as letters, one at least a third of the other."""
    _, stats = pieces_of(mask)
    least, most = (side * PX_PER_MM for side in LETTER_MM)
    wide, tall = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    fitting = (tall >= least) & (tall <= most) & (wide <= most) & (wide * 3 >= tall)
    return int(np.count_nonzero(fitting))


def _is_rim(mask: np.ndarray) -> bool:
    """Whether much of the ink lies on one circle as large as a stamp's.

    Circles through three points of the ink are tried, always the same ones for the same ink.
    """
    rows, columns = np.nonzero(mask)
    chance = np.random.default_rng(len(rows))
    picked = chance.choice(len(rows), min(_POINTS, len(rows)), replace=False)
    points = np.column_stack([columns[picked], rows[picked]]) / PX_PER_MM
    for centre, radius in _circles(points[chance.integers(0, len(points), (_TRIALS, 3))]):
        away = points - centre
        on_rim = np.abs(np.hypot(*away.T) - radius) < RIM_BREADTH_MM
        if on_rim.mean() < RIM_SHARE:
            continue
        least = max(RIM_DEGREES, float(np.degrees(RIM_LENGTH_MM / radius)))
        angles = np.degrees(np.arctan2(away[on_rim, 1], away[on_rim, 0])).astype(int)
        seen = np.bincount((angles + 360) % 360, minlength=360) > 0
        if _longest_run(seen, max(round(float(np.degrees(RIM_GAP_MM / radius))), 1)) >= least:
            return True
    return False


def _circles(triples: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Centres and radii of the circles through three points each, if as large as a stamp's."""
    first, second, third = triples[:, 0], triples[:, 1], triples[:, 2]
    sides = np.stack([second - first, third - first], axis=1) * 2.0
    squares = np.column_stack([(second**2).sum(1) - (first**2).sum(1), (third**2).sum(1) - (first**2).sum(1)])
    sound = np.abs(np.linalg.det(sides)) > 1.0
    centres = np.linalg.solve(sides[sound], squares[sound][:, :, None])[:, :, 0]
    radii = np.hypot(*(centres - first[sound]).T)
    fitting = (radii >= RIM_RADIUS_MM[0]) & (radii <= RIM_RADIUS_MM[1])
    return list(zip(centres[fitting], radii[fitting].tolist(), strict=True))


def _longest_run(seen: np.ndarray, bridged: int) -> int:
    """The longest row of degrees with ink, small gaps bridged; over 360 the count begins anew."""
    degrees = np.flatnonzero(np.concatenate([seen, seen]))
    if not len(degrees):
        return 0
    runs = np.split(degrees, np.flatnonzero(np.diff(degrees) > bridged) + 1)
    return min(max(int(run[-1] - run[0]) for run in runs), 360)

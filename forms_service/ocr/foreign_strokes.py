"""Takes a stamp's or a signature's strokes out of an answer, to propose what may stand beneath them.

Nobody can be sure of such an answer: what is read without the strokes is only ever a proposal to the
person who decides, but one that mostly needs no correction.
"""

from __future__ import annotations

import cv2
import numpy as np

from forms_service.ocr.crops import INK_LEVEL, PAPER, Ink, ink_of
from forms_service.ocr.pieces_of_ink import pieces_of
from forms_service.ocr.registration import PX_PER_MM

STROKE_PX = 5
"""Within this window a stroke's darkest point tells how dark its ink is."""

PALER_BY = 28
"""Gray levels by which the ink of a stamp is paler than that of the writing."""

LEAST_SHARE = 0.08
LONG_MM = 4.0
"""Longer than any letter."""

BAND_SHARE = 0.35

BEGINS_WITHIN_MM = 3.0
"""Of a box's left edge: what begins farther on may be the end of a word that a stroke runs through."""

LEAST_WRITING_MM = 1.5
"""Of columns with ink: less beside a stroke is a crumb of it."""


def without_foreign_strokes(ink: Ink) -> list[Ink]:
    """The writing without paler ink, and without strokes that come in over the edges; nothing where there are none."""
    cleaned: list[Ink] = []
    darker = without_paler_ink(ink.pixels)
    if darker is not None:
        cleaned.append(ink_of(darker))
    inner = without_crossing_strokes(cleaned[-1] if cleaned else ink)
    if inner is not None:
        cleaned.append(inner)
    return [one for one in cleaned if one.bounds is not None]


def beside_strokes(ink: Ink) -> list[Ink]:
    """The writing from the left on up to the first long stroke that comes in over an edge.

    A stamp that begins behind a short answer is no part of it, nor are the words within its rim.
    """
    darker = without_paler_ink(ink.pixels)
    inks = [ink] if darker is None else [ink, ink_of(darker)]
    return [part for one in inks if (part := _first_beside_strokes(one)) is not None]


def _first_beside_strokes(ink: Ink) -> Ink | None:
    _, stats = pieces_of(ink.mask)
    height, width = ink.mask.shape
    crossed = np.zeros(width, bool)
    for left, top, breadth, tall, _ in stats[1:]:
        long = max(breadth, tall) > LONG_MM * PX_PER_MM
        if long and _is_at_edge(left, top, left + breadth, top + tall, width, height):
            crossed[left : left + breadth] = True
    if not crossed.any():
        return None
    written = ink.mask.any(axis=0) & ~crossed
    edges = np.flatnonzero(np.diff(np.concatenate([[True], crossed, [True]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        if start > BEGINS_WITHIN_MM * PX_PER_MM:
            break
        if np.count_nonzero(written[start:end]) >= LEAST_WRITING_MM * PX_PER_MM:
            return ink.columns(int(start), int(end))
    return None


def without_paler_ink(crop: np.ndarray) -> np.ndarray | None:
    """The crop without the paler of two inks; None where all of it is one ink."""
    inked = crop < INK_LEVEL
    darkness = cv2.erode(crop, np.ones((STROKE_PX, STROKE_PX), np.uint8))
    levels = darkness[inked]
    if not len(levels):
        return None
    limit, _ = cv2.threshold(levels.reshape(1, -1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    pale = levels > limit
    if not LEAST_SHARE < pale.mean() < 1.0 - LEAST_SHARE:
        return None
    if levels[pale].mean() - levels[~pale].mean() < PALER_BY:
        return None
    cleaned = crop.copy()
    cleaned[darkness > limit] = PAPER
    return cleaned


def without_crossing_strokes(ink: Ink) -> Ink | None:
    """The ink without strokes that run in over an edge: the long ones, and those above and below the writing."""
    numbers, stats = pieces_of(ink.mask)
    count = len(stats)
    height, width = ink.mask.shape
    at_edge = np.zeros(count, bool)
    for number in range(1, count):
        left, top, breadth, tall, _ = stats[number]
        at_edge[number] = _is_at_edge(left, top, left + breadth, top + tall, width, height)
    inner = [number for number in range(1, count) if not at_edge[number]]
    if not at_edge.any() or not inner:
        return None
    first = min(stats[number][1] for number in inner)
    last = max(stats[number][1] + stats[number][3] for number in inner)
    drop = np.zeros(count, bool)
    for number in np.flatnonzero(at_edge):
        _, top, breadth, tall, _ = stats[number]
        within = min(top + tall, last) - max(top, first)
        drop[number] = max(breadth, tall) > LONG_MM * PX_PER_MM or within < BAND_SHARE * (last - first)
    if not drop.any():
        return None
    dropped = drop.take(numbers)
    pixels = ink.pixels.copy()
    pixels[cv2.dilate(dropped.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = PAPER
    return Ink(pixels, ink.mask & ~dropped)


def touches_edge(ink: Ink) -> bool:
    """Whether the writing runs on over an edge of its crop."""
    bounds, (height, width) = ink.bounds, ink.mask.shape
    return bounds is not None and _is_at_edge(*bounds, width, height)


def _is_at_edge(left: int, top: int, right: int, bottom: int, width: int, height: int) -> bool:
    return min(left, top) <= 1 or right >= width - 1 or bottom >= height - 1

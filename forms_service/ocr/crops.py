"""Cuts one answer's ink out of a rectified page: evenly lit, without the printed box around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.placement import BoxMm
from forms_service.ocr.pieces_of_ink import pieces_of
from forms_service.ocr.registration import PX_PER_MM

PAPER = 245
"""Gray level the paper is brought to."""

INK_LEVEL = 165
"""Darker pixels are ink, on an evenly lit page."""

LIGHT_STEP_PX = 8
DARKEST_PAPER = 40
SPECK_MM2 = 0.05
CRUMB_MM2 = 0.012
"""Light copies break strokes into crumbs; smaller ones are noise."""

CRUMB_GAP_PX = 4
"""Crumbs no farther than this from one another, or from a letter, belong together."""

FAINT_LEVEL = 205
FAINT_MARK_MM2 = 0.07
MARK_LENGTH_MM = 1.2
MARK_REACH_MM = 1.0
"""Paler than ink, yet a mark, when it is as big as a dot and stands this near above a letter."""

OUTLINE_REACH_MM = 0.45
"""A dark bar this near to the edge of a crop, and touching it, is left over from the printed box."""


def even_light(page: np.ndarray) -> np.ndarray:
    """Take shadows and gray paper out of a rectified page: paper becomes white everywhere."""
    height, width = (max(size // LIGHT_STEP_PX, 1) for size in page.shape)
    whole_steps = page[
        : height * LIGHT_STEP_PX, : width * LIGHT_STEP_PX
    ]  # reduced much faster than with a rest
    small = cv2.resize(whole_steps, (width, height), interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((7, 7), np.uint8))
    paper = cv2.medianBlur(paper, 21)
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), 4), DARKEST_PAPER)
    paper = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, paper, scale=PAPER)


def cut(page: np.ndarray, box: BoxMm, inset_mm: float = 0.0) -> np.ndarray:
    """Give the pixels of a box; a copy, never empty."""
    inner = box.inset(inset_mm)
    left, top = max(round(inner.x * PX_PER_MM), 0), max(round(inner.y * PX_PER_MM), 0)
    right, bottom = round(inner.right * PX_PER_MM), round(inner.bottom * PX_PER_MM)
    return page[top : max(bottom, top + 1), left : max(right, left + 1)].copy()


EDGE_PX = 3
"""Paper left around writing, so that its soft edges are seen."""

OUTLINE_SHARE = 0.75
"""A row at a crop's very edge that is dark along this much of it is the printed line itself."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What is written in a crop.

    Attributes:
        pixels: The crop, its specks and leftover lines painted over.
        mask: Where ink is.
    """

    pixels: np.ndarray
    mask: np.ndarray

    @property
    def area_mm2(self) -> float:
        """Area of paper covered by ink."""
        return float(np.count_nonzero(self.mask)) / PX_PER_MM**2

    @property
    def bounds(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom of the ink in pixels; None when there is none."""
        if not self.mask.size:
            return None
        left, top, width, height = cv2.boundingRect(self.mask.view(np.uint8))
        return (left, top, left + width, top + height) if width else None

    def tight(self) -> np.ndarray:
        """The picture of the writing alone, with a little paper around it: what recognisers of lines are shown."""
        left, top, right, bottom = self.bounds or (0, 0, 0, 0)
        picture: np.ndarray = self.pixels[
            max(top - EDGE_PX, 0) : bottom + EDGE_PX, max(left - EDGE_PX, 0) : right + EDGE_PX
        ]
        return picture

    def columns(self, left: int, right: int) -> Ink:
        """The part between two columns."""
        return Ink(self.pixels[:, left:right], self.mask[:, left:right])

    def rows(self, top: int, bottom: int) -> Ink:
        """The part between two rows."""
        return Ink(self.pixels[top:bottom], self.mask[top:bottom])


def ink_of(crop: np.ndarray) -> Ink:
    """Tell writing from paper, specks and what is left of the printed box at the edges."""
    dark = (crop < INK_LEVEL).view(np.uint8)
    if not dark.any():
        return Ink(crop, dark.view(bool))
    mask = dark.copy()
    for side in (mask, mask[::-1], mask.T, mask.T[::-1]):
        _clear_outline(side)
    kept = _writing(mask)
    marks = _faint_marks(crop, kept, (mask == 0) & (dark > 0))
    kept |= marks
    dropped = (dark > 0) & ~kept
    pixels = crop
    if dropped.any():
        halo = _grown(dropped) & ~kept
        if marks.any():
            halo &= ~_grown(marks)
        pixels = crop.copy()
        pixels[halo] = PAPER
    return Ink(pixels, kept)


def _writing(mask: np.ndarray) -> np.ndarray:
    """Of all ink the pieces that are neither specks nor left over from the printed box."""
    kept = np.zeros(mask.shape, bool)
    left, top, width, height = cv2.boundingRect(mask)
    if not width:
        return kept
    numbers, stats = pieces_of(mask[top : top + height, left : left + width])
    stats[:, :2] += left, top
    leftover = _are_leftover(stats, mask.shape)
    leftover[0] = True
    area = stats[:, cv2.CC_STAT_AREA]
    speck = area < SPECK_MM2 * PX_PER_MM**2
    crumbs = ~leftover & speck & (area >= CRUMB_MM2 * PX_PER_MM**2)
    kept[top : top + height, left : left + width] = (~leftover & ~speck).take(numbers)
    if crumbs.any():
        crumbled = np.zeros(mask.shape, bool)
        crumbled[top : top + height, left : left + width] = crumbs.take(numbers)
        kept |= _crumbs_of_strokes(kept, crumbled)
    return kept


def _crumbs_of_strokes(kept: np.ndarray, crumbs: np.ndarray) -> np.ndarray:
    """Those crumbs that together, or with the letter beside them, are too big for a speck."""
    inked = kept | crumbs
    near = cv2.dilate(inked.astype(np.uint8), np.ones((CRUMB_GAP_PX + 1, CRUMB_GAP_PX + 1), np.uint8))
    numbers, stats = pieces_of(near)
    areas = np.bincount(numbers[inked], minlength=len(stats))
    joined: np.ndarray = crumbs & (areas >= SPECK_MM2 * PX_PER_MM**2).take(numbers)
    return joined


def _grown(mask: np.ndarray) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def _faint_marks(crop: np.ndarray, kept: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """The accents and dots that a poor scan left too pale to be ink: small, and right above a letter."""
    pale = (crop < FAINT_LEVEL) & ~_grown(kept)
    if outline.any():
        pale &= ~_grown(outline)
    if np.count_nonzero(pale) < FAINT_MARK_MM2 * PX_PER_MM**2:
        return np.zeros_like(kept)
    pale = cv2.morphologyEx(pale.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    numbers, stats = pieces_of(pale)
    reach = round(MARK_REACH_MM * PX_PER_MM)
    below = np.zeros((2 * reach + 1, 3), np.uint8)
    below[reach:] = 1
    over_letters = cv2.dilate(kept.astype(np.uint8), below, anchor=(1, reach)) > 0
    keep = np.zeros(len(stats), bool)
    for number in range(1, len(stats)):
        left, top, breadth, tall, area = stats[number]
        at_edge = (
            min(left, top) <= 1 or left + breadth >= crop.shape[1] - 1 or top + tall >= crop.shape[0] - 1
        )
        small = max(breadth, tall) <= MARK_LENGTH_MM * PX_PER_MM
        enough = area >= FAINT_MARK_MM2 * PX_PER_MM**2
        keep[number] = enough and small and not at_edge and over_letters[numbers == number].mean() > 0.5
    marks: np.ndarray = keep.take(numbers)
    return marks


def _clear_outline(mask: np.ndarray) -> None:
    """Clear the printed line along the first rows of a mask, seen from any of its four sides."""
    reach = round(OUTLINE_REACH_MM * PX_PER_MM)
    for row in mask[:reach]:
        if np.count_nonzero(row) < OUTLINE_SHARE * len(row):
            return
        row[:] = 0


def _are_leftover(stats: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Which pieces of ink are long and thin and lie along an edge of the crop."""
    left, top, breadth, tall = stats[:, :4].T
    height, width = shape[:2]
    reach = OUTLINE_REACH_MM * PX_PER_MM
    flat = (tall <= reach) & ((top <= 1) | (top + tall >= height - 1)) & (breadth >= 3 * tall)
    upright = (breadth <= reach) & ((left <= 1) | (left + breadth >= width - 1)) & (tall >= 3 * breadth)
    leftover: np.ndarray = flat | upright
    return leftover

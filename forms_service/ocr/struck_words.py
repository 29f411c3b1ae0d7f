"""Tells which printed words a pen has struck out, however thin its line.

A thin line adds too little ink to a word to be noticed by its amount.  It runs through the gaps
between the letters, though, where the print leaves paper: whatever line across a word is dark in all
its gaps was drawn by somebody.  Blur and dark copies fill gaps, too, but everywhere on the page.
Rules under headings, dashes and the long strokes of Arabic letters darken the gaps beside them as soon as
a page lies a hair's breadth off; a pen's line stays dark wherever one looks from.
"""

from __future__ import annotations

import cv2
import numpy as np

HEIGHT_PX = 26
WIDTH_PX = 64
"""The pieces of printed lines are looked at in patches of this size, at 150 dpi: 4 by 11 mm."""

GAP_MM = 0.2
"""This clear of the printed letters is a gap."""

LEAST_GAPS_MM = 1.2
"""Length of gaps along a line, below which it proves nothing."""

STRIKE_INK = 37.0
"""Mean darkness of the gaps along a line: on pages left as printed they hardly reach it."""

_ABOVE_OTHERS = 2.4
_ABOVE_OTHERS_BY = 11.0
_OTHERS_PERCENTILE = 95
"""What the gaps of nearly all other words of the same page come to must be exceeded plainly."""

_OTHERS = 150
"""So many other words of a page, from all over it, are enough to know it by."""

_DARKEST = 200
_BLOCK_PX = 8
_OFF_PX = (-1, 0, 1)
"""How far a well laid page may still be off, down and across: about 0.17 mm."""

_SLOPES = (-0.1, -0.05, 0.0, 0.05, 0.1)


def gaps_of(ink: np.ndarray, pieces: np.ndarray, px_per_mm: float) -> np.ndarray:
    """Where the pieces of a blank's printed lines leave paper between their letters, patch by patch."""
    size = 2 * round(GAP_MM * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    paper = cv2.dilate((ink > 0).astype(np.uint8), disc) == 0
    wide = (pieces[:, 2] - pieces[:, 0])[:, None, None]
    tall = (pieces[:, 3] - pieces[:, 1])[:, None, None]
    within = (np.arange(WIDTH_PX) < wide) & (np.arange(HEIGHT_PX)[:, None] < tall)
    return _patches(paper, pieces) & within


def struck(ink: np.ndarray, pieces: np.ndarray, gaps: np.ndarray, px_per_mm: float) -> np.ndarray:
    """Which pieces a line runs through that the blank does not have."""
    if not len(pieces):
        return np.zeros(0, bool)
    dark = _darkest_line(np.minimum(_patches(ink, pieces), _DARKEST) * gaps, gaps, px_per_mm)
    likely = dark > STRIKE_INK
    some = np.zeros(len(pieces), bool)
    some[:: max(len(pieces) // _OTHERS, 1)] = True
    looked_at = likely | some  # looking at every word from nine places would cost too much
    dark[looked_at] = _darkest_wherever_laid(ink, pieces[looked_at], gaps[looked_at], px_per_mm)
    others = float(np.percentile(dark[some], _OTHERS_PERCENTILE))
    limit = max(STRIKE_INK, _ABOVE_OTHERS * others + _ABOVE_OTHERS_BY)
    found: np.ndarray = likely & (dark > limit)
    return found


def _darkest_wherever_laid(
    ink: np.ndarray, pieces: np.ndarray, gaps: np.ndarray, px_per_mm: float
) -> np.ndarray:
    """How dark a line stays when the page is laid a little off, whichever way."""
    least = np.full(len(pieces), np.inf)
    for x in _OFF_PX:
        for y in _OFF_PX:
            patches = np.minimum(_patches(ink, pieces + np.array([x, y, x, y])), _DARKEST) * gaps
            least = np.minimum(least, _darkest_line(patches, gaps, px_per_mm))
    return least


def _darkest_line(ink: np.ndarray, gaps: np.ndarray, px_per_mm: float) -> np.ndarray:
    """Of all lines across each patch, level or a little aslant: how dark the gaps of the darkest are."""
    ink_sums, gap_sums = _block_sums(ink), _block_sums(gaps)
    middles = (np.arange(WIDTH_PX // _BLOCK_PX) + 0.5) * _BLOCK_PX - WIDTH_PX / 2
    best = np.zeros(len(ink))
    for slope in _SLOPES:
        down = np.round(middles * slope).astype(int)
        rows = np.clip(np.arange(HEIGHT_PX)[:, None] + down, 0, HEIGHT_PX - 1)
        columns = np.arange(len(down))
        along, length = (sums[:, rows, columns].sum(axis=2) for sums in (ink_sums, gap_sums))
        along, length = (
            along[:, 1:] + along[:, :-1],
            length[:, 1:] + length[:, :-1],
        )  # a line is two rows thick
        proven = length >= 2 * LEAST_GAPS_MM * px_per_mm
        best = np.maximum(best, np.where(proven, along / np.maximum(length, 1), 0.0).max(axis=1))
    return best


def _block_sums(patches: np.ndarray) -> np.ndarray:
    count, height, width = patches.shape
    sums: np.ndarray = patches.reshape(count, height, width // _BLOCK_PX, _BLOCK_PX).sum(
        axis=3, dtype=np.int32
    )
    return sums


def _patches(picture: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    padded = np.pad(picture, ((0, HEIGHT_PX), (0, WIDTH_PX)))
    rows = pieces[:, 1, None, None] + np.arange(HEIGHT_PX)[:, None]
    columns = pieces[:, 0, None, None] + np.arange(WIDTH_PX)
    patches: np.ndarray = padded[rows, columns]
    return patches

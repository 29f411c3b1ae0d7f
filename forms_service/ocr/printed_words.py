"""Tells where the words printed on a form were struck out, written over, covered or added to.

The blank page is known, so the ink of every printed word is known too.  A word whose ink grew or
vanished, beyond what the whole page's printing and scanning explain, was altered; so were the lines
between which something was written.  Answers, signatures and the code are left out: those are meant
to differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from core.placement import (
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    BoxMm,
    PageIdentity,
    Placement,
    WidgetKind,
    corner_mark_boxes,
    qr_box,
)
from forms_service.ocr.lying_print import moved_onto
from forms_service.ocr.struck_words import gaps_of, struck

DPI = 150
_PX = DPI / 25.4
SIZE_PX = (round(PAGE_WIDTH_MM * _PX), round(PAGE_HEIGHT_MM * _PX))

STROKE_MM = 2.5
"""Ink is what is darker than its surroundings and no broader than this; shaded panels are paper."""

NOISE_FLOOR = 45
INK_CONTRAST = 90

WORD_GAP_MM = 0.9
WORD_MM = 9.0
"""Printed lines are judged in pieces of about this length: a struck word shows among others."""

GROWN_MM = 0.45
LEAST_WORD_INK_MM2 = 0.7

GROWTH = 1.35
GROWTH_OF_COPIES = 1.45
AS_PRINTED = (0.8, 1.05)
GROWTH_MM2 = 0.8
LOSS = 0.5
LOSS_MM2 = 0.9
"""By which the ink of a piece must exceed, or fall short of, what the page as a whole makes of it.

A page whose ink as a whole is as printed scatters less than one that a copier made darker.
"""

KEPT = 0.88
KEPT_REACH_MM = 0.35
"""Share of a piece's strokes that must be met by ink, this far to either side."""

BESIDE_SHARE = 0.06
"""If more of a page's words than this are not met by ink, it may be the paper that lies elsewhere."""

ADDED_CLEAR_MM = 0.9
ADDED_REACH_MM = 2.2
ADDED_MM2 = 1.3
ADDED_LENGTH_MM = 3.0
"""Ink between printed lines: this clear of letters, this near to them, and larger than dirt."""

EDGE_MM = 7.0
_ANSWER_MARGIN_MM = 1.3
_TICK_MARGIN_MM = 3.2
_SIGNATURE_MARGIN_MM = 8.0
_CODE_MARGIN_MM = 7.0
_MARK_MARGIN_MM = 1.5

PrintLookup = Callable[[PageIdentity], "PrintedWords | None"]
"""Gives the words printed on a page, or None where the blank is not known."""


@dataclass(frozen=True, slots=True)
class PrintedWords:
    """The words of one blank page.

    Attributes:
        pieces: Pieces of printed lines in pixels at ``DPI``: left, top, right, bottom.
        ink: The ink of each piece.
        strokes: Where the letters' strokes run.
        free: Where nothing is printed, close to printed words.
        gaps: Where each piece leaves paper between its letters.
    """

    pieces: np.ndarray
    ink: np.ndarray
    strokes: np.ndarray
    free: np.ndarray
    gaps: np.ndarray

    @staticmethod
    def on(blank: np.ndarray, placements: Iterable[Placement]) -> PrintedWords:
        """The words on the gray picture of a whole blank page, of any size."""
        ink = _ink(cv2.resize(blank, SIZE_PX, interpolation=cv2.INTER_AREA))
        meant = _meant_to_differ(placements)
        words = ((ink > INK_CONTRAST) & ~meant).astype(np.uint8)
        words = _without_rules(words)
        pieces = np.array([*_pieces(words)], np.int32).reshape(-1, 4)
        area = _sums(ink, pieces)
        keep = area >= LEAST_WORD_INK_MM2
        printed = (ink > NOISE_FLOOR).astype(np.uint8)
        near = cv2.dilate(words, _disc(ADDED_REACH_MM)) > 0
        clear = cv2.dilate(printed, _disc(ADDED_CLEAR_MM)) == 0
        strokes = np.where(ink > INK_CONTRAST, 245, 0).astype(np.uint8)
        gaps = gaps_of(ink, pieces[keep], _PX)
        return PrintedWords(pieces[keep], area[keep], strokes, near & clear & ~meant, gaps)

    def _share_kept(self, ink: np.ndarray) -> np.ndarray:
        """How much of each piece's strokes has ink on the page, too: other words leave about half."""
        there = cv2.dilate((ink > NOISE_FLOOR).astype(np.uint8), _disc(KEPT_REACH_MM))
        kept: np.ndarray = _sums(self.strokes * there, self.pieces) / _sums(self.strokes, self.pieces)
        return kept

    def share_standing(self, page: np.ndarray, counts: Callable[[BoxMm], bool], fewest: int) -> float:
        """How many of the words that count stand on a rectified page where they were printed.

        Nothing is proven by fewer than ``fewest`` of them.
        """
        within = np.array([counts(one) for one in self.places()], bool)
        if within.sum() < fewest:
            return 0.0
        ink = _ink(cv2.resize(page, SIZE_PX, interpolation=cv2.INTER_AREA))
        return float(np.mean(self._share_kept(ink)[within] >= KEPT))

    def places(self) -> list[BoxMm]:
        """Where the pieces of printed lines stand."""
        return [
            BoxMm(left / _PX, top / _PX, (right - left) / _PX, (bottom - top) / _PX)
            for left, top, right, bottom in self.pieces
        ]

    def altered(self, page: np.ndarray) -> list[BoxMm]:
        """Where an evenly lit, rectified page differs from its print, neighbours joined."""
        if not len(self.pieces):
            return []
        ink = self._as_it_lies(_ink(cv2.resize(page, SIZE_PX, interpolation=cv2.INTER_AREA)))
        area = _sums(ink, self.pieces)
        overall = float(np.median(area / self.ink))
        expected = self.ink * overall
        growth = GROWTH if AS_PRINTED[0] <= overall <= AS_PRINTED[1] else GROWTH_OF_COPIES
        grown = (area > growth * expected) & (area - expected > GROWTH_MM2)
        lost = (area < LOSS * expected) & (expected - area > LOSS_MM2)
        changed = grown | lost | (self._share_kept(ink) < KEPT) | struck(ink, self.pieces, self.gaps, _PX)
        found = [tuple(piece) for piece in self.pieces[changed]]
        return _joined([*found, *_added(ink, self.free)])

    def _as_it_lies(self, ink: np.ndarray) -> np.ndarray:
        """The ink moved onto the print where a whole part of the sheet lies beside it.

        Pages of information have few boxes by which a fold could be told; nobody strikes half of a page's words.
        """
        stand = float(np.mean(self._share_kept(ink) >= KEPT))
        if stand > 1.0 - BESIDE_SHARE:
            return ink
        moved = moved_onto(ink, self.strokes, _PX)
        return moved if np.mean(self._share_kept(moved) >= KEPT) > stand else ink


def _ink(gray: np.ndarray) -> np.ndarray:
    """How much darker each point is than the paper around it; noise taken off."""
    size = round(STROKE_MM * _PX)
    dark = cv2.morphologyEx(gray, cv2.MORPH_BLACKHAT, np.ones((size, size), np.uint8))
    return np.where(dark > NOISE_FLOOR, dark, 0).astype(np.uint8)


def _disc(radius_mm: float) -> np.ndarray:
    size = 2 * round(radius_mm * _PX) + 1
    disc: np.ndarray = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return disc


def _meant_to_differ(placements: Iterable[Placement]) -> np.ndarray:
    mask = np.zeros(SIZE_PX[::-1], bool)
    edge = round(EDGE_MM * _PX)
    mask[:edge] = mask[-edge:] = True
    mask[:, :edge] = mask[:, -edge:] = True
    margins = {WidgetKind.TICK: _TICK_MARGIN_MM, WidgetKind.SIGNATURE: _SIGNATURE_MARGIN_MM}
    for place in placements:
        margin = margins.get(place.widget, _ANSWER_MARGIN_MM)
        _fill(mask, (place.frame or place.box).inset(-margin))
    for mark in corner_mark_boxes():
        _fill(mask, mark.inset(-_MARK_MARGIN_MM))
    _fill(mask, qr_box().inset(-_CODE_MARGIN_MM))
    return mask


def _fill(mask: np.ndarray, box: BoxMm) -> None:
    rows = slice(max(round(box.y * _PX), 0), max(round(box.bottom * _PX), 0))
    mask[rows, max(round(box.x * _PX), 0) : max(round(box.right * _PX), 0)] = True


def _without_rules(words: np.ndarray) -> np.ndarray:
    """Letters only: lines longer than any letter are not words."""
    long = np.ones((1, round(12 * _PX)), np.uint8)
    rules = cv2.morphologyEx(words, cv2.MORPH_OPEN, long) | cv2.morphologyEx(words, cv2.MORPH_OPEN, long.T)
    return words & ~cv2.dilate(rules, np.ones((3, 3), np.uint8))


def _pieces(words: np.ndarray) -> Iterable[tuple[int, int, int, int]]:
    gap = 2 * round(WORD_GAP_MM * _PX) + 1
    joined = cv2.morphologyEx(words, cv2.MORPH_CLOSE, np.ones((3, gap), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    grown = round(GROWN_MM * _PX)
    for left, top, width, height, _ in stats[1:count]:
        parts = max(round(width / (WORD_MM * _PX)), 1)
        ends = np.linspace(left, left + width, parts + 1).astype(int)
        for start, end in pairwise(ends):
            yield (
                max(int(start) - grown, 0),
                max(int(top) - grown, 0),
                int(end) + grown,
                int(top + height) + grown,
            )


def _sums(ink: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """The ink in each piece, in square millimetres of full black."""
    total = cv2.integral(ink).astype(np.float64)
    left, top, right, bottom = pieces.T.clip(0) if len(pieces) else np.zeros((4, 0), int)
    right, bottom = np.minimum(right, ink.shape[1]), np.minimum(bottom, ink.shape[0])
    sums = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    return np.asarray(sums / 245.0 / _PX**2)


def _added(ink: np.ndarray, free: np.ndarray) -> Iterable[tuple[int, int, int, int]]:
    """Strokes where nothing is printed."""
    strokes = ((ink > INK_CONTRAST) & free).astype(np.uint8)
    if np.count_nonzero(strokes) < ADDED_MM2 * _PX**2:
        return
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, _disc(0.6))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    areas = np.bincount(labels.ravel(), weights=strokes.ravel(), minlength=count)
    for number in range(1, count):
        left, top, width, height, _ = stats[number]
        if areas[number] >= ADDED_MM2 * _PX**2 and max(width, height) >= ADDED_LENGTH_MM * _PX:
            yield int(left), int(top), int(left + width), int(top + height)


def _joined(found: Sequence[tuple[int, ...]]) -> list[BoxMm]:
    """Boxes that touch, or nearly, as one."""
    if not found:
        return []
    mask = np.zeros(SIZE_PX[::-1], np.uint8)
    for left, top, right, bottom in found:
        mask[top:bottom, left:right] = 1
    near = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((round(3 * _PX),) * 2, np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    return [BoxMm(x / _PX, y / _PX, width / _PX, height / _PX) for x, y, width, height, _ in stats[1:]]

"""Checks the small marks of Latin writing against what was read: accents above, dots below.

Tesseract drops a mark more easily than a letter, and often does so whichever way it looks:
``NAÏMA`` comes back as ``NAIMA`` twice.  Measured in the ink itself, a mark that the reading has
no letter for shows that it is not to be taken as it stands.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import cv2
import numpy as np

from forms_service.ocr.crops import Ink
from forms_service.ocr.registration import PX_PER_MM

TALL = frozenset("bdfhklt")
DOTTED = frozenset("ij")
FLOATING = frozenset("'’\"°*^")
"""Signs that hang at the top of the line by themselves."""

STACKED = frozenset(":;=%!?")
"""Signs with one part above the other."""

SLANTING = frozenset("()[]/|")
"""Signs that stand higher than capitals."""

BODY_SHARE = 0.5
"""Least height of a letter, as a share of the line's common height; what is lower is a mark."""

BELOW_SHARE, RISE_SHARE = 0.15, 0.12
"""How far, as shares of a letter's height, a mark may reach below the tops of letters, and must above."""

MERGED_SHARE = 0.16
"""A letter this much taller than its like has grown together with the mark above it."""

WIDE = 1.35
"""Width of a mark in proportion to its height from which it is no dot of an i."""

MIN_MARK_MM = 0.12
MIN_RISE_MM = 0.35
"""Least width of ink above a line of capitals that is an accent."""

LETTER_MM = 0.8
"""Least height of a letter that shows where the line is."""

FLAT_PX = 2
"""Tops of capitals differ by no more than this on one line."""


@dataclass(frozen=True, slots=True)
class _Piece:
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


def has_unexplained_mark(text: str, ink: Ink) -> bool:
    """Whether the ink shows a mark above the letters that ``text`` has no accent or dot for."""
    letters = [_plain(c) for c in unicodedata.normalize("NFC", text) if c.isalnum()]
    pieces = _pieces(ink)
    if not letters or not pieces or set(text) & STACKED:
        return False
    common = float(np.median([piece.height for piece in pieces if piece.height >= 0.3 * _highest(pieces)]))
    bodies = [piece for piece in pieces if piece.height >= BODY_SHARE * common]
    short = [letter.islower() and letter not in TALL for letter in letters]
    top, height = _letter_top(bodies, sum(short) / len(short))
    marks = [
        piece
        for piece in pieces
        if piece.height < BODY_SHARE * common + 1
        and piece.bottom <= top + BELOW_SHARE * height
        and piece.top < top - RISE_SHARE * height
    ]
    if len(marks) > _expected_marks(text):
        return True
    accents = [c for c in unicodedata.normalize("NFD", text) if unicodedata.combining(c)]
    if not accents and any(mark.width > WIDE * mark.height for mark in marks) and not set(text) & FLOATING:
        return True
    if not any(short):
        return not accents and not set(text) & SLANTING and _rises_above_capitals(ink)
    return _has_grown_letter(text, bodies, short, top, height)


def _pieces(ink: Ink) -> list[_Piece]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.mask.astype(np.uint8), connectivity=8)
    least = MIN_MARK_MM * PX_PER_MM
    return [
        _Piece(*(int(value) for value in stat[:4])) for stat in stats[1:] if max(stat[2], stat[3]) >= least
    ]


def _highest(pieces: list[_Piece]) -> int:
    return max(piece.height for piece in pieces)


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def _letter_top(bodies: list[_Piece], short_share: float) -> tuple[float, float]:
    """Where the small letters end (the capitals, if there are no others), and how high they are."""
    lowest_first = sorted(bodies, key=lambda piece: -piece.top)
    share = short_share / 3 if short_share else 0.5
    middle = lowest_first[int(share * (len(lowest_first) - 1))]
    return float(middle.top), float(middle.height)


def _expected_marks(text: str) -> int:
    """The most marks that the letters of a reading can have above them."""
    count = 0
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        if len(parts) > 1 and parts[1] != "\u0327":  # a cedilla hangs below
            count += 2 if parts[1] == "\u0308" else 1
        elif parts[0] in DOTTED or letter in FLOATING:
            count += 1
    return count


def _has_grown_letter(text: str, bodies: list[_Piece], short: list[bool], top: float, height: float) -> bool:
    """Whether a letter without an accent stands higher than its like, every letter being a piece."""
    letters = [c for c in unicodedata.normalize("NFC", text) if c.isalnum()]
    limit = top - MERGED_SHARE * height
    if len(bodies) != len(letters):
        return False
    in_order = sorted(bodies, key=lambda piece: piece.left)
    return any(
        is_short and piece.top < limit and letter not in DOTTED and _plain(letter) == letter
        for letter, is_short, piece in zip(letters, short, in_order, strict=True)
    )


def _rises_above_capitals(ink: Ink) -> bool:
    """Whether ink stands above the height at which most capitals of a line end, be it grown together."""
    columns = ink.mask[:, ink.mask.any(axis=0)]
    tops = np.argmax(columns, axis=0)
    high, low = int(tops.min()), int(columns.shape[0] - np.argmax(columns[::-1].any(axis=1)))
    upper = np.bincount(tops[tops < (high + low) / 2], minlength=low)
    ends = int(np.argmax(np.convolve(upper, np.ones(2 * FLAT_PX + 1), mode="same")))
    above = np.count_nonzero(tops < ends - MERGED_SHARE * (low - ends))
    return bool(above >= MIN_RISE_MM * PX_PER_MM)


def dots_on_line(ink: Ink) -> int:
    """How many full stops stand on the line on which the letters stand."""
    pieces = _pieces(ink)
    letters = [piece for piece in pieces if piece.height >= LETTER_MM * PX_PER_MM]
    if not letters:
        return 0
    line = float(np.median([piece.bottom for piece in letters]))
    height = float(np.median([piece.height for piece in letters]))
    return sum(_is_dot(piece, line, height) for piece in pieces)


def _is_dot(piece: _Piece, line: float, height: float) -> bool:
    small = piece.height <= 0.45 * height and piece.width <= 0.5 * height
    round_ = piece.width <= 1.9 * piece.height and piece.height <= 2 * piece.width
    return small and round_ and abs(piece.bottom - line) <= 0.22 * height

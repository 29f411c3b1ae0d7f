"""Reads the number that begins or ends an Arabic line, which the Arabic model often drops.

``12 زنقة ابن سينا`` comes back as ``2 زنقة …`` or ``[] …``.  The number stands apart from the words,
so it is cut out and read again with the French model, which knows digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from core.localized_text import is_arabic_letter
from forms_service.ocr.crops import Ink

WORD_GAP_SHARE = 0.27
"""Least gap between words, as a share of the line's height."""

SURE = 0.8

ReadNumber = Callable[[Ink], tuple[str, float]]


def mend_numbers(text: str, ink: Ink, read_number: ReadNumber) -> str:
    """Give the Arabic line with the numbers at its two ends as the other model reads them."""
    words = text.split()
    bounds = _word_bounds(ink)
    if len(words) < 2 or len(bounds) < 2:
        return text
    for place, (left, right) in ((0, bounds[-1]), (-1, bounds[0])):
        if not _may_be_number(words[place], right - left, ink):
            continue
        number, confidence = read_number(ink.columns(max(left - 2, 0), right + 2))
        if confidence >= SURE and re.fullmatch(r"\d{1,5}", number):
            words[place] = number
    return " ".join(words)


def _may_be_number(word: str, width: int, ink: Ink) -> bool:
    """A short word without Arabic letters, or one so narrow that it may be a misread number."""
    if not any(is_arabic_letter(c) for c in word):
        return True
    _, top, _, bottom = ink.bounds or (0, 0, 0, 0)
    return width < 1.2 * (bottom - top)


def _word_bounds(ink: Ink) -> list[tuple[int, int]]:
    """Left and right of every word, from the left of the page."""
    columns = np.flatnonzero(ink.mask.any(axis=0))
    if not len(columns) or ink.bounds is None:
        return []
    _, top, _, bottom = ink.bounds
    breaks = np.flatnonzero(np.diff(columns) > WORD_GAP_SHARE * (bottom - top))
    starts = np.concatenate([[0], breaks + 1])
    ends = np.concatenate([breaks, [len(columns) - 1]])
    return [(int(columns[a]), int(columns[b]) + 1) for a, b in zip(starts, ends, strict=True)]

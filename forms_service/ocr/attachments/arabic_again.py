"""Reads a page's Arabic pieces a second time, with the recogniser of lines.

The reader of whole pages finds where Arabic stands but breaks words apart and loses letters in many
fonts; the recogniser of lines reads better but must be shown one line at a time.  Where both agree the
words are sure; where they differ the recogniser of lines is believed when it is sure enough itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.arabic_lines import FOREIGN, read_mixed_line
from forms_service.ocr.page_text import PageText, PageWord

AGREED = 0.95
MIN_WORD_CONFIDENCE = 0.45
"""What a word of the second reading must be worth on average to stand in for the first."""

MOSTLY_ARABIC = 0.5
_NEVER_ALONE = frozenset("رزدذاأإآ")
COLUMN_GAP = 1.6
MIN_HEIGHT_PX, MAX_HEIGHT_PX = 10, 110


def read_arabic_again(pixels: np.ndarray, first: PageText) -> PageText:
    """Give the page's Arabic words as both readers together see them."""
    words: list[PageWord] = []
    for _, line in groupby(first.words, key=lambda word: word.line):
        for piece in _pieces(sorted(line, key=lambda word: word.left)):
            words += _better(pixels, piece)
    return PageText(tuple(words))


def _pieces(line: Sequence[PageWord]) -> Iterable[list[PageWord]]:
    height = float(np.median([word.height for word in line]))
    piece: list[PageWord] = []
    for word in line:
        if piece and word.left - (piece[-1].left + piece[-1].width) > COLUMN_GAP * height:
            yield piece
            piece = []
        piece.append(word)
    yield piece


def _better(pixels: np.ndarray, piece: list[PageWord]) -> list[PageWord]:
    """The piece's words from right to left, as the better reading has them."""
    rightmost_first = piece[::-1]
    left, top, right, bottom = _bounds(piece)
    if not MIN_HEIGHT_PX <= bottom - top <= MAX_HEIGHT_PX:
        return rightmost_first
    margin = 3
    crop = pixels[max(0, top - margin) : bottom + margin, max(0, left - 2 * margin) : right + 2 * margin]
    again = read_mixed_line(crop)
    texts = _without_loose_letters(again.text.split())
    if not texts or _share_of_arabic(again.text) < MOSTLY_ARABIC:
        return rightmost_first
    worth = again.confidence ** (1 / len(texts))
    if _same(again.text, " ".join(word.text for word in rightmost_first)):
        worth = max(worth, AGREED)
    elif worth < MIN_WORD_CONFIDENCE:
        return rightmost_first
    return _placed(texts, min(worth, AGREED), piece[0].line, (left, top, right, bottom))


def _without_loose_letters(texts: Sequence[str]) -> list[str]:
    """The words, each letter that cannot stand alone («ر شيد») put back before its word."""
    joined: list[str] = []
    for text in texts:
        if joined and joined[-1] in _NEVER_ALONE and is_arabic_letter(text[0]):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


def _bounds(piece: Sequence[PageWord]) -> tuple[int, int, int, int]:
    """The piece's box; a word much taller than the others (a rule beside it) does not stretch it."""
    height = float(np.median([word.height for word in piece]))
    usual = [word for word in piece if word.height <= 1.6 * height] or list(piece)
    return (
        min(word.left for word in piece),
        min(word.top for word in usual),
        max(word.left + word.width for word in piece),
        max(word.top + word.height for word in usual),
    )


def _share_of_arabic(text: str) -> float:
    written = [one for one in text if not one.isspace()]
    return sum(is_arabic_letter(one) or one.isdigit() for one in written) / max(1, len(written))


def _same(one: str, other: str) -> bool:
    return fold_letters(one).replace(" ", "") == fold_letters(other).replace(" ", "")


def _placed(
    texts: Sequence[str], confidence: float, line: tuple[int, int, int], box: tuple[int, int, int, int]
) -> list[PageWord]:
    """Words laid along the piece from right to left, each as wide as its share of the letters."""
    left, top, right, bottom = box
    per_letter = (right - left) / max(1, sum(map(len, texts)) + len(texts) - 1)
    words, end = [], float(right)
    for text in texts:
        width = per_letter * len(text)
        shown = text.replace(FOREIGN, "?")
        words.append(
            PageWord(shown, confidence, line, round(end - width), top, max(1, round(width)), bottom - top)
        )
        end -= width + per_letter
    return words

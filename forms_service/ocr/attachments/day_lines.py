"""Reads a line again that speaks of a day and gives none: the stamp of most acts lies on its date.

A stamp or a signature joins itself to the last letters of a line: they are cut off, or the line grows as
tall as the stamp.  The line is looked at in narrower bands, further along, and without its paler ink; a
day that two of these looks give alike is put in its place, and is never worth more than a doubtful word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.dates_in_text import ARABIC_MONTHS, find_dates, fold_letters
from forms_service.ocr.arabic_lines import ArabicWord, read_words
from forms_service.ocr.attachments.arabic_writing import MIN_DIGITS_CONFIDENCE, ReadLine, without_pale_ink
from forms_service.ocr.attachments.written_lines import WrittenLine

MOST_LINES = 6
"""So many lines of a page are read again: each costs up to 36 looks, and acts bear fewer days than that."""

LOOKS_AGREED, CLEARLY_MORE = 2, 2
"""So many looks must give one day, and so many times as many as the next day."""

MIN_DIGITS = 0.65
"""At least one look must have read every digit of the day this surely."""

DOUBTFUL = 0.8
"""What a word of such a day is worth at most: not enough to contradict anybody."""

TALL, FURTHER, MARGIN_PX = 1.25, (0.0, 3.0, 6.0, 9.0), 4
"""In usual line heights: what is taller holds more than a line; how much further along is looked."""

_MONTH_NAMES = "|".join(fold_letters(name) for name in ARABIC_MONTHS)
_SPEAKS_OF_A_DAY = re.compile(
    rf"(?<!\w)(?:و?ب?(?:ال)?تاريخ|و?حررت?|و?سلمت?|و?صدرت?|و?ضمنت?|(?:ال)?موافق|{_MONTH_NAMES})(?!\w)"
)
_NAMES_A_YEAR = re.compile(r"20\d\d")
_HAS_DIGIT = re.compile(r"\d").search
_DIGIT_LOOK = str.maketrans("اه", "15")
_DAY_BEFORE_MONTH = re.compile(
    rf"(?:(?<=بتاريخ)|(?<!\w))([اه\d]{{1,2}})\s*(?=(?:{'|'.join(map(fold_letters, ARABIC_MONTHS))}) )"
)


@dataclass(frozen=True, slots=True)
class SeenDay:
    """A day as one look gave it: its words, and where they stand on the page."""

    words: tuple[ArabicWord, ...]
    left_px: float
    width_px: float

    @property
    def sureness(self) -> float:
        """The confidence of the weakest word with a digit."""
        return min((one.confidence for one in self.words if _HAS_DIGIT(one.text)), default=0.0)


def with_day_digits(folded: str) -> str:
    """The line with letters that stand where a day must turned into the digits they look like.

    In Arabic print ١ looks like an alif and ٥ like a heh: «ه يونيو ٢٠٢١» is the fifth of June.
    """
    told = _DAY_BEFORE_MONTH.sub(lambda day: f" {day[1].translate(_DIGIT_LOOK)} ", folded)
    return " ".join(told.split())


def with_lost_days(pixels: np.ndarray, lines: Sequence[ReadLine]) -> list[ReadLine]:
    """The lines, those that lost their day read again for it: the ones that say so before those of a mere year."""
    heights = [read.line.height for read in lines if read.is_arabic]
    usual = float(np.median(heights)) if heights else 0.0
    lost = [index for index, read in enumerate(lines) if _lost_its_day(read)]
    lost.sort(key=lambda index: _SPEAKS_OF_A_DAY.search(_text(lines[index].words)) is None)
    again = set(lost[:MOST_LINES])
    return [_with_day(pixels, read, usual) if index in again else read for index, read in enumerate(lines)]


def _lost_its_day(read: ReadLine) -> bool:
    """Whether a line speaks of a day and gives none, or none that anybody would believe."""
    if not read.is_arabic:
        return False
    text = _text(read.words)
    if not (_SPEAKS_OF_A_DAY.search(text) or _NAMES_A_YEAR.search(text)):
        return False
    believed = [
        one for one in read.words if one.confidence >= MIN_DIGITS_CONFIDENCE or not _HAS_DIGIT(one.text)
    ]
    return not find_dates(_text(believed))


def _text(words: Sequence[ArabicWord]) -> str:
    return with_day_digits(fold_letters(" ".join(word.text for word in words)))


def _with_day(pixels: np.ndarray, read: ReadLine, usual: float) -> ReadLine:
    seen: dict[object, list[SeenDay]] = defaultdict(list)
    for left, crop in _looks(pixels, read.line, usual):
        words = read_words(crop)
        for day, its_words in _days_in(words):
            seen[day].append(SeenDay(its_words, left, crop.shape[1]))
    ranked = sorted(seen.values(), key=len, reverse=True)
    if not ranked or len(ranked[0]) < LOOKS_AGREED:
        return read
    if len(ranked) > 1 and len(ranked[0]) < CLEARLY_MORE * len(ranked[1]):
        return read
    best = max(ranked[0], key=lambda one: one.sureness)
    return _put_in(read, best) if best.sureness >= MIN_DIGITS else read


def _looks(pixels: np.ndarray, line: WrittenLine, usual: float) -> Iterator[tuple[float, np.ndarray]]:
    """The line in narrower bands, as long as it was found and further along, plain, paler ink off, softened."""
    height = min(float(line.height), TALL * usual)
    spare = line.height - height
    tops = (line.top,) if spare < 1 else (line.top, line.top + spare / 2, line.top + spare)
    for top in tops:
        first, last = max(0, int(top) - MARGIN_PX), int(top + height) + MARGIN_PX
        for further in FURTHER:
            left = max(0, int(line.left - further * usual))
            crop = pixels[first:last, left : line.left + line.width + MARGIN_PX]
            for look in (crop, without_pale_ink(crop), cv2.GaussianBlur(crop, (0, 0), 0.9)):
                yield left, look


def _days_in(words: Sequence[ArabicWord]) -> Iterator[tuple[object, tuple[ArabicWord, ...]]]:
    """The days in a look, each with the shortest run of words that gives it."""
    for found in find_dates(_text(words)):
        runs = (
            words[start : start + size]
            for size in range(1, 6)
            for start in range(len(words) - size + 1)
            if [one.day for one in find_dates(_text(words[start : start + size]))] == [found.day]
        )
        run = next(runs, None)
        if run is not None:
            yield found.day, tuple(run)


def _put_in(read: ReadLine, day: SeenDay) -> ReadLine:
    """The line with the day's words in the place of those that were read there."""
    line = read.line
    placed = [
        replace(
            word,
            confidence=min(word.confidence, DOUBTFUL),
            left=(day.left_px + word.left * day.width_px - line.left) / line.width,
            right=(day.left_px + word.right * day.width_px - line.left) / line.width,
        )
        for word in day.words
    ]
    first, last = min(word.left for word in placed), max(word.right for word in placed)
    own = 0.5 * line.height / line.width
    kept = [word for word in read.words if not first - own <= (word.left + word.right) / 2 <= last + own]
    words = sorted([*kept, *placed], key=lambda word: -(word.left + word.right))
    return ReadLine(line, tuple(words))

"""Reads one line of writing: several looks at the same ink, which must agree.

The looks differ in smoothing, size and in whether Tesseract may adjust the line itself; measured,
they fail on different words, so their agreement is worth more than any one's own confidence.
Arabic is first read by our own recogniser; Tesseract then only has to agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from core.field_kinds.base import western_digits
from core.localized_text import Script, dominant_script
from forms_service.ocr.arabic_lines import ArabicLine, read_line
from forms_service.ocr.crops import PAPER, Ink
from forms_service.ocr.engine import LineMode, TextEngine, TextReading
from forms_service.ocr.house_numbers import mend_numbers
from forms_service.ocr.look_alikes import mend_arabic, mend_latin
from forms_service.ocr.registration import PX_PER_MM
from forms_service.ocr.underscores import restore_underscores

MARGIN_PX = 14
LATIN_CLEAR = 0.75
"""An agreed Latin reading this confident needs no look in Arabic."""

LEANING = 0.35
"""What beginning on its own side adds to a reading's plausibility."""

CENTRED_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class LineReading:
    """A line as it was read.

    Attributes:
        agreed: Whether independent looks gave the same text.
        confidence: The engine's own, averaged over the looks that gave this text.
    """

    text: str
    confidence: float
    agreed: bool
    script: Script


@dataclass(frozen=True, slots=True)
class Look:
    """One way of showing a line to the engine.

    Attributes:
        smoothing_px: Blur at 300 dpi; it closes the pores of scanned strokes.
        scale: Size in proportion to 300 dpi.
        window_mm: Fixed height shown as it is; None lets the engine find the line itself.
    """

    smoothing_px: float
    scale: float
    window_mm: float | None = None

    def of(self, ink: Ink) -> tuple[np.ndarray, LineMode]:
        """The picture to recognise, and in which mode."""
        left, top, right, bottom = ink.bounds or (0, 0, 1, 1)
        if self.window_mm is None:
            tight = ink.pixels[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3]
            above = below = sides = MARGIN_PX
            mode = LineMode.LINE
        else:
            tight = ink.pixels[top:bottom, left:right]
            missing = max(round(self.window_mm * PX_PER_MM) - (bottom - top), 4)
            above, below, sides = missing // 2, missing - missing // 2, 12
            mode = LineMode.RAW_LINE
        shown = cv2.copyMakeBorder(tight, above, below, sides, sides, cv2.BORDER_CONSTANT, value=PAPER)
        if self.smoothing_px:
            shown = cv2.GaussianBlur(shown, (0, 0), self.smoothing_px)
        if self.scale != 1.0:
            shown = cv2.resize(shown, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_AREA)
        return shown, mode


LATIN_LOOKS = (Look(0.8, 0.75), Look(1.2, 1.0, 4.5), Look(1.2, 1.0), Look(1.2, 1.4), Look(0.8, 1.0, 5.5))
ARABIC_LOOKS = (Look(1.2, 0.75), Look(0.8, 1.0, 5.5), Look(1.6, 0.6), Look(0.8, 1.0, 4.5), Look(1.6, 1.4))
FIRST_LOOKS = 2
VOTE = 0.35

OWN_CLEAR = 0.6
"""Our own recogniser is never this sure of Latin letters: it was shown them as what it cannot read."""

OWN_LIKELY = 0.7
"""Least confidence at which our own recogniser's reading is kept though Tesseract's looks differ."""

OWN_VOTE = 3.0
"""What our own reading weighs against Tesseract's looks when none confirms it and it is unsure."""


def read_latin(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in French letters and digits."""
    return _read(ink, engine, "fra", LATIN_LOOKS, mend_latin, charset)


def read_arabic(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in Arabic letters, the numbers in it too; agreed only if both recognisers read the same."""
    own = _own(ink)
    if own is None:
        return _by_tesseract_alone(ink, engine, charset)
    return _confirmed(own, ink, engine, charset)


def _confirmed(own: ArabicLine, ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Our own reading if Tesseract confirms it or it is likely; else what all looks together say."""
    seen: list[TextReading] = []
    for look in ARABIC_LOOKS[:FIRST_LOOKS]:
        seen.append(_look(ink, engine, "ara", look, mend_arabic, charset))
        if _is_same(own.text, seen[-1].text, ink, engine):
            return LineReading(own.text, own.confidence, True, Script.ARAB)
    if own.confidence < OWN_LIKELY:
        seen += [_look(ink, engine, "ara", look, mend_arabic, charset) for look in ARABIC_LOOKS[FIRST_LOOKS:]]
        votes = [(own.text, OWN_VOTE * own.confidence)]
        votes += [(one.text, VOTE + one.confidence) for one in seen if one.text]
        text = _nearest_to_all(votes)
        if text != own.text:
            text = _with_numbers(text, ink, engine)
            return LineReading(text, own.confidence, False, dominant_script(text))
    return LineReading(own.text, own.confidence, False, Script.ARAB)


def _by_tesseract_alone(ink: Ink, engine: TextEngine, charset: str | None) -> LineReading:
    """A line in which our own recogniser sees no Arabic; Arabic that only Tesseract sees is not agreed."""
    reading = _read(ink, engine, "ara", ARABIC_LOOKS, mend_arabic, charset)
    if reading.script is not Script.ARAB:
        return reading
    return replace(reading, text=_with_numbers(reading.text, ink, engine), agreed=False)


def _own(ink: Ink) -> ArabicLine | None:
    """The reading of our own recogniser; None unless it holds Arabic words."""
    if ink.bounds is None:
        return None
    left, top, right, bottom = ink.bounds
    line = read_line(ink.pixels[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3])
    return line if dominant_script(line.text) is Script.ARAB else None


def _is_same(own: str, seen: str, ink: Ink, engine: TextEngine) -> bool:
    """Whether Tesseract reads what we read; numbers count as its French model sees them."""
    wanted = western_digits(own)
    if western_digits(seen) == wanted:
        return True
    words, seen_words = wanted.split(), seen.split()
    numbers = [place for place, word in enumerate(words) if word.isdigit()]
    if not numbers or len(words) != len(seen_words):
        return False
    if any(words[n] != seen_words[n] for n in range(len(words)) if n not in numbers):
        return False
    return western_digits(_with_numbers(seen, ink, engine)) == wanted


def _with_numbers(text: str, ink: Ink, engine: TextEngine) -> str:
    return mend_numbers(text, ink, lambda part: _number(part, engine))


def _number(ink: Ink, engine: TextEngine) -> tuple[str, float]:
    number = read_latin(ink, engine)
    return (number.text, number.confidence) if number.agreed else ("", 0.0)


def read_email(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read an e-mail address: no blanks, and every letter as it stands."""

    def mend(text: str) -> str:
        return restore_underscores(" ".join(text.split()), ink)

    return _read(ink, engine, "fra", LATIN_LOOKS, mend, charset)


def read_either(ink: Ink, engine: TextEngine) -> LineReading:
    """Read a line in whichever script it is written.

    Short words look plausible in the wrong script, so the side the writing begins on counts too.
    """
    own = _own(ink)
    if own is not None and own.confidence >= OWN_CLEAR:
        return _confirmed(own, ink, engine)
    side = leaning(ink)
    latin = read_latin(ink, engine)
    if latin.agreed and own is None and _clean_share(latin.text) == 1.0:
        return latin
    if latin.agreed and latin.confidence >= LATIN_CLEAR and side is not Script.ARAB:
        return latin
    arabic = _confirmed(own, ink, engine) if own else _by_tesseract_alone(ink, engine, None)
    return max(latin, arabic, key=lambda one: _plausibility(one) + (LEANING if one.script is side else 0.0))


def leaning(ink: Ink) -> Script:
    """The script that begins on the side the ink keeps to; ``ANY`` when it fills its box."""
    if ink.bounds is None:
        return Script.ANY
    left, _, right, _ = ink.bounds
    width = ink.mask.shape[1]
    before, after = left / width, 1.0 - right / width
    if abs(before - after) < CENTRED_SHARE:
        return Script.ANY
    return Script.ARAB if before > after else Script.LATN


def _plausibility(reading: LineReading) -> float:
    return reading.confidence * _clean_share(reading.text) + (0.25 if reading.agreed else 0.0)


def _clean_share(text: str) -> float:
    letters = [c for c in text if c.isalnum() or c.isspace() or c in ".,-'/@()°"]
    return len(letters) / len(text) if text else 0.0


def _read(
    ink: Ink,
    engine: TextEngine,
    language: str,
    looks: tuple[Look, ...],
    mend: Callable[[str], str],
    charset: str | None,
) -> LineReading:
    if ink.bounds is None:
        return LineReading("", 0.0, False, Script.ANY)
    readings = [_look(ink, engine, language, look, mend, charset) for look in looks[:FIRST_LOOKS]]
    first = readings[0].text
    if first and all(reading.text == first for reading in readings):
        confidence = sum(reading.confidence for reading in readings) / len(readings)
        return LineReading(first, confidence, True, dominant_script(first))
    readings += [_look(ink, engine, language, look, mend, charset) for look in looks[FIRST_LOOKS:]]
    return _most_voted(readings)


def _look(
    ink: Ink,
    engine: TextEngine,
    language: str,
    look: Look,
    mend: Callable[[str], str],
    charset: str | None,
) -> TextReading:
    shown, mode = look.of(ink)
    reading = engine.read(shown, language, mode, charset)
    return TextReading(mend(reading.text), reading.confidence)


def _most_voted(readings: list[TextReading]) -> LineReading:
    """The text nearest to all others: on long lines every look may miss another letter."""
    seen = [reading for reading in readings if reading.text]
    if not seen:
        return LineReading("", 0.0, False, Script.ANY)

    # A vote weighs more than confidence: the engine is often sure of nonsense.
    text = _nearest_to_all([(reading.text, VOTE + reading.confidence) for reading in seen])
    sure = [reading.confidence for reading in seen if reading.text == text]
    agreed = len(sure) >= len(readings) - 1
    return LineReading(text, sum(sure) / len(sure), agreed, dominant_script(text))


def _nearest_to_all(votes: list[tuple[str, float]]) -> str:
    """The text that is least edited into the others, each edit counting by its vote."""

    def distance(candidate: tuple[str, float]) -> float:
        far = sum(weight * Levenshtein.distance(candidate[0], text) for text, weight in votes)
        return far - 0.01 * candidate[1]

    return min(votes, key=distance)[0]


def text_lines(ink: Ink, count: int) -> list[Ink]:
    """Split a box that has room for several lines at the white rows between them."""
    if count <= 1 or ink.bounds is None:
        return [ink]
    filled = ink.mask.any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(np.int8)))
    bands = [list(band) for band in edges.reshape(-1, 2)]
    while len(bands) > count:
        gaps = [after[0] - before[1] for before, after in pairwise(bands)]
        nearest = int(np.argmin(gaps))
        bands[nearest][1] = bands.pop(nearest + 1)[1]
    lines: list[list[int]] = []
    for band in bands:
        # Accents and dots are bands of their own: too low to be a line, they join the nearest.
        if lines and min(band[1] - band[0], lines[-1][1] - lines[-1][0]) < 1.3 * PX_PER_MM:
            lines[-1][1] = band[1]
        else:
            lines.append(band)
    return [ink.rows(max(top - 2, 0), bottom + 2) for top, bottom in lines]

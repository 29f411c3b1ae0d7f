"""Shows one line of writing to Tesseract in several ways: what the looks agree on is worth more.

The looks differ in smoothing, size and in whether Tesseract may adjust the line itself; measured,
they fail on different words, so their agreement is worth more than any one's own confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from core.localized_text import Script, dominant_script
from forms_service.ocr.crops import PAPER, Ink
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import LineMode, TextEngine, TextReading
from forms_service.ocr.registration import PX_PER_MM

MARGIN_PX = 14


@dataclass(frozen=True, slots=True)
class LineReading:
    """A line as it was read.

    Attributes:
        agreed: Whether independent looks gave the same text.
        confidence: As sure as the least sure of those that gave this text.
        readers: Who gave this text, each with its own confidence; empty where one alone was asked.
        mended: Whether one who gave it saw look-alikes that were then settled by the letters around them.
    """

    text: str
    confidence: float
    agreed: bool
    script: Script
    readers: Mapping[str, float] = field(default_factory=dict, kw_only=True)
    mended: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class DoubtedLine(LineReading):
    """A line against which something of its own speaks, whoever agreed on it."""

    doubt: Doubt


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
            tight = ink.tight()
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


def read_by_looks(
    ink: Ink,
    engine: TextEngine,
    language: str,
    looks: tuple[Look, ...],
    mend: Callable[[str], str],
    charset: str | None,
) -> LineReading:
    """What the looks at one line say together; agreed when they gave the same text."""
    if ink.bounds is None:
        return LineReading("", 0.0, False, Script.ANY)
    readings = [look_at(ink, engine, language, look, mend, charset) for look in looks[:FIRST_LOOKS]]
    first = readings[0].text
    if first and all(reading.text == first for reading in readings):
        confidence = sum(reading.confidence for reading in readings) / len(readings)
        return LineReading(first, confidence, True, dominant_script(first))
    readings += [look_at(ink, engine, language, look, mend, charset) for look in looks[FIRST_LOOKS:]]
    return _most_voted(readings)


def look_at(
    ink: Ink,
    engine: TextEngine,
    language: str,
    look: Look,
    mend: Callable[[str], str],
    charset: str | None,
) -> TextReading:
    """What the engine reads when it is shown the line this way."""
    shown, mode = look.of(ink)
    reading = engine.read(shown, language, mode, charset)
    return TextReading(mend(reading.text), reading.confidence)


def _most_voted(readings: list[TextReading]) -> LineReading:
    """The text nearest to all others: on long lines every look may miss another letter."""
    seen = [reading for reading in readings if reading.text]
    if not seen:
        return LineReading("", 0.0, False, Script.ANY)

    # A vote weighs more than confidence: the engine is often sure of nonsense.
    text = nearest_to_all([(reading.text, VOTE + reading.confidence) for reading in seen])
    sure = [reading.confidence for reading in seen if reading.text == text]
    agreed = len(sure) >= len(readings) - 1
    return LineReading(text, sum(sure) / len(sure), agreed, dominant_script(text))


def nearest_to_all(votes: list[tuple[str, float]]) -> str:
    """The text that is least edited into the others, each edit counting by its vote."""

    def distance(candidate: tuple[str, float]) -> float:
        far = sum(weight * Levenshtein.distance(candidate[0], text) for text, weight in votes)
        return far - 0.01 * candidate[1]

    return min(votes, key=distance)[0]

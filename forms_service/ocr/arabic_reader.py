"""Reads one line in Arabic letters: our own recogniser first; Tesseract then only has to agree."""

from __future__ import annotations

from dataclasses import replace

from core.field_kinds.base import western_digits
from core.localized_text import Script, dominant_script
from forms_service.ocr.arabic_lines import ArabicLine, read_line
from forms_service.ocr.crops import Ink
from forms_service.ocr.engine import TextEngine, TextReading
from forms_service.ocr.house_numbers import mend_numbers
from forms_service.ocr.look_alikes import mend_arabic, mend_latin
from forms_service.ocr.looks import (
    ARABIC_LOOKS,
    FIRST_LOOKS,
    LATIN_LOOKS,
    VOTE,
    LineReading,
    look_at,
    nearest_to_all,
    read_by_looks,
)

OWN_LIKELY = 0.7
"""Least confidence at which our own recogniser's reading is kept though Tesseract's looks differ."""

OWN_VOTE = 3.0
"""What our own reading weighs against Tesseract's looks when none confirms it and it is unsure."""


def read_arabic(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in Arabic letters, the numbers in it too; agreed only if both recognisers read the same."""
    own = own_reading(ink)
    if own is None:
        return arabic_by_tesseract(ink, engine, charset)
    return confirmed_arabic(own, ink, engine, charset)


def confirmed_arabic(
    own: ArabicLine, ink: Ink, engine: TextEngine, charset: str | None = None
) -> LineReading:
    """Our own reading if Tesseract confirms it or it is likely; else what all looks together say."""
    seen: list[TextReading] = []
    for look in ARABIC_LOOKS[:FIRST_LOOKS]:
        seen.append(look_at(ink, engine, "ara", look, mend_arabic, charset))
        if _is_same(own.text, seen[-1].text, ink, engine):
            return LineReading(own.text, own.confidence, True, Script.ARAB)
    if own.confidence < OWN_LIKELY:
        seen += [
            look_at(ink, engine, "ara", look, mend_arabic, charset) for look in ARABIC_LOOKS[FIRST_LOOKS:]
        ]
        votes = [(own.text, OWN_VOTE * own.confidence)]
        votes += [(one.text, VOTE + one.confidence) for one in seen if one.text]
        text = nearest_to_all(votes)
        if text != own.text:
            text = _with_numbers(text, ink, engine)
            return LineReading(text, own.confidence, False, dominant_script(text))
    return LineReading(own.text, own.confidence, False, Script.ARAB)


def arabic_by_tesseract(ink: Ink, engine: TextEngine, charset: str | None) -> LineReading:
    """A line in which our own recogniser sees no Arabic; Arabic that only Tesseract sees is not agreed."""
    reading = read_by_looks(ink, engine, "ara", ARABIC_LOOKS, mend_arabic, charset)
    if reading.script is not Script.ARAB:
        return reading
    return replace(reading, text=_with_numbers(reading.text, ink, engine), agreed=False)


def own_reading(ink: Ink) -> ArabicLine | None:
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
    number = read_by_looks(ink, engine, "fra", LATIN_LOOKS, mend_latin, None)
    return (number.text, number.confidence) if number.agreed else ("", 0.0)

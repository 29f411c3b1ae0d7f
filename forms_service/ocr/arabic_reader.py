"""Reads one line in Arabic letters: our own recogniser first; Tesseract then only has to agree."""

from __future__ import annotations

import re
from dataclasses import replace

from core.field_kinds.base import western_digits
from core.localized_text import Script, dominant_script
from forms_service.ocr.arabic_lines import ArabicLine, likely_lines, read_line
from forms_service.ocr.crops import Ink
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.house_numbers import mend_numbers
from forms_service.ocr.look_alikes import mend_arabic, mend_latin
from forms_service.ocr.looks import (
    ARABIC_LOOKS,
    FIRST_LOOKS,
    LATIN_LOOKS,
    LineReading,
    look_at,
    read_by_looks,
)

_WORD_MEETS_NUMBER = re.compile(r"(?<=\d)(?=[\u0621-\u064a]{2})|(?<=[\u0621-\u064a]{2})(?=\d)")
"""A single letter may belong to its number (``12ب``)."""

_GAP_WITHIN_WORD = re.compile(
    r"(?:(?<= )|^)([\u0621-\u064a][اأآدذرزوؤ]|(?<!.)[درذز]) (?=(?!ال)[\u0621-\u064a]{2})"
)
_SHORT_WORD = re.compile(
    "عز|أو|او|بو|حد|ذو|ضو|أد|اد|دا|لا|ما|با|يا|ود|ذا|إذ|قد|ضد|لو|هو|جد|رد|بر|حر|مر|سد|يد|سر|در|عد"
)
"""Words of two letters of which the last does not join: in 25,000 names of the Maghreb there are fifteen."""

UNSURE = 0.7
"""Below this our own recogniser is wrong more often than two looks of Tesseract that read one text."""


def read_arabic(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in Arabic letters, the numbers in it too; agreed only if both recognisers read the same."""
    own = own_reading(ink)
    if own is None:
        return arabic_by_tesseract(ink, engine, charset)
    return confirmed_arabic(own, ink, engine, charset)


def confirmed_arabic(
    own: ArabicLine, ink: Ink, engine: TextEngine, charset: str | None = None
) -> LineReading:
    """Our own reading, agreed if Tesseract sees it too.

    Where they differ ours is right far more often, so single looks have no vote; only where ours is
    unsure and two looks say one other text, that one is proposed: Tesseract knows typefaces we do not.
    """
    seen: list[str] = []
    for look in ARABIC_LOOKS[:FIRST_LOOKS]:
        seen.append(look_at(ink, engine, "ara", look, mend_arabic, charset).text)
        if _is_same(own.text, seen[-1], ink, engine):
            return LineReading(own.text, own.confidence, True, Script.ARAB)
    if own.confidence < UNSURE and len(set(seen)) == 1 and dominant_script(seen[0]) is Script.ARAB:
        return LineReading(_with_numbers(seen[0], ink, engine), own.confidence, False, Script.ARAB)
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
    line = read_line(ink.tight())
    return replace(line, text=_spaced(line.text)) if dominant_script(line.text) is Script.ARAB else None


def _spaced(text: str) -> str:
    """The line with blanks only where Arabic has them.

    Typefaces differ in them most: a blank beside a number may be too narrow to see, and the gap after
    a letter that does not join as wide as one between words.
    """
    text = _WORD_MEETS_NUMBER.sub(" ", text)
    return _GAP_WITHIN_WORD.sub(lambda gap: gap[0] if _SHORT_WORD.fullmatch(gap[1]) else gap[1], text)


def nearly_read(ink: Ink) -> list[ArabicLine]:
    """What else the ink nearly says: the likeliest readings of our own recogniser, the best first."""
    lines = likely_lines(ink.tight()) if ink.bounds is not None else []
    arabic = [line for line in lines if dominant_script(line.text) is Script.ARAB]
    return [replace(line, text=_spaced(line.text)) for line in arabic]


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

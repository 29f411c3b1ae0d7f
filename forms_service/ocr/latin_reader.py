"""Reads one line in Latin letters: our own recogniser first; Tesseract then only has to agree.

Two looks of Tesseract share one model and its mistakes; two recognisers that never saw the same
lines do not, so what both read needs no further look.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from core.localized_text import Script, dominant_script
from forms_service.ocr.crops import Ink
from forms_service.ocr.engine import TextEngine, TextReading
from forms_service.ocr.latin_lines import LatinLine, chances, read_line
from forms_service.ocr.look_alikes import mend_address, mend_latin
from forms_service.ocr.looks import (
    FIRST_LOOKS,
    LATIN_LOOKS,
    VOTE,
    LineReading,
    look_at,
    read_by_looks,
)
from forms_service.ocr.underscores import restore_underscores

OWN, TESSERACT = "latin_lines", "tesseract"
"""The two readers, as evidence names them."""

LOOK_WEIGHT = 1.0
"""What one of Tesseract's looks adds to the logarithm of a text's chance by our own recogniser."""

LEAST_CHANCE = 1e-30

Mend = Callable[[str], str]


def read_latin(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in French letters and digits; agreed only if both recognisers read the same."""
    return _confirmed(own_latin(ink, charset), ink, engine, mend_latin, charset)


def read_email(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read an e-mail address: no blanks, and every letter as it stands."""

    def mend(text: str) -> str:
        return mend_address(restore_underscores(" ".join(text.split()), ink))

    own = own_latin(ink, charset, lambda text: mend_address(text.replace(" ", "")))
    return _confirmed(own, ink, engine, mend, charset)


def own_latin(ink: Ink, charset: str | None = None, mend: Mend = mend_latin) -> LatinLine | None:
    """The reading of our own recogniser; None when it sees nothing, or writing in another script."""
    line = read_line(_tight(ink), charset)
    text = mend(line.text)
    return LatinLine(text, line.confidence) if text else None


def confirmed_latin(own: LatinLine, ink: Ink, engine: TextEngine) -> LineReading:
    """What our own recogniser has read, agreed if Tesseract sees it too."""
    return _confirmed(own, ink, engine, mend_latin, None)


def _confirmed(
    own: LatinLine | None, ink: Ink, engine: TextEngine, mend: Mend, charset: str | None
) -> LineReading:
    if own is None:
        alone = read_by_looks(ink, engine, "fra", LATIN_LOOKS, mend, charset)
        return LineReading(
            alone.text, alone.confidence, False, alone.script, readers={TESSERACT: alone.confidence}
        )
    seen: list[TextReading] = []
    for look in LATIN_LOOKS[:FIRST_LOOKS]:
        seen.append(look_at(ink, engine, "fra", look, mend, charset))
        if seen[-1].text == own.text:
            readers = {OWN: own.confidence, TESSERACT: seen[-1].confidence}
            return _line(own.text, readers, True)
    return _likeliest(own, seen, ink)


def _likeliest(own: LatinLine, seen: list[TextReading], ink: Ink) -> LineReading:
    """The text for which the ink, as our own recogniser sees it, and Tesseract's looks together speak most.

    More looks would not help: they add votes for the mistakes of one model.
    """
    texts = sorted({one.text for one in seen if one.text} - {own.text})
    known = dict(zip(texts, chances(_tight(ink), texts), strict=True)) | {own.text: own.confidence}

    def weight(text: str) -> float:
        looks = sum(VOTE + one.confidence for one in seen if one.text == text)
        return math.log(max(known[text], LEAST_CHANCE)) + LOOK_WEIGHT * looks

    text = max(known, key=weight)
    readers = {OWN: min(known[text], 1.0)}
    looks = [one.confidence for one in seen if one.text == text]
    return _line(text, readers | ({TESSERACT: max(looks)} if looks else {}), False)


def _line(text: str, readers: dict[str, float], agreed: bool) -> LineReading:
    script = dominant_script(text) if text else Script.ANY
    return LineReading(text, min(readers.values()), agreed, script, readers=readers)


def _tight(ink: Ink) -> np.ndarray:
    left, top, right, bottom = ink.bounds or (0, 0, 0, 0)
    tight: np.ndarray = ink.pixels[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3]
    return tight

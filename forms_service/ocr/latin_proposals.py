"""Weighs what may stand in a Latin line that its two readers read differently.

None of it is ever called agreed: it is what a person who decides sees first, and mostly need not correct.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from rapidfuzz.distance import Levenshtein

from forms_service.ocr.engine import TextReading
from forms_service.ocr.looks import VOTE

LEAST_CHANCE = 1e-30

LETTER_OFF = 1.0
"""By how much a sure look lowers the logarithm of a text's chance for every letter that it saw otherwise."""

MOST_LETTERS_OFF = 4
"""A look that differs more saw something else, a stamp perhaps, and says no more against a text."""

USUAL = 3.0
"""What being written as nearly all answers of its kind are adds to that logarithm."""

SURE_TWICE = 0.8


def likeliest(
    known: Mapping[str, float], looks: Sequence[TextReading], is_usual: Callable[[str], bool]
) -> str:
    """The text for which the ink and Tesseract's looks together speak most.

    Args:
        known: Each text that may stand there, with its chance as our own recogniser sees the ink.
    """

    def weight(text: str) -> float:
        total = math.log(max(known[text], LEAST_CHANCE)) + (USUAL if is_usual(text) else 0.0)
        for look in looks:
            if look.text == text:
                total += VOTE + look.confidence
            elif look.text:
                off = min(Levenshtein.distance(look.text, text), MOST_LETTERS_OFF)
                total -= LETTER_OFF * look.confidence * off
        return total

    return max(known, key=weight)


def seen_twice(looks: Sequence[TextReading]) -> str | None:
    """The text that two looks both read, each of them surely."""
    texts = {look.text for look in looks}
    if len(looks) < 2 or len(texts) > 1 or min(look.confidence for look in looks) < SURE_TWICE:
        return None
    return looks[0].text or None

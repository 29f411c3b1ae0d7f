"""Reads one printed Arabic line with a small recogniser of our own, trained on synthetic lines.

Tesseract loses letters in fonts that stack or swing them; this reader was trained on many such
fonts (``training/arabic_lines``).  It knows Arabic letters, digits and common punctuation; a Latin
letter it only recognises as foreign, and then it says that it cannot read the line.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forms_service.ocr import line_network
from forms_service.ocr.likely_texts import likely_classes
from forms_service.ocr.line_network import FOREIGN, LineNetwork

MODEL = Path(__file__).parent / "models" / "arabic_lines.onnx"

LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچڤگڭ"
DIGITS = "0123456789٠١٢٣٤٥٦٧٨٩"
PUNCTUATION = " .,،-/:()'°"

CHARACTERS = LETTERS + DIGITS + PUNCTUATION + FOREIGN
"""What the network tells apart; its class 0 is the blank, then these in order."""

GREATEST_ENLARGEMENT = 1.6

_NETWORK = LineNetwork(MODEL, CHARACTERS)

_MIRRORED = str.maketrans("()", ")(")
_LEFT_TO_RIGHT = re.compile(
    rf"{FOREIGN}(?:[{FOREIGN}0-9 .,\-/:'°]*{FOREIGN})?|[0-9](?:[0-9.,/:]*[0-9])?|[٠-٩](?:[٠-٩.,/:]*[٠-٩])?"
)


_ORDERED = re.compile(
    rf"{FOREIGN}(?:[{FOREIGN}0-9 .,\-/:'°]*{FOREIGN})?|[0-9٠-٩](?:[0-9٠-٩.,/:]*(?:[0-9]|[٠-٩](?<![0-9]٠)))?"
)
"""As ``_LEFT_TO_RIGHT``, for what is read: an unsure network mixes the digits of one number («20١9»).

A zero of the other kind behind a number is none of it: it is the colon before it.
"""

_WORD = re.compile(rf"(?:[{LETTERS}]+|[^ {LETTERS}]+)(?:(?<=[{LETTERS}])[^ {LETTERS}{DIGITS}{FOREIGN}]+)?")
"""A word ends at a blank, and where letters meet digits: the blank between «7» and «دجنبر» is easily lost."""


@dataclass(frozen=True, slots=True)
class ArabicLine:
    """A line as the recogniser read it.

    Attributes:
        text: In logical order; empty when there is nothing it can read.
        confidence: Probability, as the network sees it, that every character is right (0.0 to 1.0).
    """

    text: str
    confidence: float


def read_line(image: np.ndarray) -> ArabicLine:
    """Read a gray picture of one line, dark ink on light paper, at any size."""
    read = read_mixed_line(image)
    return ArabicLine("", 0.0) if FOREIGN in read.text else read


def read_mixed_line(image: np.ndarray) -> ArabicLine:
    """Read a line that may hold words of another script: each of their letters comes as ``FOREIGN``."""
    line = normalised(image)
    if line is None:
        return ArabicLine("", 0.0)
    text, confidence = _NETWORK.read(line)
    return ArabicLine(" ".join(logical_order(text).split()), confidence)


@dataclass(frozen=True, slots=True)
class ArabicWord:
    """A word of a line.

    Attributes:
        confidence: Probability, as the network sees it, of its characters' best path (0.0 to 1.0).
        left, right: Where it stands, as shares of the ink's width.
    """

    text: str
    confidence: float
    left: float
    right: float


def read_words(image: np.ndarray) -> tuple[ArabicWord, ...]:
    """Read a line that may hold another script word by word, from right to left."""
    line = normalised(image)
    if line is None:
        return ()
    characters = _NETWORK.characters_seen(line)
    shown = "".join(one.text for one in characters)
    order = _logical_places(shown)
    text = "".join(shown[at] for at in order).translate(_MIRRORED)
    words: list[ArabicWord] = []
    for found in _WORD.finditer(text):
        members = [characters[at] for at in order[found.start() : found.end()]]
        sure = float(np.prod([one.confidence for one in members]))
        places = [one.place for one in members]
        words.append(ArabicWord(found[0], sure, min(places), max(places)))
    return tuple(words)


def _logical_places(shown: str) -> list[int]:
    """For each character in reading order, where it stands from the left."""
    places = list(range(len(shown)))
    for run in _ORDERED.finditer(shown):
        places[run.start() : run.end()] = places[run.start() : run.end()][::-1]
    return places[::-1]


def likely_lines(image: np.ndarray, count: int = 8) -> list[ArabicLine]:
    """The readings that the ink supports most, the likeliest first; empty when there is nothing to read."""
    line = normalised(image)
    if line is None:
        return []
    likely: dict[str, float] = {}
    for classes, chance in likely_classes(_NETWORK.scores(line), count):
        shown = "".join(CHARACTERS[one - 1] for one in classes)
        text = " ".join(logical_order(shown).split())
        if text and FOREIGN not in text:
            likely[text] = likely.get(text, 0.0) + min(math.exp(chance), 1.0)
    ranked = sorted(likely.items(), key=lambda one: -one[1])
    return [ArabicLine(text, min(chance, 1.0)) for text, chance in ranked]


def normalised(image: np.ndarray) -> np.ndarray | None:
    """The line as the network is shown it; None without ink."""
    return line_network.normalised(image, GREATEST_ENLARGEMENT)


def visual_order(text: str) -> str:
    """The characters from left to right as a right-to-left line shows them."""
    mirrored = text.translate(_MIRRORED)[::-1]
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], mirrored)


def logical_order(text: str) -> str:
    """The inverse of ``visual_order``."""
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], text)[::-1].translate(_MIRRORED)

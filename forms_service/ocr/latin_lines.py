"""Reads one printed Latin line with a small recogniser of our own, trained on synthetic lines.

Two looks of Tesseract share one model and make the same small mistakes; this reader has never seen
what Tesseract saw (``training/latin_lines``), so that what both read is worth more.  It knows French
letters, digits and common signs; Arabic it only recognises as foreign, and then says that it cannot
read the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forms_service.ocr import line_network
from forms_service.ocr.likely_texts import likely_classes
from forms_service.ocr.line_network import FOREIGN, LineNetwork

MODEL = Path(__file__).parent / "models" / "latin_lines.onnx"

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆÑ"
SMALL = "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüœæñ"
LETTERS = CAPITALS + SMALL
DIGITS = "0123456789"
PUNCTUATION = " .,'-/:;()&+@_°\"!?%*#="

CHARACTERS = LETTERS + DIGITS + PUNCTUATION + FOREIGN
"""What the network tells apart; its class 0 is the blank, then these in order."""

GREATEST_ENLARGEMENT = 1.3
"""Small writing stays small: the size of its ink is what tells a line of « o » from one of « O »."""

_NETWORK = LineNetwork(MODEL, CHARACTERS)


@dataclass(frozen=True, slots=True)
class LatinLine:
    """A line as the recogniser read it.

    Attributes:
        text: Empty when there is nothing it can read.
        confidence: Probability, as the network sees it, that every character is right (0.0 to 1.0).
    """

    text: str
    confidence: float


def read_line(image: np.ndarray, charset: str | None = None) -> LatinLine:
    """Read a gray picture of one line, dark ink on light paper, 300 dots an inch.

    Args:
        charset: Characters that the answer may hold; others are not given back.
    """
    line = normalised(image)
    if line is None:
        return LatinLine("", 0.0)
    text, confidence = _NETWORK.read(line, charset)
    return LatinLine("", 0.0) if FOREIGN in text else LatinLine(" ".join(text.split()), confidence)


def chances(image: np.ndarray, texts: Sequence[str]) -> list[float]:
    """How probable each text is, as the network sees the line: what others read can be weighed by it."""
    line = normalised(image)
    if line is None:
        return [0.0] * len(texts)
    scores = _NETWORK.scores(line)
    return [_NETWORK.chance(scores, text) for text in texts]


def likely_lines(image: np.ndarray, count: int = 8) -> list[LatinLine]:
    """The readings that the ink supports most, the likeliest first; empty when there is nothing to read."""
    line = normalised(image)
    if line is None:
        return []
    likely = [
        LatinLine("".join(CHARACTERS[one - 1] for one in classes), min(math.exp(chance), 1.0))
        for classes, chance in likely_classes(_NETWORK.scores(line), count)
    ]
    return sorted((one for one in likely if FOREIGN not in one.text), key=lambda one: -one.confidence)


def normalised(image: np.ndarray) -> np.ndarray | None:
    """The line as the network is shown it; None without ink."""
    return line_network.normalised(image, GREATEST_ENLARGEMENT)

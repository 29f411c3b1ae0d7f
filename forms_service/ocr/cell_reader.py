"""Reads the cells of a comb one by one with a small recogniser of our own: the comb's second reader.

Tesseract reads a comb as one packed line and knows nothing of cells; this network looks at one cell at
a time and knows nothing of lines.  They fail in different ways, so what both say can be believed.  It
was trained on printed capitals and digits in many typefaces and on handwritten ones
(``training/comb_cells``), and has a class for what is neither: scribbles, strikes, two characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from forms_service.ocr.crops import PAPER, Ink
from forms_service.ocr.line_network import session

MODEL = Path(__file__).parent / "models" / "comb_cells.onnx"
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What the network tells apart, in the order of its classes; one more stands for everything else."""

SIDE_PX = 32
INK_PX = 26
_GREATEST_ENLARGEMENT = 1.6

UNEXPECTED = 3.0
"""By how much the logarithm of a chance sinks for a character that does not belong in its place."""


@dataclass(frozen=True, slots=True)
class CellReading:
    """One cell as it was read.

    Attributes:
        character: The likeliest of the characters that may stand there; empty when it is none.
        confidence: Its probability as the network sees it, among those characters and « something else ».
        chances: The probability of every character that may stand there.
    """

    character: str
    confidence: float
    chances: Mapping[str, float]


def read_cells(
    inks: Sequence[Ink], charset: str | None, expected: Sequence[str | None] = ()
) -> list[CellReading]:
    """Read filled cells, all at once.

    Args:
        charset: The characters that may stand there; None allows every capital and digit.
        expected: Of each cell from the first on, the characters that belong there; others must be clearer.
    """
    if not inks:
        return []
    allowed = [place for place, character in enumerate(CHARACTERS) if charset is None or character in charset]
    scores = _scores(np.stack([normalised(ink) for ink in inks]))[:, [*allowed, len(CHARACTERS)]]
    characters = [CHARACTERS[place] for place in allowed]
    for row, belonging in zip(scores, expected, strict=False):
        if belonging is not None:
            row[:-1] -= [0.0 if character in belonging else UNEXPECTED for character in characters]
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    readings = []
    for row in shares:
        best = int(row.argmax())
        character = characters[best] if best < len(characters) else ""
        chances = dict(zip(characters, row.tolist(), strict=False))
        readings.append(CellReading(character, float(row[best]), chances))
    return readings


def normalised(ink: Ink) -> np.ndarray:
    """The cell as the network is shown it: ink bright on black, at one size, in the middle."""
    left, top, right, bottom = ink.bounds or (0, 0, 1, 1)
    tight = ink.pixels[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1]
    scale = min(INK_PX / max(tight.shape), _GREATEST_ENLARGEMENT)
    size = max(round(tight.shape[1] * scale), 1), max(round(tight.shape[0] * scale), 1)
    shown = cv2.resize(tight, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    darkest = float(shown.min())
    level = 255.0 / max(PAPER - darkest, 40.0)
    bright = np.clip((PAPER - shown.astype(np.float32)) * level, 0, 255).astype(np.uint8)
    cell = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    y, x = (SIDE_PX - bright.shape[0]) // 2, (SIDE_PX - bright.shape[1]) // 2
    cell[y : y + bright.shape[0], x : x + bright.shape[1]] = bright
    return cell


def _scores(cells: np.ndarray) -> np.ndarray:
    """Raw scores of every class for each normalised cell."""
    (scores,) = session(MODEL).run(None, {"cells": cells[:, None].astype(np.float32) / 255.0})
    return np.array(scores)

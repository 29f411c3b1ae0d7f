"""Reads one printed Arabic line with a small recogniser of our own, trained on synthetic lines.

Tesseract loses letters in fonts that stack or swing them; this reader was trained on many such
fonts (``training/arabic_lines``).  It knows Arabic letters, digits and common punctuation; a Latin
letter it only recognises as foreign, and then it says that it cannot read the line.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

MODEL = Path(__file__).parent / "models" / "arabic_lines.onnx"

LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچڤگڭ"
DIGITS = "0123456789٠١٢٣٤٥٦٧٨٩"
PUNCTUATION = " .,،-/:()'°"
FOREIGN = "\ufffd"
"""Stands for any letter of another script."""

CHARACTERS = LETTERS + DIGITS + PUNCTUATION + FOREIGN
"""What the network tells apart; its class 0 is the blank, then these in order."""

LINE_HEIGHT_PX = 40
INK_HEIGHT_PX = 34
GREATEST_ENLARGEMENT = 1.6
SIDE_PX = 8
NARROWEST_PX, WIDEST_PX = 32, 2400
INK_SHARE = 0.33
"""How far a pixel must be from paper towards the darkest ink to count as ink."""

_MIRRORED = str.maketrans("()", ")(")
_LEFT_TO_RIGHT = re.compile(
    rf"{FOREIGN}(?:[{FOREIGN}0-9 .,\-/:'°]*{FOREIGN})?|[0-9](?:[0-9.,/:]*[0-9])?|[٠-٩](?:[٠-٩.,/:]*[٠-٩])?"
)


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
    text, confidence = _decoded(_scores(line))
    return ArabicLine(" ".join(logical_order(text).split()), confidence)


def normalised(image: np.ndarray) -> np.ndarray | None:
    """The line as the network is shown it: ink bright on black, at one height; None without ink."""
    if image.ndim != 2 or not image.size:
        return None
    paper = float(np.percentile(image, 90))
    darkest = float(image.min())
    if paper - darkest < 40:
        return None
    mask = image < paper - INK_SHARE * (paper - darkest)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = max(rows[0] - 1, 0), min(rows[-1] + 2, image.shape[0])
    left, right = max(columns[0] - 1, 0), min(columns[-1] + 2, image.shape[1])
    tight = image[top:bottom, left:right]
    scale = min(INK_HEIGHT_PX / tight.shape[0], GREATEST_ENLARGEMENT, WIDEST_PX / tight.shape[1])
    size = max(round(tight.shape[1] * scale), 1), max(round(tight.shape[0] * scale), 1)
    shown = cv2.resize(tight, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    ink = np.clip((paper - shown.astype(np.float32)) * (255.0 / (paper - darkest)), 0, 255).astype(np.uint8)
    above = (LINE_HEIGHT_PX - ink.shape[0]) // 2
    width = max(ink.shape[1] + 2 * SIDE_PX, NARROWEST_PX)
    line = np.zeros((LINE_HEIGHT_PX, width + width % 2), np.uint8)
    line[above : above + ink.shape[0], SIDE_PX : SIDE_PX + ink.shape[1]] = ink
    return line


def visual_order(text: str) -> str:
    """The characters from left to right as a right-to-left line shows them."""
    mirrored = text.translate(_MIRRORED)[::-1]
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], mirrored)


def logical_order(text: str) -> str:
    """The inverse of ``visual_order``."""
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], text)[::-1].translate(_MIRRORED)


def _decoded(scores: np.ndarray) -> tuple[str, float]:
    """The best path's characters, and how probable their sequence is over all its paths."""
    best = scores.argmax(axis=1)
    labels = best[np.flatnonzero(np.diff(best, prepend=0))]
    labels = labels[labels > 0]
    if not len(labels):
        return "", 0.0
    return "".join(CHARACTERS[label - 1] for label in labels), _probability(scores, labels)


def _probability(scores: np.ndarray, labels: np.ndarray) -> float:
    """Probability of a sequence of classes: the sum over every way to lay it along the columns."""
    path = np.zeros(2 * len(labels) + 1, int)  # a blank before, between and after the classes
    path[1::2] = labels
    may_skip = np.zeros(len(path))
    may_skip[3::2] = path[3::2] != path[1:-2:2]
    chances = np.exp(scores[:, path].astype(np.float64))
    reached = np.zeros(len(path))
    reached[:2] = chances[0, :2]
    magnitude = 0.0
    for column in chances[1:]:
        moved = reached.copy()
        moved[1:] += reached[:-1]
        moved[2:] += may_skip[2:] * reached[:-2]
        moved *= column
        total = moved.sum()
        if total <= 0.0:
            return 0.0
        magnitude += float(np.log(total))
        reached = moved / total
    return min(float(np.exp(magnitude) * (reached[-1] + reached[-2])), 1.0)


_local = threading.local()


def _network() -> cv2.dnn.Net:
    """This thread's network: one must not be shared between threads."""
    if not hasattr(_local, "network"):
        _local.network = cv2.dnn.readNetFromONNX(str(MODEL))
    return _local.network


def _scores(line: np.ndarray) -> np.ndarray:
    """Log-probabilities of every class in every column of a normalised line."""
    network = _network()
    network.setInput(line[None, None].astype(np.float32) / 255.0)
    return network.forward()[0]

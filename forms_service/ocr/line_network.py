"""What our own recognisers of printed lines share: how a line is shown to them and how its scores are read.

Each is a small convolutional network that gives, for every two pixels along a line, the probability
of each character (CTC).  Arabic and Latin differ in their characters, not in how they are run.
"""

from __future__ import annotations

import hashlib
import math
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.errors import DamagedModel

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

LINE_HEIGHT_PX = 40
INK_HEIGHT_PX = 34
SIDE_PX = 8
NARROWEST_PX, WIDEST_PX = 32, 2400
PAPER_SHARE = 0.9
INK_SHARE = 0.33
"""How far a pixel must be from paper towards the darkest ink to count as ink."""

FOREIGN = "\ufffd"
"""Stands for writing in another script."""


def normalised(image: np.ndarray, greatest_enlargement: float) -> np.ndarray | None:
    """The line as a network is shown it: ink bright on black, at one height; None without ink."""
    if image.ndim != 2 or not image.size:
        return None
    paper = _paper_level(image)
    darkest = float(image.min())
    if paper - darkest < 40:
        return None
    mask = image < paper - INK_SHARE * (paper - darkest)
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    top, bottom = max(y - 1, 0), min(y + height + 1, image.shape[0])
    left, right = max(x - 1, 0), min(x + width + 1, image.shape[1])
    tight = image[top:bottom, left:right]
    scale = min(INK_HEIGHT_PX / tight.shape[0], greatest_enlargement, WIDEST_PX / tight.shape[1])
    size = max(round(tight.shape[1] * scale), 1), max(round(tight.shape[0] * scale), 1)
    shown = cv2.resize(tight, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    ink = np.clip((paper - shown.astype(np.float32)) * (255.0 / (paper - darkest)), 0, 255).astype(np.uint8)
    above = (LINE_HEIGHT_PX - ink.shape[0]) // 2
    width = max(ink.shape[1] + 2 * SIDE_PX, NARROWEST_PX)
    line = np.zeros((LINE_HEIGHT_PX, width + width % 2), np.uint8)
    line[above : above + ink.shape[0], SIDE_PX : SIDE_PX + ink.shape[1]] = ink
    return line


def _paper_level(image: np.ndarray) -> float:
    """The gray level that nine tenths of the pixels are no lighter than: ``np.percentile``, by counting."""
    if image.dtype != np.uint8:
        return float(np.percentile(image, 90))
    below = cv2.calcHist([image], [0], None, [256], [0, 256]).ravel().cumsum(dtype=np.float64)
    place = PAPER_SHARE * (image.size - 1)
    first, second = np.searchsorted(below, [int(place), min(int(place) + 1, image.size - 1)], side="right")
    return float(first + (second - first) * (place - int(place)))


@dataclass(frozen=True, slots=True)
class SeenCharacter:
    """One character of the best path, how sure it is, and where it stands as a share of the ink's width."""

    text: str
    confidence: float
    place: float


@dataclass(frozen=True, slots=True)
class LineNetwork:
    """One trained network; loaded when the first line is read, once for all threads.

    Attributes:
        model: Its ONNX file.
        characters: What it tells apart; class 0 is the blank, then these in order.
    """

    model: Path
    characters: str

    def read(self, line: np.ndarray, charset: str | None = None) -> tuple[str, float]:
        """The characters of a normalised line from left to right, and how probable they are.

        Args:
            charset: Only these characters may come out; None for all.
        """
        return self._decoded(self.scores(line), charset)

    def characters_seen(self, line: np.ndarray) -> list[SeenCharacter]:
        """Every character of a normalised line from left to right, with its own confidence and place."""
        scores = self.scores(line)
        best = scores.argmax(axis=1)
        starts = np.flatnonzero(np.diff(best, prepend=-1))
        ends = np.append(starts[1:], len(best))
        per_column = line.shape[1] / len(best)
        inked = max(1.0, line.shape[1] - 2 * SIDE_PX)
        seen = []
        for start, end in zip(starts, ends, strict=True):
            label = int(best[start])
            if label:
                sure = float(np.exp(scores[start:end, label].max()))
                place = ((start + end) / 2 * per_column - SIDE_PX) / inked
                seen.append(SeenCharacter(self.characters[label - 1], sure, min(max(place, 0.0), 1.0)))
        return seen

    def scores(self, line: np.ndarray) -> np.ndarray:
        """Log-probabilities of every class in every column of a normalised line."""
        (scores,) = session(self.model).run(["scores"], {"lines": line[None, None].astype(np.float32) / 255})
        return np.asarray(scores)[0]

    def chance(self, scores: np.ndarray, text: str) -> float:
        """How probable a text is by the scores; 0.0 where it holds what the network does not know."""
        labels = np.array([self.characters.find(character) + 1 for character in text], int)
        if not len(labels) or not labels.all():
            return 0.0
        return probability(scores, labels)

    def _decoded(self, scores: np.ndarray, charset: str | None) -> tuple[str, float]:
        """The best path's characters, and how probable their sequence is over all its paths."""
        seen = scores
        if charset is not None:
            left_out = [n for n, character in enumerate(self.characters, start=1) if character not in charset]
            seen = scores.copy()
            seen[:, left_out] = -np.inf
        best = seen.argmax(axis=1)
        labels = best[np.flatnonzero(np.diff(best, prepend=0))]
        labels = labels[labels > 0]
        if not len(labels):
            return "", 0.0
        return "".join(self.characters[label - 1] for label in labels), probability(scores, labels)


_loading = threading.Lock()


@cache
def _loaded(model: Path) -> InferenceSession:
    weights = _recorded_weights(model)
    from onnxruntime import InferenceSession, SessionOptions  # costs a tenth of a second: only who reads pays

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a server reads on every core already
    options.enable_mem_pattern = False  # lines differ in width, so that no plan of memory fits the next
    return InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _recorded_weights(model: Path) -> bytes:
    """The weights in a file, if they are the ones that were measured and calibrated."""
    try:
        weights = model.read_bytes()
        recorded = model.with_suffix(".sha256").read_text(encoding="ascii").split()[:1]
    except OSError as error:
        raise DamagedModel(model.name) from error
    if [hashlib.sha256(weights).hexdigest()] != recorded:
        raise DamagedModel(model.name)
    return weights


def session(model: Path) -> InferenceSession:
    """A network of ours, loaded once; any thread may run it.

    Raises:
        DamagedModel: The file is missing, or not the one whose digest is recorded beside it.
    """
    with _loading:
        return _loaded(model)


def probability(scores: np.ndarray, labels: np.ndarray) -> float:
    """Probability of a sequence of classes: the sum over every way to lay it along the columns."""
    path = np.zeros(2 * len(labels) + 1, int)  # a blank before, between and after the classes
    path[1::2] = labels
    may_skip = np.zeros(len(path))
    may_skip[3::2] = path[3::2] != path[1:-2:2]
    chances = np.exp(scores[:, path].astype(np.float64))
    states = np.zeros(
        len(path) + 2
    )  # two that nothing reaches before the first: every step looks back so far
    before_last, before, reached = states[:-2], states[1:-1], states[2:]
    reached[:2] = chances[0, :2]
    moved, skipped = np.empty_like(reached), np.empty_like(reached)
    magnitude = 0.0
    for number, column in enumerate(chances[1:], start=1):
        np.add(reached, before, out=moved)
        np.multiply(may_skip, before_last, out=skipped)
        np.add(moved, skipped, out=moved)
        np.multiply(moved, column, out=reached)
        if number % _COLUMNS_UNSCALED == 0:
            total = reached.sum()
            if total <= 0.0:
                return 0.0
            magnitude += math.log(total)
            reached /= total
    return min(math.exp(magnitude) * float(reached[-1] + reached[-2]), 1.0)


_COLUMNS_UNSCALED = 8
"""After so many columns chances are brought back to one: no single one is small enough to vanish before."""

"""Alters what is printed on a page: struck words, words written over, pasted strips, words put in.

To measure whether such pages are noticed; where it was done is told, so that it can be checked.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from core.placement import PAGE_WIDTH_MM, BoxMm

Alteration = Callable[[np.ndarray, BoxMm, np.random.Generator], np.ndarray]


def _scale(page: np.ndarray) -> float:
    return page.shape[1] / PAGE_WIDTH_MM


def _drawn(page: np.ndarray, points: np.ndarray, width_mm: float, rng: np.random.Generator) -> np.ndarray:
    sheet = np.full_like(page, 255)
    scale = _scale(page)
    pixels = np.round(points * scale).astype(np.int32)
    cv2.polylines(
        sheet, [pixels], False, int(rng.uniform(0, 100)), max(round(width_mm * scale), 1), cv2.LINE_AA
    )
    return np.minimum(page, sheet)


def _scrawl(box: BoxMm, rng: np.random.Generator, height_mm: float) -> np.ndarray:
    """Handwriting, as far as a comparison with the print can tell: loops along a line."""
    t = np.linspace(0, 1, 12 * max(int(box.width), 3))
    middle = box.y + box.height / 2
    x = box.x + box.width * t + 0.5 * np.sin(2.9 * box.width * t)
    y = middle + height_mm / 2 * np.sin(3.1 * box.width * t + rng.uniform(0, 3)) * rng.uniform(
        0.6, 1.0, len(t)
    )
    return np.column_stack([x, y])


def struck(page: np.ndarray, words: BoxMm, rng: np.random.Generator) -> np.ndarray:
    """A pen's line through the words."""
    y = words.y + words.height * rng.uniform(0.4, 0.7)
    points = np.array([(words.x - 0.5, y), (words.right + 0.5, y + rng.uniform(-0.4, 0.4))])
    return _drawn(page, points, rng.uniform(0.3, 0.6), rng)


def struck_thinly(page: np.ndarray, words: BoxMm, rng: np.random.Generator) -> np.ndarray:
    """A ballpoint pen's one thin line through the words."""
    y = words.y + words.height * rng.uniform(0.4, 0.7)
    points = np.array([(words.x - 0.5, y), (words.right + 0.5, y + rng.uniform(-0.4, 0.4))])
    return _drawn(page, points, rng.uniform(0.25, 0.35), rng)


def written_over(page: np.ndarray, words: BoxMm, rng: np.random.Generator) -> np.ndarray:
    """Other words written on top of the printed ones."""
    return _drawn(page, _scrawl(words, rng, 2.6), rng.uniform(0.35, 0.55), rng)


def pasted(page: np.ndarray, words: BoxMm, _rng: np.random.Generator) -> np.ndarray:
    """A blank strip stuck over the words."""
    covered = page.copy()
    box, scale = words.inset(-0.6), _scale(page)
    covered[int(box.y * scale) : int(box.bottom * scale), int(box.x * scale) : int(box.right * scale)] = 250
    return covered


def pasted_with_writing(page: np.ndarray, words: BoxMm, rng: np.random.Generator) -> np.ndarray:
    """A strip stuck over the words, something else written on it."""
    return _drawn(pasted(page, words, rng), _scrawl(words.inset(0.2), rng, 1.8), 0.4, rng)


def blotted(page: np.ndarray, words: BoxMm, rng: np.random.Generator) -> np.ndarray:
    """The words blacked out with a felt pen."""
    box = words.inset(-0.2)
    y = box.y + box.height / 2
    return _drawn(page, np.array([(box.x, y), (box.right, y)]), box.height, rng)


ALTERATIONS: dict[str, Alteration] = {
    "struck out": struck,
    "struck out thinly": struck_thinly,
    "written over": written_over,
    "pasted over, blank": pasted,
    "pasted over, written on": pasted_with_writing,
    "blacked out": blotted,
}

"""Changes what somebody has answered: values struck out, corrected above, written twice, scribbled over.

To measure whether such answers are ever taken as if nothing were; every page given is one on which a
person must look at the field.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from core.placement import PAGE_WIDTH_MM, Placement

AlteredAnswer = Callable[[np.ndarray, Placement, np.random.Generator], np.ndarray]

_INK_BELOW = 140


def _scale(page: np.ndarray) -> float:
    return page.shape[1] / PAGE_WIDTH_MM


def _written(page: np.ndarray, place: Placement) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the answer's ink, in page millimetres; its box where there is none."""
    scale, box = _scale(page), place.box.inset(0.5)
    rows = slice(int(box.y * scale), int(box.bottom * scale))
    columns = slice(int(box.x * scale), int(box.right * scale))
    ink = page[rows, columns] < _INK_BELOW
    if place.comb:
        cell = (columns.stop - columns.start) / place.comb
        for number in range(1, place.comb):
            middle = round(number * cell)
            ink[:, max(middle - 5, 0) : middle + 6] = False
    across, down = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    if not len(across):
        return box.x, box.y, box.right, box.bottom
    left, top = box.x + across[0] / scale, box.y + down[0] / scale
    return left, top, box.x + across[-1] / scale, box.y + down[-1] / scale


def _drawn(page: np.ndarray, points: np.ndarray, width_mm: float, rng: np.random.Generator) -> np.ndarray:
    sheet, scale = np.full_like(page, 255), _scale(page)
    level, width = int(rng.uniform(0, 90)), max(round(width_mm * scale), 1)
    cv2.polylines(sheet, [np.round(points * scale).astype(np.int32)], False, level, width, cv2.LINE_AA)
    return np.minimum(page, sheet)


def struck(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """One line through the value."""
    left, top, right, bottom = _written(page, place)
    y = top + (bottom - top) * rng.uniform(0.35, 0.65)
    points = np.array([(left - 0.8, y), (right + 0.8, y + rng.uniform(-0.5, 0.5))])
    return _drawn(page, points, rng.uniform(0.25, 0.55), rng)


def struck_in_part(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """A line through some letters of the value."""
    left, top, right, bottom = _written(page, place)
    length = max((right - left) * 0.35, 4.0)
    start = left + rng.uniform(0, max(right - left - length, 0.1))
    y = top + (bottom - top) * rng.uniform(0.35, 0.65)
    points = np.array([(start, y), (start + length, y + rng.uniform(-0.3, 0.3))])
    return _drawn(page, points, rng.uniform(0.25, 0.55), rng)


def crossed(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """Two slanting lines through the value."""
    left, top, right, bottom = _written(page, place)
    width = rng.uniform(0.3, 0.5)
    once = _drawn(page, np.array([(left, bottom + 0.4), (right, top - 0.4)]), width, rng)
    return _drawn(once, np.array([(left, top - 0.4), (right, bottom + 0.4)]), width, rng)


def crossed_at_first(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """An X over the first letters of the value."""
    left, top, right, bottom = _written(page, place)
    end, width = min(left + 7.0, right), rng.uniform(0.3, 0.5)
    once = _drawn(page, np.array([(left, bottom + 0.3), (end, top - 0.3)]), width, rng)
    return _drawn(once, np.array([(left, top - 0.3), (end, bottom + 0.3)]), width, rng)


def struck_by_wave(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """A wavy line through the value."""
    left, top, right, bottom = _written(page, place)
    x = np.arange(left - 0.5, right + 0.5, 0.15)
    y = (top + bottom) / 2 + 0.5 * np.sin((x - left) / rng.uniform(0.5, 0.8) + rng.uniform(0, 6))
    return _drawn(page, np.column_stack([x, y]), rng.uniform(0.25, 0.5), rng)


def slashed(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """One slanting line from corner to corner of the value."""
    left, top, right, bottom = _written(page, place)
    points = np.array([(left, bottom + 0.3), (right, top - 0.3)])
    return _drawn(page, points, rng.uniform(0.25, 0.5), rng)


def scribbled(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """Loops over one cell, or over some letters."""
    left, top, right, bottom = _written(page, place)
    wide = min(place.box.width / place.comb if place.comb else 6.0, right - left)
    start = left if right - left <= wide else rng.uniform(left, right - wide)
    if place.comb:
        cell = place.box.width / place.comb
        start = place.box.x + int((start - place.box.x) / cell) * cell + 0.2
        wide = cell - 0.4
    t = np.linspace(0, 1, 60)
    x = start + wide * (0.5 + 0.42 * np.sin(31 * t + rng.uniform(0, 3)))
    y = top + (bottom - top) * (0.5 + 0.55 * np.sin(9 * t + rng.uniform(0, 3)))
    return _drawn(page, np.column_stack([x, y]), rng.uniform(0.25, 0.4), rng)


def corrected_above(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """The value struck out and another one written above the box, small."""
    return _above(struck(page, place, rng), place, rng)


def written_above(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """Another value over the upper edge of the box, the first one left as it is."""
    return _above(page, place, rng)


def _above(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    left, _, right, _ = _written(page, place)
    edge = (place.frame or place.box).y
    length = min(right - left + 4.0, place.box.width - 2.0)
    t = np.linspace(0, 1, 14 * max(int(length), 3))
    x = left + length * t + 0.4 * np.sin(2.4 * length * t)
    y = edge + 0.3 + 0.9 * np.sin(2.6 * length * t + rng.uniform(0, 3)) * rng.uniform(0.6, 1.0, len(t))
    return _drawn(page, np.column_stack([x, y]), 0.3, rng)


def written_twice(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """The same place written in twice: a second value over the first, a little aside."""
    scale, box = _scale(page), place.box.inset(0.4)
    rows = slice(int(box.y * scale), int(box.bottom * scale))
    columns = slice(int(box.x * scale), int(box.right * scale))
    again = np.roll(page[rows, columns], int(rng.uniform(0.6, 1.1) * scale), axis=1)
    doubled = page.copy()
    doubled[rows, columns] = np.minimum(doubled[rows, columns], again)
    return doubled


def run_over(page: np.ndarray, place: Placement, rng: np.random.Generator) -> np.ndarray:
    """Writing that goes on beyond the end of the box."""
    box = place.frame or place.box
    t = np.linspace(0, 1, 80)
    height = min(box.height * 0.3, 2.0)
    x = box.right - 6.0 + 10.0 * t
    y = box.y + box.height / 2 + height * np.sin(26 * t + rng.uniform(0, 3)) * rng.uniform(0.7, 1.0)
    return _drawn(page, np.column_stack([x, y]), 0.35, rng)


ALTERED_ANSWERS: dict[str, AlteredAnswer] = {
    "struck out": struck,
    "struck out in part": struck_in_part,
    "crossed out": crossed,
    "crossed at first": crossed_at_first,
    "struck by a wave": struck_by_wave,
    "slashed": slashed,
    "scribbled over": scribbled,
    "corrected above": corrected_above,
    "written above": written_above,
    "written twice": written_twice,
    "beyond the box": run_over,
}


def fitting(place: Placement) -> tuple[str, ...]:
    """What can be done to an answer of this kind of box."""
    if place.comb:
        return tuple(name for name in ALTERED_ANSWERS if name not in ("beyond the box", "written twice"))
    return tuple(ALTERED_ANSWERS)

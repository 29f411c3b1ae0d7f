"""Marks printed choices as people do: crosses, ticks, blots, corrections, and strokes that mean nothing.

Drawn on a strip of the page around one choice, so that thousands of boxes can be measured in a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.placement import PAGE_WIDTH_MM, BoxMm, Placement

_MARGIN_MM = 22.0
"""Of the page kept above and below the boxes."""

_SHIFT_BITS = 4
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class MarkedChoice:
    """A strip of a page with one choice on it, marked and scanned.

    Attributes:
        places: The boxes of the choice, in millimetres of the strip.
        meant: The choice that was meant, None for none.
    """

    pixels: np.ndarray
    places: tuple[Placement, ...]
    meant: str | None


class _Pen:
    """One pen on one strip."""

    def __init__(self, strip: np.ndarray, rng: np.random.Generator) -> None:
        self.rng = rng
        self.scale = strip.shape[1] / PAGE_WIDTH_MM
        self.level = int(rng.uniform(0, 90))
        self.width_mm = float(rng.uniform(0.3, 0.65))
        self._strip = strip

    def stroke(self, points: Points, width_mm: float | None = None, level: int | None = None) -> None:
        """Draw a line through points given in millimetres."""
        sheet = np.full_like(self._strip, 255)
        shaken = np.array(points) + self.rng.normal(0, 0.06, (len(points), 2))
        fixed = np.round(shaken * self.scale * 2**_SHIFT_BITS).astype(np.int32)
        width = max(round((width_mm or self.width_mm) * self.scale), 1)
        ink = self.level if level is None else level
        cv2.polylines(sheet, [fixed], False, ink, width, cv2.LINE_AA, _SHIFT_BITS)
        np.minimum(self._strip, sheet, out=self._strip)


def _cross(pen: _Pen, box: BoxMm, over_mm: float = -0.4) -> None:
    jitter = pen.rng.uniform(-0.3, 0.3, 8)
    left, top = box.x - over_mm, box.y - over_mm
    right, bottom = box.right + over_mm, box.bottom + over_mm
    pen.stroke([(left + jitter[0], top + jitter[1]), (right + jitter[2], bottom + jitter[3])])
    pen.stroke([(left + jitter[4], bottom + jitter[5]), (right + jitter[6], top + jitter[7])])


def _check(pen: _Pen, box: BoxMm, over_mm: float = 0.0) -> None:
    low = (box.x + box.width * pen.rng.uniform(0.3, 0.5), box.bottom - 0.5)
    start = (box.x + 0.5, box.y + box.height * pen.rng.uniform(0.4, 0.6))
    pen.stroke([start, low, (box.right - 0.4 + over_mm * 0.6, box.y + 0.4 - over_mm)])


def _blacken(pen: _Pen, box: BoxMm, over_mm: float) -> None:
    step, points, y, turn = 0.38, [], box.y - over_mm + 0.2, False
    while y < box.bottom + over_mm - 0.2:
        ends = (box.x - over_mm, box.right + over_mm)
        points += [(ends[turn] + pen.rng.uniform(-0.2, 0.2), y)]
        turn, y = not turn, y + step / 2
    pen.stroke(points, 0.5, min(pen.level, 70))


def _dot(pen: _Pen, box: BoxMm) -> None:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    pen.stroke([(x, y), (x + 0.1, y + 0.1)], pen.rng.uniform(1.0, 1.9))


def _ring(pen: _Pen, box: BoxMm) -> None:
    angles = np.linspace(0, 2 * np.pi, 40)
    radius = box.width * pen.rng.uniform(0.74, 0.86)
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    pen.stroke([(middle[0] + radius * np.cos(a), middle[1] + radius * np.sin(a)) for a in angles], 0.35)


def _arc(pen: _Pen, box: BoxMm) -> None:
    """A piece of a stamp's rim through the box."""
    radius, start = 17.0, pen.rng.uniform(0, 2 * np.pi)
    hit = np.array([box.x + box.width / 2, box.y + box.height / 2]) + pen.rng.uniform(-1, 1, 2)
    middle = hit - radius * np.array([np.cos(start), np.sin(start)])
    angles = np.linspace(0, 2 * np.pi, 120)
    points = [(middle[0] + radius * np.cos(a), middle[1] + radius * np.sin(a)) for a in angles]
    pen.stroke(points, 0.8, int(pen.rng.uniform(60, 130)))


def _flourish(pen: _Pen, box: BoxMm) -> None:
    """A signature's stroke through the box."""
    phase = pen.rng.uniform(0, 3)
    t = np.linspace(-1, 1, 60)
    x = box.x + box.width / 2 + 16 * t
    y = box.y + box.height / 2 + 7 * np.sin(5 * t + phase) - 7 * np.sin(phase)
    pen.stroke(list(zip(x, y, strict=True)), 0.45)


def _plain(mark: Callable[[_Pen, BoxMm], None]) -> Callable[[_Pen, BoxMm, BoxMm], bool]:
    def draw(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
        mark(pen, chosen)
        return True

    return draw


def _pale(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
    pen.level, pen.width_mm = int(pen.rng.uniform(165, 210)), float(pen.rng.uniform(0.3, 0.5))
    _cross(pen, chosen)
    return True


def _outside_mostly(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
    shift = pen.rng.uniform(1.6, 2.6)
    _cross(pen, replace(chosen, x=chosen.x - shift, y=chosen.y + pen.rng.uniform(-0.5, 0.5)))
    return True


def _beside(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
    _cross(pen, replace(chosen, x=chosen.x - chosen.width - pen.rng.uniform(0.3, 0.5)))
    return True


def _corrected(pen: _Pen, chosen: BoxMm, other: BoxMm) -> bool:
    _cross(pen, other)
    _blacken(pen, other, float(pen.rng.uniform(-0.3, 0.8)))
    _cross(pen, chosen)
    return True


def _struck_and_crossed(pen: _Pen, chosen: BoxMm, other: BoxMm) -> bool:
    _cross(pen, other)
    y = other.y + other.height / 2
    pen.stroke([(other.x - 3.0, y), (other.right + 14, y + pen.rng.uniform(-1, 1))])
    _cross(pen, chosen)
    return True


def _two(pen: _Pen, chosen: BoxMm, other: BoxMm) -> bool:
    _cross(pen, chosen)
    _check(pen, other)
    return False


def _nothing(_pen: _Pen, _chosen: BoxMm, _other: BoxMm) -> bool:
    return False


def _meaningless(mark: Callable[[_Pen, BoxMm], None]) -> Callable[[_Pen, BoxMm, BoxMm], bool]:
    def draw(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
        mark(pen, chosen)
        return False

    return draw


def _speck(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
    x, y = chosen.x + pen.rng.uniform(0.8, 3), chosen.y + pen.rng.uniform(0.8, 3)
    pen.stroke([(x, y), (x + 0.05, y)], 0.15)
    return False


def _band(strip: np.ndarray, box: BoxMm, rng: np.random.Generator, scale: float) -> None:
    top = box.y + rng.uniform(-2.0, 1.5)
    rows = slice(int(top * scale), int((top + rng.uniform(4, 7)) * scale))
    columns = slice(int((box.x - 4) * scale), int((box.right + 25) * scale))
    strip[rows, columns] = (strip[rows, columns] * rng.uniform(0.7, 0.9)).astype(np.uint8)


def _highlighted_tick(pen: _Pen, chosen: BoxMm, other: BoxMm) -> bool:
    _band(pen._strip, chosen, pen.rng, pen.scale)
    return _plain(_cross)(pen, chosen, other)


def _highlighted_empty(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
    _band(pen._strip, chosen, pen.rng, pen.scale)
    return False


def _bled_through(pen: _Pen, chosen: BoxMm, _other: BoxMm) -> bool:
    behind = cv2.GaussianBlur(np.fliplr(pen._strip), (0, 0), 0.18 * pen.scale)
    behind = np.roll(behind, int(pen.rng.uniform(0, behind.shape[1])), axis=1)
    shown = 1.0 - pen.rng.uniform(0.12, 0.25) * (255.0 - behind) / 255.0
    pen._strip[:] = (pen._strip * shown).astype(np.uint8)
    return _plain(_cross)(pen, chosen, _other)


KINDS: dict[str, Callable[[_Pen, BoxMm, BoxMm], bool]] = {
    "nothing": _nothing,
    "cross": _plain(_cross),
    "cross beyond the outline": _plain(lambda pen, box: _cross(pen, box, float(pen.rng.uniform(0.2, 1.0)))),
    "check mark": _plain(_check),
    "check mark, long arm": _plain(lambda pen, box: _check(pen, box, float(pen.rng.uniform(0.5, 2.5)))),
    "dot": _plain(_dot),
    "filled": _plain(lambda pen, box: _blacken(pen, box, -0.5)),
    "pale pencil": _pale,
    "mostly outside the box": _outside_mostly,
    "beside the box": _beside,
    "box circled": _plain(_ring),
    "corrected: one blackened": _corrected,
    "corrected: one struck out": _struck_and_crossed,
    "two ticks": _two,
    "stamp's rim through a box": _meaningless(_arc),
    "signature through a box": _meaningless(_flourish),
    "speck of dirt": _speck,
    "highlighter over a cross": _highlighted_tick,
    "highlighter over nothing": _highlighted_empty,
    "bleed-through under a cross": _bled_through,
}
"""Each draws on the first box given (and the second), and says whether the first is meant."""


def mark_choice(
    blank: np.ndarray, places: Sequence[Placement], kind: str, rng: np.random.Generator
) -> MarkedChoice:
    """Cut a choice out of a blank page, mark it and scan it, up to 0.3 mm off its place."""
    scale = blank.shape[1] / PAGE_WIDTH_MM
    top = max(min(place.box.y for place in places) - _MARGIN_MM, 0.0)
    bottom = max(place.box.bottom for place in places) + _MARGIN_MM
    first = int(top * scale)
    strip = blank[first : int(bottom * scale)].copy()
    moved = tuple(_moved(place, first / scale) for place in places)
    chosen, other = (moved[int(n)] for n in rng.permutation(len(moved))[:2])
    meant = KINDS[kind](_Pen(strip, rng), chosen.box, other.box)
    return MarkedChoice(_scanned(strip, rng, scale), moved, chosen.choice if meant else None)


def _moved(place: Placement, up_mm: float) -> Placement:
    def up(box: BoxMm) -> BoxMm:
        return replace(box, y=box.y - up_mm)

    return replace(place, box=up(place.box), frame=up(place.frame) if place.frame else None)


def _scanned(strip: np.ndarray, rng: np.random.Generator, scale: float) -> np.ndarray:
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.3) * scale
    move = np.array([[1, 0, reach * np.cos(angle)], [0, 1, reach * np.sin(angle)]])
    size = (strip.shape[1], strip.shape[0])
    moved = cv2.warpAffine(strip, move, size, borderValue=255)
    blurred = cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.02, 0.11) * scale).astype(np.float32)
    noisy = blurred * rng.uniform(0.8, 1.0) + rng.normal(0, rng.uniform(1, 12), strip.shape)
    image = np.clip(noisy, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 92))])
    scanned: np.ndarray = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return scanned

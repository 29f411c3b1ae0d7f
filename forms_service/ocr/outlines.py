"""Checks and corrects a registration on the printed outlines of the answer boxes.

Each straight edge of an outline tells how far the page is off across it.  All edges together give
an honest residual, and the small homography that brings a roughly laid page into place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from core.placement import BoxMm
from forms_service.ocr.page_bend import Bend
from forms_service.ocr.registration import PX_PER_MM, Registration

CHECK_REACH_MM = 1.2
REFINING_REACHES_MM = (4.5, 2.0, 1.0)
MIN_EDGE_MM = 6.0
MIN_EDGES = 12
MIN_EDGES_PART = 4
MIN_EDGES_BENT = 40
PART_MM = 60.0
"""Height of the parts of a page that are judged apart: a crease may spoil one and not the others."""

MIN_SEEN_EDGES = 3
"""Of an outline's four; measured, all four are seen on every page that is there."""

MIN_LINE_DARKNESS = 18.0
"""Mean gray levels by which a row of pixels along a line is darker than its surroundings."""


@dataclass(frozen=True, slots=True)
class EdgeOffset:
    """How far one outline edge lies from its place: across it, in page millimetres."""

    x_mm: float
    y_mm: float
    across_x: bool
    offset_mm: float


def edge_offsets(rectified: np.ndarray, frames: Iterable[BoxMm], reach_mm: float) -> list[EdgeOffset]:
    """Measure every outline edge that can be seen clearly on a rectified page."""
    offsets = []
    for frame in frames:
        for start, end, position, across_x in _edges(frame):
            if end - start < MIN_EDGE_MM:
                continue
            offset = _line_offset(rectified, start, end, position, across_x, reach_mm)
            if offset is not None:
                middle = (start + end) / 2
                x, y = (position, middle) if across_x else (middle, position)
                offsets.append(EdgeOffset(x, y, across_x, offset))
    return offsets


def is_seen(rectified: np.ndarray, frame: BoxMm) -> bool:
    """Whether a printed outline stands where it should: not folded away, covered or torn off."""
    edges = [_line_offset(rectified, *edge, CHECK_REACH_MM) for edge in _edges(frame)]
    return sum(offset is not None for offset in edges) >= MIN_SEEN_EDGES


def _edges(frame: BoxMm) -> tuple[tuple[float, float, float, bool], ...]:
    return (
        (frame.x, frame.right, frame.y, False),
        (frame.x, frame.right, frame.bottom, False),
        (frame.y, frame.bottom, frame.x, True),
        (frame.y, frame.bottom, frame.right, True),
    )


def _line_offset(
    page: np.ndarray, start: float, end: float, position: float, across_x: bool, reach_mm: float
) -> float | None:
    first, last = int((start + 0.8) * PX_PER_MM), int((end - 0.8) * PX_PER_MM)
    reach = int(reach_mm * PX_PER_MM)
    centre = round(position * PX_PER_MM)
    low, high = centre - reach, centre + reach + 1
    limit = page.shape[1] if across_x else page.shape[0]
    if low < 0 or high > limit or first >= last:
        return None
    strip = page[first:last, low:high] if across_x else page[low:high, first:last].T
    # The upper quartile ignores writing that crosses the strip: a printed line is dark all along.
    profile = 255.0 - np.percentile(strip, 70, axis=0)
    darkness = profile - np.median(profile)
    peak = int(np.argmax(darkness))
    if darkness[peak] < MIN_LINE_DARKNESS:
        return None
    window = slice(max(peak - 3, 0), peak + 4)
    weights = np.clip(darkness[window], 0, None)
    exact = float(np.average(np.arange(len(darkness))[window], weights=weights))
    return (exact + low) / PX_PER_MM - position


def measured_residual_mm(offsets: list[EdgeOffset]) -> float | None:
    """The offset that nine of ten edges stay under, of the page or of its worst part; None for too few."""
    if len(offsets) < MIN_EDGES:
        return None
    off = np.abs([edge.offset_mm for edge in offsets])
    part = np.array([edge.y_mm for edge in offsets]) // PART_MM
    parts = [off[part == one] for one in np.unique(part)]
    worst = max((np.percentile(one, 75) for one in parts if len(one) >= MIN_EDGES_PART), default=0.0)
    return float(max(np.percentile(off, 90), worst))


def unbent(registration: Registration, pixels: np.ndarray, frames: list[BoxMm]) -> Registration:
    """The same with the sheet's crease or curl taken out, if the outlines then agree better."""
    offsets = edge_offsets(registration.rectify(pixels), frames, CHECK_REACH_MM)
    if len(offsets) < MIN_EDGES_BENT:
        return registration
    x, y, across_x, off = (
        np.array([getattr(edge, name) for edge in offsets])
        for name in ("x_mm", "y_mm", "across_x", "offset_mm")
    )
    bend = Bend.of(x, y, across_x, off)
    bent = Registration(registration.page_to_image, registration.residual_mm, registration.marks, bend)
    left = measured_residual_mm(edge_offsets(bent.rectify(pixels), frames, CHECK_REACH_MM))
    if left is None or left >= registration.residual_mm:
        return registration
    return replace(bent, residual_mm=left)


def refine(registration: Registration, pixels: np.ndarray, frames: list[BoxMm]) -> Registration:
    """Bring a rough registration into place, step by step, as long as the outlines agree."""
    best = registration
    for reach_mm in REFINING_REACHES_MM:
        offsets = edge_offsets(best.rectify(pixels), frames, reach_mm)
        if len(offsets) < MIN_EDGES:
            return best
        moved = best.page_to_image @ _correction(offsets)
        candidate = Registration(moved, best.residual_mm, best.marks)
        left = measured_residual_mm(edge_offsets(candidate.rectify(pixels), frames, CHECK_REACH_MM))
        if left is not None:
            best = Registration(moved, left, best.marks)
    return best


def _correction(offsets: list[EdgeOffset]) -> np.ndarray:
    """The homography (page mm to page mm) that best explains the offsets, outliers given no say."""
    x = np.array([edge.x_mm for edge in offsets]) / 100
    y = np.array([edge.y_mm for edge in offsets]) / 100
    across_x = np.array([edge.across_x for edge in offsets])
    value = np.array([edge.offset_mm for edge in offsets]) / 100
    one, zero = np.ones_like(x), np.zeros_like(x)
    along_x = np.column_stack([x, y, one, zero, zero, zero, -x * x, -x * y])
    along_y = np.column_stack([zero, zero, zero, x, y, one, -x * y, -y * y])
    design = np.where(across_x[:, None], along_x, along_y)
    ridge = np.diag([1e-4] * 6 + [3e-2] * 2)
    weights = np.ones_like(value)
    answer = np.zeros(8)
    for _ in range(12):
        weighted = design * weights[:, None]
        answer = np.linalg.solve(weighted.T @ design + ridge, weighted.T @ value)
        error = np.abs(value - design @ answer)
        scale = max(1.5 * float(np.median(error)), 2e-4)
        weights = 1.0 / (1.0 + (error / scale) ** 2)
    a, b, c, d, e, f, g, h = answer
    hundredths = np.array([[1 + a, b, c], [d, 1 + e, f], [g, h, 1]])
    to_hundredths = np.diag([0.01, 0.01, 1.0])
    return np.linalg.inv(to_hundredths) @ hundredths @ to_hundredths

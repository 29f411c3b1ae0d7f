"""Checks and corrects a registration on the printed outlines of the answer boxes.

Each straight edge of an outline tells how far the page is off across it.  All edges together give
an honest residual, and the small homography that brings a roughly laid page into place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

LINE_LEVEL = 0.7
"""A printed line is dark all along: this share of its pixels says so, whatever writing crosses it."""

SAMPLES = 320
"""Pixels looked at along a line; more tell nothing new, for neighbours are alike."""

NEAR_MM = 0.25
"""A page laid this well by its marks needs only the last, narrow step to come into place."""

MIN_LINE_DARKNESS = 18.0
"""Mean gray levels by which a row of pixels along a line is darker than its surroundings."""


@dataclass(frozen=True, slots=True)
class EdgeOffset:
    """How far one outline edge lies from its place: across it, in page millimetres."""

    x_mm: float
    y_mm: float
    across_x: bool
    offset_mm: float


EdgesFound = Mapping[BoxMm, "tuple[float | None, ...]"]
"""How far the top, bottom, left and right edge of each outline are off; None for one that is not seen."""


def edges_found(page: np.ndarray, frames: Iterable[BoxMm], reach_mm: float = CHECK_REACH_MM) -> EdgesFound:
    """Look for every edge of every outline on a rectified page, once."""
    return {
        frame: tuple(_line_offset(page, *edge, reach_mm) for edge in _edges(frame))
        for frame in dict.fromkeys(frames)
    }


def offsets_of(found: EdgesFound) -> list[EdgeOffset]:
    """The edges that were seen clearly and are long enough to be measured on."""
    offsets = []
    for frame, of_frame in found.items():
        for (start, end, position, across_x), offset in zip(_edges(frame), of_frame, strict=True):
            if offset is not None and end - start >= MIN_EDGE_MM:
                middle = (start + end) / 2
                x, y = (position, middle) if across_x else (middle, position)
                offsets.append(EdgeOffset(x, y, across_x, offset))
    return offsets


def edge_offsets(rectified: np.ndarray, frames: Iterable[BoxMm], reach_mm: float) -> list[EdgeOffset]:
    """Measure every outline edge that can be seen clearly on a rectified page."""
    long = [frame for frame in frames if max(frame.width, frame.height) >= MIN_EDGE_MM]
    return offsets_of(edges_found(rectified, long, reach_mm))


def is_seen(rectified: np.ndarray, frame: BoxMm) -> bool:
    """Whether a printed outline stands where it should: not folded away, covered or torn off."""
    return is_whole(edges_found(rectified, [frame])[frame])


def is_whole(edges: Iterable[float | None]) -> bool:
    """Whether enough edges of an outline were found."""
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
    along = slice(first, last, max((last - first) // SAMPLES, 1))
    samples = (page[along, low:high].T if across_x else page[low:high, along]).copy(order="C")
    place = int(LINE_LEVEL * (samples.shape[1] - 1))
    samples.partition(place, axis=1)
    profile = 255.0 - samples[:, place]
    darkness = profile - np.sort(profile)[len(profile) // 2]
    peak = int(darkness.argmax())
    if darkness[peak] < MIN_LINE_DARKNESS:
        return None
    begin = max(peak - 3, 0)
    weights = np.maximum(darkness[begin : peak + 4], 0.0)
    exact = begin + float(weights @ np.arange(len(weights))) / float(weights.sum())
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


@dataclass(frozen=True, slots=True)
class FlatPage:
    """A registration and the page as it looks laid by it."""

    registration: Registration
    page: np.ndarray

    @staticmethod
    def of(registration: Registration, pixels: np.ndarray) -> FlatPage:
        """Lay a picture flat."""
        return FlatPage(registration, registration.rectify(pixels))


def unbent(flat: FlatPage, pixels: np.ndarray, frames: list[BoxMm]) -> FlatPage:
    """The same with the sheet's crease or curl taken out, if the outlines then agree better."""
    registration = flat.registration
    offsets = edge_offsets(flat.page, frames, CHECK_REACH_MM)
    if len(offsets) < MIN_EDGES_BENT:
        return flat
    x, y, across_x, off = (
        np.array([getattr(edge, name) for edge in offsets])
        for name in ("x_mm", "y_mm", "across_x", "offset_mm")
    )
    bend = Bend.of(x, y, across_x, off)
    bent = FlatPage.of(replace(registration, bend=bend), pixels)
    left = measured_residual_mm(edge_offsets(bent.page, frames, CHECK_REACH_MM))
    if left is None or left >= registration.residual_mm:
        return flat
    return replace(bent, registration=replace(bent.registration, residual_mm=left))


def refine(registration: Registration, pixels: np.ndarray, frames: list[BoxMm]) -> Registration:
    """Bring a rough registration into place, step by step, as long as the outlines agree."""
    return refined(FlatPage.of(registration, pixels), pixels, frames).registration


def refined(flat: FlatPage, pixels: np.ndarray, frames: list[BoxMm]) -> FlatPage:
    """The same as ``refine``, with the pages that were laid flat on the way kept."""
    best = flat
    near = flat.registration.residual_mm <= NEAR_MM
    for reach_mm in REFINING_REACHES_MM[-1:] if near else REFINING_REACHES_MM:
        offsets = edge_offsets(best.page, frames, reach_mm)
        if len(offsets) < MIN_EDGES:
            return best
        moved = best.registration.page_to_image @ _correction(offsets)
        candidate = FlatPage.of(replace(best.registration, page_to_image=moved), pixels)
        left = measured_residual_mm(edge_offsets(candidate.page, frames, CHECK_REACH_MM))
        if left is not None:
            best = replace(candidate, registration=replace(candidate.registration, residual_mm=left))
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

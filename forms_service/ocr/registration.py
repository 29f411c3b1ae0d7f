"""Lays a picture of a page exactly over its printed layout.

A registration is a homography from page millimetres to picture pixels, with an honest figure of
how far it may be off.  It comes from the corner marks; where fewer than three are left, from those
and the QR code, then refined on the printed outlines of the answer boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from core.extraction import BoxPx
from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, BoxMm, corner_mark_boxes, qr_box
from forms_service.ocr.page_bend import Bend

CANONICAL_DPI = 300
PX_PER_MM = CANONICAL_DPI / 25.4
CANONICAL_SIZE_PX = (2480, 3508)
"""Width and height of every rectified page."""

DETECTION_SIDE_PX = 1800
QUICK_SIDE_PX = 1000
QUICK_WINDOW_PX = 15
QUICK_LEAST_SIDE_PX = 20
"""Marks that a quick look sees smaller than this are looked for thoroughly."""

TRUSTED_RESIDUAL_MM = 0.3
"""Above this the boxes may be missed; every reading of the page then goes to a person."""

QR_SETBACK_MM = 0.3
"""Corners found by the QR reader are only good to about this much."""


@dataclass(frozen=True, slots=True)
class CornerMark:
    """One corner mark: its number (0 top left, clockwise) and its corners in picture pixels."""

    number: int
    corners: np.ndarray


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the page lies in the picture.

    Attributes:
        page_to_image: 3x3 homography from page millimetres to picture pixels.
        residual_mm: How far a box may be off.
        marks: Corner marks it rests on.
        bend: How the sheet departs from a plane, where it does.
    """

    page_to_image: np.ndarray
    residual_mm: float
    marks: int
    bend: Bend | None = None

    @property
    def trusted(self) -> bool:
        """Whether boxes cut out by it can be relied on."""
        return self.residual_mm <= TRUSTED_RESIDUAL_MM

    def to_image(self, points_mm: np.ndarray) -> np.ndarray:
        """Picture pixels of page points."""
        points = np.asarray(points_mm, np.float64).reshape(-1, 2)
        return project(self.page_to_image, points if self.bend is None else points + self.bend.at(points))

    def to_page(self, points_px: np.ndarray) -> np.ndarray:
        """Page millimetres of picture points."""
        flat = project(np.linalg.inv(self.page_to_image), points_px)
        if self.bend is None:
            return flat
        points = flat - self.bend.at(flat)
        return flat - self.bend.at(points)

    def share_inside(self, box: BoxMm, shape: tuple[int, ...]) -> float:
        """How much of a box of the page the picture shows, from 0.0 to 1.0."""
        corners = corner_points(box)
        if (np.column_stack([corners, np.ones(4)]) @ self.page_to_image[2]).min() <= 0:
            return 0.0  # beyond the horizon of a steep photo
        height, width = shape[:2]
        picture = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
        quad = self.to_image(corners).astype(np.float32)
        shared, _ = cv2.intersectConvexConvex(quad, picture)
        return float(np.clip(shared / max(cv2.contourArea(quad), 1e-6), 0.0, 1.0))

    def image_box(self, box: BoxMm, shape: tuple[int, ...]) -> BoxPx:
        """The upright rectangle of the picture that holds a box of the page.

        A box beyond the picture's edges gives an empty rectangle at the nearest one: what lies there
        belongs to another box.
        """
        points = self.to_image(corner_points(box))
        left, top = np.floor(points.min(axis=0)).astype(int)
        right, bottom = np.ceil(points.max(axis=0)).astype(int)
        height, width = shape[:2]
        left, right = np.clip((left, right), 0, width)
        top, bottom = np.clip((top, bottom), 0, height)
        if self.share_inside(box, shape) == 0.0:
            right, bottom = left, top
        return BoxPx(int(left), int(top), int(right), int(bottom))

    def rectify(self, pixels: np.ndarray) -> np.ndarray:
        """The page upright and flat at 300 dpi, as if scanned perfectly; white beyond the picture."""
        canonical_to_image = self.page_to_image @ np.diag([1 / PX_PER_MM, 1 / PX_PER_MM, 1.0])
        source, reduction = _reduced_for(pixels, canonical_to_image)
        matrix = np.diag([reduction, reduction, 1.0]) @ canonical_to_image
        if self.bend is not None:
            return _unbent(source, matrix, self.bend)
        return cv2.warpPerspective(
            source,
            matrix,
            CANONICAL_SIZE_PX,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=255,
        )


def _unbent(source: np.ndarray, canonical_to_source: np.ndarray, bend: Bend) -> np.ndarray:
    """Sample the page along its bend."""
    x, y = (np.arange(size, dtype=np.float64) for size in CANONICAL_SIZE_PX)
    right, down = bend.over_page((x + 0.5) / PX_PER_MM, (y + 0.5) / PX_PER_MM)
    bent = np.stack([x[None, :] + right * PX_PER_MM, y[:, None] + down * PX_PER_MM], axis=-1)
    places = cv2.perspectiveTransform(bent.astype(np.float32), canonical_to_source)
    flat: np.ndarray = cv2.remap(
        source, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    return flat


def _reduced_for(pixels: np.ndarray, canonical_to_image: np.ndarray) -> tuple[np.ndarray, float]:
    """Shrink a picture far above 300 dpi first: sampling it thinly would keep its noise."""
    width, height = CANONICAL_SIZE_PX
    edge = project(canonical_to_image, np.array([[0, 0], [width, 0], [0, height]], float))
    scale = min(np.linalg.norm(edge[1] - edge[0]) / width, np.linalg.norm(edge[2] - edge[0]) / height)
    if scale < 1.5:
        return pixels, 1.0
    factor = 1.0 / scale
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), factor


def project(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Apply a homography to an array of points."""
    points = np.asarray(points, np.float64).reshape(-1, 2)
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return lifted[:, :2] / lifted[:, 2:]


def corner_points(box: BoxMm) -> np.ndarray:
    """The corners of a box, from its top left, clockwise."""
    return np.array(
        [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)], np.float64
    )


def find_corner_marks(pixels: np.ndarray) -> list[CornerMark]:
    """Find the corner marks, in any rotation, with corners to a fraction of a pixel."""
    return _quickly(pixels) or _thoroughly(pixels)


def _quickly(pixels: np.ndarray) -> list[CornerMark] | None:
    """All four marks of a good picture, which are plain to see in a small one; None when they are not."""
    factor = max(max(pixels.shape) // QUICK_SIDE_PX, 1)
    height, width = (size // factor for size in pixels.shape)
    view = pixels[: height * factor, : width * factor]
    if factor > 1:
        view = cv2.resize(view, (width, height), interpolation=cv2.INTER_AREA)
    found = _largest(find_every_mark(view, _quick_detector()), 1.0 / factor)
    if len(found) < 4 or min(map(_side, found.values())) < QUICK_LEAST_SIDE_PX * factor:
        return None
    marks = _marks(pixels, found)
    return marks if _fit(marks).residual_mm <= TRUSTED_RESIDUAL_MM else None


def _thoroughly(pixels: np.ndarray) -> list[CornerMark]:
    scale = min(1.0, DETECTION_SIDE_PX / max(pixels.shape))
    found = _detect(pixels, scale)
    if len(found) < 4 and scale < 1.0:
        whole = _detect(pixels, 1.0)
        found = {**whole, **found} if len(whole) <= len(found) else {**found, **whole}
    return _marks(pixels, found)


def _marks(pixels: np.ndarray, found: Mapping[int, np.ndarray]) -> list[CornerMark]:
    return [CornerMark(number, _refined(pixels, corners)) for number, corners in sorted(found.items())]


@cache
def _detector() -> cv2.aruco.ArucoDetector:
    return _with_windows(5, 45, 10)


@cache
def _quick_detector() -> cv2.aruco.ArucoDetector:
    return _with_windows(QUICK_WINDOW_PX, QUICK_WINDOW_PX, 10)


def _with_windows(least: int, greatest: int, step: int) -> cv2.aruco.ArucoDetector:
    """A detector that looks for black against paper in windows of these sizes."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = least
    parameters.adaptiveThreshWinSizeMax = greatest
    parameters.adaptiveThreshWinSizeStep = step
    parameters.minMarkerPerimeterRate = 0.02
    parameters.errorCorrectionRate = 0.4
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    return cv2.aruco.ArucoDetector(dictionary, parameters)


def find_every_mark(pixels: np.ndarray, by: cv2.aruco.ArucoDetector | None = None) -> list[CornerMark]:
    """Every corner mark to be seen at this size, a number as often as it is there; corners unrefined."""
    corners, numbers, _ = (by or _detector()).detectMarkers(pixels)
    return [
        CornerMark(int(number), quad.reshape(4, 2).astype(np.float64))
        for quad, number in zip(corners, [] if numbers is None else numbers.ravel(), strict=True)
        if number <= 3
    ]


def _detect(pixels: np.ndarray, scale: float) -> dict[int, np.ndarray]:
    view = (
        pixels if scale == 1.0 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )
    return _largest(find_every_mark(view), scale)


def _largest(marks: Iterable[CornerMark], scale: float) -> dict[int, np.ndarray]:
    """The corners of each number's largest mark, brought from a picture at that scale to the whole one."""
    found: dict[int, np.ndarray] = {}
    for mark in marks:
        # Resizing keeps the picture's outer edges, so pixel centres shift by half a pixel.
        points = (mark.corners + 0.5) / scale - 0.5
        known = found.get(mark.number)
        if known is None or _side(points) > _side(known):
            found[mark.number] = points
    return found


def _side(points: np.ndarray) -> float:
    return float(np.mean(np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1)))


def _refined(pixels: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Move each corner to where the edges cross, looking no further than half a cell around it."""
    reach = int(np.clip(_side(corners) / 12, 2, 12))
    margin = reach + 4
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - margin, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + margin
    patch = np.ascontiguousarray(pixels[top:bottom, left:right])
    points = (corners - (left, top)).astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    refined = cv2.cornerSubPix(patch, points, (reach, reach), (-1, -1), stop).reshape(4, 2)
    moved = np.linalg.norm(refined - points.reshape(4, 2), axis=1)
    settled = np.where((moved <= reach)[:, None], refined, points.reshape(4, 2))
    return settled.astype(np.float64) + np.array([left, top])


def register_by_marks(marks: Sequence[CornerMark]) -> Registration | None:
    """Lay the page by three or four corner marks; None when there are fewer.

    A mark that contradicts the three others (a lookalike, a torn corner) is left out.
    """
    if len(marks) < 3:
        return None
    best = _fit(marks)
    if best.residual_mm > TRUSTED_RESIDUAL_MM and len(marks) == 4:
        candidates = [_fit([*marks[:out], *marks[out + 1 :]]) for out in range(4)]
        best = min([best, *candidates], key=lambda one: one.residual_mm)
    return best


def _fit(marks: Sequence[CornerMark]) -> Registration:
    boxes = corner_mark_boxes()
    page = np.concatenate([corner_points(boxes[mark.number]) for mark in marks])
    image = np.concatenate([mark.corners for mark in marks])
    matrix, _ = cv2.findHomography(page, image, 0)
    if matrix is None:
        return Registration(np.eye(3), float("inf"), len(marks))
    off = project(np.linalg.inv(matrix), image) - page
    spread = float(np.sqrt(np.mean(np.sum(off**2, axis=1)) * len(page) / max(len(page) - 4, 1)))
    return Registration(matrix, max(spread, _predicted_error(marks)), len(marks))


def _predicted_error(marks: Sequence[CornerMark]) -> float:
    """How badly each mark is foretold by the others; with three marks only, nothing can be checked."""
    if len(marks) < 4:
        return 0.0
    boxes = corner_mark_boxes()
    errors = []
    for out, mark in enumerate(marks):
        others = [*marks[:out], *marks[out + 1 :]]
        page = np.concatenate([corner_points(boxes[one.number]) for one in others])
        image = np.concatenate([one.corners for one in others])
        matrix, _ = cv2.findHomography(page, image, 0)
        if matrix is None:
            return float("inf")
        foretold = project(np.linalg.inv(matrix), mark.corners)
        errors.append(np.linalg.norm((foretold - corner_points(boxes[mark.number])).mean(axis=0)))
    # Extrapolating to a corner exaggerates the error inside the page about fourfold.
    return float(np.median(errors)) / 4


def register_by_code(marks: Sequence[CornerMark], code_corners: np.ndarray) -> Registration:
    """A first, rough lay by the QR code and whatever marks are left; refine it on the outlines."""
    boxes = corner_mark_boxes()
    page = np.concatenate([corner_points(qr_box()), *(corner_points(boxes[mark.number]) for mark in marks)])
    image = np.concatenate([code_corners, *(mark.corners for mark in marks)])
    if len(marks) >= 2:
        matrix, _ = cv2.findHomography(page, image, 0)
    else:
        matrix = np.vstack([_least_squares_affine(page, image, bool(marks)), [0, 0, 1]])
    reach = np.abs(np.array([PAGE_WIDTH_MM, PAGE_HEIGHT_MM]) - page.mean(axis=0)).max()
    spread = max(float(np.ptp(page[:, 0])), float(np.ptp(page[:, 1])))
    return Registration(matrix, QR_SETBACK_MM * reach / spread + QR_SETBACK_MM, len(marks))


def register_by_few_marks(marks: Sequence[CornerMark]) -> Registration | None:
    """A rough lay by one or two corner marks; None without any.  Refine it on the outlines."""
    if not marks:
        return None
    boxes = corner_mark_boxes()
    page = np.concatenate([corner_points(boxes[mark.number]) for mark in marks])
    image = np.concatenate([mark.corners for mark in marks])
    matrix = np.vstack([_least_squares_affine(page, image, False), [0, 0, 1]])
    return Registration(matrix, float("inf"), len(marks))


def _least_squares_affine(page: np.ndarray, image: np.ndarray, sheared: bool) -> np.ndarray:
    """Best affine map, or best rotation and scale when the points lie too close for more."""
    if sheared:
        design = np.column_stack([page, np.ones(len(page))])
        return np.linalg.lstsq(design, image, rcond=None)[0].T
    x, y = page.T
    one, zero = np.ones_like(x), np.zeros_like(x)
    design = np.concatenate([np.column_stack([x, -y, one, zero]), np.column_stack([y, x, zero, one])])
    a, b, shift_x, shift_y = np.linalg.lstsq(design, np.concatenate(image.T), rcond=None)[0]
    return np.array([[a, -b, shift_x], [b, a, shift_y]])

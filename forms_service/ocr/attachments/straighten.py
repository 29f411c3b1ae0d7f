"""Makes a photographed or crooked page flat, upright to a quarter turn, level and evenly lit.

Nothing is known about the page's layout here; only its edges and its lines of writing are used.
"""

from __future__ import annotations

import cv2
import numpy as np

LONG_SIDE_PX = 2340
"""A4 at 200 dpi; smaller pictures are enlarged to it up to the double, larger ones reduced."""

MAX_SKEW_DEGREES = 8.0
MIN_SHEET_SHARE = 0.25
PAPER_LEVEL = 245.0
DARK_EDGE, WIDEST_EDGE = 110, 0.08
"""A row or column darker than this for most of its length is no paper; looked for in so much of a side."""

CLEARLY_MORE = 1.3
"""A page is only turned by a quarter when its columns look this much more like lines."""


def straighten(pixels: np.ndarray) -> np.ndarray:
    """Give the page as a reader of whole pages likes it best.

    Half turns are not undone: only the words tell them.
    """
    sheet = without_dark_edges(_cut_out_sheet(pixels))
    scale = min(2.0, LONG_SIDE_PX / max(sheet.shape))
    if abs(scale - 1) > 0.05:
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        sheet = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=interpolation)
    sheet = even_light(sheet)
    if _lines_run_vertically(sheet):
        sheet = np.ascontiguousarray(np.rot90(sheet))
    return _level(sheet)


def _cut_out_sheet(pixels: np.ndarray) -> np.ndarray:
    """The sheet alone, its perspective undone, when it lies on something clearly darker."""
    scale = 600 / max(pixels.shape)
    small = cv2.GaussianBlur(
        cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (0, 0), 2
    )
    level, mask = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if small[mask == 0].size == 0 or small[mask > 0].mean() - small[mask == 0].mean() < 45 or level > 205:
        return pixels
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return pixels
    contour = max(contours, key=cv2.contourArea)
    share = cv2.contourArea(contour) / small.size
    hull = cv2.convexHull(contour)
    corners = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
    if len(corners) != 4 or not MIN_SHEET_SHARE < share < 0.97:
        return pixels
    return _flattened(pixels, corners.reshape(4, 2).astype(np.float32) / scale)


def without_dark_edges(pixels: np.ndarray) -> np.ndarray:
    """The page without the black that a copier's open lid leaves along its sides."""
    height, width = pixels.shape
    rows, columns = np.median(pixels, axis=1), np.median(pixels, axis=0)
    top, bottom = _dark_run(rows), _dark_run(rows[::-1])
    left, right = _dark_run(columns), _dark_run(columns[::-1])
    return pixels[top : height - bottom, left : width - right]


def _dark_run(medians: np.ndarray) -> int:
    """How many rows or columns are mostly dark from this side on; more than a rim is no edge."""
    most = int(WIDEST_EDGE * len(medians))
    light = np.flatnonzero(medians[: most + 1] >= DARK_EDGE)
    return int(light[0]) + 2 if len(light) and light[0] else 0


def _flattened(pixels: np.ndarray, corners: np.ndarray) -> np.ndarray:
    total, difference = corners.sum(axis=1), np.diff(corners, axis=1)[:, 0]
    ordered = corners[[total.argmin(), difference.argmin(), total.argmax(), difference.argmax()]]
    if len({tuple(corner) for corner in ordered.tolist()}) != 4:
        return pixels
    width = max(np.linalg.norm(ordered[1] - ordered[0]), np.linalg.norm(ordered[2] - ordered[3]))
    height = max(np.linalg.norm(ordered[3] - ordered[0]), np.linalg.norm(ordered[2] - ordered[1]))
    target = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    matrix = cv2.getPerspectiveTransform(ordered.astype(np.float32), target)
    return cv2.warpPerspective(
        pixels, matrix, (round(width), round(height)), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def even_light(pixels: np.ndarray) -> np.ndarray:
    """The page with shadows and dull paper lifted to white, writing kept."""
    scale = 300 / max(pixels.shape)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), (0, 0), 5)
    paper = cv2.resize(paper, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    lit = pixels.astype(np.float32) * (PAPER_LEVEL / np.maximum(paper, 40))
    return np.clip(lit, 0, 255).astype(np.uint8)


RULE_WIDTH_PX, RULE_HEIGHT_PX, RULE_THICKNESS_PX = 130, 66, 7
"""Ink this long and no thicker is a table's rule, not a letter (on a straightened page)."""


def without_rules(pixels: np.ndarray) -> np.ndarray:
    """The page with the rules of tables painted over: a reader takes them for letters."""
    ink = (pixels < 170).astype(np.uint8)
    rules = np.zeros_like(ink)
    for long, across in (
        ((RULE_WIDTH_PX, 1), (1, RULE_THICKNESS_PX)),
        ((1, RULE_HEIGHT_PX), (RULE_THICKNESS_PX, 1)),
    ):
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(long[::-1], np.uint8))
        thick = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones(across[::-1], np.uint8))
        rules |= lines & ~thick
    if not rules.any():
        return pixels
    around = cv2.dilate(rules, np.ones((3, 3), np.uint8)).astype(bool)
    painted = pixels.copy()
    painted[around] = np.maximum(painted[around], 245)
    return painted


def _ink(pixels: np.ndarray, long_side_px: int) -> np.ndarray:
    scale = min(1.0, long_side_px / max(pixels.shape))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    darkest = float(np.percentile(small, 1))
    level = np.clip(darkest + 0.6 * (PAPER_LEVEL - darkest), 150, 225)  # print may be pale
    return (small < level).astype(np.float32)


def _lines_run_vertically(pixels: np.ndarray) -> bool:
    """Whether writing runs along the columns: at the best small turn its rows alternate less."""
    ink = _ink(pixels, 600)
    turned = np.ascontiguousarray(np.rot90(ink))
    return _best_contrast(turned) > CLEARLY_MORE * _best_contrast(ink)


def _best_contrast(ink: np.ndarray) -> float:
    angles = np.arange(-MAX_SKEW_DEGREES, MAX_SKEW_DEGREES + 0.1, 1.0)
    return max(_row_contrast(ink, float(angle)) for angle in angles) / ink.shape[1]


def _level(pixels: np.ndarray) -> np.ndarray:
    angle = _skew_degrees(_ink(pixels, 1000))
    if abs(angle) < 0.15:
        return pixels
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    return cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=245)


def _skew_degrees(ink: np.ndarray) -> float:
    """The turn that makes rows of writing sharpest: coarse search, then fine."""
    best = 0.0
    for span, step in ((MAX_SKEW_DEGREES, 1.0), (1.0, 0.25)):
        angles = np.arange(best - span, best + span + step / 2, step)
        best = float(max(angles, key=lambda angle: _row_contrast(ink, float(angle))))
    return best


def _row_contrast(ink: np.ndarray, degrees: float) -> float:
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    rows = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())

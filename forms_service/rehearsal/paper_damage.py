"""What happens to a sheet between the printer and the scanner: stamps, signatures, tears, creases.

Each kind of damage takes a clean page picture, upright, and gives a damaged one of the same size: where
the page's points lie does not change, save for the crease, which says by how much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, BoxMm, corner_mark_boxes, qr_box

PaperDamage = Callable[[np.ndarray, np.random.Generator], np.ndarray]

SCANNER_LID = 245
TEAR_MM = 26.0
"""Legs of a torn corner: the corner mark is lost, the page code just kept."""

_BODY = BoxMm(15.0, 40.0, 180.0, 235.0)
_SAMPLES = 160


def _scale(page: np.ndarray) -> float:
    return page.shape[1] / PAGE_WIDTH_MM


def _pasted(page: np.ndarray, ink: np.ndarray, ink_level: float) -> np.ndarray:
    """The page with see-through ink on it: a stamp's colour does not hide what is under it."""
    return (page * (1.0 - ink * (1.0 - ink_level / 255.0))).astype(np.uint8)


def _mottle(shape: tuple[int, ...], grain_px: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise around 0.5, as ink that took unevenly."""
    return cv2.GaussianBlur(rng.random(shape, np.float32), (0, 0), grain_px)


def stamp(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A round office stamp, somewhere on the answers, worn and not quite black."""
    scale = _scale(page)
    drawn = np.zeros(page.shape, np.uint8)
    centre = (
        int(rng.uniform(_BODY.x + 15, _BODY.right - 15) * scale),
        int(rng.uniform(_BODY.y + 15, _BODY.bottom - 15) * scale),
    )
    radius = rng.uniform(14, 18)
    for share, width in ((1.0, 0.8), (0.68, 0.4)):
        cv2.circle(drawn, centre, int(radius * share * scale), 255, max(int(width * scale), 1), cv2.LINE_AA)
    for line, text in enumerate(("ROYAUME DU MAROC", "ARRIVEE LE", "14 NOV 2026")):
        start = (centre[0] - int(radius * 0.55 * scale), centre[1] + int((line - 1) * 4.0 * scale))
        cv2.putText(drawn, text, start, cv2.FONT_HERSHEY_DUPLEX, 0.075 * scale, 255, 2, cv2.LINE_AA)
    worn = _mottle(page.shape, 0.6 * scale, rng)
    ink = drawn / 255.0 * np.clip(0.75 + (worn - 0.5) * 12, 0.15, 1.0)
    return _pasted(page, ink, rng.uniform(60, 130))


def signature(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A signature written across the answers rather than in its zone."""
    scale = _scale(page)
    t = np.linspace(0, 1, _SAMPLES)
    x = rng.uniform(_BODY.x, _BODY.right - 60) + 55 * t + 4 * np.sin(23 * t + rng.uniform(0, 3))
    y = rng.uniform(_BODY.y + 12, _BODY.bottom - 12) + 8 * np.sin(17 * t + rng.uniform(0, 3)) * (1 - 0.6 * t)
    drawn = np.zeros(page.shape, np.uint8)
    points = (np.column_stack([x, y]) * scale).astype(np.int32)
    cv2.polylines(drawn, [points], False, 255, max(round(0.45 * scale), 1), cv2.LINE_AA)
    return _pasted(page, drawn / 255.0, rng.uniform(10, 80))


def highlighter(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Broad bands of a felt marker over some lines."""
    scale = _scale(page)
    marked = page.astype(np.float32)
    for _ in range(int(rng.integers(3, 7))):
        left, top = rng.uniform(_BODY.x, _BODY.right - 60), rng.uniform(_BODY.y, _BODY.bottom - 8)
        length, height = rng.uniform(35, 60), rng.uniform(4.0, 7.0)
        rows = slice(int(top * scale), int((top + height) * scale))
        columns = slice(int(left * scale), int((left + length) * scale))
        marked[rows, columns] *= rng.uniform(0.70, 0.90)
    return marked.astype(np.uint8)


def bleed_through(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The other side's print showing through, mirrored and soft."""
    behind = cv2.GaussianBlur(np.fliplr(page), (0, 0), 0.18 * _scale(page))
    return _pasted(page, (255.0 - behind) / 255.0, 255.0 * (1.0 - rng.uniform(0.12, 0.28)))


def torn_corners(count: int) -> PaperDamage:
    """The paper without ``count`` of its corners."""

    def tear(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        torn = page.copy()
        scale = _scale(page)
        for corner in rng.permutation(4)[:count]:
            x, y = ((0, 0), (1, 0), (1, 1), (0, 1))[int(corner)]
            tip = np.array([x * PAGE_WIDTH_MM, y * PAGE_HEIGHT_MM])
            inwards = np.array([1 - 2 * x, 1 - 2 * y]) * TEAR_MM
            points = (tip + np.array([(0, 0), (inwards[0], 0), (0, inwards[1])])) * scale
            cv2.fillPoly(torn, [points.astype(np.int32)], SCANNER_LID)
        return torn

    return tear


def smudged_code(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The page code wiped with a wet thumb."""
    box = qr_box().inset(-1.0)
    scale = _scale(page)
    rows = slice(int(box.y * scale), int(box.bottom * scale))
    columns = slice(int(box.x * scale), int(box.right * scale))
    smudged = page.copy()
    blurred = cv2.GaussianBlur(page[rows, columns], (0, 0), 0.9 * scale).astype(np.float32)
    blots = _mottle(blurred.shape, 1.2 * scale, rng)
    smudged[rows, columns] = np.clip(blurred + (blots - 0.5) * 900, 0, 255).astype(np.uint8)
    return smudged


def cut_code(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A strip of the page code covered, by a staple's corner or a label of the archive."""
    box = qr_box()
    scale = _scale(page)
    cut = page.copy()
    share = rng.uniform(0.4, 0.6)
    rows = slice(int((box.y - 1) * scale), int((box.y + box.height * share) * scale))
    cut[rows, int((box.x - 1) * scale) : int((box.right + 1) * scale)] = SCANNER_LID
    return cut


def no_marks(page: np.ndarray, _rng: np.random.Generator) -> np.ndarray:
    """All four corner marks and the page code covered, as by the labels and staples of an archive."""
    scale = _scale(page)
    covered = page.copy()
    for mark in (*corner_mark_boxes(), qr_box()):
        box = mark.inset(-1.5)
        rows = slice(max(int(box.y * scale), 0), int(box.bottom * scale))
        covered[rows, max(int(box.x * scale), 0) : int(box.right * scale)] = SCANNER_LID
    return covered


@dataclass(frozen=True, slots=True)
class Crease:
    """A fold across the sheet: below it the paper rises towards the lens, or falls away.

    Attributes:
        y_px: Where it runs, in page pixels.
        below: Homography of what lies below, fixed on the crease, in page pixels.
    """

    y_px: float
    below: np.ndarray

    def moved(self, points_px: np.ndarray) -> np.ndarray:
        """Where points of the flat page come to lie."""
        lifted = np.column_stack([points_px, np.ones(len(points_px))]) @ self.below.T
        turned = lifted[:, :2] / lifted[:, 2:]
        return np.where((points_px[:, 1] > self.y_px)[:, None], turned, points_px)


def crease(shape: tuple[int, ...], rng: np.random.Generator) -> Crease:
    """A letter fold at about half the sheet, the lower half a few degrees out of the plane."""
    height, width = shape
    y = height * rng.uniform(0.42, 0.58)
    shorter = rng.uniform(0.985, 0.996)
    tilt = rng.uniform(-1, 1) * 0.006 / (height - y)
    middle = np.array([[1, 0, width / 2], [0, 1, y], [0, 0, 1]])
    fold = np.array([[1, 0, 0], [0, shorter, 0], [0, tilt, 1]])
    return Crease(y, middle @ fold @ np.linalg.inv(middle))


def folded(page: np.ndarray, at: Crease, rng: np.random.Generator) -> np.ndarray:
    """The page with its crease: one half in the shade, and a dark, rubbed line between."""
    height, width = page.shape
    scale = _scale(page)
    below = cv2.warpPerspective(
        page, at.below, (width, height), flags=cv2.INTER_LINEAR, borderValue=SCANNER_LID
    )
    rows = np.arange(height)[:, None]
    picture = np.where(rows > at.y_px, below, page).astype(np.float32)
    shade = np.where(rows > at.y_px, rng.uniform(0.84, 0.95), 1.0)
    line = 1.0 - rng.uniform(0.1, 0.35) * np.exp(-(((rows - at.y_px) / (0.25 * scale)) ** 2))
    return (picture * shade * line).astype(np.uint8)

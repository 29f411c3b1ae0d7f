"""Finds the sheets that lie on a darker ground in a photo, and whether one runs out of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SHEET_SHARE = 0.12
WHOLE_PICTURE_SHARE = 0.97
GROUND_BORDER_SHARE = 0.2
"""A ground darker than the sheet shows along the picture's border, not only inside it."""

CUT_RUN = 0.35
SHEET_ASPECTS = (1.33, 1.68)
"""Long by short side of A4 sheets and cards, with room for a slant; a cut sheet has another shape."""

PAGE_ASPECTS = (1.28, 1.52)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its upright rectangle and its true shape, in shares of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    area: float = 1.0
    aspect: float = 0.0
    longest_run: float = 0.0

    @property
    def is_page(self) -> bool:
        """Whether it has the shape of an A4 page (cards are longer)."""
        return PAGE_ASPECTS[0] <= self.aspect <= PAGE_ASPECTS[1]

    @property
    def is_cut(self) -> bool:
        """Whether it runs along the picture's border without having a whole sheet's shape."""
        return self.longest_run >= CUT_RUN and not SHEET_ASPECTS[0] <= self.aspect <= SHEET_ASPECTS[1]

    def cut_from(self, pixels: np.ndarray) -> np.ndarray:
        """The part of the picture that shows it."""
        height, width = pixels.shape
        rows = slice(int(self.top * height), max(int(self.bottom * height), 1))
        return np.ascontiguousarray(pixels[rows, int(self.left * width) : max(int(self.right * width), 1)])


_WHOLE_PICTURE = Sheet(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of a picture, the largest first; the whole picture when no ground shows around it."""

    every: tuple[Sheet, ...] = ()

    @property
    def main(self) -> Sheet:
        """The one that is judged."""
        return self.every[0] if self.every else _WHOLE_PICTURE

    @property
    def on_ground(self) -> bool:
        """Whether something darker shows around the sheet."""
        return bool(self.every)

    @property
    def cut(self) -> bool:
        """Whether the main sheet runs out of the picture."""
        return self.main.is_cut

    @property
    def pages(self) -> int:
        """Whole pages side by side; the two sides of a card count for nothing."""
        return max(1, sum(one.is_page for one in self.every))


def find_sheets(small: np.ndarray) -> Sheets:
    """Find the light sheets on a darker ground."""
    brightest = max(float(np.percentile(small, 99)), 1.0)
    view = cv2.GaussianBlur(cv2.convertScaleAbs(small, alpha=240.0 / brightest), (0, 0), 2)
    level, mask = cv2.threshold(view, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if level > 205 or not (mask == 0).any() or view[mask > 0].mean() - view[mask == 0].mean() < 45:
        return Sheets()
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    if np.mean(border == 0) < GROUND_BORDER_SHARE:
        return Sheets()
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    without_print = cv2.GaussianBlur(cv2.dilate(view, np.ones((15, 15), np.uint8)), (0, 0), 2)
    steepest = cv2.dilate(_slope(without_print), np.ones((21, 21), np.uint8))
    sheets = [_sheet(contour, mask) for contour in contours if _has_edges(contour, steepest)]
    large = sorted((one for one in sheets if one.area >= SHEET_SHARE), key=lambda one: -one.area)
    if not large or large[0].area > WHOLE_PICTURE_SHARE:
        return Sheets()
    return Sheets(tuple(large))


EDGE_SLOPE = 8.0
"""Gray levels a pixel at a sheet's edge; the border of a shadow is softer."""


def _slope(view: np.ndarray) -> np.ndarray:
    across, down = (cv2.Sobel(view, cv2.CV_32F, *way, ksize=3, scale=0.125) for way in ((1, 0), (0, 1)))
    return np.hypot(across, down)


def _has_edges(contour: np.ndarray, steepest: np.ndarray) -> bool:
    """Whether what surrounds it is another ground and not only less light."""
    height, width = steepest.shape
    x, y = contour[:, 0, 0], contour[:, 0, 1]
    inside = (x > 2) & (y > 2) & (x < width - 3) & (y < height - 3)
    return bool(inside.any()) and float(np.median(steepest[y[inside], x[inside]])) >= EDGE_SLOPE


def _sheet(contour: np.ndarray, mask: np.ndarray) -> Sheet:
    height, width = mask.shape
    left, top, wide, high = cv2.boundingRect(contour)
    alone = np.zeros_like(mask)
    cv2.drawContours(alone, [contour], -1, 255, -1)
    sides = (
        alone[:3].max(axis=0),
        alone[-3:].max(axis=0),
        alone[:, :3].max(axis=1),
        alone[:, -3:].max(axis=1),
    )
    short, long = sorted(cv2.minAreaRect(contour)[1])
    return Sheet(
        left / width,
        top / height,
        (left + wide) / width,
        (top + high) / height,
        cv2.contourArea(contour) / mask.size,
        long / max(short, 1.0),
        max(float(np.mean(side > 0)) for side in sides),
    )

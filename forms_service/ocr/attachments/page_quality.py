"""Tells at the door whether a page can be read at all: blank, blurred, dark, too small.

Measures are taken on a reduced copy so that the answer comes in a few milliseconds.  They judge
the picture only, not what stands on it.
"""

from __future__ import annotations

import cv2
import numpy as np

from forms_service.ocr.attachments.warnings import AttachmentWarning, warn
from forms_service.ocr.page_images import PageImage

MIN_LONG_SIDE_PX = 700
"""Below this not even the large print of a card can be made out."""

BLANK_INK_SHARE = 0.0006
DARK_PAPER_LEVEL = 95
BLURRED_EDGE_SHARE = 0.28
"""Least ratio of fine to coarse contrast along the edges of writing."""


def judge_quality(image: PageImage) -> list[AttachmentWarning]:
    """Warn about everything that will spoil the reading of this page."""
    pixels = image.pixels
    if max(pixels.shape) < MIN_LONG_SIDE_PX:
        return [warn("too_small", image.page)]
    if ink_share(pixels) < BLANK_INK_SHARE:
        return [warn("blank", image.page)]
    found = []
    if paper_level(pixels) < DARK_PAPER_LEVEL:
        found.append(warn("dark", image.page))
    if edge_sharpness(pixels) < BLURRED_EDGE_SHARE:
        found.append(warn("blurred", image.page))
    return found


def _reduced(pixels: np.ndarray, long_side_px: int) -> np.ndarray:
    scale = long_side_px / max(pixels.shape)
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def ink_share(pixels: np.ndarray) -> float:
    """Share of the page that is clearly darker than the paper around it, its outer 4 % left out."""
    small = _reduced(pixels, 1000)
    rows, columns = (int(side * 0.04) for side in small.shape)
    inner = cv2.GaussianBlur(
        small[rows : small.shape[0] - rows, columns : small.shape[1] - columns], (0, 0), 0.8
    )
    paper = cv2.medianBlur(inner, 31)
    return float(np.mean(paper.astype(int) - inner > 35))


def paper_level(pixels: np.ndarray) -> float:
    """Gray level of the lit paper: what nine tenths of the page stay below."""
    return float(np.percentile(_reduced(pixels, 400), 90))


def edge_sharpness(pixels: np.ndarray) -> float:
    """How steep the edges of writing are: contrast over one pixel against contrast over five.

    The ratio does not depend on how dark the print is: about 0.5 on a good scan, 0.35 on a soft one,
    under 0.28 once letters of 11 points begin to run together.
    """
    page = _reduced(pixels, 1700).astype(np.float32)
    page = cv2.GaussianBlur(page, (0, 0), 0.7)
    fine = np.abs(page[:, 1:-4] - page[:, :-5])
    coarse = np.abs(page[:, 5:] - page[:, :-5])
    edges = coarse > max(30.0, float(np.percentile(coarse, 98)) * 0.6)
    if edges.sum() < 200:
        return 1.0
    steepest = cv2.dilate(fine, np.ones((1, 7), np.uint8))
    return float(np.median(steepest[edges] / coarse[edges]))

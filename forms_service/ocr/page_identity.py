"""Tells which page of which form a picture shows, by the QR code printed on it.

The code is tried on the picture as it came, then on cleaned and smoothed versions: zxing looks in
every direction itself, so a page may lie any way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from core.extraction import BoxPx
from core.placement import PageIdentity

WORKING_SIDE_PX = 2200
"""Longest side of the first try; at 200 dpi a module of the code is then still four pixels."""


@dataclass(frozen=True, slots=True)
class IdentityMark:
    """A page identity and where its code stands.

    Attributes:
        corners: The code's corners in the picture's pixels, from its own top left, clockwise.
    """

    identity: PageIdentity
    corners: np.ndarray


def find_identity(pixels: np.ndarray) -> IdentityMark | None:
    """Find the page identity anywhere in a gray picture, in any rotation; None when there is none."""
    for view, scale, binarizer in views_to_search(pixels):
        if mark := _read(view, scale, binarizer):
            return mark
    return None


def identity_within(pixels: np.ndarray, box: BoxPx) -> IdentityMark | None:
    """Read the page identity in one part of a picture, which must hold the code and little else."""
    part = pixels[box.top : box.bottom, box.left : box.right]
    mark = _read(part, 1.0, zxingcpp.Binarizer.LocalAverage)
    return mark and IdentityMark(mark.identity, mark.corners + np.array([box.left, box.top]))


def views_to_search(pixels: np.ndarray) -> Iterator[tuple[np.ndarray, float, zxingcpp.Binarizer]]:
    """The picture in ever more laborious versions, with their scale."""
    local, threshold = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.FixedThreshold
    scale = min(1.0, WORKING_SIDE_PX / max(pixels.shape))
    reduced = (
        pixels if scale == 1.0 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )
    yield reduced, scale, local
    smooth = cv2.GaussianBlur(reduced, (0, 0), 1.5)
    yield smooth, scale, local
    _, black_white = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    yield black_white, scale, threshold
    window = max(31, int(max(reduced.shape) / 40) | 1)
    yield (
        cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, 12),
        scale,
        threshold,
    )
    if scale < 1.0:
        yield pixels, 1.0, local
    elif max(pixels.shape) < WORKING_SIDE_PX:
        yield cv2.resize(pixels, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC), 2.0, local


def _read(view: np.ndarray, scale: float, binarizer: zxingcpp.Binarizer) -> IdentityMark | None:
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(view), formats=zxingcpp.BarcodeFormat.QRCode, binarizer=binarizer
    )
    for code in found:
        identity = _decode(code.text)
        if identity is not None:
            where = code.position
            points = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
            corners = np.array([(point.x, point.y) for point in points], np.float64) / scale
            return IdentityMark(identity, corners)
    return None


def _decode(text: str) -> PageIdentity | None:
    try:
        identity = PageIdentity.decode(text)
    except ValueError:
        return None
    if identity is None or not 1 <= identity.page <= identity.pages:
        return None
    return identity

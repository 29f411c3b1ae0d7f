"""Tells which page a picture shows when neither its code nor a single corner mark is left.

The blanks of all forms, versions and variants are known.  Small points of their print – the turns of
letters and boxes – are found again on the picture, whatever way it lies; what the likeliest blanks
claim is then checked, outline by outline and word by word.  A wrong page would be far worse than an
unknown one, so whatever is not seen plainly, or could be two pages, stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, PageIdentity
from forms_service.ocr.registration import Registration, project

FEATURE_DPI = 100
_FEATURES = 2500
_LONG_SIDE_PX = PAGE_HEIGHT_MM / 25.4 * FEATURE_DPI

VIEWS = (1.0, 0.7)
"""Sizes at which a picture is tried: showing a whole page, then showing about half of one."""

_SMOOTHING_PX = 0.8
_SAMPLED_EVERY = 4
_SHORTLIST = 3
_LEAST_SAMPLED = 5
"""Matches of the sampled points below which a picture is none of our pages; foreign papers have 0 to 3."""

_DISTINCT = 0.8
"""The best match of a point must be this much nearer than the next best: dots are like dots."""

_TOLERANCE_MM = 0.75
LEAST_MATCHES = 16
"""Points that must lie where one plane page would have them; by chance up to 9 do."""

_RIVAL = 0.5
"""Share of the best page's matches from which another one may be meant, and is checked too."""

_LEAST_SPREAD = 0.02
"""Area the matched points must span, as a share of the page."""

_SIDES = (0.6, 1.7)
"""How much longer or shorter than the others any side of the page may appear, in a photo from aside."""


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """Points of a blank page that can be found again.

    Attributes:
        points_mm: Where they are on the page.
        descriptors: What they look like, upright or turned.
    """

    points_mm: np.ndarray
    descriptors: np.ndarray

    @staticmethod
    def on(blank: np.ndarray) -> PageFeatures:
        """The points of the gray picture of a whole blank page."""
        size = round(PAGE_WIDTH_MM / 25.4 * FEATURE_DPI), round(PAGE_HEIGHT_MM / 25.4 * FEATURE_DPI)
        points, descriptors = _features(cv2.resize(blank, size, interpolation=cv2.INTER_AREA))
        return PageFeatures(points / FEATURE_DPI * 25.4, descriptors)


FeatureLookup = Callable[[PageIdentity], "PageFeatures | None"]
"""Gives the points of a page, or None where the blank is not known."""


@dataclass(frozen=True, slots=True)
class FeatureMatch:
    """A page that a picture may show, by its points: still to be checked on its print."""

    identity: PageIdentity
    registration: Registration
    matches: int


def match_features(
    pixels: np.ndarray, pages: Sequence[tuple[PageIdentity, PageFeatures]], view: float = 1.0
) -> list[FeatureMatch]:
    """The pages a picture may show, likeliest first; none for a picture of something else.

    Args:
        view: One of ``VIEWS``.
    """
    scale = min(1.0, view * _LONG_SIDE_PX / max(pixels.shape))
    reduced = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = _features(reduced)
    if len(points) < LEAST_MATCHES:
        return []
    points = (points + 0.5) / scale - 0.5
    found = [
        match
        for identity, features in _shortlist(descriptors, pages)
        if (match := _laid(points, descriptors, identity, features)) is not None
    ]
    most = max((one.matches for one in found), default=0)
    # Another version of the page has nearly all of its points; another page at most a few words.
    return [one for one in sorted(found, key=lambda one: -one.matches) if one.matches >= most * _RIVAL]


@cache
def _detector() -> cv2.ORB:
    return cv2.ORB.create(_FEATURES, 1.2, 6, fastThreshold=12)


def _features(gray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found, descriptors = _detector().detectAndCompute(cv2.GaussianBlur(gray, (0, 0), _SMOOTHING_PX), None)
    if descriptors is None:
        return np.zeros((0, 2)), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in found], np.float64), descriptors


def _shortlist(
    descriptors: np.ndarray, pages: Sequence[tuple[PageIdentity, PageFeatures]]
) -> list[tuple[PageIdentity, PageFeatures]]:
    """The few pages that a sample of the points speaks for."""
    sample = descriptors[::_SAMPLED_EVERY]
    votes = [len(_pairs(sample, features.descriptors)) for _, features in pages]
    best = sorted(range(len(pages)), key=lambda number: -votes[number])[:_SHORTLIST]
    return [pages[number] for number in best if votes[number] >= _LEAST_SAMPLED]


def _pairs(descriptors: np.ndarray, known: np.ndarray) -> list[cv2.DMatch]:
    if len(known) < 2:
        return []
    nearest = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(descriptors, known, 2)
    return [first for first, second in nearest if first.distance < _DISTINCT * second.distance]


def _laid(
    points_px: np.ndarray, descriptors: np.ndarray, identity: PageIdentity, features: PageFeatures
) -> FeatureMatch | None:
    pairs = _pairs(descriptors, features.descriptors)
    if len(pairs) < LEAST_MATCHES:
        return None
    page = features.points_mm[[pair.trainIdx for pair in pairs]]
    image = points_px[[pair.queryIdx for pair in pairs]]
    # Fitted from the picture to the page, so that the tolerance is one of the page, whatever its size.
    to_page, kept = cv2.findHomography(
        image, page, cv2.USAC_MAGSAC, _TOLERANCE_MM, maxIters=3000, confidence=0.999
    )
    if to_page is None or abs(np.linalg.det(to_page)) < 1e-12:
        return None
    inliers = kept.ravel() > 0
    matrix = np.linalg.inv(to_page)
    if inliers.sum() < LEAST_MATCHES or not _plausible(matrix, page[inliers]):
        return None
    return FeatureMatch(identity, Registration(matrix / matrix[2, 2], float("inf"), 0), int(inliers.sum()))


def _plausible(page_to_image: np.ndarray, matched_mm: np.ndarray) -> bool:
    """Whether a sheet can lie so: in front of the lens, not mirrored, and told by points wide apart."""
    spanned = cv2.contourArea(cv2.convexHull(matched_mm.astype(np.float32)))
    if spanned < _LEAST_SPREAD * PAGE_WIDTH_MM * PAGE_HEIGHT_MM:
        return False
    corners = np.array(
        [(0, 0), (PAGE_WIDTH_MM, 0), (PAGE_WIDTH_MM, PAGE_HEIGHT_MM), (0, PAGE_HEIGHT_MM)], np.float64
    )
    depth = np.column_stack([corners, np.ones(4)]) @ page_to_image[2]
    if depth.min() * depth.max() <= 0:
        return False
    quad = project(page_to_image, corners)
    sides = np.roll(quad, -1, axis=0) - quad
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    lengths = np.linalg.norm(sides, axis=1) / (PAGE_WIDTH_MM, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, PAGE_HEIGHT_MM)
    ratio = lengths / lengths.mean()
    return bool(turns.min() > 0 and ratio.min() > _SIDES[0] and ratio.max() < _SIDES[1])

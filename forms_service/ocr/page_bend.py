"""How a creased or curled sheet departs from a plane, told by the printed outlines of the answers.

Paper bends along one direction, mostly across its length: what lies at one height is moved together,
and drawn wider or narrower.  Between a few heights the movement runs on evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM

KNOTS_MM = np.linspace(0.0, PAGE_HEIGHT_MM, 12)
_SMOOTHING = 0.05
_TRUST_MM = 0.1
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Bend:
    """By how much points lie beside where a flat sheet would have them, in page millimetres.

    Attributes:
        down: At each of ``KNOTS_MM``.
        right: At each of them, on the page's upright middle.
        wider: What the page's edges are moved outwards, at each of them.
        tilted: What the page's right edge is moved down, and its left edge up, at each of them.
    """

    down: np.ndarray
    right: np.ndarray
    wider: np.ndarray
    tilted: np.ndarray

    @staticmethod
    def of(x: np.ndarray, y: np.ndarray, across_x: np.ndarray, offset_mm: np.ndarray) -> Bend:
        """The bend that best explains offsets measured across upright and across level edges."""
        hats = _hats(y)
        sides = hats * _aside(x)[:, None]
        right, wider = _fitted(np.hstack([hats, sides])[across_x], offset_mm[across_x])
        down, tilted = _fitted(np.hstack([hats, sides])[~across_x], offset_mm[~across_x])
        return Bend(down, right, wider, tilted)

    def at(self, points_mm: np.ndarray) -> np.ndarray:
        """The offset at each point of the page, rightwards and down."""
        hats, aside = _hats(points_mm[:, 1]), _aside(points_mm[:, 0])
        return np.column_stack(
            [hats @ self.right + aside * (hats @ self.wider), hats @ self.down + aside * (hats @ self.tilted)]
        )

    def over_page(self, x_mm: np.ndarray, y_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The offsets on a whole grid of the page, rightwards and down."""
        hats, aside = _hats(y_mm), _aside(x_mm)[None, :]
        right = (hats @ self.right)[:, None] + aside * (hats @ self.wider)[:, None]
        down = (hats @ self.down)[:, None] + aside * (hats @ self.tilted)[:, None]
        return right, down


def _aside(x: np.ndarray) -> np.ndarray:
    return (x - PAGE_WIDTH_MM / 2) / (PAGE_WIDTH_MM / 2)


def _hats(y: np.ndarray) -> np.ndarray:
    """How much each height has of each knot."""
    step = KNOTS_MM[1]
    hats: np.ndarray = np.clip(
        1.0 - np.abs(np.clip(y, 0.0, PAGE_HEIGHT_MM)[:, None] - KNOTS_MM) / step, 0, None
    )
    return hats


def _fitted(design: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two rows of values at the knots, outliers given no say, evenly continued where nothing was seen."""
    count = len(KNOTS_MM)
    bending = np.diff(np.eye(count), 2, axis=0)
    smooth = np.kron(np.diag([1.0, 4.0]), bending.T @ bending) * _SMOOTHING + np.eye(2 * count) * 1e-6
    weights = np.ones(len(offsets))
    answer = np.zeros(2 * count)
    for _ in range(_ROUNDS):
        weighted = design * weights[:, None]
        answer = np.linalg.solve(weighted.T @ design + smooth, weighted.T @ offsets)
        error = np.abs(offsets - design @ answer)
        weights = 1.0 / (1.0 + (error / max(1.5 * float(np.median(error)), _TRUST_MM)) ** 2)
    return answer[:count], answer[count:]

"""Tells ticked boxes from empty ones, and signed zones from blank ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from core.placement import BoxMm
from forms_service.ocr.crops import cut, ink_of
from forms_service.ocr.registration import PX_PER_MM

DARK_LEVEL = 160
INNER_MARGIN_MM = 0.45
EMPTY_BELOW = 0.012
TICKED_ABOVE = 0.03
"""Dark share of the inner box: empty ones stay under 0.008, the faintest marks begin at 0.03."""

SIGNATURE_MIN_INK_MM2 = 3.0
SIGNATURE_MIN_WIDTH_MM = 6.0
SIGNATURE_MARGIN_MM = 0.6


class Mark(Enum):
    """What a tick box holds."""

    EMPTY = "empty"
    FAINT = "faint"
    TICKED = "ticked"


@dataclass(frozen=True, slots=True)
class TickReading:
    """One tick box: its mark, and how far the ink is from the limit (0.5 to 1.0)."""

    mark: Mark
    confidence: float


def read_tick(page: np.ndarray, box: BoxMm) -> TickReading:
    """Judge one tick box of an evenly lit, rectified page."""
    inner = cut(page, box, INNER_MARGIN_MM)
    dark = float(np.count_nonzero(inner < DARK_LEVEL)) / inner.size
    if dark < EMPTY_BELOW:
        return TickReading(Mark.EMPTY, 1.0 - 0.5 * dark / EMPTY_BELOW)
    if dark < TICKED_ABOVE:
        return TickReading(Mark.FAINT, 0.5)
    return TickReading(Mark.TICKED, min(1.0, 0.9 + 0.1 * (dark - TICKED_ABOVE) / TICKED_ABOVE))


def is_signed(page: np.ndarray, box: BoxMm) -> bool:
    """Whether a signature zone holds a stroke of some length, not just specks."""
    ink = ink_of(cut(page, box, SIGNATURE_MARGIN_MM))
    if ink.bounds is None or ink.area_mm2 < SIGNATURE_MIN_INK_MM2:
        return False
    left, _, right, _ = ink.bounds
    return right - left >= SIGNATURE_MIN_WIDTH_MM * PX_PER_MM

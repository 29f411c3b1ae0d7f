"""Reads the one printed box in which a name is kept in two scripts.

Its left half is for Latin letters, its right half for Arabic ones.  People write across the
middle all the same: then the box is read as a whole, or split at its widest gap, and every piece
is filed by the script it turns out to be in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.localized_text import Script, dominant_script
from core.placement import BoxMm
from forms_service.ocr.arabic_reader import read_arabic
from forms_service.ocr.crops import Ink, cut, ink_of
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.known_words import settled_by_list
from forms_service.ocr.latin_reader import read_latin
from forms_service.ocr.line_reader import leaning, read_either
from forms_service.ocr.looks import LineReading
from forms_service.ocr.registration import PX_PER_MM
from forms_service.ocr.twin_spelling import settled_arabic

FRAME_INSET_MM = 0.45
MIDDLE_CLEAR_MM = 1.0
"""White needed around the middle to take the two halves as two answers."""

SPLIT_GAP_MM = 4.0
"""Wider than any gap between words of one name."""

MIDDLE_TICK_MM = (0.5, 1.4)
"""Half width and height of the printed ticks that mark the middle; painted over before reading."""

SURE = 0.6
MIN_OTHER = 3
"""Fewer characters prove nothing about a script: strokes of one look like letters of the other."""


@dataclass(frozen=True, slots=True)
class TwinReading:
    """What one box says in each script; ``misplaced`` when a half held the other's script."""

    latin: LineReading | None
    arabic: LineReading | None
    misplaced: bool = False


def read_twins(page: np.ndarray, frame: BoxMm, engine: TextEngine) -> TwinReading:
    """Read a shared box of an evenly lit, rectified page."""
    crop = cut(page, frame, FRAME_INSET_MM)
    _paint_over_middle_ticks(crop)
    ink = ink_of(crop)
    bounds = ink.bounds
    if bounds is None:
        return TwinReading(None, None)
    middle = crop.shape[1] // 2
    clear = round(MIDDLE_CLEAR_MM / 2 * PX_PER_MM)
    if not ink.mask[:, middle - clear : middle + clear].any():
        return _halves(ink.columns(0, middle), ink.columns(middle, crop.shape[1]), engine)
    gap = _widest_gap(ink)
    if gap is not None:
        return _halves(ink.columns(0, gap), ink.columns(gap, crop.shape[1]), engine)
    return _filed([read_either(ink, engine)])


def _paint_over_middle_ticks(crop: np.ndarray) -> None:
    half = round(MIDDLE_TICK_MM[0] * PX_PER_MM)
    tall = round((MIDDLE_TICK_MM[1] - FRAME_INSET_MM) * PX_PER_MM)
    middle = crop.shape[1] // 2
    for band in (crop[:tall, middle - half : middle + half], crop[-tall:, middle - half : middle + half]):
        band[:] = np.maximum(band, np.median(crop).astype(np.uint8))


def _widest_gap(ink: Ink) -> int | None:
    columns = np.flatnonzero(ink.mask.any(axis=0))
    steps = np.diff(columns)
    if not len(steps):
        return None
    widest = int(np.argmax(steps))
    if steps[widest] < SPLIT_GAP_MM * PX_PER_MM:
        return None
    return int(columns[widest] + steps[widest] // 2)


def _halves(left: Ink, right: Ink, engine: TextEngine) -> TwinReading:
    latin = _expected(left, Script.LATN, engine)
    arabic = _expected(right, Script.ARAB, engine)
    if latin is not None and arabic is not None:
        arabic = settled_arabic(arabic, right, latin)
    if arabic is not None:
        arabic = settled_by_list(arabic, right)
    return _filed([reading for reading in (latin, arabic) if reading is not None])


def _expected(ink: Ink, script: Script, engine: TextEngine) -> LineReading | None:
    """Read a half in its own script; only when that is unsure, look whether it is in the other."""
    if ink.bounds is None:
        return None
    own, other = (read_latin, read_arabic) if script is Script.LATN else (read_arabic, read_latin)
    reading = own(ink, engine)
    if reading.agreed and reading.confidence >= SURE and reading.script is script:
        return reading
    if leaning(ink) is script:
        return reading
    alternative = other(ink, engine)
    is_other = alternative.script not in (script, Script.ANY) and len(alternative.text) >= MIN_OTHER
    if is_other and alternative.agreed and alternative.confidence > max(reading.confidence, SURE):
        return alternative
    return reading


def _filed(readings: list[LineReading]) -> TwinReading:
    """Put each reading where its script belongs; two of one script keep the places they stand in."""
    if len(readings) == 2:
        left, right = readings
        swapped = left.script is Script.ARAB and right.script is Script.LATN
        return TwinReading(right, left, True) if swapped else TwinReading(left, right)
    only = readings[0]
    if dominant_script(only.text) is Script.ARAB:
        return TwinReading(None, only)
    return TwinReading(only, None)

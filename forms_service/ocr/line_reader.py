"""Reads one line of writing, in the script that is expected or in whichever it turns out to be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.localized_text import Script
from forms_service.ocr.arabic_lines import ArabicLine
from forms_service.ocr.arabic_reader import arabic_by_tesseract, confirmed_arabic, own_reading
from forms_service.ocr.crops import Ink
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.latin_lines import LatinLine
from forms_service.ocr.latin_reader import confirmed_latin, own_latin, read_latin
from forms_service.ocr.looks import LineReading
from forms_service.ocr.registration import PX_PER_MM

LEANING = 0.35
"""What beginning on its own side adds to a reading's plausibility."""

CENTRED_SHARE = 0.15


def read_either(ink: Ink, engine: TextEngine) -> LineReading:
    """Read a line in whichever script it is written.

    Each of our recognisers calls the other's script foreign.  Where both read something, as in a
    single stroke, the side the writing begins on counts too; where neither does, Tesseract is asked.
    """
    arabic, latin = own_reading(ink), own_latin(ink)
    if arabic is None and latin is None:
        return _by_tesseract(ink, engine)
    if arabic is None or (
        latin is not None and _sure(latin, Script.LATN, ink) > _sure(arabic, Script.ARAB, ink)
    ):
        return confirmed_latin(latin, ink, engine)
    return confirmed_arabic(arabic, ink, engine)


def _sure(line: ArabicLine | LatinLine, script: Script, ink: Ink) -> float:
    return line.confidence + (LEANING if leaning(ink) is script else 0.0)


def _by_tesseract(ink: Ink, engine: TextEngine) -> LineReading:
    readings = read_latin(ink, engine), arabic_by_tesseract(ink, engine, None)
    side = leaning(ink)
    return max(readings, key=lambda one: _plausibility(one) + (LEANING if one.script is side else 0.0))


def leaning(ink: Ink) -> Script:
    """The script that begins on the side the ink keeps to; ``ANY`` when it fills its box."""
    if ink.bounds is None:
        return Script.ANY
    left, _, right, _ = ink.bounds
    width = ink.mask.shape[1]
    before, after = left / width, 1.0 - right / width
    if abs(before - after) < CENTRED_SHARE:
        return Script.ANY
    return Script.ARAB if before > after else Script.LATN


def _plausibility(reading: LineReading) -> float:
    return reading.confidence * _clean_share(reading.text) + (0.25 if reading.agreed else 0.0)


def _clean_share(text: str) -> float:
    letters = [c for c in text if c.isalnum() or c.isspace() or c in ".,-'/@()°"]
    return len(letters) / len(text) if text else 0.0


def text_lines(ink: Ink, count: int) -> list[Ink]:
    """Split a box that has room for several lines at the white rows between them."""
    if count <= 1 or ink.bounds is None:
        return [ink]
    filled = ink.mask.any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(np.int8)))
    bands = [list(band) for band in edges.reshape(-1, 2)]
    while len(bands) > count:
        gaps = [after[0] - before[1] for before, after in pairwise(bands)]
        nearest = int(np.argmin(gaps))
        bands[nearest][1] = bands.pop(nearest + 1)[1]
    lines: list[list[int]] = []
    for band in bands:
        # Accents and dots are bands of their own: too low to be a line, they join the nearest.
        if lines and min(band[1] - band[0], lines[-1][1] - lines[-1][0]) < 1.3 * PX_PER_MM:
            lines[-1][1] = band[1]
        else:
            lines.append(band)
    return [ink.rows(max(top - 2, 0), bottom + 2) for top, bottom in lines]

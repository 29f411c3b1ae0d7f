"""Reads combs with two independent readers: the cells one by one, and their characters as one line.

A network of our own looks at every cell alone; Tesseract, which reads 45 % of combs cell by cell and
nearly all of them packed into one tight line, gets that line.  What both say is agreed; when they differ
Tesseract looks again, differently, and what the two never agree on goes to a person.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

import cv2
import numpy as np

from forms_service.ocr.cell_reader import CellReading, read_cells
from forms_service.ocr.crops import PAPER, Ink, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import LineMode, TextEngine, TextReading
from forms_service.ocr.foreign_strokes import (
    touches_edge,
    without_crossing_strokes,
    without_paler_ink,
)
from forms_service.ocr.look_alikes import has_ambiguous_second
from forms_service.ocr.registration import PX_PER_MM

SEPARATOR_MM = 0.3
"""Kept clear on either side of a line between two cells."""

EDGE_PX = 2
MIN_INK_MM2 = 0.25
MIN_HEIGHT_MM = 0.9
MARGIN_PX = 14

VOTE, LEAST_CHANCE = 0.35, 1e-6
"""What a look at the line adds to a character's chance besides its confidence, and the least chance of any."""

RIVAL_LETTER, EITHER_SURE = 0.1, 0.6
"""An identity number has no check digit, and blur was seen to make both readers take a J for an I and an F for a
P.  So it waits for a person where another letter is this likely, as a share of the chance of the one that was
read, and where neither reader is this sure."""


@dataclass(frozen=True, slots=True)
class CombReading:
    """A comb as it was read.

    Attributes:
        text: One character per cell up to the last filled one, blanks for empty cells between.
        agreed: Whether both readers gave the same characters, one for every filled cell.
        gap: Whether an empty cell lies between filled ones.
        cell_confidence: How sure the reader of single cells is of the least sure one.
        letter_rival: How likely another character is in one of the cells where letters may stand, as a share
            of the chance of the one that was read; of the least sure of them, where both readers agree.
    """

    text: str
    confidence: float
    agreed: bool
    gap: bool
    cell_confidence: float = 1.0
    letter_rival: float = 0.0


@dataclass(frozen=True, slots=True)
class _Look:
    language: str
    gap_mm: float
    smoothing_px: float
    scale: float
    mode: LineMode


_LOOKS = (
    _Look("eng", 0.35, 1.0, 1.0, LineMode.LINE),
    _Look("fra", 0.35, 1.0, 0.75, LineMode.WORD),
    _Look("fra", 0.5, 1.2, 0.75, LineMode.RAW_LINE),
    _Look("eng", 0.6, 1.0, 1.0, LineMode.LINE),
)


def read_comb(
    crop: np.ndarray,
    cells: int,
    engine: TextEngine,
    charset: str | None,
    mend: Callable[[str], str] = str,
    expected: Sequence[str | None] = (),
) -> CombReading:
    """Read the cells of a comb.

    Args:
        mend: Settles look-alikes by the kind's own pattern.
        expected: The characters that belong in each cell from the first on, where the pattern tells.
    """
    inks = cell_inks(crop, cells)
    filled = [number for number, ink in enumerate(inks) if ink is not None]
    if not filled:
        return CombReading("", 1.0, True, False)
    written = [ink for ink in inks if ink is not None]
    cells_read = read_cells(written, charset, expected)
    by_cells = _by_cells(cells_read, mend)
    readings: list[TextReading] = []
    for look in _LOOKS:
        reading = _look(written, look, engine, charset)
        readings.append(TextReading(mend(reading.text), reading.confidence))
        if readings[-1].text == by_cells.text:
            agreed = _placed(readings[-1], filled, True, by_cells.confidence)
            return replace(agreed, letter_rival=_letter_rival(by_cells.text, cells_read, expected))
    proposed = _placed(_likeliest(readings, cells_read, mend), filled, False, by_cells.confidence)
    return _beneath_strokes(crop, inks, charset, mend, expected, _chance(cells_read)) or proposed


def comb_doubt(reading: CombReading) -> Doubt | None:
    """Why a person must look at a comb, whatever its kind."""
    if reading.gap:
        return Doubt.GAP_IN_CELLS
    return None if reading.agreed else Doubt.READINGS_DISAGREE


def identity_doubt(reading: CombReading) -> Doubt | None:
    """Why a person must look at an identity number: nothing checks it, and one wrong letter makes it another's."""
    if doubt := comb_doubt(reading):
        return doubt
    if has_ambiguous_second(reading.text):
        return Doubt.LOOK_ALIKE
    neither_sure = max(reading.confidence, reading.cell_confidence) < EITHER_SURE
    return Doubt.LOW_CONFIDENCE if neither_sure or reading.letter_rival > RIVAL_LETTER else None


def _beneath_strokes(
    crop: np.ndarray,
    inks: list[Ink | None],
    charset: str | None,
    mend: Callable[[str], str],
    expected: Sequence[str | None],
    least: float,
) -> CombReading | None:
    """What the reader of cells sees without a stamp's or a signature's strokes, where it then sees more clearly."""
    darker = without_paler_ink(_without_separators(crop, len(inks)))
    seen = inks if darker is None else cell_inks(darker, len(inks))
    cleaned = [ink and (without_crossing_strokes(ink) or ink) for ink in seen]
    filled = [number for number, ink in enumerate(cleaned) if ink is not None and cell_is_filled(ink)]
    if not filled:
        return None
    written = [ink for number in filled if (ink := cleaned[number])]
    cells = read_cells(written, charset, expected)
    while len(cells) > 1 and touches_edge(written[-1]):
        after_gap = filled[-1] - filled[-2] > 1
        if cells[-1].character and not after_gap:
            break
        cells, filled, written = cells[:-1], filled[:-1], written[:-1]  # a stroke ran through an empty cell
    emptied = any(ink and cleaned[number] is None for number, ink in enumerate(inks[: filled[-1] + 1]))
    if not cells or emptied or _chance(cells) <= least:
        return None
    text = mend("".join(max(cell.chances, key=cell.chances.__getitem__) for cell in cells))
    sure = min(cell.confidence for cell in cells)
    return _placed(TextReading(text, sure), filled, False, sure)


def _chance(cells: list[CellReading]) -> float:
    """How probable it is that every cell holds the likeliest of the characters it may hold."""
    return math.prod(max(cell.chances.values()) for cell in cells)


def _letter_rival(text: str, cells: list[CellReading], expected: Sequence[str | None]) -> float:
    """The largest share of a character's chance that another comes to, in the cells where letters may stand."""
    shares = [0.0]
    for character, cell, belonging in zip(text, cells, chain(expected, repeat(None)), strict=False):
        if belonging is not None and not belonging.isalpha():
            continue
        rivals = [
            chance
            for other, chance in cell.chances.items()
            if other != character and (belonging is None or other in belonging)
        ]
        shares.append(max(rivals, default=0.0) / max(cell.chances.get(character, 0.0), LEAST_CHANCE))
    return max(shares)


def _without_separators(crop: np.ndarray, cells: int) -> np.ndarray:
    """The crop without the printed lines between its cells."""
    cleared, width, clear = crop.copy(), crop.shape[1] / cells, round(SEPARATOR_MM * PX_PER_MM)
    for number in range(1, cells):
        middle = round(number * width)
        cleared[:, middle - clear : middle + clear] = PAPER
    return cleared


def _by_cells(cells: list[CellReading], mend: Callable[[str], str]) -> TextReading:
    """What the reader of single cells says; nothing when a cell holds no character it knows."""
    confidence = min(cell.confidence for cell in cells)
    if not all(cell.character for cell in cells):
        return TextReading("", 0.0)
    return TextReading(mend("".join(cell.character for cell in cells)), confidence)


def _likeliest(
    readings: list[TextReading], cells: list[CellReading], mend: Callable[[str], str]
) -> TextReading:
    """What to propose to the person who decides: cell by cell, what its reader and the looks say together."""
    looks = [one for one in readings if len(one.text) == len(cells)]
    chosen = []
    for place, cell in enumerate(cells):
        weights = {
            character: math.log(max(chance, LEAST_CHANCE)) for character, chance in cell.chances.items()
        }
        for look in looks:
            character = look.text[place]
            weights[character] = weights.get(character, math.log(LEAST_CHANCE)) + VOTE + look.confidence
        chosen.append(max(weights, key=weights.__getitem__))
    text = mend("".join(chosen))
    sure = [look.confidence for look in looks if look.text == text]
    return TextReading(text, max([*sure, min(cell.confidence for cell in cells) if not sure else 0.0]))


def _placed(reading: TextReading, filled: list[int], agreed: bool, cell_confidence: float) -> CombReading:
    gap = filled[-1] - filled[0] + 1 != len(filled)
    if len(reading.text) != len(filled):
        return CombReading(reading.text, reading.confidence, False, gap, cell_confidence)
    cells = dict(zip(filled, reading.text, strict=True))
    text = "".join(cells.get(number, " ") for number in range(filled[0], filled[-1] + 1))
    return CombReading(text, reading.confidence, agreed, gap, cell_confidence)


def cell_inks(crop: np.ndarray, cells: int) -> list[Ink | None]:
    """The ink of each cell, None where a cell is empty."""
    width = crop.shape[1] / cells
    clear = round(SEPARATOR_MM * PX_PER_MM)
    inks: list[Ink | None] = []
    for number in range(cells):
        left = round(number * width) + (clear if number else EDGE_PX)
        right = round((number + 1) * width) - (clear if number < cells - 1 else EDGE_PX)
        ink = ink_of(crop[EDGE_PX:-EDGE_PX, left:right])
        inks.append(ink if cell_is_filled(ink) else None)
    return inks


def cell_is_filled(ink: Ink) -> bool:
    """Whether a cell holds more than a speck."""
    if ink.bounds is None or ink.area_mm2 < MIN_INK_MM2:
        return False
    _, top, _, bottom = ink.bounds
    return bottom - top >= MIN_HEIGHT_MM * PX_PER_MM


def _look(inks: list[Ink], look: _Look, engine: TextEngine, charset: str | None) -> TextReading:
    reading = engine.read(_packed(inks, look), look.language, look.mode, charset)
    return TextReading("".join(reading.text.split()), reading.confidence)


def _packed(inks: list[Ink], look: _Look) -> np.ndarray:
    bounds = [ink.bounds or (0, 0, 1, 1) for ink in inks]
    top, bottom = min(b[1] for b in bounds), max(b[3] for b in bounds)
    space = np.full((bottom - top, round(look.gap_mm * PX_PER_MM)), PAPER, np.uint8)
    pieces: list[np.ndarray] = []
    for ink, (left, _, right, _) in zip(inks, bounds, strict=True):
        pieces += [space, ink.pixels[top:bottom, max(left - 1, 0) : right + 1]]
    strip = np.hstack(pieces[1:])
    margins = (MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
    strip = cv2.copyMakeBorder(strip, *margins, cv2.BORDER_CONSTANT, value=PAPER)
    strip = cv2.GaussianBlur(strip, (0, 0), look.smoothing_px)
    if look.scale != 1.0:
        strip = cv2.resize(strip, None, fx=look.scale, fy=look.scale, interpolation=cv2.INTER_AREA)
    return strip

"""Moves a page's ink onto the print it was made from, where a folded sheet could not be laid exactly."""

from __future__ import annotations

import cv2
import numpy as np

BANDS, COLUMNS = 20, 3
REACH_MM = 2.5
LEAST_STROKES_MM2 = 4.0
"""A part of the page with less print than this tells nothing of where it lies."""

_LIKE = 0.45


def moved_onto(ink: np.ndarray, strokes: np.ndarray, px_per_mm: float) -> np.ndarray:
    """The ink with every part of the page moved to where its print belongs, evenly between the parts."""
    reach = round(REACH_MM * px_per_mm)
    height, width = ink.shape
    rows = np.linspace(0, height, BANDS + 1).astype(int)
    columns = np.linspace(0, width, COLUMNS + 1).astype(int)
    padded = cv2.copyMakeBorder(ink, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    shifts = np.full((BANDS, COLUMNS, 2), np.nan, np.float32)
    for band in range(BANDS):
        for column in range(COLUMNS):
            top, bottom, left, right = rows[band], rows[band + 1], columns[column], columns[column + 1]
            part = strokes[top:bottom, left:right]
            if np.count_nonzero(part) < LEAST_STROKES_MM2 * px_per_mm**2:
                continue
            around = padded[top : bottom + 2 * reach, left : right + 2 * reach]
            found = cv2.matchTemplate(around, part, cv2.TM_CCORR_NORMED)
            _, like, _, (x, y) = cv2.minMaxLoc(found)
            if like >= _LIKE:
                shifts[band, column] = x - reach, y - reach
    return _moved(ink, _filled(shifts))


def _filled(shifts: np.ndarray) -> np.ndarray:
    """The shifts, with those of the nearest heights where a part told none."""
    told = shifts.copy()
    for column in range(shifts.shape[1]):
        known = np.flatnonzero(~np.isnan(shifts[:, column, 0]))
        for way in range(2):
            values = shifts[known, column, way] if len(known) else np.zeros(1, np.float32)
            told[:, column, way] = np.interp(np.arange(len(shifts)), known if len(known) else [0], values)
    return told


def _moved(ink: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    height, width = ink.shape
    field = cv2.resize(shifts, (width, height), interpolation=cv2.INTER_LINEAR)
    x = np.arange(width, dtype=np.float32)[None, :] + field[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + field[..., 1]
    moved: np.ndarray = cv2.remap(ink, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return moved

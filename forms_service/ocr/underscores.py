"""Puts back the underscores of an e-mail address: Tesseract takes them for blanks."""

from __future__ import annotations

from forms_service.ocr.crops import Ink
from forms_service.ocr.pieces_of_ink import pieces_of
from forms_service.ocr.registration import PX_PER_MM

_MIN_LENGTH_MM = 0.8
_MAX_THICKNESS_MM = 0.55
_LOWEST_SHARE = 0.7
"""An underscore lies in the lowest part of the line; a hyphen never does."""


def restore_underscores(text: str, ink: Ink) -> str:
    """Give ``text`` with its blanks made underscores where the ink shows them, else left out."""
    missing = _underscores(ink) - text.count("_")
    if missing > 0 and text.count(" ") == missing:
        return text.replace(" ", "_")
    return text.replace(" ", "")


def _underscores(ink: Ink) -> int:
    if ink.bounds is None:
        return 0
    _, top, _, bottom = ink.bounds
    lowest = top + _LOWEST_SHARE * (bottom - top)
    _, stats = pieces_of(ink.mask)
    return sum(
        breadth >= _MIN_LENGTH_MM * PX_PER_MM
        and tall <= _MAX_THICKNESS_MM * PX_PER_MM
        and breadth >= 2 * tall
        and start >= lowest
        for _, start, breadth, tall, _ in stats[1:]
    )

"""Reads the machine-readable zone of a card again, alone: its own characters, its own language."""

from __future__ import annotations

from datetime import date
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from core.mrz import CardZone, find_td1
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.engine import LineMode, text_engine
from forms_service.ocr.page_text import PageWord

CHARSET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
CHARACTER_HEIGHT_PX = 34
_FILLERS = "<«‹"

_read: WeakKeyDictionary[PageWriting, CardZone | None] = WeakKeyDictionary()


def card_zone(page: PageWriting, on: date) -> CardZone | None:
    """The zone on this page, read once; None when there is none or its check digits fail."""
    if page not in _read:
        _read[page] = _read_zone(page, on)
    return _read[page]


def _read_zone(page: PageWriting, on: date) -> CardZone | None:
    words = [word for word in page.french.words if _belongs_to_a_zone(word)]
    if not words:
        return None
    best = find_td1(page.french.text, on)
    for smoothing in (0.6, 1.2):
        if best and len(best.checked) == 4:
            break
        text = text_engine().read(_crop(page.pixels, words, smoothing), "eng", LineMode.BLOCK, CHARSET).text
        zone = find_td1(text, on)
        if zone and (best is None or len(zone.checked) > len(best.checked)):
            best = zone
    return best


def _belongs_to_a_zone(word: PageWord) -> bool:
    fillers = sum(word.text.count(filler) for filler in _FILLERS)
    return fillers >= 3 or (len(word.text) >= 18 and word.text.upper() == word.text and fillers >= 1)


def _crop(pixels: np.ndarray, words: list[PageWord], smoothing: float) -> np.ndarray:
    """The zone's three lines over the page's full width, enlarged to a steady height."""
    height = max(float(np.median([word.height for word in words])), 8.0)
    top = max(0, int(min(word.top for word in words) - 2.6 * height))
    bottom = min(pixels.shape[0], int(max(word.top + word.height for word in words) + 2.6 * height))
    left = max(0, int(min(word.left for word in words) - 20 * height))
    crop = pixels[top:bottom, left:]
    scale = CHARACTER_HEIGHT_PX / height
    crop = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(crop, (0, 0), smoothing)

"""Reads the pages of one file, so that a page which breaks a reader costs that reader on that page only.

Who runs this in a process of its own may be told which page is at work, and says how carefully to read it:
after a first end of the process the engine of single lines is run as a program of its own, after a second
one only the reader of whole pages, which is one anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.ocr.attachments.straighten import straighten, without_rules
from forms_service.ocr.attachments.warnings import AttachmentWarning, warn
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.engine import reading_with
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_text import PageText
from forms_service.ocr.sheets_in_picture import find_sheets

SMALL_SIDE_PX = 600
AROUND = 0.015
"""How much around a sheet is kept when two of them lie in one picture, as a share of the picture."""


class Care(IntEnum):
    """How carefully a page is read: each step gives up what may have ended the last reading."""

    USUAL = 0
    LINES_APART = 1
    PAGES_ONLY = 2


AtPage = Callable[[int], AbstractContextManager[Care]]
"""Told which page (from 1) is at work; says how carefully to read it."""


def unguarded(page: int) -> AbstractContextManager[Care]:
    """For callers who are not told apart from their pages."""
    return nullcontext(Care.USUAL)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What one page, or one sheet of a picture, says."""

    number: int
    writing: PageWriting


@contextmanager
def reading_page(page: int, at_page: AtPage) -> Iterator[Care]:
    """Work on one page: whoever wants to know is told, and single lines are read as carefully as asked."""
    with at_page(page) as care, reading_with("pytesseract" if care > Care.USUAL else None):
        yield care


def read_pages(
    pages: Sequence[PageImage], at_page: AtPage, in_time: Callable[[], bool] = lambda: True
) -> tuple[list[ReadPage], list[AttachmentWarning]]:
    """Read page by page; a reader that gives up on one costs what it would have read, and a warning.

    Args:
        in_time: Whether another page may be begun; those left then are named in a warning.
    """
    read: list[ReadPage] = []
    warnings: list[AttachmentWarning] = []
    for place, page in enumerate(pages):
        if place and not in_time():
            left = [str(one.page) for one in pages[place:]]
            warnings.append(warn("too_many_to_read", pages=LocalizedText("، ".join(left), ", ".join(left))))
            break
        with reading_page(page.page, at_page) as care:
            for sheet in sheets_of(page.pixels):
                writing, given_up = _read(straighten(sheet), care)
                read.append(ReadPage(page.page, writing))
                if given_up and writing.arabic.words:
                    warnings.append(warn("half_read", page.page))
                elif given_up:
                    warnings.append(warn("unread", page.page))
    return read, warnings


def sheets_of(pixels: np.ndarray) -> list[np.ndarray]:
    """The sheets that lie side by side on one ground (both sides of a card), each for itself."""
    scale = SMALL_SIDE_PX / max(pixels.shape)
    small = (
        cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    )
    sheets = find_sheets(small).every
    if len(sheets) < 2:
        return [pixels]
    height, width = pixels.shape
    by_place = sorted(sheets, key=lambda one: (round(one.top, 1), one.left))
    return [
        np.ascontiguousarray(
            pixels[
                max(0, int((one.top - AROUND) * height)) : int((one.bottom + AROUND) * height) + 1,
                max(0, int((one.left - AROUND) * width)) : int((one.right + AROUND) * width) + 1,
            ]
        )
        for one in by_place
    ]


def _read(flat: np.ndarray, care: Care) -> tuple[PageWriting, bool]:
    """A straightened page's writing, and whether the reader of Latin gave up on it."""
    by_pages = care >= Care.PAGES_ONLY
    try:
        writing = PageWriting.of(flat, by_pages=by_pages)
        writing.read_all()
        return writing, False
    except UnreadableDocument:
        return _arabic_alone(flat, by_pages), True


def _arabic_alone(flat: np.ndarray, by_pages: bool) -> PageWriting:
    """What the other reader sees: lost is only what the one would have read."""
    nothing = PageText(())
    writing = PageWriting(without_rules(flat), nothing)
    if by_pages:  # the reader of whole pages is the one that gave up
        writing.__dict__["arabic"] = nothing
        return writing
    turned = PageWriting(np.ascontiguousarray(np.rot90(writing.pixels, 2)), nothing)
    stands = writing.makes_sense_in_arabic or not turned.makes_sense_in_arabic
    return writing if stands else turned

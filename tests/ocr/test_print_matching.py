"""Pages whose code cannot be read are known by what is printed on them, or left to a person."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from core.placement import BoxMm, corner_mark_boxes, qr_box
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_messages import PageCode
from forms_service.ocr.registration import PX_PER_MM
from forms_service.ocr.scan import read_scan
from forms_service.reading_forms import form_lookup, printed_papers
from forms_service.rehearsing import blank_pages
from forms_service.spec_catalogue import SpecCatalogue


@cache
def _catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


@cache
def _pages(form_id: str) -> tuple[np.ndarray, ...]:
    return tuple(blank_pages(_catalogue().get(form_id)))


def _without(page: np.ndarray, *boxes: BoxMm) -> np.ndarray:
    """The page with a thumb, a stamp or a tear over some places."""
    spoilt = page.copy()
    for box in boxes:
        left, top = int((box.x - 1) * PX_PER_MM), int((box.y - 1) * PX_PER_MM)
        right, bottom = int((box.right + 1) * PX_PER_MM), int((box.bottom + 1) * PX_PER_MM)
        spoilt[top:bottom, left:right] = 120
    return spoilt


def _read(page: np.ndarray):
    catalogue = _catalogue()
    images = [PageImage("page.jpg", 1, page)]
    return read_scan(images, form_lookup(catalogue), papers=printed_papers(catalogue)).pages[0]


@pytest.mark.tesseract
@pytest.mark.parametrize("form_id", ["311-1-14", "310-1-32"])
@pytest.mark.parametrize("lost_marks", [0, 1, 2])
def test_a_page_without_its_code_is_known_by_its_print(form_id: str, lost_marks: int) -> None:
    page = _without(_pages(form_id)[0], qr_box(), *corner_mark_boxes()[:lost_marks])
    found = _read(page)
    assert found.code is PageCode.KNOWN_BY_PRINT
    assert found.identity is not None and (found.identity.form_id, found.identity.page) == (form_id, 1)
    assert found.identity.reference == ""
    assert found.residual_mm is not None and found.residual_mm < 0.3


@pytest.mark.tesseract
def test_it_is_known_upside_down_and_skewed() -> None:
    page = _without(_pages("311-1-14")[0], qr_box())
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), 178.0, 0.94)
    turned = cv2.warpAffine(page, turn, page.shape[::-1], borderValue=255)
    assert _read(turned).code is PageCode.KNOWN_BY_PRINT


def test_a_page_of_print_alone_is_left_to_a_person() -> None:
    """Pages that only inform have no boxes; nothing need be read from them."""
    page = _without(_pages("311-1-14")[2], qr_box())
    assert _read(page).code is PageCode.CODE_UNREADABLE


def test_corner_marks_on_a_foreign_sheet_prove_nothing() -> None:
    page = _pages("311-1-14")[0]
    foreign = np.full_like(page, 255)
    for box in corner_mark_boxes():
        rows = slice(int((box.y - 2) * PX_PER_MM), int((box.bottom + 2) * PX_PER_MM))
        columns = slice(int((box.x - 2) * PX_PER_MM), int((box.right + 2) * PX_PER_MM))
        foreign[rows, columns] = page[rows, columns]
    assert _read(foreign).code is PageCode.CODE_UNREADABLE

"""Photos that show only part of a page: what is not on the picture is never called empty."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from core.extraction import Verdict
from core.placement import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, BoxMm
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_messages import PageCode
from forms_service.ocr.registration import Registration
from forms_service.ocr.scan import read_scan
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import STANDARD, spoil
from forms_service.rehearsal.material import TUNING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from tests.ocr.drawn_form import blank_page, form, lookup

CUT_MM = 94.0
"""Below the insured person's boxes, above the spouse's."""


@cache
def _truth() -> dict:
    spec, layout = form()
    return invent_answers(spec, layout, TUNING, random.Random(1))


@cache
def _pixels() -> np.ndarray:
    spec, layout = form()
    rng = random.Random(1)
    typewriter = Typewriter.chosen(TUNING, rng)
    filled = type_in(blank_page(1, "26-1"), 1, spec, layout, _truth(), typewriter, rng)
    return spoil(filled, STANDARD[0], np.random.default_rng(1)).pixels


def _row(y_mm: float) -> int:
    return round(y_mm / PAGE_HEIGHT_MM * _pixels().shape[0])


def _read(*pictures: np.ndarray):
    return read_scan([PageImage(f"{n}.jpg", 1, picture) for n, picture in enumerate(pictures)], lookup)


def _below() -> set[str]:
    return {place.field_id for place in form()[1].on_page(1) if place.box.bottom > CUT_MM}


def _wholly_below() -> set[str]:
    """Every place of the field is off the picture (a choice has several)."""
    tops: dict[str, float] = {}
    for place in form()[1].on_page(1):
        top = (place.frame or place.box).y
        tops[place.field_id] = min(top, tops.get(place.field_id, top))
    return {field_id for field_id, top in tops.items() if top > CUT_MM}


@pytest.mark.tesseract
def test_what_is_outside_the_picture_goes_to_a_person_and_is_never_called_empty():
    picture = _pixels()[: _row(CUT_MM)]
    reading = _read(picture)
    height, width = picture.shape
    for name, one in reading.fields.items():
        if name not in _below():
            assert one.reason != Doubt.OUTSIDE_PICTURE, name
            continue
        assert (one.verdict, one.value, one.raw, one.confidence, one.reason) == (
            *(Verdict.REVIEW, None, "", 0.0),
            Doubt.OUTSIDE_PICTURE,
        )
        assert 0 <= one.box.left <= one.box.right <= width
        assert 0 <= one.box.top <= one.box.bottom <= height
        assert one.box.is_empty == (name in _wholly_below()), name
    assert reading.fields["assured.birth"].value == _truth()["assured.birth"]


@pytest.mark.tesseract
def test_the_sender_is_told_to_photograph_the_whole_page():
    reading = _read(_pixels()[: _row(CUT_MM)])
    (page,) = reading.pages
    assert page.code is PageCode.PARTLY_OUTSIDE
    (told,) = [one for one in reading.problems if one.code is PageCode.PARTLY_OUTSIDE]
    assert told.pages == (0,)
    assert "photographiez la page entière" in told.message.fr
    assert "صوروا الصفحة كلها" in told.message.ar


@pytest.mark.tesseract
def test_what_is_folded_away_or_covered_is_never_called_empty():
    folded = _pixels().copy()
    table = 150 + np.random.default_rng(1).normal(0, 6, folded[_row(CUT_MM) :].shape)
    folded[_row(CUT_MM) :] = table.clip(0, 255).astype(np.uint8)
    reading = _read(folded)
    for name in _below():
        one = reading.fields[name]
        assert (one.verdict, one.value, one.reason) == (Verdict.REVIEW, None, Doubt.BOX_NOT_SEEN), name
    assert reading.pages[0].code is PageCode.PARTLY_OUTSIDE


@pytest.mark.tesseract
def test_a_whole_picture_of_the_same_page_gives_what_the_first_did_not_show():
    for pictures in ((_pixels()[: _row(CUT_MM)], _pixels()), (_pixels(), _pixels()[: _row(CUT_MM)])):
        reading = _read(*pictures)
        assert not [one for one in reading.problems if one.code is PageCode.PARTLY_OUTSIDE]
        assert not [one for one in reading.fields.values() if one.reason == Doubt.OUTSIDE_PICTURE]
        whole = _read(_pixels()).fields
        for name in _below():
            assert (reading.fields[name].value, reading.fields[name].verdict) == (
                *(whole[name].value,),
                whole[name].verdict,
            )


@pytest.mark.tesseract
def test_a_whole_page_is_not_said_to_be_partial():
    reading = _read(_pixels())
    assert reading.pages[0].code is PageCode.READ
    assert not {one.reason for one in reading.fields.values()} & {Doubt.OUTSIDE_PICTURE, Doubt.BOX_NOT_SEEN}


def _at(scale: float, turned: bool = False) -> Registration:
    matrix = np.array([[0, -scale, PAGE_HEIGHT_MM * scale], [scale, 0, 0], [0, 0, 1]])
    return Registration(matrix if turned else np.diag([scale, scale, 1.0]), 0.1, 4)


@pytest.mark.parametrize(
    ("box", "share"),
    [
        (BoxMm(10, 10, 40, 8), 1.0),
        (BoxMm(10, PAGE_HEIGHT_MM / 2 - 4, 40, 8), 0.5),
        (BoxMm(10, PAGE_HEIGHT_MM / 2 - 7.9, 40, 8), 7.9 / 8),
        (BoxMm(10, 200, 40, 8), 0.0),
        (BoxMm(-20, 10, 40, 8), 0.5),
    ],
)
def test_the_share_of_a_box_that_a_half_page_shows(box, share):
    height, width = round(PAGE_HEIGHT_MM * 5), round(PAGE_WIDTH_MM * 10)
    assert _at(10).share_inside(box, (height, width)) == pytest.approx(share, abs=0.01)


def test_the_share_is_the_same_on_a_page_that_lies_on_its_side():
    # Turned a quarter to the right, the page's top is the picture's right edge.
    shape = (round(PAGE_WIDTH_MM * 10), round(PAGE_HEIGHT_MM * 10))
    assert _at(10, turned=True).share_inside(BoxMm(10, 10, 40, 8), shape) == pytest.approx(1.0, abs=0.01)
    assert _at(10, turned=True).share_inside(BoxMm(10, -4, 40, 8), shape) == pytest.approx(0.5, abs=0.01)

"""Whole scans: pages in any order and rotation become answers; what is wrong is told page by page."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from core.extraction import Verdict
from core.placement import COVER, PAGE_WIDTH_MM, PageIdentity
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_messages import WITHOUT_REFERENCE, PageCode
from forms_service.ocr.scan import read_scan
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import STANDARD, Degradation, spoil
from forms_service.rehearsal.material import TUNING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.render.qr_code import qr_rows
from tests.ocr.drawn_form import FORM_ID, blank_page, form, lookup

pytestmark = pytest.mark.tesseract


@cache
def _answers(seed: int) -> dict:
    spec, layout = form()
    return invent_answers(spec, layout, TUNING, random.Random(seed))


@cache
def _page(
    number: int, seed: int = 1, reference: str = "26-1", turns: int = 0, name: str = "a.jpg"
) -> PageImage:
    spec, layout = form()
    rng = random.Random(seed)
    typewriter = Typewriter.chosen(TUNING, rng)
    filled = type_in(blank_page(number, reference), number, spec, layout, _answers(seed), typewriter, rng)
    image = spoil(filled, STANDARD[2], np.random.default_rng(seed)).pixels
    return PageImage(name, number, np.ascontiguousarray(np.rot90(image, turns)), 300.0)


def _codes(reading) -> list[PageCode]:
    return [page.code for page in reading.pages]


@cache
def _whole():
    return read_scan([_page(2, turns=1), _page(1, turns=2)], lookup)


def test_pages_in_any_order_and_rotation_give_every_field():
    reading = _whole()
    assert _codes(reading) == [PageCode.READ, PageCode.READ]
    assert [page.identity.page for page in reading.pages] == [2, 1]
    assert reading.problems == []
    assert set(reading.fields) == set(_answers(1))
    truth = _answers(1)
    exact = [name for name, one in reading.fields.items() if (one.value or None) == (truth[name] or None)]
    assert len(exact) >= 0.9 * len(truth)


def test_blank_answers_are_empty_and_written_ones_are_not():
    for name, one in _whole().fields.items():
        assert (one.verdict is Verdict.EMPTY) == (_answers(1)[name] in (None, False)), name


def test_accepted_values_are_right():
    for name, one in _whole().fields.items():
        if one.verdict is Verdict.ACCEPT:
            assert one.value == _answers(1)[name]


def test_boxes_are_given_in_the_pixels_of_the_picture_as_it_came():
    spec_layout = form()[1]
    box = spec_layout.of_field("assured.address")[0].box
    reading = read_scan([_page(1, turns=2)], lookup)
    image = _page(1, turns=2).pixels
    left, top, right, bottom = reading.fields["assured.address"].box.as_list()
    scale = image.shape[1] / PAGE_WIDTH_MM
    # Upside down: the box's right edge on paper is its left edge in the picture (3° of skew apart).
    assert left == pytest.approx(image.shape[1] - box.right * scale, abs=12 * scale)
    assert right - left == pytest.approx(box.width * scale, rel=0.15)
    assert 0 < bottom - top < 20 * scale
    assert reading.fields["assured.address"].page == 0


def test_the_json_shape_of_the_contract():
    shape = _whole().as_dict()
    page = shape["pages"][0]
    assert (page["file"], page["page"], page["form"], page["version"], page["form_page"]) == (
        *("a.jpg", 2, FORM_ID),
        *(1, 2),
    )
    assert page["registered"] is True
    assert 0 <= page["residual_mm"] < 0.3
    field = shape["fields"]["assured.birth"]
    assert set(field) >= {"value", "raw", "confidence", "page", "box_px", "verdict"}
    assert len(field["box_px"]) == 4


def test_a_missing_page_is_told_and_the_rest_kept():
    reading = read_scan([_page(1)], lookup)
    (problem,) = reading.problems
    assert problem.code is PageCode.MISSING_PAGE
    assert "2" in problem.message.fr
    assert "2" in problem.message.ar
    assert "assured.birth" in reading.fields


def test_a_page_twice_is_told_and_compared():
    other = _page(1, seed=2)
    reading = read_scan([_page(1), _page(2), _page(1), other], lookup)
    assert _codes(reading) == [PageCode.READ, PageCode.READ, PageCode.DUPLICATE, PageCode.DUPLICATE]
    truth, twice = _answers(1), _answers(2)
    different = [n for n in ("assured.mobile", "spouse.mobile") if truth[n] and twice[n]]
    assert different
    for name in different:
        assert reading.fields[name].value == truth[name]
        assert (reading.fields[name].verdict, reading.fields[name].reason) == (
            Verdict.REVIEW,
            Doubt.PAGES_DISAGREE.value,
        )


def test_two_people_are_never_mixed():
    reading = read_scan([_page(1), _page(2), _page(1, seed=2, reference="26-2")], lookup)
    assert _codes(reading) == [PageCode.READ, PageCode.READ, PageCode.OTHER_REFERENCE]
    assert "26-2" in reading.pages[2].message.fr
    assert [one.reference for one in reading.sets] == ["26-1", "26-2"]
    assert reading.fields["assured.mobile"].value == _answers(1)["assured.mobile"]
    assert reading.sets[1].fields["assured.mobile"].value == _answers(2)["assured.mobile"]
    assert reading.as_dict()["others"][0]["reference"] == "26-2"


def test_a_page_of_no_reference_is_not_said_to_bear_another():
    reading = read_scan([_page(1, reference=""), _page(1), _page(2)], lookup)
    assert _codes(reading)[0] is PageCode.OTHER_REFERENCE
    assert reading.pages[0].message == WITHOUT_REFERENCE


def test_a_page_without_reference_joins_the_set_that_lacks_it():
    reading = read_scan([_page(1), _page(2, reference="")], lookup)
    assert _codes(reading) == [PageCode.READ, PageCode.READ]
    assert set(reading.fields) == set(_answers(1))


def test_unknown_versions_and_foreign_pages_are_told_and_harm_nothing():
    old = PageImage("old.png", 1, blank_page(1, "26-1", FORM_ID, 7))
    photo = PageImage("photo.png", 1, np.random.default_rng(1).integers(0, 255, (900, 700)).astype(np.uint8))
    white = PageImage("white.png", 1, np.full((1754, 1240), 250, np.uint8))
    reading = read_scan([white, old, _page(1), photo, _page(2)], lookup)
    assert _codes(reading) == [
        *(PageCode.UNIDENTIFIED, PageCode.UNKNOWN_FORM, PageCode.READ),
        *(PageCode.UNIDENTIFIED, PageCode.READ),
    ]
    assert set(reading.fields) == set(_answers(1))
    assert "7" in reading.pages[1].message.fr
    told = {problem.code: problem.pages for problem in reading.problems}
    assert told[PageCode.UNIDENTIFIED] == (0, 3)


def test_a_cover_sheet_among_the_pages_is_named_and_passed_over():
    sheet = np.full((1754, 1240), 250, np.uint8)
    code = qr_rows(PageIdentity(FORM_ID, 1, 1, 1, "26-1", COVER).encode())
    drawn = np.kron(np.where(np.array(code), 0, 255).astype(np.uint8), np.ones((6, 6), np.uint8))
    sheet[120 : 120 + len(drawn), 100 : 100 + len(drawn)] = drawn
    reading = read_scan([PageImage("cover.png", 1, sheet), _page(1), _page(2)], lookup)
    assert _codes(reading)[0] is PageCode.COVER_SHEET
    assert set(reading.fields) == set(_answers(1))
    assert PageCode.MISSING_PAGE not in {problem.code for problem in reading.problems}


def test_a_page_whose_code_is_covered_asks_for_a_better_scan():
    page = _page(1)
    covered = page.pixels.copy()
    covered[: covered.shape[0] // 8, covered.shape[1] * 2 // 3 : covered.shape[1] * 9 // 10] = 240
    reading = read_scan([PageImage("covered.jpg", 1, covered)], lookup)
    assert _codes(reading) == [PageCode.CODE_UNREADABLE]
    assert reading.fields == {}


def test_debug_pictures_show_every_page(tmp_path):
    seen = []
    read_scan([_page(2)], lookup, debug_directory=tmp_path, watch=lambda page: seen.append(page.index))
    (picture,) = tmp_path.glob("*.png")
    assert picture.stat().st_size > 10_000
    assert seen == [0]


def test_pages_are_taken_one_at_a_time():
    held: list[int] = []

    def pages():
        for number in (1, 2):
            held.append(number)
            yield _page(number)

    def watch(page):
        assert len(held) == page.index + 1

    read_scan(pages(), lookup, watch=watch)
    assert held == [1, 2]


def test_a_page_with_two_corners_torn_off_is_still_read():
    page = _page(1)
    torn = page.pixels.copy()
    torn[-torn.shape[0] // 9 :] = 250
    reading = read_scan([PageImage("torn.jpg", 1, torn)], lookup)
    assert reading.pages[0].registered
    assert reading.fields["assured.birth"].value == _answers(1)["assured.birth"]


def test_a_perfect_page_at_another_resolution():
    spec, layout = form()
    rng = random.Random(9)
    filled = type_in(
        *(blank_page(1, "26-9"), 1, spec, layout, _answers(9), Typewriter.chosen(TUNING, rng), rng)
    )
    spoilt = spoil(filled, Degradation("fine", dpi=450), np.random.default_rng(1))
    reading = read_scan([PageImage("fine.png", 1, spoilt.pixels)], lookup)
    assert reading.fields["assured.id_no"].value == _answers(9)["assured.id_no"]

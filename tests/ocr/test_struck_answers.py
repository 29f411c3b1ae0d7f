"""An answer that was struck out, corrected or scribbled over is never taken as if nothing were."""

from __future__ import annotations

import random
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.extraction import FieldAnswer, Verdict
from core.localized_text import Script, dominant_script
from core.placement import Placement, WidgetKind
from forms_service.ocr.crops import cut, even_light
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt
from forms_service.ocr.engine import text_engine
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.registration import PX_PER_MM, Registration
from forms_service.ocr.struck_answers import comb_is_struck, is_struck
from forms_service.ocr.struck_arabic import arabic_is_struck
from forms_service.rehearsal.altered_answers import (
    ALTERED_ANSWERS,
    crossed,
    crossed_at_first,
    scribbled,
    slashed,
    struck,
    struck_by_wave,
    struck_in_part,
)
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import BY_NAME, Degradation, spoil
from forms_service.rehearsal.material import TUNING, font_files
from forms_service.rehearsal.typing_in import Typewriter, type_in
from tests.ocr.drawn_form import blank_page, form
from tests.ocr.test_latin_lines import drawn

SEED = 31


@cache
def _answers() -> dict[str, FieldAnswer]:
    spec, layout = form()
    return invent_answers(spec, layout, TUNING, random.Random(SEED))


@cache
def _typed() -> np.ndarray:
    spec, layout = form()
    rng = random.Random(SEED)
    return type_in(blank_page(1), 1, spec, layout, _answers(), Typewriter.in_turn(TUNING, 0), rng)


def _written() -> list[Placement]:
    widgets = (WidgetKind.TEXT, WidgetKind.COMB)
    return [one for one in form()[1].on_page(1) if one.widget in widgets and _answers().get(one.field_id)]


def _seen(page: np.ndarray, damage: str) -> np.ndarray:
    spoilt = spoil(page, BY_NAME[damage], np.random.default_rng(SEED))
    return even_light(Registration(spoilt.page_to_image, 0.1, 4).rectify(spoilt.pixels))


@cache
def _seen_unaltered(damage: str) -> np.ndarray:
    return _seen(_typed(), damage)


def _read(page: np.ndarray) -> dict[str, FieldReading]:
    spec, layout = form()
    readings = read_fields(_seen(page, "clean 200 dpi"), layout.on_page(1), spec, text_engine())
    return {one.field.id: one for one in readings}


def _is_latin(place: Placement) -> bool:
    return str(_answers()[place.field_id]).isascii() and not place.comb


@pytest.mark.parametrize("damage", ["clean 300 dpi", "clean 200 dpi", "JPEG 40", "150 dpi", "light copy"])
def test_a_line_through_latin_writing_is_seen_and_writing_alone_is_none(damage: str) -> None:
    rng = np.random.default_rng(SEED)
    places = [place for place in _written() if _is_latin(place)]
    assert len(places) >= 4
    altered = _typed()
    for place in places:
        altered = struck_in_part(altered, place, rng)
    plain, lined = _seen_unaltered(damage), _seen(altered, damage)
    for place in places:
        assert not is_struck(cut(plain, place.box, 0.15)), place.field_id
        assert is_struck(cut(lined, place.box, 0.15)), place.field_id


@pytest.mark.parametrize("blur_mm", [0.2, 0.28])
def test_letters_that_blur_runs_together_on_a_coarse_picture_are_not_struck(blur_mm: float) -> None:
    spec, layout = form()
    coarse = Degradation("coarse and blurred", dpi=110, blur_mm=blur_mm, jpeg=80)
    told = []
    for number in (0, 2):
        rng = random.Random(SEED)
        typewriter = Typewriter.in_turn(TUNING, number)
        plain = type_in(blank_page(1), 1, spec, layout, _answers(), typewriter, rng)
        for altered in (False, True):
            page, chance = plain, np.random.default_rng(SEED)
            for place in filter(_is_latin, _written()):
                page = struck(page, place, chance) if altered else page
            spoilt = spoil(page, coarse, np.random.default_rng(SEED))
            seen = even_light(Registration(spoilt.page_to_image, 0.1, 4).rectify(spoilt.pixels))
            told += [
                (altered, is_struck(cut(seen, place.box, 0.15))) for place in filter(_is_latin, _written())
            ]
    assert len(told) >= 16
    assert all(was_struck == is_told for was_struck, is_told in told), told


@pytest.mark.parametrize("damage", ["clean 300 dpi", "JPEG 40", "150 dpi"])
@pytest.mark.parametrize("altered", [crossed, crossed_at_first, slashed, struck_by_wave])
def test_crosses_waves_and_slashes_from_corner_to_corner_are_seen(altered, damage: str) -> None:
    rng = np.random.default_rng(SEED)
    places = [place for place in _written() if _is_latin(place)]
    page = _typed()
    for place in places:
        page = altered(page, place, rng)
    seen = _seen(page, damage)
    for place in places:
        assert is_struck(cut(seen, place.box, 0.15)), place.field_id


def _is_arabic(place: Placement) -> bool:
    return dominant_script(str(_answers()[place.field_id])) is Script.ARAB


@pytest.mark.parametrize("damage", ["clean 300 dpi", "clean 200 dpi", "JPEG 40", "blurred", "mixed"])
@pytest.mark.parametrize("altered", [struck, crossed, crossed_at_first, slashed, scribbled])
def test_a_line_through_arabic_writing_is_seen_and_the_strokes_that_join_its_letters_are_none(
    altered, damage: str
) -> None:
    rng = np.random.default_rng(SEED)
    places = [place for place in _written() if _is_arabic(place)]
    assert len(places) >= 4
    page = _typed()
    for place in places:
        page = altered(page, place, rng)
    plain, lined = _seen_unaltered(damage), _seen(page, damage)
    for place in places:
        assert not arabic_is_struck(cut(plain, place.box, 0.15), place.lines), place.field_id
        assert arabic_is_struck(cut(lined, place.box, 0.15), place.lines), place.field_id


WORDS = ("Rabat", "Mohammed", "Ali", "Hay Riad 27", "Benjelloun Karima", "Attaoui", "FATIHA", "Imm. 4")


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize("font", ["dejavu/DejaVuSans.ttf", "liberation/LiberationSerif-Regular.ttf"])
def test_a_short_stroke_through_the_first_letter_is_seen(text: str, font: str) -> None:
    plain = cv2.copyMakeBorder(
        drawn(text, font_files((font,))[0]), 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=245
    )
    left = int(np.flatnonzero((plain < 120).any(axis=0))[0])
    rows = np.flatnonzero((plain < 120).any(axis=1))
    lined = plain.copy()
    y = round(rows[0] + 0.5 * (rows[-1] - rows[0]))
    cv2.line(lined, (left - 7, y), (left - 7 + round(2.7 * PX_PER_MM), y), 40, 4, cv2.LINE_AA)
    assert not is_struck(plain)
    assert is_struck(lined)


def test_a_stroke_through_one_of_several_lines_is_seen() -> None:
    line = drawn("Lot Al Amal n\u00b0 7", font_files(("dejavu/DejaVuSans.ttf",))[0])
    plain = np.full((2 * line.shape[0] + 20, line.shape[1] + 40), 245, np.uint8)
    for top in (5, line.shape[0] + 15):
        plain[top : top + line.shape[0], 20 : 20 + line.shape[1]] = line
    lined, y = plain.copy(), line.shape[0] + 15 + line.shape[0] // 2
    cv2.line(lined, (60, y), (200, y), 40, 4)
    assert not is_struck(plain, 2)
    assert is_struck(lined, 2)


def test_a_line_through_a_comb_is_seen_and_its_own_lines_are_none() -> None:
    rng = np.random.default_rng(SEED)
    combs = [place for place in _written() if place.comb]
    altered = _typed()
    for place in combs:
        altered = struck(altered, place, rng)
    plain, lined = _seen(_typed(), "clean 200 dpi"), _seen(altered, "clean 200 dpi")
    for place in combs:
        assert not comb_is_struck(cut(plain, place.box, 0.15), place.comb or 1), place.field_id
        assert comb_is_struck(cut(lined, place.box, 0.15), place.comb or 1), place.field_id


def test_an_empty_place_holds_no_line() -> None:
    blank = np.full((90, 700), 245, np.uint8)
    assert not is_struck(blank)
    assert not arabic_is_struck(blank)
    assert not comb_is_struck(blank, 8)


@pytest.mark.tesseract
@pytest.mark.parametrize("name", [one for one in ALTERED_ANSWERS if one != "beyond the box"])
def test_no_altered_answer_is_accepted(name: str) -> None:
    rng = np.random.default_rng(SEED)
    altered, places = _typed(), _written()
    for place in places:
        if place.comb and name == "written twice":
            continue
        altered = ALTERED_ANSWERS[name](altered, place, rng)
    readings = _read(altered)
    for place in places:
        if not (place.comb and name == "written twice"):
            assert readings[place.field_id].verdict is Verdict.REVIEW, place.field_id


@pytest.mark.tesseract
def test_the_reason_is_told_and_what_is_untouched_keeps_its_own() -> None:
    places = _written()
    place = next(one for one in places if _is_latin(one))
    before = _read(_typed())
    after = _read(struck(_typed(), place, np.random.default_rng(4)))
    assert after[place.field_id].doubt is Doubt.STRUCK_OUT
    assert after[place.field_id].confidence <= 0.5
    arabic = next(one for one in places if _is_arabic(one))
    lined = _read(struck(_typed(), arabic, np.random.default_rng(4)))[arabic.field_id]
    assert (lined.verdict, lined.doubt) == (Verdict.REVIEW, Doubt.STRUCK_OUT)
    assert all(one.doubt is not Doubt.STRUCK_OUT for one in before.values())
    untouched = [one.field_id for one in places if not one.box.overlaps(place.frame or place.box)]
    assert {name: after[name].value for name in untouched} == {name: before[name].value for name in untouched}
    assert "trait" in DOUBT_SENTENCES[Doubt.STRUCK_OUT].fr and "خط" in DOUBT_SENTENCES[Doubt.STRUCK_OUT].ar


@pytest.mark.parametrize("height_mm", [3.2, 4.2, 5.0])
def test_large_arabic_is_not_struck_because_its_letters_are_long(height_mm: float):
    words = ["المنصوري محمد الإدريسي", "حي المحمدي رقم ٤٥", "العمراني خديجة", "سلمى الشرايبي"]
    face = ImageFont.truetype(str(font_files(TUNING.arabic_fonts)[0]), round(height_mm * PX_PER_MM))
    told = []
    for number, text in enumerate(words):
        sheet = Image.new("L", (round(90 * PX_PER_MM), round(9 * PX_PER_MM)), 255)
        pen = ImageDraw.Draw(sheet)
        pen.text(
            (sheet.width - 20, sheet.height // 2), text, font=face, fill=10, anchor="rm", direction="rtl"
        )
        untouched = arabic_is_struck(np.array(sheet))
        left, top, right, bottom = Image.eval(sheet, lambda level: 255 - level).getbbox()
        middle = (top + bottom) / 2
        pen.line((left - 8, middle - number, right + 8, middle + number), fill=20, width=6)
        told.append((untouched, arabic_is_struck(np.array(sheet))))
    assert told == [(False, True)] * len(words)

"""Stamps and signatures over answers: what stands beneath is proposed, and never accepted unseen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.placement import BoxMm
from forms_service.ocr.comb_reader import read_comb
from forms_service.ocr.crops import PAPER, cut, ink_of
from forms_service.ocr.foreign_strokes import (
    beside_strokes,
    without_crossing_strokes,
    without_foreign_strokes,
    without_paler_ink,
)
from forms_service.ocr.latin_reader import read_latin
from forms_service.ocr.registration import PX_PER_MM
from tests.ocr.test_latin_reader import Told, written
from tests.ocr.test_readers import Scripted, _page, _type

STAMP_LEVEL, PEN_LEVEL = 105, 20
BOX, CELLS = BoxMm(20, 20, 80, 8), 10


def ringed(crop: np.ndarray, centre: tuple[int, int], radius: int, level: int = STAMP_LEVEL) -> np.ndarray:
    """The crop with a ring as thick as a stamp's, in ink that lets what is under it show."""
    drawn = cv2.circle(np.zeros_like(crop), centre, radius, 255, round(0.7 * PX_PER_MM), cv2.LINE_AA)
    return (crop * (1 - drawn / 255.0 * (1 - level / 255.0))).astype(np.uint8)


def test_paler_ink_over_a_name_is_taken_out_and_the_name_is_left() -> None:
    plain = written("Benjelloun").pixels
    stamped = ringed(plain, (150, plain.shape[0] + 60), 100)
    cleaned = without_paler_ink(stamped)
    assert cleaned is not None
    dark = plain < 100
    assert (cleaned[dark] < 140).mean() > 0.97
    ring = (stamped < 140) & (plain > 235) & (cv2.erode(plain, np.ones((9, 9))) > 235)
    assert ring.any() and (cleaned[ring] == PAPER).all()


@pytest.mark.parametrize("text", ["Benjelloun", "El Fassi", "12, rue Ibn Sina"])
def test_writing_in_one_ink_stays_whole(text: str) -> None:
    assert without_foreign_strokes(written(text)) == []


def test_a_long_stroke_from_outside_is_taken_out_and_letters_that_end_at_the_edge_stay() -> None:
    crop = written("Talmakante").pixels
    height = crop.shape[0]
    crossed = cv2.line(crop.copy(), (0, 0), (crop.shape[1] - 1, 6), PEN_LEVEL, 5)
    cleaned = without_crossing_strokes(ink_of(crossed))
    assert cleaned is not None
    assert cleaned.bounds == pytest.approx(ink_of(crop).bounds, abs=4)
    top, bottom = ink_of(crop).bounds[1], ink_of(crop).bounds[3]
    assert without_crossing_strokes(ink_of(crop[top:bottom])) is None
    assert height > bottom - top


def test_writing_before_a_stamp_stands_alone_and_the_words_within_the_rim_are_none_of_it() -> None:
    plain = written("Salma").pixels
    stamped = cv2.circle(plain.copy(), (plain.shape[1] - 60, 30), 130, PEN_LEVEL, 8)
    cv2.putText(stamped, "ARRIVEE", (plain.shape[1] - 130, 50), cv2.FONT_HERSHEY_DUPLEX, 1, PEN_LEVEL, 2)
    (beside,) = beside_strokes(ink_of(stamped))
    assert beside.bounds == pytest.approx(ink_of(plain).bounds, abs=2)


def test_the_end_of_a_word_behind_a_stroke_is_not_taken_for_all_of_it() -> None:
    crop = written("Lamrini").pixels
    left, _, right, _ = ink_of(crop).bounds
    crossed = cv2.line(crop.copy(), (0, 0), ((left + 2 * right) // 3, crop.shape[0] - 1), PEN_LEVEL, 6)
    assert beside_strokes(ink_of(crossed)) == []


def test_a_name_under_a_stamp_is_proposed_for_a_person() -> None:
    plain = written("Benjelloun").pixels
    stamped = ink_of(ringed(plain, (150, plain.shape[0] + 60), 100))
    line = read_latin(stamped, Told("Bonjelloum@"))
    assert (line.text, line.agreed) == ("Benjelloun", False)
    assert set(line.readers) == {"latin_lines"}


def _comb(typed: str) -> np.ndarray:
    page = _page()
    _type(page, BOX, CELLS, typed)
    return cut(page, BOX)


def test_a_number_under_a_stamp_is_proposed_for_a_person() -> None:
    crop = ringed(_comb("382746686"), (260, 150), 110)
    reading = read_comb(crop, CELLS, Scripted("38746"), "0123456789")
    assert (reading.text, reading.agreed) == ("382746686", False)


def test_a_stroke_through_empty_cells_adds_no_digit_to_the_proposal() -> None:
    crop = _comb("21809")
    width = crop.shape[1]
    cv2.line(crop, (round(0.83 * width), crop.shape[0] - 1), (round(0.86 * width), 0), PEN_LEVEL, 5)
    reading = read_comb(crop, CELLS, Scripted("21809"), "0123456789")
    assert (reading.text, reading.agreed) == ("21809", False)


def test_what_both_readers_agree_on_is_not_looked_at_again() -> None:
    reading = read_comb(_comb("21809"), CELLS, Scripted("21809"), "0123456789")
    assert (reading.text, reading.agreed) == ("21809", True)

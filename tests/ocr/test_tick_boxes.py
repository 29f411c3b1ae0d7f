"""Marks on printed choices: what is taken, what goes to a person, and what is proposed there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from core.extraction import Verdict
from core.placement import BoxMm
from forms_service.ocr.crops import even_light
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.registration import CANONICAL_SIZE_PX, PX_PER_MM
from forms_service.ocr.tick_boxes import Mark, read_tick
from forms_service.rehearsal.tick_marks import KINDS, MarkedChoice, mark_choice
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORM = "311-1-14"


class NoEngine:
    """Ticks are judged by their ink alone."""

    name = "none"


@cache
def _blank() -> np.ndarray:
    return cv2.resize(blank_pages(_spec())[0], CANONICAL_SIZE_PX, interpolation=cv2.INTER_AREA)


@cache
def _spec():
    return SpecCatalogue.load().get(FORM)


def _read(kind: str, seed: int, field: str = "quality") -> tuple[FieldReading, MarkedChoice]:
    places = lay_out(_spec()).layout.of_field(field)
    marked = mark_choice(_blank(), places, kind, np.random.default_rng(seed))
    return read_fields(even_light(marked.pixels), marked.places, _spec(), NoEngine())[0], marked


@pytest.mark.parametrize("kind", ["cross", "check mark", "dot", "filled", "highlighter over a cross"])
@pytest.mark.parametrize("seed", range(4))
def test_a_clear_mark_is_taken_for_the_choice_it_stands_in(kind: str, seed: int) -> None:
    reading, marked = _read(kind, seed)
    assert reading.value == marked.meant is not None
    assert reading.verdict is Verdict.ACCEPT


@pytest.mark.parametrize("seed", range(4))
def test_an_unmarked_choice_is_empty(seed: int) -> None:
    reading, _ = _read("nothing", seed, "spouse.work")
    assert (reading.value, reading.verdict) == (None, Verdict.EMPTY)


@pytest.mark.parametrize("seed", range(6))
def test_a_blackened_box_beside_a_clean_cross_proposes_the_other_to_a_person(seed: int) -> None:
    reading, marked = _read("corrected: one blackened", seed)
    assert reading.value == marked.meant is not None
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.CORRECTED_TICK)


@pytest.mark.parametrize(
    ("kind", "doubt"),
    [
        ("two ticks", Doubt.SEVERAL_TICKS),
        ("beside the box", Doubt.MARK_BESIDE_BOX),
        ("box circled", Doubt.MARK_BESIDE_BOX),
        ("signature through a box", Doubt.STROKE_THROUGH_BOX),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_what_may_be_no_tick_goes_to_a_person_with_its_reason(kind: str, doubt: Doubt, seed: int) -> None:
    reading, _ = _read(kind, seed)
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, doubt)


@pytest.mark.parametrize("level", [40, 110])
@pytest.mark.parametrize("radius_mm", [11.0, 16.0])
def test_the_one_clean_cross_is_proposed_beside_a_box_that_a_stamps_rim_runs_through(
    radius_mm: float, level: int
) -> None:
    def rim(page: np.ndarray, box: BoxMm) -> None:
        centre = box.x + box.width / 2, box.y + box.height / 2 - radius_mm
        cv2.circle(page, *_px(centre, radius_mm), level, 9, cv2.LINE_AA)

    reading, marked = _read_with_ink_in_another_box(rim)
    assert reading.value == marked.meant is not None
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.STROKE_THROUGH_BOX)


def test_the_darker_of_two_marks_is_proposed_where_a_stamps_letters_fill_the_other_box() -> None:
    def letters(page: np.ndarray, box: BoxMm) -> None:
        for up_mm in (1.4, 3.4):
            corner = _px((box.x + 0.7, box.bottom - up_mm + 1.2), 0)[0]
            cv2.putText(page, "NE", corner, cv2.FONT_HERSHEY_DUPLEX, 0.7, 115, 3, cv2.LINE_AA)

    reading, marked = _read_with_ink_in_another_box(letters)
    assert reading.value == marked.meant is not None
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.SEVERAL_TICKS)


def _px(point_mm: tuple[float, float], length_mm: float) -> tuple[tuple[int, int], int]:
    return (round(point_mm[0] * PX_PER_MM), round(point_mm[1] * PX_PER_MM)), round(length_mm * PX_PER_MM)


def _read_with_ink_in_another_box(
    draw: Callable[[np.ndarray, BoxMm], None],
) -> tuple[FieldReading, MarkedChoice]:
    """A choice with one cross, as it is read after somebody's ink came into a box beside it."""
    marked = mark_choice(
        _blank(), lay_out(_spec()).layout.of_field("quality"), "cross", np.random.default_rng(3)
    )
    page = even_light(marked.pixels)
    draw(page, next(place.box for place in marked.places if place.choice != marked.meant))
    return read_fields(page, marked.places, _spec(), NoEngine())[0], marked


@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_is_taken_that_was_not_meant(kind: str) -> None:
    for seed in range(100, 105):
        reading, marked = _read(kind, seed, "nature")
        assert reading.verdict is Verdict.REVIEW or reading.value == marked.meant, seed


@pytest.mark.parametrize(("level", "meant"), [(105, True), (225, False)])
def test_a_thin_pale_cross_is_proposed_where_it_is_the_only_mark(level: int, meant: bool) -> None:
    places = lay_out(_spec()).layout.of_field("nature")
    page, box = _blank().copy(), places[1].box
    for rise in (1, -1):
        middle = box.y + box.height / 2
        ends = [_px((box.x + box.width / 2 + side, middle + side * rise), 0)[0] for side in (-1.3, 1.3)]
        cv2.line(page, *ends, level, 2, cv2.LINE_AA)
    page = even_light(cv2.GaussianBlur(page, (0, 0), 1.3))
    (reading,) = read_fields(page, places, _spec(), NoEngine())
    assert reading.value == (places[1].choice if meant else None)
    assert reading.doubt is (Doubt.FAINT_TICK if meant else None)


def test_a_gray_band_is_no_ink() -> None:
    page = _blank().copy()
    box = lay_out(_spec()).layout.of_field("nature")[0].box
    rows = slice(int((box.y - 1) * 300 / 25.4), int((box.y + 2) * 300 / 25.4))
    page[rows, 100:400] = (page[rows, 100:400] * 0.6).astype(np.uint8)
    assert read_tick(page, box).mark is Mark.FAINT

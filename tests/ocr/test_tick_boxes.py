"""Marks on printed choices: what is taken, what goes to a person, and what is proposed there."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from core.extraction import Verdict
from forms_service.ocr.crops import even_light
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.registration import CANONICAL_SIZE_PX
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


@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_is_taken_that_was_not_meant(kind: str) -> None:
    for seed in range(100, 105):
        reading, marked = _read(kind, seed, "nature")
        assert reading.verdict is Verdict.REVIEW or reading.value == marked.meant, seed


def test_a_gray_band_is_no_ink() -> None:
    page = _blank().copy()
    box = lay_out(_spec()).layout.of_field("nature")[0].box
    rows = slice(int((box.y - 1) * 300 / 25.4), int((box.y + 2) * 300 / 25.4))
    page[rows, 100:400] = (page[rows, 100:400] * 0.6).astype(np.uint8)
    assert read_tick(page, box).mark is Mark.FAINT

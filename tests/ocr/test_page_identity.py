"""A page is known by its code, however it lies."""

from __future__ import annotations

import numpy as np
import pytest
import segno

from core.placement import PageIdentity, qr_box
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.registration import corner_points, project
from forms_service.rehearsal.degradations import HARD, STANDARD, spoil
from tests.ocr.drawn_form import FORM_ID, blank_page

IDENTITY = PageIdentity(FORM_ID, 1, 2, 2, "26-00042")


@pytest.mark.parametrize("turns", range(4))
def test_any_quarter_turn(turns):
    mark = find_identity(np.rot90(blank_page(2, "26-00042"), turns))
    assert mark is not None
    assert mark.identity == IDENTITY


@pytest.mark.parametrize("how", [*STANDARD, *HARD], ids=lambda how: how.name)
def test_every_degradation_leaves_it_readable_and_in_its_place(how):
    spoilt = spoil(blank_page(2, "26-00042"), how, np.random.default_rng(11))
    mark = find_identity(spoilt.pixels)
    assert mark is not None
    assert mark.identity == IDENTITY
    true = project(spoilt.page_to_image, corner_points(qr_box()))
    assert np.linalg.norm(mark.corners - true, axis=1).max() < how.dpi / 25.4 * 0.8


def test_a_page_without_a_code_has_no_identity():
    assert find_identity(np.full((1754, 1240), 255, np.uint8)) is None


@pytest.mark.parametrize(
    "text", ["https://example.org/x", "CN1:900-1-01:1:1/2:R:0000", IDENTITY.encode().replace("2/2", "1/2")]
)
def test_foreign_and_altered_codes_are_not_ours(text):
    matrix = np.array([list(row) for row in segno.make(text).matrix], np.uint8)
    picture = np.pad(np.kron((1 - matrix) * 255, np.ones((8, 8), np.uint8)), 60, constant_values=255)
    assert find_identity(picture) is None


def test_a_page_beyond_the_last_is_not_ours():
    matrix = np.array([list(r) for r in segno.make(PageIdentity("x", 1, 3, 2).encode()).matrix], np.uint8)
    picture = np.pad(np.kron((1 - matrix) * 255, np.ones((8, 8), np.uint8)), 60, constant_values=255)
    assert find_identity(picture) is None

"""Pages are laid over their layout to a fraction of a millimetre, or the residual says otherwise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.placement import BoxMm, corner_mark_boxes
from forms_service.ocr.outlines import CHECK_REACH_MM, edge_offsets, measured_residual_mm, refine
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.registration import (
    CANONICAL_SIZE_PX,
    Registration,
    find_corner_marks,
    register_by_code,
    register_by_marks,
)
from forms_service.rehearsal.degradations import HARD, STANDARD, Degradation, spoil
from tests.ocr.drawn_form import PX_PER_MM, blank_page, form

GRID = np.array([(x, y) for x in range(10, 210, 25) for y in range(10, 297, 25)], float)
FRAMES = [place.frame for place in form()[1].on_page(1)]


def _error_mm(registration: Registration, spoilt) -> float:
    found = registration.to_page(cv2.perspectiveTransform(GRID[None], spoilt.page_to_image)[0])
    return float(np.linalg.norm(found - GRID, axis=1).max())


def _without(pixels: np.ndarray, page_to_image: np.ndarray, *numbers: int) -> np.ndarray:
    covered = pixels.copy()
    for number in numbers:
        box = corner_mark_boxes()[number].inset(-1.0)
        corners = np.array([(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)])
        quad = cv2.perspectiveTransform(corners[None], page_to_image)
        cv2.fillPoly(covered, [quad.astype(np.int32)[0]], 250)
    return covered


@pytest.mark.parametrize("how", [*STANDARD, *HARD], ids=lambda how: how.name)
def test_every_degradation_is_laid_within_a_fifth_of_a_millimetre(how):
    spoilt = spoil(blank_page(1), how, np.random.default_rng(3))
    registration = register_by_marks(find_corner_marks(spoilt.pixels))
    assert registration is not None
    assert registration.marks == 4
    assert registration.trusted
    assert _error_mm(registration, spoilt) < 0.2


@settings(max_examples=12, deadline=None)
@given(st.floats(-180, 180), st.sampled_from([110, 150, 200, 400]), st.integers(0, 2**31))
def test_rotation_and_resolution_do_not_matter(angle, dpi, seed):
    page = cv2.resize(blank_page(1), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    turned = Degradation("turned", dpi=dpi)
    spoilt = spoil(page, turned, np.random.default_rng(seed))
    height, width = spoilt.pixels.shape
    side = int(np.hypot(height, width)) + 20
    rotation = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    rotation[:, 2] += (side / 2 - width / 2, side / 2 - height / 2)
    image = cv2.warpAffine(spoilt.pixels, rotation, (side, side), borderValue=250)
    matrix = np.vstack([rotation, [0, 0, 1]]) @ spoilt.page_to_image
    registration = register_by_marks(find_corner_marks(image))
    assert registration is not None
    found = registration.to_page(cv2.perspectiveTransform(GRID[None], matrix)[0])
    assert np.linalg.norm(found - GRID, axis=1).max() < 0.25


@given(
    st.lists(st.floats(-0.2, 0.2), min_size=4, max_size=4),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    st.tuples(st.floats(-2e-4, 2e-4), st.floats(-2e-4, 2e-4)),
)
def test_to_page_undoes_to_image(shear, shift, tilt):
    a, b, c, d = shear
    matrix = np.array([[11 + a, b, shift[0]], [c, 11 + d, shift[1]], [*tilt, 1.0]])
    registration = Registration(matrix, 0.1, 4)
    assert np.allclose(registration.to_page(registration.to_image(GRID)), GRID, atol=1e-6)


def test_boxes_are_given_in_the_pixels_of_the_picture():
    spoilt = spoil(blank_page(1), Degradation("turned upside down", dpi=200), np.random.default_rng(1))
    image = np.rot90(spoilt.pixels, 2)
    registration = register_by_marks(find_corner_marks(image))
    box = registration.image_box(BoxMm(10, 20, 30, 8), image.shape)
    scale = 200 / 25.4
    expected = [image.shape[1] - 40 * scale, image.shape[0] - 28 * scale]
    expected += [image.shape[1] - 10 * scale, image.shape[0] - 20 * scale]
    assert box.as_list() == pytest.approx(expected, abs=3)


def test_a_box_beyond_the_picture_shows_nothing_and_one_across_its_edge_only_what_is_inside():
    registration = Registration(np.diag([10.0, 10.0, 1.0]), 0.1, 4)
    shape = (1000, 2100)
    assert registration.image_box(BoxMm(10, 95, 30, 20), shape).as_list() == [100, 950, 400, 1000]
    for beyond in (BoxMm(10, 101, 30, 8), BoxMm(215, 20, 30, 8), BoxMm(-50, 20, 30, 8)):
        box = registration.image_box(beyond, shape)
        assert box.is_empty
        assert 0 <= box.left <= 2100
        assert 0 <= box.top <= 1000
    horizon = Registration(np.array([[10.0, 0, 0], [0, 10.0, 0], [0, -0.01, 1.0]]), 0.1, 4)
    assert horizon.image_box(BoxMm(10, 120, 30, 8), shape).is_empty


def test_the_rectified_page_is_the_page():
    blank = blank_page(1)
    spoilt = spoil(blank, STANDARD[2], np.random.default_rng(5))
    page = register_by_marks(find_corner_marks(spoilt.pixels)).rectify(spoilt.pixels)
    assert page.shape == CANONICAL_SIZE_PX[::-1]
    height, width = min(page.shape[0], blank.shape[0]), min(page.shape[1], blank.shape[1])
    smooth = [cv2.GaussianBlur(one[:height, :width], (0, 0), 3).astype(int) for one in (page, blank)]
    assert np.percentile(np.abs(smooth[0] - smooth[1]), 99) < 25


@pytest.mark.parametrize("lost", range(4))
def test_one_lost_corner_does_not_matter(lost):
    spoilt = spoil(blank_page(1), STANDARD[2], np.random.default_rng(lost))
    marks = find_corner_marks(_without(spoilt.pixels, spoilt.page_to_image, lost))
    assert len(marks) == 3
    assert _error_mm(register_by_marks(marks), spoilt) < 0.4


@pytest.mark.parametrize("lost", [(0, 3), (2, 3), (0, 2, 3), (0, 1, 2, 3)])
def test_the_code_and_the_outlines_replace_lost_corners(lost):
    spoilt = spoil(blank_page(1, "26-1"), STANDARD[3], np.random.default_rng(8))
    image = _without(spoilt.pixels, spoilt.page_to_image, *lost)
    marks = find_corner_marks(image)
    assert register_by_marks(marks) is None
    rough = register_by_code(marks, find_identity(image).corners)
    laid = refine(rough, image, FRAMES)
    assert laid.trusted
    assert _error_mm(laid, spoilt) < 0.5


def test_a_shifted_print_shows_in_the_residual():
    spoilt = spoil(blank_page(1), STANDARD[0], np.random.default_rng(2))
    exact = register_by_marks(find_corner_marks(spoilt.pixels))
    page = exact.rectify(spoilt.pixels)
    assert measured_residual_mm(edge_offsets(page, FRAMES, CHECK_REACH_MM)) < 0.2
    shifted = np.roll(page, round(0.8 * PX_PER_MM), axis=1)
    assert measured_residual_mm(edge_offsets(shifted, FRAMES, CHECK_REACH_MM)) > 0.6


def test_a_moved_corner_mark_is_left_out():
    spoilt = spoil(blank_page(1), STANDARD[0], np.random.default_rng(2))
    marks = find_corner_marks(spoilt.pixels)
    moved = [type(one)(one.number, one.corners + (60 if one.number == 2 else 0)) for one in marks]
    registration = register_by_marks(moved)
    assert registration.marks == 3
    assert _error_mm(registration, spoilt) < 0.4


def test_a_white_picture_has_no_marks():
    assert find_corner_marks(np.full((1754, 1240), 255, np.uint8)) == []
    assert register_by_marks([]) is None

"""Sheets that were creased, torn, stamped or copied are known and laid exactly, or said to be off."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from forms_service.ocr.page_bend import Bend
from forms_service.ocr.page_location import identify, lay
from forms_service.ocr.registration import TRUSTED_RESIDUAL_MM, Registration
from forms_service.reading_forms import form_lookup, printed_papers
from forms_service.rehearsal.degradations import BY_NAME, spoil
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORM = "311-1-14"
DAMAGE = (
    "any rotation",
    "100 dpi",
    "print at 94 %",
    "copy stretched 1.5 %, shifted",
    "three corners torn",
    "code cut, three corners torn",
    "folded",
    "stamp over boxes",
    "highlighter",
    "bleed-through",
)


@cache
def _catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


@cache
def _blank() -> np.ndarray:
    return blank_pages(_catalogue().get(FORM))[0]


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_sheet_is_known_and_its_boxes_are_where_it_says(name: str) -> None:
    spoilt = spoil(_blank(), BY_NAME[name], np.random.default_rng(12))
    sighting = identify(spoilt.pixels, printed_papers(_catalogue()), form_lookup(_catalogue()))
    assert sighting.identity is not None
    assert (sighting.identity.form_id, sighting.identity.page) == (FORM, 1)
    places = lay_out(_catalogue().get(FORM)).layout.on_page(1)
    found = lay(spoilt.pixels, sighting, places)
    assert found is not None
    middles = np.array([(one.box.x + one.box.width / 2, one.box.y + one.box.height / 2) for one in places])
    off = np.linalg.norm(found.to_page(spoilt.true_places(middles)) - middles, axis=1).max()
    assert off <= 0.3 or found.residual_mm > TRUSTED_RESIDUAL_MM


def test_a_bend_is_told_by_the_edges_and_outliers_have_no_say() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(10, 200, 160), rng.uniform(30, 270, 160)
    across_x = rng.random(160) < 0.5
    truth = np.where(y > 150, 0.01 * (y - 150), 0.0)
    offsets = np.where(across_x, 0.1, truth)
    offsets[::20] += 1.0
    bend = Bend.of(x, y, across_x, offsets)
    points = np.array([(60.0, 100.0), (60.0, 200.0), (150.0, 250.0)])
    assert bend.at(points) == pytest.approx(np.array([(0.1, 0.0), (0.1, 0.5), (0.1, 1.0)]), abs=0.08)
    right, down = bend.over_page(points[:, 0], points[:, 1])
    assert np.column_stack([right.diagonal(), down.diagonal()]) == pytest.approx(bend.at(points))


def test_a_bent_registration_goes_there_and_back_and_flattens_the_page() -> None:
    y = np.linspace(10, 280, 100)
    across_x = np.arange(100) % 2 == 0
    bend = Bend.of(np.full(100, 105.0), y, across_x, np.where(across_x, 0.0, 0.6))
    px_per_mm = 300 / 25.4
    bent = Registration(np.diag([px_per_mm, px_per_mm, 1.0]), 0.1, 4, bend)
    points = np.array([(30.0, 40.0), (105.0, 150.0), (180.0, 260.0)])
    assert bent.to_page(bent.to_image(points)) == pytest.approx(points, abs=0.01)
    picture = np.full((3508, 2480), 255, np.uint8)
    picture[round(150.6 * px_per_mm), 1000:1500] = 0
    flat = bent.rectify(picture)
    dark = np.argwhere(flat[:, 1240] < 160).ravel() / px_per_mm
    assert dark == pytest.approx([150.0] * len(dark), abs=0.15)
    assert len(dark)

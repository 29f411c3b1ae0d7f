"""Every print of the forms in use is read back: printed « fit to page », copied light or dark, and as it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.dossier import dossier_from_answers, printed_answers
from forms_service.ocr.page_images import load_pages
from forms_service.ocr.page_messages import PageCode
from forms_service.ocr.scan import read_scan
from forms_service.reading_forms import form_lookup
from forms_service.rehearsal.degradations import BY_NAME, spoil
from forms_service.rehearsal.rehearse import rehearse
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import VARIANTS, lay_out
from forms_service.render.paper_grid import LARGE
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ("310-1-32", "311-1-14")
CATALOGUE = SpecCatalogue.load(Path(__file__).parents[2] / "form_specs")
ANSWERS = {
    "quality": "assured",
    "assured.birth": "1985-03-12",
    "assured.id_no": "BK304512",
    "assured.registration": "123456789",
    "assured.postcode": "20250",
    "assured.mobile": "0612345678",
    "decl.true": True,
}


@cache
def _blanks(form_id: str, variant: str) -> list[np.ndarray]:
    """The pages that ask something."""
    spec = CATALOGUE.get(form_id)
    asked = lay_out(spec, variant).layout.pages_with_answers()
    pages = load_pages(render_blank(spec, "26-7", variant=variant), "blank.pdf")
    return [pages[number - 1].pixels for number in asked]


def test_a_page_printed_to_fit_is_smaller_around_its_middle() -> None:
    page = np.full((3508, 2480), 255, np.uint8)
    page[::, 400] = 0
    found = spoil(page, BY_NAME["fit to page"], np.random.default_rng(1))
    left, right = (found.page_to_image @ np.array([x, 148.5, 1.0]) for x in (0.0, 210.0))
    width = np.linalg.norm(right[:2] / right[2] - left[:2] / left[2])
    assert width == pytest.approx(0.94 * 210 / 25.4 * 300, rel=0.005)


@pytest.mark.tesseract
@pytest.mark.parametrize("variant", VARIANTS, ids=["usual", "large"])
@pytest.mark.parametrize("form_id", FORMS)
def test_every_print_is_read_however_it_was_printed_or_copied(form_id: str, variant: str) -> None:
    spec = CATALOGUE.get(form_id)
    layout = lay_out(spec, variant).layout
    hows = [BY_NAME[name] for name in ("fit to page", "light copy", "dark copy")]
    report = rehearse(spec, layout, _blanks(form_id, variant), 3, 23, hows)
    assert report.pages_lost == 0
    assert report.overall.accepted_wrong == 0
    for name, rate in report.by(lambda one: one.degradation).items():
        assert rate.exact_share >= 0.88, (name, report.table_rows())


@pytest.mark.tesseract
@pytest.mark.parametrize("form_id", FORMS)
def test_a_scan_tells_by_its_codes_that_it_is_a_large_print(form_id: str) -> None:
    spec = CATALOGUE.get(form_id)
    dossier = dossier_from_answers(spec, ANSWERS).dossier
    pdf = render_filled(spec, printed_answers(spec, dossier)[0], "26-7", flatten=True, variant=LARGE)
    reading = read_scan(load_pages(pdf, "large.pdf"), form_lookup(CATALOGUE))
    assert {page.identity.variant for page in reading.pages if page.identity} == {LARGE}
    assert {page.code for page in reading.pages} == {PageCode.READ}
    assert [(one.variant, one.reference, one.missing) for one in reading.sets] == [(LARGE, "26-7", ())]
    assert {name: reading.fields[name].value for name in ANSWERS} == ANSWERS

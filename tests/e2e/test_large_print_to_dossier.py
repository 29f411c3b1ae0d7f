"""A large print comes back in parts, alone or with a usual one, and finds its dossier."""

from __future__ import annotations

import shutil
from pathlib import Path

import pikepdf
import pytest
from paper_office import Agency, scanned

from forms_service.render.form_pdf import render_filled
from forms_service.render.layout import lay_out
from forms_service.render.paper_grid import LARGE
from forms_service.services import ReadingStatus
from forms_service.spec_catalogue import default_directory

pytestmark = pytest.mark.tesseract
FORM = "310-1-32"
SURE = {
    "quality": "assured",
    "assured.birth": "1985-03-12",
    "assured.registration": "123456789",
    "assured.mobile": "0612345678",
    "sign.date": "2026-02-18",
    "honour.decl": True,
}


@pytest.fixture
def spec_folder(tmp_path: Path) -> Path:
    """The forms in use: a large print of theirs asks on several pages."""
    return shutil.copytree(default_directory(), tmp_path / "specs")


def _paper(agency: Agency, dossier: str, variant: str = LARGE) -> bytes:
    reference = agency.reference(dossier)
    return render_filled(agency.spec(FORM), SURE, reference, flatten=True, variant=variant)


def _pages(pdf: bytes, numbers: set[int], tmp_path) -> bytes:
    """A scan of some pages, numbered from 1."""
    whole, part = tmp_path / "whole.pdf", tmp_path / "part.pdf"
    whole.write_bytes(pdf)
    with pikepdf.open(whole) as document, pikepdf.new() as chosen:
        chosen.pages.extend(page for number, page in enumerate(document.pages, 1) if number in numbers)
        chosen.save(part)
    return scanned(part.read_bytes())


def test_a_large_print_fills_the_dossier_and_its_missing_pages_are_named(agency: Agency, tmp_path) -> None:
    asked = lay_out(agency.spec(FORM), LARGE).layout.pages_with_answers()
    assert len(asked) > 1
    dossier = agency.open(form_id=FORM)
    pdf = _paper(agency, dossier)
    first = agency.hand_in(dossier, "1.pdf", _pages(pdf, {1}, tmp_path))
    assert first.status is ReadingStatus.READ
    (warning,) = first.warnings
    assert all(str(number) in warning.fr for number in asked[1:])
    agency.hand_in(dossier, "2.pdf", _pages(pdf, set(asked) - {1}, tmp_path))
    views = agency.services.dossier(agency.salma, dossier).attachments
    assert [one.warnings for one in views] == [(), ()]
    answers = agency.answers(dossier)
    assert {name: answers.get(name) for name in SURE} == SURE


def test_a_usual_print_completes_a_large_one(agency: Agency, tmp_path) -> None:
    dossier = agency.open(form_id=FORM)
    agency.hand_in(dossier, "1.pdf", _pages(_paper(agency, dossier), {1}, tmp_path))
    agency.hand_in(dossier, "2.pdf", _pages(_paper(agency, dossier, ""), {1}, tmp_path))
    views = agency.services.dossier(agency.salma, dossier).attachments
    assert [one.warnings for one in views] == [(), ()]


def test_a_clerks_stack_of_both_prints_is_filed(agency: Agency) -> None:
    dossier = agency.open(form_id=FORM)
    stack = scanned(_paper(agency, dossier), _paper(agency, dossier, ""))
    result = agency.services.intake_scan(agency.clerk, [("stack.pdf", stack)])
    assert {page.fate for page in result.pages} == {"filed"}
    assert result.found == (dossier,)
    names = [one.filename for one in agency.services.dossier(agency.clerk, dossier).attachments]
    assert len(names) == 2, "each print is a paper of its own"

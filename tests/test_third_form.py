"""A third form needs YAML only: from its spec to paper, back from paper, judged, and acknowledged."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from core.completeness import assess_completeness
from core.deposit import receipt_for
from core.dossier import Attachment, dossier_from_answers
from core.form_spec import FormSpec
from forms_service.ocr.page_images import PageImage, load_pages
from forms_service.ocr.scan import read_scan
from forms_service.reading_forms import form_lookup
from forms_service.receipts import Signer, issue, verify
from forms_service.render.form_pdf import read_values, render_blank, render_filled
from forms_service.render.layout import layout_problems
from forms_service.spec_catalogue import SpecCatalogue, default_directory

VALUES = {
    "person.registration": "123456789",
    "person.mobile": "0612345678",
    "person.first": "Salma",
    "person.first.ar": "سلمى",
    "person.last": "Bennani",
    "person.last.ar": "بناني",
    "reason": "maternity",
    "leave.begins": "2026-02-01",
    "leave.ends": "2026-05-10",
    "leave.daily_wage": "210.00",
    "leave.city": "Rabat",
    "decl.true": True,
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> SpecCatalogue:
    folder = tmp_path_factory.mktemp("specs")
    shutil.copytree(Path(__file__).parent / "third_form", folder, dirs_exist_ok=True)
    shutil.copy(default_directory() / "document_types.yaml", folder)
    return SpecCatalogue.load(folder)


@pytest.fixture(scope="module")
def spec(catalogue: SpecCatalogue) -> FormSpec:
    return catalogue.get("leave-1")


def test_everything_fits_its_place(spec: FormSpec) -> None:
    assert layout_problems(spec) == []
    assert len(pypdfium2.PdfDocument(render_blank(spec))) == 1


def test_a_filled_pdf_gives_its_values_back(spec: FormSpec) -> None:
    parsed = dossier_from_answers(spec, VALUES)
    assert not parsed.problems and not parsed.unknown
    filled = read_values(render_filled(spec, parsed.dossier.answers()))
    assert (filled.form_id, filled.version) == ("leave-1", 1)
    assert filled.values["person.last.ar"] == "بناني"
    assert filled.values["leave.city"] == "Rabat"


@pytest.mark.tesseract
def test_a_scan_of_it_is_read(spec: FormSpec, catalogue: SpecCatalogue) -> None:
    answers = dossier_from_answers(spec, VALUES).dossier.answers()
    page = load_pages(render_filled(spec, answers, flatten=True), "leave.pdf")[0]
    turned = PageImage("leave.pdf", 1, np.rot90(page.pixels, 2).copy(), page.dpi)
    reading = read_scan([turned], form_lookup(catalogue))
    read = {name: one.value for name, one in reading.fields.items()}
    wanted = ("person.registration", "person.mobile", "reason", "leave.begins", "leave.ends", "person.last")
    for field_id in wanted:
        assert read[field_id] == answers[field_id], field_id
    assert reading.as_dict()["pages"][0]["form"] == "leave-1"


def test_it_is_judged_and_its_amount_computed(spec: FormSpec) -> None:
    dossier = dossier_from_answers(spec, VALUES, attachments=[Attachment("form")]).dossier
    report = assess_completeness(spec, dossier, date(2026, 2, 3))
    missing = {finding.subject for finding in report.findings if finding.code == "missing_document"}
    assert missing == {"id_assured", "birth"}
    assert report.amounts["daily_allowance"]["value"] == 138.6  # type: ignore[index]


def test_it_gets_a_genuine_receipt(spec: FormSpec, catalogue: SpecCatalogue, tmp_path: Path) -> None:
    dossier = dossier_from_answers(spec, VALUES, attachments=[Attachment("form")]).dossier
    report = assess_completeness(spec, dossier, date(2026, 2, 3))
    signer = Signer.load_or_create(tmp_path)
    proof = receipt_for(
        spec,
        dossier,
        report,
        reference="2222-2222-222Y",
        deposited_at=datetime(2026, 2, 3, 9, 0, tzinfo=UTC),
        physical_check=False,
        types=catalogue.document_types(),
    )
    data = issue(proof, signer)
    assert verify(data, signer).verdict.value == "genuine"
    assert "Bennani" in pypdfium2.PdfDocument(io.BytesIO(data))[0].get_textpage().get_text_range()

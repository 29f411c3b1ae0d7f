"""A correction slip is read aloud rightly and lasts, as every finished paper."""

from __future__ import annotations

import pdfa_checks
import pdfua_checks
import pytest

from core.correction_slip import requested
from core.localized_text import LocalizedText
from forms_service.render.correction_slip import SlipNotes, render_slip
from forms_service.spec_catalogue import SpecCatalogue

REQUESTS = [
    ("311-1-14", ("assured.birth", "spouse.last", "spouse.work", "children.2.birth"), ("school.2",)),
    ("311-1-14", ("decl.true", "sign"), ()),
    ("310-1-32", ("honour.decl", "bank.rib"), ("id", "cnss_card")),
    ("310-1-32", (), ("miner_cert",)),
]


@pytest.mark.parametrize(("form", "fields", "documents"), REQUESTS)
def test_a_slip_keeps_to_pdf_ua_and_pdf_a(
    form: str, fields: tuple[str, ...], documents: tuple[str, ...]
) -> None:
    spec = SpecCatalogue.load().get(form)
    asked = requested(spec, fields, documents).asked
    why = LocalizedText("غير مقروءة", "Illisible")
    notes = SlipNotes(
        "فاطمة العلوي", "02/03/2026", "Écrivez en majuscules.", {fields[0]: why} if fields else {}
    )
    paper = render_slip(spec, asked, "7K2M-9QXA-4D1C", notes)
    assert pdfua_checks.failures(paper) == []
    assert pdfa_checks.failures(paper) == []

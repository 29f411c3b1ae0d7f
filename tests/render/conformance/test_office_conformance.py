"""Cover sheet, reviewer's summary and papers of a course are archival and read aloud: PDF/A-2u and PDF/UA-1."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pdfa_checks
import pdfua_checks
import pytest
from PIL import Image

from core.localized_text import LocalizedText
from forms_service.render.cover_documents import CoverDocument
from forms_service.render.cover_sheet import CoverSheet, render_cover_sheet
from forms_service.render.outcome_paper import render_outcome
from forms_service.render.reviewer_summary import (
    Crop,
    ReviewerSummary,
    SummaryDocument,
    SummaryFinding,
    SummaryPart,
    SummaryValue,
    render_reviewer_summary,
)

T = LocalizedText
AT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
NAME = T("عقد الزواج", "Acte de mariage")


def cover() -> bytes:
    sheet = CoverSheet(
        "311-1-14",
        1,
        "7K3Q-9XMB-2FTC",
        T("طلب الحصول على التعويضات العائلية", "Demande de perception d'Allocations Familiales"),
        T("التعويضات العائلية", "Allocations familiales"),
        T("العمراني فاطمة", "El Amrani Fatima"),
        "123456782",
        T("مسودة", "Brouillon"),
        AT,
        documents=tuple(CoverDocument(NAME, 1, 0, 1) for _ in range(30)),
        to_do=(T("املؤوا العنوان.", "Remplir l'adresse."),),
    )
    return render_cover_sheet(sheet)


def summary() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((360, 60)).save(out, "JPEG")
    value = SummaryValue(
        NAME, T("بناني", "بناني"), (NAME,), (NAME,), (NAME,), Crop(out.getvalue(), 60.0, 10.0)
    )
    return render_reviewer_summary(
        ReviewerSummary(
            "7K3Q-9XMB-2FTC",
            NAME,
            ((NAME, T("بناني", "Bennani")),),
            AT,
            (SummaryFinding(T("ناقص", "Manque"), NAME, "V14", is_error=True),),
            (SummaryDocument(NAME, "a.jpg", T("مقبولة", "Accepté")),),
            (SummaryPart("a", NAME, (value,) * 40),),
            "Bonjour\nصححوا",
        )
    )


def outcome() -> bytes:
    name, day = NAME.as_dict(), {"ar": "02/03/2026", "fr": "02/03/2026"}
    cells = [[{"ar": str(n), "fr": str(n)}, day, {"ar": "10,00 درهم", "fr": "10,00 DH"}] for n in range(40)]
    table = {"label": name, "kinds": ["integer", "date", "amount"], "columns": [name] * 3, "rows": cells}
    blocks = [{"heading": name, "text": name, "values": [[name, day]]}, {"table": table}]
    content = {"title": name, "form": "course-1", "reference": "7K3Q-9XMB-2FTC", "made_on": day}
    return render_outcome({**content, "blocks": blocks}, created=AT)


@pytest.mark.parametrize("make", [cover, summary, outcome])
def test_papers_of_the_office_are_archival_and_accessible(make) -> None:
    pdf = make()
    assert pdfa_checks.failures(pdf) == []
    assert pdfua_checks.failures(pdf) == []

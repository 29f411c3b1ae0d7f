"""Cover sheet and reviewer's summary are archival and can be read aloud: PDF/A-2u and PDF/UA-1."""

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


@pytest.mark.parametrize("make", [cover, summary])
def test_papers_of_the_office_are_archival_and_accessible(make) -> None:
    pdf = make()
    assert pdfa_checks.failures(pdf) == []
    assert pdfua_checks.failures(pdf) == []

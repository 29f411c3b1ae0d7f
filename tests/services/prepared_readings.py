"""Results of reading as the reading process would give them, for tests of what is done with them."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import DossierError
from forms_service.services import ExtractionView
from forms_service.upload_reading import _result

PDF = b"%PDF-1.4\nnot much of a document"


def refused(code: str):
    return pytest.raises(DossierError, check=lambda error: error.code == code)


def read(field: str, value: object = None, verdict: str = "accept", **more: Any) -> dict[str, Any]:
    return {
        "field_id": field,
        "raw": str(value),
        "value": value,
        "problem": None,
        "confidence": 0.93,
        "page": 0,
        "box": [100, 200, 400, 240],
        "verdict": verdict,
        "engine": "test",
        "reason": None if verdict == "accept" else "low_confidence",
        **more,
    }


def page(form_page: int | None = 1, ours: bool = True, of: int = 1, variant: str = "") -> dict[str, Any]:
    return {
        "image": "page.png",
        "scale": 1.0,
        "form": "311-1-14",
        "version": 1,
        "form_page": form_page,
        "form_pages": of,
        "variant": variant,
        "reference": None,
        "ours": ours,
        "registered": ours,
    }


def scan(*extractions: dict[str, Any], pages: int = 1, **more: Any) -> dict[str, Any]:
    found = {"is_form": True, "signed_paper": True, "confidence": 1.0, **more}
    shown = [page(number + 1, of=pages) for number in range(pages)]
    return _result("read", pages=shown, extractions=list(extractions), **found)


def extractions(office, dossier: str) -> dict[str, ExtractionView]:
    return {one.field_id: one for one in office.services.extractions(office.applicant, dossier)}

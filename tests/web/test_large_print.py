"""Everybody who can take a blank can take it in large print."""

from __future__ import annotations

import numpy as np
from pypdfium2 import PdfDocument
from web_service import ALLOWANCE, Service, Visitor

from forms_service.ocr.page_identity import find_identity
from forms_service.render.paper_grid import LARGE


def _identity(pdf: bytes):
    page = PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L")
    mark = find_identity(np.asarray(page))
    assert mark is not None
    return mark.identity


def test_the_public_page_offers_both_prints(service: Service) -> None:
    visitor = service.visitor()
    page = visitor.get(f"/forms/{ALLOWANCE}").get_data(as_text=True)
    assert "بحروف كبيرة" in page
    for address, variant in ((f"/forms/{ALLOWANCE}/blank.pdf", ""), ("?print=large", LARGE)):
        path = address if address.startswith("/") else f"/forms/{ALLOWANCE}/blank.pdf{address}"
        assert path.replace("&", "&amp;") in page
        assert _identity(visitor.get(path).data).variant == variant


def test_a_dossiers_large_blank_carries_its_reference(service: Service, applicant: Visitor) -> None:
    dossier_id = service.new_dossier({})
    view = service.application.services.dossier(service.actor("applicant"), dossier_id)
    assert "print=large" in applicant.get(f"/dossiers/{dossier_id}").get_data(as_text=True)
    found = _identity(applicant.get(f"/dossiers/{dossier_id}/blank.pdf?print=large").data)
    assert (found.variant, found.reference) == (LARGE, view.reference)


def test_an_agency_prints_stacks_of_large_blanks(clerk: Visitor) -> None:
    for references in ("true", ""):
        form = {"form": ALLOWANCE, "copies": "2", "references": references}
        assert _identity(clerk.post("/agency/blanks", form).data).variant == ""
        assert _identity(clerk.post("/agency/blanks", form | {"large": "true"}).data).variant == LARGE

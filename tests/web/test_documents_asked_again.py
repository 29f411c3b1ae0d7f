"""A correction that asks for documents: they lie open again, and nothing is called complete before."""

from __future__ import annotations

import html
import io

import pytest
from PIL import Image
from web_service import ANSWERS, Service, Visitor

MESSAGE = "العنوان غير مقروء"


@pytest.fixture
def dossier(service: Service) -> str:
    """Given back for an address, a child's birth and a card that was sent before."""
    services, applicant = service.application.services, service.actor("applicant")
    reviewer = service.actor("reviewer")
    dossier = service.new_dossier({**ANSWERS, "assured.address": "1 rue A"})
    services.answer_group(applicant, dossier, "children", [{"birth": "2020-01-02"}])
    services.upload(applicant, dossier, "carte.jpg", drawn(90), "id_assured")
    services.deposit(applicant, dossier, True)
    services.start_review(reviewer, dossier)
    asked = ["assured.address", "children.1.birth"]
    services.request_correction(reviewer, dossier, asked, ["id_assured"], MESSAGE)
    return dossier


def drawn(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (900, 600), shade).save(out, "JPEG")
    return out.getvalue()


def page(visitor: Visitor, path: str) -> str:
    return html.unescape(visitor.get(path).get_data(as_text=True))


def test_a_document_asked_again_lies_open_and_nothing_is_called_complete_before(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    def card() -> str:
        shown = page(applicant, f"/dossiers/{dossier}/documents")
        return shown.partition('id="doc-id_assured"')[2].partition("</section>")[0]

    assert "يجب تصحيحه" in card()
    assert 'name="files.doc-id_assured"' in card()
    assert "طُلب تصحيح 3 أمور" in page(applicant, f"/dossiers/{dossier}/missing")
    for place in ("", "/check", "/missing"):
        assert "الطلب مكتمل" not in page(applicant, f"/dossiers/{dossier}{place}")
    last = page(applicant, f"/dossiers/{dossier}").partition(f"/dossiers/{dossier}/check")[2]
    assert last.partition("</li>")[0].count("جاهز") == 0, "ready only when what was asked is answered"
    services = service.application.services
    services.upload(service.actor("applicant"), dossier, "recto.jpg", drawn(200), "id_assured")
    assert "يجب تصحيحه" not in card()


def test_the_form_made_of_the_answers_is_no_paper_that_names_a_number_only(service: Service) -> None:
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier({**ANSWERS, "children_to_declare": "2"})
    services.answer_group(applicant, dossier, "children", [{"birth": "2020-01-02"}])
    services.deposit(applicant, dossier, True)
    services.start_review(service.actor("reviewer"), dossier)
    services.request_correction(service.actor("reviewer"), dossier, ["assured.id_no"], [], MESSAGE)
    listed = page(service.visitor().sign_in("applicant"), f"/dossiers/{dossier}")
    assert "الاستمارة الورقية لا تذكر إلا العدد" not in listed
    assert "صرحتم بالعدد 2" in listed

"""What a page says of a receipt: genuine, replaced, revoked, altered or unknown, in both languages."""

from __future__ import annotations

import io
import random
import re
from dataclasses import replace
from html import unescape

import pypdfium2
import pytest
from page_structure import PageStructure
from web_service import Service, Visitor

from core.localized_text import Language
from core.receipt import DepositReceipt, RevocationReason, new_reference
from forms_service.locales import say
from forms_service.receipts import sign_code

HEADINGS = {
    "genuine": {"ar": "وصل صحيح", "fr": "Accusé authentique"},
    "replaced": {"ar": "وصل صحيح عُوض بوصل أحدث", "fr": "Accusé authentique, remplacé depuis"},
    "revoked": {"ar": "وصل ملغى", "fr": "Accusé annulé"},
    "altered": {"ar": "وصل تم تغييره", "fr": "Accusé modifié"},
    "unknown": {"ar": "وصل غير معروف", "fr": "Accusé inconnu"},
}


@pytest.fixture
def dossier(service: Service) -> str:
    return service.under_review()


def receipt_of(service: Service, dossier: str) -> tuple[DepositReceipt, bytes]:
    """The receipt of a deposited dossier and its file."""
    applicant = service.actor("applicant")
    return (
        service.application.services.deposit(applicant, dossier, True),
        service.application.services.receipt_pdf(applicant, dossier),
    )


def said_of_file(visitor: Visitor, pdf: bytes) -> str:
    answer = visitor.post("/verify", {"files": (io.BytesIO(pdf), "accuse.pdf")})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def said_of_code(visitor: Visitor, reference: str, code: str) -> str:
    return visitor.get(f"/receipt/{reference}/{code}").get_data(as_text=True)


def heading(html: str) -> str:
    found = re.search(r'role="status">\s*<h2>([^<]+)</h2>', html)
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_each_outcome_is_said_in_so_many_words(service: Service, dossier: str, language: str) -> None:
    services, visitor = service.application.services, service.visitor(language)
    receipt, pdf = receipt_of(service, dossier)
    code = sign_code(receipt, services.adapters.signer())
    pages = {
        "genuine": [said_of_file(visitor, pdf), said_of_code(visitor, receipt.reference, code)],
        "altered": [
            said_of_file(visitor, pdf + b"\n"),
            said_of_code(visitor, receipt.reference, code[:-9] + code[-8:]),
        ],
        "unknown": [
            said_of_file(visitor, b"%PDF-1.7 another"),
            said_of_code(visitor, receipt.reference, "AAAA-AAAA"),
        ],
    }
    applicant, reviewer = service.actor("applicant"), service.actor("reviewer")
    services.request_correction(reviewer, dossier, ["assured.city"], [], "Ville ?")
    services.answer(applicant, dossier, {"assured.city": "Fès"}, {})
    services.deposit(applicant, dossier, True)
    pages["replaced"] = [said_of_file(visitor, pdf), said_of_code(visitor, receipt.reference, code)]
    services.revoke_receipts(reviewer, receipt.reference, RevocationReason.WITHDRAWN, "appel du 3 mars")
    pages["revoked"] = [said_of_file(visitor, pdf), said_of_code(visitor, receipt.reference, code)]
    reason = RevocationReason.WITHDRAWN.label.ar if language == "ar" else RevocationReason.WITHDRAWN.label.fr
    for outcome, shown in pages.items():
        for html in shown:
            assert heading(html) == HEADINGS[outcome][language]
            assert PageStructure(html).faults() == []
            assert (reason in html) == (outcome == "revoked")
            assert "appel du 3 mars" not in html, "the fund's own note is nobody else's"


def test_the_page_of_a_code_shows_no_name_and_no_number(service: Service, dossier: str) -> None:
    receipt, _ = receipt_of(service, dossier)
    html = said_of_code(service.visitor("fr"), receipt.reference, receipt.control_code())
    for personal in ("El Amrani", "العمراني", "Fatima", "123456782", "AB123456"):
        assert personal not in html


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_qr_code_of_a_receipt_without_a_dossier_opens_a_page_that_knows_it(
    service: Service, dossier: str, language: str
) -> None:
    kept, _ = receipt_of(service, dossier)
    receipt = replace(kept, reference=new_reference(random.Random(5).randrange))
    code = sign_code(receipt, service.application.services.adapters.signer())
    html = said_of_code(service.visitor(language), receipt.reference, code)
    assert heading(html) == HEADINGS["genuine"][language]
    assert say("verify.unrecorded", Language(language)) in unescape(html)
    assert receipt.reference in html and "El Amrani" not in html
    assert PageStructure(html).faults() == []


def test_an_altered_receipt_shows_nothing_of_what_it_claims(service: Service, dossier: str) -> None:
    _, pdf = receipt_of(service, dossier)
    html = said_of_file(service.visitor("fr"), pdf.replace(b"123456782", b"987654321"))
    assert heading(html) == HEADINGS["altered"]["fr"]
    assert "987654321" not in html and "El Amrani" not in html


def test_a_reviewer_revokes_a_receipt_after_thinking_twice(service: Service, dossier: str) -> None:
    receipt, pdf = receipt_of(service, dossier)
    reviewer, visitor = service.visitor("fr").sign_in("reviewer"), service.visitor("fr")
    path = f"/review/{dossier}/receipt"
    assert path in reviewer.get(f"/review/{dossier}").get_data(as_text=True)
    for given in ({}, {"reason": "withdrawn"}, {"sure": "true"}, {"reason": "nonsense", "sure": "true"}):
        answer = reviewer.post(path, given)
        assert answer.status_code == 422
        assert PageStructure(answer.get_data(as_text=True)).faults() == []
    assert heading(said_of_file(visitor, pdf)) == HEADINGS["genuine"]["fr"]
    done = reviewer.post(path, {"reason": "withdrawn", "sure": "true", "note": "par courrier"})
    assert done.status_code == 303
    assert heading(said_of_file(visitor, pdf)) == HEADINGS["revoked"]["fr"]
    shown = reviewer.get(path).get_data(as_text=True)
    assert RevocationReason.WITHDRAWN.label.fr in shown and "<form method" not in shown.split("<main")[1]
    told = service.visitor("ar").sign_in("applicant").get(f"/dossiers/{dossier}/status")
    assert HEADINGS["revoked"]["ar"] in told.get_data(as_text=True)
    assert "par courrier" not in told.get_data(as_text=True)
    assert receipt.reference in shown


def test_a_note_too_long_is_refused_kept_on_the_page_and_nothing_is_revoked(
    service: Service, dossier: str
) -> None:
    reviewer, path = service.visitor("fr").sign_in("reviewer"), f"/review/{dossier}/receipt"
    assert 'maxlength="1000"' in reviewer.get(path).get_data(as_text=True)
    answer = reviewer.post(path, {"reason": "withdrawn", "sure": "true", "note": "n" * 1001})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "1000" in html and "n" * 1001 in html
    assert PageStructure(html).faults() == []
    standing = service.application.services.receipt_standing(service.actor("reviewer"), dossier)
    assert standing.standing == "in_force"
    lines = "\r\n".join("n" * 99 for _ in range(10))
    assert reviewer.post(path, {"reason": "withdrawn", "sure": "true", "note": lines}).status_code == 303


@pytest.mark.parametrize("role", ["applicant", "clerk", None])
def test_nobody_else_revokes(service: Service, dossier: str, role: str | None) -> None:
    visitor = service.visitor("fr").sign_in(role) if role else service.visitor("fr")
    path = f"/review/{dossier}/receipt"
    assert visitor.get(path).status_code == (404 if role else 302)
    assert visitor.post(path, {"reason": "withdrawn", "sure": "true"}).status_code in (302, 303, 404)
    standing = service.application.services.receipt_standing(service.actor("reviewer"), dossier)
    assert standing.standing == "in_force"


def test_a_photo_of_the_paper_is_checked_by_its_code(service: Service, dossier: str) -> None:
    receipt, pdf = receipt_of(service, dossier)
    picture = io.BytesIO()
    pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil().convert("L").save(picture, "PNG")
    html = said_of_file(service.visitor("ar"), picture.getvalue())
    assert heading(html) == HEADINGS["genuine"]["ar"]
    assert receipt.reference in html


def test_a_file_that_broke_off_is_called_incomplete_not_foreign(service: Service, dossier: str) -> None:
    _, pdf = receipt_of(service, dossier)
    html = said_of_file(service.visitor("fr"), pdf[:30_000])
    assert heading(html) == HEADINGS["unknown"]["fr"]
    assert "incomplet" in html and "n’est pas un accusé" not in html


def test_a_mistyped_code_is_asked_again_with_what_was_typed(service: Service) -> None:
    visitor = service.visitor("ar")
    led = visitor.get("/verify?reference=7K3Q-9XMB-2FTJ&code=WRONG")
    assert led.status_code == 302
    answer = visitor.client.get(led.location)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert 'value="7K3Q-9XMB-2FTJ"' in html and 'value="WRONG"' in html
    assert say("verify.wrong_code", Language.AR) in unescape(html)
    assert PageStructure(html).faults() == []

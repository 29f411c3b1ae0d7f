"""The correction slip is offered where a correction is asked, and only there."""

from __future__ import annotations

import io

import pypdfium2
from web_service import Service, Visitor


def asked_again(service: Service) -> str:
    dossier_id = service.under_review()
    services, reviewer = service.application.services, service.actor("reviewer")
    services.request_correction(reviewer, dossier_id, ["assured.birth"], ["id_assured"], "Corrigez la date.")
    return dossier_id


def test_applicant_agency_and_reviewer_print_the_slip(
    service: Service, applicant: Visitor, clerk: Visitor, reviewer: Visitor
) -> None:
    dossier_id = asked_again(service)
    address = f"/dossiers/{dossier_id}/correction-slip.pdf"
    pages = ((applicant, f"/dossiers/{dossier_id}"), (clerk, f"/dossiers/{dossier_id}"))
    for visitor, page in (*pages, (reviewer, f"/review/{dossier_id}")):
        assert address in visitor.get(page).get_data(as_text=True), page
        answer = visitor.get(address)
        assert answer.mimetype == "application/pdf"
        text = pypdfium2.PdfDocument(io.BytesIO(answer.data))[0].get_textpage().get_text_range()
        assert "Corrigez la date." in text
        assert service.application.services.dossier(service.actor("clerk"), dossier_id).reference in text


def test_there_is_no_slip_where_nothing_is_asked(
    service: Service, applicant: Visitor, reviewer: Visitor
) -> None:
    dossier_id = service.under_review()
    assert "correction-slip" not in reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    refused = applicant.get(f"/dossiers/{dossier_id}/correction-slip.pdf")
    assert refused.status_code == 409
    assert "لا ينتظر هذا الملف أي تصحيح" in refused.get_data(as_text=True)


def test_a_neighbour_gets_no_slip(service: Service) -> None:
    dossier_id = asked_again(service)
    neighbour = service.visitor().sign_in("applicant", 1)
    assert neighbour.get(f"/dossiers/{dossier_id}/correction-slip.pdf").status_code == 404


def test_a_coded_reason_reaches_the_applicant_and_the_slip(
    service: Service, applicant: Visitor, reviewer: Visitor
) -> None:
    dossier_id = service.under_review()
    asked = {
        "fields": ["assured.birth", "assured.city"],
        "why-assured.birth": "differs",
        "why-assured.last": "unreadable",
        "message": "Merci.",
    }
    bad = reviewer.post(f"/review/{dossier_id}/correction", {**asked, "why-assured.birth": "nonsense"})
    assert bad.status_code == 409
    assert reviewer.post(f"/review/{dossier_id}/correction", asked).status_code == 303
    page = applicant.get(f"/dossiers/{dossier_id}").get_data(as_text=True)
    assert page.count("لا يطابق الوثيقة المرفقة.") == 2
    pdf = applicant.get(f"/dossiers/{dossier_id}/correction-slip.pdf").data
    text = pypdfium2.PdfDocument(io.BytesIO(pdf))[0].get_textpage().get_text_range()
    assert "Ne correspond pas au document joint." in text
    assert "Réponse illisible" not in text


def test_what_is_answered_is_marked_and_the_deposit_offered(service: Service, applicant: Visitor) -> None:
    dossier_id = service.under_review()
    services, reviewer, owner = (
        service.application.services,
        service.actor("reviewer"),
        service.actor("applicant"),
    )
    services.request_correction(reviewer, dossier_id, ["assured.birth", "assured.city"], [], "Corrigez.")

    def notice() -> str:
        page = applicant.get(f"/dossiers/{dossier_id}").get_data(as_text=True)
        return page.partition('id="correction-title"')[2].partition("</section>")[0]

    assert "تم الجواب" not in notice()
    services.answer(owner, dossier_id, {"assured.birth": "1990-05-06"})
    assert notice().count("تم الجواب") == 1
    assert "/check" not in notice()
    services.answer(owner, dossier_id, {"assured.city": "Tétouan"})
    assert notice().count("تم الجواب") == 2
    assert "/check" in notice()

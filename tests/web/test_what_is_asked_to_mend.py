"""What a reviewer asks is told apart, and listed wherever the applicant is told to mend it."""

from __future__ import annotations

from web_service import ALLOWANCE, Service

from forms_service.web import correction


def test_like_named_answers_say_which_section_they_stand_in(service: Service) -> None:
    spec = service.application.catalogue.get(ALLOWANCE)
    births = [one for one in spec.fields() if one.label.ar.startswith("تاريخ الازدياد")]
    with service.app.test_request_context("/ar/"):
        named = [correction.place_name(spec, one) for one in births]
    assert len(births) >= 2
    assert all(named)
    assert len(set(named)) == len(named)


def test_the_status_page_lists_what_is_asked(service: Service) -> None:
    dossier = service.under_review()
    services = service.application.services
    services.request_correction(service.actor("reviewer"), dossier, ["assured.birth"], [], "صححوا ما يلي")
    html = (
        service.visitor("ar").sign_in("applicant").get(f"/dossiers/{dossier}/status").get_data(as_text=True)
    )
    told = html.split('aria-labelledby="correction-title"')[1].split("</section>")[0]
    assert "قبل نهاية يوم" in told, "and until when an answer is asked for"
    assert "#q-assured-birth" in told

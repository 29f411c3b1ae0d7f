"""A decision that waits for a second reviewer: the page offers what may be done, and nothing else."""

from __future__ import annotations

import re

import pytest
from web_service import ANSWERS, Service, Visitor

from core.dossier import dossier_from_answers
from forms_service.render.form_pdf import render_filled
from forms_service.services import Services


@pytest.fixture(scope="module")
def proposed(service: Service) -> str:
    """A dossier with a form that was read, a paper, and a decision a colleague proposed."""
    services, applicant = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({"assured.last": "El Omrani"})
    view = services.dossier(applicant, dossier_id)
    answers = dossier_from_answers(view.spec, ANSWERS).dossier.answers()
    pdf = render_filled(view.spec, answers, reference=view.reference)
    services.upload(applicant, dossier_id, "form.pdf", pdf, "form", None)
    service.read_all()
    services.deposit(applicant, dossier_id, True)
    colleague = services.add_account("deuxieme", "a long enough password", "Nadia", {"reviewer"})
    services.start_review(colleague, dossier_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Services, "needs_second", lambda *_: True)
        assert not services.decide(colleague, dossier_id, "refused", "Hors délai")
    return dossier_id


def test_every_jump_leads_somewhere_and_what_would_be_refused_is_not_offered(
    proposed: str, reviewer: Visitor
) -> None:
    page = reviewer.get(f"/review/{proposed}").get_data(as_text=True)
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) - ids == set()
    actions = {one.rpartition("/")[2] for one in re.findall(r'<form[^>]*action="([^"?]+)', page)}
    assert {"confirm", "return"} <= actions
    assert not re.search(r'action="[^"]*/(values|documents)/', page)
    assert "El Amrani" in page, "what was read is still to be seen"


def test_what_is_under_review_offers_all_of_it(service: Service, reviewer: Visitor) -> None:
    page = reviewer.get(f"/review/{service.under_review()}").get_data(as_text=True)
    assert {"ask", "decision"} <= set(re.findall(r'href="#([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'\bid="([^"]+)"', page))
    assert "/correction" in page


def test_a_program_is_told_who_proposed_what(proposed: str, program) -> None:
    told = program("reviewer").get(f"/review/dossiers/{proposed}/hands")
    assert (told["proposed"], told["proposed_by"], told["held_by"]) == ("refused", "Nadia", "Nadia")

"""What a reviewer is told: who wrote what, what a confirmation passes over, and what became of a dossier."""

from __future__ import annotations

import re

import pytest
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from core.dossier import dossier_from_answers
from forms_service.render.form_pdf import render_filled

PASSWORD = "a long enough password"


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def deposited(service: Service) -> str:
    """A dossier whose form came back as a PDF that says another last name than was typed."""
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({"assured.last": "El Omrani"})
    view = services.dossier(owner, dossier_id)
    answers = dossier_from_answers(view.spec, ANSWERS).dossier.answers()
    pdf = render_filled(view.spec, answers, reference=view.reference)
    services.upload(owner, dossier_id, "form.pdf", pdf, "form", None)
    service.read_all()
    services.deposit(owner, dossier_id, True)
    return dossier_id


def page(visitor: Visitor, dossier_id: str) -> str:
    answer = visitor.get(f"/review/{dossier_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_start_comes_first_and_the_first_doubt_after_it(
    service: Service, reviewer: Visitor, deposited: str
) -> None:
    before = page(reviewer, deposited)
    assert re.findall(r"<(\w+)[^>]* autofocus", before) == ["button"]
    assert re.search(r'<button[^>]*id="start"[^>]* autofocus', before)
    reviewer.post(f"/review/{deposited}/start")
    after = page(reviewer, deposited)
    assert 'id="start"' not in after
    assert re.findall(r"<(\w+)[^>]* autofocus", after) == ["input"]


def test_a_reviewers_correction_is_not_told_as_the_persons(
    service: Service, reviewer: Visitor, deposited: str
) -> None:
    services, actor = service.application.services, service.actor("reviewer")
    services.start_review(actor, deposited)
    assert "كتب المعني بالأمر: El Omrani" in text(page(reviewer, deposited))
    last = next(one for one in services.extractions(actor, deposited) if one.field_id == "assured.last")
    reviewer.post(f"/review/{deposited}/values/{last.id}", {"value": "El Imrani"})
    html = page(reviewer, deposited)
    card = html.partition(f'id="reading-{last.id}"')[2].partition("</article>")[0]
    assert "كتب المعني بالأمر" not in card
    assert 'value="El Imrani"' in card  # what counts now; keeping it keeps the correction
    assert "El Amrani" in card.partition("قُرئ على الورق")[2]
    listed = text(html.partition('id="answers"')[2].partition('id="missing"')[0])
    assert f"El Imrani من المكلف بدراسة الملف – {actor.name} – " in listed


def test_two_reviewers_who_agree_on_a_value_hear_of_no_conflict(
    service: Service, reviewer: Visitor, deposited: str
) -> None:
    services, actor = service.application.services, service.actor("reviewer")
    services.start_review(actor, deposited)
    seen = str(services.dossier(actor, deposited).revision)
    colleague = services.add_account("controle2", PASSWORD, "Nadia", {"reviewer"})
    last = next(one for one in services.extractions(actor, deposited) if one.field_id == "assured.last")
    services.correct_value(colleague, last.id, "El Imrani")
    address = f"/review/{deposited}/values/{last.id}"
    assert reviewer.post(address, {"value": "El Imrani", "seen": seen}).status_code == 303
    assert reviewer.post(address, {"value": "El Amrany", "seen": seen}).status_code == 409
    assert services.dossier(actor, deposited).dossier.answers()["assured.last"] == "El Imrani"


def test_answers_stand_under_the_headings_of_the_form_with_who_gave_them(
    service: Service, reviewer: Visitor
) -> None:
    dossier_id = service.under_review()
    listed = page(reviewer, dossier_id).partition('id="answers"')[2].partition('id="missing"')[0]
    view = service.application.services.dossier(service.actor("reviewer"), dossier_id)
    first = next(one for one in view.spec.sections if any(f.id == "assured.last" for f in one.fields()))
    block = next(one for one in listed.split("<section") if first.title.ar in one)
    assert "El Amrani" in block
    assert service.actor("applicant").name in text(block)
    assert "<time" in block


def test_who_confirms_is_told_what_the_acceptance_passes_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier_id = service.under_review()
    services, first = service.application.services, service.actor("reviewer")
    monkeypatch.setattr(services, "needs_second", lambda _row: True)
    gaps = services.acceptance_gaps(first, dossier_id)
    assert len(gaps) > 2
    services.decide(first, dossier_id, "accepted", "vu à l'agence", True)
    services.add_account("confirme2", PASSWORD, "Nadia", {"reviewer"})
    second = service.visitor("fr")
    second.post("/sign-in", {"login": "confirme2", "password": PASSWORD})
    html = page(second, dossier_id)
    told = html.partition('id="decision"')[2].partition("</section>")[0]
    assert all(one.message.fr.replace("'", "&#39;") in told for one in gaps)
    confirm, back = told.partition(f"{dossier_id}/decision/return")[::2]
    assert f"malgré {len(gaps)} manques" in confirm
    assert "Motif du renvoi" not in confirm
    assert "Motif du renvoi" in back


def test_a_dossier_sent_back_or_decided_is_found_again_with_its_history(
    service: Service, reviewer: Visitor
) -> None:
    services, actor = service.application.services, service.actor("reviewer")
    sent_back, decided = service.under_review(), service.under_review()
    services.request_correction(actor, sent_back, ["assured.last"], [], "Corrigez le nom.")
    services.decide(actor, decided, "refused", "Hors délai.")
    one, other = (services.dossier(actor, name) for name in (sent_back, decided))
    assert one.reference not in reviewer.get("/review/").get_data(as_text=True)

    def listed(**asked: str) -> set[str]:
        html = reviewer.client.get("/ar/review/", query_string=asked).get_data(as_text=True)
        return {name for name in (one.reference, other.reference) if name in html.partition("<tbody>")[2]}

    assert listed(state="correction_requested") == {one.reference}
    assert listed(holder="ruled") == {one.reference, other.reference}
    assert listed(q=other.reference) == {other.reference}
    assert listed(q="الفاسي المجهول") == set()
    assert listed(q="El Amrani", state="refused") == {other.reference}
    assert "Corrigez le nom." in page(reviewer, sent_back).partition('id="history"')[2]
    html = page(reviewer, decided)
    assert "Hors délai." in html.partition('id="decision"')[2].partition("</section>")[0]
    assert actor.name in html.partition('id="decision"')[2].partition("</section>")[0]
    assert "/documents/" not in "".join(re.findall(r'<form[^>]*action="([^"]+)"', html))


def test_an_accepted_applicant_is_not_told_that_something_is_still_missing(
    service: Service, applicant: Visitor
) -> None:
    services, actor = service.application.services, service.actor("reviewer")
    dossier_id = service.under_review()
    address = f"/dossiers/{dossier_id}/status"
    before = applicant.get(address).get_data(as_text=True)
    title = re.search(r'<section class="notice warn"><h2>([^<]+)</h2>', before)
    assert title
    services.decide(actor, dossier_id, "accepted", "vu à l'agence", True)
    html = applicant.get(address).get_data(as_text=True)
    assert title[1] not in html
    note = html.partition("vu à l&#39;agence")[2].partition("</section>")[0]
    assert len(re.findall(r"<p[^>]*>– ", note)) == len(re.findall("– ", text(note))) > 2  # a line each


def test_a_draft_is_found_by_no_reviewer(service: Service, reviewer: Visitor) -> None:
    draft = service.new_dossier(ANSWERS, ALLOWANCE)
    reference = service.application.services.dossier(service.actor("applicant"), draft).reference
    for asked in ({"q": reference}, {"q": "El Amrani"}, {"state": "draft"}):
        html = reviewer.client.get("/ar/review/", query_string=asked).get_data(as_text=True)
        assert reference not in html.partition("<main")[2].partition("<tbody>")[2]

"""The page of the insured stands filled with what is known, says so, and saving it is on record."""

from __future__ import annotations

import re

from web_service import ANSWERS, REFUND, Service, Visitor

from forms_service.demo_accounts import DEMO_ACCOUNTS

APPLICANT = next(one for one in DEMO_ACCOUNTS if "applicant" in one.roles)


def boxes(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="[a-z]+" id="[^"]+" name="(q\.[^"]+)" value="([^"]*)"', html))


def test_a_second_request_stands_filled_and_says_where_from(service: Service, applicant: Visitor) -> None:
    service.new_dossier(ANSWERS)
    second = service.new_dossier({}, REFUND)
    html = applicant.get(f"/dossiers/{second}/section/assured").get_data(as_text=True)
    held = boxes(html)
    assert held["q.assured.last.ar"] == "العمراني"
    assert held["q.assured.registration"] == APPLICANT.login, "of the number the account is surer"
    assert html.count("تحققوا منه</span>") >= 3
    assert 'id="from-known"' in html
    kept = service.application.services.dossier(service.actor("applicant"), second)
    assert kept.dossier.answers() == {}

    applicant.post(f"/dossiers/{second}/section/assured", {**held, "q.assured.last": "Autre"})
    kept = service.application.services.dossier(service.actor("applicant"), second)
    reused = next(event for event in kept.events if event.action == "answers_reused")
    assert "assured.last.ar" in reused.details["fields"]
    assert "assured.last" not in reused.details["fields"]
    again = applicant.get(f"/dossiers/{second}/section/assured").get_data(as_text=True)
    assert "تحققوا منه</span>" not in again, "what was saved, or emptied, is theirs"


def test_a_proposal_its_person_cleared_does_not_come_back(service: Service, applicant: Visitor) -> None:
    service.new_dossier(ANSWERS)
    second = service.new_dossier({}, REFUND)
    page = f"/dossiers/{second}/section/assured"
    held = boxes(applicant.get(page).get_data(as_text=True))
    assert held["q.assured.last.ar"]
    applicant.post(page, {**held, "q.assured.last.ar": ""})
    again = boxes(applicant.get(page).get_data(as_text=True))
    assert again["q.assured.last.ar"] == ""
    assert again["q.assured.registration"] == held["q.assured.registration"]
    applicant.post(page, again)
    kept = service.application.services.dossier(service.actor("applicant"), second).dossier.answers()
    assert "assured.last.ar" not in kept


def test_a_box_that_was_not_sent_is_not_one_that_was_cleared(service: Service, applicant: Visitor) -> None:
    service.new_dossier(ANSWERS)
    second = service.new_dossier({}, REFUND)
    page = f"/dossiers/{second}/section/assured"
    held = boxes(applicant.get(page).get_data(as_text=True))
    applicant.post(page, {"q.assured.last": "Autre"})
    assert boxes(applicant.get(page).get_data(as_text=True))["q.assured.last.ar"] == held["q.assured.last.ar"]

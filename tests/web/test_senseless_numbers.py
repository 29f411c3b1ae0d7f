"""Numbers, days and words that no page offers: they may be nothing, but never an incident."""

from __future__ import annotations

import io

import pytest
from web_service import ALLOWANCE, Service, Visitor

from forms_service.storage.dossiers import DossierRepository

LONG, LONGER = "9" * 24, "9" * 5000
SENSELESS = ["²", "-1", "1e3", LONG, LONGER]
DAYS = ["0001-01-01", "0001-01-05", "9999-12-31"]


def open_for(visitor: Visitor, path: str) -> int:
    return visitor.client.get(path, headers={"Accept-Language": "fr"}).status_code


@pytest.fixture(scope="module")
def operator(service: Service) -> Visitor:
    return service.visitor().sign_in("operator")


@pytest.mark.parametrize("day", DAYS)
def test_a_day_at_the_end_of_the_calendar_is_a_day_like_others(
    operator: Visitor, clerk: Visitor, program, day: str
) -> None:
    assert open_for(clerk, f"/fr/agency/day?day={day}") == 200
    for place in ("", "figures.csv", "record", "record.csv"):
        for name in ("since", "until"):
            assert open_for(operator, f"/fr/operator/{place}?{name}={day}") == 200, (place, name)
    office = program("operator")
    for place in ("figures", "record"):
        assert office.get(f"/office/{place}?until={day}")


def test_the_day_before_the_first_and_after_the_last_are_those_days(clerk: Visitor) -> None:
    html = clerk.client.get("/fr/agency/day?day=9999-12-31").get_data(as_text=True)
    assert 'value="2199-12-31"' in html


@pytest.mark.parametrize("words", ["\U0010ffff", "ab\U0010ffff", "\ud7ff", "-", "--", "²", "نور\U0010ffff"])
def test_a_search_for_the_last_character_there_is_finds_nothing_and_says_so(
    service: Service, clerk: Visitor, words: str
) -> None:
    service.new_dossier({"assured.last": "Amrani"})
    assert clerk.client.get("/fr/agency/", query_string={"q": words}).status_code == 200
    with service.application.database.reading() as session:
        found = DossierRepository(session)
        assert found.by_number(words) == found.by_name(words) == []


@pytest.mark.parametrize("number", SENSELESS)
def test_a_senseless_number_posted_or_asked_is_nobodys_incident(
    service: Service, applicant: Visitor, clerk: Visitor, reviewer: Visitor, operator: Visitor, number: str
) -> None:
    services, dossier = service.application.services, service.new_dossier()
    sent = {"files": (io.BytesIO(b"%PDF-1.4 nothing"), f"{number[:3]}.pdf"), "child": number}
    answers = [
        applicant.post(f"/dossiers/{dossier}/documents", sent),
        applicant.post(f"/dossiers/{dossier}/section/assured", {"revision": number}),
        applicant.post(f"/dossiers/{dossier}/situation", {"revision": number}),
        clerk.post("/agency/blanks", {"form": ALLOWANCE, "copies": number}),
        clerk.post("/agency/pages/none/file", {"child": number}),
        clerk.post("/programs/tokens", {"name": "x", "scopes": "dossiers:read", "days": number}),
        reviewer.post(f"/review/{dossier}/start", {"seen": number}),
        clerk.client.get("/fr/agency/pages/none.png", query_string={"width": number}),
        reviewer.client.get("/fr/review/", query_string={"page": number}),
        operator.client.get("/fr/operator/record", query_string={"page": number}),
        applicant.client.get(f"/fr/dossiers/{dossier}/list/children/{number}"),
        applicant.client.get(f"/fr/dossiers/{dossier}/documents/none/page/{number}.png"),
        reviewer.client.get(f"/fr/review/{dossier}/scans/none/{number}.png"),
        operator.client.get(f"/fr/author/{ALLOWANCE}/{number}"),
    ]
    assert [one.request.path for one in answers if one.status_code >= 500] == []
    papers = services.dossier(service.actor("applicant"), dossier).attachments
    assert [one.child for one in papers] == [None] * len(papers)

"""«My data» as its person uses it, and the operator's page of what was let go."""

from __future__ import annotations

import io
import itertools
import re
import zipfile

import pytest
from web_service import ALLOWANCE, Service, Visitor

from forms_service.services import Actor
from forms_service.services.applicant import DOSSIERS_A_PAGE
from forms_service.services.looks import Look
from forms_service.services.own_data import REQUESTS_A_PAGE
from forms_service.services.receipt_checks import operator as console
from forms_service.storage.models import DossierRow

_NUMBERS = itertools.count(1)


@pytest.fixture
def person(service: Service) -> Visitor:
    """Somebody of this test alone: an account is closed in it."""
    number = f"7{next(_NUMBERS):08}"
    service.application.services.register_applicant(number, "a long enough password", "Zineb Alaoui")
    visitor = service.visitor()
    answer = visitor.post("/sign-in", {"login": number, "password": "a long enough password"})
    assert answer.status_code == 303
    return visitor


def open_draft(visitor: Visitor) -> str:
    answer = visitor.post("/dossiers/", {"form": ALLOWANCE})
    return answer.headers["Location"].rstrip("/").split("/")[-1]


def test_the_page_says_until_when_and_the_copy_opens(person: Visitor) -> None:
    dossier = open_draft(person)
    page = person.get("/my-data/").get_data(as_text=True)
    assert "تُحفظ معطياته إلى غاية" in page and "لم يطلع عليه أي موظف" in page
    answer = person.post("/my-data/copy")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert "donnees.json" in archive.namelist() and dossier
    for _ in range(2):
        assert person.post("/my-data/copy").status_code == 200
    refused = person.post("/my-data/copy")
    assert refused.status_code == 429 and "أعيدوا المحاولة غدا" in refused.get_data(as_text=True)


def test_requests_of_one_form_are_told_apart_by_ear(person: Visitor) -> None:
    drafts = {open_draft(person), open_draft(person)}
    page = person.get("/my-data/").get_data(as_text=True)
    told = dict(re.findall(r'id="n-(\S+?)">(.*?)</li>', page))
    assert set(told) == drafts and len(set(told.values())) == 2
    for draft in drafts:
        assert f'aria-labelledby="r-{draft} n-{draft}"' in page and f'id="r-{draft}"' in page


def test_many_requests_come_a_page_at_a_time_and_each_has_a_page_of_its_own(
    service: Service, person: Visitor
) -> None:
    """An employer has hundreds: no page grows with them, and none of them is out of reach."""
    services = service.application.services
    drafts = [open_draft(person)]
    owner = _owner_of(service, drafts[0])
    drafts += [services.open_dossier(owner, ALLOWANCE, "ar") for _ in range(REQUESTS_A_PAGE)]
    first, second = (person.get(f"/my-data/?page={n}").get_data(as_text=True) for n in (1, 2))
    shown = [re.findall(r'href="/ar/my-data/requests/(\w+)"', page) for page in (first, second)]
    assert [len(one) for one in shown] == [REQUESTS_A_PAGE, 1] and {*shown[0], *shown[1]} == {*drafts}
    assert 'aria-current="page">2<' in second and "طلبا، الأحدث أولا" in re.sub("[\u2066-\u2069]", "", first)
    assert len(first) < 60_000
    listed = [person.get(f"/dossiers/?page={n}").get_data(as_text=True) for n in (1, 2)]
    links = [re.findall(r'<h2><a href="/ar/dossiers/(\w+)"', page) for page in listed]
    assert [len(one) for one in links] == [DOSSIERS_A_PAGE, 1] and {*links[0], *links[1]} == {*drafts}
    one = person.get(f"/my-data/requests/{drafts[0]}").get_data(as_text=True)
    for said in ("التحقق من الحق في التعويضات العائلية", "لم يطلع عليه أي موظف", 'id="sure"'):
        assert said in one
    assert 'id="sure"' not in first


def test_whoever_looked_is_told_shortly_and_then_by_day(service: Service, person: Visitor) -> None:
    services, dossier = service.application.services, open_draft(person)
    services.note_look(service.actor("clerk"), Look("dossier_viewed", dossier))
    assert "اطلع عليه موظفون بالصندوق، آخر مرة يوم" in person.get("/my-data/").get_data(as_text=True)
    person.language = "fr"
    page = person.get(f"/my-data/requests/{dossier}").get_data(as_text=True)
    assert page.count("<time datetime") == 1 and "Dossier consulté" in page
    assert service.actor("clerk").name not in page, "an agent's name is not told"


def _owner_of(service: Service, dossier: str) -> Actor:
    with service.application.database.reading() as session:
        row = session.get_one(DossierRow, dossier)
        return Actor(row.owner_id, "Zineb Alaoui", frozenset({"applicant"}))


def test_a_draft_is_erased_once_its_person_said_so(person: Visitor, applicant: Visitor) -> None:
    dossier = open_draft(person)
    place = f"/my-data/drafts/{dossier}/erase"
    assert f'href="/ar/my-data/requests/{dossier}#erase"' in person.get(f"/dossiers/{dossier}").get_data(
        as_text=True
    )
    assert applicant.post(place, {"sure": "yes"}).status_code == 404, "somebody else's"
    asked = person.post(place)
    assert asked.status_code == 422 and "لم يُمح شيء" in asked.get_data(as_text=True)
    assert 'href="#sure"' in asked.get_data(as_text=True) and 'id="sure-error"' in asked.get_data(
        as_text=True
    )
    assert person.get(f"/dossiers/{dossier}").status_code == 200
    assert person.post(place, {"sure": "yes"}).status_code == 303
    assert person.get(f"/dossiers/{dossier}").status_code == 404


def test_an_account_is_closed_with_its_password_only(person: Visitor) -> None:
    open_draft(person)
    wrong = person.post("/my-data/close", {"current": "not this one"})
    assert wrong.status_code == 422 and 'id="current-error"' in wrong.get_data(as_text=True)
    page = person.get("/my-data/").get_data(as_text=True)
    (form,) = re.findall(r'<form[^>]*action="/ar/my-data/close".*?</form>', page, re.DOTALL)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    sent = {**hidden, "current": "a long enough password"}
    assert person.post("/my-data/close", sent).status_code == 303
    assert person.get("/my-data/").status_code == 302, "signed out"


def test_what_is_typed_is_accompanied_by_what_it_is_for(applicant: Visitor, clerk: Visitor) -> None:
    dossier = open_draft(applicant)
    section = applicant.get(f"/dossiers/{dossier}/section/assured").get_data(as_text=True)
    assert "التحقق من الحق في التعويضات العائلية" in section and f"/forms/{ALLOWANCE}#privacy" in section
    assert "privacy-notice" not in clerk.get(f"/dossiers/{dossier}/section/assured").get_data(as_text=True)
    applicant.language = "fr"
    page = applicant.get(f"/forms/{ALLOWANCE}").get_data(as_text=True)
    page = page.translate({0x2068: None, 0x2069: None, 0xA0: " ", 0x202F: " "})
    for said in (
        "5 ans après la décision",
        "3 mois après la dernière modification",
        "Ces durées sont proposées",
    ):
        assert said in page


def test_an_operator_holds_erases_and_sees_the_proof(service: Service, person: Visitor) -> None:
    operator = service.visitor().sign_in("operator")
    operator.language = "fr"
    dossier = open_draft(person)
    reference = service.application.services.dossier(service.actor("clerk"), dossier).reference
    place = "/operator/privacy/"
    without = operator.post(place, {"do": "hold", "reference": reference})
    assert without.status_code == 422 and 'id="reason-error"' in without.get_data(as_text=True)
    assert (
        operator.post(place, {"do": "hold", "reference": reference, "reason": "tribunal"}).status_code == 303
    )
    assert "tribunal" in operator.get(place).get_data(as_text=True)
    assert operator.post(place, {"do": "release", "reference": reference}).status_code == 303
    for does in ("", "Erase", "delete"):
        unknown = operator.post(place, {"do": does, "reference": reference, "reason": "lettre"})
        assert unknown.status_code == 400, "nothing goes by a word that nobody knows"
    assert (
        operator.post(place, {"do": "hold", "reference": reference, "reason": "tribunal"}).status_code == 303
    )
    held = operator.post(place, {"do": "erase", "reference": reference, "reason": "lettre"})
    assert held.status_code == 422 and "Rien n&#39;a été effacé" in held.get_data(as_text=True)
    assert operator.post(place, {"do": "release", "reference": reference}).status_code == 303
    assert (
        operator.post(place, {"do": "erase", "reference": reference, "reason": "lettre"}).status_code == 303
    )
    page = operator.get(place).get_data(as_text=True)
    assert reference in page and "Il ne reste rien" in page
    assert person.post(place, {"do": "erase", "reference": reference, "reason": "x"}).status_code == 404


def test_two_operators_let_a_decided_request_go(service: Service, person: Visitor) -> None:
    operator, place = service.visitor("fr").sign_in("operator"), "/operator/privacy/"
    services = service.application.services
    dossier = open_draft(person)
    reference = services.dossier(service.actor("clerk"), dossier).reference
    with service.application.database.writing() as session:
        session.get_one(DossierRow, dossier).state = "closed"

    def press(does: str, reason: str = "") -> tuple[int, str]:
        answer = operator.post(place, {"do": does, "reference": reference, "reason": reason})
        return answer.status_code, answer.get_data(as_text=True)

    assert press("erase", "lettre du 3 mars")[0] == 303
    page = operator.get(place).get_data(as_text=True)
    assert "lettre du 3 mars" in page and "Retirer la demande" in page
    assert 'value="agree"' not in page, "nobody is offered to agree with themselves"
    status, page = press("agree")
    assert status == 422 and 'id="waiting-error"' in page and "une autre personne" in page
    assert press("decline")[0] == 303
    services.erase_on_request(console("salma"), reference, "lettre du 4 mars")
    page = operator.get(place).get_data(as_text=True)
    assert "la console du serveur" in page and 'value="agree"' in page
    assert press("agree")[0] == 303
    page = operator.get(place).get_data(as_text=True)
    assert (
        "&lt;" not in page
        and "Accord donné par" in page
        and "Il ne reste rien" in page
        and 'value="agree"' not in page
    )
    record = operator.get("/operator/record").get_data(as_text=True)
    assert "Accord donné par" in record and "la console du serveur" in record

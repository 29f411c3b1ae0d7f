"""What is said fits whoever reads it: nobody is told to fill in what cannot be filled in any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from web_service import ANSWERS, Service, Visitor

import forms_service
from core.localized_text import LocalizedText, listed
from forms_service.locales import sentences

ADVICE = {"ar": "املؤوا هذه الخانة", "fr": "Remplissez cette case"}
STATE = {"ar": "لم تتم تعبئة", "fr": "n'est pas rempli dans"}
WILL_ASK = {"ar": "سيطلبها منكم الموظف", "fr": "dossier vous les demandera"}
WILL_ASK_THEM = {"ar": "سيطلبها الموظف", "fr": "les demandera au demandeur"}


@pytest.fixture(scope="module")
def half_answered(service: Service) -> str:
    """A dossier that was deposited with most answers missing, and is under review."""
    services, dossier_id = service.application.services, service.new_dossier({"assured.last": "Amrani"})
    services.deposit(service.actor("applicant"), dossier_id, True)
    services.start_review(service.actor("reviewer"), dossier_id)
    return dossier_id


def read(service: Service, role: str, language: str, path: str) -> str:
    page = service.visitor(language).sign_in(role).get(path).get_data(as_text=True)
    return page.replace("&#39;", "'").replace("’", "'")


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("role", ["applicant", "clerk"])
def test_after_the_deposit_a_missing_answer_says_who_will_ask_for_it(
    service: Service, half_answered: str, role: str, language: str
) -> None:
    page = read(service, role, language, f"/dossiers/{half_answered}/status")
    assert STATE[language] in page
    assert ADVICE[language] not in page
    told, untold = (WILL_ASK, WILL_ASK_THEM) if role == "applicant" else (WILL_ASK_THEM, WILL_ASK)
    assert told[language] in page
    assert untold[language] not in page


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_reviewer_reads_what_is_missing_and_no_advice_to_fill_it_in(
    service: Service, half_answered: str, language: str
) -> None:
    page = read(service, "reviewer", language, f"/review/{half_answered}")
    assert STATE[language] in page
    assert ADVICE[language] not in page


def test_whoever_can_still_fill_it_in_is_told_to(service: Service, applicant: Visitor) -> None:
    services, dossier_id = service.application.services, service.new_dossier({"assured.last": "Amrani"})
    messages = [one.message for one in services.completeness(service.actor("applicant"), dossier_id).findings]
    assert any(one.fr.endswith(ADVICE["fr"] + ".") for one in messages)
    page = applicant.get(f"/dossiers/{dossier_id}/check").get_data(as_text=True)
    assert WILL_ASK["ar"] not in page


def test_the_history_names_nobody_for_what_the_service_did(service: Service) -> None:
    services, dossier_id = service.application.services, service.new_dossier(ANSWERS)
    services.upload(service.actor("applicant"), dossier_id, "birth.pdf", b"%PDF-1.4 nothing", "birth", None)
    service.read_all()
    services.deposit(service.actor("applicant"), dossier_id, True)
    page = read(service, "applicant", "fr", f"/dossiers/{dossier_id}/status")
    timeline = page.partition('class="timeline"')[2].partition("</ol>")[0]
    assert "—" not in timeline
    assert timeline.count("Youssef Bennani") >= 2


@pytest.mark.parametrize("path", ["check", "status"])
def test_an_amount_is_shown_once_something_comes_of_the_answers(service: Service, path: str) -> None:
    services, owner = service.application.services, service.actor("applicant")
    empty, told = service.new_dossier(), service.new_dossier(ANSWERS)
    services.answer_group(owner, told, "children", [{"birth": "12/03/2020"}])
    pages = {one: read(service, "applicant", "ar", f"/dossiers/{one}/{path}") for one in (empty, told)}
    assert 'id="estimate"' not in pages[empty]
    assert 'id="estimate"' in pages[told]


def test_names_are_joined_with_the_comma_of_the_language() -> None:
    assert listed(["Agence", "3"]) == LocalizedText("Agence، 3", "Agence, 3")
    both = LocalizedText("لكم", "à vous")
    assert listed([both, both]).fr == "à vous, à vous"


def test_no_list_of_a_page_has_the_arabic_comma_whatever_the_language() -> None:
    pages = Path(forms_service.__file__).parent.glob("web/templates/*.html")
    wrong = [page.name for page in pages if re.search(r"join\('، '\)", page.read_text("utf-8"))]
    assert wrong == []


def test_what_is_asked_of_every_row_names_the_list_and_not_always_children() -> None:
    said = sentences()
    for one in (said["groups.count"], said["why.every_row"]):
        assert not re.search("طفل|أطفال|enfant", " ".join((*one.ar.values(), *one.fr.values())))


def test_what_comes_after_the_deposit_is_told_to_whoever_reads(service: Service, half_answered: str) -> None:
    path = f"/dossiers/{half_answered}/deposited"
    assert "احتفظوا بوصل الإيداع" in read(service, "applicant", "ar", path)
    at_the_desk = read(service, "clerk", "ar", path)
    assert "سلموا وصل الإيداع لصاحب الطلب" in at_the_desk
    assert "احتفظوا" not in at_the_desk


def test_a_point_is_counted_once_and_named_once_on_every_page(service: Service, applicant: Visitor) -> None:
    dossier = service.new_dossier({"assured.last": "Amrani"})
    counted = [
        re.findall(
            r"(?:بقيت|بقي) \D{0,2}(\d+) أم\w+ لإتمام الطلب", applicant.get(path).get_data(as_text=True)
        )
        for path in (f"/dossiers/{dossier}", f"/dossiers/{dossier}/missing")
    ]
    assert counted[0] == counted[1] != []
    named = applicant.get(f"/dossiers/{dossier}/missing").get_data(as_text=True)
    assert "لا جواب بعد عن" in named
    assert "«صفة صاحب الطلب» في «صفة صاحب الطلب»" not in named
    born = {"q.birth.day": "1", "q.birth.month": "2", "q.birth.year": "2199"}
    wrong = applicant.post(f"/dossiers/{dossier}/list/children/1", born)
    assert wrong.status_code == 422
    assert "الطفل 1: تاريخ" not in wrong.get_data(as_text=True), "its own page is about no other child"
    assert "هذا في المستقبل" in wrong.get_data(as_text=True)

"""What is said fits whoever reads it: nobody is told to fill in what cannot be filled in any more."""

from __future__ import annotations

import pytest
from web_service import Service, Visitor

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

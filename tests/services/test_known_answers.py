"""What is known of somebody is proposed on screen, and is no answer before they save it."""

from __future__ import annotations

import pytest

from forms_service.services.known_answers import ACCOUNT, EARLIER
from forms_service.storage.account_models import HolderRow
from tests.services.conftest import REFUND


@pytest.fixture
def with_account_data(office):
    with office.services.database.writing() as session:
        session.add(
            HolderRow(
                account_id=office.applicant.id,
                first_name="Fatima",
                identity_number="AB123456",
                birth="1988-03-12",
                phone="0612345678",
                notify_by=["sms"],
            )
        )
    return office


def proposed(office, dossier: str, actor=None) -> dict[str, tuple[object, str]]:
    known = office.services.known_answers(actor or office.applicant, dossier)
    return {name: (one.value, one.source) for name, one in known.items()}


def test_a_first_request_is_proposed_what_the_account_says(with_account_data) -> None:
    office = with_account_data
    found = proposed(office, office.open())
    assert found["assured.registration"][0] == "123456782"
    assert found["assured.id_no"] == ("AB123456", ACCOUNT)
    assert found["assured.birth"] == ("1988-03-12", ACCOUNT)
    assert found["assured.first"] == ("Fatima", ACCOUNT)
    assert found["assured.last"] == ("Amrani", ACCOUNT)
    assert not [name for name in found if name.startswith("spouse")]
    assert office.values(office.open()) == {}, "nothing is an answer yet"


def test_another_form_is_proposed_what_an_earlier_request_said(office) -> None:
    first = office.open()
    said = {"assured.last.ar": "العمراني", "assured.first": "Fatima", "assured.address": "1 rue A"}
    office.services.answer(office.applicant, first, said)
    found = proposed(office, office.open(REFUND))
    assert found["assured.last.ar"] == ("العمراني", EARLIER)
    assert found["assured.first"] == ("Fatima", EARLIER)


def test_what_was_answered_or_emptied_here_is_not_proposed_again(with_account_data) -> None:
    office = with_account_data
    dossier = office.open()
    office.services.answer(
        office.applicant, dossier, {"assured.id_no": "CD654321", "assured.birth": "1/1/1990"}
    )
    office.services.answer(office.applicant, dossier, {"assured.birth": ""})
    assert not {"assured.id_no", "assured.birth"} & set(proposed(office, dossier))


def test_whoever_asks_in_the_stead_of_the_insured_is_proposed_nothing(with_account_data) -> None:
    office = with_account_data
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "guardian"})
    assert proposed(office, dossier) == {}


def test_a_clerk_sees_no_account_data(with_account_data) -> None:
    office = with_account_data
    assert ACCOUNT not in {source for _, source in proposed(office, office.open(), office.clerk).values()}

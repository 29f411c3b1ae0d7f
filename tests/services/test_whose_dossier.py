"""Whose a dossier is in lists: by the paper, else by the account of its number, and never left unsaid."""

from __future__ import annotations

import pytest

from core.dossier import Origin
from forms_service.services.storing_answers import put_field
from forms_service.storage.models import DossierRow
from tests.services.conftest import ALLOWANCE, PASSWORD

NUMBER = "assured.registration"
LAST, FIRST = "assured.last", "assured.first"
WIDOW = {"quality": "widow_no_pension"}


def _from_a_stack(office) -> str:
    """A dossier that a stack opened: nobody's, its number told only later."""
    return office.services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration="555666777")


def _name(office, dossier: str) -> str:
    return office.services.dossier(office.clerk, dossier).owner_name


def test_a_widow_without_a_name_on_paper_has_that_of_her_numbers_account(office) -> None:
    services, dossier = office.services, _from_a_stack(office)
    services.answer(office.clerk, dossier, WIDOW, {})
    view = services.dossier(office.clerk, dossier)
    assert (view.owner_name, view.registration) == ("", "555666777")
    services.register_applicant("555666777", PASSWORD, "Zohra Idrissi")
    receipt = services.deposit(office.clerk, dossier, True)
    assert receipt.applicant_name.fr == "Zohra Idrissi"
    assert _name(office, dossier) == "Zohra Idrissi"


def test_a_number_typed_into_ones_own_dossier_gives_no_other_persons_name(office) -> None:
    services, own = office.services, office.open()
    services.register_applicant("555666777", PASSWORD, "Zohra Idrissi")
    field = services.dossier(office.applicant, own).spec.applicant_fields["registration"]
    services.answer(office.applicant, own, {**WIDOW, field: "555666777"}, {})
    view = services.dossier(office.applicant, own)
    assert (view.owner_name, view.registration) == ("Fatima Amrani", "555666777")


def _read_on_paper(office, confirmed: bool = False, **answers: str) -> str:
    """A dossier of a stack whose answers a machine was sure of, or that a clerk confirmed."""
    services = office.services
    dossier = services.open_dossier(office.clerk, ALLOWANCE, "ar")
    with services.database.writing() as session:
        row = session.get_one(DossierRow, dossier)
        by = office.clerk.id if confirmed else None
        for name, value in answers.items():
            field = name.replace("_", ".")
            kept = {"origin": Origin.SCAN, "by": by, "at": office.clock(), "confidence": 0.999}
            put_field(session, row, services.spec_of(row), field, value, **kept)
        services.refresh_applicant(session, row, services.spec_of(row))
    return dossier


@pytest.mark.parametrize(
    ("confirmed", "answers", "named"),
    [
        (False, {}, ""),
        (True, {}, "Zohra Idrissi"),
        (False, {"assured_first": "ZOHRA"}, "Zohra Idrissi"),
        (False, {"assured_first": "SALMA"}, "… SALMA"),
        (True, {"assured_first": "SALMA"}, "… SALMA"),
        (False, {"assured_first": "SALMA", "assured_last": "IDRISSI"}, "IDRISSI SALMA"),
    ],
    ids=[
        *("number read alone", "number confirmed", "first name agrees", "first name differs"),
        *("confirmed, first name differs", "whole name read"),
    ],
)
def test_a_number_that_may_be_misread_names_nobody_the_paper_does_not(
    office, confirmed: bool, answers: dict[str, str], named: str
) -> None:
    office.services.register_applicant("555666777", PASSWORD, "Zohra Idrissi")
    dossier = _read_on_paper(office, confirmed, assured_registration="555666777", **answers)
    assert _name(office, dossier) == named
    receipt = office.services.deposit(office.clerk, dossier, True)
    assert (receipt.applicant_name.fr, receipt.registration) == (named, "555666777")


def test_a_guardian_is_not_given_the_name_of_the_insured_persons_account(office) -> None:
    services = office.services
    services.register_applicant("555666777", PASSWORD, "Rachid Idrissi")
    dossier = services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration="987654321")
    office.services.answer(office.clerk, dossier, {"quality": "guardian", NUMBER: "555666777"}, {})
    nobodys = services.open_dossier(office.clerk, ALLOWANCE, "ar")
    insured = {NUMBER: "555666777", LAST: "Idrissi", FIRST: "Rachid"}
    services.answer(office.clerk, nobodys, {"quality": "guardian", **insured}, {})
    assert (_name(office, dossier), _name(office, nobodys)) == ("Omar Tazi", "")
    assert services.deposit(office.clerk, nobodys, True).applicant_name.fr == ""


def test_a_receipt_bears_no_first_name_alone(office) -> None:
    services, own = office.services, office.open()
    services.answer(office.applicant, own, {FIRST: "Fatima"}, {})
    assert _name(office, own) == "Fatima Amrani", "the account says the same, and whole"
    services.answer(office.applicant, own, {FIRST: "Salma"}, {})
    assert _name(office, own) == "… Salma", "somebody else's request, and half a name"
    services.answer(office.applicant, own, {f"{LAST}.ar": "الإدريسي", f"{FIRST}.ar": "سلمى"}, {})
    name = services.deposit(office.applicant, own, True).applicant_name
    assert (name.ar, name.fr) == ("الإدريسي سلمى", "الإدريسي سلمى"), "whole in one script at least"

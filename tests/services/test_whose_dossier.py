"""Whose a dossier is in lists: by the paper, else by the account of its number, and never left unsaid."""

from __future__ import annotations

from tests.services.conftest import ALLOWANCE, PASSWORD

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

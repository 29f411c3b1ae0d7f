"""The space of the self-employed: attestation at once, bank account, family; and an employer's yearly statement."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.errors import DossierError
from forms_service.registers import FileRegisters
from tests.services.conftest import PASSWORD, Office

REGISTERS = Path(__file__).resolve().parents[2] / "samples" / "registers"


@pytest.fixture
def office(office: Office) -> Office:
    object.__setattr__(office.services.adapters, "registers", FileRegisters(REGISTERS))
    return office


def signed_in(office: Office, login: str) -> Office:
    return replace(office, applicant=office.services.add_account(login, PASSWORD, "Quelqu'un", {"applicant"}))


def paper(office: Office, dossier: str) -> str:
    (one,) = office.services.course(office.applicant, dossier).papers
    pdf = office.services.outcome_paper_pdf(office.applicant, dossier, one.id)
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_attestation_is_made_at_once_of_what_the_fund_knows(office: Office) -> None:
    salma = signed_in(office, "204817365")
    dossier = salma.open("registration-certificate")
    salma.services.answer(salma.applicant, dossier, {"purpose": "Visa"})
    assert salma.services.take_action(salma.applicant, dossier, "issue") == "issued"
    text = paper(salma, dossier)
    assert "EL IDRISSI Salma" in text and "204817365" in text and "Visa" in text


def test_whom_the_fund_does_not_know_gets_none_and_is_told_where_to_go(office: Office) -> None:
    dossier = office.open("registration-certificate")
    with pytest.raises(DossierError) as refused:
        office.services.take_action(office.applicant, dossier, "issue")
    assert "bureau de proximité" in refused.value.message.fr


def test_family_and_bank_account_ask_for_their_papers(office: Office) -> None:
    dossier = office.open("family-declaration")
    office.services.answer_group(
        office.applicant, dossier, "children", [{"first": "Sara", "birth": "2004-05-01", "student": True}]
    )
    needed = {one.type for one in office.services.completeness(office.applicant, dossier).required}
    assert {"birth", "school"} <= needed and "marriage" not in needed
    other = office.open("bank-account")
    assert "bank" in {one.type for one in office.services.completeness(office.applicant, other).required}


def test_the_yearly_statement_adds_up(office: Office) -> None:
    boss = signed_in(office, "1000001")
    dossier = boss.open("account-statement")
    boss.services.answer(boss.applicant, dossier, {"year": "2025"})
    found = boss.services.completeness(boss.applicant, dossier).amounts
    assert round(found["due"]["value"] - found["paid"]["value"], 2) == found["balance"]["value"]
    assert len(found["tables"][0]["rows"]) == 12
    boss.services.take_action(boss.applicant, dossier, "issue")
    assert "1000001" in paper(boss, dossier)

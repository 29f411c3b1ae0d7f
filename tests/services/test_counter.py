"""The counter's day: receipts of a stack in one print, paper files, the list of the day."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from core.localized_text import LocalizedText
from forms_service.services.views import StackDossier, StackSummary, StackView
from forms_service.storage.models import DossierRow
from tests.services.conftest import ALLOWANCE, PASSWORD
from tests.services.prepared_readings import refused

NUMBERS = ("111222333", "222333444", "333444555")


@pytest.fixture
def stack(office, monkeypatch: pytest.MonkeyPatch):
    """A stack that went to three dossiers; of the last one a page is missing."""
    ids = [
        office.services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration=number)
        for number in NUMBERS
    ]
    summary = StackSummary("s", office.clock(), "done", 1, True, 6, 6, 6, 6, 0)
    dossiers = tuple(
        StackDossier(
            id=one,
            reference=office.services.dossier(office.clerk, one).reference,
            person="",
            title=LocalizedText("ا", "a"),
            opened=True,
            sheets=2,
            attachments=0,
            missing=(2,) if place == 2 else (),
            remarks=0,
        )
        for place, one in enumerate(ids)
    )
    view = StackView(summary, (), (), dossiers)
    monkeypatch.setattr(office.services, "stack", lambda actor, stack_id: view)
    return SimpleNamespace(ids=ids, references=[one.reference for one in dossiers])


def test_the_receipts_of_a_stack_are_one_print(office, stack) -> None:
    services, clerk = office.services, office.clerk
    lines = services.handover(clerk, "s").lines
    assert [one.ready for one in lines] == [True, True, False]
    assert all(one.lacking for one in lines)
    with refused("declaration_needed"):
        services.deposit_stack(clerk, "s", stack.ids[:2], forms_seen=False)
    assert services.deposit_stack(clerk, "s", stack.ids[:2], forms_seen=True) == []
    after = services.handover(clerk, "s")
    assert after.issued == 2
    assert [one.deposited for one in after.lines] == [True, True, False]
    pages = PdfReader(io.BytesIO(services.stack_receipts(clerk, "s"))).pages
    words = [page.extract_text() for page in pages]
    for reference in stack.references[:2]:
        assert any(reference in text for text in words)
    assert not any(stack.references[2] in text for text in words)
    # printing again prints the same receipts, and depositing again changes nothing
    assert services.deposit_stack(clerk, "s", stack.ids[:2], forms_seen=True) == []
    assert len(PdfReader(io.BytesIO(services.stack_receipts(clerk, "s"))).pages) == len(pages)


def test_whose_numbers_all_differ_nobody_is_compared(office, stack, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(office.services, "other_dossiers", lambda _, one: compared.append(one) or [])
    assert not any(one.repeats for one in office.services.handover(office.clerk, "s").lines)
    assert compared == []
    with office.application.database.writing() as session:
        session.get_one(DossierRow, stack.ids[2]).registration = NUMBERS[0]
    office.services.handover(office.clerk, "s")
    assert sorted(compared) == sorted([stack.ids[0], stack.ids[2]])


def test_no_foreign_dossier_slips_into_a_stack(office, stack) -> None:
    foreign = office.open()
    with refused("not_yours"):
        office.services.deposit_stack(office.clerk, "s", [foreign], forms_seen=True)
    assert office.services.dossier(office.clerk, foreign).state == "draft"
    with refused("no_receipt"):
        office.services.stack_receipts(office.clerk, "s")


def test_a_paper_file_is_taken_by_its_reference(make_office) -> None:
    office = make_office(physical_check_rate=1.0)
    dossier = office.open()
    office.services.deposit(office.applicant, dossier, True)
    (awaited,) = office.services.awaited_papers(office.clerk)
    assert awaited.id == dossier
    with refused("no_such_dossier"):
        office.services.receive_paper_of(office.clerk, "nothing")
    bare = awaited.reference.replace("-", " ").lower()
    assert office.services.receive_paper_of(office.clerk, bare) == awaited.reference
    assert office.services.awaited_papers(office.clerk) == []
    with refused("wrong_state"):
        office.services.receive_paper_of(office.clerk, awaited.reference)


def test_the_days_list_shows_the_agencys_work_and_nobody_elses(office) -> None:
    services = office.services
    operator = services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})
    services.change_user(operator, office.clerk.id, "Agence", ["clerk"], "Fès")
    colleague, password = services.open_staff_account(operator, "fes2", "Collègue", ["clerk"], "Fès")
    elsewhere, other_password = services.open_staff_account(operator, "rabat1", "Rabat", ["clerk"], "Rabat")
    mine = services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration=NUMBERS[0])
    theirs = services.open_dossier(
        services.authenticate("fes2", password), ALLOWANCE, "ar", for_registration=NUMBERS[1]
    )
    services.open_dossier(
        services.authenticate("rabat1", other_password), ALLOWANCE, "ar", for_registration=NUMBERS[2]
    )
    services.deposit(office.clerk, mine, True)
    lines = services.day_list(office.clerk, services.today())
    assert [(one.dossier.id, one.by) for one in lines] == [(mine, ("Agence",)), (theirs, ("Collègue",))]
    assert {"opened", "deposited"} <= set(lines[0].done)
    office.clock.move(days=1)
    assert services.day_list(office.clerk, services.today()) == []
    assert colleague and elsewhere

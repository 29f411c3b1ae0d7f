"""What an incomplete deposit lacks may be added at once: nothing is overwritten, and there is a receipt."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from core.errors import DossierError
from forms_service.storage.models import AuditRow, EarlierReceiptRow
from tests.services.prepared_readings import PDF


def refused(code: str):
    return pytest.raises(DossierError, check=lambda error: error.code == code)


@pytest.fixture
def dossier(office) -> str:
    dossier = office.open()
    answers = {"quality": "assured", "assured.last": "Amrani", "assured.id_no": "AB123456"}
    office.services.answer(office.applicant, dossier, answers, {})
    office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    office.services.deposit(office.applicant, dossier, True)
    office.clock.move(days=1)
    return dossier


def missing(office, dossier: str) -> set[str]:
    return {one.type for one in office.services.complement(office.applicant, dossier).missing}


def add(office, dossier: str, name: str = "cni.pdf", as_type: str = "id_assured"):
    return office.services.add_paper(office.applicant, dossier, name, PDF, as_type)


def test_a_missing_paper_is_added_and_gets_a_receipt_of_its_own(office, dossier: str) -> None:
    services = office.services
    first = services.receipt_pdf(office.applicant, dossier)
    before = services.dossier(office.applicant, dossier)
    assert "id_assured" in missing(office, dossier)
    add(office, dossier)
    assert services.complement(office.applicant, dossier).to_confirm
    receipt = services.confirm_complement(office.applicant, dossier)
    assert "id_assured" in {one.type for one in receipt.received}
    assert "id_assured" not in {one.type for one in receipt.missing}
    assert receipt.deposited_at.date().isoformat() == "2026-03-02", "the date of the request stays"
    assert receipt.completed_at == office.clock.now
    assert services.receipt_pdf(office.applicant, dossier) != first
    after = services.dossier(office.applicant, dossier)
    assert (after.state, after.dossier.answers()) == (before.state, before.dossier.answers())
    assert [one.added_later for one in after.attachments if not one.made_on_screen] == [False, True]
    assert after.events[-1].action == "complemented"
    with office.application.database.reading() as session:
        assert len(session.scalars(select(EarlierReceiptRow)).all()) == 1


def test_pressing_twice_gives_one_receipt(office, dossier: str) -> None:
    add(office, dossier)
    receipts = []
    threads = [
        threading.Thread(
            target=lambda: receipts.append(office.services.confirm_complement(office.applicant, dossier))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.digest() for one in receipts}) == 1
    assert len(receipts) == 3
    with office.application.database.reading() as session:
        done = session.scalars(select(AuditRow).where(AuditRow.action == "complemented")).all()
    assert len(done) == 1


def test_only_what_is_missing_is_taken(office, dossier: str) -> None:
    with refused("not_missing"):
        add(office, dossier, "rib2.pdf", "bank")
    with refused("wrong_state"):
        office.services.upload(office.applicant, dossier, "autre.pdf", PDF)
    with refused("wrong_state"):
        office.services.answer(office.applicant, dossier, {"assured.city": "Fès"})


def test_the_back_of_a_card_is_taken_after_its_front_until_the_receipt(office, dossier: str) -> None:
    services = office.services
    front = add(office, dossier, "recto.jpg")
    held = services.complement(office.applicant, dossier)
    assert "id_assured" not in {one.type for one in held.missing}
    assert "id_assured" in {one.type for one in held.takes}
    assert {one.document_id for one in held.missing} < {one.document_id for one in held.takes}
    back = add(office, dossier, "verso.jpg")
    added = services.complement(office.applicant, dossier).added
    assert [one.id for one in added] == [front.id, back.id]
    with refused("not_missing"):  # what the receipt does not lack stays as it was deposited
        add(office, dossier, "rib2.pdf", "bank")
    office.clock.move(minutes=1)
    services.confirm_complement(office.applicant, dossier)
    office.clock.move(minutes=1)
    with refused("not_missing"):
        add(office, dossier, "encore.jpg")


def test_an_added_paper_may_be_taken_back_until_its_receipt_or_a_ruling(office, dossier: str) -> None:
    services = office.services
    deposited = services.dossier(office.applicant, dossier).attachments[0]
    with refused("wrong_state"):
        services.withdraw_paper(office.applicant, dossier, deposited.id)
    paper = add(office, dossier)
    services.withdraw_paper(office.applicant, dossier, paper.id)
    assert "id_assured" in missing(office, dossier)
    assert not services.complement(office.applicant, dossier).added
    again = add(office, dossier)
    services.start_review(office.reviewer, dossier)
    services.decide_document(office.reviewer, dossier, again.id, True)
    with refused("wrong_state"):
        services.withdraw_paper(office.applicant, dossier, again.id)
    services.confirm_complement(office.applicant, dossier)


def test_whoever_examines_sees_what_came_and_cannot_pass_over_it(office, dossier: str) -> None:
    services = office.services
    services.start_review(office.reviewer, dossier)
    paper = add(office, dossier)
    services.confirm_complement(office.applicant, dossier)
    seen = {one.id: one for one in services.dossier(office.reviewer, dossier).attachments}
    assert seen[paper.id].added_later
    assert f"attachment-{paper.id}" in {
        one.subject for one in services.acceptance_gaps(office.reviewer, dossier)
    }


def test_a_decided_or_returned_dossier_and_a_strangers_take_nothing(office, dossier: str) -> None:
    services = office.services
    with refused("not_yours"):
        services.add_paper(office.neighbour, dossier, "cni.pdf", PDF, "id_assured")
    with refused("not_yours"):
        services.confirm_complement(office.neighbour, dossier)
    with refused("wrong_state"):
        services.add_paper(office.reviewer, dossier, "cni.pdf", PDF, "id_assured")
    services.start_review(office.reviewer, dossier)
    services.request_correction(office.reviewer, dossier, ["assured.city"], [], "La ville manque.")
    assert services.complement(office.applicant, dossier) is None
    with refused("wrong_state"):
        add(office, dossier)
    draft = office.open()
    with refused("wrong_state"):
        add(office, draft)


def test_without_anything_new_the_receipt_stays_the_one_there_is(office, dossier: str) -> None:
    pdf = office.services.receipt_pdf(office.applicant, dossier)
    office.services.confirm_complement(office.applicant, dossier)
    add(office, dossier, "vide.pdf")
    paper = office.services.complement(office.applicant, dossier).added[0]
    office.services.withdraw_paper(office.applicant, dossier, paper.id)
    office.services.confirm_complement(office.applicant, dossier)
    assert office.services.receipt_pdf(office.applicant, dossier) == pdf

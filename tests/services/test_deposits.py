"""The deposit: a receipt that can be proved, once, whatever happens at the same time."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select

from core.errors import DossierError
from core.receipt import DepositReceipt, normalize_reference
from forms_service.services.receipt_checks import receipt_from_payload
from forms_service.storage.models import AuditRow, HonourDeclarationRow

PDF = b"%PDF-1.4\nnot much of a document"


def refused(code: str):
    return pytest.raises(DossierError, check=lambda error: error.code == code)


@pytest.fixture
def dossier(office) -> str:
    dossier = office.open()
    office.services.answer(
        office.applicant,
        dossier,
        {
            "quality": "assured",
            "assured.last": "Amrani",
            "assured.last.ar": "العمراني",
            "assured.first": "Fatima",
            "assured.first.ar": "فاطمة",
            "assured.registration": "123456782",
        },
        {},
    )
    office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    return dossier


def test_the_receipt_states_who_what_and_when(office, dossier: str) -> None:
    receipt = office.services.deposit(office.applicant, dossier, True)
    assert normalize_reference(receipt.reference) == receipt.reference
    assert (receipt.applicant_name.fr, receipt.applicant_name.ar) == ("Amrani Fatima", "العمراني فاطمة")
    assert receipt.registration == "123456782"
    assert receipt.deposited_at.isoformat() == "2026-03-02T10:30:00+00:00"
    assert [one.type for one in receipt.received] == ["form", "bank"]
    assert "id_assured" in [one.type for one in receipt.missing]


def test_after_the_deposit_the_dossier_waits_for_review(office, dossier: str) -> None:
    receipt = office.services.deposit(office.applicant, dossier, True)
    view = office.services.dossier(office.applicant, dossier)
    assert (view.state, view.may_edit, view.receipt_available) == ("submitted", False, True)
    assert view.reference == receipt.reference
    with refused("wrong_state"):
        office.services.answer(office.applicant, dossier, {"assured.city": "Fès"}, {})
    with refused("wrong_state"):
        office.services.upload(office.applicant, dossier, "late.pdf", PDF)
    assert [one.id for one in office.services.queue(office.reviewer)] == [dossier]


def test_the_declaration_is_asked_for(office, dossier: str) -> None:
    with refused("declaration_needed"):
        office.services.deposit(office.applicant, dossier, False)
    assert office.services.dossier(office.applicant, dossier).state == "draft"
    with refused("no_receipt"):
        office.services.receipt_pdf(office.applicant, dossier)


def test_depositing_again_gives_the_same_receipt(office, dossier: str) -> None:
    first = office.services.deposit(office.applicant, dossier, True)
    pdf = office.services.receipt_pdf(office.applicant, dossier)
    office.clock.move(hours=3)
    assert office.services.deposit(office.applicant, dossier, True) == first
    assert office.services.receipt_pdf(office.applicant, dossier) == pdf
    with office.application.database.reading() as session:
        deposits = session.scalars(select(AuditRow).where(AuditRow.action == "deposited")).all()
    assert len(deposits) == 1


def test_many_deposits_at_once_are_one(office, dossier: str) -> None:
    receipts: list[DepositReceipt] = []
    threads = [
        threading.Thread(
            target=lambda: receipts.append(office.services.deposit(office.applicant, dossier, True))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 4
    assert len({one.digest() for one in receipts}) == 1
    with office.application.database.reading() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "deposited")).all()) == 1


def test_a_change_during_the_deposit_is_on_the_receipt(office, dossier: str, monkeypatch) -> None:
    services = office.services
    prepare = services._prepare
    late = iter([lambda: services.upload(office.applicant, dossier, "cni.pdf", PDF, "id_assured")])

    def slow_prepare(*given):
        prepared = prepare(*given)
        next(late, lambda: None)()
        return prepared

    monkeypatch.setattr(services, "_prepare", slow_prepare)
    receipt = services.deposit(office.applicant, dossier, True)
    assert {one.type for one in receipt.received} == {"form", "bank", "id_assured"}


def test_declarations_on_honour_are_kept_with_who_and_when(office, dossier: str) -> None:
    office.services.answer(office.applicant, dossier, {"spouse.work": "none", "spouse.last": "Tazi"}, {})
    office.services.deposit(office.applicant, dossier, True)
    with office.application.database.reading() as session:
        rows = session.scalars(select(HonourDeclarationRow)).all()
    assert {row.declaration for row in rows} == {"decl.true", "spouse_inactivity"}
    assert {row.declared_by for row in rows} == {office.applicant.id}
    assert {row.declared_at for row in rows} == {office.clock.now}
    assert all(row.text["ar"] and row.text["fr"] for row in rows)


def test_the_qr_code_leads_to_the_facts(office, dossier: str) -> None:
    import cv2
    import pypdfium2
    import zxingcpp

    receipt = office.services.deposit(office.applicant, dossier, True)
    page = pypdfium2.PdfDocument(office.services.receipt_pdf(office.applicant, dossier))[0]
    pixels = page.render(scale=200 / 72, grayscale=True).to_numpy()
    (code,) = [one.text for one in zxingcpp.read_barcodes(cv2.convertScaleAbs(pixels))]
    address = "http://127.0.0.1:8000/receipt/"
    assert code.startswith(address)
    reference, signed = code.removeprefix(address).split("/")
    found = office.services.receipt_by_reference(reference, signed)
    assert found.reference == receipt.reference
    assert (found.state, found.received) == ("submitted", 2)


def complement(office, dossier: str) -> DepositReceipt:
    """Two days later the applicant mends what the reviewer asked for."""
    services = office.services
    services.start_review(office.reviewer, dossier)
    services.request_correction(office.reviewer, dossier, ["assured.city"], [], "La ville manque.")
    services.answer(office.applicant, dossier, {"assured.city": "Fès"}, {})
    office.clock.move(days=2)
    return services.deposit(office.applicant, dossier, True)


def test_the_date_of_the_request_is_that_of_the_first_deposit(office, dossier: str) -> None:
    first = office.services.deposit(office.applicant, dossier, True)
    assert (first.completed_at, "completed_at" in first.payload()) == (None, False)
    office.clock.move(days=3)
    second = complement(office, dossier)
    assert second.deposited_at == first.deposited_at
    assert second.completed_at == office.clock.now
    assert receipt_from_payload(second.payload()) == second
    with office.application.database.reading() as session:
        said = session.scalars(select(HonourDeclarationRow.declared_at).distinct()).all()
    assert set(said) == {first.deposited_at, second.completed_at}


def test_papers_only_said_to_be_filed_stand_on_the_receipt(office, dossier: str) -> None:
    office.services.set_on_file(office.applicant, dossier, {"id_assured"}, {"marriage"})
    receipt = office.services.deposit(office.applicant, dossier, True)
    assert [one.type for one in receipt.claimed] == ["id_assured", "marriage"]
    assert not {"id_assured", "marriage"} & {one.type for one in (*receipt.missing, *receipt.received)}
    assert receipt_from_payload(receipt.payload()) == receipt


def test_every_childs_paper_is_numbered_on_the_receipt(office, dossier: str) -> None:
    children = [{"birth": "2015-03-12"}, {"birth": "2018-09-01"}]
    office.services.answer_group(office.applicant, dossier, "children", children)
    office.services.upload(office.applicant, dossier, "a.pdf", PDF, "birth")
    office.services.upload(office.applicant, dossier, "b.pdf", PDF, "birth", 2)
    receipt = office.services.deposit(office.applicant, dossier, True)
    births = [(one.child, one.count) for one in receipt.received if one.type == "birth"]
    assert births == [(1, 1), (2, 1)]
    assert "birth" not in {one.type for one in receipt.missing}


@pytest.mark.parametrize(("draw", "state"), [(0.09, "physical_check_pending"), (0.11, "submitted")])
def test_a_share_of_the_deposits_is_drawn_for_a_check(make_office, draw: float, state: str) -> None:
    office = make_office(physical_check_rate=0.1)
    office.draws[0] = draw
    dossier = office.open()
    receipt = office.services.deposit(office.applicant, dossier, True)
    view = office.services.dossier(office.applicant, dossier)
    assert view.state == state
    assert receipt.physical_check == view.physical_check == (state == "physical_check_pending")


def test_the_spec_says_the_rate_when_no_setting_does(office) -> None:
    office.draws[0] = 0.09
    refund = office.open("310-1-32")
    allowance = office.open("311-1-14")
    assert office.services.deposit(office.applicant, refund, True).physical_check
    assert not office.services.deposit(office.applicant, allowance, True).physical_check


def test_paper_brought_to_the_agency_ends_the_check(make_office) -> None:
    office = make_office(physical_check_rate=1.0)
    dossier = office.open()
    office.services.deposit(office.applicant, dossier, True)
    with refused("not_allowed"):
        office.services.receive_paper(office.applicant, dossier)
    office.services.receive_paper(office.clerk, dossier)
    assert office.services.dossier(office.clerk, dossier).state == "submitted"


def test_completeness_is_judged_on_the_day_of_deposit(office) -> None:
    dossier = office.open()
    office.services.answer_group(office.applicant, dossier, "children", [{"birth": "2025-10-01"}])
    office.services.deposit(office.applicant, dossier, True)
    office.clock.move(days=400)

    def late(on: date | None = None) -> bool:
        report = office.services.completeness(office.applicant, dossier, on)
        return "late" in {one.code for one in report.findings}

    assert not late()
    assert late(date(2026, 12, 31))


def test_printed_forms_carry_the_dossiers_reference_and_answers(office, dossier: str) -> None:
    from forms_service.render.form_pdf import read_values

    filled = read_values(office.services.filled_pdf(office.applicant, dossier))
    assert filled.reference == office.services.dossier(office.applicant, dossier).reference
    assert filled.values["assured.last.ar"] == "العمراني"
    assert (
        read_values(office.services.blank_pdf("311-1-14", 1, "6MWU-T4A5-HTG3")).reference == "6MWU-T4A5-HTG3"
    )


@pytest.mark.parametrize(
    ("quality", "state"), [("divorced", "physical_check_pending"), ("assured", "submitted")]
)
def test_a_rule_of_the_form_draws_deposits_whatever_the_rate(
    office, monkeypatch, quality: str, state: str
) -> None:
    from core.spec_parser import parse_spec
    from forms_service.config import default_spec_folder
    from forms_service.spec_catalogue import SpecCatalogue

    path = default_spec_folder() / "311-1-14" / "v1.yaml"
    rule = (
        "physical_check:\n  rate: 0\n  always_when: 'quality == \"divorced\"'\n"
        "  notice: {fr: Présentez vos originaux., ar: قدموا أصول الوثائق.}\nsections:\n"
    )
    spec = parse_spec(path.read_text(encoding="utf-8").replace("sections:\n", rule, 1), str(path))
    monkeypatch.setattr(SpecCatalogue, "get", lambda *_: spec)
    office.draws[0] = 0.0
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": quality})
    receipt = office.services.deposit(office.applicant, dossier, True)
    view = office.services.dossier(office.applicant, dossier)
    assert (view.state, view.physical_check) == (state, quality == "divorced")
    assert receipt.physical_check is (quality == "divorced")

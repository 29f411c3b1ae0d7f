"""Receipts checked on line: genuine, replaced, revoked or none of ours; and who may revoke."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from core.errors import DossierError
from core.receipt import DepositReceipt, ReceiptDocument, RevocationReason, new_reference
from forms_service.receipt_identity import make_identity, signer_for
from forms_service.receipts import issue, sign_code
from forms_service.services.receipt_checks import operator, receipt_from_payload
from forms_service.storage.models import AuditRow, ReceiptRevocationRow

BEFORE = Path(__file__).resolve().parents[1] / "receipts_issued_before"
ERROR = RevocationReason.ISSUED_IN_ERROR


def refused(code: str):
    return pytest.raises(DossierError, check=lambda error: error.code == code)


@pytest.fixture
def dossier(office) -> str:
    dossier = office.open()
    answers = {"quality": "assured", "assured.last": "Amrani", "assured.registration": "123456782"}
    office.services.answer(office.applicant, dossier, answers, {})
    return dossier


def deposited(office, dossier: str) -> tuple[DepositReceipt, bytes]:
    receipt = office.services.deposit(office.applicant, dossier, True)
    return receipt, office.services.receipt_pdf(office.applicant, dossier)


def complemented(office, dossier: str) -> tuple[DepositReceipt, bytes]:
    """Two days later the applicant mends what the reviewer asked for."""
    services = office.services
    services.start_review(office.reviewer, dossier)
    services.request_correction(office.reviewer, dossier, ["assured.city"], [], "La ville manque.")
    services.answer(office.applicant, dossier, {"assured.city": "Fès"}, {})
    office.clock.move(days=2)
    return deposited(office, dossier)


def standings(office, receipt: DepositReceipt, pdf: bytes) -> list[object]:
    """What the file, the printed code and the QR code lead to."""
    services = office.services
    signed = sign_code(receipt, services.adapters.signer())
    by_code = [
        services.receipt_by_reference(receipt.reference, one) for one in (receipt.control_code(), signed)
    ]
    return [services.check_receipt_pdf(pdf).standing, *(one.standing for one in by_code)]


def test_a_receipt_is_genuine_until_a_byte_changes(office, dossier: str) -> None:
    _, pdf = deposited(office, dossier)
    check = office.services.check_receipt_pdf
    assert check(pdf).outcome == "genuine"
    assert check(pdf.replace(b"%%EOF", b"%%EOF\n% more", 1)).outcome == "altered"
    assert check(b"%PDF-1.4\nnot much of a document").outcome == "unknown"
    assert check(b"%PDF-1.4\nnot much of a document").standing is None


def test_an_earlier_receipt_stays_genuine_and_says_what_replaced_it(office, dossier: str) -> None:
    issued = [deposited(office, dossier), complemented(office, dossier), complemented(office, dossier)]
    dates = [issued[1][0].completed_at, issued[2][0].completed_at, None]
    for (receipt, pdf), replaced_on in zip(issued, dates, strict=True):
        for standing in standings(office, receipt, pdf):
            assert standing.standing == ("replaced" if replaced_on else "in_force")
            assert standing.replaced_on == replaced_on
    assert office.services.check_receipt_pdf(issued[0][1]).outcome == "replaced"
    assert office.services.check_receipt_pdf(issued[2][1]).outcome == "genuine"


def test_a_revoked_receipt_is_genuine_but_revoked_and_says_when_and_why(office, dossier: str) -> None:
    receipt, pdf = deposited(office, dossier)
    office.clock.move(hours=5)
    revoked = office.services.revoke_receipts(office.reviewer, receipt.reference.lower(), ERROR, "doublon")
    assert (revoked.receipts, revoked.at) == (1, office.clock.now)
    check = office.services.check_receipt_pdf(pdf)
    assert (check.outcome, check.verification.verdict) == ("revoked", "genuine")
    for standing in standings(office, receipt, pdf):
        assert (standing.revoked_on, standing.reason) == (office.clock.now, ERROR)
    altered = office.services.check_receipt_pdf(pdf + b"\n")
    assert (altered.outcome, altered.standing) == ("altered", None)


def test_a_revocation_takes_back_what_was_issued_and_nothing_later(office, dossier: str) -> None:
    issued = [deposited(office, dossier), complemented(office, dossier)]
    revoked = office.services.revoke_receipts(operator("ops"), issued[0][0].reference, ERROR)
    assert revoked.receipts == 2
    with refused("already_revoked"):
        office.services.revoke_receipts(office.reviewer, issued[0][0].reference, ERROR)
    later = complemented(office, dossier)
    assert [office.services.check_receipt_pdf(pdf).outcome for _, pdf in (*issued, later)] == [
        "revoked",
        "revoked",
        "genuine",
    ]
    assert office.services.receipt_standing(office.reviewer, dossier).standing == "in_force"


def test_a_revocation_leaves_a_trace_and_nothing_personal_in_it(office, dossier: str) -> None:
    receipt, _ = deposited(office, dossier)
    office.services.revoke_receipts(office.reviewer, receipt.reference, ERROR, "demande de Mme Amrani")
    with office.application.database.reading() as session:
        (line,) = session.scalars(select(AuditRow).where(AuditRow.action == "receipt_revoked")).all()
        (row,) = session.scalars(select(ReceiptRevocationRow)).all()
    assert (line.actor_id, line.at) == (office.reviewer.id, office.clock.now)
    assert line.details == {"reason": "issued_in_error", "receipts": [receipt.digest()]}
    assert (row.note, row.revoked_by) == ("demande de Mme Amrani", office.reviewer.id)
    events = office.services.dossier(office.applicant, dossier).events
    assert [one.action for one in events][-1] == "receipt_revoked"


def test_only_reviewers_and_operators_revoke(office, dossier: str) -> None:
    receipt, pdf = deposited(office, dossier)
    for actor in (office.applicant, office.neighbour, office.clerk):
        with refused("not_allowed"):
            office.services.revoke_receipts(actor, receipt.reference, ERROR)
    assert office.services.check_receipt_pdf(pdf).outcome == "genuine"


def test_what_was_never_issued_cannot_be_revoked(office, dossier: str) -> None:
    draft = office.services.dossier(office.applicant, dossier).reference
    for reference in (draft, new_reference(random.Random(3).randrange), "no reference", ""):
        with refused("no_such_receipt"):
            office.services.revoke_receipts(office.reviewer, reference, ERROR)


def test_reasons_are_worded_in_both_languages() -> None:
    labels = [one.label for one in RevocationReason]
    assert all(one.ar and one.fr and one.ar != one.fr for one in labels)
    assert len({one.ar for one in labels}) == len({one.fr for one in labels}) == len(RevocationReason)


def test_a_receipt_of_ours_without_its_dossier_is_genuine_and_its_fate_unknown(office) -> None:
    signer = office.services.adapters.signer()
    check = office.services.check_receipt_pdf
    assert check((BEFORE / "first.pdf").read_bytes()).outcome == "unknown"
    keys = office.application.config.keys_folder
    (keys / "before.public.pem").write_bytes((BEFORE / "first.public.pem").read_bytes())
    found = check((BEFORE / "first.pdf").read_bytes())
    assert (found.outcome, found.standing.standing) == ("genuine", "unrecorded")
    stated = receipt_from_payload(found.verification.payload)
    assert check(issue(stated, signer)).standing.standing == "unrecorded"


def test_the_code_of_a_receipt_without_a_dossier_tells_what_its_file_tells(office, dossier: str) -> None:
    receipt, _ = deposited(office, dossier)
    stated = replace(receipt, reference=new_reference(random.Random(3).randrange))
    code = sign_code(stated, office.services.adapters.signer())
    check = office.services.check_receipt_code
    seen = check(stated.reference, code)
    assert (seen.outcome, seen.standing.standing) == ("genuine", "unrecorded")
    assert seen.verification.payload["reference"] == stated.reference
    assert check(stated.reference, stated.control_code()).outcome == "unknown", "no signature, nothing kept"


@pytest.mark.parametrize("place", [20, 90, 150, -1])
@pytest.mark.parametrize("wrong", ["7", "0", ""])
def test_a_code_with_one_character_spoilt_is_altered(office, dossier: str, place: int, wrong: str) -> None:
    receipt, _ = deposited(office, dossier)
    code = sign_code(receipt, office.services.adapters.signer())
    spoilt = code[:place] + (wrong if code[place] != "7" else "A") + code[place:][1:]
    check = office.services.check_receipt_code(receipt.reference, spoilt)
    assert (check.outcome, check.standing, check.receipt) == ("altered", None, None)


def test_a_genuine_code_under_another_reference_is_altered(office, dossier: str) -> None:
    receipt, _ = deposited(office, dossier)
    code = sign_code(receipt, office.services.adapters.signer())
    other = new_reference(random.Random(4).randrange)
    check = office.services.check_receipt_code(other, code)
    assert (check.outcome, check.standing) == ("altered", None)
    assert office.services.check_receipt_code(receipt.reference, code).outcome == "genuine"


def test_receipts_of_an_earlier_identity_are_checked_on_line(office, dossier: str, tmp_path) -> None:
    receipt, pdf = deposited(office, dossier)
    (tmp_path / "new.p12").write_bytes(make_identity("Nouveau cachet", "secret"))
    folder = office.application.config.keys_folder
    replaced = signer_for(folder, tmp_path / "new.p12", lambda: "secret")
    (folder / "receipt-signer.pem").unlink()
    check = office.services.check_receipt_pdf(pdf)
    assert (check.outcome, check.standing.standing) == ("genuine", "in_force")
    assert office.services.receipt_by_reference(receipt.reference, receipt.control_code()) is not None
    assert office.services.check_receipt_pdf(issue(receipt, replaced)).outcome == "genuine"


def test_an_identity_that_expired_meanwhile_signs_nothing_and_the_applicant_loses_nothing(
    office, dossier: str, monkeypatch
) -> None:
    from forms_service.receipt_identity import ReceiptIdentityError

    def expired() -> None:
        raise ReceiptIdentityError("expired", code="receipt_identity_expired")

    adapters = office.services.adapters
    object.__setattr__(adapters, "signer", expired)
    with refused("cannot_sign"):
        office.services.deposit(office.applicant, dossier, True)
    view = office.services.dossier(office.applicant, dossier)
    assert (view.state, view.receipt_available) == ("draft", False)


def test_reference_and_code_must_both_fit(office, dossier: str) -> None:
    receipt, _ = deposited(office, dossier)
    other = office.open()
    unsigned = office.services.dossier(office.applicant, other).reference
    code = receipt.control_code()
    assert office.services.receipt_by_reference(receipt.reference.lower(), code.lower()) is not None
    for reference, wrong in (
        (receipt.reference, "AAAA-AAAA"),
        (receipt.reference, ""),
        (unsigned, code),
        ("AAAA-AAAA-AAAA", code),
        ("", code),
    ):
        assert office.services.receipt_by_reference(reference, wrong) is None


def test_a_payload_gives_its_receipt_back(office, dossier: str) -> None:
    receipt, _ = deposited(office, dossier)
    assert isinstance(receipt.received[0], ReceiptDocument)
    assert receipt_from_payload(receipt.payload()) == receipt


def test_nothing_of_a_file_to_check_is_opened_in_the_service_itself(
    office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may send one: what it names is read by the process that is locked in."""
    import pypdf

    from forms_service.ocr import page_images
    from tests.hostile_files import MARKED

    def opened(*_given: object, **_named: object) -> None:
        raise AssertionError("it was opened here")

    monkeypatch.setattr(pypdf, "PdfReader", opened)
    monkeypatch.setattr(page_images, "_open_pdf", opened)
    assert office.services.check_receipt_pdf(MARKED["pdf"][1]()).outcome == "unknown"

"""Receipts keep to PDF/A-2u and PDF/UA-1 as they leave us: signed, whatever signed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pdfa_checks
import pdfua
import pdfua_checks
import pikepdf
import pytest

from core.localized_text import Language, LocalizedText
from core.receipt import DepositReceipt, ReceiptDocument
from forms_service.receipt_identity import load_identity, make_identity
from forms_service.receipts import Signer, issue

BIRTH = ReceiptDocument("birth", LocalizedText("عقد الازدياد", "Extrait d’acte de naissance"), 2, 1)
RECEIPT = DepositReceipt(
    reference="7K3Q-9XMB-2FTC",
    form_id="310-1-32",
    form_version=1,
    applicant_name=LocalizedText(ar="محمد الأمين بناني", fr="Mohamed Lamine BENNANI"),
    registration="123456789",
    request_type=LocalizedText(ar="استرجاع مبلغ الاشتراكات الأجرية", fr="Remboursement des cotisations"),
    deposited_at=datetime(2026, 6, 1, 9, 22, 5, tzinfo=UTC),
    received=(BIRTH,),
)
CASES = {
    "plain": RECEIPT,
    "everything": replace(
        RECEIPT,
        missing=(BIRTH,),
        claimed=(BIRTH,),
        physical_check=True,
        completed_at=datetime(2026, 6, 9, 14, 5, tzinfo=UTC),
    ),
    "three sheets": replace(RECEIPT, received=tuple(replace(BIRTH, child=number) for number in range(1, 61))),
}


def made_signer(_folder: Path) -> Signer:
    return Signer.create()


def given_signer(folder: Path) -> Signer:
    (folder / "cachet.p12").write_bytes(make_identity("Cachet", "secret", rsa_bits=2048))
    return load_identity(folder / "cachet.p12", "secret")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case", CASES)
def test_a_signed_receipt_is_archival_and_accessible(case: str, language: Language, tmp_path: Path) -> None:
    pdf = issue(CASES[case], made_signer(tmp_path), language=language, verify_url="https://example.ma/r/")
    assert pdfa_checks.failures(pdf) == []
    assert pdfua_checks.failures(pdf) == []
    path = tmp_path / "receipt.pdf"
    path.write_bytes(pdf)
    assert list(pdfua.validate(path).findings) == []


@pytest.mark.parametrize("make", [made_signer, given_signer])
def test_the_signature_keeps_to_the_archives_rules(make, tmp_path: Path) -> None:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(issue(RECEIPT, make(tmp_path)))
    with pikepdf.open(path) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert (int(field.F) & 0b100110, list(field.Rect)) == (0b100, [0, 0, 0, 0]), "printed, never hidden"
        assert str(field.TU) and "/StructParent" in field
        signature = field.V
        assert str(signature.SubFilter) == "/ETSI.CAdES.detached"
        start, end, resumed, rest = (int(one) for one in signature.ByteRange)
        assert (start, resumed + rest) == (0, path.stat().st_size)
        assert path.read_bytes()[end : end + 1] == b"<"
        assert list(pdf.Root.Perms.keys()) == ["/DocMDP"]
        assert not {"/DigestMethod", "/DigestValue", "/DigestLocation"} & set(signature.Reference[0].keys())
        assert len(pdf.attachments) == 0, "archives of this kind hold no files of another"
        assert str(pdf.docinfo.Producer) == "forms-service", "signing leaves the metadata as they were"

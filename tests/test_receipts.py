"""Receipts: what they state, that nobody forges them, that a check never fails on a strange file."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import stat
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pypdf
import pypdf.annotations
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FormsError
from core.localized_text import Language, LocalizedText
from core.receipt import (
    DepositReceipt,
    ReceiptDocument,
    new_reference,
)
from forms_service.receipt_identity import load_identity, make_identity
from forms_service.receipt_signature import sign
from forms_service.receipts import (
    ReceiptKeys,
    ReceiptVerdict,
    Signer,
    issue,
    sign_code,
    verify,
    verify_code,
)

BEFORE = Path(__file__).parent / "receipts_issued_before"
Forgery = Callable[[bytes], bytes]

RECEIPT = DepositReceipt(
    reference=new_reference(random.Random(7).randrange),
    form_id="311-1-14",
    form_version=1,
    applicant_name=LocalizedText(ar="محمد الأمين بناني", fr="Mohamed Lamine BENNANI"),
    registration="123456789",
    request_type=LocalizedText(ar="التعويضات العائلية", fr="Allocations familiales"),
    deposited_at=datetime(2026, 6, 1, 9, 22, 5, tzinfo=UTC),
    received=(ReceiptDocument("id_assured", LocalizedText("البطاقة الوطنية", "CNI")),),
    missing=(ReceiptDocument("birth", LocalizedText("عقد الازدياد", "Extrait de naissance"), 2, 1),),
)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer.create()


@pytest.fixture(scope="module")
def stranger() -> Signer:
    return Signer.create()


@pytest.fixture(scope="module")
def pdf(signer: Signer) -> bytes:
    return issue(RECEIPT, signer)


# --- facts ----------------------------------------------------------------------------------------


def test_equal_facts_have_equal_digests_and_others_not() -> None:
    assert RECEIPT.digest() == replace(RECEIPT).digest()
    assert RECEIPT.digest() == hashlib.sha256(RECEIPT.canonical_json()).hexdigest()
    assert json.loads(RECEIPT.canonical_json()) == RECEIPT.payload()
    assert replace(RECEIPT, registration="123456780").digest() != RECEIPT.digest()
    assert replace(RECEIPT, registration="123456780").control_code() != RECEIPT.control_code()


def test_a_receipt_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(RECEIPT, deposited_at=datetime(2026, 6, 1))  # noqa: DTZ001


# --- keys -----------------------------------------------------------------------------------------


def test_the_signer_is_made_once_and_kept_secret(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first, second = Signer.load_or_create(folder), Signer.load_or_create(folder)
    assert first.to_pem() == second.to_pem()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}


def test_processes_that_start_together_share_one_signer(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        signers = list(pool.map(lambda _: Signer.load_or_create(tmp_path), range(8)))
    assert len({signer.keys.key_id for signer in signers}) == 1
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"not a key", Signer.create().to_pem()[:900]])
def test_a_spoilt_key_file_is_named_and_not_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "receipt-signer.pem"
    path.write_bytes(content)
    with pytest.raises(FormsError, match="receipt-signer") as caught:
        Signer.load_or_create(tmp_path)
    assert caught.value.code == "receipt_keys_unreadable"
    assert path.read_bytes() == content


def test_the_public_half_is_enough_to_check(signer: Signer, pdf: bytes) -> None:
    pem = signer.keys.to_pem()
    assert b"PRIVATE" not in pem
    keys = ReceiptKeys.from_pem(pem)
    assert verify(pdf, keys).verdict is ReceiptVerdict.GENUINE
    assert verify_code(sign_code(RECEIPT, signer), keys).verdict is ReceiptVerdict.GENUINE


# --- the signed file ------------------------------------------------------------------------------


def test_a_receipt_of_ours_is_genuine_and_states_its_facts(signer: Signer, pdf: bytes) -> None:
    found = verify(pdf, signer)
    assert found.verdict is ReceiptVerdict.GENUINE
    assert found.payload == RECEIPT.payload()
    assert set(found.as_dict()) == {"verdict", "checked", "receipt", "message"}


@pytest.mark.parametrize(
    "name", ["a\uffffb\ufffe", "a\x01b", "<&]]>\"'\\", "  deux  espaces ", "\u0085\u2028\u202e"]
)
def test_no_name_keeps_a_receipt_from_being_genuine(signer: Signer, name: str) -> None:
    receipt = replace(RECEIPT, applicant_name=LocalizedText(name, name))
    assert verify(issue(receipt, signer), signer).payload == receipt.payload()


def test_earlier_keys_still_count(signer: Signer, stranger: Signer, pdf: bytes) -> None:
    assert verify(pdf, stranger, signer.keys).verdict is ReceiptVerdict.GENUINE


def test_pyhanko_judges_the_signature_as_we_do(signer: Signer, pdf: bytes) -> None:
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = x509.Certificate.load(signer.certificate.public_bytes(Encoding.DER))
    (embedded,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    status = validate_pdf_signature(embedded, ValidationContext(trust_roots=[root], allow_fetching=False))
    assert status.bottom_line, status.summary()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_noticed(signer: Signer, pdf: bytes, data: st.DataObject) -> None:
    start = pdf.rindex(b"/Contents <") if data.draw(st.booleans()) else 0
    place = data.draw(st.integers(start, len(pdf) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != pdf[place]))
    changed = pdf[:place] + bytes([byte]) + pdf[place + 1 :]
    assert verify(changed, signer).verdict is not ReceiptVerdict.GENUINE


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_cut_or_stuffed_files_are_not_genuine(signer: Signer, pdf: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(pdf) - 1))
    stuffing = data.draw(st.binary(min_size=1, max_size=40))
    for changed in (pdf[:place], pdf[place + 1 :], pdf[:place] + stuffing + pdf[place:], pdf + stuffing):
        assert verify(changed, signer).verdict is not ReceiptVerdict.GENUINE


def saved_by_pypdf(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    return written(writer)


def updated_by_pypdf(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_metadata({"/Note": "added"})
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def packed_by_pikepdf(pdf: bytes) -> bytes:
    """Saved with everything compressed, so that no name stands in the open."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()


def without_its_signature(pdf: bytes) -> bytes:
    """The receipt as it was drawn: everything before the signature's own revision."""
    return pdf[: pdf.index(b"%%EOF") + 6]


def renamed(pdf: bytes) -> bytes:
    """Another file in front of the same signature, with offsets that fit."""
    return pdf.replace(b"%PDF-", b"%PDF-1.7\n%", 1)


def saved_by_pdfium(pdf: bytes) -> bytes:
    buffer = io.BytesIO()
    pypdfium2.PdfDocument(pdf).save(buffer)
    return buffer.getvalue()


def saved_by_mupdf(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf) as opened:
        return opened.tobytes(garbage=4, deflate=True)


def for_the_web(pdf: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(buffer, linearize=True)
    return buffer.getvalue()


def with_an_overlay(pdf: bytes) -> bytes:
    """Another number painted over the one that was printed, in an update after the signature."""
    with pymupdf.open(stream=pdf) as opened:
        page = opened[0]
        page.draw_rect(pymupdf.Rect(200, 200, 400, 260), color=(1, 1, 1), fill=(1, 1, 1))
        page.insert_text((250, 235), "987654321")
        opened.save(buffer := io.BytesIO(), incremental=False)
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.pages[0].merge_page(pypdf.PdfReader(buffer).pages[0])
    return written(writer)


def with_a_note(pdf: bytes) -> bytes:
    """An annotation over the sheet, as viewers append it."""
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_annotation(0, pypdf.annotations.FreeText(text="987654321", rect=(200, 500, 400, 560)))
    return written(writer)


def with_a_page_more(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_blank_page(595, 842)
    return written(writer)


def with_other_facts(pdf: bytes) -> bytes:
    """The facts in the metadata changed, byte for byte of one length, the signature kept."""
    return pdf.replace(b"123456789", b"987654321")


def with_facts_after_the_signature(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_attachment("receipt.json", replace(RECEIPT, registration="987654321").canonical_json())
    return written(writer)


def without_its_field(pdf: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.Root.AcroForm
        del opened.pages[0].Annots
        del opened.Root.Perms
        opened.save(buffer)
    return buffer.getvalue()


def signed_again_by_somebody_else(pdf: bytes) -> bytes:
    """The sheet as it was drawn, under another certificate and our name."""
    drawn = without_its_signature(pdf)
    field = next(iter(pypdf.PdfReader(io.BytesIO(drawn)).get_fields() or {"Signature": None}))
    return sign(drawn, Signer.create(), field)


def countersigned_by_somebody_else(pdf: bytes) -> bytes:
    """A second, whole-file signature of a stranger after ours."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    buffer = io.BytesIO()
    (folder := Path(tempfile.mkdtemp())).joinpath("p12").write_bytes(make_identity("Stranger", "x"))
    stranger = signers.SimpleSigner.load_pkcs12(folder / "p12", passphrase=b"x")
    metadata = signers.PdfSignatureMetadata(field_name="Second")
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    by_force = signers.PdfSigner(metadata, signer=stranger)
    by_force._enforce_certification_constraints = lambda _reader: None  # ours forbids what follows
    by_force.sign_pdf(writer, output=buffer)
    return buffer.getvalue()


FORGERIES = [
    saved_by_pypdf,
    updated_by_pypdf,
    packed_by_pikepdf,
    saved_by_pdfium,
    saved_by_mupdf,
    for_the_web,
    without_its_signature,
    without_its_field,
    renamed,
    with_an_overlay,
    with_a_note,
    with_a_page_more,
    with_other_facts,
    with_facts_after_the_signature,
    signed_again_by_somebody_else,
    countersigned_by_somebody_else,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_receipt_that_was_tampered_with_is_altered(signer: Signer, pdf: bytes, forge: Forgery) -> None:
    changed = forge(pdf)
    assert changed != pdf
    found = verify(changed, signer)
    assert found.verdict is ReceiptVerdict.ALTERED
    assert found.payload is None


@pytest.mark.parametrize("forge", FORGERIES)
def test_so_is_one_that_was_issued_in_an_earlier_form(forge: Forgery) -> None:
    keys = ReceiptKeys.from_pem((BEFORE / "first.public.pem").read_bytes())
    earlier = (BEFORE / "first.pdf").read_bytes()
    assert verify(earlier, keys).payload == RECEIPT.payload()
    assert verify_code((BEFORE / "first.code.txt").read_text(), keys).verdict is ReceiptVerdict.GENUINE
    if forge is not with_other_facts:  # its facts lie compressed
        assert verify(forge(earlier), keys).verdict is ReceiptVerdict.ALTERED


def test_a_signature_moved_to_other_facts_is_altered(signer: Signer, pdf: bytes) -> None:
    other = issue(replace(RECEIPT, registration="987654321"), signer)
    ours, theirs = (re.search(rb"/Contents <[0-9A-F]{4000,}>", one)[0] for one in (pdf, other))
    assert len(ours) == len(theirs)
    assert verify(other.replace(theirs, ours), signer).verdict is ReceiptVerdict.ALTERED


def passed_off(signer: Signer, code: str, attached: bool) -> bytes:
    """A paper with invented facts that somebody had signed with the fund's seal elsewhere."""
    from forms_service.render.artwork import Words
    from forms_service.render.metadata import XmpProperty
    from forms_service.render.paper import PaperProperties, write_paper

    facts = replace(RECEIPT, registration="987654321").canonical_json()
    own = (XmpProperty("receipt", facts.decode(), "Facts"), XmpProperty("code", code, "Code"))
    words = Words("Attestation", 20, 40, 12, Language.FR)
    properties = PaperProperties(LocalizedText("وصل", "Accusé"), own=() if attached else own)
    paper = write_paper([[words]], properties)
    if attached:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(paper))
        writer.add_attachment("receipt.json", facts)
        paper = written(writer)
    return sign(paper, signer, "Signature")


def test_a_seal_used_elsewhere_makes_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "seal.p12").write_bytes(make_identity("Sceau", "secret"))
    seal = load_identity(tmp_path / "seal.p12", "secret")
    assert verify(issue(RECEIPT, seal), seal).payload == RECEIPT.payload()
    for code in ("", "CNR1:AAAA", sign_code(RECEIPT, seal), sign_code(RECEIPT, Signer.create())):
        assert verify(passed_off(seal, code, attached=False), seal).verdict is ReceiptVerdict.UNKNOWN
    assert verify(passed_off(seal, "", attached=True), seal).verdict is ReceiptVerdict.UNKNOWN


def test_another_paper_signed_with_our_identity_is_no_receipt(signer: Signer) -> None:
    from forms_service.render.artwork import Words
    from forms_service.render.paper import PaperProperties, write_paper

    words = Words("Attestation", 20, 40, 12, Language.FR)
    paper = write_paper([[words]], PaperProperties(LocalizedText("شهادة", "Attestation")))
    found = verify(sign(paper, signer, "Signature"), signer)
    assert (found.verdict, found.payload) == (ReceiptVerdict.UNKNOWN, None)


def test_a_receipt_signed_by_somebody_else_is_unknown(signer: Signer, stranger: Signer) -> None:
    assert verify(issue(RECEIPT, stranger), signer).verdict is ReceiptVerdict.UNKNOWN


def plain_pdf() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 1000,
        b"%PDF-",
        b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 500,
        b"%PDF-1.7\n/ByteRange [0 999999999 0 0]",
        b"%PDF-1.7\n" + b"[" * 20_000,
        plain_pdf(),
        plain_pdf()[:300],
        b"%PDF-1.7\n" + bytes(9 * 1024 * 1024),
    ],
    ids=["empty", "zeros", "header", "ranges", "far", "nested", "plain", "cut", "huge"],
)
def test_strange_files_are_unknown(signer: Signer, content: bytes) -> None:
    found = verify(content, signer)
    assert found.verdict is ReceiptVerdict.UNKNOWN
    assert found.message.ar and found.message.fr


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_garbage_never_breaks_the_check(signer: Signer, garbage: bytes) -> None:
    assert verify(b"%PDF-1.7\n" + garbage, signer).verdict is ReceiptVerdict.UNKNOWN


# --- the QR code ----------------------------------------------------------------------------------


def scanned_code(pdf: bytes, dpi: int = 150) -> str:
    page = pypdfium2.PdfDocument(pdf)[0]
    gray = page.render(scale=dpi / 72, grayscale=True).to_numpy()
    (found,) = zxingcpp.read_barcodes(np.ascontiguousarray(gray.squeeze()))
    return found.text


def test_the_printed_code_is_read_and_genuine(signer: Signer, pdf: bytes) -> None:
    found = verify_code(scanned_code(pdf), signer)
    assert found.verdict is ReceiptVerdict.GENUINE
    assert found.payload is not None
    assert found.payload["reference"] == RECEIPT.reference
    assert found.payload["name"] == RECEIPT.applicant_name.as_dict()
    assert found.payload["missing"] == 2
    assert RECEIPT.digest().startswith(str(found.payload["digest"]))


def test_a_code_may_be_an_address(signer: Signer) -> None:
    address = "https://example.ma/verify?code="
    text = scanned_code(issue(RECEIPT, signer, verify_url=address), dpi=200)
    assert text.startswith(address)
    assert verify_code(text, signer).verdict is ReceiptVerdict.GENUINE


def test_the_same_moment_in_another_zone_is_the_same_code_fact(signer: Signer) -> None:
    elsewhere = replace(RECEIPT, deposited_at=RECEIPT.deposited_at.astimezone(timezone(timedelta(hours=1))))
    facts = [verify_code(sign_code(one, signer), signer).payload for one in (RECEIPT, elsewhere)]
    assert facts[0]["deposited_at"] == facts[1]["deposited_at"]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_changed_character_of_a_code_is_noticed(signer: Signer, data: st.DataObject) -> None:
    code = sign_code(RECEIPT, signer)
    place = data.draw(st.integers(5, len(code) - 1))
    other = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").filter(lambda one: one != code[place])
    )
    assert verify_code(code[:place] + other + code[place + 1 :], signer).verdict is not ReceiptVerdict.GENUINE


@pytest.mark.parametrize(
    "text", ["", "CNR1:", "CNR1:AAAA", "CNR1:" + "A" * 9000, "hello", "CNR1:É", "CNR1:A"]
)
def test_what_is_no_code_is_unknown(signer: Signer, text: str) -> None:
    assert verify_code(text, signer).verdict is ReceiptVerdict.UNKNOWN


def test_a_code_of_somebody_else_is_unknown(signer: Signer, stranger: Signer) -> None:
    assert verify_code(sign_code(RECEIPT, stranger), signer).verdict is ReceiptVerdict.UNKNOWN

"""Issue deposit receipts nobody can forge, and tell genuine ones from others, without a network.

A receipt is signed twice.  Its PDF carries a PAdES signature over every byte of the file, which any
PDF reader shows.  Its QR code carries the main facts with a signature of their own, so that a sheet
of paper can be checked too.

Checking the file needs no understanding of PDF, and so cannot be misled by a cunning one: the bytes
on both sides of the signature are the whole file, and either our key signed them or it did not.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.localized_text import Language, LocalizedText
from core.receipt import DepositReceipt
from forms_service.receipt_keys import ReceiptKeys, Signer
from forms_service.render.receipt_pdf import render_receipt

__all__ = [
    "ReceiptKeys",
    "ReceiptVerdict",
    "Signer",
    "Verification",
    "issue",
    "sign_code",
    "verify",
    "verify_code",
]

MARKER = "deposit-receipt"
CODE_PREFIX = "CNR1:"
MAX_RECEIPT_BYTES = 1024 * 1024
"""A receipt has some 60 kB; what is larger than this is none, and is not even looked at."""

_RESERVED_FOR_SIGNATURE = 8192


class ReceiptVerdict(StrEnum):
    """What a check found."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN = "unknown"


_MESSAGES = {
    ReceiptVerdict.GENUINE: LocalizedText(
        ar="هذا الوصل صحيح: صدر عن الصندوق ولم يتغير منذ إصداره.",
        fr="Cet accusé est authentique : il a été émis par la Caisse et n’a pas changé depuis.",
    ),
    ReceiptVerdict.ALTERED: LocalizedText(
        ar="يحمل هذا المستند علامة وصل صادر عن الصندوق، لكنه تغير بعد إصداره. لا تعتمدوا عليه: "
        "يبقى الإيداع الأصلي محفوظا لدى الصندوق، ويمكن تحميل الوصل من جديد من البوابة.",
        fr="Ce document porte la marque d’un accusé de la Caisse, mais il a été modifié après son émission. "
        "Ne vous y fiez pas : le dépôt d’origine reste conservé, et l’accusé peut être téléchargé à nouveau "
        "depuis le portail.",
    ),
    ReceiptVerdict.UNKNOWN: LocalizedText(
        ar="لا يتعلق الأمر بوصل صادر عن هذه الخدمة. تأكدوا من اختيار الملف الذي تم تحميله من البوابة.",
        fr="Ce n’est pas un accusé émis par ce service. Vérifiez que vous avez choisi le fichier téléchargé "
        "depuis le portail.",
    ),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of a check.

    Attributes:
        payload: What the receipt states; only given when it is genuine, for nothing else can be relied on.
    """

    verdict: ReceiptVerdict
    payload: Mapping[str, object] | None = None

    @property
    def message(self) -> LocalizedText:
        """What was found and what to do, for the person who asked."""
        return _MESSAGES[self.verdict]

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {
            "verdict": self.verdict.value,
            "receipt": dict(self.payload) if self.payload is not None else None,
            "message": self.message.as_dict(),
        }


# --- issuing --------------------------------------------------------------------------------------


def issue(
    receipt: DepositReceipt, signer: Signer, *, language: Language = Language.AR, verify_url: str = ""
) -> bytes:
    """Give the signed PDF of a receipt.

    Args:
        language: The applicant's; it decides the title of the window.
        verify_url: Address that the QR code opens, the code being put after it; without one the QR
            code is the bare code, for the service's own scanner.
    """
    code = verify_url + sign_code(receipt, signer)
    keywords = f"{MARKER} {signer.keys.key_id} {receipt.reference}"
    return _sign(render_receipt(receipt, code, keywords=keywords, language=language), signer)


def _sign(pdf: bytes, signer: Signer) -> bytes:
    # pyHanko takes a third of a second to import; who never issues a receipt need not wait for it
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    der = serialization.Encoding.DER
    key_der = signer.file_key.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    field = f"{MARKER}-{signer.keys.key_id}"
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        reason="وصل الإيداع – Accusé de dépôt",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signed = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)),
        metadata,
        signers.SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(signer.certificate.public_bytes(der)),
            signing_key=asn1_keys.PrivateKeyInfo.load(key_der),
            cert_registry=SimpleCertificateStore(),
        ),
        new_field_spec=SigFieldSpec(field),
        bytes_reserved=_RESERVED_FOR_SIGNATURE,
    )
    return signed.getvalue()


def sign_code(receipt: DepositReceipt, signer: Signer) -> str:
    """Give the text of the QR code: the main facts and their signature.

    Capitals and digits only, which QR codes hold most densely and which may stand in an address.
    """
    facts = json.dumps(_code_facts(receipt), ensure_ascii=False, separators=(",", ":")).encode()
    key_id = bytes.fromhex(signer.keys.key_id)
    signature = signer.code_key.sign(CODE_PREFIX.encode() + facts)
    return CODE_PREFIX + _base32(key_id + signature + facts)


def _code_facts(receipt: DepositReceipt) -> list[object]:
    return [
        receipt.reference,
        receipt.form_id,
        receipt.form_version,
        receipt.registration,
        receipt.applicant_name.ar,
        receipt.applicant_name.fr,
        receipt.deposited_at.astimezone(UTC).isoformat(timespec="seconds"),
        int(receipt.physical_check),
        sum(document.count for document in receipt.received),
        sum(document.count for document in receipt.missing),
        receipt.digest()[:16],
    ]


_CODE_NAMES = ("reference", "form", "version", "registration", "name_ar", "name_fr", "deposited_at")
_CODE_NAMES += ("physical_check", "received", "missing", "digest")


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


# --- checking -------------------------------------------------------------------------------------


def verify(pdf: bytes, *trusted: Signer | ReceiptKeys) -> Verification:
    """Tell whether a file is a receipt of ours, unchanged to the last byte.

    Never raises, whatever the file.

    Args:
        trusted: The signer in use, and earlier ones whose receipts still count.
    """
    keys = _by_key_id(trusted)
    if not 0 < len(pdf) <= MAX_RECEIPT_BYTES or b"%PDF-" not in pdf[:1024]:
        return Verification(ReceiptVerdict.UNKNOWN)
    if any(_signed_whole(pdf, known) for known in keys.values()):
        return Verification(ReceiptVerdict.GENUINE, _attached_payload(pdf))
    claims = any(_claims_to_be_signed_by(pdf, known) for known in keys.values())
    return Verification(ReceiptVerdict.ALTERED if claims else ReceiptVerdict.UNKNOWN)


def _by_key_id(trusted: Iterable[Signer | ReceiptKeys]) -> dict[str, ReceiptKeys]:
    public = (one.keys if isinstance(one, Signer) else one for one in trusted)
    return {keys.key_id: keys for keys in public}


_BYTE_RANGE = re.compile(rb"/ByteRange ?\[ ?0 (\d{1,9}) (\d{1,9}) (\d{1,9}) ?\]")


def _signed_whole(pdf: bytes, keys: ReceiptKeys) -> bool:
    """Whether our key signed every byte of the file but those of the signature itself."""
    for found in _BYTE_RANGE.finditer(pdf):
        start, end, rest = map(int, found.groups())
        if start < end and end + rest == len(pdf):
            der = _contents(pdf[start:end])
            if der is not None and _is_signature_of(der, pdf[:start] + pdf[end:], keys):
                return True
    return False


def _contents(gap: bytes) -> bytes | None:
    """The signature in the only spelling we write: ``<``, large hexadecimal, zeros, ``>``."""
    found = re.fullmatch(rb"<((?:[0-9A-F]{2})+)>", gap)
    if found is None:
        return None
    content = bytes.fromhex(found[1].decode())
    length = _der_length(content)
    return content[:length] if length and not content[length:].strip(b"\0") else None


def _der_length(content: bytes) -> int | None:
    """Length of the DER value that ``content`` begins with: a sequence with a two-byte length."""
    if content[:2] != b"\x30\x82" or len(content) < 4:
        return None
    length = 4 + int.from_bytes(content[2:4], "big")
    return length if length <= len(content) else None


def _is_signature_of(der: bytes, signed: bytes, keys: ReceiptKeys) -> bool:
    """Check a CMS signature against our own certificate; everything in it must be as we write it."""
    from asn1crypto import cms

    digest = hashes.Hash(hashes.SHA256())
    digest.update(signed)
    try:
        message = cms.ContentInfo.load(der, strict=True)
        (info,) = message["content"]["signer_infos"]
        attributes = {attribute["type"].native: attribute["values"][0] for attribute in info["signed_attrs"]}
        if attributes["message_digest"].native != digest.finalize():
            return False
        signature = info["signature"].native
        keys.certificate.public_key().verify(
            signature, info["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256())
        )
        return _written_by_us(info, keys).dump() == der
    except (ValueError, TypeError, KeyError, IndexError, InvalidSignature):
        return False


def _written_by_us(info: object, keys: ReceiptKeys) -> object:
    """The message we would write around these signed attributes and this signature.

    Parts of a signature are not themselves signed; comparing with this leaves none to tamper with.
    """
    from asn1crypto import algos, cms
    from asn1crypto import x509 as asn1_x509

    certificate = asn1_x509.Certificate.load(keys.certificate.public_bytes(serialization.Encoding.DER))
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    signer_info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": signer}),
        "digest_algorithm": sha256,
        "signed_attrs": info["signed_attrs"].untag(),
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": info["signature"].native,
    }
    signed_data = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices("certificate", certificate)],
        "signer_infos": [signer_info],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": signed_data})


def _claims_to_be_signed_by(pdf: bytes, keys: ReceiptKeys) -> bool:
    """Whether the file names our keys, in the open or in its information and form fields."""
    name = keys.key_id
    certificate = keys.certificate.public_bytes(serialization.Encoding.DER).hex().encode()
    spellings = (name.encode(), name.encode("utf-16-be"), certificate)
    return any(spelling in pdf for spelling in spellings) or any(name in text for text in _names(pdf))


def _names(pdf: bytes) -> Iterator[str]:
    """Keywords and field names of a file, as far as it can be read."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(pdf))
        found = [str((reader.metadata or {}).get("/Keywords", "")), *(reader.get_fields() or {})]
    except Exception:  # a hostile file may break the reader in any way; it then claims nothing
        return
    yield from found


def _attached_payload(pdf: bytes) -> Mapping[str, object]:
    """The facts attached to a receipt of ours, already known to be unchanged."""
    import pypdf

    (content,) = pypdf.PdfReader(io.BytesIO(pdf)).attachments["receipt.json"]
    return json.loads(content)


def verify_code(text: str, *trusted: Signer | ReceiptKeys) -> Verification:
    """Tell whether the text of a QR code was signed by us; an address before the code is ignored.

    The facts are those of the printed sheet and must be compared with it: a genuine code can be
    copied onto another sheet.  Never raises.
    """
    _, prefix, body = text.strip().rpartition(CODE_PREFIX)
    if not prefix or len(body) > 4096:
        return Verification(ReceiptVerdict.UNKNOWN)
    try:
        content = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        return Verification(ReceiptVerdict.UNKNOWN)
    key_id, signature, facts = content[:5].hex().upper(), content[5:69], content[69:]
    keys = _by_key_id(trusted).get(key_id)
    if keys is None:
        return Verification(ReceiptVerdict.UNKNOWN)
    try:
        keys.code_key.verify(signature, CODE_PREFIX.encode() + facts)
    except InvalidSignature:
        return Verification(ReceiptVerdict.ALTERED)
    if _base32(content) != body:
        return Verification(ReceiptVerdict.ALTERED)
    named = dict(zip(_CODE_NAMES, json.loads(facts), strict=True))
    name = {"ar": named.pop("name_ar"), "fr": named.pop("name_fr")}
    named["physical_check"] = bool(named["physical_check"])
    return Verification(ReceiptVerdict.GENUINE, {**named, "name": name})

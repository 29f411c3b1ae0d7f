"""Sign a PDF as PAdES, and tell whether one of our keys signed every byte of a file.

Checking needs no understanding of PDF, and so cannot be misled by a cunning one: the bytes on both
sides of the signature are the whole file, and either our key signed them or it did not.
"""

from __future__ import annotations

import io
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from forms_service.receipt_keys import ReceiptKeys, Signer

_DER = serialization.Encoding.DER
_RESERVED_BYTES = 4096
"""Room for the signature itself and our certificate; certificates that vouch for it come on top."""

REASON = "وصل الإيداع – Accusé de dépôt"


def sign(pdf: bytes, signer: Signer, field: str) -> bytes:
    """Sign a whole file; nothing may be added to it afterwards.

    Args:
        field: Name of the signature field; made without appearance when the file has none of it.
    """
    # pyHanko takes a third of a second to import; who never issues a receipt need not wait for it
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class SigningWriter(IncrementalPdfFileWriter):
        """Leaves what the paper says of itself as it is: rewritten, it would break the archives' rules."""

        def _update_meta(self) -> None:
            pass

    key_der = signer.file_key.private_bytes(
        _DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        reason=REASON,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    vouching = SimpleCertificateStore()
    vouching.register_multiple(asn1_x509.Certificate.load(one.public_bytes(_DER)) for one in signer.chain)
    certificates = sum(len(one.public_bytes(_DER)) for one in signer.keys.certificates)
    signed = signers.sign_pdf(
        SigningWriter(io.BytesIO(pdf)),
        metadata,
        signers.SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(signer.certificate.public_bytes(_DER)),
            signing_key=asn1_keys.PrivateKeyInfo.load(key_der),
            cert_registry=vouching,
        ),
        new_field_spec=SigFieldSpec(field),
        bytes_reserved=2 * (_RESERVED_BYTES + certificates),
    )
    return signed.getvalue()


_BYTE_RANGE = re.compile(rb"/ByteRange ?\[ ?0 (\d{1,9}) (\d{1,9}) (\d{1,9}) ?\]")


def signed_whole(pdf: bytes, keys: ReceiptKeys) -> bool:
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
        _check_signature(keys, info["signature"].native, info["signed_attrs"].untag().dump())
        return _written_by_us(info, keys).dump() == der
    except (ValueError, TypeError, KeyError, IndexError, InvalidSignature):
        return False


def _check_signature(keys: ReceiptKeys, signature: bytes, content: bytes) -> None:
    """Raise ``InvalidSignature`` unless our certificate's key signed the content."""
    public = keys.certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    else:
        raise InvalidSignature


def _written_by_us(info: object, keys: ReceiptKeys) -> object:
    """The message we would write around these signed attributes and this signature.

    Parts of a signature are not themselves signed; comparing with this leaves none to tamper with.
    """
    from asn1crypto import algos, cms
    from asn1crypto import x509 as asn1_x509

    ours, *vouching = (asn1_x509.Certificate.load(one.public_bytes(_DER)) for one in keys.certificates)
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    rsa_key = isinstance(keys.certificate.public_key(), rsa.RSAPublicKey)
    signer = cms.IssuerAndSerialNumber({"issuer": ours.issuer, "serial_number": ours.serial_number})
    signer_info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": signer}),
        "digest_algorithm": sha256,
        "signed_attrs": info["signed_attrs"].untag(),
        "signature_algorithm": {"algorithm": "sha256_rsa" if rsa_key else "sha256_ecdsa"},
        "signature": info["signature"].native,
    }
    signed_data = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices("certificate", one) for one in (ours, *vouching)],
        "signer_infos": [signer_info],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": signed_data})

"""Signs what closes a day of the record, and checks such signatures anywhere, without this service.

The key is that of the receipts.  The signature is a plain one over the canonical JSON (ECDSA or RSA
PKCS#1 v1.5, with SHA-256), so that ``openssl dgst -verify`` checks it; the time-stamp is of the signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from core.record_chain import canonical
from core.record_check import Record, SealVerdict, signed_bytes
from forms_service.receipt_keys import ReceiptKeys, Signer
from forms_service.time_stamps import TimeStampError, check_token

_PEM = serialization.Encoding.PEM


def sign(content: Mapping[str, object], signer: Signer) -> dict[str, str]:
    """``signature`` and ``certificates`` of a content, as they stand beside it in a record."""
    data, key = canonical(content), signer.file_key
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(data, ec.ECDSA(hashes.SHA256()))
    certificates = b"".join(one.public_bytes(_PEM) for one in signer.keys.certificates)
    return {"signature": base64.b64encode(signature).decode(), "certificates": certificates.decode()}


def stamped_digest(signature: str) -> bytes:
    """What a time-stamp is asked for: the SHA-256 of the signature."""
    return hashlib.sha256(base64.b64decode(signature)).digest()


class SealCheck:
    """Judges seals and headers by the keys that are trusted.

    Args:
        keys: The service's public keys; without any, each is judged by the certificate beside it, and said so.
        authorities: Certificates of the time-stamping authorities that are trusted, as PEM; without them a
            time-stamp is checked but for who vouches for its authority, and said so.
    """

    def __init__(self, keys: Sequence[ReceiptKeys] = (), authorities: bytes = b"") -> None:
        self._trusted = {one.certificate.fingerprint(hashes.SHA256()) for one in keys}
        self._authorities = authorities
        self.signers: set[str] = set()
        """Fingerprints of the certificates that signed."""

    def __call__(self, record: Record) -> SealVerdict:
        """Judge one signature with its time-stamp."""
        try:
            certificate = x509.load_pem_x509_certificate(str(record.get("certificates")).encode())
            signature = base64.b64decode(str(record.get("signature")), validate=True)
            _verify(certificate, signature, signed_bytes(record))
        except (ValueError, TypeError, InvalidSignature, binascii.Error):
            return SealVerdict("seal_signature")
        fingerprint = certificate.fingerprint(hashes.SHA256())
        self.signers.add(fingerprint.hex())
        notes = set()
        if not self._trusted:
            notes.add("untrusted")
        elif fingerprint not in self._trusted:
            return SealVerdict("seal_key")
        if "seal" not in record:
            return SealVerdict(notes=frozenset(notes))
        return self._with_time(record, signature, notes)

    def _with_time(self, record: Record, signature: bytes, notes: set[str]) -> SealVerdict:
        token = record.get("time_stamp")
        if token is None:
            return SealVerdict(notes=frozenset(notes | {"unstamped"}))
        try:
            der = base64.b64decode(str(token), validate=True)
            stamp = check_token(der, hashlib.sha256(signature).digest(), self._authorities)
        except (ValueError, TimeStampError):
            return SealVerdict("seal_time_stamp")
        if not stamp.vouched:
            notes.add("authority")
        return SealVerdict(stamped=True, notes=frozenset(notes))


def _verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    else:
        raise InvalidSignature

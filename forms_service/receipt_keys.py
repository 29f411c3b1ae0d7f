"""The keys that sign receipts, and their public half that checks them.

Two keys make one signer: one with an X.509 certificate, which signs the files in a way every PDF
reader understands, and an Ed25519 key, whose short signatures fit a QR code.  Both are made at the
first start, or come from an identity that is given (``forms_service.receipt_identity``).
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from core.errors import FormsError
from core.localized_text import LocalizedText

SIGNER_FILE = "receipt-signer.pem"
PUBLIC_ENDING = ".public.pem"

FileKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
"""What may sign the files."""

_VALIDITY = timedelta(days=30 * 365)


@dataclass(frozen=True)
class ReceiptKeys:
    """The public half of a signer: enough to check receipts anywhere, nothing to make one.

    Attributes:
        chain: Certificates of whoever vouches for ours; they travel in every signature.
    """

    certificate: x509.Certificate
    code_key: ed25519.Ed25519PublicKey
    chain: tuple[x509.Certificate, ...] = ()

    @cached_property
    def key_id(self) -> str:
        """Short name of the keys; receipts name the keys they were signed with."""
        return _key_id(self.code_key)

    def to_pem(self) -> bytes:
        """The file to hand to whoever checks receipts offline."""
        code_key = self.code_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        certificates = (one.public_bytes(serialization.Encoding.PEM) for one in self.certificates)
        return b"".join(certificates) + code_key

    @property
    def made_here(self) -> bool:
        """Whether the keys were made at a first start, to sign receipts and nothing else.

        A certificate from elsewhere cannot name the key of the codes: that is derived from it.
        """
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return [one.value for one in names] == [_made_name(self.key_id)]

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Ours and those that vouch for it."""
        return (self.certificate, *self.chain)

    @classmethod
    def from_pem(cls, pem: bytes) -> ReceiptKeys:
        """Read what ``to_pem`` wrote.

        Raises:
            FormsError: ``receipt_keys_unreadable``.
        """
        with _reading_keys("receipt keys"):
            *certificates, code_key = _pem_blocks(pem)
            loaded = serialization.load_pem_public_key(code_key)
            if not isinstance(loaded, ed25519.Ed25519PublicKey):
                raise ValueError("the second key is not Ed25519")
            certificate, *chain = map(x509.load_pem_x509_certificate, certificates)
            return cls(certificate, loaded, tuple(chain))


class _reading_keys:
    """Turn whatever is wrong with a key file into one error that names the file."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, problem: object, trace: object) -> None:
        if kind is not None and issubclass(kind, (ValueError, TypeError)):
            message = LocalizedText(
                ar="تعذرت قراءة مفاتيح التوقيع في {source}. الوصولات الصادرة تبقى صالحة: "
                "استرجعوا الملف من النسخة الاحتياطية.",
                fr="Les clés de signature de {source} sont illisibles. Les accusés déjà émis restent "
                "valables : restaurez le fichier depuis la sauvegarde.",
            )
            raise FormsError(message.fill(source=self._source), code="receipt_keys_unreadable") from None


@dataclass(frozen=True)
class Signer:
    """Signs receipts; keep its file secret and backed up."""

    certificate: x509.Certificate
    file_key: FileKey = field(repr=False)
    code_key: ed25519.Ed25519PrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @cached_property
    def keys(self) -> ReceiptKeys:
        """The public half."""
        return ReceiptKeys(self.certificate, self.code_key.public_key(), self.chain)

    @classmethod
    def load_or_create(cls, directory: Path) -> Signer:
        """Give the signer kept in ``directory``, made there the first time.

        The file appears whole or not at all, and the first of several processes wins.
        """
        path = Path(directory) / SIGNER_FILE
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _publish_once(path, cls.create().to_pem())
        return cls.from_pem(path.read_bytes(), str(path))

    @classmethod
    def create(cls) -> Signer:
        """Make new keys and a certificate signed by themselves."""
        file_key, code_key = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
        name = _made_name(_key_id(code_key.public_key()))
        return cls(self_signed(file_key, name, _VALIDITY), file_key, code_key)

    def to_pem(self) -> bytes:
        """Everything in one file: certificate, key of the files, key of the codes."""
        keys = (
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            for key in (self.file_key, self.code_key)
        )
        return self.certificate.public_bytes(serialization.Encoding.PEM) + b"".join(keys)

    @classmethod
    def from_pem(cls, pem: bytes, source: str = SIGNER_FILE) -> Signer:
        """Read what ``to_pem`` wrote.

        Raises:
            FormsError: ``receipt_keys_unreadable``.
        """
        with _reading_keys(source):
            certificate, *keys = _pem_blocks(pem)
            file_key, code_key = (serialization.load_pem_private_key(key, password=None) for key in keys)
            if not isinstance(file_key, ec.EllipticCurvePrivateKey):
                raise ValueError("the first key is not on an elliptic curve")
            if not isinstance(code_key, ed25519.Ed25519PrivateKey):
                raise ValueError("the second key is not Ed25519")
            return cls(x509.load_pem_x509_certificate(certificate), file_key, code_key)


def publish(keys: ReceiptKeys, directory: Path) -> None:
    """Keep the public half beside the signer, so that its receipts still count when it is replaced."""
    path = Path(directory) / f"receipt-{keys.key_id}{PUBLIC_ENDING}"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish_once(path, keys.to_pem())


def find_keys(directory: Path) -> tuple[ReceiptKeys, ...]:
    """The public keys a receipt may be signed with: this service's own and those published before.

    Nothing is written.  Keys of earlier years lie beside the signer as ``*.public.pem``; with no key
    at all every receipt is unknown.
    """
    directory = Path(directory)
    found = []
    signer = directory / SIGNER_FILE
    if signer.exists():
        found.append(Signer.from_pem(signer.read_bytes(), str(signer)).keys)
    for path in sorted(directory.glob(f"*{PUBLIC_ENDING}")):
        with _reading_keys(str(path)):
            found.append(ReceiptKeys.from_pem(path.read_bytes()))
    return tuple(found)


def _pem_blocks(pem: bytes) -> list[bytes]:
    return re.findall(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", pem, re.DOTALL)


def _made_name(key_id: str) -> str:
    return f"Accusés de dépôt {key_id}"


def _key_id(code_key: ed25519.Ed25519PublicKey) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(code_key.public_bytes_raw())
    return digest.finalize()[:5].hex().upper()


def _publish_once(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its keys count
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:  # the name too: a receipt that was handed over must stay checkable after a power cut
        os.fsync(folder)
    finally:
        os.close(folder)


def self_signed(key: FileKey, name: str, validity: timedelta) -> x509.Certificate:
    """Give a certificate for signing papers that nobody but its own key vouches for."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "MA"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Caisse Nationale de Sécurité Sociale"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    usage = dict.fromkeys(
        ["key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"], False
    )
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )

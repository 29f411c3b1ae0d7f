"""The identity that receipts are signed with: one made at the first start, or one that is given.

An identity given as PKCS#12 (``.p12``, ``.pfx``) holds one private key with its certificate.  The key
of the QR codes is derived from that private key and certificate: one file is all there is to guard
and to back up, and every machine that holds it signs alike.

Whatever the identity, its public half is kept in the keys' folder at its first use.  Replacing an
identity is therefore a change of one setting: receipts signed before are still told genuine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.receipt_keys import FileKey, Signer, publish, self_signed

SMALLEST_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")

_PAPER_PURPOSES = {
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
    ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
    ExtendedKeyUsageOID.CODE_SIGNING.dotted_string,
    "1.3.6.1.5.5.7.3.36",  # document signing (RFC 9336)
    "1.2.840.113583.1.1.5",  # authentic documents (Adobe)
    "1.3.6.1.4.1.311.10.3.12",  # document signing (Microsoft)
}
"""Purposes that PDF readers accept in the certificate of a signed paper."""

_CODE_KEY_LABEL = b"deposit receipt code key 1"
_TEST_VALIDITY = timedelta(days=2 * 365)


class ReceiptIdentityError(FormsError):
    """The identity that is to sign receipts cannot; nothing was signed with it."""

    code = "receipt_identity"


_REFUSALS = {
    "missing": LocalizedText(
        ar="تعذرت قراءة ملف هوية التوقيع {file} ({detail}). لم يُوقع أي وصل. تحققوا من FORMS_RECEIPT_IDENTITY "
        "ومن صلاحيات الملف.",
        fr="L’identité de signature {file} ne peut pas être lue ({detail}). Aucun accusé n’a été signé. Vérifiez "
        "FORMS_RECEIPT_IDENTITY et les droits du fichier.",
    ),
    "not_pkcs12": LocalizedText(
        ar="الملف {file} ليس هوية PKCS#12 أو هو متضرر. لم يُوقع أي وصل. صدّروا المفتاح والشهادة معا في ملف ‎.p12.",
        fr="{file} n’est pas une identité PKCS#12, ou le fichier est abîmé. Aucun accusé n’a été signé. Exportez la "
        "clé et le certificat ensemble dans un fichier .p12.",
    ),
    "wrong_passphrase": LocalizedText(
        ar="تعذر فتح هوية التوقيع {file}: كلمة سرها غير صحيحة أو غائبة، أو الملف متضرر. لم يُوقع أي وصل. صححوا "
        "FORMS_RECEIPT_PASSPHRASE_FILE؛ وإن كانت صحيحة فانسخوا الملف من جديد.",
        fr="L’identité {file} ne s’ouvre pas : sa phrase secrète est fausse ou manque, ou le fichier est abîmé. Aucun "
        "accusé n’a été signé. Corrigez FORMS_RECEIPT_PASSPHRASE_FILE ; si elle est juste, recopiez le fichier.",
    ),
    "no_private_key": LocalizedText(
        ar="هوية التوقيع {file} لا تتضمن مفتاحا خاصا مع شهادته. لم يُوقع أي وصل. أعيدوا تصديرها مع المفتاح الخاص.",
        fr="L’identité {file} ne contient pas de clé privée avec son certificat. Aucun accusé n’a été signé. "
        "Exportez-la à nouveau avec sa clé privée.",
    ),
    "unsuitable_key": LocalizedText(
        ar="مفتاح هوية التوقيع {file} غير مناسب ({detail}). لم يُوقع أي وصل. استعملوا مفتاح RSA من 2048 بتا على "
        "الأقل أو مفتاحا على المنحنى P-256 أو P-384 أو P-521.",
        fr="La clé de l’identité {file} ne convient pas ({detail}). Aucun accusé n’a été signé. Prenez une clé RSA "
        "d’au moins 2048 bits ou une clé sur la courbe P-256, P-384 ou P-521.",
    ),
    "unsuitable_usage": LocalizedText(
        ar="شهادة هوية التوقيع {file} لا تسمح بتوقيع الوثائق ({detail}). لم يُوقع أي وصل. اطلبوا شهادة مخصصة "
        "للتوقيع أو للختم الإلكتروني.",
        fr="Le certificat de l’identité {file} ne permet pas de signer des documents ({detail}). Aucun accusé n’a "
        "été signé. Demandez un certificat de signature ou de cachet électronique.",
    ),
    "expired": LocalizedText(
        ar="انتهت صلاحية شهادة هوية التوقيع {file} في {detail}. لم يُوقع بها أي وصل، والوصولات السابقة تبقى صحيحة. "
        "ضعوا مكانها هوية سارية.",
        fr="Le certificat de l’identité {file} a expiré le {detail}. Aucun accusé n’a été signé avec lui ; les "
        "précédents restent authentiques. Remplacez-le par un certificat en cours de validité.",
    ),
    "not_yet_valid": LocalizedText(
        ar="لا تسري شهادة هوية التوقيع {file} إلا ابتداء من {detail}. لم يُوقع أي وصل. تحققوا من ساعة الجهاز أو "
        "استعملوا الهوية السابقة إلى ذلك الحين.",
        fr="Le certificat de l’identité {file} n’est valable qu’à partir du {detail}. Aucun accusé n’a été signé. "
        "Vérifiez l’horloge ou gardez l’identité précédente jusque-là.",
    ),
}


def signer_for(
    keys_folder: Path,
    identity: Path | None = None,
    passphrase: Callable[[], str] = str,
    on: datetime | None = None,
) -> Signer:
    """Give the signer of this installation: the identity that is given, or the one made here.

    Its public half is kept in the keys' folder.

    Args:
        identity: PKCS#12 file; None for the signer made at the first start.
        passphrase: Gives the secret of that file; asked only when it is needed.
        on: The present moment, to judge the certificate by.

    Raises:
        FormsError: ``receipt_keys_unreadable``, or ``ReceiptIdentityError``.
    """
    given = None if identity is None else load_identity(identity, passphrase(), on)
    signer = given or Signer.load_or_create(keys_folder)
    publish(signer.keys, keys_folder)
    return signer


def load_identity(path: Path, passphrase: str, on: datetime | None = None) -> Signer:
    """Read an identity given as PKCS#12, and refuse one whose signatures would not count.

    Raises:
        ReceiptIdentityError: Its ``code`` tells what is wrong; the passphrase stands in no message.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise _refused("missing", path, error.strerror or "") from None
    found = _opened(content, passphrase, path)
    if found.key is None or found.cert is None:
        raise _refused("no_private_key", path)
    certificate = found.cert.certificate
    key = _suitable_key(found.key, path)
    if key.public_key() != certificate.public_key():
        raise _refused("no_private_key", path)
    _check_usage(certificate, path)
    check_validity(certificate, path, on or datetime.now(UTC))
    chain = tuple(one.certificate for one in found.additional_certs if one.certificate != certificate)
    return Signer(certificate, key, _code_key(key, certificate), tuple(dict.fromkeys(chain)))


def make_identity(name: str, passphrase: str, *, rsa_bits: int | None = None) -> bytes:
    """Make a PKCS#12 identity to try things out with: a new key and a certificate it signs itself.

    Args:
        rsa_bits: Size of an RSA key; without it the key is on the curve P-256.
    """
    key: FileKey = (
        rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
    )
    certificate = self_signed(key, name, _TEST_VALIDITY)
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, None, BestAvailableEncryption(passphrase.encode())
    )


def check_validity(certificate: x509.Certificate, path: Path, on: datetime) -> None:
    """Refuse to sign with a certificate that is not in force: nobody would believe the signature.

    Raises:
        ReceiptIdentityError: ``receipt_identity_expired``, ``receipt_identity_not_yet_valid``.
    """
    if on > certificate.not_valid_after_utc:
        raise _refused("expired", path, f"{certificate.not_valid_after_utc:%d/%m/%Y}")
    if on < certificate.not_valid_before_utc:
        raise _refused("not_yet_valid", path, f"{certificate.not_valid_before_utc:%d/%m/%Y}")


# --- details --------------------------------------------------------------------------------------


def _refused(code: str, path: Path, detail: str = "") -> ReceiptIdentityError:
    return ReceiptIdentityError(
        _REFUSALS[code].fill(file=path, detail=detail), code=f"receipt_identity_{code}"
    )


def _opened(content: bytes, passphrase: str, path: Path) -> pkcs12.PKCS12KeyAndCertificates:
    from asn1crypto.pkcs12 import Pfx

    try:
        read = Pfx.load(content, strict=True)
        _ = read.native, read.authenticated_safe.native  # to its depth: a flaw inside is no wrong secret
    except (ValueError, TypeError, KeyError):
        raise _refused("not_pkcs12", path) from None
    try:
        return pkcs12.load_pkcs12(content, passphrase.encode() or None)
    except ValueError:
        raise _refused("wrong_passphrase", path) from None


def _suitable_key(key: object, path: Path) -> FileKey:
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size >= SMALLEST_RSA_BITS:
            return key
        raise _refused("unsuitable_key", path, f"RSA {key.key_size}")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name in CURVES:
            return key
        raise _refused("unsuitable_key", path, key.curve.name)
    raise _refused("unsuitable_key", path, type(key).__name__.removesuffix("PrivateKey"))


def _check_usage(certificate: x509.Certificate, path: Path) -> None:
    """What a certificate says it is for must cover papers; one that says nothing is for everything."""
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise _refused("unsuitable_usage", path, "keyUsage")
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not {one.dotted_string for one in purposes} & _PAPER_PURPOSES:
        raise _refused("unsuitable_usage", path, "extendedKeyUsage")


def _code_key(key: FileKey, certificate: x509.Certificate) -> ed25519.Ed25519PrivateKey:
    """The key of the QR codes that belongs to this key and this very certificate."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        secrets = sorted((numbers.p, numbers.q))
    else:
        secrets = [key.private_numbers().private_value]
    secret = b"".join(one.to_bytes((one.bit_length() + 7) // 8, "big") for one in secrets)
    derived = HKDF(
        hashes.SHA256(), length=32, salt=certificate.fingerprint(hashes.SHA256()), info=_CODE_KEY_LABEL
    ).derive(secret)
    return ed25519.Ed25519PrivateKey.from_private_bytes(derived)

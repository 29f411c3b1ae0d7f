"""The identity that signs receipts: made, given as PKCS#12, replaced; never a silent wrong one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import FormsError
from core.localized_text import LocalizedText
from core.receipt import DepositReceipt
from forms_service.bootstrap import build
from forms_service.config import Config, InvalidSetting
from forms_service.receipt_identity import ReceiptIdentityError, load_identity, make_identity, signer_for
from forms_service.receipt_keys import ReceiptKeys, Signer, find_keys
from forms_service.receipts import ReceiptVerdict, issue, sign_code, verify, verify_code

SECRET = "كلمة السر – très secret"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

RECEIPT = DepositReceipt(
    reference="7K3Q-9XMB-2FTC",
    form_id="311-1-14",
    form_version=1,
    applicant_name=LocalizedText(ar="محمد بناني", fr="Mohamed BENNANI"),
    registration="123456789",
    request_type=LocalizedText(ar="التعويضات العائلية", fr="Allocations familiales"),
    deposited_at=NOW,
)


def certificate(
    key: object,
    *extensions: x509.ExtensionType,
    issuer: tuple[x509.Certificate, object] | None = None,
    start: datetime = NOW - timedelta(days=30),
    end: datetime = NOW + timedelta(days=300),
    name: str = "Cachet",
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    by = issuer[1] if issuer else key
    return builder.sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def key_usage(**used: bool) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    every += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{**dict.fromkeys(every, False), **used})


def p12(key: object, cert: x509.Certificate | None, *chain: x509.Certificate, secret: str = SECRET) -> bytes:
    protection = BestAvailableEncryption(secret.encode()) if secret else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"cachet", key, cert, list(chain) or None, protection)


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def sealed_by_an_authority(key: object) -> bytes:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate(root_key, name="Racine")
    middle_key = ec.generate_private_key(ec.SECP384R1())
    middle = certificate(middle_key, issuer=(root, root_key), name="Autorité")
    return p12(
        key, certificate(key, key_usage(content_commitment=True), issuer=(middle, middle_key)), middle, root
    )


KINDS: dict[str, Callable[[rsa.RSAPrivateKey], bytes]] = {
    "RSA": lambda key: p12(key, certificate(key, key_usage(digital_signature=True))),
    "P-256": lambda _: p12(key := ec.generate_private_key(ec.SECP256R1()), certificate(key)),
    "P-384": lambda _: p12(key := ec.generate_private_key(ec.SECP384R1()), certificate(key)),
    "RSA under an authority": sealed_by_an_authority,
    "for documents": lambda key: p12(
        key, certificate(key, x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]))
    ),
    "without a passphrase": lambda key: p12(key, certificate(key), secret=""),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_given_identity_signs_files_and_codes(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey, kind: str
) -> None:
    path = tmp_path / "cachet.p12"
    path.write_bytes(KINDS[kind](rsa_key))
    secret = "" if "without" in kind else SECRET
    signer = signer_for(tmp_path / "keys", path, lambda: secret, NOW)
    pdf = issue(RECEIPT, signer)
    (keys,) = find_keys(tmp_path / "keys")
    assert verify(pdf, keys).payload == RECEIPT.payload()
    assert verify(pdf + b"\n", keys).verdict is ReceiptVerdict.ALTERED
    code = sign_code(RECEIPT, signer)
    assert verify_code(code, keys).verdict is ReceiptVerdict.GENUINE
    assert len(code) == len(sign_code(RECEIPT, Signer.create())), "the QR code stays as small"
    assert not list((tmp_path / "keys").glob("receipt-signer*")), "no other identity is made"


def test_pyhanko_trusts_it_by_its_authority(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    path = tmp_path / "cachet.p12"
    path.write_bytes(sealed_by_an_authority(rsa_key))
    signer = load_identity(path, SECRET, NOW)
    root = next(one for one in signer.chain if "Racine" in one.subject.rfc4514_string())
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root.public_bytes(Encoding.DER))],
        allow_fetching=False,
        moment=NOW,
    )
    (embedded,) = PdfFileReader(io.BytesIO(issue(RECEIPT, signer))).embedded_signatures
    assert {one.subject.human_friendly for one in embedded.other_embedded_certs} == {
        "Common Name: Racine",
        "Common Name: Autorité",
    }
    status = validate_pdf_signature(embedded, context)
    assert status.intact and status.valid


def test_machines_with_one_identity_sign_alike_and_a_renewed_certificate_does_not(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey
) -> None:
    path = tmp_path / "cachet.p12"
    path.write_bytes(p12(rsa_key, certificate(rsa_key)))
    here, there = (signer_for(tmp_path / name, path, lambda: SECRET, NOW) for name in ("a", "b"))
    assert here.keys.to_pem() == there.keys.to_pem()
    path.write_bytes(p12(rsa_key, certificate(rsa_key)))
    assert signer_for(tmp_path / "a", path, lambda: SECRET, NOW).keys.key_id != here.keys.key_id


def test_receipts_signed_before_an_identity_was_replaced_still_count(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey
) -> None:
    made = signer_for(tmp_path)
    signed = [(issue(RECEIPT, made), sign_code(RECEIPT, made))]
    path = tmp_path / "cachet.p12"
    for key in (rsa_key, ec.generate_private_key(ec.SECP256R1())):
        path.write_bytes(p12(key, certificate(key)))
        signer = signer_for(tmp_path, path, lambda: SECRET, NOW)
        signed.append((issue(RECEIPT, signer), sign_code(RECEIPT, signer)))
    path.unlink()
    keys = find_keys(tmp_path)
    assert len({one.key_id for one in keys}) == 3
    for pdf, code in signed:
        assert verify(pdf, *keys).verdict is ReceiptVerdict.GENUINE
        assert verify_code(code, *keys).verdict is ReceiptVerdict.GENUINE


def test_the_public_half_keeps_the_whole_chain(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    path = tmp_path / "cachet.p12"
    path.write_bytes(sealed_by_an_authority(rsa_key))
    keys = load_identity(path, SECRET, NOW).keys
    assert ReceiptKeys.from_pem(keys.to_pem()) == keys
    assert len(keys.certificates) == 3


def expired(key: object) -> bytes:
    return p12(key, certificate(key, start=NOW - timedelta(days=9), end=NOW - timedelta(days=1)))


def weak() -> bytes:
    key = rsa.generate_private_key(65537, 1024)
    return p12(key, certificate(key))


def edwards() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return p12(key, certificate(key))


REFUSED: dict[str, tuple[str, Callable[[rsa.RSAPrivateKey], bytes]]] = {
    "wrong passphrase": ("wrong_passphrase", lambda key: p12(key, certificate(key), secret="another")),
    "no passphrase": ("wrong_passphrase", lambda key: p12(key, certificate(key), secret="x")),
    "not PKCS#12": ("not_pkcs12", lambda _: b"-----BEGIN CERTIFICATE-----"),
    "empty": ("not_pkcs12", lambda _: b""),
    "certificates only": ("no_private_key", lambda key: p12(None, None, certificate(key))),
    "key only": ("no_private_key", lambda key: p12(key, None)),
    "another's certificate": (
        "no_private_key",
        lambda key: p12(key, None, certificate(ec.generate_private_key(ec.SECP256R1()))),
    ),
    "expired": ("expired", expired),
    "not yet": ("not_yet_valid", lambda key: p12(key, certificate(key, start=NOW + timedelta(days=1)))),
    "weak": ("unsuitable_key", lambda _: weak()),
    "Ed25519": ("unsuitable_key", lambda _: edwards()),
    "for encryption": (
        "unsuitable_usage",
        lambda key: p12(key, certificate(key, key_usage(key_encipherment=True))),
    ),
    "of a web server": (
        "unsuitable_usage",
        lambda key: p12(key, certificate(key, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_unusable_identity_is_refused_by_name_and_gives_no_secret_away(
    tmp_path: Path, rsa_key: rsa.RSAPrivateKey, case: str
) -> None:
    code, make = REFUSED[case]
    path = tmp_path / "cachet.p12"
    path.write_bytes(make(rsa_key))
    with pytest.raises(ReceiptIdentityError) as caught:
        load_identity(path, SECRET if case != "no passphrase" else "", NOW)
    assert caught.value.code == f"receipt_identity_{code}"
    for said in (caught.value.message.ar, caught.value.message.fr):
        assert "cachet.p12" in said and SECRET not in said


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReceiptIdentityError, match=r"nowhere\.p12"):
        load_identity(tmp_path / "nowhere.p12", SECRET)


# --- the service's settings -----------------------------------------------------------------------


def settings(tmp_path: Path, secret: str = SECRET) -> Config:
    (tmp_path / "cachet.p12").write_bytes(make_identity("Essai", SECRET))
    (tmp_path / "secret").write_text(secret + "\n", encoding="utf-8")
    return Config.from_environment(
        {
            "FORMS_DATA_DIR": str(tmp_path / "var"),
            "FORMS_RECEIPT_IDENTITY": str(tmp_path / "cachet.p12"),
            "FORMS_RECEIPT_PASSPHRASE_FILE": str(tmp_path / "secret"),
        }
    )


def test_the_service_signs_with_the_identity_it_is_given(tmp_path: Path) -> None:
    config = settings(tmp_path)
    assert SECRET not in repr(config)
    application = build(config)
    signer = application.services.adapters.signer()
    application.close()
    assert "Essai" in signer.certificate.subject.rfc4514_string()
    assert "PrivateKey" not in repr(signer)


@pytest.mark.parametrize("place", [0.02, 0.15, 0.3, 0.5, 0.7, 0.9])
def test_an_identity_damaged_inside_is_not_blamed_on_its_passphrase_alone(
    tmp_path: Path, place: float
) -> None:
    content = bytearray(make_identity("Essai", SECRET))
    content[int(len(content) * place)] ^= 0xFF
    (tmp_path / "cachet.p12").write_bytes(content)
    with pytest.raises(ReceiptIdentityError) as refusal:
        load_identity(tmp_path / "cachet.p12", SECRET)
    assert "abîmé" in refusal.value.message.fr and "متضرر" in refusal.value.message.ar


def test_a_wrong_passphrase_is_said_at_the_start_not_at_a_deposit(tmp_path: Path) -> None:
    with pytest.raises(FormsError, check=lambda error: error.code == "receipt_identity_wrong_passphrase"):
        build(settings(tmp_path, "wrong"))


def test_a_passphrase_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cachet.p12").write_bytes(make_identity("Essai", SECRET, rsa_bits=2048))
    monkeypatch.setenv("FORMS_RECEIPT_PASSPHRASE", SECRET)
    config = Config(receipt_identity=tmp_path / "cachet.p12")
    signer = signer_for(tmp_path / "keys", config.receipt_identity, config.receipt_passphrase)
    assert isinstance(signer.file_key, rsa.RSAPrivateKey)


def test_a_passphrase_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="FORMS_RECEIPT_PASSPHRASE_FILE"):
        Config(receipt_passphrase_file=tmp_path / "nowhere").receipt_passphrase()

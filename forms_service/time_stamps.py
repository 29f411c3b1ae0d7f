"""Time-stamps of an authority outside (RFC 3161): that something existed at a time, whoever keeps it.

Only a hash leaves.  What comes back is checked before it is kept, and can be checked again years later.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PATIENCE_S = 15.0
_LARGEST_ANSWER = 256 * 1024
_GRANTED = ("granted", "granted_with_mods")
_NONCE_BITS = 64
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What reading something else than a token ends in."""


class TimeStampError(Exception):
    """No time-stamp was had, or it is none: ``unreachable``, ``refused`` or ``wrong``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What a token says.

    Attributes:
        vouched: Whether a trusted authority vouches for whoever signed it.
    """

    at: datetime
    authority: str
    vouched: bool


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """An authority that moved is a setting to mend."""

    def redirect_request(self, *_args: object) -> None:
        """Follow nothing."""


def ask_for(url: str, digest: bytes, authorities: bytes = b"") -> bytes:
    """The token of an authority for a SHA-256, checked.

    Args:
        authorities: Trusted certificates as PEM; a token that they do not vouch for is refused.

    Raises:
        TimeStampError: It cannot be reached, refuses, or answered with something else.
    """
    from asn1crypto import tsp

    nonce = secrets.randbits(_NONCE_BITS)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    asked = tsp.TimeStampReq(
        {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    ).dump()
    try:
        answer = tsp.TimeStampResp.load(_answer_to(url, asked), strict=True)
        if answer["status"]["status"].native not in _GRANTED:
            raise TimeStampError("refused")
        token: bytes = answer["time_stamp_token"].dump()
        told = _info(answer["time_stamp_token"])["nonce"].native
    except _MALFORMED:
        raise TimeStampError("wrong") from None
    stamp = check_token(token, digest, authorities)
    if told != nonce or (authorities and not stamp.vouched):
        raise TimeStampError("wrong")
    return token


def _answer_to(url: str, asked: bytes) -> bytes:
    request = urllib.request.Request(url, data=asked, method="POST")  # noqa: S310 - the operator's setting
    request.add_header("Content-Type", "application/timestamp-query")
    request.add_header("Accept", "application/timestamp-reply")
    try:
        with urllib.request.build_opener(_NoDetours()).open(request, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read(_LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise TimeStampError("refused") from None
    except (OSError, ValueError):
        raise TimeStampError("unreachable") from None
    if len(content) > _LARGEST_ANSWER:
        raise TimeStampError("wrong")
    return content


def check_token(token: bytes, digest: bytes, authorities: bytes = b"") -> TimeStamp:
    """Check a token against what it is to be of, its signature and its signer.

    Raises:
        TimeStampError: ``wrong``: it is of something else, altered, or no time-stamp at all.
    """
    from asn1crypto import cms
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        message = cms.ContentInfo.load(token, strict=True)
        info = _info(message)
        imprint = info["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            raise TimeStampError("wrong")
        if imprint["hashed_message"].native != digest:
            raise TimeStampError("wrong")
        certificate, others = _certificates(message)
        _check_signature(message, certificate)
        at: datetime = info["gen_time"].native.astimezone(UTC)
        vouched = _is_vouched(certificate, others, authorities, at)
    except (*_MALFORMED, InvalidSignature, UnsupportedAlgorithm):
        raise TimeStampError("wrong") from None
    name = certificate.subject.native.get("common_name") or certificate.subject.human_friendly
    return TimeStamp(at, str(name), vouched)


def _info(message: Any) -> Any:
    """What the authority says, out of the message it signed."""
    return message["content"]["encap_content_info"]["content"].parsed


def _certificates(message: Any) -> tuple[Any, list[Any]]:
    """The signer's certificate, which must be for time-stamps alone, and the others that came with it."""
    signed = message["content"]
    (signer,) = signed["signer_infos"]
    every = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
    named = signer["sid"].chosen
    (ours,) = [
        one
        for one in every
        if one.serial_number == named["serial_number"].native and one.issuer == named["issuer"]
    ]
    purposes = ours.extended_key_usage_value
    if purposes is None or purposes.native != ["time_stamping"]:
        raise TimeStampError("wrong")
    return ours, [one for one in every if one is not ours]


def _check_signature(message: Any, certificate: Any) -> None:
    from cryptography.hazmat.primitives import hashes
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    signed = message["content"]
    (signer,) = signed["signer_infos"]
    name = signer["digest_algorithm"]["algorithm"].native
    kinds = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    counted = hashes.Hash(kinds[name])
    counted.update(bytes(signed["encap_content_info"]["content"]))
    intact, valid = validate_sig_integrity(
        signer, certificate, expected_content_type="tst_info", actual_digest=counted.finalize()
    )
    if not (intact and valid):
        raise TimeStampError("wrong")


def _is_vouched(certificate: Any, others: list[Any], authorities: bytes, at: datetime) -> bool:
    """Whether a trusted authority vouched for the signer when it signed; nothing is fetched for that."""
    from asn1crypto import pem, x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathError, ValidationError

    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", authorities, re.DOTALL)
    if not blocks:
        return False
    roots = [x509.Certificate.load(pem.unarmor(one)[2]) for one in blocks]
    context = ValidationContext(
        trust_roots=roots,
        other_certs=others,
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
        best_signature_time=at,
    )
    validator = CertificateValidator(certificate, others, validation_context=context)
    try:
        asyncio.run(
            validator.async_validate_usage({"digital_signature"}, extended_key_usage={"time_stamping"})
        )
    except (PathError, ValidationError):
        return False
    return True

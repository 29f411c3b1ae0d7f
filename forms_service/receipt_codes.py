"""The text of a receipt's QR code: its main facts with a signature of their own.

Capitals and digits only, which QR codes hold most densely and which may stand in an address.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from cryptography.exceptions import InvalidSignature

from core.receipt import DepositReceipt
from forms_service.receipt_keys import ReceiptKeys, Signer

CODE_PREFIX = "CNR1:"
LONGEST_CODE = 4096
DIGEST_IN_CODE = 16
"""Characters of a receipt's digest that its QR code carries."""

_KEY_ID_LENGTH = 8
"""Characters that name the key: five bytes, whole in themselves, so they survive a flaw further on."""


class SpoiltCode(ValueError):
    """A code names our keys, but they did not sign it."""


def sign_code(receipt: DepositReceipt, signer: Signer) -> str:
    """Give the text of the QR code: the main facts and their signature."""
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
        receipt.digest()[:DIGEST_IN_CODE],
    ]


_CODE_NAMES = ("reference", "form", "version", "registration", "name_ar", "name_fr", "deposited_at")
_CODE_NAMES += ("physical_check", "received", "missing", "digest")


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """What base32 stands for; nothing where a character was spoilt."""
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        return b""


def facts_of_code(text: str, keys: Mapping[str, ReceiptKeys]) -> dict[str, Any] | None:
    """Give what a code states; None when it is not one of ours.

    An address before the code is ignored.

    Args:
        keys: Those to trust, by their id.

    Raises:
        SpoiltCode: It names one of the keys, which did not sign it.
    """
    _, prefix, body = text.strip().rpartition(CODE_PREFIX)
    if not prefix or len(body) > LONGEST_CODE:
        return None
    known = keys.get(_decoded(body[:_KEY_ID_LENGTH]).hex().upper())
    if known is None:
        return None
    content = _decoded(body)
    signature, facts = content[5:69], content[69:]
    try:
        known.code_key.verify(signature, CODE_PREFIX.encode() + facts)
    except InvalidSignature:
        raise SpoiltCode from None
    if _base32(content) != body:
        raise SpoiltCode
    named = dict(zip(_CODE_NAMES, json.loads(facts), strict=True))
    name = {"ar": named.pop("name_ar"), "fr": named.pop("name_fr")}
    named["physical_check"] = bool(named["physical_check"])
    return {**named, "name": name}

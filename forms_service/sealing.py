"""Keeps what must not be read from a stolen copy of the database: sealed texts and keyed fingerprints.

Both come from the service's own secret, so that rows alone tell nothing: neither what a waiting
message says, nor which six digits somebody was sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken


class Unsealable(ValueError):
    """The text was sealed with another secret, or changed since."""


class Seal:
    """Seals small records and takes fingerprints with one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._box = Fernet(base64.urlsafe_b64encode(self._key("sealed records")))

    def close(self, record: Mapping[str, Any]) -> str:
        """The record as a text that only this service can open."""
        return self.close_bytes(json.dumps(dict(record), ensure_ascii=False).encode()).decode()

    def close_bytes(self, data: bytes) -> bytes:
        """The same for anything that is no record."""
        return self._box.encrypt(data)

    def open(self, sealed: str) -> dict[str, Any]:
        """The record again.

        Raises:
            Unsealable: It was sealed with another secret, or is damaged.
        """
        opened: dict[str, Any] = json.loads(self.open_bytes(sealed.encode()))
        return opened

    def record(self, kept: Mapping[str, Any] | str) -> dict[str, Any]:
        """A record out of a sealed column: most lie under data keys, those of earlier days under this secret.

        Raises:
            Unsealable: As ``open``.
        """
        return self.open(kept) if isinstance(kept, str) else dict(kept)

    def open_bytes(self, sealed: bytes) -> bytes:
        """What ``close_bytes`` closed; as ``open`` for what it refuses."""
        try:
            return self._box.decrypt(sealed)
        except InvalidToken:
            raise Unsealable from None

    def fingerprint(self, *parts: str) -> str:
        """The same parts give the same 64 characters; nobody without the secret can try parts out."""
        message = "\0".join(parts).encode()
        return hmac.new(self._key("fingerprints"), message, hashlib.sha256).hexdigest()

    def _key(self, purpose: str) -> bytes:
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()

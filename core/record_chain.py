r"""The record as a chain: each line carries the hash of the one before, so that none can be changed unseen.

A line is a mapping of nine names (``NAMES``) to plain JSON values.  Its canonical form is JSON with the
names in the order of their letters, at every depth, without any blank between the signs, every character
beyond ASCII as ``\uXXXX``, in one line.  The line's hash is the SHA-256 of these bytes, in lower-case
hexadecimal.  ``previous`` is the hash of the line before; that of the first is sixty-four zeros.

Names of people are not in the line but the hash of them with a salt, so that a name can be erased, with its
salt, and the chain still holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime

NAMES = ("action", "actor", "at", "details", "dossier", "name", "position", "previous", "revision")
FORMAT = "forms-service record 1"
BEGINNING = "0" * 64
SALT_BYTES = 16

Line = Mapping[str, object]


def canonical(content: Mapping[str, object]) -> bytes:
    """The bytes that are hashed and signed: the same wherever and by whatever they are written.

    Raises:
        ValueError: A number in it is none (NaN, infinite).
        TypeError: Something in it is not JSON.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def digest(content: Mapping[str, object]) -> str:
    """The hash of a line, or of anything else in its canonical form."""
    return hashlib.sha256(canonical(content)).hexdigest()


def moment(at: datetime) -> str:
    """An instant as lines write it: UTC to the microsecond, ``2026-03-02T10:30:00.000000Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: str, name: str) -> str:
    """What stands for a name in the line: the hash of the salt (32 hexadecimal digits) and the name after it."""
    return hashlib.sha256((salt + name).encode()).hexdigest()


def is_commitment(found: object, salt: str, name: str) -> bool:
    """Whether a line's ``name`` stands for that very name."""
    return isinstance(found, str) and hmac.compare_digest(found, commitment(salt, name))


def line_of(
    *,
    position: int,
    previous: str,
    at: datetime,
    actor: str,
    name: str,
    action: str,
    dossier: str | None,
    revision: int | None,
    details: Mapping[str, object],
) -> dict[str, object]:
    """One line as it is hashed.

    Args:
        position: Its number, from 1, without gaps.
        name: The commitment to the actor's name.
    """
    return {
        "action": action,
        "actor": actor,
        "at": moment(at),
        "details": dict(details),
        "dossier": dossier,
        "name": name,
        "position": position,
        "previous": previous,
        "revision": revision,
    }

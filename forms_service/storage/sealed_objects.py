"""Papers that lie sealed in whatever store: a stolen disk or bucket shows sizes and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from forms_service.keyring import PAPER_HEAD_BYTES, Keyring, Unopenable, bytes_to_read, sealed_with
from forms_service.storage.objects import MISSING, ByteStore, MissingObject


class SealedStore:
    """Seals on the way in, opens on the way out.

    A paper's key is a keyed fingerprint of its content: the same paper is kept once, and nobody without the
    ring can look whether a paper they have is there.  Papers kept before sealing stay readable under the
    key they have, the plain digest of their content.
    """

    def __init__(self, beneath: ByteStore, ring: Keyring) -> None:
        self.beneath = beneath
        self.ring = ring

    def address(self, content: bytes) -> str:
        """The key that these bytes have, or would have."""
        return self.ring.fingerprint("address", content)

    def put(self, content: bytes) -> str:
        """Keep the bytes, sealed and durably.  Gives their key."""
        key = self.address(content)
        self.beneath.keep_as(key, self.ring.close_paper(key, content))
        return key

    def get(self, key: str) -> bytes:
        """The bytes of that key, proven unchanged.

        Raises:
            MissingObject: The store does not have them, or not as they were kept.
            Unopenable: The key they were sealed with is gone.
        """
        held = self.beneath.held_as(key)
        if sealed_with(held) is not None:
            return self.ring.open_paper(key, held)
        if hashlib.sha256(held).hexdigest() != key:
            raise MissingObject(MISSING)
        return held

    def beginning(self, key: str, size: int) -> bytes:
        """The first bytes of that key; of a large paper no more is read than they need."""
        held = self.beneath.beginning(key, bytes_to_read(size))
        if sealed_with(held) is None:
            return held[:size]
        return self.ring.open_beginning(key, held)[:size]

    def has(self, key: str) -> bool:
        """Whether the store has that key."""
        return self.beneath.has(key)

    def remove(self, key: str) -> None:
        """Forget that key for good."""
        self.beneath.remove(key)

    def keys(self) -> Iterator[str]:
        """All keys the store has."""
        return self.beneath.keys()

    def kept_before(self, at: datetime, part: str) -> Iterator[str]:
        """The keys of one part of the store that were kept, or sealed anew, before that time."""
        return self.beneath.kept_before(at, part)

    def check(self) -> None:
        """Raise ``OSError`` when papers cannot be kept or read now."""
        self.beneath.check()

    # --- renewing -------------------------------------------------------------------------------

    def sealed_with(self, key: str) -> int | None:
        """Number of the data key a paper is sealed with; None when it lies open."""
        return sealed_with(self.beneath.beginning(key, PAPER_HEAD_BYTES))

    def reseal(self, key: str) -> bool:
        """Seal one paper with the newest key, unless it is; whether that was needed and done.

        What was removed meanwhile stays removed.
        """
        try:
            if self.sealed_with(key) == self.ring.newest:
                return False
            held = self.beneath.held_as(key)
            return self.beneath.replace(key, self.ring.close_paper(key, self.get(key)), held)
        except (MissingObject, Unopenable):
            return False  # what cannot be read is left as it is: counting tells of it


__all__ = ["SealedStore"]

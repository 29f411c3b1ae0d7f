"""Whoever steals a disk, a backup or the database reads nobody's answers: seals with keys that can be renewed.

A ring holds numbered data keys.  The newest seals, the older ones only open what they sealed.  Each place (a
column, the papers) gets a key of its own from the data key, so that a value copied into another place does
not open there and no key is used too often.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from core.errors import FormsError
from core.localized_text import LocalizedText

KEY_BYTES = 32
REFRESH_SECONDS = 30.0
"""How long a process may go on sealing with a key after another process made a newer one."""

STALE_SECONDS = 12 * 3600.0
"""How long a process goes on sealing with the keys it has while it cannot look whether there are newer ones."""

log = structlog.get_logger(__name__)

_NONCE = 12
_SEALED_TEXT = re.compile(r"~([1-9][0-9]{0,8})~([A-Za-z0-9+/]+={0,2})\Z")

_MAGIC = b"\x8bSEALED\x01"
_HEAD = struct.Struct(">8sI16s")
_CHUNK, _TAG = 64 * 1024, 16


class Unopenable(FormsError):
    """Something sealed cannot be opened: its key is not there, or it was changed."""

    code = "unopenable"

    def __init__(self) -> None:
        super().__init__(
            LocalizedText(
                ar="تعذر فتح هذه المعطيات المحفوظة مشفرة: إما أن مفتاحها غير متوفر وإما أنها تغيرت. "
                "لم يُغيَّر أي شيء. المرجو الاتصال بالمصلحة التقنية.",
                fr="Ces données chiffrées ne peuvent pas être ouvertes : leur clé manque, ou elles ont été "
                "altérées. Rien n'a été modifié. Prévenez le service technique.",
            )
        )


@dataclass(frozen=True, slots=True)
class DataKeys:
    """The keys there are.

    Attributes:
        sealing: Keys that seal, by number.
        index: Key of fingerprints and of the papers' addresses; it stays, for what was found by it must be found.
    """

    sealing: Mapping[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)


class Keyring:
    """Seals and opens; knows by itself when another process made a new key."""

    def __init__(
        self,
        keys: DataKeys,
        again: Callable[[], DataKeys] | None = None,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        """Start with these keys.

        Args:
            again: Gives the keys there are now; asked from time to time, and when a number is not known.
        """
        self._again = again
        self._refresh_seconds = refresh_seconds
        self._lock = threading.Lock()
        self._take(keys)

    @property
    def newest(self) -> int:
        """Number of the key that seals now.

        While nobody can tell whether there is a newer one, it stays the one that is known, for
        ``STALE_SECONDS``: a file that is away for a moment stops no work.
        """
        if time.monotonic() >= self._stale_from and self._again is not None:
            self._look_when_stale()
        return self._newest

    def numbers(self) -> frozenset[int]:
        """Numbers of the keys that open."""
        return frozenset(self._keys.sealing)

    def look_again(self) -> None:
        """Take the keys there are now; whoever made or removed one need not wait."""
        self._look_again()

    # --- values ---------------------------------------------------------------------------------

    def close(self, place: str, content: bytes) -> str:
        """The bytes as a text that opens only here and only in that place."""
        number, nonce = self.newest, os.urandom(_NONCE)
        sealed = nonce + self._box(number, place).encrypt(nonce, content, None)
        return f"~{number}~{binascii.b2a_base64(sealed, newline=False).decode('ascii')}"

    def open(self, place: str, sealed: str) -> bytes:
        """What ``close`` closed in that place.

        Raises:
            Unopenable: It was not, or its key is gone.
        """
        try:
            _, number, body = sealed.split("~", 2)
            data = binascii.a2b_base64(body)
            return self._box(int(number), place).decrypt(data[:_NONCE], data[_NONCE:], None)
        except (InvalidTag, ValueError):
            raise Unopenable from None

    # --- papers ---------------------------------------------------------------------------------

    def close_paper(self, key: str, content: bytes) -> bytes:
        """A whole paper, sealed piece by piece; it opens only under its own key."""
        salt = os.urandom(16)
        head = _HEAD.pack(_MAGIC, self.newest, salt)
        box = self._box(self._newest_of(head), "paper", salt)
        pieces, last = [head], max(0, len(content) - 1) // _CHUNK
        view = memoryview(content)
        for number in range(last + 1):
            piece = view[number * _CHUNK : (number + 1) * _CHUNK]
            pieces.append(box.encrypt(_piece_nonce(number, number == last), piece, key.encode()))
        return b"".join(pieces)

    def open_paper(self, key: str, sealed: bytes) -> bytes:
        """The whole paper.

        Raises:
            Unopenable: It is cut off, changed, lies under another's key, or its data key is gone.
        """
        return self._opened(key, sealed, is_whole=True)

    def open_beginning(self, key: str, sealed: bytes) -> bytes:
        """As much as can be opened of a paper of which only the first bytes were read."""
        return self._opened(key, sealed, is_whole=False)

    def _opened(self, key: str, sealed: bytes, *, is_whole: bool) -> bytes:
        number = sealed_with(sealed)
        if number is None:
            raise Unopenable
        box = self._box(number, "paper", _HEAD.unpack_from(sealed)[2])
        view, size = memoryview(sealed)[_HEAD.size :], _CHUNK + _TAG
        count = max(1, -(-len(view) // size))
        opened = []
        for place in range(count):
            piece = view[place * size : (place + 1) * size]
            try:
                opened.append(_open_piece(box, key, place, piece, place == count - 1, is_whole))
            except InvalidTag:
                if not is_whole and place == count - 1 and place:
                    break  # only a part of this piece was read
                raise Unopenable from None
        return b"".join(opened)

    # --- fingerprints ---------------------------------------------------------------------------

    def pin(self, place: str, content: bytes) -> str:
        """The bytes as a text that is the same each time, so that it is found again; ``unpin`` opens it.

        Whoever has only the text learns which values are alike, and nothing else.
        """
        sealed = self._pinning(place).encrypt(content, None)
        return f"={binascii.b2a_base64(sealed, newline=False).decode('ascii')}"

    def unpin(self, place: str, pinned: str) -> bytes:
        """What ``pin`` closed in that place.

        Raises:
            Unopenable: It was not.
        """
        try:
            return self._pinning(place).decrypt(binascii.a2b_base64(pinned[1:]), None)
        except (InvalidTag, ValueError):
            raise Unopenable from None

    def fingerprint(self, place: str, content: bytes) -> str:
        """64 characters that are the same for the same content and that nobody without the ring can try out."""
        return hmac.new(_derived(self._keys.index, place), content, hashlib.sha256).hexdigest()

    # --- keys -----------------------------------------------------------------------------------

    def _newest_of(self, head: bytes) -> int:
        number: int = _HEAD.unpack(head)[1]
        return number

    def _pinning(self, place: str) -> AESSIV:
        found = self._pins.get(place)
        if found is None:
            halves = (_derived(self._keys.index, place, half) for half in (b"pin 1", b"pin 2"))
            found = self._pins[place] = AESSIV(b"".join(halves))
        return found

    def _box(self, number: int, place: str, salt: bytes = b"") -> AESGCM:
        if not salt and (box := self._boxes.get((number, place))):
            return box
        key = self._keys.sealing.get(number)
        if key is None:
            self._look_again()
            key = self._keys.sealing.get(number)
        if key is None:
            raise Unopenable
        box = AESGCM(_derived(key, place, salt))
        if not salt:
            self._boxes[number, place] = box
        return box

    def _look_again(self) -> None:
        if self._again is None:
            return
        with self._lock:
            self._take(self._again())

    def _look_when_stale(self) -> None:
        """Look again unless another thread does; whatever fails leaves the keys, and is tried again later."""
        if self._again is None or not self._lock.acquire(blocking=False):
            return
        try:
            self._take(self._again())
        except Exception as trouble:  # the file, the database, a foreign master key: good keys are in memory
            if time.monotonic() >= self._taken_at + STALE_SECONDS:
                raise
            self._stale_from = time.monotonic() + self._refresh_seconds
            log.error("keys not looked up again; those in memory go on", exc_info=trouble)
        finally:
            self._lock.release()

    def _take(self, keys: DataKeys) -> None:
        self._keys = keys
        self._newest = max(keys.sealing)
        self._boxes: dict[tuple[int, str], AESGCM] = {}
        self._pins: dict[str, AESSIV] = {}
        self._taken_at = time.monotonic()
        self._stale_from = self._taken_at + self._refresh_seconds


def is_sealed(text: str) -> bool:
    """Whether a stored text was sealed; older rows may still lie open."""
    return text[:1] == "~" and _SEALED_TEXT.match(text) is not None


def sealed_by(text: str) -> int | None:
    """Number of the key that a stored text was sealed with; None when it lies open."""
    found = _SEALED_TEXT.match(text)
    return int(found[1]) if found else None


def sealed_with(beginning: bytes) -> int | None:
    """Number of the key that a paper was sealed with, from its first bytes; None when it lies open."""
    if len(beginning) < _HEAD.size or not beginning.startswith(_MAGIC):
        return None
    number: int = _HEAD.unpack_from(beginning)[1]
    return number


PAPER_HEAD_BYTES = _HEAD.size


def bytes_to_read(size: int) -> int:
    """How much of a sealed paper is read so that its first ``size`` bytes can be opened."""
    pieces = max(1, -(-size // _CHUNK))
    return _HEAD.size + pieces * (_CHUNK + _TAG)


def _open_piece(box: AESGCM, key: str, place: int, piece: memoryview, is_end: bool, is_whole: bool) -> bytes:
    """One piece.  Whether it is the paper's last is sealed with it, so that no end can be cut off unseen."""
    if is_whole or not is_end:
        return box.decrypt(_piece_nonce(place, is_end), piece, key.encode())
    try:
        return box.decrypt(_piece_nonce(place, True), piece, key.encode())
    except InvalidTag:
        return box.decrypt(_piece_nonce(place, False), piece, key.encode())


def _piece_nonce(number: int, is_last: bool) -> bytes:
    return struct.pack(">QI", number, int(is_last))


def _derived(key: bytes, place: str, salt: bytes = b"") -> bytes:
    return hmac.new(key, b"\0".join((place.encode(), salt)), hashlib.sha256).digest()


# --- master keys ----------------------------------------------------------------------------------


class WrongMasterKey(FormsError):
    """The master key that was given does not open this database's keys."""

    code = "wrong_master_key"


class MasterKeys:
    """Opens and wraps data keys with what the operator keeps apart; the last line of the file wraps."""

    def __init__(self, lines: list[str]) -> None:
        """Take the lines of the file.

        Raises:
            WrongMasterKey: There is none, or one that is too short to keep anything.
        """
        if not lines or any(len(one) < KEY_BYTES for one in lines):
            raise WrongMasterKey(
                LocalizedText(
                    ar="يجب أن يحتوي ملف المفتاح الرئيسي على سطر من 32 حرفا على الأقل.",
                    fr="Le fichier de la clé maîtresse doit contenir une ligne d'au moins 32 caractères.",
                )
            )
        self._masters = {_name_of(one): AESGCM(_derived(one.encode(), "wrapping")) for one in lines}
        self.newest = _name_of(lines[-1])

    def wrap(self, number: int, key: bytes) -> str:
        """A data key as the database keeps it."""
        nonce = os.urandom(_NONCE)
        sealed = self._masters[self.newest].encrypt(nonce, key, _of_number(number))
        return base64.b64encode(nonce + sealed).decode("ascii")

    def unwrap(self, number: int, master: str, wrapped: str) -> bytes:
        """The data key again.

        Raises:
            WrongMasterKey: It was wrapped with another master key, or changed.
        """
        try:
            data = base64.b64decode(wrapped)
            return self._masters[master].decrypt(data[:_NONCE], data[_NONCE:], _of_number(number))
        except (KeyError, InvalidTag, ValueError):
            raise WrongMasterKey(
                LocalizedText(
                    ar=f"المفتاح الرئيسي المقدم لا يفتح مفاتيح قاعدة المعطيات هذه (أُغلقت بالمفتاح {master}). "
                    "لم يُكتب أي شيء. أعيدوا ملف المفتاح الصحيح (FORMS_MASTER_KEY_FILE) ثم أعيدوا التشغيل.",
                    fr="La clé maîtresse fournie n'ouvre pas les clés de cette base (fermées avec la clé "
                    f"{master}). Rien n'a été écrit. Remettez le bon fichier (FORMS_MASTER_KEY_FILE), "
                    "puis redémarrez.",
                )
            ) from None


def _name_of(master: str) -> str:
    return _derived(master.encode(), "name").hex()[:12]


def _of_number(number: int) -> bytes:
    return f"data key {number}".encode()

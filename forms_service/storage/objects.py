"""Papers by content: an object's key is the SHA-256 of its bytes, so it can never be overwritten.

A folder on the local disk is the default; anything that keeps to ``ObjectStore`` can stand in its place
(``bucket.BucketStore`` keeps them in S3) or around it.  Nobody is told where an object lies: a process
that opens papers is handed the bytes, in a folder of its own that is gone afterwards.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.errors import FormsError
from core.localized_text import LocalizedText

_ABANDONED_SECONDS = 600
"""Writing one paper takes far less, even on a slow disk."""


class MissingObject(FormsError):
    """A paper that the database knows is not in the store: a backup must bring it back."""

    code = "missing_object"


class ObjectsUnavailable(FormsError, OSError):
    """The store cannot be used now; nothing that was accepted is lost by it."""

    code = "objects_unavailable"


class ObjectStore(Protocol):
    """What the service needs of a store."""

    def put(self, content: bytes) -> str:
        """Keep the bytes; when this returns they survive a power cut.  Gives their key."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes of that key.

        Raises:
            MissingObject: The store does not have them.
        """
        ...

    def beginning(self, key: str, size: int) -> bytes:
        """The first bytes of that key, where they say enough; unlike the whole they are not checked.

        Raises:
            MissingObject: The store does not have them.
        """
        ...

    def has(self, key: str) -> bool:
        """Whether the store has that key."""
        ...

    def remove(self, key: str) -> None:
        """Forget that key for good, if the store has it; whoever asks knows that nothing refers to it."""
        ...

    def keys(self) -> Iterator[str]:
        """All keys the store has, in no order; what arrives meanwhile may be missing."""
        ...

    def kept_before(self, at: datetime, part: str) -> Iterator[str]:
        """The keys that begin with those two digits and were kept before that time, in no order."""
        ...

    def check(self) -> None:
        """Raise ``OSError`` when papers cannot be kept or read now."""
        ...


class ByteStore(Protocol):
    """What a store must be able to do for another one to wrap it (``sealed_objects``): the wrapper names the keys."""

    def keep_as(self, key: str, content: bytes) -> None:
        """Keep the bytes under that key, durably, unless there are some already."""
        ...

    def held_as(self, key: str) -> bytes:
        """The bytes under that key, whatever they are.

        Raises:
            MissingObject: There are none.
        """
        ...

    def replace(self, key: str, content: bytes, before: bytes) -> bool:
        """Let other bytes take the place of ``before``, durably and at once.

        Returns:
            False where something else lies there now, or nothing: what was removed meanwhile stays removed.
        """
        ...

    def beginning(self, key: str, size: int) -> bytes: ...  # noqa: D102 - these as in ObjectStore

    def has(self, key: str) -> bool: ...  # noqa: D102

    def remove(self, key: str) -> None: ...  # noqa: D102

    def keys(self) -> Iterator[str]: ...  # noqa: D102

    def kept_before(self, at: datetime, part: str) -> Iterator[str]: ...  # noqa: D102

    def check(self) -> None: ...  # noqa: D102


def is_key(name: str) -> bool:
    """Whether that can be the key of an object: the digits of a SHA-256 and nothing else."""
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


def require_key(name: str) -> None:
    """Refuse what is no key, before it is looked for anywhere.

    Raises:
        MissingObject: No object can have that name.
    """
    if not is_key(name):
        raise MissingObject(MISSING)


class FolderStore:
    """Objects as files, two levels of folders deep.

    The rename makes an object appear whole or not at all; the two ``fsync`` make it stay.  What a killed
    process was writing lies apart and is swept away when the store is opened later.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._arriving = root / ".arriving"
        self._durable: set[Path] = set()
        self._arriving.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sweep()

    def put(self, content: bytes) -> str:
        """Keep the bytes durably; the same bytes are kept once."""
        key = hashlib.sha256(content).hexdigest()
        self.keep_as(key, content)
        return key

    def keep_as(self, key: str, content: bytes) -> None:
        """Keep the bytes durably under that key; what is there already stays."""
        path = self._path(key)
        self._require_folder()
        self._make_folder(path.parent)
        if path.exists():  # perhaps since a moment ago, by a process that has not yet made its name durable
            _sync_folder(path.parent)
            return
        with self._written(key, content) as draft:
            draft.rename(path)
        _sync_folder(path.parent)

    def replace(self, key: str, content: bytes, before: bytes) -> bool:
        """Exchange the file of that key, if it is still what was read."""
        path = self._path(key)
        if not path.exists():
            return False
        with self._written(key, content) as draft, _alone_in(path.parent):
            try:
                if path.read_bytes() != before:
                    return False
            except FileNotFoundError:
                return False
            draft.rename(path)
        _sync_folder(path.parent)
        return True

    def get(self, key: str) -> bytes:
        """The bytes of that key, checked against it."""
        content = self.held_as(key)
        if hashlib.sha256(content).hexdigest() != key:
            raise MissingObject(MISSING)
        return content

    def held_as(self, key: str) -> bytes:
        """The bytes of that key, unchecked."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            self._require_folder()
            raise MissingObject(MISSING) from None

    def beginning(self, key: str, size: int) -> bytes:
        """The first bytes of that key, read without the rest."""
        try:
            with self._path(key).open("rb") as file:
                return file.read(size)
        except FileNotFoundError:
            self._require_folder()
            raise MissingObject(MISSING) from None

    def has(self, key: str) -> bool:
        """Whether the store has that key."""
        return self._path(key).exists()

    def remove(self, key: str) -> None:
        """Delete the file of that key, durably."""
        path = self._path(key)
        with suppress(FileNotFoundError), _alone_in(path.parent):
            path.unlink()
            _sync_folder(path.parent)

    def keys(self) -> Iterator[str]:
        """The names of all files, folder by folder."""
        return (
            path.name for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*") if is_key(path.name)
        )

    def kept_before(self, at: datetime, part: str) -> Iterator[str]:
        """The names of the files of one folder that were written before that time."""
        for path in self.root.glob(f"{part}/[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                if is_key(path.name) and path.stat().st_mtime < at.timestamp():
                    yield path.name

    def check(self) -> None:
        """Raise ``OSError`` unless the folder is there and may be read and written."""
        self._require_folder()
        if not self.root.is_dir() or not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
            raise OSError("the folder of papers cannot be used")

    def _require_folder(self) -> None:
        """Tell a folder that is away, such as a disk that is not mounted, from one without a certain paper.

        It is never made anew while the service runs: papers would lie beneath the disk that comes back.
        """
        if not self._arriving.is_dir():
            raise ObjectsUnavailable(AWAY)

    def _path(self, key: str) -> Path:
        require_key(key)
        return self.root / key[:2] / key[2:4] / key

    @contextmanager
    def _written(self, key: str, content: bytes) -> Iterator[Path]:
        """A file of its own with these bytes, durable but for its name; gone afterwards unless it was renamed."""
        draft = self._arriving / f"{key[:16]}.{secrets.token_hex(6)}"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what no process can still be writing: half of somebody's paper must not stay."""
        for one in self._arriving.iterdir():
            with suppress(FileNotFoundError):
                if one.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                    one.unlink()

    def _make_folder(self, folder: Path) -> None:
        """Make the folder so that it survives a power cut too: each parent is synced.

        One that is there already may be another process's that has not synced it yet: once, each does it itself.
        """
        if folder in self._durable and folder.exists():
            return
        for one in (folder.parent, folder):
            one.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(one.parent)
        self._durable.add(folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Whoever removes from that folder or exchanges in it waits for the others who do."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


AWAY = LocalizedText(
    ar="تعذر الوصول إلى مجلد الوثائق في هذه اللحظة. لم يضع شيء مما سبق قبوله. المرجو إعادة المحاولة بعد قليل.",
    fr="Le dossier des documents n'est pas accessible en ce moment. Rien de ce qui a été accepté n'est perdu. "
    "Réessayez dans un moment.",
)
MISSING = LocalizedText(
    ar="تعذر العثور على هذه الوثيقة في المستودع. المعطيات الأخرى لم تتأثر. المرجو الاتصال بالمصلحة التقنية.",
    fr="Ce document est introuvable dans l'espace de stockage. Les autres données sont intactes. "
    "Prévenez le service technique.",
)

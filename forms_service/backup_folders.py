"""The folder of a backup: whole only with a manifest, checked file by file, and made room for by date.

``SHA256SUMS`` has a line for each file, as ``sha256sum --check`` reads it; the manifest, written last, has the
digest of that.  Everything is read and compared line by line: millions of papers take no more memory than one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.errors import FormsError
from core.localized_text import LocalizedText

MANIFEST, SUMS, OBJECTS, KEYS = "manifest.json", "SHA256SUMS", "objects", "keys"
SQLITE, POSTGRESQL = "database.sqlite", "database.dump"
DRAFT = ".draft"
_FORMAT = 2
_OURS = frozenset((SUMS, OBJECTS, KEYS, SQLITE, POSTGRESQL))
_DATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")
_LOCK = ".lock"


class BackupError(FormsError):
    """A backup cannot be made or used; nothing that was there is changed by it."""

    code = "backup"


def begin(folder: Path, *, go_on: bool) -> None:
    """Make the folder, or take up one that a backup which was cut off left.

    Raises:
        BackupError: It holds a whole backup or something else, or half of one that nobody said to go on with.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = {path.name.removesuffix(DRAFT) for path in folder.iterdir()}
    if not found:
        return
    if MANIFEST in {path.name for path in folder.iterdir()} or not found <= _OURS | {MANIFEST}:
        raise BackupError(_NOT_EMPTY.fill(place=folder))
    if not go_on:
        raise BackupError(_HALF.fill(place=folder))


def finish(folder: Path) -> None:
    """Say that the backup is whole, after everything in it is on the disk."""
    digest = hashlib.sha256()
    with (folder / (SUMS + DRAFT)).open("wb") as file:
        for path in files_of(folder):
            line = f"{_digest(path)}  {path.relative_to(folder)}\n".encode()
            digest.update(line)
            file.write(line)
    settle(folder / (SUMS + DRAFT), folder / SUMS)
    for inner, _, _ in os.walk(folder):
        _sync(Path(inner))
    _sync(folder.parent)
    told = {"format": _FORMAT, "made_at": datetime.now(UTC).isoformat(), "sums": digest.hexdigest()}
    draft = folder / (MANIFEST + DRAFT)
    draft.write_text(json.dumps(told, indent=1), encoding="utf-8")
    settle(draft, folder / MANIFEST)
    _sync(folder)


def require_whole(folder: Path) -> None:
    """Compare every file with what was written.

    Raises:
        BackupError: There is no manifest, or something differs, is missing or was added.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        expected = told["sums"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(_NOT_FINISHED.fill(place=folder)) from None
    if told.get("format") != _FORMAT or not (folder / SUMS).is_file() or _digest(folder / SUMS) != expected:
        raise BackupError(_DAMAGED.fill(place=folder))
    there = files_of(folder)
    with (folder / SUMS).open(encoding="utf-8") as lines:
        for line in lines:
            path = next(there, None)
            if path is None or line != f"{_digest(path)}  {path.relative_to(folder)}\n":
                raise BackupError(_DAMAGED.fill(place=folder))
    if next(there, None) is not None:
        raise BackupError(_DAMAGED.fill(place=folder))


def files_of(folder: Path) -> Iterator[Path]:
    """Every file of a backup but its manifest and its sums, in an order that is always the same."""
    for inner, names, files in os.walk(folder):
        names.sort()
        for name in sorted(files):
            if Path(inner) != folder or name.removesuffix(DRAFT) not in (MANIFEST, SUMS):
                yield Path(inner, name)


def settle(draft: Path, path: Path) -> None:
    """Give the file its name once its bytes are on the disk: what has a name is never half a file."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.rename(path)


@contextmanager
def dated_folder(place: Path, keep: int) -> Iterator[Path]:
    """A folder in ``place`` named by this moment; once it holds a whole backup the older ones go, but ``keep``.

    What a backup that was cut off left goes too.  What bears no date, or is not of this program, stays.

    Raises:
        BackupError: Another backup into that place is under way.
    """
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (place / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(_UNDER_WAY.fill(place=place)) from None
        made = place / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        yield made
        others = [one for one in sorted(place.iterdir()) if _DATED.fullmatch(one.name) and one != made]
        whole = [one for one in others if (one / MANIFEST).is_file()]
        kept = set(whole[len(whole) - keep + 1 :]) if keep > 1 else set()
        for one in others:
            if one not in kept:
                (one / MANIFEST).unlink(missing_ok=True)  # cut off in the middle, it is seen to be no backup
                shutil.rmtree(one)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return found


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_NOT_EMPTY = LocalizedText(
    ar="المجلد {place} ليس فارغا. لم يُنسخ شيء. اختاروا مجلدا جديدا.",
    fr="Le dossier {place} n'est pas vide. Rien n'a été copié. Choisissez un nouveau dossier.",
)
_HALF = LocalizedText(
    ar="يضم المجلد {place} نسخة لم تكتمل. لم يُنسخ شيء. أكملوها بالخيار \u2066--go-on\u2069 أو احذفوا المجلد.",
    fr="Le dossier {place} contient une sauvegarde inachevée. Rien n'a été copié. Poursuivez-la (--go-on) ou "
    "supprimez le dossier.",
)
_UNDER_WAY = LocalizedText(
    ar="تُنجز الآن نسخة احتياطية أخرى في {place}. لم يُنسخ شيء. انتظروا انتهاءها.",
    fr="Une autre sauvegarde vers {place} est en cours. Rien n'a été copié. Attendez qu'elle finisse.",
)
_NOT_FINISHED = LocalizedText(
    ar="لا توجد في {place} نسخة احتياطية مكتملة. لم يتغير شيء. استعملوا نسخة أخرى.",
    fr="{place} ne contient pas de sauvegarde achevée. Rien n'a été changé. Prenez-en une autre.",
)
_DAMAGED = LocalizedText(
    ar="النسخة الاحتياطية في {place} لم تعد كما كُتبت. لم يتغير شيء. استعملوا نسخة أخرى.",
    fr="La sauvegarde de {place} n'est plus telle qu'elle a été écrite. Rien n'a été changé. Prenez-en une autre.",
)

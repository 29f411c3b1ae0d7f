"""Copies an installation while it works, and makes it anew from such a copy.

The database is copied first, as it is at one instant, then the papers: no row ever points to a paper that was
not in the store before it, so whatever came in meanwhile is at worst a paper too many.  A manifest with the
digest of every file is written last: a copy without one is not finished, one that differs is damaged.
Papers and columns stay sealed as they are; the keys are copied only when asked for.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.config import Config
from forms_service.storage.bucket import BucketStore
from forms_service.storage.choosing import store_for
from forms_service.storage.objects import FolderStore, MissingObject

MANIFEST, OBJECTS, KEYS = "manifest.json", "objects", "keys"
SQLITE, POSTGRESQL = "database.sqlite", "database.dump"
_FORMAT = 1


class BackupError(FormsError):
    """A backup cannot be made or used; nothing that was there is changed by it."""

    code = "backup"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, or what was restored from one."""

    papers: int
    with_keys: bool


def back_up(config: Config, folder: Path, *, with_keys: bool = False) -> Copied:
    """Copy database and papers into an empty folder, while the service may go on.

    Raises:
        BackupError: The folder is not empty, there is nothing to copy, or a program failed.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(_NOT_EMPTY.fill(place=folder))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = config.resolved_database_url
    if url.startswith("sqlite"):
        _copy_sqlite(Path(make_url(url).database or ""), folder / SQLITE)
    else:
        _run("pg_dump", url, "--format=custom", f"--file={folder / POSTGRESQL}")
    store, papers = _store(config), 0
    for key in iter(store.keys()):
        try:
            content = store.held_as(key)
        except MissingObject:  # erased by right since it was listed
            continue
        path = folder / OBJECTS / key[:2] / key[2:4] / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(content)
        papers += 1
    if with_keys:
        shutil.copytree(config.keys_folder, folder / KEYS)
    _write_manifest(folder)
    return Copied(papers, with_keys)


def restore(config: Config, folder: Path) -> Copied:
    """Make an installation that holds nothing into what the backup holds.

    Raises:
        BackupError: The backup is not finished or damaged, the installation holds something already, or the
            backup is of the other kind of database; nothing was changed.
    """
    _require_whole(folder)
    url = config.resolved_database_url
    wanted = SQLITE if url.startswith("sqlite") else POSTGRESQL
    if not (folder / wanted).exists():
        raise BackupError(_OTHER_KIND)
    config.prepare_folders()
    store = _store(config)
    _require_empty(config, store)
    with_keys, papers = (folder / KEYS).is_dir(), 0
    if with_keys:
        shutil.copytree(folder / KEYS, config.keys_folder, dirs_exist_ok=True)
    for path in _files(folder / OBJECTS):
        store.keep_as(path.name, path.read_bytes())
        papers += 1
    if wanted == SQLITE:
        _copy_sqlite(folder / SQLITE, Path(make_url(url).database or ""))
    else:
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run("pg_restore", url, *options, str(folder / POSTGRESQL))
    return Copied(papers, with_keys)


def _store(config: Config) -> FolderStore | BucketStore:
    """The papers as they lie, sealed."""
    store = store_for(config.objects, config.objects_folder)
    assert isinstance(store, FolderStore | BucketStore)  # noqa: S101 - what settings can choose
    return store


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own way: it sees one state, whoever writes meanwhile."""
    if not source.is_file():
        raise BackupError(_NO_DATABASE.fill(place=source))
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
    target.chmod(0o600)


def _run(program: str, url: str, *options: str) -> None:
    """Run a program of PostgreSQL; the password goes by its environment, where no list of processes shows it."""
    told = make_url(url)
    secret = {"PGPASSWORD": str(told.password)} if told.password else {}
    plain = told.set(drivername="postgresql", password=None).render_as_string()
    try:
        done = subprocess.run(
            [program, f"--dbname={plain}", *options],
            env={**os.environ, **secret},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise BackupError(_NO_PROGRAM.fill(program=program)) from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise BackupError(_PROGRAM_FAILED.fill(program=program, told=last))


def _require_empty(config: Config, store: FolderStore | BucketStore) -> None:
    url = config.resolved_database_url
    if next(iter(store.keys()), None) is not None:
        raise BackupError(_HOLDS_SOMETHING)
    if url.startswith("sqlite"):
        if Path(make_url(url).database or "").exists():
            raise BackupError(_HOLDS_SOMETHING)
        return
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise BackupError(_HOLDS_SOMETHING)
    finally:
        engine.dispose()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in _files(folder):
        name = str(path.relative_to(folder))
        if name != MANIFEST:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
    return found


def _write_manifest(folder: Path) -> None:
    told = {"format": _FORMAT, "made_at": datetime.now(UTC).isoformat(), "files": _digests(folder)}
    draft = folder / f"{MANIFEST}.draft"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / MANIFEST)


def _require_whole(folder: Path) -> None:
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        expected = dict(told["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(_NOT_FINISHED.fill(place=folder)) from None
    if told.get("format") != _FORMAT or _digests(folder) != expected:
        raise BackupError(_DAMAGED.fill(place=folder))


_NOT_EMPTY = LocalizedText(
    ar="المجلد {place} ليس فارغا. لم يُنسخ شيء. اختاروا مجلدا جديدا.",
    fr="Le dossier {place} n'est pas vide. Rien n'a été copié. Choisissez un nouveau dossier.",
)
_NO_DATABASE = LocalizedText(
    ar="لا توجد قاعدة معطيات في {place}. لم يُنسخ شيء. تحققوا من FORMS_DATA_DIR.",
    fr="Il n'y a pas de base dans {place}. Rien n'a été copié. Vérifiez FORMS_DATA_DIR.",
)
_NO_PROGRAM = LocalizedText(
    ar="البرنامج {program} غير مثبت. ثبتوا برامج PostgreSQL بإصدار خادمكم (postgresql-client).",
    fr="Le programme {program} n'est pas installé. Installez ceux de PostgreSQL, de la version de votre serveur "
    "(postgresql-client).",
)
_PROGRAM_FAILED = LocalizedText(ar="توقف {program}: {told}", fr="{program} s'est arrêté : {told}")
_NOT_FINISHED = LocalizedText(
    ar="لا توجد في {place} نسخة احتياطية مكتملة. لم يتغير شيء. استعملوا نسخة أخرى.",
    fr="{place} ne contient pas de sauvegarde achevée. Rien n'a été changé. Prenez-en une autre.",
)
_DAMAGED = LocalizedText(
    ar="النسخة الاحتياطية في {place} لم تعد كما كُتبت. لم يتغير شيء. استعملوا نسخة أخرى.",
    fr="La sauvegarde de {place} n'est plus telle qu'elle a été écrite. Rien n'a été changé. Prenez-en une autre.",
)
_HOLDS_SOMETHING = LocalizedText(
    ar="توجد معطيات في قاعدة المعطيات أو في مستودع الوثائق. لم يتغير شيء. استعيدوا النسخة في مكان فارغ.",
    fr="La base ou l'entrepôt contient déjà quelque chose. Rien n'a été changé. Restaurez dans une installation vide.",
)
_OTHER_KIND = LocalizedText(
    ar="هذه نسخة من نوع آخر من قواعد المعطيات. لم يتغير شيء. تحققوا من FORMS_DATABASE_URL.",
    fr="Cette sauvegarde est d'un autre type de base. Rien n'a été changé. Vérifiez FORMS_DATABASE_URL.",
)

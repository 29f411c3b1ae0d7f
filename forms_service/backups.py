"""Copies an installation while it works, and makes it anew from such a copy.

The database is copied first, as it is at one instant, then the papers: no row ever points to a paper that was
not in the store before it, so whatever came in meanwhile is at worst a paper too many.  Papers and columns stay
sealed as they are; the keys are copied only when asked for.  The numbers of the data keys are looked at before
and after the database is copied: a paper under a key that was not there both times may be one that the copied
database cannot open, so that database and paper are then copied again.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.backup_folders import (
    DRAFT,
    KEYS,
    OBJECTS,
    POSTGRESQL,
    SQLITE,
    BackupError,
    begin,
    files_of,
    finish,
    require_whole,
    settle,
)
from forms_service.config import Config
from forms_service.keyring import PAPER_HEAD_BYTES, Keyring, sealed_with
from forms_service.services.base import SYSTEM
from forms_service.services.receipt_checks import operator
from forms_service.services.sign_in_record import RESTORED
from forms_service.shared_by_hosts import papers_moved_here
from forms_service.storage import audit
from forms_service.storage.bucket import BucketStore
from forms_service.storage.choosing import store_for
from forms_service.storage.data_keys import KeyChest
from forms_service.storage.database import Database
from forms_service.storage.key_models import DataKeyRow
from forms_service.storage.objects import FolderStore, MissingObject
from forms_service.storage.sealed_columns import seal_with

_ROUNDS = 3
"""Data keys are renewed about once a year: twice during one backup is somebody at work on them."""


def _tell_nobody(_: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, or what was restored from one.

    Attributes:
        is_on_record: Whether the record tells of it; it cannot where the master key or the tables are not
            those of this program.
    """

    papers: int
    with_keys: bool
    is_on_record: bool = True


def back_up(
    config: Config,
    folder: Path,
    *,
    with_keys: bool = False,
    go_on: bool = False,
    told: Callable[[int], None] = _tell_nobody,
    by: str = "",
) -> Copied:
    """Copy database and papers into an empty folder, while the service may go on.

    Args:
        go_on: Take up a backup into that folder that was cut off; its papers are not copied again.
        told: Called with the number of papers so far.
        by: Who runs the command, for the record.

    Raises:
        BackupError: The folder is not empty, there is nothing to copy, a program failed, or data keys were
            renewed again and again meanwhile.
    """
    begin(folder, go_on=go_on)
    store = _store(config)
    for _ in range(_ROUNDS):
        known = _copy_database(config, folder)
        papers = _copy_papers(store, folder, known, told)
        if papers is not None:
            break
    else:
        raise BackupError(_KEYS_CHANGE.fill(place=folder))
    shutil.rmtree(folder / KEYS, ignore_errors=True)
    if with_keys:
        shutil.copytree(config.keys_folder, folder / KEYS)
    finish(folder)
    copied = Copied(papers, with_keys)
    return Copied(papers, with_keys, _put_on_record(config, "backup_made", copied, by))


def restore(
    config: Config, folder: Path, *, told: Callable[[int], None] = _tell_nobody, by: str = ""
) -> Copied:
    """Make an installation that holds nothing into what the backup holds; ``by`` is for the record.

    Raises:
        BackupError: The backup is not finished or damaged, the installation holds something already, or the
            backup is of the other kind of database; nothing was changed.
    """
    require_whole(folder)
    url = config.resolved_database_url
    wanted = SQLITE if url.startswith("sqlite") else POSTGRESQL
    if not (folder / wanted).exists():
        raise BackupError(_OTHER_KIND)
    for place in (config.data_folder, config.objects_folder):
        place.mkdir(
            parents=True, exist_ok=True, mode=0o700
        )  # and no folder of keys: an empty one looks like one
    store = _store(config)
    _require_empty(config, store)
    with_keys, papers = (folder / KEYS).is_dir(), 0
    if with_keys:
        shutil.copytree(folder / KEYS, config.keys_folder, dirs_exist_ok=True)
        config.keys_folder.chmod(0o700)
    for path in files_of(folder / OBJECTS):
        store.keep_as(path.name, path.read_bytes())
        papers += 1
        told(papers)
    if wanted == SQLITE:
        _copy_sqlite(folder / SQLITE, Path(make_url(url).database or ""))
    else:
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run("pg_restore", url, *options, str(folder / POSTGRESQL))
        _note_where_papers_are(config)
    copied = Copied(papers, with_keys)
    is_on_record = _put_on_record(config, "backup_restored", copied, by)
    if not is_on_record:
        (config.data_folder / RESTORED).write_text(
            json.dumps({"by": by, **_details(copied)}), encoding="utf-8"
        )
    return Copied(papers, with_keys, is_on_record)


def _copy_database(config: Config, folder: Path) -> frozenset[int]:
    """Copy it and give the numbers of the data keys that the copy certainly holds."""
    url = config.resolved_database_url
    name = SQLITE if url.startswith("sqlite") else POSTGRESQL
    draft = folder / (name + DRAFT)
    draft.unlink(missing_ok=True)
    source = Path(make_url(url).database or "")
    if name == SQLITE and not source.is_file():
        raise BackupError(_NO_DATABASE.fill(place=source))
    before = _key_numbers(url)
    if name == SQLITE:
        _copy_sqlite(source, draft)
    else:
        _run("pg_dump", url, "--format=custom", f"--file={draft}")
    settle(draft, folder / name)
    return before & _key_numbers(url)


def _key_numbers(url: str) -> frozenset[int]:
    engine = create_engine(url)
    try:
        if not inspect(engine).has_table(DataKeyRow.__tablename__):
            return frozenset()
        with engine.connect() as connection:
            return frozenset(connection.scalars(select(DataKeyRow.number)))
    finally:
        engine.dispose()


def _copy_papers(
    store: FolderStore | BucketStore, folder: Path, known: frozenset[int], told: Callable[[int], None]
) -> int | None:
    """Copy what is not copied yet; None as soon as one lies under a key that the copied database may lack."""
    _forget_what_went(store, folder / OBJECTS)
    papers = 0
    for key in iter(store.keys()):
        path = folder / OBJECTS / key[:2] / key[2:4] / key
        if not _is_copied(path, known):
            try:
                content = store.held_as(key)
            except MissingObject:  # erased by right since it was listed
                continue
            if not _opens(content, known):
                return None
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_name(path.name + DRAFT)
            draft.write_bytes(content)
            settle(draft, path)
        papers += 1
        told(papers)
    return papers


def _forget_what_went(store: FolderStore | BucketStore, objects: Path) -> None:
    """Of an earlier round or a backup that was cut off: drafts, and what was erased by right since."""
    for path in files_of(objects):
        if path.name.endswith(DRAFT) or not store.has(path.name):
            path.unlink()


def _is_copied(path: Path, known: frozenset[int]) -> bool:
    with suppress(FileNotFoundError), path.open("rb") as file:
        return _opens(file.read(PAPER_HEAD_BYTES), known)
    return False


def _opens(paper: bytes, known: frozenset[int]) -> bool:
    number = sealed_with(paper)
    return number is None or number in known


def _details(copied: Copied) -> dict[str, object]:
    return {"papers": copied.papers, "with_keys": copied.with_keys}


def _put_on_record(config: Config, action: str, copied: Copied, by: str) -> bool:
    """Write the line, if this program may: a backup is worth more than the line about it.

    No table is brought forward for it: the service of an older program may be running on them.
    """
    who = operator(by) if by else SYSTEM
    database = Database(config.resolved_database_url, config.database_connections)
    try:
        chest = KeyChest(database, config.sealing.master_key, config.keys_folder)
        seal_with(database.engine, Keyring(chest.keys(), chest.keys))
        with database.writing() as session:
            audit.record(
                session,
                at=datetime.now(UTC),
                actor_id=who.id,
                actor_name=who.name,
                action=action,
                dossier_id=None,
                details=_details(copied),
            )
    except (FormsError, SQLAlchemyError, KeyError):
        return False
    finally:
        database.close()
    return True


def _note_where_papers_are(config: Config) -> None:
    """They lie where this machine keeps them from now on, and not where the first one of the copied database did."""
    database = Database(config.resolved_database_url, config.database_connections)
    try:
        papers_moved_here(database, config, datetime.now(UTC))
    finally:
        database.close()


def _store(config: Config) -> FolderStore | BucketStore:
    """The papers as they lie, sealed."""
    store = store_for(config.objects, config.objects_folder)
    assert isinstance(store, FolderStore | BucketStore)  # noqa: S101 - what settings can choose
    return store


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own way: it sees one state, whoever writes meanwhile."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
    target.chmod(0o600)


def _run(program: str, url: str, *options: str) -> None:
    """Run a program of PostgreSQL; the password goes by its environment, where no list of processes shows it."""
    told = make_url(url)
    secret = {"PGPASSWORD": str(told.password)} if told.password else {}
    # set(password=None) would leave it in place, and asterisks go before PGPASSWORD
    plain = told._replace(drivername="postgresql", password=None).render_as_string()
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
_HOLDS_SOMETHING = LocalizedText(
    ar="توجد معطيات في قاعدة المعطيات أو في مستودع الوثائق. لم يتغير شيء. استعيدوا النسخة في مكان فارغ.",
    fr="La base ou l'espace de stockage contient déjà quelque chose. Rien n'a été changé. "
    "Restaurez dans une installation vide.",
)
_OTHER_KIND = LocalizedText(
    ar="هذه نسخة من نوع آخر من قواعد المعطيات. لم يتغير شيء. تحققوا من FORMS_DATABASE_URL.",
    fr="Cette sauvegarde est d'un autre type de base. Rien n'a été changé. Vérifiez FORMS_DATABASE_URL.",
)
_KEYS_CHANGE = LocalizedText(
    ar="جُددت مفاتيح المعطيات مرارا أثناء النسخ. النسخة في {place} غير مكتملة ولا تُستعمل، والخدمة لم تتأثر. "
    "أعيدوا النسخ بعد انتهاء تجديد المفاتيح.",
    fr="Les clés de données ont été renouvelées plusieurs fois pendant la copie. Celle de {place} est inachevée et "
    "ne peut pas servir ; le service n'est pas touché. Recommencez quand le renouvellement est terminé.",
)

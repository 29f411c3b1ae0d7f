"""Looks at everything the service stands on, without starting it: what is missing is told before somebody needs it.

Each check ends well (``ok``), with something to know (``warn``) or with something that keeps the service from
working (``fail``).  None of them makes or changes anything but one small object, which is taken away again.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, make_url, select, text

from core.errors import FormsError, SpecErrors
from core.localized_text import LocalizedText
from forms_service import checks_in_words as words
from forms_service.build_facts import build_facts
from forms_service.checking_backups import look_at_backup
from forms_service.checking_sending import look_at_mail, look_at_sms
from forms_service.config import Config
from forms_service.files_in_settings import unreadable_files
from forms_service.settings import InvalidSetting, unknown_settings

OK, WARN, FAIL = "ok", "warn", "fail"
_LANGUAGES = ("ara", "fra")
_CLOCKS_APART_S = (2.0, 60.0)
_LEAST_SECRET = 32
_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and how it ended.

    Attributes:
        name: ``settings``, ``specs``, ``folders``, ``database``, ``tables``, ``backup``, ``clock``, ``store``,
            ``keys``, ``receipts``, ``mail``, ``sms``, ``fonts``, ``recognisers``, ``languages``, ``viruses``,
            ``isolation``.
        told: What was found, and what to do where it did not end well.
    """

    name: str
    outcome: str
    told: LocalizedText


Found = Iterator[tuple[str, LocalizedText]]


def check_everything(environment: Mapping[str, str] = os.environ) -> list[Check]:
    """Every check, in the order in which they build on one another; all are made, whatever the first ones say."""
    done = [Check("settings", WARN, one) for one in unknown_settings(environment)]
    try:
        config = Config.from_environment(environment)
    except InvalidSetting as wrong:
        return [*(Check("settings", FAIL, one) for one in wrong.problems), *done]
    missing = [Check("settings", FAIL, one) for one in unreadable_files(environment)]
    done += missing or [Check("settings", OK, words.SETTINGS)]
    for name, look in _CHECKS:
        done += [Check(name, outcome, told) for outcome, told in _looked(look, config)]
    return done


def worst(checks: list[Check]) -> str:
    """How the whole ended."""
    outcomes = {one.outcome for one in checks}
    return next(one for one in (FAIL, WARN, OK) if one in outcomes or one == OK)


def _looked(look: Callable[[Config], Found], config: Config) -> list[tuple[str, LocalizedText]]:
    try:
        return list(look(config))
    except SpecErrors as errors:
        return [(FAIL, LocalizedText(str(errors), str(errors)))]
    except FormsError as error:
        return [(FAIL, error.message)]
    except Exception as error:  # what an error says may hold an address with a password
        return [(FAIL, words.BROKEN.fill(error=type(error).__name__))]


def _specs(config: Config) -> Found:
    from forms_service.forms_in_settings import require_known_forms
    from forms_service.spec_catalogue import SpecCatalogue

    catalogue = SpecCatalogue.load(config.spec_folder)
    forms = len(catalogue.forms())
    if not forms:
        yield FAIL, words.NO_SPECS.fill(folder=config.spec_folder)
        return
    require_known_forms(config, catalogue)
    facts = build_facts(config.spec_folder)
    yield OK, words.SPECS.fill(number=forms, hash=facts.spec_hash, version=facts.version)


def _folders(config: Config) -> Found:
    for name, named in (
        ("FORMS_REGISTERS_DIR", config.registers_folder),
        ("FORMS_SEALS_DIR", config.evidence.seals_folder),
    ):
        if named is not None and not named.is_dir():
            yield FAIL, words.FOLDER_MISSING.fill(name=name, folder=named)
    folder = config.data_folder
    if not folder.exists():
        yield WARN, words.NO_FOLDER.fill(folder=folder)
        return
    for one in (folder, config.objects_folder, config.keys_folder, config.scratch_folder):
        if one.exists() and not os.access(one, os.R_OK | os.W_OK | os.X_OK):
            yield FAIL, words.FOLDER_CLOSED.fill(folder=one)
    for one in (config.keys_folder, config.objects_folder):
        if one.exists() and one.stat().st_mode & _OTHERS_MAY_READ:
            yield WARN, words.FOLDER_OPEN.fill(folder=one)
    room = os.statvfs(folder)
    free, share = room.f_bavail * room.f_frsize, room.f_bavail / max(1, room.f_blocks)
    told = words.ROOM.fill(folder=folder, gib=f"{free / 2**30:.1f}")
    yield (OK if share >= 0.1 else WARN), told


def _database(config: Config) -> Found:
    from forms_service.storage.database import Database

    if not _is_made(config):
        yield WARN, words.NO_DATABASE
        return
    database = Database(config.resolved_database_url)
    try:
        began = time.monotonic()
        with database.reading() as session:
            session.execute(text("select 1"))
        took_ms = f"{1000 * (time.monotonic() - began):.0f}"
        yield OK, words.DATABASE.fill(kind=_backend(config), ms=took_ms)
    finally:
        database.close()


def _tables(config: Config) -> Found:
    from alembic.script import ScriptDirectory
    from sqlalchemy import inspect

    from forms_service.storage.database import Database, migration_settings

    if not _is_made(config):
        return
    known = {one.revision for one in ScriptDirectory.from_config(migration_settings()).walk_revisions()}
    newest = ScriptDirectory.from_config(migration_settings()).get_current_head()
    database = Database(config.resolved_database_url)
    try:
        if not inspect(database.engine).has_table("alembic_version"):
            yield WARN, words.NO_DATABASE
            return
        with database.reading() as session:
            at = session.execute(text("select version_num from alembic_version")).scalar()
    finally:
        database.close()
    if at == newest:
        yield OK, words.TABLES.fill(at=at)
    elif at in known:
        yield WARN, words.TABLES_BEHIND.fill(at=at, newest=newest)
    else:
        yield WARN, words.TABLES_AHEAD.fill(at=at, newest=newest)


def _clock(config: Config) -> Found:
    apart_s = abs((_time_of_database(config) - datetime.now(UTC)).total_seconds())
    some, many = _CLOCKS_APART_S
    told = (words.CLOCK if apart_s < some else words.CLOCKS_APART).fill(seconds=f"{apart_s:.1f}")
    yield (OK if apart_s < some else WARN if apart_s < many else FAIL), told
    if config.days_ahead:
        yield WARN, words.DAYS_AHEAD.fill(days=config.days_ahead)


def _store(config: Config) -> Found:
    from forms_service.storage.choosing import store_for

    if config.objects.bucket is None and not config.objects_folder.exists():
        yield WARN, words.NO_FOLDER.fill(folder=config.objects_folder)
        return
    store, content = store_for(config.objects, config.objects_folder), secrets.token_bytes(64)
    key = store.put(content)
    try:
        if store.get(key) != content:
            yield FAIL, words.STORE_DIFFERS
            return
    finally:
        store.remove(key)
    yield OK, words.STORE


def _keys(config: Config) -> Found:
    given = os.environ.get("FORMS_SECRET_KEY", "")
    if given and len(given) < _LEAST_SECRET:
        yield WARN, words.SHORT_KEY.fill(least=_LEAST_SECRET)
    if _is_made(config):
        from forms_service.storage.data_keys import KeyChest
        from forms_service.storage.database import Database

        database = Database(config.resolved_database_url)
        try:  # a database that was restored before its keys can have no new ones
            KeyChest(database, config.sealing.master_key, config.keys_folder).check()
        finally:
            database.close()
    if given or (config.keys_folder / "session.key").exists():
        yield OK, words.KEYS
    else:
        yield WARN, words.NO_KEYS


def _receipts(config: Config) -> Found:
    if config.receipt_identity is None:
        yield (WARN if not config.demo else OK), words.OWN_IDENTITY
        return
    from forms_service.receipt_identity import check_validity, load_identity

    signer = load_identity(config.receipt_identity, config.receipt_passphrase())
    check_validity(signer.certificate, config.receipt_identity, datetime.now(UTC))
    until = signer.certificate.not_valid_after_utc
    told = words.IDENTITY.fill(until=f"{until:%Y-%m-%d}")
    yield (OK if (until - datetime.now(UTC)).days > 30 else WARN), told


def _fonts(_config: Config) -> Found:
    from forms_service.render.typography import FONTS

    missing = [name for name in ("FormsSans-Regular.ttf", "FormsSans-Bold.ttf") if not _is_read(FONTS / name)]
    yield (FAIL, words.NO_FONTS.fill(names=", ".join(missing))) if missing else (OK, words.FONTS)


def _recognisers(_config: Config) -> Found:
    from forms_service.ocr.line_network import session

    models = sorted((Path(__file__).parent / "ocr" / "models").glob("*.onnx"))
    for model in models:
        session(model)
    yield (OK, words.RECOGNISERS.fill(number=len(models))) if models else (FAIL, words.NO_RECOGNISERS)


def _languages(_config: Config) -> Found:
    from forms_service.ocr.engine import chosen_engine, require_language

    for language in _LANGUAGES:
        require_language(language)
    yield OK, words.LANGUAGES.fill(names=", ".join(_LANGUAGES), engine=chosen_engine())


def _viruses(config: Config) -> Found:
    from forms_service.virus_scan import ScanVerdict

    scanner = config.virus_scanner.scanner()
    if not scanner.is_configured:
        yield WARN, words.NO_SCANNER
        return
    found = scanner.scan(b"check")
    yield (OK, words.SCANNER) if found.verdict is ScanVerdict.CLEAN else (FAIL, words.SCANNER_SILENT)


def _isolation(_config: Config) -> Found:
    from forms_service.isolation import what_holds
    from forms_service.isolation.required import is_required

    found = what_holds()
    if found.holds:
        yield OK, words.ISOLATED
    elif is_required() and not found.suffices:
        yield FAIL, words.NOTHING_OPENED.fill(missing=", ".join(found.missing))
    else:
        yield WARN, words.NOT_ISOLATED.fill(missing=", ".join(found.missing))


_CHECKS: tuple[tuple[str, Callable[[Config], Found]], ...] = (
    ("specs", _specs),
    ("folders", _folders),
    ("database", _database),
    ("tables", _tables),
    ("backup", look_at_backup),
    ("clock", _clock),
    ("store", _store),
    ("keys", _keys),
    ("receipts", _receipts),
    ("mail", look_at_mail),
    ("sms", look_at_sms),
    ("fonts", _fonts),
    ("recognisers", _recognisers),
    ("languages", _languages),
    ("viruses", _viruses),
    ("isolation", _isolation),
)


def _backend(config: Config) -> str:
    return make_url(config.resolved_database_url).get_backend_name()


def _time_of_database(config: Config) -> datetime:
    """The present by the clock of the database's machine; SQLite's is this one."""
    from forms_service.storage.database import Database

    now = datetime.now(UTC)
    if _backend(config) == "sqlite":
        return now
    database = Database(config.resolved_database_url)
    try:
        with database.reading() as session:
            found = session.scalar(select(func.clock_timestamp()))
            return found if isinstance(found, datetime) else now
    finally:
        database.close()


def _is_made(config: Config) -> bool:
    """Whether there is a database to look into: looking into one of SQLite would make it."""
    if _backend(config) != "sqlite":
        return True
    return Path(make_url(config.resolved_database_url).database or "").is_file()


def _is_read(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False

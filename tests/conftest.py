from __future__ import annotations

import gc
import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import CodeType

os.environ.setdefault("OMP_THREAD_LIMIT", "1")
# Hundreds of processes are started here: each of them would compile everything again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import text

from forms_service.spec_catalogue import SpecCatalogue, default_directory
from forms_service.storage.database import Database
from tests.backends import CHOSEN, LAPTOP, SCALE, Backend
from tests.flushing import nothing_flushed
from tests.text_lengths import lengths_watched

sys.dont_write_bytecode = False
gc.disable()  # until all tests are collected: nothing of that is ever garbage, and looking through it takes long
logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request hides what went wrong
ROOT = Path(__file__).resolve().parents[1]
LONG = (
    "tests/browser/test_access",
    "tests/browser",
    "tests/e2e",
    "tests/web/test_stack",
    "tests/ocr",
    "tests/web",
)
"""Files that take longest, longest first: begun last, one of them would keep the other cores waiting."""

_NEW_OBJECTS_BEFORE_LOOKING = 5_000

ON_BOTH = (
    "tests/services/test_deposits.py",
    "tests/services/test_finding_dossiers.py",
    "tests/services/test_sharing_dossiers.py",
)
"""Files that run on both backends every time: those in which they could differ."""


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> Backend:
    """What the installations of these tests run on."""
    return Backend(getattr(request, "param", CHOSEN))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the files of ``ON_BOTH`` run on both backends."""
    is_on_both = metafunc.definition.nodeid.startswith(ON_BOTH) and CHOSEN == LAPTOP
    if is_on_both and "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", [LAPTOP, SCALE], indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the long files first, each in its own order."""
    items.sort(
        key=lambda one: next((n for n, path in enumerate(LONG) if one.nodeid.startswith(path)), len(LONG))
    )


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but never look again through the thousands of tests that stay."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS_BEFORE_LOOKING)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def nothing_waits_for_the_disk() -> Iterator[None]:
    with nothing_flushed():
        yield


@pytest.fixture(scope="session", autouse=True)
def every_text_fits_its_column() -> Iterator[None]:
    with lengths_watched():
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """The same algorithm with little work: tests open accounts and sign in thousands of times."""
    from argon2 import PasswordHasher

    from forms_service.services import accounts

    kept = accounts._hasher
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    accounts._hasher = kept


@pytest.fixture(scope="session", autouse=True)
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., None]]:
    """Every new database of a service is a copy of the first one that the migrations made.

    Gives the true migration, for tests of a start: nobody else may have the database open while it is copied.
    """
    from forms_service.jobs import prepare_tables

    made = tmp_path_factory.mktemp("migrated") / "forms.sqlite"
    migrate = Database.migrate
    newest: set[str | None] = set()

    def copy_or_migrate(self: Database, lock_folder: Path, prepare_others: object = None) -> None:
        path = Path(self.engine.url.database or "")
        version = _version_of(self)
        if prepare_others is not prepare_tables or version == "unknown":
            migrate(self, lock_folder, prepare_others)  # type: ignore[arg-type]
        elif version in newest:
            return
        elif version is not None:
            migrate(self, lock_folder, prepare_others)  # type: ignore[arg-type]
        elif made.exists():
            self.engine.dispose()  # whoever looked for keys in it holds it open
            for beside in ("-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
            shutil.copy(made, path)
        else:
            migrate(self, lock_folder, prepare_others)  # type: ignore[arg-type]
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(made)) as copy:
                source.backup(copy)
            newest.add(_version_of(self))

    Database.migrate = copy_or_migrate  # type: ignore[method-assign]
    yield migrate
    Database.migrate = migrate  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def forms_read_once() -> Iterator[None]:
    """The shipped forms are read once, and again when a file of theirs has changed: hundreds of services start here."""
    load, known = SpecCatalogue.load, dict[object, SpecCatalogue]()

    def load_once(directory: Path | None = None) -> SpecCatalogue:
        folder = directory or default_directory()
        if folder != default_directory():
            return load(folder)
        files = sorted(folder.rglob("*.yaml"))
        state = (Path.cwd(), *((one, one.stat().st_mtime_ns, one.stat().st_size) for one in files))
        if state not in known:
            known[state] = load(folder)
        return known[state]

    SpecCatalogue.load = staticmethod(load_once)  # type: ignore[method-assign]
    yield
    SpecCatalogue.load = staticmethod(load)  # type: ignore[method-assign]


class _Compiled(BytecodeCache):
    """Keeps compiled templates by name and source for as long as the tests run."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    """Every service of the tests shows the same pages: only the first one compiles their templates."""
    kept = Flask.jinja_options
    Flask.jinja_options = {**kept, "bytecode_cache": _Compiled()}
    yield
    Flask.jinja_options = kept


def _version_of(database: Database) -> str | None:
    """Which migration made it; none in one without tables."""
    if database.engine.dialect.name != "sqlite":
        return "unknown"
    with database.engine.connect() as connection:
        if connection.scalar(text("select count(*) from sqlite_master")) == 0:
            return None
        named = text("select count(*) from sqlite_master where name = 'alembic_version'")
        if connection.scalar(named) == 0:
            return "unknown"
        return connection.scalar(text("select version_num from alembic_version"))


@pytest.fixture(scope="session")
def docs_of_the_spec_language() -> str:
    return (ROOT / "docs" / "spec-language.md").read_text(encoding="utf-8")

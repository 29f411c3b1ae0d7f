"""The database connection and its transactions: SQLite here, PostgreSQL as ``postgresql.py`` says.

SQLite runs in WAL with ``synchronous=FULL`` (a committed deposit survives a power cut), waits for
locks instead of failing, and takes the write lock when a writing transaction begins: a lock that is
upgraded half-way can fail with «database is locked» however long one waits.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.orm import Session

import forms_service.storage.access_models
import forms_service.storage.api_models
import forms_service.storage.audit_models
import forms_service.storage.host_models
import forms_service.storage.key_models
import forms_service.storage.newsletter_models
import forms_service.storage.privacy_models
import forms_service.storage.register_models
import forms_service.storage.scan_models
import forms_service.storage.watching_models  # noqa: F401 - and this one
from forms_service.config import CONNECTIONS
from forms_service.storage import audit, postgresql
from forms_service.storage.locking import WritingSession

BUSY_TIMEOUT_MS = 30_000
_PATIENCE_MS = 500
_READING = {"reading_only": True}
_seen: ContextVar[Session | None] = ContextVar("seen", default=None)
_PAUSE_S = 0.2
_MIGRATION_LOCK = 0x464F524D
"""Key of PostgreSQL's advisory lock that lets one process migrate at a time («FORM»)."""


def connect(url: str, connections: int = CONNECTIONS) -> Engine:
    """Open the database of that URL, with the settings that make a commit durable."""
    if make_url(url).get_backend_name() != "sqlite":
        return postgresql.connect(url, connections)
    waits = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=waits, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN itself, see below
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _keep_log_beside(connection)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten in the file
    ):
        connection.execute(f"PRAGMA {pragma}")


def _keep_log_beside(connection: sqlite3.Connection) -> None:
    """Switch to WAL; of several processes that do so with a new file SQLite turns some away without waiting."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading_only")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Database:
    """Transactions on one database: everything a use case changes is kept, or nothing.

    Attributes:
        before_commit: Called at the end of every writing transaction, within it: what must be kept
            together with any change, whoever makes it.
    """

    def __init__(self, url: str, connections: int = CONNECTIONS) -> None:
        self.url = url
        self.before_commit: list[Callable[[Session], None]] = []
        self.engine = connect(url, connections)
        self._reader = self.engine.execution_options(
            **(postgresql.READING if self.is_postgresql else _READING)
        )

    @property
    def is_postgresql(self) -> bool:
        """Whether many machines may share it."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits at the end, or rolls back on any error."""
        with WritingSession(self.engine, expire_on_commit=False) as session, session.begin():
            audit.open_lines(session)
            yield session
            for step in self.before_commit:
                step(session)
            audit.close_lines(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view that never waits for writers and changes nothing."""
        seen = _seen.get()
        if seen is not None and seen.get_bind() is self.engine:
            yield seen
            return
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def seeing(self, session: Session) -> Iterator[None]:
        """Let whatever is read meanwhile see what this transaction wrote, before it commits."""
        token = _seen.set(session)
        try:
            yield
        finally:
            _seen.reset(token)

    def migrate(self, lock_folder: Path, prepare_others: Callable[[str], None] | None = None) -> None:
        """Bring the tables to this version; safe to call at once by many.

        Args:
            prepare_others: Told the URL under the same lock, for tables that are not ours.
        """
        if not self.is_postgresql:
            with _alone_on_this_machine(lock_folder):
                _upgrade(self.engine)
                if prepare_others is not None:
                    prepare_others(self.url)
            return
        engine = postgresql.connect_to_migrate(self.url)
        try:
            with _alone_everywhere(engine):
                _upgrade(engine)
                if prepare_others is not None:
                    prepare_others(self.url)
        finally:
            engine.dispose()

    def overwrite_what_was_deleted(self) -> bool:
        """Let what was deleted disappear from SQLite's files too; PostgreSQL's autovacuum does that by itself.

        Returns:
            False where somebody reads or writes just now: the write-ahead log still holds what was there.
        """
        if self.is_postgresql:
            return True
        with self.engine.connect() as connection:
            raw = connection.connection
            raw.rollback()
            raw.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")  # others must not wait for this
            try:
                busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return not busy

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


@contextmanager
def _alone_on_this_machine(lock_folder: Path) -> Iterator[None]:
    with (lock_folder / "migration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_everywhere(engine: Engine) -> Iterator[None]:
    """One process of all machines; PostgreSQL drops the lock with the connection, however that ends."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        postgresql.require_order_of_signs(connection)
        # Asked for again and again, not waited for: an index that is made «concurrently» waits for whoever waits.
        while not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _MIGRATION_LOCK}):
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})


_MIGRATIONS = Path(__file__).parent / "migrations"


def migration_settings() -> Any:
    """Alembic's settings for the migrations shipped in this package."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS))
    return settings


def newest_version() -> str:
    """The version of the tables that this code works with: each migration's file begins with its own."""
    return max(one.name.partition("_")[0] for one in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _upgrade(engine: Engine) -> None:
    with engine.begin() as connection:
        if _version(connection) == newest_version():
            return  # nearly every start: alembic and all migrations are loaded for those that have something to do
        from alembic import command

        settings = migration_settings()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    versions = connection.scalars(text("select version_num from alembic_version")).all()
    return versions[0] if len(versions) == 1 else None

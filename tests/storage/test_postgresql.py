"""What PostgreSQL adds to a transaction: others write meanwhile, lines break, and many machines migrate at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError

from forms_service.jobs import prepare_tables
from forms_service.settings import InvalidSetting
from forms_service.storage import postgresql
from forms_service.storage.data_keys import KeyChest
from forms_service.storage.database import Database
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, Base, DossierRow
from forms_service.storage.sealed_columns import seal_with
from tests.servers import postgres

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(postgres().migrated(), connections=8)
    seal_with(database.engine, KeyChest(database, None, tmp_path_factory.mktemp("keys")).open(AT))
    with database.writing() as session:
        session.add(AccountRow(id="one", login="one", name="-", roles=[], password_hash="-", created_at=AT))
        session.flush()
        session.add(dossier("d"))
    yield database
    database.close()
    postgres().drop(database.url)


def dossier(dossier_id: str, reference: str = "") -> DossierRow:
    return DossierRow(
        id=dossier_id,
        reference=reference or dossier_id,
        opened_by="one",
        form_id="f",
        form_version=1,
        language="ar",
        state="draft",
        opened_at=AT,
        changed_at=AT,
    )


def test_the_server_of_the_tests_leaves_no_memory_behind_when_it_is_killed(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(text("show dynamic_shared_memory_type")) == "mmap"


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def waiting(database: Database) -> int:
    """How many sessions wait for a lock that another holds."""
    with database.reading() as session:
        query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        return int(session.scalar(text(query)) or 0)


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if condition():
            return
        pause.wait(0.02)
    pytest.fail("it did not happen")


def test_a_row_that_was_waited_for_is_seen_as_it_is_by_then(database: Database) -> None:
    """Both count one more: the second must add to what the first made of it, not to what it saw before."""
    with database.writing() as session:
        session.get_one(DossierRow, "d").revision = 0
    seen: list[int] = []

    def second() -> None:
        with database.writing() as session:
            repository = DossierRepository(session)
            early = repository.find("d")
            assert early is not None and early.revision == 0
            row = repository.find("d", to_change=True)
            assert row is early
            seen.append(row.revision)
            row.revision += 1

    with database.writing() as session:
        row = DossierRepository(session).find("d", to_change=True)
        assert row is not None
        thread = in_background(second)
        until(lambda: waiting(database) == 1)
        row.revision += 1
    thread.join(60)
    assert seen == [1]
    with database.reading() as session:
        assert session.get_one(DossierRow, "d").revision == 2


def test_own_changes_outlive_the_waiting(database: Database) -> None:
    with database.writing() as session:
        row = session.get_one(DossierRow, "d")
        row.owner_name = "Salma"
        assert session.get_one(DossierRow, "d", with_for_update=True).owner_name == "Salma"
        assert row.owner_name == "Salma"


def test_a_printed_reference_opens_one_dossier(database: Database) -> None:
    """Two clerks file pages of the same printed form: whoever comes second finds the first one's dossier."""
    found: list[str] = []

    def file_a_page(name: str) -> None:
        with database.writing() as session:
            row = DossierRepository(session).find_by_reference("PRINTED", to_change=True)
            if row is None:
                row = dossier(name, "PRINTED")
                session.add(row)
                session.flush()
            found.append(row.id)

    with database.writing() as session:
        assert DossierRepository(session).find_by_reference("PRINTED", to_change=True) is None
        threads = [in_background(lambda name=name: file_a_page(name)) for name in ("a", "b")]
        until(lambda: waiting(database) == 2)
        session.add(dossier("first", "PRINTED"))
    for thread in threads:
        thread.join(60)
    assert found == ["first", "first"]


def test_a_reader_sees_one_state_of_everything_and_may_change_nothing(database: Database) -> None:
    with database.reading() as session:
        before = session.scalar(select(DossierRow.owner_name).where(DossierRow.id == "d"))
        with database.writing() as other:
            other.get_one(DossierRow, "d").owner_name = "changed meanwhile"
        assert session.scalar(select(DossierRow.owner_name).where(DossierRow.id == "d")) == before
        assert DossierRepository(session).find("d", to_change=True) is not None, "looking takes no lock"
        with pytest.raises(DBAPIError, match="read-only"):
            session.execute(text("delete from dossier"))


def test_every_wait_has_an_end(database: Database) -> None:
    with database.reading() as session:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert session.scalar(text(f"show {name}")) not in ("0", None), name
        assert session.scalar(text("show timezone")) == "UTC"


def test_broken_lines_are_replaced_and_what_was_not_committed_is_undone(database: Database) -> None:
    with database.reading() as session:
        session.scalar(text("select 1"))
    postgres().end_connections(database.url)
    with database.reading() as session:
        assert session.get_one(DossierRow, "d").id == "d"
    with pytest.raises(DBAPIError) as broken, database.writing() as session:
        session.get_one(DossierRow, "d").owner_name = "half of it"
        session.flush()
        postgres().end_connections(database.url)
        session.scalar(text("select 1"))
    assert broken.value.connection_invalidated
    with database.writing() as session:
        assert session.get_one(DossierRow, "d").owner_name != "half of it"


def test_many_machines_may_start_on_an_empty_database_at_once(tmp_path: Path) -> None:
    url = postgres().empty()

    def start(number: int) -> None:
        with closing(Database(url)) as database:
            (folder := tmp_path / str(number)).mkdir()
            database.migrate(folder, prepare_tables)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(start, range(3)))
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) >= set(Base.metadata.tables)
    assert "workflow_status" in inspect(engine).get_table_names(schema="dbos")
    engine.dispose()
    postgres().drop(url)


def test_a_database_in_another_writing_is_refused_before_anything_is_made_in_it(tmp_path: Path) -> None:
    url = postgres().empty(options="encoding 'LATIN1' locale 'C'")
    with closing(Database(url)) as database, pytest.raises(InvalidSetting) as refused:
        database.migrate(tmp_path)
    assert "CREATE DATABASE" in refused.value.message.ar and "LATIN1" in refused.value.message.fr
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    postgres().drop(url)


@pytest.mark.parametrize("url", ["forms", "mysql://u:secret@h/forms", "postgresql://u:secret@h", "sqlite://"])
def test_what_is_no_database_is_told_without_its_password(url: str) -> None:
    with pytest.raises(InvalidSetting) as wrong:
        postgresql.usable_url(url)
    assert "FORMS_DATABASE_URL" in wrong.value.message.ar and "secret" not in wrong.value.message.fr


def test_the_usual_url_is_enough() -> None:
    assert postgresql.usable_url("postgresql://h/forms") == "postgresql+psycopg://h/forms"
    assert postgresql.usable_url("postgres://h/forms") == "postgresql+psycopg://h/forms"
    assert postgresql.usable_url("sqlite:////var/forms.sqlite") == "sqlite:////var/forms.sqlite"

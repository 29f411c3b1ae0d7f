"""The chain of the record on both databases: one order without gaps, whoever writes, fails or is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.record_chain import BEGINNING, commitment, digest
from forms_service.storage import audit
from forms_service.storage.audit_models import AuditLinkRow, AuditNameRow, RecordSealRow
from forms_service.storage.database import Database, migration_settings
from forms_service.storage.models import AuditRow
from tests.backends import LAPTOP, SCALE
from tests.keys import sealing

AT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
WRITERS, EACH = 4, 12


@pytest.fixture(scope="module", params=[LAPTOP, SCALE])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == LAPTOP:
        yield f"sqlite:///{tmp_path_factory.mktemp('record') / 'forms.sqlite'}"
        return
    from tests.servers import postgres

    made = postgres().empty()
    yield made
    postgres().drop(made)


@pytest.fixture(scope="module")
def database(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = sealing(Database(url))
    database.migrate(tmp_path_factory.mktemp("lock"))
    yield database
    database.close()


def note(session: Session, action: str = "uploaded", person: str = "Agence", **more: object) -> None:
    audit.record(
        session,
        at=AT,
        actor_id=person.casefold(),
        actor_name=person,
        action=action,
        dossier_id=None,
        details={"fields": ["é", "ن"], **more},
    )


def chain(database: Database) -> list[tuple[AuditLinkRow, AuditRow]]:
    """Every link with its line, checked: no gap, each hash that of the line after the one before."""
    with database.reading() as session:
        query = select(AuditLinkRow, AuditRow).join(AuditRow, AuditRow.id == AuditLinkRow.audit_id)
        found = [(link, row) for link, row in session.execute(query.order_by(AuditLinkRow.position))]
        assert session.scalar(select(func.count()).select_from(AuditRow)) == len(found), "all are linked"
    previous = BEGINNING
    for number, (link, row) in enumerate(found, start=1):
        assert link.position == number
        previous = digest(audit.chained(row, number, previous))
        assert link.hash == previous
    return found


def test_a_line_is_linked_when_its_transaction_ends(database: Database) -> None:
    before = len(chain(database))
    with database.writing() as session:
        note(session)
        note(session, "removed")
    found = chain(database)[before:]
    assert [row.action for _, row in found] == ["uploaded", "removed"]
    assert found[0][1].actor_name == "Agence"
    assert found[0][1].name_digest != commitment("", "Agence"), "salted"


def test_what_fails_leaves_no_line_and_no_gap(database: Database) -> None:
    before = len(chain(database))
    with pytest.raises(KeyError), database.writing() as session:
        note(session)
        session.flush()
        raise KeyError
    with database.writing() as session:
        with pytest.raises(KeyError), session.begin_nested():
            note(session, "refiled")
            session.flush()
            raise KeyError
        note(session, "removed")
    assert [row.action for _, row in chain(database)[before:]] == ["removed"]


def test_lines_are_written_where_they_will_be_linked_only(database: Database) -> None:
    with Session(database.engine) as session, pytest.raises(ValueError, match=r"Database\.writing"):
        note(session)


def test_many_writers_at_once_make_one_chain(url: str, database: Database) -> None:
    before = len(chain(database))
    others = [sealing(Database(url)) for _ in range(WRITERS)]
    start = threading.Barrier(WRITERS)
    failed: list[BaseException] = []

    def write(own: Database, person: str) -> None:
        start.wait()
        try:
            for number in range(EACH):
                with own.writing() as session:
                    for _ in range(1 + number % 3):
                        note(session, person=person, number=number)
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=write, args=(own, f"Writer {number}")) for number, own in enumerate(others)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=300)
    for own in others:
        own.close()
    assert failed == []
    found = chain(database)[before:]
    assert len(found) == WRITERS * sum(1 + number % 3 for number in range(EACH))
    for number in range(WRITERS):
        mine = [row.details["number"] for _, row in found if row.actor_name == f"Writer {number}"]
        assert mine == sorted(mine), "each writer's lines stand in the order they were written"


_KILLED = """
import sys, datetime
from forms_service.storage import audit
from forms_service.storage.database import Database
from tests.keys import sealing
database = sealing(Database(sys.argv[1]))
print("ready", flush=True)
while True:
    with database.writing() as session:
        for _ in range(3):
            audit.record(session, at=datetime.datetime.now(datetime.UTC), actor_id="k", actor_name="Killed",
                         action="uploaded", dossier_id=None, details={})
"""


def test_a_killed_writer_leaves_whole_transactions_and_no_gap(url: str, database: Database) -> None:
    before = len(chain(database))
    child = subprocess.Popen([sys.executable, "-c", _KILLED, url], stdout=subprocess.PIPE)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        limit = time.monotonic() + 120
        while len(chain(database)) < before + 9:
            assert child.poll() is None and time.monotonic() < limit
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    with database.writing() as session:
        note(session, "removed")
    found = [row for _, row in chain(database)[before:]]
    killed = [row for row in found if row.actor_name == "Killed"]
    assert len(killed) >= 9 and len(killed) % 3 == 0
    assert [row.action for row in found].count("removed") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update audit set action = 'removed'",
        "update audit set at = at",
        "delete from audit",
        "delete from audit where id = 1",
        "update audit_link set hash = '-'",
        "update audit_link set position = position + 100000",
        "delete from audit_link",
        "update record_seal set head = '-'",
        "update record_seal set last = 1",
        "update record_seal set time_stamp = 'another'",
        "delete from record_seal",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(database: Database, statement: str) -> None:
    with database.writing() as session:
        note(session)
        if session.scalar(select(func.count()).select_from(RecordSealRow)) == 0:
            seal = {"content": "{}", "signature": "-", "certificates": "-", "time_stamp": "token"}
            session.add(RecordSealRow(number=1, day=AT.date(), last=1, sealed_at=AT, **seal))
    before = chain(database)
    statement = statement.replace("head =", "content =")
    with pytest.raises(DBAPIError, match="the record cannot be changed"), database.writing() as session:
        session.execute(text(statement))
    assert len(chain(database)) == len(before)


def test_not_even_a_whole_table_can_be_emptied(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no truncate: a delete without condition is a delete")
    for table in ("audit_link", "audit cascade", "record_seal"):
        with pytest.raises(DBAPIError, match="the record cannot be changed"), database.writing() as session:
            session.execute(text(f"truncate {table}"))


def test_a_seal_takes_its_time_stamp_once_and_when_it_left(database: Database) -> None:
    with database.writing() as session:
        seal = {"content": "{}", "signature": "-", "certificates": "-"}
        session.add(RecordSealRow(number=9, day=AT.date() + timedelta(days=9), last=1, sealed_at=AT, **seal))
    with database.writing() as session:
        row = session.get_one(RecordSealRow, 9)
        row.time_stamp, row.left_at = "token", AT
    with database.reading() as session:
        assert session.get_one(RecordSealRow, 9).time_stamp == "token"


def test_a_name_is_erased_and_the_chain_holds(database: Database) -> None:
    with database.writing() as session:
        note(session, person="Hind")
        note(session, person="Omar")
    with database.writing() as session:
        assert audit.erase_name(session, "hind", AT) == 1
        assert audit.erase_name(session, "hind", AT) == 0
    names = {row.actor_id: row.actor_name for _, row in chain(database)}
    assert (names["hind"], names["omar"]) == ("", "Omar")
    with database.reading() as session:
        row = session.scalars(select(AuditNameRow).where(AuditNameRow.actor_id == "hind")).one()
        assert (row.name, row.salt, row.erased_at) == (None, None, AT)
    with database.writing() as session:
        note(session, person="Hind")
    assert chain(database)[-1][1].actor_name == "Hind", "who acts again is named again"


def test_lines_written_before_become_the_first_links_and_go_back(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if url.startswith("sqlite"):
        own = f"sqlite:///{tmp_path / 'old.sqlite'}"
    else:
        from tests.servers import postgres

        own = postgres().empty()
        request.addfinalizer(lambda: postgres().drop(own))
    database = sealing(Database(own))
    request.addfinalizer(database.close)

    def go(revision: str, way: object) -> None:
        settings = migration_settings()
        with database.engine.begin() as connection:
            settings.attributes["connection"] = connection
            way(settings, revision)  # type: ignore[operator]

    go("0024", command.upgrade)
    with database.engine.begin() as connection:
        _old_lines(connection)
    go("0025", command.upgrade)
    found = chain_of(database)
    assert [one["actor"] for one in found] == ["a", "b", "a"]
    go("0024", command.downgrade)
    with database.engine.connect() as connection:
        names = connection.execute(text("select actor_name, dossier_id from audit order by id")).all()
    assert [tuple(one) for one in names] == [("Agence", None), ("Contrôle", None), ("Agence", None)]
    with database.engine.begin() as connection:
        connection.execute(text("update audit set action = 'read'"))  # nothing refuses it any more
    go("0025", command.upgrade)
    assert len(chain_of(database)) == 3


def chain_of(database: Database) -> list[dict[str, object]]:
    """The chain right after its migration, read without the models of later versions."""
    query = text(
        "select l.position, l.hash, a.actor_id, a.name_digest, a.action, n.salt, n.name from audit_link l "
        "join audit a on a.id = l.audit_id join audit_name n on n.digest = a.name_digest order by l.position"
    )
    with database.engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    previous = BEGINNING
    lines = []
    for number, row in enumerate(rows, start=1):
        line = {"position": number, "previous": previous, "actor": row["actor_id"], "action": row["action"]}
        line |= {"name": row["name_digest"], "dossier": None, "revision": None}
        line |= {"at": f"2026-03-0{number}T10:00:00.250000Z", "details": {"fields": ["é"]}}
        assert row["position"] == number and digest(line) == row["hash"]
        assert commitment(row["salt"], row["name"]) == row["name_digest"]
        previous = row["hash"]
        lines.append(line)
    return lines


def _old_lines(connection: Connection) -> None:
    row = text(
        "insert into audit (id, at, actor_id, actor_name, action, details) "
        "values (:id, :at, :actor, :name, 'uploaded', :details)"
    )
    people = (("a", "Agence"), ("b", "Contrôle"), ("a", "Agence"))
    is_sqlite = connection.dialect.name == "sqlite"
    for number, (actor, name) in enumerate(people, start=1):
        at = datetime(2026, 3, number, 10, 0, 0, 250_000, tzinfo=None if is_sqlite else UTC)
        values = {"id": 10 * number, "actor": actor, "name": name, "details": '{"fields": ["\\u00e9"]}'}
        connection.execute(row, {**values, "at": at.isoformat(" ") if is_sqlite else at})

"""Durable settings, transactions that are whole, and migrations that say what the models say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from forms_service.jobs import prepare_tables
from forms_service.keyring import MasterKeys, WrongMasterKey
from forms_service.storage.account_models import AttemptRow, HolderRow, LetterRow, OneTimeCodeRow
from forms_service.storage.course_models import CourseEventRow
from forms_service.storage.data_keys import KeyChest
from forms_service.storage.database import Database, migration_settings, newest_version
from forms_service.storage.models import (
    AccountRow,
    AttachmentRow,
    Base,
    DossierRow,
    GroupRow,
    PageRow,
    StackFileRow,
    StackSheetRow,
)
from forms_service.storage.pinning import pin_what_lay_open
from forms_service.storage.privacy_models import ErasureAskingRow, ErasureRow
from forms_service.storage.row_origins import origin_of
from forms_service.storage.scan_models import VirusScanRow
from forms_service.storage.sealed_columns import differs, seal_with
from tests.flushing import all_flushed
from tests.servers import postgres

MASTERS: dict[str, Callable[[], MasterKeys]] = {}
TWO_FATES = [(1, "filed"), (2, "unidentified")]
TWO_FATES_LISTED = [
    {"file": "pile.pdf", "page": page, "fate": fate, "dossier": None} for page, fate in TWO_FATES
]
ONE_NAME_THRICE = [("scan.pdf", "a"), ("b.pdf", "b"), ("scan.pdf", "c"), ("scan.pdf", "d")]
PAGES_OF_THREE = [
    {"file": name, "page": page, "fate": "unidentified", "dossier": None}
    for name, page in [
        *(("scan.pdf", 1), ("scan.pdf", 2), ("b.pdf", 1), ("scan.pdf", 0)),
        *(("scan.pdf", page) for page in (1, 2, 3)),
    ]
]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    on_sqlite = request.param == "sqlite"
    with all_flushed():
        database = Database(f"sqlite:///{tmp_path / 'forms.sqlite'}" if on_sqlite else postgres().migrated())
    if on_sqlite:
        database.migrate(tmp_path, prepare_tables)  # so it is a copy of the one that was migrated first
    chest = KeyChest(database, None, tmp_path)
    seal_with(database.engine, chest.open(datetime(2026, 3, 1, tzinfo=UTC)))
    MASTERS[database.url] = chest.masters
    yield database
    database.close()
    if not on_sqlite:
        postgres().drop(database.url)


def account(login: str) -> AccountRow:
    return AccountRow(
        id=login,
        login=login,
        name="Somebody",
        roles=["applicant"],
        password_hash="-",
        created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )


def dossier(dossier_id: str, owner: str, reference: str | None = None) -> DossierRow:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return DossierRow(
        id=dossier_id,
        reference=reference or dossier_id,
        owner_id=owner,
        opened_by=owner,
        form_id="f",
        form_version=1,
        language="ar",
        state="draft",
        opened_at=now,
        changed_at=now,
    )


def told(column: object) -> object:
    """What a JSON column says that is asked for in plain SQL: PostgreSQL gives it read, SQLite as text."""
    return json.loads(column) if isinstance(column, str) else column


def settings_of(database: Database) -> AlembicConfig:
    settings = migration_settings()
    settings.attributes["masters"] = MASTERS[database.url]
    return settings


def migrating(database: Database) -> Callable[[str, Callable[[object, str], None]], None]:
    """Goes to a revision, up or down, as an upgrade does."""
    settings = settings_of(database)

    def go(revision: str, way: Callable[[object, str], None]) -> None:
        with database.engine.begin() as connection:
            settings.attributes["connection"] = connection
            way(settings, revision)

    return go


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30000)],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_is_set_to_lose_nothing(database: Database, pragma: str, value: object) -> None:
    with database.reading() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_transaction_is_kept_whole(database: Database) -> None:
    with database.writing() as session:
        session.add(account("one"))
    with database.reading() as session:
        assert session.get(AccountRow, "one").created_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(KeyError), database.writing() as session:
        session.add(account("one"))
        session.flush()
        raise KeyError
    with database.reading() as session:
        assert session.get(AccountRow, "one") is None


def test_a_reading_transaction_keeps_nothing(database: Database) -> None:
    with database.reading() as session:
        session.add(account("one"))
    with database.reading() as session:
        assert session.scalars(select(AccountRow)).all() == []


def test_rows_refer_to_rows_that_exist(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(dossier("d", "nobody"))


def test_two_dossiers_never_share_a_reference(database: Database) -> None:
    with database.writing() as session:
        session.add(account("one"))
        session.flush()
        session.add(dossier("d1", "one", "SAME"))
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(dossier("d2", "one", "SAME"))


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = account("one")
    naive.created_at = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="time zone"), database.writing() as session:
        session.add(naive)


def test_writers_wait_for_one_another(database: Database) -> None:
    with database.writing() as session:
        session.add(account("one"))
        session.flush()
        session.add(dossier("d", "one"))

    def count_up() -> None:
        for _ in range(20):
            with database.writing() as session:
                session.get_one(DossierRow, "d", with_for_update=True).revision += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(DossierRow, "d").revision == 80


def test_reading_does_not_wait_for_a_writer(database: Database) -> None:
    with database.writing() as writer:
        writer.add(account("one"))
        writer.flush()
        with database.reading() as reader:
            assert reader.get(AccountRow, "one") is None


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.begin() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": differs,
                "include_object": lambda _o, name, kind, *_: kind != "table" or name in Base.metadata.tables,
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        session.add(account("one"))
    database.migrate(tmp_path)
    with database.reading() as session:
        assert session.get(AccountRow, "one") is not None


def test_tables_at_the_end_of_all_migrations_are_known_by_their_version(database: Database) -> None:
    """A start that has nothing to migrate does not load the migrations to see that."""
    assert ScriptDirectory.from_config(settings_of(database)).get_heads() == [newest_version()]
    with database.reading() as session:
        assert session.scalars(text("select version_num from alembic_version")).all() == [newest_version()]


def test_migrations_go_both_ways(database: Database) -> None:
    settings = settings_of(database)
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    assert not set(Base.metadata.tables) & set(inspect(database.engine).get_table_names())
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    with Session(database.engine) as session:
        assert session.scalars(select(AccountRow)).all() == []


def test_stacks_taken_in_before_keep_every_page_and_what_became_of_it_both_ways(database: Database) -> None:
    """Two stacks make the journey together, and what is younger than both comes and goes with its tables."""
    go, engine = migrating(database), database.engine
    with database.writing() as session:
        session.add(account("clerk"))
        session.flush()
        for one in things_of_a_holder("clerk"):
            session.add(one)
    go("0009", command.downgrade)
    lying = {
        "s": ([{"name": "pile.pdf", "object": "a" * 64}], TWO_FATES_LISTED),
        "t": ([{"name": name, "object": letter * 64} for name, letter in ONE_NAME_THRICE], PAGES_OF_THREE),
    }
    stack = "insert into intake (id, files, pages, scanned_by, scanned_at) values (:s, :f, :p, 'clerk', :at)"
    with engine.begin() as connection:
        at = datetime(2026, 3, 1, 12, tzinfo=UTC).isoformat(" ")
        for stack_id, (files, pages) in lying.items():
            values = {"s": stack_id, "f": json.dumps(files), "p": json.dumps(pages), "at": at}
            connection.execute(text(stack), values)

    def check_what_is_kept() -> None:
        with Session(engine) as session:
            assert files_of(session, "s") == [("pile.pdf", "a", 2)]
            sheets = session.scalars(
                select(StackSheetRow).where(StackSheetRow.intake_id == "s").order_by(StackSheetRow.page)
            ).all()
            assert [(one.page, one.fate) for one in sheets] == TWO_FATES
            assert all(one.message and one.message["ar"] for one in sheets)
            assert files_of(session, "t") == [
                *(("scan.pdf", "a", 2), ("b.pdf", "b", 1), ("scan.pdf", "c", 1), ("scan.pdf", "d", 3)),
            ]
            found = session.scalars(select(StackSheetRow).where(StackSheetRow.intake_id == "t"))
            places = {(one.file, one.page) for one in found}
            assert places == {(0, 1), (0, 2), (1, 1), (2, 0), (3, 1), (3, 2), (3, 3)}
            assert session.scalars(select(HolderRow)).all() == []
            assert session.get(AccountRow, "clerk").name == "Somebody", "whoever had an account keeps it"

    go("head", command.upgrade)
    check_what_is_kept()
    go("0009", command.downgrade)
    with engine.connect() as connection:
        kept = {one.id: one for one in connection.execute(text("select id, files, pages from intake"))}
    assert {key: (told(one.files), told(one.pages)) for key, one in kept.items()} == lying
    go("head", command.upgrade)
    check_what_is_kept()


def files_of(session: Session, stack_id: str) -> list[tuple[str, str, int]]:
    query = select(StackFileRow).where(StackFileRow.intake_id == stack_id).order_by(StackFileRow.number)
    return [(one.name, one.object_key[:1], one.pages) for one in session.scalars(query)]


def things_of_a_holder(account_id: str) -> Iterator[Base]:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    yield HolderRow(account_id=account_id, phone="0612345678", notify_by=["sms"])
    yield AttemptRow(subject="x" * 64, at=at)
    code = {"purpose": "open", "channel": "sms", "sealed": "-", "fingerprint": "-", "usable": True}
    yield OneTimeCodeRow(id="c", made_at=at, expires_at=at, **code)
    words = {"channel": "sms", "occasion": "code", "language": "ar"}
    yield LetterRow(id="l", account_id=account_id, written_at=at, useless_after=at, **words)


def test_answers_kept_in_plain_are_forgotten_both_ways_and_accounts_stay(database: Database) -> None:
    go, engine = migrating(database), database.engine

    def kept() -> dict[str, tuple[str, bytes | None]]:
        with engine.connect() as connection:
            rows = connection.execute(text("select key, stage, body from kept_answer")).all()
        return {key: (stage, body) for key, stage, body in rows}

    with database.writing() as session:
        given = account("one")
        given.must_change_password = True
        session.add(given)
        session.flush()
        session.add(dossier("d", "one"))
    go("0016", command.downgrade)
    row = "insert into kept_answer (account_id, key, fingerprint, attempt, stage, begun_at, status, headers, body)"
    with engine.begin() as connection:
        for key, stage, body in (("said", "answered", b"whsec_plain"), ("busy", "effective", None)):
            values = {"k": key, "s": stage, "b": body, "at": datetime(2026, 3, 1, tzinfo=UTC).isoformat(" ")}
            connection.execute(text(f"{row} values ('one', :k, 'f', 'a', :s, :at, 201, '{{}}', :b)"), values)
    go("head", command.upgrade)
    assert kept() == {"said": ("lost", None), "busy": ("effective", None)}
    with Session(engine) as session:
        assert session.get_one(AccountRow, "one").must_change_password is False
        assert session.get_one(DossierRow, "d").owner_id == "one"
    with engine.begin() as connection:
        connection.execute(text("update kept_answer set stage = 'answered', body = :b"), {"b": b"sealed"})
    go("0016", command.downgrade)
    assert set(kept().values()) == {("lost", None)}, "nobody is answered with what cannot be read"
    go("head", command.upgrade)


def test_papers_stay_under_their_child_both_ways(database: Database) -> None:
    go, engine = migrating(database), database.engine
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    paper = {"dossier_id": "d", "filename": "a.pdf", "media_type": "-", "size": 1, "object_key": "-"}
    paper |= {"status": "read", "uploaded_by": "one", "uploaded_at": at}
    with database.writing() as session:
        session.add(account("one"))
        session.flush()
        session.add(dossier("d", "one"))
        session.flush()
        for place, (child, by_person) in enumerate(((2, None), (None, None), (1, 1))):
            one = AttachmentRow(id=f"a{place}", position=place, **paper)
            one.child, one.declared_child, one.seen_as = child, by_person, "blank"
            session.add(one)
        session.flush()
        session.add(PageRow(attachment_id="a0", number=0, image_object="-"))
        given = {"dossier_id": "d", "group_id": "children", "revision": 1, "given_by": "one", "given_at": at}
        session.add(GroupRow(rows=[{"first": "Adam"}], origins=[{"first": {"origin": "scan"}}], **given))
    go("0013", command.downgrade)
    with engine.connect() as connection:
        kept = connection.execute(text("select * from attachment order by position")).mappings().all()
    assert [one["child"] for one in kept] == [2, None, 1], "where a paper lies survives the way back"
    assert not {"declared_child", "seen_as"} & set(kept[0])
    go("head", command.upgrade)
    with Session(engine) as session:
        found = session.scalars(select(AttachmentRow).order_by(AttachmentRow.position))
        assert [(one.child, one.declared_child) for one in found] == [(2, 2), (None, None), (1, 1)]
        assert session.get(PageRow, ("a0", 0)) is not None, "papers keep their pages"
        told = origin_of(session.scalars(select(GroupRow)).one(), 1, "first")
        assert (told.value, told.by, told.at) == ("Adam", "one", at.isoformat()), (
            "older rows tell of all at once"
        )


def test_courses_come_and_go_and_dossiers_keep_their_stage(database: Database) -> None:
    go, engine = migrating(database), database.engine
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with database.writing() as session:
        session.add(account("one"))
        session.flush()
        session.add(one := dossier("d", "one"))
        one.state, one.step = "submitted", "registered"
        session.flush()
        done = {"action": "register", "from_step": "confirm", "to_step": "registered"}
        session.add(CourseEventRow(dossier_id="d", at=at, kind="action", by_id="one", by_name="-", **done))
    go("0021", command.downgrade)
    with engine.connect() as connection:
        (kept,) = connection.execute(text("select * from dossier")).mappings().all()
    assert kept["state"] == "submitted" and "step" not in kept
    go("head", command.upgrade)
    with Session(engine) as session:
        assert (session.get_one(DossierRow, "d").state, session.get_one(DossierRow, "d").step) == (
            "submitted",
            None,
        )
        assert session.scalars(select(CourseEventRow)).all() == []


def test_what_lies_sealed_is_laid_open_on_the_way_back_and_read_again(database: Database) -> None:
    go, engine = migrating(database), database.engine
    with database.writing() as session:
        session.add(one := account("123456782"))
        one.name = "Fatima Amrani"
        session.flush()
        session.add(HolderRow(account_id=one.id, phone="0612345678"))
        session.add(given := dossier("d", one.id))
        given.registration, given.owner_name, given.receipt = "123456782", "Fatima", {"name": {"ar": "فاطمة"}}
    seen = "select a.login, a.name, h.phone, d.registration, d.owner_name, d.receipt from account a "
    seen += "join account_holder h on h.account_id = a.id join dossier d on d.owner_id = a.id"

    def lying_there() -> list[str]:
        with engine.connect() as connection:
            return [
                one if isinstance(one, str) else json.dumps(one)
                for one in connection.execute(text(seen)).one()
            ]

    sealed = lying_there()
    assert {one[0] for one in sealed} == {"~", "="}
    go("0031", command.downgrade)
    clear = ["123456782", "Fatima Amrani", "0612345678", "123456782", "Fatima"]
    assert lying_there()[:-1] == clear and json.loads(lying_there()[-1]) == {"name": {"ar": "فاطمة"}}
    go("head", command.upgrade)
    assert pin_what_lay_open(database) == 2
    with Session(engine) as session:
        row = session.scalars(select(AccountRow).where(AccountRow.login == "123456782")).one()
        assert (row.name, session.get_one(HolderRow, row.id).phone) == ("Fatima Amrani", "0612345678")
        assert session.get_one(DossierRow, "d").receipt == {"name": {"ar": "فاطمة"}}


def test_the_way_back_is_refused_whole_without_the_master_key(database: Database) -> None:
    with database.writing() as session:
        session.add(account("one"))
    settings = settings_of(database)
    settings.attributes["masters"] = lambda: MasterKeys(["another master key, which opens nothing"])
    with pytest.raises(WrongMasterKey), database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0031")
    with Session(database.engine) as session:
        assert session.get_one(AccountRow, "one").login == "one", "and nothing was changed"


def test_files_come_due_for_a_scan_both_ways(database: Database) -> None:
    go, engine = migrating(database), database.engine
    at = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"position": 1, "filename": "f.pdf", "media_type": "x", "size": 1, "status": "read", "facts": {}}
    with database.writing() as session:
        session.add(account("one"))
        session.flush()
        session.add(dossier("d", "one"))
        session.flush()
        for key in ("clean", "away", "unasked", "screen"):
            origin = "screen" if key == "screen" else "upload"
            more = {"origin": origin, "uploaded_by": "one", "uploaded_at": at, "warnings": []}
            session.add(AttachmentRow(id=key, dossier_id="d", object_key=key, **given, **more))
        for key, verdict in (("clean", "clean"), ("away", "not_scanned")):
            session.add(VirusScanRow(object_key=key, verdict=verdict, told="", scanned_at=at))

    def due() -> dict[str, bool]:
        with Session(engine) as session:
            return {one.object_key: one.due_at is not None for one in session.scalars(select(VirusScanRow))}

    go("0037", command.downgrade)
    go("0039", command.upgrade)
    assert due() == {"clean": False, "away": True, "unasked": True}
    go("head", command.upgrade)
    assert due() == {"clean": True, "away": True, "unasked": True}
    with Session(engine) as session:
        assert session.get_one(VirusScanRow, "clean").due_at == at + timedelta(days=30)
    go("0037", command.downgrade)
    with engine.connect() as connection:
        assert set(connection.scalars(text("select object_key from virus_scan"))) == {"clean", "away"}
    go("head", command.upgrade)


def test_what_waits_for_a_second_person_goes_with_its_table_and_no_erasure_is_lost(
    database: Database,
) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with database.writing() as session:
        session.add(account("one"))
        session.flush()
        session.add(dossier("d", "one"))
        session.flush()
        session.add(ErasureAskingRow(dossier_id="d", reason="lettre", asked_by="one", asked_at=at))
        told = {"reference": "R", "form_id": "f", "form_version": 1, "spec_digest": "", "ending": "erase"}
        lists = {"removed": {}, "objects": [], "receipts": []}
        given = {"occasion": "asked", "asked_by": "one", "agreed_by": "two", "erased_at": at}
        session.add(ErasureRow(dossier_id="e", **told, **lists, **given))
    go = migrating(database)
    go("0038", command.downgrade)
    assert "erasure_asking" not in inspect(database.engine).get_table_names()
    go("head", command.upgrade)
    with Session(database.engine) as session:
        kept = session.get_one(ErasureRow, "e")
        assert (kept.asked_by, kept.agreed_by) == ("one", None)
        assert session.get(ErasureAskingRow, "d") is None and session.get(DossierRow, "d") is not None

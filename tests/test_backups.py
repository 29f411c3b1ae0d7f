"""A backup made while papers come in makes a whole installation anew, on either backend."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from forms_service import backups
from forms_service.backup_folders import BackupError, dated_folder
from forms_service.backups import back_up, restore
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Actor
from forms_service.settings import InvalidSetting
from forms_service.shared_by_hosts import require_shared
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.choosing import ObjectsSettings, store_for
from forms_service.storage.database import Database
from forms_service.storage.models import AuditRow
from tests.backends import LAPTOP, SCALE, Backend

PASSWORD = "a long enough password"
REFUND = "310-1-32"


class NoJobs:
    def enqueue(self, *_: Any, **__: Any) -> None:
        pass


@pytest.fixture(scope="module")
def catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


@pytest.fixture(params=[LAPTOP, SCALE])
def there(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Backend:
    if request.param == SCALE:
        from tests.servers import postgres

        monkeypatch.setenv("PATH", str(postgres().programs), prepend=":")
    return Backend(request.param)


ONE_STORE = pytest.mark.parametrize("there", [LAPTOP], indirect=True)
"""For what the kind of database and store cannot change."""


def begun(config: Config, catalogue: SpecCatalogue) -> Application:
    return build(config, jobs=NoJobs(), draw=lambda: 1.0, first_look=NoLook(), catalogue=catalogue)


def empty_one(config: Config, folder: Path) -> Config:
    """An installation beside it that holds nothing yet."""
    if not config.database_url:
        return Config(data_folder=folder)
    from tests.servers import postgres, s3

    return replace(
        config,
        data_folder=folder,
        database_url=postgres().empty(),
        objects=ObjectsSettings(s3().bucket()),
    )


def record_of(application: Application) -> list[tuple[object, ...]]:
    with application.database.reading() as session:
        query = select(AuditRow.id, AuditRow.action, AuditRow.dossier_id).order_by(AuditRow.id)
        return [tuple(row) for row in session.execute(query)]


@pytest.fixture
def at_work(
    there: Backend, tmp_path: Path, catalogue: SpecCatalogue
) -> Iterator[tuple[Application, Actor, str]]:
    application = begun(there.config(tmp_path / "first"), catalogue)
    services = application.services
    person = services.add_account("123456782", PASSWORD, "Fatima Amrani", {"applicant"})
    dossier = services.open_dossier(person, REFUND, "fr")
    services.upload(person, dossier, "paper.pdf", b"%PDF-1.4 a paper", None)
    services.deposit(person, dossier, True)
    yield application, person, dossier
    application.close()
    there.end(application.config)


def test_what_was_deposited_is_there_again(
    at_work: tuple[Application, Actor, str], there: Backend, tmp_path: Path, catalogue: SpecCatalogue
) -> None:
    application, person, dossier = at_work
    services, copy = application.services, tmp_path / "copy"
    over = threading.Event()

    def go_on_opening() -> None:
        while not over.is_set():
            services.open_dossier(person, REFUND, "ar")

    other = threading.Thread(target=go_on_opening)
    known = record_of(application)
    other.start()
    try:
        copied = back_up(application.config, copy, with_keys=True)
    finally:
        over.set()
        other.join()
    assert copied.papers >= 2
    fresh = empty_one(application.config, tmp_path / "second")
    assert restore(fresh, copy) == copied
    again = begun(fresh, catalogue)
    try:
        assert again.services.receipt_pdf(person, dossier) == services.receipt_pdf(person, dossier)
        assert again.services.latest_receipt(person, dossier) == services.latest_receipt(person, dossier)
        papers = {one.filename: one for one in again.services.dossier(person, dossier).attachments}
        assert (
            again.services.attachment_file(person, dossier, papers["paper.pdf"].id)[0] == b"%PDF-1.4 a paper"
        )
        assert record_of(again)[: len(known)] == known
        assert again.services.authenticate("123456782", PASSWORD) is not None
        with pytest.raises(BackupError):
            restore(fresh, copy)
        assert again.services.receipt_pdf(person, dossier), "what was there is as it was"
    finally:
        again.close()
        there.end(fresh)


def test_a_copy_that_is_damaged_or_not_finished_changes_nothing(
    at_work: tuple[Application, Actor, str], there: Backend, tmp_path: Path
) -> None:
    application, _, _ = at_work
    copy, fresh = tmp_path / "copy", empty_one(application.config, tmp_path / "second")
    back_up(application.config, copy)
    assert not (copy / "keys").exists(), "keys are copied only when asked for"
    with pytest.raises(BackupError):
        back_up(application.config, copy)
    paper = next(path for path in (copy / "objects").rglob("*") if path.is_file())
    kept = paper.read_bytes()
    paper.write_bytes(kept + b"x")
    with pytest.raises(BackupError):
        restore(fresh, copy)
    paper.write_bytes(kept)
    (copy / "manifest.json").rename(copy / "elsewhere")
    with pytest.raises(BackupError):
        restore(fresh, copy)
    store = store_for(fresh.objects, fresh.objects_folder)
    assert list(store.keys()) == [], "nothing was begun"
    there.end(fresh)


def test_a_key_renewed_while_papers_are_copied_leaves_none_that_the_copy_cannot_open(
    at_work: tuple[Application, Actor, str],
    there: Backend,
    tmp_path: Path,
    catalogue: SpecCatalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application, person, dossier = at_work
    copy_database, rounds = backups._copy_database, []

    def copied_and_then_renewed(config: Config, folder: Path) -> frozenset[int]:
        known = copy_database(config, folder)
        rounds.append(known)
        if len(rounds) == 1:
            application.resealing.renew()
            application.resealing.everything()
        return known

    monkeypatch.setattr(backups, "_copy_database", copied_and_then_renewed)
    back_up(application.config, tmp_path / "copy", with_keys=True)
    assert len(rounds) == 2, "the database was copied again, with the key that papers lie under now"
    assert rounds[0] < rounds[1]
    fresh = empty_one(application.config, tmp_path / "second")
    restore(fresh, tmp_path / "copy")
    again = begun(fresh, catalogue)
    try:
        assert again.services.receipt_pdf(person, dossier).startswith(b"%PDF")
    finally:
        again.close()
        there.end(fresh)


def test_a_postgresql_beside_a_folder_is_whole_again_where_it_was_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.servers import postgres

    monkeypatch.setenv("PATH", str(postgres().programs), prepend=":")
    there = Backend(SCALE)
    first = Config(data_folder=tmp_path / "first", database_url=postgres().migrated())
    fresh = Config(data_folder=tmp_path / "second", database_url=postgres().empty())
    first.prepare_folders()
    began_with(first)
    key = store_for(first.objects, first.objects_folder).put(b"a paper")
    back_up(first, tmp_path / "copy", with_keys=True)
    restore(fresh, tmp_path / "copy")
    began_with(fresh)
    assert store_for(fresh.objects, fresh.objects_folder).get(key) == b"a paper"
    elsewhere = replace(fresh, data_folder=tmp_path / "third")
    shutil.copytree(first.keys_folder, elsewhere.keys_folder)
    with pytest.raises(InvalidSetting, match="montez comme dossier objects"):
        began_with(elsewhere)
    there.end(first)
    there.end(fresh)


def began_with(config: Config) -> None:
    """What a start looks at before anything else."""
    database = Database(config.resolved_database_url, connections=2)
    try:
        require_shared(database, config, datetime(2026, 3, 1, tzinfo=UTC))
    finally:
        database.close()


def test_a_password_reaches_the_programs_by_their_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "told $* and $PGPASSWORD" >&2; exit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(BackupError) as failed:
        backups._run(
            "pg_dump", "postgresql+psycopg://forms:p%40ss@db:5433/fund?sslmode=require", "--format=custom"
        )
    told = "told --dbname=postgresql://forms@db:5433/fund?sslmode=require --format=custom and p@ss"
    assert failed.value.message.fr.endswith(told)


@ONE_STORE
def test_keys_renewed_again_and_again_end_it_without_a_whole_backup(
    at_work: tuple[Application, Actor, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application, copy = at_work[0], tmp_path / "copy"
    with monkeypatch.context() as patched:
        patched.setattr(backups, "_key_numbers", lambda _: frozenset({0}))
        with pytest.raises(BackupError, match="renouvelées"):
            back_up(application.config, copy)
    assert not (copy / "manifest.json").exists()


@ONE_STORE
def test_a_backup_that_was_cut_off_is_taken_up_and_holds_nothing_that_went_since(
    at_work: tuple[Application, Actor, str], tmp_path: Path
) -> None:
    application, copy = at_work[0], tmp_path / "copy"
    seen: list[int] = []

    def cut_off(papers: int) -> None:
        seen.append(papers)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(application.config, copy, told=cut_off)
    assert seen == [1]
    (first,) = (path for path in (copy / "objects").rglob("*") if path.is_file())
    was = first.stat().st_ino
    gone = copy / "objects" / "ab" / "cd" / ("abcd" * 16)
    gone.parent.mkdir(parents=True)
    gone.write_bytes(b"erased by right since")
    (gone.parent / f"{gone.name}.draft").write_bytes(b"half a pa")
    with pytest.raises(BackupError, match="inachevée"):
        back_up(application.config, copy)
    copied = back_up(application.config, copy, go_on=True)
    assert first.stat().st_ino == was, "what had been copied was not copied again"
    papers = [path for path in (copy / "objects").rglob("*") if path.is_file()]
    assert len(papers) == copied.papers
    assert gone not in papers
    with pytest.raises(BackupError):
        back_up(application.config, copy, go_on=True)


@ONE_STORE
def test_both_are_on_record_even_where_the_keys_come_after_the_rest(
    at_work: tuple[Application, Actor, str], there: Backend, tmp_path: Path, catalogue: SpecCatalogue
) -> None:
    application = at_work[0]
    copied = back_up(application.config, tmp_path / "copy")
    made = record_of(application)
    assert made[-1][1] == "backup_made"
    fresh = empty_one(application.config, tmp_path / "second")
    done = restore(fresh, tmp_path / "copy")
    assert not done.is_on_record, "without the keys nothing can be written"
    assert not fresh.keys_folder.exists(), "an empty folder of keys would take a copy of them inside itself"
    shutil.copytree(application.config.keys_folder, fresh.keys_folder, dirs_exist_ok=True)
    again = begun(fresh, catalogue)
    try:
        for _ in range(2):
            again.services.note_start("web", "1", "abc")
        lines = record_of(again)[len(made) - 1 :]
        assert [line[1] for line in lines] == ["backup_restored", "service_started", "service_started"]
        with again.database.reading() as session:
            line = session.scalars(select(AuditRow).where(AuditRow.action == "backup_restored")).one()
            assert line.details == {"papers": copied.papers, "with_keys": False}
        assert again.services.verify_record().is_whole
    finally:
        again.close()
        there.end(fresh)


def test_the_newest_are_kept_and_a_whole_one_always_stays(tmp_path: Path) -> None:
    def made(name: str, whole: bool) -> None:
        (tmp_path / name).mkdir()
        if whole:
            (tmp_path / name / "manifest.json").touch()

    for day in (17, 18, 19):
        made(f"2026-11-{day}T02-30-00Z", True)
    made("2026-11-20T02-30-00Z", False)
    made("before the update", True)
    with pytest.raises(OSError), dated_folder(tmp_path, 2) as folder:
        folder.mkdir()
        with pytest.raises(BackupError), dated_folder(tmp_path, 2):
            pass  # never two at once
        raise OSError("the disk is full")
    assert len(list(tmp_path.glob("2026-11-1*"))) == 3, "one that failed takes none away"
    folder.rmdir()
    with dated_folder(tmp_path, 2) as folder:
        folder.mkdir()
        (folder / "manifest.json").touch()
    left = {path.name for path in tmp_path.iterdir()} - {".lock"}
    assert left == {"before the update", "2026-11-19T02-30-00Z", folder.name}

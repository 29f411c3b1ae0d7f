"""A backup made while papers come in makes a whole installation anew, on either backend."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from forms_service.backups import BackupError, back_up, restore
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Actor
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.choosing import ObjectsSettings, store_for
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

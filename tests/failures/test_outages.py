"""While the database or the papers' store is away everybody is told so, and all goes on when it is back."""

from __future__ import annotations

import io
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from core.errors import DossierError
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Actor, ReadingStatus, kept_answers
from forms_service.services.base import READ_UPLOAD
from forms_service.storage.dead_letters import ENDED_READER
from forms_service.storage.models import AttachmentRow
from forms_service.storage.objects import ObjectsUnavailable
from forms_service.web import create_app
from tests.failures.installation import Postgres
from tests.flushing import all_flushed

PASSWORD = "a long enough password"
ANSWERS = {"person.registration": "123456789", "person.first": "Salma", "person.last": "Bennani"}
PNG = b"\x89PNG\r\n\x1a\n a picture that nobody opens here"


class Door:
    """An application with a person, and the ways in."""

    def __init__(self, config: Config) -> None:
        self.application: Application = build(config, first_look=NoLook())
        self.services = self.application.services
        self.person: Actor = self.services.add_account("123456789", PASSWORD, "Salma", {"applicant"})
        self.operator: Actor = self.services.add_account("operator", PASSWORD, "Operator", {"operator"})
        self.token, _ = self.services.make_token(self.person, "test", ["dossiers:read", "dossiers:write"])
        self.app = create_app(self.application)
        self.app.config["PROPAGATE_EXCEPTIONS"] = False

    def browser(self) -> FlaskClient:
        """A browser whose person is signed in."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["actor_id"], session["nonce"] = self.person.id, "n"
            session["since"] = self.services.now().isoformat()
        return client

    def ask(self, method: str, path: str, key: str = "", **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)

    def upload(self, dossier: str, key: str) -> TestResponse:
        return self.ask(
            "POST",
            f"/dossiers/{dossier}/attachments",
            key,
            data={"file": (io.BytesIO(PNG + key.encode()), "card.png")},
            content_type="multipart/form-data",
        )

    def papers(self, dossier: str) -> int:
        return len(self.services.dossier(self.person, dossier).attachments)

    def close(self) -> None:
        self.application.close()


@pytest.fixture(scope="module")
def on_postgres(
    postgres: Postgres, spec_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    postgres.create("outages")
    folder = tmp_path_factory.mktemp("outages") / "var"
    door = Door(Config(data_folder=folder, spec_folder=spec_folder, database_url=postgres.url("outages")))
    yield door
    door.close()


@pytest.fixture(scope="module")
def on_folder(spec_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("folder") / "var"
    with all_flushed():
        door = Door(Config(data_folder=folder, spec_folder=spec_folder))
    yield door
    door.close()


def says(answer: TestResponse, *sentences: str) -> None:
    """A page of an outage: the status programs know, when to come back, and both languages."""
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert 'lang="ar" dir="rtl"' in page and 'lang="fr" dir="ltr"' in page
    for one in sentences:
        assert one in page
    assert "الخدمة متوقفة مؤقتا" in page or "Service momentanément indisponible" in page


def is_problem(answer: TestResponse) -> None:
    told = answer.get_json()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.content_type == "application/problem+json"
    assert told["code"] == "temporarily_unavailable"
    assert told["message"]["ar"] and told["message"]["fr"]


def test_the_database_is_away_and_comes_back(on_postgres: Door, postgres: Postgres) -> None:
    door = on_postgres
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    browser = door.browser()
    assert browser.get(f"/ar/dossiers/{dossier}").status_code == 200
    postgres.kill()
    try:
        says(
            browser.get(f"/ar/dossiers/{dossier}"),
            "كل ما أكدنا لكم تسجيله محفوظ",
            "vous a été confirmé est conservé",
        )
        says(browser.get(f"/fr/dossiers/{dossier}"), "Les dossiers ne sont pas accessibles en ce moment")
        home, status = (
            browser.get(path).get_data(as_text=True) for path in ("/fr/dossiers/", "/fr/operator/status/")
        )
        assert "Vérifiez le serveur de base de données" in status and "forms-service check" in status
        assert "Vérifiez le serveur" not in home, "it is told where operators look for it"
        for page, path in ((home, "/fr/dossiers/"), (status, "/fr/operator/status/")):
            assert f'href="{path}">Réessayer</a>' in page
            assert 'href="/fr/sign-in"' not in page, "nobody was signed out, and nobody could sign in"
        is_problem(door.ask("GET", f"/dossiers/{dossier}"))
        is_problem(door.ask("PATCH", f"/dossiers/{dossier}/answers", json={"values": ANSWERS}))
        is_problem(door.ask("POST", f"/dossiers/{dossier}/deposit", "deposit-1", json={"declaration": True}))
    finally:
        postgres.start()
    assert browser.get(f"/ar/dossiers/{dossier}").status_code == 200, "the pool mends by itself"
    assert door.services.dossier(door.person, dossier).dossier.answers() == {}, "nothing was half-kept"
    assert door.ask("PATCH", f"/dossiers/{dossier}/answers", json={"values": ANSWERS}).status_code == 200


def test_a_request_cut_off_by_the_database_is_done_once_under_its_key(
    on_postgres: Door, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the request began and before it commits: the key must not wait for what has ended."""
    door = on_postgres
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    kept = door.services.objects.put

    def die(content: bytes) -> str:
        postgres.kill()
        return kept(content)

    monkeypatch.setattr(kept_answers, "_PAUSES_S", (0.1,))  # how soon it is noted that an attempt ended
    try:
        with monkeypatch.context() as on_the_way:
            on_the_way.setattr(door.services.objects, "put", die)
            is_problem(door.upload(dossier, "paper-2026-1"))
    finally:
        postgres.start()
    answers = [door.upload(dossier, "paper-2026-1")]
    while answers[-1].status_code == 409:  # until it is noted that the first attempt ended
        assert answers[-1].get_json()["code"] == "request_under_way"
        assert len(answers) < 600
        time.sleep(0.3)  # no more often than a program may ask
        answers.append(door.upload(dossier, "paper-2026-1"))
    assert answers[-1].status_code == 201
    assert door.upload(dossier, "paper-2026-1").get_json() == answers[-1].get_json()
    assert door.papers(dossier) == 1


def test_a_request_that_failed_before_it_did_anything_may_be_sent_again(
    on_folder: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only keeps count of requests, and commits before it, is not taken for its effect."""
    door = on_folder
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    door.services._granted.clear()  # so that the request itself takes a new block of what it may ask

    def fail(_content: bytes) -> str:
        raise RuntimeError("nobody foresaw it")

    monkeypatch.setattr(door.services.objects, "put", fail)
    assert door.upload(dossier, "failed-first-2026").status_code == 500
    monkeypatch.undo()
    assert door.services._granted, "it was counted"
    assert door.upload(dossier, "failed-first-2026").status_code == 201
    assert door.papers(dossier) == 1


def away(door: Door) -> tuple[Path, Path]:
    root = door.application.config.objects_folder
    return root, root.with_name("unmounted")


def test_the_store_is_away_and_comes_back(on_folder: Door) -> None:
    door = on_folder
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    before = door.upload(dossier, "first-2026").get_json()
    root, elsewhere = away(door)
    root.rename(elsewhere)
    path = f"/dossiers/{dossier}/attachments/{before['id']}/file"
    is_problem(door.upload(dossier, "second-2026"))
    is_problem(door.ask("GET", path))
    says(
        door.browser().get(f"/fr/dossiers/{dossier}/documents/{before['id']}/file"),
        "Ils sont conservés et rien n&#39;est perdu",
    )
    assert not root.exists(), "it is not made anew where the disk is mounted"
    assert door.papers(dossier) == 1, "nothing was half-accepted"
    elsewhere.rename(root)
    assert door.upload(dossier, "second-2026").status_code == 201, "sent again under the same key"
    assert door.papers(dossier) == 2
    assert door.ask("GET", path).data == PNG + b"first-2026"


def test_a_reading_is_not_given_up_for_a_store_that_is_away(on_folder: Door) -> None:
    """It is told as an outage, which the worker waits out; the paper stays under way."""
    door = on_folder
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    paper = door.upload(dossier, "third-2026").get_json()["id"]
    root, elsewhere = away(door)
    root.rename(elsewhere)
    with pytest.raises(ObjectsUnavailable):
        door.services.read_upload(paper)
    (view,) = door.services.dossier(door.person, dossier).attachments
    assert view.status == ReadingStatus.READING and not view.status.is_final
    elsewhere.rename(root)
    assert paper not in {one.key for one in door.services.dead_letters(door.operator)}


# --- what was given up ----------------------------------------------------------------------------


@pytest.fixture
def given_up(on_folder: Door) -> tuple[Door, Actor, str, str]:
    door = on_folder
    operator = door.operator
    for old in door.services.dead_letters(operator):
        door.services.set_aside_dead_letter(operator, old.id)
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    paper = door.upload(dossier, f"given-up-{dossier}").get_json()["id"]
    door.services.give_up_reading(paper, ENDED_READER, 4)
    door.services.give_up_reading(paper, ENDED_READER, 4)
    return door, operator, dossier, paper


def jobs(door: Door) -> list[str]:
    with door.application.database.reading() as session:
        return list(session.scalars(text("select workflow_uuid from workflow_status order by 1")))


def test_what_is_given_up_is_listed_with_its_cause_and_dossier(
    given_up: tuple[Door, Actor, str, str],
) -> None:
    door, operator, dossier, paper = given_up
    (letter,) = door.services.dead_letters(operator)
    assert (letter.task, letter.key, letter.cause, letter.attempts) == (READ_UPLOAD, paper, ENDED_READER, 4)
    assert letter.dossier_id == dossier and letter.turns == 0
    assert letter.reference == door.services.dossier(door.person, dossier).reference
    (view,) = door.services.dossier(door.person, dossier).attachments
    assert view.status == ReadingStatus.FAILED
    assert "un agent la regardera" in view.message.fr, "whoever sent it is told something true"
    assert door.services.count_dead_letters() == 1


def test_a_person_has_it_tried_again_once(given_up: tuple[Door, Actor, str, str]) -> None:
    door, operator, dossier, paper = given_up
    (letter,) = door.services.dead_letters(operator)
    door.services.retry_dead_letter(operator, letter.id)
    (view,) = door.services.dossier(door.person, dossier).attachments
    assert view.status == ReadingStatus.WAITING and view.message is None
    assert f"{READ_UPLOAD}:{paper}#1" in jobs(door), "a job of its own"
    assert door.services.dead_letters(operator) == []
    refused("not_dead", lambda: door.services.retry_dead_letter(operator, letter.id))
    door.services.give_up_reading(paper, ENDED_READER, 5)
    assert [one.turns for one in door.services.dead_letters(operator)] == [1], "it comes back to the list"
    done = [one.action for one in door.services.dossier(door.person, dossier).events]
    assert {"reading_failed", "dead_letter_retried", "reading_again"} <= set(done)


@pytest.mark.parametrize("settle", ["removed by its sender", "put aside"])
def test_what_was_settled_otherwise_is_not_listed(
    given_up: tuple[Door, Actor, str, str], settle: str
) -> None:
    door, operator, dossier, paper = given_up
    (letter,) = door.services.dead_letters(operator)
    if settle == "put aside":
        door.services.set_aside_dead_letter(operator, letter.id)
    else:
        door.services.remove_attachment(door.person, dossier, paper)
    assert door.services.dead_letters(operator) == []
    refused("not_dead", lambda: door.services.retry_dead_letter(operator, letter.id))


def test_only_operators_look_after_it(given_up: tuple[Door, Actor, str, str]) -> None:
    door, operator, _, _ = given_up
    (letter,) = door.services.dead_letters(operator)
    for ask in (
        lambda: door.services.dead_letters(door.person),
        lambda: door.services.retry_dead_letter(door.person, letter.id),
        lambda: door.services.set_aside_dead_letter(door.person, letter.id),
    ):
        refused("not_allowed", ask)


def refused(code: str, ask: Callable[[], object]) -> None:
    with pytest.raises(DossierError) as answer:
        ask()
    assert answer.value.code == code


# --- durability -----------------------------------------------------------------------------------


def test_a_paper_is_on_disk_and_the_row_committed_before_it_is_answered(
    on_folder: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes, then their name, then the row: what is answered survives a power cut at any moment."""
    door, order = on_folder, []
    dossier = door.services.open_dossier(door.person, "leave-1", "fr")
    sync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        sync(descriptor)
        order.append("name" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "bytes")

    def renamed(self: Path, target: Path) -> Path:
        order.append("renamed")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    event.listen(door.application.database.engine, "commit", lambda _connection: order.append("commit"))
    order.clear()
    answer = door.upload(dossier, "paper-2026")
    order.append("answered")
    assert answer.status_code == 201
    told = [one for one in order if one != "commit"]
    assert told[-4:] == ["bytes", "renamed", "name", "answered"]
    assert "commit" in order[order.index("name", order.index("renamed")) : -1], (
        "the row after the paper's name"
    )
    with door.application.database.reading() as session:
        assert session.scalar(text("pragma synchronous")) == 2, "FULL: a commit is on disk when it returns"
        assert session.scalar(text("pragma journal_mode")) == "wal"
        assert session.get(AttachmentRow, answer.get_json()["id"]) is not None


def test_postgresql_commits_to_disk(on_postgres: Door) -> None:
    with on_postgres.application.database.reading() as session:
        assert session.scalar(text("show synchronous_commit")) == "on"
        assert session.scalar(text("show fsync")) == "on"

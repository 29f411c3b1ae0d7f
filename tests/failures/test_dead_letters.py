"""Whatever kind of work is given up is listed by the worker that gives it up, and begun again by one press."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from core.errors import DossierError
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Actor, ReadingStatus, dead_letters
from forms_service.services.base import READ_UPLOAD, REHEARSE_FORM, SEND_LETTER, SORT_STACK
from forms_service.services.dead_letters import CAUSES_IN_WORDS, TASKS_IN_WORDS, DeadLetter
from forms_service.services.webhooks import DELIVER_WEBHOOK
from forms_service.storage.account_models import HolderRow, LetterRow
from forms_service.storage.api_models import WebhookDeliveryRow
from forms_service.storage.dead_letters import CAUSES, ENDED_WORKER, FAILED, note_dead_letter
from forms_service.storage.models import IntakeRow
from forms_service.storage.office_models import RehearsalRunRow
from forms_service.worker import make_worker

PASSWORD = "a long enough password"
TASKS = (READ_UPLOAD, SORT_STACK, SEND_LETTER, DELIVER_WEBHOOK, REHEARSE_FORM)


class Office:
    """An application with something of every kind under way, and the worker's way of giving up."""

    def __init__(self, folder: Path, specs: Path) -> None:
        config = Config(data_folder=folder, spec_folder=specs, webhook_private=True)
        self.application: Application = build(config, first_look=NoLook())
        self.services = services = self.application.services
        add = services.add_account
        self.person = add("123456789", PASSWORD, "Salma", {"applicant"})
        self.operator = add("operator", PASSWORD, "O", {"operator"})
        self.clerk = add("agence", PASSWORD, "A", {"clerk"})
        self.author = add("author", PASSWORD, "W", {"author"})
        with self.application.database.writing() as session:
            email = {"email": "s@example.org", "notify_by": ["email"]}
            session.add(HolderRow(account_id=self.person.id, first_name="S", language="fr", **email))
        services.add_webhook(self.person, "http://127.0.0.1:9/", ["dossier.submitted"])
        self.dossier = services.open_dossier(self.person, "leave-1", "fr")
        services.answer(self.person, self.dossier, _ANSWERS)
        services.upload(self.person, self.dossier, "card.png", _picture(1))
        services.deposit(self.person, self.dossier, True)
        self.stack = services.receive_stack(self.clerk, [("pile.png", _picture(2))])
        services.ask_rehearsal(self.author, self.application.catalogue.get("leave-1", None))
        self.given_up = make_worker(self.application)._attempts.given_up

    def jobs(self) -> dict[str, str]:
        """The key of the job of each kind that was handed over last."""
        with self.application.database.reading() as session:
            rows = session.scalars(text("select workflow_uuid from workflow_status order by rowid"))
            return dict(job.split(":", 1) for job in rows)

    def give_up(self, task: str) -> None:
        for _ in range(2):  # as workers may
            self.given_up(task, self.jobs()[task].partition("#")[0], ENDED_WORKER, 5)

    def listed(self, task: str) -> list[DeadLetter]:
        return [one for one in self.services.dead_letters(self.operator) if one.task == task]

    def stopped_twice(self) -> list[DeadLetter]:
        """Everything that is listed, with a reading and a rehearsal among it."""
        for task in (READ_UPLOAD, REHEARSE_FORM):
            if not self.listed(task):
                self.give_up(task)
        return self.services.dead_letters(self.operator)

    def states(self) -> dict[str, str]:
        """Where each of them stands, as whoever waits for it sees it."""
        with self.application.database.reading() as session:
            (letter,) = session.query(LetterRow).all()
            (delivery,) = session.query(WebhookDeliveryRow).all()
            (upload,) = (
                one
                for one in self.services.dossier(self.person, self.dossier).attachments
                if one.filename == "card.png"
            )
            return {
                READ_UPLOAD: upload.status.value,
                SORT_STACK: session.get_one(IntakeRow, self.stack).state,
                SEND_LETTER: "given up" if letter.given_up_at else "waiting",
                DELIVER_WEBHOOK: delivery.state,
                REHEARSE_FORM: session.query(RehearsalRunRow).one().state,
            }


_ANSWERS = {
    "person.registration": "123456789",
    "person.first": "Salma",
    "person.last": "Bennani",
    "reason": "sickness",
    "leave.begins": "2026-02-01",
}
GIVEN_UP = {
    READ_UPLOAD: ReadingStatus.FAILED.value,
    SORT_STACK: "failed",
    SEND_LETTER: "given up",
    DELIVER_WEBHOOK: "dead",
    REHEARSE_FORM: "failed",
}


def _picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (200 + number, 280), 250).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, spec_folder: Path) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("given-up") / "var", spec_folder)
    yield office
    office.application.close()


@pytest.mark.parametrize("task", TASKS)
def test_it_is_listed_and_begun_again_from_the_list(office: Office, task: str) -> None:
    assert office.states()[task] == "waiting"
    office.give_up(task)
    assert office.states()[task] == GIVEN_UP[task]
    (letter,) = office.listed(task)
    assert (letter.cause, letter.attempts, letter.turns) == (ENDED_WORKER, 5, 0)
    before = office.jobs()[task]
    office.services.retry_dead_letter(office.operator, letter.id)
    assert office.states()[task] == "waiting"
    assert office.jobs()[task] != before, "a job of its own, which no earlier one stands in the way of"
    assert office.listed(task) == []
    office.give_up(task)
    assert [one.turns for one in office.listed(task)] == [1]


def test_a_stack_that_a_clerk_began_to_settle_is_left_to_the_clerk(office: Office) -> None:
    if not office.listed(SORT_STACK):
        office.give_up(SORT_STACK)
    (letter,) = office.listed(SORT_STACK)
    (page,), _ = office.services.left_pages(office.clerk)
    office.services.discard_left_page(office.clerk, page.id, "nobody's")
    assert office.listed(SORT_STACK) == []
    with pytest.raises(DossierError) as refused:
        office.services.retry_dead_letter(office.operator, letter.id)
    assert refused.value.code == "not_dead"


def test_what_a_given_up_message_says_is_forgotten_when_it_is_of_no_use(office: Office, monkeypatch) -> None:
    if not office.listed(SEND_LETTER):
        office.give_up(SEND_LETTER)
    with office.application.database.reading() as session:
        (letter,) = session.query(LetterRow).all()
    assert letter.sealed is not None and office.services.forget_useless_letters() == 0
    monkeypatch.setattr(office.services, "now", lambda: letter.useless_after.replace(year=2100))
    assert office.services.forget_useless_letters() == 1
    assert office.listed(SEND_LETTER) == [], "there is nothing left to send"


def test_every_cause_and_task_has_its_words(office: Office) -> None:
    assert set(CAUSES_IN_WORDS) == set(CAUSES)
    assert set(TASKS_IN_WORDS) == set(TASKS)
    assert all(one.ar and one.fr for one in (*CAUSES_IN_WORDS.values(), *TASKS_IN_WORDS.values()))


def test_of_very_many_the_oldest_are_listed_and_what_was_settled_otherwise_goes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = office.stopped_twice()
    office.services.settle_dead_letters()
    with office.application.database.writing() as session:
        old = datetime(2020, 1, 1, tzinfo=UTC)
        for n in range(3):
            note_dead_letter(session, at=old, task=READ_UPLOAD, key=f"gone-{n}", cause=FAILED, attempts=4)
    monkeypatch.setattr(dead_letters, "MOST_LISTED", 2)
    assert office.services.dead_letters(office.operator) == []
    assert office.services.count_dead_letters() == len(waiting) + 3
    assert [office.services.settle_dead_letters() for _ in range(2)] == [2, 1]
    assert office.services.dead_letters(office.operator) == waiting[:2]
    assert office.services.count_dead_letters() == len(waiting)


def test_all_that_is_listed_is_tried_again_although_somebody_was_faster(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = office.stopped_twice()
    office.services.retry_dead_letter(office.operator, listed[0].id)
    monkeypatch.setattr(office.services, "dead_letters", lambda _actor: listed)
    assert office.services.retry_all_dead_letters(office.operator) == len(listed) - 1
    assert office.services.count_dead_letters() == 0


def test_only_operators_see_the_list(office: Office) -> None:
    actors: tuple[Actor, ...] = (office.person, office.clerk, office.author)
    for actor in actors:
        with pytest.raises(DossierError) as refused:
            office.services.dead_letters(actor)
        assert refused.value.code == "not_allowed"

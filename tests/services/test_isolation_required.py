"""Where a process cannot be locked in and that is required, nothing is opened: papers wait, and it is told."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import contextmanager
from typing import ClassVar

import pytest

from forms_service import checking, isolation, worker
from forms_service.config import Config, ReadingLimits
from forms_service.isolation import Isolation
from forms_service.isolation.required import REQUIRED, NotLockedIn, is_required
from forms_service.jobs import queues_of
from forms_service.reading_process import ReadingRequest, run_reading
from forms_service.services import ReadingStatus, reading_results
from forms_service.services.base import READ_UPLOAD, REHEARSE_FORM, SEND_LETTER, SORT_STACK
from forms_service.services.webhooks import DELIVER_WEBHOOK
from forms_service.settings import InvalidSetting
from forms_service.storage.outages import ISOLATION, outage
from tests.services.prepared_readings import PDF, read, scan

AN_OLD_KERNEL = "from forms_service.isolation import files_in_reach; files_in_reach.version = lambda: 0"
NO_LANDLOCK = Isolation(network=True, calls=True)


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED, "1")
    monkeypatch.setattr(isolation._Asked, "suffices", False)
    monkeypatch.setattr(isolation._Asked, "again_at", 0.0)


def test_the_process_that_opens_papers_ends_before_it_opens_one(tmp_path, monkeypatch, required) -> None:
    (tmp_path / "sitecustomize.py").write_text(AN_OLD_KERNEL)
    monkeypatch.syspath_prepend(str(tmp_path))
    request = ReadingRequest("copy", "paper.pdf", str(tmp_path))
    scratch = tmp_path / "scratch"
    with pytest.raises(NotLockedIn), run_reading(request, PDF, ReadingLimits(), scratch):
        pass
    assert not list(scratch.iterdir()), "nothing of the paper lies about"


def test_a_paper_waits_and_is_read_once_it_may_be(office, arrives, monkeypatch) -> None:
    locked = False
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Omrani")))
    reading = reading_results.run_reading_of_pages

    @contextmanager
    def on_this_machine(*given: object):
        if not locked:
            raise NotLockedIn
        with reading(*given) as outcome:
            yield outcome

    monkeypatch.setattr(reading_results, "run_reading_of_pages", on_this_machine)
    paper = office.services.upload(office.applicant, dossier, "scan.pdf", PDF + b" ", None, None)
    with pytest.raises(NotLockedIn) as refused:
        office.read_all()
    assert outage(refused.value) == ISOLATION, "a job waits for what passes, and loses no try by it"
    held = {one.id: one for one in office.services.dossier(office.applicant, dossier).attachments}
    assert held[paper.id].status in (ReadingStatus.WAITING, ReadingStatus.READING)
    locked = True
    office.services.read_upload(paper.id)
    held = {one.id: one for one in office.services.dossier(office.applicant, dossier).attachments}
    assert held[paper.id].status == ReadingStatus.READ


def test_readiness_and_check_say_so_until_it_holds(office, monkeypatch, required) -> None:
    found = NO_LANDLOCK
    monkeypatch.setattr(isolation, "what_holds", lambda: found)
    assert office.services.readiness()["isolation"] is False
    ((outcome, words),) = checking._isolation(office.application.config)
    assert outcome == checking.FAIL and "files" in words.fr and REQUIRED in words.ar
    found = Isolation(network=True, calls=True, files=True)
    monkeypatch.setattr(isolation._Asked, "again_at", 0.0)
    assert office.services.readiness()["isolation"] is True
    monkeypatch.delenv(REQUIRED)
    assert "isolation" not in office.services.readiness(), "a laptop is asked for nothing"


class Hand:
    """Stands for a worker: notes what it is to carry out, and when it ends."""

    seen: ClassVar[list[set[str] | str]] = []
    stop_all = threading.Event()

    def __init__(self, _database: object, tasks: Mapping[str, object], **_more: object) -> None:
        self.tasks = set(tasks)

    def start(self) -> None:
        self.seen.append(self.tasks)
        if READ_UPLOAD in self.tasks:
            self.stop_all.set()

    def stop(self, _wait_s: int) -> bool:
        self.seen.append("ended")
        return True


def test_a_worker_leaves_papers_alone_until_it_holds_and_does_the_rest(office, monkeypatch, required) -> None:
    answers = iter([NO_LANDLOCK, NO_LANDLOCK, Isolation(network=True, calls=True, files=True)])
    monkeypatch.setattr(isolation, "what_holds", lambda: next(answers))
    monkeypatch.setattr(isolation, "_TRIED_AGAIN_AFTER_S", 0.0)
    monkeypatch.setattr(worker, "_LOOKED_AGAIN_AFTER_S", 0.001)
    monkeypatch.setattr(worker, "_warn_unless_locked_in", lambda: None)
    monkeypatch.setattr(worker, "Worker", Hand)
    monkeypatch.setattr(Hand, "seen", [])
    monkeypatch.setattr(Hand, "stop_all", threading.Event())
    working = threading.Thread(
        target=worker.run, args=(office.application.config, Hand.stop_all), daemon=True
    )
    working.start()
    working.join(60)
    assert not working.is_alive()
    unopened = {SEND_LETTER, DELIVER_WEBHOOK}
    assert Hand.seen == [unopened, "ended", unopened | {READ_UPLOAD, SORT_STACK, REHEARSE_FORM}, "ended"]


def test_what_a_worker_does_not_carry_out_stays_in_its_queue() -> None:
    assert queues_of([SEND_LETTER, DELIVER_WEBHOOK], slots=3) == {"sending": 1, "webhooks": 8}
    assert queues_of([READ_UPLOAD, SORT_STACK], slots=3) == {"reading": 3, "sorting": 1}


def test_what_is_neither_yes_nor_no_is_told_and_opens_nothing_meanwhile(monkeypatch) -> None:
    monkeypatch.setenv(REQUIRED, "ja")
    assert is_required()
    with pytest.raises(InvalidSetting, match=REQUIRED):
        Config.from_environment({REQUIRED: "ja"})

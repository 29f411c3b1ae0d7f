"""Where a process cannot be locked in and that is required, nothing is opened: papers wait, and it is told."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from forms_service import checking, isolation
from forms_service.config import Config, ReadingLimits
from forms_service.isolation import Isolation
from forms_service.isolation.required import REQUIRED, NotLockedIn, is_required
from forms_service.reading_process import ReadingRequest, run_reading
from forms_service.services import ReadingStatus, reading_results
from forms_service.settings import InvalidSetting
from forms_service.storage.outages import ISOLATION, outage
from forms_service.worker import _built
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


def test_readiness_check_and_worker_say_so_until_it_holds(office, monkeypatch, required) -> None:
    found = NO_LANDLOCK
    monkeypatch.setattr(isolation, "what_holds", lambda: found)
    assert office.services.readiness()["isolation"] is False
    ((outcome, words),) = checking._isolation(office.application.config)
    assert outcome == checking.FAIL and "files" in words.fr and REQUIRED in words.ar
    with pytest.raises(NotLockedIn):
        _built(office.application.config)
    found = Isolation(network=True, calls=True, files=True)
    monkeypatch.setattr(isolation._Asked, "again_at", 0.0)
    assert office.services.readiness()["isolation"] is True
    monkeypatch.delenv(REQUIRED)
    assert "isolation" not in office.services.readiness(), "a laptop is asked for nothing"


def test_what_is_neither_yes_nor_no_is_told_and_opens_nothing_meanwhile(monkeypatch) -> None:
    monkeypatch.setenv(REQUIRED, "ja")
    assert is_required()
    with pytest.raises(InvalidSetting, match=REQUIRED):
        Config.from_environment({REQUIRED: "ja"})

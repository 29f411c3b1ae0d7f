"""``kill -9`` of a real worker in the middle of a real reading: another finishes it, and only once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paper_office import SALMA, Agency, scanned

from forms_service.services import ReadingStatus
from tests.backends import environment_of

pytestmark = pytest.mark.tesseract
ROOT = Path(__file__).resolve().parents[2]


def start_worker(agency: Agency) -> subprocess.Popen[bytes]:
    config = agency.application.config
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **environment_of(config),
    }
    return subprocess.Popen([sys.executable, "-m", "forms_service.worker"], env=environment)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"did not happen within {seconds} s"
        time.sleep(0.02)


def test_a_reading_survives_its_worker(agency: Agency) -> None:
    dossier = agency.open()
    scan = scanned(agency.paper(SALMA, agency.reference(dossier)))
    uploads = [agency.services.upload(agency.salma, dossier, f"scan-{n}.pdf", scan).id for n in range(2)]

    def statuses() -> list[ReadingStatus]:
        return [one.status for one in agency.services.dossier(agency.salma, dossier).attachments]

    scratch = agency.application.config.scratch_folder
    workers = [start_worker(agency)]
    try:
        wait_for(
            lambda: ReadingStatus.READING in statuses() and any(scratch.glob("reading-*/request.json")), 60
        )
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        assert not all(one.is_final for one in statuses())
        workers.append(start_worker(agency))
        wait_for(lambda: all(one.is_final for one in statuses()), 120)
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.terminate()
                worker.wait(timeout=40)
    assert statuses() == [ReadingStatus.READ, ReadingStatus.READ]
    assert agency.answers(dossier)["person.registration"] == SALMA["person.registration"]
    events = [
        one.details.get("attachment")
        for one in agency.services.dossier(agency.salma, dossier).events
        if one.action == "read"
    ]
    assert sorted(events) == sorted(uploads), "each was read, and noted, once"

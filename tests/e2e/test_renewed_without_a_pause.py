"""``serve`` is renewed while people ask: no request is refused or fails, and the paper being read is read once."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from forms_service.logs import about_request
from forms_service.services import Actor

ROOT = Path(__file__).resolve().parents[2]
GENEROUS_S = 150
REQUEST = "0123456789abcdef" * 2


@dataclass
class Served:
    """A ``serve`` of its own, and what it says."""

    process: subprocess.Popen[bytes]
    port: int
    said: Path
    specs: Path
    application: Application

    def wait_for(self, condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + GENEROUS_S
        while not condition():
            assert self.process.poll() is None, self.said.read_text()[-3000:]
            assert time.monotonic() < limit, self.said.read_text()[-3000:]
            time.sleep(0.05)

    def wait_for_line(self, words: str, times: int = 1) -> None:
        self.wait_for(lambda: self.said.read_text().count(words) >= times)

    def ask(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GENEROUS_S)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()


@dataclass
class Asking:
    """Somebody who asks again and again."""

    served: Served
    path: str
    answers: Counter[object] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._ask, daemon=True)
        thread.start()
        return thread

    def _ask(self) -> None:
        while not self.stop.wait(0.2):
            try:
                self.answers[self.served.ask(self.path)] += 1
            except Exception as error:
                self.answers[repr(error)] += 1


@pytest.fixture
def served(tmp_path: Path, spec_folder: Path) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    specs, said = tmp_path / "specs", tmp_path / "said"
    shutil.copytree(spec_folder, specs)
    config = Config(data_folder=tmp_path / "data", spec_folder=specs, demo=True)
    application = build(config, first_look=NoLook())
    settings = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FORMS_DATA_DIR": str(tmp_path / "data"),
        "FORMS_SPEC_DIR": str(specs),
        "FORMS_DEMO": "1",
    }
    command = [sys.executable, "-m", "forms_service", "serve", "--port", str(port), "--workers", "1"]
    with said.open("wb") as log:
        process = subprocess.Popen(command, env=settings, stdout=log, stderr=log, cwd=tmp_path)
    here = Served(process, port, said, specs, application)
    try:
        here.wait_for_line("The service is on")
        yield here
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        application.close()


def sends_a_paper(application: Application, actor: Actor) -> tuple[str, str]:
    services = application.services
    dossier = services.open_dossier(actor, "leave-1", "fr")
    services.answer(actor, dossier, {"person.last": "Elfassi"})
    paper = services.filled_pdf(actor, dossier)
    return dossier, services.upload(actor, dossier, "form.pdf", paper, as_type="form").id


def test_a_renewal_refuses_no_request_and_loses_no_job(served: Served) -> None:
    services = served.application.services
    account = next(one for one in DEMO_ACCOUNTS if "applicant" in one.roles)
    actor = services.authenticate(account.login, account.password)
    assert actor
    people = [Asking(served, "/readyz"), Asking(served, "/fr/verify")]
    threads = [one.start() for one in people]
    with about_request(REQUEST):
        dossier, paper = sends_a_paper(served.application, actor)
    served.process.send_signal(signal.SIGHUP)
    served.wait_for_line('"renewed"')
    renewed_at = [one.answers[200] for one in people]
    served.wait_for(lambda: all(one.answers[200] > at for one, at in zip(people, renewed_at, strict=True)))
    for one in people:
        one.stop.set()
    for thread in threads:
        thread.join(timeout=GENEROUS_S)
    assert [set(one.answers) for one in people] == [{200}, {200}]

    def is_read() -> bool:
        (held,) = services.dossier(actor, dossier).attachments
        return held.id == paper and held.status.value == "read"

    served.wait_for(is_read)
    events = [one.action for one in services.dossier(actor, dossier).events]
    assert events.count("read") == 1
    job = f"read_upload:{paper}"

    def told() -> list[dict[str, object]]:
        whole = served.said.read_text().rpartition("\n")[0].splitlines()
        lines = [json.loads(one) for one in whole if '"attempt"' in one]
        return [one for one in lines if one["job"] == job]

    served.wait_for(lambda: bool(told()))
    (line,) = told()
    assert (line["request"], line["process"], line["outcome"]) == (REQUEST, "worker", "done")

    broken = served.specs / "leave-1" / "v1.yaml"
    broken.write_text(broken.read_text(encoding="utf-8") + "\nnonsense: [", encoding="utf-8")
    served.process.send_signal(signal.SIGHUP)
    served.wait_for_line("renewing failed")
    assert served.ask("/readyz") == 200

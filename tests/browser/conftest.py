"""A running service with its readings, and Debian's Chromium to use it as people do."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import event
from werkzeug.serving import make_server

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.web import create_app
from tests.browser.review_desk import every_form
from tests.quick_readings import quick_readings

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # the demonstration and its pages

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000


class ReadingsInBackground:
    """Reads uploads and sends messages one after another in a thread, as a worker does, but when it rests."""

    def __init__(self) -> None:
        self.rests = False
        self._waiting: list[str] = []
        self._stop = threading.Event()

    def enqueue(self, session: Any, task: str, key: str, delay_seconds: float = 0.0) -> None:
        event.listen(session, "after_commit", lambda _session: self._waiting.append(key), once=True)

    def run(self, services: Any) -> None:
        while not self._stop.wait(0.3):
            if self._waiting and not self.rests:
                key = self._waiting.pop(0)
                services.sort_stack(key)
                services.read_upload(key)
                services.send_letter(key)

    def forget(self) -> None:
        """Nobody waits any more for what was handed over."""
        self._waiting.clear()

    def stop(self) -> None:
        self._stop.set()


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The service behind the pages, for what is prepared without a browser; it looks at uploads when it reads."""
    config = Config(data_folder=tmp_path_factory.mktemp("browser"), demo=True)
    application = build(
        config, jobs=ReadingsInBackground(), draw=lambda: 1.0, first_look=NoLook(), catalogue=every_form()
    )
    yield application
    application.close()


@pytest.fixture(scope="module")
def address(application: Application) -> Iterator[str]:
    """Where the service answers, on a free loopback port."""
    jobs: Any = application.jobs
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True),
        threading.Thread(target=jobs.run, args=(application.services,), daemon=True),
    ]
    with quick_readings():
        for thread in threads:
            thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        jobs.stop()
        for thread in threads:
            thread.join(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("needs Debian's chromium (scripts/debian-packages.sh installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=60_000)
        yield browser
        browser.close()

"""A running service with one dossier of sixty readings before its reviewers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.web import create_app
from tests.browser.prepared_dossier import actor, reviewable

PATIENCE_MS = 30_000


@dataclass
class Waiting:
    """Uploads to be read when the test says so."""

    waiting: list[str] = field(default_factory=list)

    def enqueue(self, session: Any, task: str, key: str) -> None:
        self.waiting.append(key)


@dataclass
class Desk:
    """A running service with one dossier before its reviewers."""

    application: Application
    address: str
    dossier_id: str
    doubtful: list[str]

    def answers(self) -> dict[str, object]:
        return self.application.services.dossier(
            actor(self.application, "clerk"), self.dossier_id
        ).dossier.answers()

    def reviewer(
        self, browser: Browser, language: str, scripts: bool = True, login: str = "", password: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if not scripts:
            _leave_crops_out(page)
        account = next(one for one in DEMO_ACCOUNTS if "reviewer" in one.roles)
        page.goto(f"{self.address}/{language}/sign-in")
        page.fill("#login", login or account.login)
        page.fill("#password", password or account.password)
        page.press("#password", "Enter")
        page.wait_for_url(f"**/{language}/review/")
        return page


def _leave_crops_out(page: Page) -> None:
    """Load no crop beside a value: without scripts a browser loads all sixty again after each answer.

    That is two thirds of what such a test takes, and it asks only what is answered; crops are looked at with scripts.
    """
    browser = page.context.new_cdp_session(page)
    browser.send("Network.enable")
    browser.send("Network.setBlockedURLs", {"urls": ["*/crop.png*"]})


def at_rest(page: Page) -> None:
    """What was sent has been answered: the reviewer goes on before that, a test looks afterwards."""
    expect(page.locator("html[aria-busy]")).to_have_count(0, timeout=PATIENCE_MS)


@cache
def every_form() -> SpecCatalogue:
    """The forms of every service of these tests: reading them is a second of work, and none changes them."""
    return SpecCatalogue.load()


@contextmanager
def running_desk(folder: Path) -> Iterator[Desk]:
    """Run the service until the block ends."""
    jobs = Waiting()
    config = Config(data_folder=folder / "var", demo=True)
    application = build(config, jobs=jobs, draw=lambda: 1.0, first_look=NoLook(), catalogue=every_form())
    images = folder / "images"
    images.mkdir()
    with ThreadPoolExecutor(
        1
    ) as elsewhere:  # receipts are signed in a loop of their own, the browser has one here
        dossier_id, doubtful = elsewhere.submit(reviewable, application, images, jobs).result()
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Desk(application, f"http://127.0.0.1:{server.server_port}", dossier_id, doubtful)
    finally:
        server.shutdown()
        thread.join(timeout=30)
        application.close()

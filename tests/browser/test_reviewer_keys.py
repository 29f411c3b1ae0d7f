"""A reviewer clears sixty fields with five doubts by a few keys, in both languages; two reviewers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from forms_service.web import create_app
from tests.browser.prepared_dossier import DOUBTS, FIELDS, actor, reviewable

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000
PASSWORD = "a long enough password"


@dataclass
class Waiting:
    """Uploads to be read when the test says so."""

    waiting: list[str] = field(default_factory=list)

    def enqueue(self, session: Any, task: str, key: str) -> None:
        self.waiting.append(key)


@dataclass
class Keys:
    """Counts what a person does at the keyboard."""

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)


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
        account = next(one for one in DEMO_ACCOUNTS if "reviewer" in one.roles)
        page.goto(f"{self.address}/{language}/sign-in")
        page.fill("#login", login or account.login)
        page.fill("#password", password or account.password)
        page.press("#password", "Enter")
        page.wait_for_url(f"**/{language}/review/")
        return page


def at_rest(page: Page) -> None:
    """What was sent has been answered: the reviewer goes on before that, a test looks afterwards."""
    expect(page.locator("html[aria-busy]")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    jobs = Waiting()
    config = Config(data_folder=tmp_path / "var", demo=True)
    application = build(config, jobs=jobs, draw=lambda: 1.0, first_look=NoLook())
    images = tmp_path / "images"
    images.mkdir()
    with ThreadPoolExecutor(
        1
    ) as elsewhere:  # receipts are signed in a loop of their own, the browser has one here
        dossier_id, doubtful = elsewhere.submit(reviewable, application, images, jobs).result()
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(application, f"http://127.0.0.1:{server.server_port}", dossier_id, doubtful)
    server.shutdown()
    thread.join(timeout=30)
    application.close()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_five_doubts_of_sixty_fields_take_one_key_each_and_the_correction_its_letters(
    desk: Desk, browser: Browser, language: str
) -> None:
    page = desk.reviewer(browser, language)
    assert (
        len(desk.application.services.extractions(actor(desk.application, "reviewer"), desk.dossier_id))
        == FIELDS
    )
    page.locator("table.queue tbody th a").press("Enter")
    page.locator("form[action$='/start'] button").press("Enter")
    doubts = page.locator(".reading.doubt")
    expect(doubts).to_have_count(DOUBTS)
    expect(doubts.first.locator("[name=value]")).to_be_focused()
    box = page.locator(".boxed a.here")
    expect(box).to_have_count(1)
    keys = Keys(page)
    for left in range(DOUBTS - 1, 0, -1):
        keys.press("Enter")
        expect(doubts).to_have_count(left)
        expect(doubts.first.locator("[name=value]")).to_be_focused()
    keys.press("Control+a")
    keys.type("Berrada")
    keys.press("Enter")
    expect(doubts).to_have_count(0)
    assert keys.pressed == (DOUBTS - 1) + 1 + len("Berrada") + 1
    at_rest(page)
    assert desk.answers()[desk.doubtful[-1]] == "Berrada"
    # the paper that waits has the focus; one key accepts it, another leads to the decision
    expect(page.locator("article.paper[data-open]")).to_be_focused()
    keys.press("o")
    expect(page.locator("article.paper[data-open]")).to_have_count(0)
    keys.press("v")
    expect(page.locator("#outcome-accepted")).to_be_focused()
    at_rest(page)
    (paper,) = [
        one
        for one in desk.application.services.dossier(
            actor(desk.application, "clerk"), desk.dossier_id
        ).attachments
        if not one.made_on_screen
    ]
    assert paper.decision == "accepted"
    page.context.close()


def test_keys_work_on_an_arabic_keyboard_and_can_be_switched_off(desk: Desk, browser: Browser) -> None:
    page = desk.reviewer(browser, "ar")
    page.goto(f"{desk.address}/ar/review/{desk.dossier_id}")
    first, second = (page.locator(".reading.doubt [name=value]").nth(place) for place in (0, 1))
    expect(first).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("Escape")  # out of the text box, still at the same value
    press = "new KeyboardEvent('keydown', {key: '%s', code: '%s', bubbles: true})"
    arabic = f"document.activeElement.dispatchEvent({press})"
    page.evaluate(arabic % ("ن", "KeyK"))
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate(arabic % ("م", "KeyL"))
    expect(page.locator("dialog.closer img")).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator("dialog.closer")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys .keylist")).to_be_visible()
    page.locator("#letters-off").check()
    page.locator("#keys summary").focus()
    page.keyboard.press("j")
    expect(page.locator("#keys summary")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(first).to_be_focused()
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_answer_is_put_on_the_request_for_a_reason(desk: Desk, browser: Browser, scripts: bool) -> None:
    page = desk.reviewer(browser, "fr", scripts)
    page.goto(f"{desk.address}/fr/review/{desk.dossier_id}")
    page.click("form[action$='/start'] button")
    card = page.locator(".reading.doubt").first
    if scripts:
        card.locator("[name=value]").press("Alt+r")
        expect(card.locator("select[name=again]")).to_be_focused()
    else:
        card.locator("details.again summary").click()
    card.locator("select[name=again]").select_option("unreadable")
    card.locator("select[name=again]").press("Enter") if scripts else card.locator(
        "button[value=again]"
    ).click()
    expect(page.locator(".reading.doubt")).to_have_count(DOUBTS - 1, timeout=PATIENCE_MS)
    if scripts:
        at_rest(page)
    name = desk.doubtful[0]
    expect(page.locator(f"#ask-fields-{name}".replace(".", "\\."))).to_be_checked()
    expect(page.locator(f"select[name='why-{name}']")).to_have_value("unreadable")
    page.context.close()


def test_all_doubts_are_cleared_without_scripts(desk: Desk, browser: Browser) -> None:
    page = desk.reviewer(browser, "ar", scripts=False)
    page.goto(f"{desk.address}/ar/review/{desk.dossier_id}")
    page.click("form[action$='/start'] button")
    for left in range(DOUBTS - 1, -1, -1):
        page.locator(".reading.doubt [name=value]").first.press("Enter")
        expect(page.locator(".reading.doubt")).to_have_count(left, timeout=PATIENCE_MS)
    page.context.close()


def test_the_second_reviewer_sees_what_the_first_one_changed(desk: Desk, browser: Browser) -> None:
    services, first = desk.application.services, actor(desk.application, "reviewer")
    services.add_account("controle2", PASSWORD, "Nadia", {"reviewer"})
    services.start_review(first, desk.dossier_id)
    page = desk.reviewer(browser, "fr", login="controle2", password=PASSWORD)
    page.goto(f"{desk.address}/fr/review/{desk.dossier_id}")
    value = page.locator(".reading.doubt [name=value]").first
    expect(value).to_be_focused()
    reading = services.extractions(first, desk.dossier_id)
    reading = next(one for one in reading if one.field_id == desk.doubtful[0])
    services.correct_value(first, reading.id, "Premier")
    value.fill("Second")
    value.press("Enter")
    changes = page.locator("#changes")
    expect(changes).to_contain_text("Premier", timeout=PATIENCE_MS)
    expect(changes).to_contain_text("Contrôle de démonstration")
    expect(page.locator(".summary")).to_be_visible()
    assert desk.answers()[desk.doubtful[0]] == "Premier"
    page.context.close()

"""A reviewer clears sixty fields with five doubts by a few keys, in both languages; two reviewers at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.prepared_dossier import DOUBTS, FIELDS, actor
from tests.browser.review_desk import PATIENCE_MS, Desk, at_rest, running_desk

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
LETTERS_APART_MS = 900  # letters that come sooner are those of a word


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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_five_doubts_of_sixty_fields_take_one_key_each_and_the_correction_its_letters(
    desk: Desk, browser: Browser, language: str
) -> None:
    page = desk.reviewer(browser, language)
    assert (
        len(desk.application.services.extractions(actor(desk.application, "reviewer"), desk.dossier_id))
        == FIELDS
    )
    page.keyboard.press("j")  # from the top of the list past everything that narrows it
    expect(page.locator("table.queue tbody th a").first).to_be_focused()
    page.keyboard.press("Enter")
    start = page.locator("#start")
    expect(start).to_be_focused()  # the first thing on the page, and in view with its heading
    expect(page.locator("h1")).to_be_in_viewport()
    page.keyboard.press("Enter")
    doubts = page.locator(".reading.doubt")
    expect(doubts).to_have_count(DOUBTS)
    expect(doubts.first).to_be_focused()
    read = doubts.first.locator("[name=value]").input_value()
    page.keyboard.press("d")  # a key of the list is no letter of the value: it leads to the paper
    expect(page.locator("article.paper[data-open]")).to_be_focused()
    for _ in range(DOUBTS):
        page.keyboard.press("k")
    expect(doubts.first).to_be_focused()
    expect(doubts.first.locator("[name=value]")).to_have_value(read)
    box = page.locator(".boxed a.here")
    expect(box).to_have_count(1)
    keys, held = Keys(page), []
    for left in range(DOUBTS - 1, 0, -1):
        keys.press("Enter")
        expect(doubts).to_have_count(left)
        expect(doubts.first).to_be_focused()
    keys.press("e")
    expect(doubts.first.locator("[name=value]")).to_be_focused()
    keys.type("Berrada")  # takes the place of what was read
    keys.press("Enter")
    expect(doubts).to_have_count(0)
    assert keys.pressed == (DOUBTS - 1) + 1 + len("Berrada") + 1
    at_rest(page)
    assert desk.answers()[desk.doubtful[-1]] == "Berrada"
    # the paper that waits has the focus; one key accepts it, another leads to the decision
    waits = page.locator("article.paper[data-open]")
    expect(waits).to_be_focused()
    expect(waits.locator("h3")).to_be_in_viewport()
    paper_id = waits.get_attribute("id")
    unruled = page.locator(f"#decision [data-about={paper_id}]")
    expect(unruled).to_be_visible()
    page.route("**/documents/*", lambda route: held.append(route))  # the answer takes its time
    with page.expect_request("**/documents/*"):
        keys.press("o")
    expect(page.locator(f"#{paper_id} .tag.good.ruled-now")).to_be_visible()
    expect(unruled).to_be_hidden()
    held[0].continue_()
    page.unroute("**/documents/*")
    expect(page.locator("article.paper[data-open]")).to_have_count(0)
    expect(unruled).to_have_count(0)
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


def test_a_name_typed_out_of_habit_judges_no_paper(desk: Desk, browser: Browser) -> None:
    page = desk.reviewer(browser, "fr")
    page.goto(f"{desk.address}/fr/review/{desk.dossier_id}")
    page.keyboard.press("s")
    doubts, sent = page.locator(".reading.doubt"), []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    expect(page.locator("#start")).to_have_count(0)
    expect(doubts.first).to_be_focused()
    page.keyboard.type("Haddou")
    expect(doubts.first.locator("[name=value]")).to_have_value("Haddou")
    page.keyboard.press("Enter")
    expect(doubts).to_have_count(DOUBTS - 1)
    for _ in range(DOUBTS - 2):
        page.keyboard.press("Alt+ArrowDown")
    expect(doubts.last).to_be_focused()
    page.wait_for_timeout(LETTERS_APART_MS)
    page.keyboard.type("Hannoun")
    expect(doubts.last.locator("[name=value]")).to_have_value("Hannoun")
    page.keyboard.press("Enter")
    expect(doubts).to_have_count(DOUBTS - 2)
    waits = page.locator("article.paper[data-open]")
    expect(doubts.first).to_be_focused()
    page.wait_for_timeout(LETTERS_APART_MS)
    page.keyboard.type("Donno")  # its first letter leads to the paper: the others judge nothing there
    expect(waits).to_be_focused()
    at_rest(page)
    expect(waits).to_have_count(1)
    assert [one for one in sent if "/documents/" in one] == []
    assert [desk.answers()[name] for name in (desk.doubtful[0], desk.doubtful[-1])] == ["Haddou", "Hannoun"]
    page.context.close()


def test_keys_work_on_an_arabic_keyboard_and_can_be_switched_off(desk: Desk, browser: Browser) -> None:
    page = desk.reviewer(browser, "ar")
    page.goto(f"{desk.address}/ar/review/{desk.dossier_id}")
    first, second = (page.locator(".reading.doubt").nth(place) for place in (0, 1))
    value = first.locator("[name=value]")
    expect(page.locator("#start")).to_be_focused()
    page.keyboard.press("d")
    page.keyboard.press("v")  # nothing to decide before the start: it leads there
    expect(page.locator("#start")).to_be_focused()
    page.keyboard.press("s")
    expect(first).to_be_focused()
    read = value.input_value()
    page.keyboard.press("F2")
    expect(value).to_be_focused()
    assert page.evaluate("getSelection().toString()") == read
    page.keyboard.press("?")
    expect(page.locator("#keys .keylist")).to_be_visible()
    page.keyboard.press("?")
    expect(value).to_be_focused()
    expect(value).to_have_value(read)
    page.keyboard.press("Alt+p")
    expect(page.locator("dialog.closer .boxed a.here")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.closer")).to_have_count(0)
    expect(value).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Escape")  # out of the text box, still at the same value
    expect(second).to_be_focused()
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
    expect(value).to_be_focused()  # without letters for keys nothing is mistaken for one
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
    expect(page.locator(".reading.doubt").first).to_be_focused()
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

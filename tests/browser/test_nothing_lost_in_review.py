"""What a reviewer writes is kept or comes back: slow lines, no line, a session that ended, a colleague, a held key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from forms_service.demo_accounts import DEMO_ACCOUNTS
from tests.browser.prepared_dossier import actor
from tests.browser.review_desk import PATIENCE_MS, Desk, at_rest, running_desk

pytestmark = pytest.mark.browser

COLLEAGUE = ("controle2", "a long enough password")
NOTE = "Pièces à revoir, attendez le complément."
_WOULD_LEAVE = "() => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running_desk(tmp_path_factory.mktemp("review")) as running:
        services = running.application.services
        services.start_review(actor(running.application, "reviewer"), running.dossier_id)
        services.add_account(*COLLEAGUE, "Nadia", {"reviewer"})
        yield running


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = desk.reviewer(browser, "fr")
    page.goto(f"{desk.address}/fr/review/{desk.dossier_id}")
    expect(doubts(page).first).to_be_focused()
    yield page
    page.context.close()


def doubts(page: Page) -> Locator:
    return page.locator(".reading.doubt")


def open_fields(desk: Desk) -> list[str]:
    """The doubtful fields nobody has settled yet, in the order of the page."""
    every = desk.application.services.extractions(actor(desk.application, "reviewer"), desk.dossier_id)
    return [one.field_id for one in every if one.is_doubtful]


def other_name(page: Page) -> str:
    """A name that the box in hand does not hold, in its script."""
    held = page.evaluate("document.activeElement.value")
    return "برادة" if any("\u0600" <= letter <= "\u06ff" for letter in held) else "Berrada"


def retype(page: Page) -> str:
    page.keyboard.press("F2")
    name = other_name(page)
    page.keyboard.press("Control+a")
    page.keyboard.type(name)
    return name


def test_a_held_key_settles_the_one_value_that_was_looked_at(desk: Desk, page: Page) -> None:
    before = open_fields(desk)
    for _ in range(6):  # every time but the first, the browser says that the key repeats
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(doubts(page)).to_have_count(len(before) - 1)
    at_rest(page)
    assert open_fields(desk) == before[1:]


def test_without_a_line_a_value_comes_back_and_goes_out_when_there_is_one(desk: Desk, page: Page) -> None:
    page.fill("#note", NOTE)
    doubts(page).first.locator("[name=value]").focus()
    (field, *rest) = open_fields(desk)
    page.context.set_offline(True)
    name = retype(page)
    page.keyboard.press("Enter")
    card = page.locator(".reading.came")
    expect(card.locator(".came-back")).to_contain_text("toujours là")
    assert card.locator("a").first.evaluate("(one) => getComputedStyle(one, '::before').content") == "none"
    expect(card.locator("[name=value]")).to_have_value(name)
    expect(page.locator("#note")).to_have_value(NOTE)
    assert page.evaluate(_WOULD_LEAVE) is False, "leaving asks first"
    assert open_fields(desk) == [field, *rest]
    page.context.set_offline(False)
    expect(card).to_have_count(0, timeout=PATIENCE_MS)
    at_rest(page)
    assert desk.answers()[field] == name
    expect(page.locator("#note")).to_have_value(NOTE)
    assert page.evaluate(_WOULD_LEAVE) is True


def test_a_session_that_ended_costs_a_password_and_nothing_else(desk: Desk, page: Page) -> None:
    page.fill("#message", NOTE)
    doubts(page).first.locator("[name=value]").focus()
    field = open_fields(desk)[0]
    elsewhere = page.context.new_page()  # a cookie taken away would come back with a picture still on its way
    elsewhere.goto(f"{desk.address}/fr/account/")
    elsewhere.get_by_role("button", name="Se déconnecter").click()
    elsewhere.wait_for_url("**/fr/")
    elsewhere.close()
    page.bring_to_front()
    name = retype(page)
    page.keyboard.press("Enter")
    card = page.locator(".reading.came")
    expect(card.locator("[name=value]")).to_have_value(name)
    with page.context.expect_page() as opened:
        card.locator(".came-back a").click()
    account = next(one for one in DEMO_ACCOUNTS if "reviewer" in one.roles)
    opened.value.fill("#login", account.login)
    opened.value.fill("#password", account.password)
    opened.value.press("#password", "Enter")
    opened.value.wait_for_url("**/fr/review/")
    card.locator(".came-back button").click()
    expect(card).to_have_count(0, timeout=PATIENCE_MS)
    at_rest(page)
    assert desk.answers()[field] == name
    expect(page.locator("#message")).to_have_value(NOTE)


def test_a_value_a_colleague_settled_comes_back_alone_and_can_then_be_mended(desk: Desk, page: Page) -> None:
    services = desk.application.services
    nadia = services.authenticate(*COLLEAGUE)
    field = open_fields(desk)[0]
    reading = next(one for one in services.extractions(nadia, desk.dossier_id) if one.field_id == field)
    page.fill("#message", NOTE)
    page.fill("#note", NOTE)
    box = doubts(page).first.locator("[name=value]")
    box.focus()
    name = retype(page)
    services.correct_value(nadia, reading.id, "عمران" if name == "برادة" else "Omrani")
    page.keyboard.press("Enter")
    card = page.locator(".reading.came")
    expect(card.locator("[name=value]")).to_have_value(name)
    expect(page.locator("#changes")).to_contain_text("Nadia")
    assert desk.answers()[field] != name
    for written in ("#message", "#note"):
        expect(page.locator(written)).to_have_value(NOTE)
    page.click("#decision button:not([name])")
    expect(page.locator("#decision .came-back")).to_be_visible()  # nothing is decided over it
    card.locator("[name=value]").press("Enter")
    expect(card).to_have_count(0, timeout=PATIENCE_MS)
    at_rest(page)
    assert desk.answers()[field] == name


def test_a_request_waits_for_every_value_that_is_still_on_its_way(desk: Desk, page: Page) -> None:
    fields, held, waits = open_fields(desk), list[Route](), True

    def slow(route: Route) -> None:
        held.append(route) if waits else route.continue_()

    page.route("**/values/*", slow)
    typed = {}
    for open_ones in range(len(fields), 0, -1):
        expect(doubts(page)).to_have_count(open_ones)
        typed[fields[-open_ones]] = retype(page)
        page.keyboard.press("Enter")
    expect(doubts(page)).to_have_count(0)
    page.locator("#sure-part summary").first.click()
    for _ in range(3):  # values the machine was sure of are corrected as well
        child = page.locator("#sure-part input[name=value][value=Adam]").first
        child.fill("Salma")
        child.press("Enter")
    left = page.locator("#sure-part input[name=value][value=Adam]").first.get_attribute("id")
    forgotten = page.locator(f"#{left}")
    forgotten.fill("Salma")
    page.fill("#message", NOTE)
    page.click("#ask button:not([name])")
    assert page.evaluate(_WOULD_LEAVE) is False, "leaving asks first"
    state = desk.application.services.dossier(actor(desk.application, "reviewer"), desk.dossier_id).state
    assert state == "under_review"
    waits = False
    for route in held:
        route.continue_()
    expect(page.locator("#ask .came-back")).to_be_visible(
        timeout=PATIENCE_MS
    )  # one was written and never sent
    expect(forgotten).to_be_focused()
    forgotten.press("Enter")
    at_rest(page)
    page.click("#ask button:not([name])")
    page.wait_for_url("**/fr/review/", timeout=PATIENCE_MS)
    assert {name: desk.answers()[name] for name in fields} == typed
    view = desk.application.services.dossier(actor(desk.application, "reviewer"), desk.dossier_id)
    assert view.state == "correction_requested"
    names = [value for row in view.dossier.groups["children"] for value in row.values()]
    assert names.count("Salma") == 4

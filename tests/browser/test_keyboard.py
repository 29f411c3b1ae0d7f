"""Pages by keyboard alone, for people who do not see well, for paper, and on very small and very large screens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_service.demo_accounts import DEMO_ACCOUNTS

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
FOCUS = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const after = getComputedStyle(one, "::after");
  const shown = [style, after].some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2);
  const on = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return {
    what: `${one.tagName} ${one.id || one.name || one.textContent.trim().slice(0, 30)}`,
    is_page: one === document.body,
    shown: shown || (one.matches(".file") && getComputedStyle(one.nextElementSibling).outlineStyle !== "none"),
    in_sight: box.bottom > 0 && box.top < innerHeight,
    covered: Boolean(on) && !one.contains(on) && !on.contains(one) && Boolean(on.closest(".onward")),
  };
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def sign_in(page: Page, address: str, language: str) -> None:
    account = next(one for one in DEMO_ACCOUNTS if "applicant" in one.roles)
    page.goto(f"{address}/{language}/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/{language}/dossiers/")


def new_dossier(page: Page, address: str, language: str) -> str:
    page.goto(f"{address}/{language}/forms/311-1-14")
    page.locator("form[action$='/dossiers/'] button[type=submit]").press("Enter")
    page.wait_for_url(re.compile(rf"/{language}/dossiers/[^/]+$"))
    return page.url


def walk(page: Page) -> list[str]:
    """Press Tab until the page has been gone through once; each stop must be seen."""
    page.evaluate("document.activeElement.blur()")
    stops: list[str] = []
    most = page.evaluate(
        "document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]').length"
    )
    for _ in range(most + 3):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        if now["is_page"] or stops[:1] == [now["what"]]:  # a window without bars begins anew at once
            return stops
        assert now["shown"], f"{now['what']} has the focus and does not show it"
        assert now["in_sight"], f"{now['what']} has the focus out of sight"
        assert not now["covered"], f"{now['what']} has the focus under the bar"
        if stops and now["what"] == stops[-1] == (stops[-2] if len(stops) > 1 else ""):
            raise AssertionError(f"the focus is caught in {now['what']}")
        stops.append(now["what"])
    raise AssertionError(f"Tab never leaves the page: {stops[-5:]}")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_tab_goes_through_pages_in_sight_and_out_again(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/{language}/")
    assert len(walk(page)) > 8
    sign_in(page, address, language)
    base = new_dossier(page, address, language)
    for path in ("", "/section/quality", "/documents", "/check"):
        page.goto(base + path)
        assert len(walk(page)) > 8


def test_the_first_stop_leads_past_the_head(page: Page, address: str) -> None:
    page.goto(f"{address}/ar/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_questions_are_answered_and_deposited_without_a_mouse(page: Page, address: str) -> None:
    sign_in(page, address, "ar")
    base = new_dossier(page, address, "ar")
    page.goto(f"{base}/section/quality")
    page.locator("[name='q.quality']").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    chosen = page.locator("[name='q.quality']:checked").get_attribute("value")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/section/quality" not in url)
    page.goto(f"{base}/section/quality")
    expect(page.locator(f"[name='q.quality'][value={chosen}]")).to_be_checked()
    page.goto(f"{base}/check")
    page.locator("#declaration").press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/deposited")


def test_nothing_moves_for_those_whom_motion_makes_ill(browser: Browser, address: str) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
        const style = getComputedStyle(one);
        return parseFloat(style.transitionDuration) > 0 || parseFloat(style.animationDuration) > 0;
    }).length + (getComputedStyle(document.documentElement).scrollBehavior === "smooth" ? 1 : 0)"""
    for preference, some in (("reduce", False), ("no-preference", True)):
        page = browser.new_page(reduced_motion=preference)
        page.goto(f"{address}/fr/")
        assert bool(page.evaluate(moving)) is some
        page.close()


@pytest.mark.parametrize("width", [320, 768, 1280, 2560, 3840])
def test_lines_stay_readable_from_the_smallest_to_the_largest_screen(
    browser: Browser, address: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}/fr/forms/311-1-14")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    measured = page.evaluate(
        """() => {
            const size = parseFloat(getComputedStyle(document.body).fontSize);
            const lines = [...document.querySelectorAll("main :is(p, li)")].map(
                (one) => one.getBoundingClientRect().width / (size * 0.5));
            const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
            return {size, longest: Math.max(...lines), wider};
        }"""
    )
    page.close()
    assert measured["wider"] <= 0
    assert measured["longest"] <= 95, "letters in the longest line"
    assert measured["size"] >= (16 if width < 2560 else 20)


def test_paper_shows_what_is_folded_away_and_no_buttons(page: Page, address: str) -> None:
    sign_in(page, address, "ar")
    base = new_dossier(page, address, "ar")
    page.goto(f"{base}/missing")
    page.emulate_media(media="print")
    for gone in (".top-tools", ".nav", ".foot", ".actions", ".back"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    rules = page.locator("main details .code")
    assert rules.count() > 0
    expect(rules.first).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(rules.first).to_be_hidden()
    background = "getComputedStyle(document.querySelector('.top')).backgroundColor"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(background) == "rgba(0, 0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"

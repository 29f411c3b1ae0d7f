"""An operator opens an account, narrows the record and takes the figures away; an author looks at a form."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from forms_service.demo_accounts import DEMO_ACCOUNTS

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000


@pytest.fixture(params=["ar", "fr"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 780}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    account = next(one for one in DEMO_ACCOUNTS if "operator" in one.roles)
    page.goto(f"{address}/{request.param}/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.press("#password", "Enter")
    page.wait_for_url(f"**/{request.param}/operator/")
    yield page
    context.close()
    assert complaints == []


def is_complaint(said: ConsoleMessage) -> bool:
    """An error of ours: the preview, which stands alone, names no icon, and browsers ask for one."""
    return said.type == "error" and "favicon" not in said.location.get("url", "")


def fits(page: Page) -> None:
    page.wait_for_load_state("domcontentloaded")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url}: {wider} px too wide"


def test_an_operator_opens_and_closes_an_account_and_finds_it_on_record(page: Page, address: str) -> None:
    language = page.url.split("/")[3]
    login = f"salma-{language}"
    page.goto(f"{address}/{language}/operator/users")
    fits(page)
    page.fill("#login", login)
    page.fill("#name", "سلمى الإدريسي")
    page.check("#role-clerk")
    page.fill("#agency", "Rabat Agdal")
    page.locator("section form button[type=submit]").last.click()
    password = page.locator(".notice.done .code").inner_text()
    assert len(password) >= 16
    page.get_by_role("link", name="سلمى الإدريسي").last.click()
    fits(page)
    page.check("#role-reviewer")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".notice.done")).to_be_visible()
    page.locator("button[value=close]").click()
    expect(page.locator("main .card")).to_contain_text(login)  # asked once more, of whom it is
    fits(page)
    page.locator("main .card button").click()
    expect(page.locator("button[value=reopen]")).to_be_visible()
    page.goto(f"{address}/{language}/operator/record?action=account_closed")
    fits(page)
    expect(page.locator("tbody tr").first).to_contain_text("Pilotage de démonstration")
    expect(page.locator("tbody tr")).not_to_have_count(0)


def test_figures_are_drawn_and_taken_away(page: Page, address: str) -> None:
    language = page.url.split("/")[3]
    fits(page)
    expect(page.locator(".plot svg[role=img]")).to_have_count(1)  # nothing was deposited
    expect(page.locator("[aria-labelledby=waiting-title] meter")).to_have_count(7)
    names = page.locator(".plot svg").evaluate_all(
        "every => every.map(one => one.getAttribute('aria-label'))"
    )
    assert all(names)
    workbook = page.context.request.get(f"{address}/{language}/operator/figures.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(workbook.body()))
    assert len(book.worksheets) == 5
    assert book.worksheets[1].max_row == 31  # a head and thirty days
    assert bool(book.worksheets[0].sheet_view.rightToLeft) == (language == "ar")
    record = page.context.request.get(f"{address}/{language}/operator/record.csv").body().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(record), delimiter=";"))
    assert len(rows) > 1 and len(set(map(len, rows))) == 1


def test_an_author_sees_a_form_its_remarks_and_its_preview(page: Page, address: str) -> None:
    language = page.url.split("/")[3]
    page.goto(f"{address}/{language}/author/")
    fits(page)
    page.locator("tbody th a").first.click()
    fits(page)
    picture = page.locator(".pictures img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("one => one.naturalWidth") > 500
    page.locator(".actions a.button").click()
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgba(0, 0, 0, 0)", (
        "its style applies"
    )

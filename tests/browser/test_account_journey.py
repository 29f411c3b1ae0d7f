"""Opening an account on a telephone where no script runs, and what axe-core says of its pages.

With scripts the same way is gone in test_applicant_journey.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from looking_at_every_page import AXE, RULES, violations
from playwright.sync_api import Browser, Page, expect

from forms_service.bootstrap import Application
from tests.browser.reaching_people import code_in

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
TELEPHONE = {"width": 390, "height": 844}
PASSWORD = "أربع كلمات سهلة هنا"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport=TELEPHONE,  # type: ignore[arg-type]
        java_script_enabled=False,
        reduced_motion="reduce",
        is_mobile=True,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    context.close()


def fits(page: Page) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url}: {wider} px too wide"


def test_an_account_is_opened_and_used_without_any_script(
    page: Page, address: str, application: Application
) -> None:
    number, phone = "81000001", "0655000001"
    page.goto(f"{address}/ar/forms/311-1-14")
    page.locator("main a.button[href*='sign-in']").first.click()
    page.click("a[href*='/account/open']")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    fits(page)
    page.fill("[name='q.registration']", number)
    page.fill("[name='q.identity_number']", "AB123456")
    for part, text in (("day", "٥"), ("month", "٣"), ("year", "١٩٨٨")):
        page.fill(f"#q-birth-{part}", text)
    page.fill("[name='q.last_name']", "الفاسي")
    page.click("main form button")
    expect(page.locator(".summary a")).to_have_count(2)
    expect(page.locator("[name='q.registration']")).to_have_value(number)
    page.fill("[name='q.first_name']", "نعيمة")
    page.fill("[name='q.phone']", phone)
    page.click("main form button")
    page.wait_for_url("**/ar/account/code")
    fits(page)
    page.fill("#code", "000000")
    page.click("main form.card button")
    expect(page.locator("#code-error")).to_be_visible()
    page.fill("#code", code_in(application.config.mailbox_folder, phone))
    page.click("main form.card button")
    page.wait_for_url("**/ar/account/password")
    fits(page)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.locator("main form.card button").dblclick()
    page.wait_for_url("**/ar/forms/311-1-14")
    page.locator("main form[action$='/dossiers/'] button").first.click()
    page.wait_for_url(re.compile(r"/ar/dossiers/[^/]+$"))
    expect(page.locator("ul.tasks").first.locator("li").first).to_be_visible()
    fits(page)

    page.goto(f"{address}/ar/account/")
    expect(page.locator("main")).to_contain_text(phone)
    page.click("header form button")
    page.goto(f"{address}/ar/sign-in")
    page.fill("#login", number)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/ar/dossiers/")
    expect(page.locator("article.card")).to_have_count(1)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing_on_the_pages_that_only_a_code_opens(
    browser: Browser, address: str, application: Application, language: str
) -> None:
    number, phone = ("81000003", "0655000003") if language == "ar" else ("81000004", "0655000004")
    context = browser.new_context(viewport=TELEPHONE, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    found: list[str] = []

    def look(name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.evaluate(AXE)
        found.extend(f"{name}: {one}" for one in violations(page, RULES))
        fits(page)

    page.goto(f"{address}/{language}/account/open")
    answers = {"registration": number, "identity_number": "AB123456", "first_name": "Naima", "phone": phone}
    for name, text in {**answers, "last_name": "Fassi"}.items():
        page.fill(f"[name='q.{name}']", text)
    page.click("main form button")
    look("opening, with a day missing")
    for part, text in (("day", "5"), ("month", "3"), ("year", "1988")):
        page.fill(f"#q-birth-{part}", text)
    page.click("main form button")
    page.wait_for_url("**/account/code")
    look("code")
    page.fill("#code", "12")
    page.click("main form.card button")
    look("wrong code")
    page.fill("#code", code_in(application.config.mailbox_folder, phone))
    page.click("main form.card button")
    page.wait_for_url("**/account/password")
    look("password")
    page.fill("#password", "court")
    page.fill("#again", "court")
    page.click("main form.card button")
    look("short password")
    context.close()
    assert not found, "\n".join(found)

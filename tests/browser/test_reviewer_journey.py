"""A form filled in as a PDF comes back, and a reviewer clears its doubts by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from core.dossier import dossier_from_answers
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.render.form_pdf import render_filled
from forms_service.spec_catalogue import SpecCatalogue

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000
ALLOWANCE = "311-1-14"
TYPED = {
    "quality": "assured",
    "assured.last": "El Amrani",
    "assured.last.ar": "العمراني",
    "assured.first": "Fatima Zahra",
    "assured.birth": "12/03/1988",
}


def page_of(browser: Browser, address: str, role: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
    page.goto(f"{address}/ar/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def typed_pdf(reference: str) -> bytes:
    spec = SpecCatalogue.load().get(ALLOWANCE)
    return render_filled(spec, dossier_from_answers(spec, TYPED).dossier.answers(), reference=reference)


def deposit_with_pdf(page: Page, address: str, **otherwise: str) -> str:
    """On screen one last name (and what else is said), in the PDF another; gives the reference."""
    page.goto(f"{address}/ar/forms/{ALLOWANCE}")
    page.click("aside button")
    page.wait_for_url(re.compile(r"/ar/dossiers/[^/]+$"))
    base = page.url
    reference = page.locator(".meta .code").inner_text()
    page.goto(f"{base}/section/assured")
    for field_id, text in {"assured.last": "El Omrani", **otherwise}.items():
        page.fill(f"[name='q.{field_id}']", text)
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{base}/documents")
    file = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": typed_pdf(reference)}
    page.set_input_files("#the-form-files", file)
    page.click("#the-form details summary")
    page.click("#the-form .drop + button")
    expect(page.locator("#the-form .tag.read")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{base}/check")
    expect(page.locator("dl.answers", has_text="Zahra").first).to_be_visible(timeout=PATIENCE_MS)
    page.check("#declaration")
    page.click("form[action$='/deposit'] button")
    page.wait_for_url(f"{base}/deposited")
    return reference


def test_a_reviewer_clears_a_dossier_with_the_keyboard(browser: Browser, address: str) -> None:
    applicant = page_of(browser, address, "applicant")
    reference = deposit_with_pdf(applicant, address)
    place = applicant.url

    page = page_of(browser, address, "reviewer")
    page.get_by_role("link", name=reference).press("Enter")
    page.locator("form[action$='/start'] button").press("Enter")
    value = page.locator(".doubt input[name=value]")
    expect(value).to_have_count(1, timeout=PATIENCE_MS)
    expect(value).to_be_focused(timeout=PATIENCE_MS)
    expect(value).to_have_value("El Amrani")
    page.keyboard.press("Enter")
    expect(page.locator(".doubt")).to_have_count(0, timeout=PATIENCE_MS)

    page.locator("#outcome-accepted").press("Space")
    page.locator("form[action$='/decision'] button").press("Enter")
    expect(page.locator(".summary a[href='#despite']")).to_be_visible()  # the dossier is not complete
    page.locator("#despite").press("Space")
    page.locator("#note").fill("الوثائق مودعة لدى الوكالة")
    page.locator("form[action$='/decision'] button").press("Enter")
    expect(page.locator(".notice.done")).to_be_visible()

    applicant.goto(place.replace("/deposited", "/status"))
    expect(applicant.locator(".tag.state-accepted")).to_be_visible()
    page.context.close()
    applicant.context.close()


def test_after_each_decision_the_next_doubt_has_the_focus(browser: Browser, address: str) -> None:
    applicant = page_of(browser, address, "applicant")
    reference = deposit_with_pdf(
        applicant, address, **{"assured.last.ar": "العمري", "assured.first": "Zahra"}
    )
    applicant.context.close()
    page = page_of(browser, address, "reviewer")
    page.get_by_role("link", name=reference).press("Enter")
    page.locator("form[action$='/start'] button").press("Enter")
    expect(page.locator(".doubt")).to_have_count(3, timeout=PATIENCE_MS)
    ids = [one.get_attribute("id") for one in page.locator(".doubt input[name=value]").all()]
    page.locator(f"#{ids[1]}").press("Enter")
    expect(page.locator(".doubt")).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator(f"#{ids[2]}")).to_be_focused(timeout=PATIENCE_MS)
    page.keyboard.press("Enter")
    expect(page.locator(".doubt")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(f"#{ids[0]}")).to_be_focused(timeout=PATIENCE_MS)
    page.context.close()


def test_the_reviewer_sees_every_paper(browser: Browser, address: str) -> None:
    """Pictures further down load on scrolling, and none is an empty box."""
    applicant = page_of(browser, address, "applicant")
    reference = deposit_with_pdf(applicant, address)
    applicant.context.close()
    page = page_of(browser, address, "reviewer")
    page.get_by_role("link", name=reference).press("Enter")
    papers = page.locator("article.paper")
    expect(papers).to_have_count(2)  # the PDF that was handed in, and the form made at the deposit
    for paper in papers.all():
        paper.scroll_into_view_if_needed()
        picture = paper.locator("img").first
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") > 900
        assert picture.evaluate("one => one.clientWidth") > 400
    page.context.close()

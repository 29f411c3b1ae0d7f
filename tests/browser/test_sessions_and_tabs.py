"""What goes wrong around a page: the session ends, two tabs, the back button, a double click."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from forms_service.bootstrap import Application
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.services import Actor

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
ANSWERS = {"quality": "assured", "assured.first": "Fatima", "assured.last": "El Amrani"}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    context.close()


def deposit(application: Application, dossier: str) -> None:
    """Deposit as the applicant; signing runs an event loop, and the browser holds that of this thread."""
    applicant = person(application, "applicant")
    with ThreadPoolExecutor(1) as thread:
        thread.submit(application.services.deposit, applicant, dossier, True).result()


def person(application: Application, role: str) -> Actor:
    account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
    actor = application.services.authenticate(account.login, account.password)
    assert actor
    return actor


@pytest.fixture
def draft(application: Application) -> str:
    applicant = person(application, "applicant")
    dossier = application.services.open_dossier(applicant, "311-1-14", "ar")
    application.services.answer(applicant, dossier, ANSWERS)
    return dossier


@pytest.fixture
def returned(application: Application, draft: str) -> str:
    """A dossier that a reviewer gave back for the address."""
    services, reviewer = application.services, person(application, "reviewer")
    deposit(application, draft)
    services.start_review(reviewer, draft)
    services.request_correction(reviewer, draft, ["assured.address"], [], "اكتبوا عنوانكم كاملا.")
    return draft


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 1270), "#eeeae0").save(out, "JPEG")
    return out.getvalue()


def type_in_credentials(page: Page) -> None:
    page.fill("#login", DEMO_ACCOUNTS[0].login)
    page.fill("#password", DEMO_ACCOUNTS[0].password)
    page.locator("main form button").first.click()


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/ar/sign-in")
    type_in_credentials(page)
    page.wait_for_url("**/ar/dossiers/")


def save(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


def stored(application: Application, dossier: str, field: str) -> object:
    view = application.services.dossier(person(application, "applicant"), dossier)
    return view.dossier.answers().get(field)


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_a_session_that_ends_in_the_middle_costs_a_password_and_no_text(
    page: Page, address: str, application: Application, state: str, request: pytest.FixtureRequest
) -> None:
    dossier = request.getfixturevalue(state)
    first = {"draft": "فاطمة الزهراء", "returned": "فطومة"}[state]
    sign_in(page, address)
    page.goto(f"{address}/ar/dossiers/{dossier}/section/assured")
    for fold in page.locator("main form details:not([open]) > summary").all():  # what is not asked again
        fold.click()
    page.fill("[name='q.assured.address']", "7, rue Oqba, appartement 3")
    page.fill("[name='q.assured.first.ar']", first)
    page.context.clear_cookies(name="session")
    save(page)
    expect(page.locator(".notice.warn")).to_be_visible()
    assert "Oqba" not in page.content(), "what was typed travels sealed"
    type_in_credentials(page)
    page.wait_for_url(f"**/dossiers/{dossier}/section/assured")
    expect(page.locator("[name='q.assured.address']")).to_have_value("7, rue Oqba, appartement 3")
    expect(page.locator("[name='q.assured.first.ar']")).to_have_value(first)
    expect(page.locator("[name='q.assured.first.ar']")).to_be_visible()
    assert stored(application, dossier, "assured.address") is None
    save(page)
    page.wait_for_url(lambda url: "/section/assured" not in url)
    assert stored(application, dossier, "assured.address") == "7, rue Oqba, appartement 3"


def test_of_two_tabs_the_second_is_told_and_keeps_what_it_typed(
    page: Page, address: str, application: Application, draft: str
) -> None:
    sign_in(page, address)
    place = f"{address}/ar/dossiers/{draft}/section/assured"
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    for tab in (page, other):
        tab.goto(place)
    page.fill("[name='q.assured.first']", "Aïcha")
    save(page)
    page.wait_for_url(lambda url: "/section/assured" not in url)
    other.fill("[name='q.assured.first']", "Khadija")
    save(other)
    expect(other.locator(".summary")).to_be_visible()
    expect(other.locator("[name='q.assured.first']")).to_have_value("Khadija")
    assert stored(application, draft, "assured.first") == "Aïcha"


def test_tabs_with_different_answers_do_not_get_in_each_others_way(
    page: Page, address: str, application: Application, draft: str
) -> None:
    sign_in(page, address)
    place = f"{address}/ar/dossiers/{draft}/section/assured"
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    for tab in (page, other):
        tab.goto(place)
    page.fill("[name='q.assured.city']", "Fès")
    save(page)
    page.wait_for_url(lambda url: "/section/assured" not in url)
    other.goto(f"{address}/ar/dossiers/{draft}/section/nature")
    other.check("[name='q.nature'] >> nth=0")
    save(other)
    other.wait_for_url(lambda url: "/section/nature" not in url)
    assert stored(application, draft, "assured.city") == "Fès"
    assert stored(application, draft, "nature")


def test_a_double_click_and_the_back_button_deposit_once(
    page: Page, address: str, application: Application, draft: str
) -> None:
    sign_in(page, address)
    base = f"{address}/ar/dossiers/{draft}"
    page.goto(f"{base}/check")
    page.check("#declaration")
    page.locator("form[action$='/deposit'] button").dblclick()
    page.wait_for_url(f"{base}/deposited")
    page.go_back()
    if page.locator("#declaration").count():  # the browser kept the page: send it again
        page.check("#declaration")
        page.locator("form[action$='/deposit'] button").click()
        page.wait_for_url(f"{base}/deposited")
    else:
        page.wait_for_url(f"{base}/status")
    view = application.services.dossier(person(application, "applicant"), draft)
    assert [one.action for one in view.events].count("deposited") == 1


def test_a_missing_paper_is_added_after_the_deposit_and_confirmed_once(
    page: Page, address: str, application: Application, draft: str
) -> None:
    services, applicant = application.services, person(application, "applicant")
    deposit(application, draft)
    sign_in(page, address)
    page.goto(f"{address}/ar/dossiers/{draft}/status")
    page.click("a[href$='/complement']")
    form = page.locator("form[enctype]:has(input[name=as_type][value=id_assured])")
    paper = {"name": "البطاقة.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    form.locator("input[type=file]").first.set_input_files(paper)
    form.locator("button[type=submit]").click()
    confirm = page.locator("form[action$='/complement/confirm'] button")
    expect(confirm).to_be_visible()
    confirm.dblclick()
    page.wait_for_url(re.compile("/status$"))
    expect(page.locator(".notice.done").first).to_be_visible()
    events = [one.action for one in services.dossier(applicant, draft).events]
    assert events.count("complemented") == 1

"""The whole way of an applicant, in a real browser: from signing in to a receipt that verifies."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_service.demo_accounts import DEMO_ACCOUNTS

pytestmark = pytest.mark.browser

PATIENCE_MS = 15_000
WINDOWS = {"ar": {"width": 360, "height": 740}, "fr": {"width": 1280, "height": 900}}
WORDS = {
    "ar": {"problem": "هناك مشكلة", "deposited": "تم إيداع طلبكم", "genuine": "وصل صحيح"},
    "fr": {
        "problem": "Il y a un problème",
        "deposited": "Votre demande est déposée",
        "genuine": "Accusé authentique",
    },
}


@pytest.fixture(params=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return request.param == "with scripts"


@pytest.fixture(params=["ar", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser, language: str, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(
        viewport=WINDOWS[language],  # type: ignore[arg-type]
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [one for one in complaints if "422" not in one], complaints


def save(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


def fill_date(page: Page, target: str, day: str, month: str, year: str) -> None:
    for part, text in (("day", day), ("month", month), ("year", year)):
        page.fill(f"#{target}-{part}", text)


def sign_in(page: Page, address: str, language: str) -> None:
    account = DEMO_ACCOUNTS[0]
    page.goto(f"{address}/{language}/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    save(page)
    page.wait_for_url(f"**/{language}/dossiers/")


def begin(page: Page, address: str, language: str) -> str:
    page.goto(f"{address}/{language}/forms/311-1-14")
    page.click("aside button")
    page.wait_for_url(re.compile(rf"/{language}/dossiers/[^/]+$"))
    return page.url


def answer_questions(page: Page, base: str, language: str) -> None:
    page.goto(f"{base}/section/nature")
    page.check("[name='q.nature'][value=initial_or_additional]")
    page.fill("[name='q.children_to_declare']", "1")
    save(page)
    page.goto(f"{base}/section/quality")
    page.check("[name='q.quality'][value=assured]")
    save(page)
    page.goto(f"{base}/section/assured")
    fill_date(page, "q-assured-birth", "31", "02", "1988")
    for name, text in {
        "id_no": "AB123456",
        "registration": "123456782",
        "first": "Fatima Zahra",
        "first.ar": "فاطمة الزهراء",
        "last": "El Amrani",
        "last.ar": "العمراني",
        "address": "12, rue Ibn Sina",
        "city": "Rabat",
        "country": "Maroc",
        "mobile": "06 12 34 56 78",
    }.items():
        page.fill(f"[name='q.assured.{name}']", text)
    save(page)
    expect(page.locator(".summary h2")).to_have_text(WORDS[language]["problem"])
    page.click(".summary a")
    expect(page.locator("#q-assured-birth-day")).to_be_focused()
    expect(page.locator("[name='q.assured.last.ar']")).to_have_value("العمراني")
    fill_date(page, "q-assured-birth", "12", "03", "1988")
    save(page)
    expect(page.locator(".summary")).to_have_count(0)


def add_child(page: Page, base: str) -> None:
    page.goto(f"{base}/list/children")
    page.click("a.button[href*='/list/children/1']")
    fill_date(page, "q-birth", "15", "08", "2025")
    save(page)
    page.wait_for_url(f"{base}/list/children")
    expect(page.locator("article.card")).to_have_count(1)


def send_documents(page: Page, base: str) -> None:
    page.goto(f"{base}/documents")
    page.set_input_files(
        "#doc-birth-1-files", {"name": "عقد الازدياد.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.click("#doc-birth-1 .drop + button")
    expect(page.locator("#doc-birth-1 .files > li")).to_have_count(1)
    expect(page.locator(".notice.done")).to_be_visible()
    page.click("#doc-id_assured .folds details:has(button[name=on_file]) summary")
    page.click("#doc-id_assured button[name=on_file]")
    expect(page.locator("#doc-id_assured .tag.good")).to_be_visible()
    while page.locator("[data-live]").count():  # what the reading finds belongs to what is checked
        page.reload()


def photo() -> bytes:
    """A paper of no kind we know: a blank one would not count."""
    from PIL import Image, ImageDraw

    out, sheet = io.BytesIO(), Image.new("RGB", (620, 877), "#eeeae0")
    for line in range(14):
        ImageDraw.Draw(sheet).text(
            (60, 60 + 55 * line), f"PAPIER BLEU {line} 4217", fill="#222", font_size=30
        )
    sheet.save(out, "JPEG")
    return out.getvalue()


def deposit(page: Page, base: str, language: str) -> None:
    page.goto(f"{base}/check")
    expect(page.locator("section[aria-labelledby=incomplete]")).to_be_visible()
    button = page.locator("form[action$='/deposit'] button")
    button.click()
    expect(page.locator(".summary a")).to_have_attribute("href", "#declaration")
    page.check("#declaration")
    page.locator("form[action$='/deposit'] button").dblclick()
    page.wait_for_url(f"{base}/deposited")
    expect(page.locator("h1")).to_have_text(WORDS[language]["deposited"])


def test_an_applicant_comes_from_signing_in_to_a_genuine_receipt(
    page: Page, address: str, language: str, tmp_path: Path
) -> None:
    sign_in(page, address, language)
    base = begin(page, address, language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    answer_questions(page, base, language)
    add_child(page, base)
    send_documents(page, base)
    deposit(page, base, language)

    reference = page.locator(".panel .code").inner_text()
    receipt = page.context.request.get(f"{base}/receipt.pdf")
    assert receipt.ok
    assert receipt.body().startswith(b"%PDF-")
    file = tmp_path / "receipt.pdf"
    file.write_bytes(receipt.body())
    page.goto(f"{address}/{language}/verify")
    page.set_input_files("#receipt", file)
    save(page)
    expect(page.locator("[role=status] h2")).to_have_text(WORDS[language]["genuine"])
    expect(page.locator("dl.answers .code").first).to_have_text(reference)

    page.goto(f"{base}/check")
    page.wait_for_url(f"{base}/status")
    expect(page.locator(".meta .tag")).to_have_count(1)


def test_going_back_and_sending_again_changes_nothing(page: Page, address: str, language: str) -> None:
    sign_in(page, address, language)
    base = begin(page, address, language)
    page.goto(f"{base}/section/quality")
    page.check("[name='q.quality'][value=divorced]")
    save(page)
    page.wait_for_url(lambda url: "/section/quality" not in url)
    page.go_back()
    expect(page.locator("[name='q.quality'][value=divorced]")).to_be_checked()
    save(page)
    page.wait_for_url(lambda url: "/section/quality" not in url)
    expect(page.locator(".notice.problem, .summary")).to_have_count(0)


def test_no_page_is_wider_than_a_small_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page, address, "ar")
    base = begin(page, address, "ar")
    for language in ("ar", "fr"):
        place = base.replace("/ar/", f"/{language}/")
        for path in ("", "/section/assured", "/documents", "/check", "/missing", "/list/children/1"):
            page.goto(place + path)
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, f"{language}{path}: {wider} px too wide"
    context.close()


ANSWERS_OF_A_COUPLE = {
    "assured": {
        "id_no": "AB123456",
        "registration": "149364188",
        "first": "Fatima Zahra",
        "first.ar": "فاطمة الزهراء",
        "last": "El Amrani",
        "last.ar": "العمراني",
        "address": "12, rue Ibn Sina",
        "city": "Rabat",
        "country": "Maroc",
        "mobile": "0612345678",
    },
    "spouse": {
        "id_no": "CD654321",
        "first": "Youssef",
        "first.ar": "يوسف",
        "last": "Benali",
        "last.ar": "بنعلي",
    },
}


def test_a_complete_request_is_deposited_from_a_phone_in_arabic(browser: Browser, address: str) -> None:
    """Everything the list asks for, in the order the pages lead, until nothing is missing anywhere."""
    phone = {"viewport": WINDOWS["ar"], "has_touch": True, "is_mobile": True}
    context = browser.new_context(**phone)  # type: ignore[arg-type]
    context.set_default_timeout(4 * PATIENCE_MS)
    page = context.new_page()
    sign_in(page, address, "ar")
    base = begin(page, address, "ar")
    page.goto(f"{base}/section/nature")
    page.check("[name='q.nature'][value=initial_or_additional]")
    page.fill("[name='q.children_to_declare']", "1")
    save(page)
    page.goto(f"{base}/section/quality")
    page.check("[name='q.quality'][value=assured]")
    save(page)
    for person, born in (("assured", ("12", "03", "1988")), ("spouse", ("02", "11", "1985"))):
        page.goto(f"{base}/section/{person}")
        fill_date(page, f"q-{person}-birth", *born)
        for name, text in ANSWERS_OF_A_COUPLE[person].items():
            page.fill(f"[name='q.{person}.{name}']", text)
        if person == "spouse":
            page.check("[name='q.spouse.work'][value=none]")
        save(page)
        expect(page.locator(".summary")).to_have_count(0)
    add_child(page, base)
    send_everything(page, base)

    page.goto(f"{base}/missing")
    expect(page.locator(".notice.done")).to_be_visible()
    expect(page.locator("main .tasks a[href*='#doc-']")).to_have_count(0)
    page.goto(f"{base}/check")
    page.check("#declaration")
    page.click("form[action$='/deposit'] button")
    page.wait_for_url(f"{base}/deposited")
    expect(page.locator("#still")).to_have_count(0)
    assert page.context.request.get(f"{base}/receipt.pdf").ok
    context.close()


def send_everything(page: Page, base: str) -> None:
    """One photo for each document still asked for; every page counts them alike."""
    for _ in range(12):
        page.goto(f"{base}/documents")
        left = page.locator(".demand:not(.settled):not(:has(.files > li))")
        asked = left.count()
        counted_alike(page, base, asked)
        if not asked:
            return
        page.goto(f"{base}/documents")
        target = str(left.first.get_attribute("id"))
        paper = {"name": f"{target}.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        page.set_input_files(f"#{target}-files", paper)  # type: ignore[arg-type]
        page.click(f"#{target} .drop + button")
        expect(page.locator(f"#{target} .files > li")).to_have_count(1)
    raise AssertionError("the list of documents does not end")


def counted_alike(page: Page, base: str, asked: int) -> None:
    """The list of tasks, the documents and what is missing agree on the number."""
    page.goto(f"{base}/missing")
    expect(page.locator("main .tasks a[href*='#doc-']")).to_have_count(asked)
    page.goto(f"{base}/documents")
    bar = page.locator(".onward .tag")
    expect(bar).to_have_class(re.compile("warn" if asked else "good"))
    said = bar.inner_text()
    page.goto(base)
    if asked:
        expect(page.locator(".tasks .hint", has_text=said)).to_have_count(1)

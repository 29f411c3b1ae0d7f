"""Somebody who has never been here deposits a complete request for family allowances from a phone, in Arabic.

By links and buttons alone, from the front page to a receipt that verifies, with the samples' own papers and a
worker's own process to read them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from forms_service.config import Config
from tests.browser.reaching_people import code_in
from tests.browser.service_with_worker import ROOT, ServiceWithWorker, service_with_worker

pytestmark = [pytest.mark.browser, pytest.mark.tesseract]

PATIENCE_MS = 30_000
READING_MS = 240_000
PHONE = {"width": 390, "height": 844}
PASSWORD = "أربع كلمات سهلة هنا"
SAMPLE = ROOT / "samples" / "311-1-14" / "youssef-bennani"
PAPERS = SAMPLE / "attachments"
PERSON = yaml.safe_load((SAMPLE / "dossier.yaml").read_text(encoding="utf-8"))
CHILDREN = PERSON["children"][:2]
ANSWERS = {**PERSON["values"], "children_to_declare": len(CHILDREN)}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceWithWorker]:
    with service_with_worker(Config(data_folder=tmp_path / "var", physical_check_rate=0.0)) as running:
        yield running


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        has_touch=True,
        is_mobile=True,
        locale="ar-MA",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [one for one in complaints if "422" not in one], complaints


def arrive(page: Page, path: str) -> None:
    """The page a link or button led to is there, reads from the right, and fits the phone."""
    page.wait_for_url(re.compile(rf"/ar{path}(#.*)?$"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url}: {wider} px too wide"


def type_day(page: Page, target: str, day: date) -> None:
    for part, text in (("day", f"{day.day:02}"), ("month", f"{day.month:02}"), ("year", str(day.year))):
        page.fill(f"#{target}-{part}", text)


def answer(page: Page, answers: Mapping[str, object]) -> None:
    """Give the answers this page asks for, and press the button that keeps them."""
    for name, said in answers.items():
        target, asked = f"q-{name.replace('.', '-')}", page.locator(f"[name='q.{name}']")
        if page.locator(f"#{target}-day").count():
            type_day(page, target, date.fromisoformat(str(said)))
        elif said is True and asked.count():
            asked.check()
        elif asked.first.get_attribute("type") == "radio" if asked.count() else False:
            page.check(f"[name='q.{name}'][value='{said}']")
        elif asked.count():
            asked.fill(str(said))
    page.locator("main form button[type=submit]").first.click()


def open_an_account(page: Page, mailbox: Path) -> None:
    """From the form that is wanted, by a code that comes to the telephone, and back to the form."""
    page.locator("main a[href*='/account/open']").click()
    arrive(page, r"/account/open\?next=.*")
    page.fill("[name='q.registration']", "١٤٩٣٦٤١٨٨")
    page.fill("[name='q.identity_number']", ANSWERS["assured.id_no"])
    type_day(page, "q-birth", date.fromisoformat(ANSWERS["assured.birth"]))
    page.fill("[name='q.last_name']", ANSWERS["assured.last.ar"])
    page.fill("[name='q.first_name']", ANSWERS["assured.first.ar"])
    page.fill("[name='q.phone']", ANSWERS["assured.mobile"])
    page.click("main form button")
    arrive(page, "/account/code")
    page.fill("#code", code_in(mailbox, ANSWERS["assured.mobile"]))
    page.click("main form.card button")
    arrive(page, "/account/password")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.locator("main form.card button").dblclick()
    arrive(page, "/forms/311-1-14")


def answer_everything(page: Page) -> None:
    """Each page leads to the next: the topics, the children one by one, the situation."""
    page.locator("ul.tasks a").first.click()
    for topic in ("nature", "quality"):
        arrive(page, f"/dossiers/[^/]+/section/{topic}")
        answer(page, ANSWERS)
    arrive(page, "/dossiers/[^/]+/section/assured")
    expect(page.locator("[name='q.assured.registration']")).to_have_value(
        "149364188"
    )  # known from the account
    answer(page, {**ANSWERS, "assured.birth": "1985-12-31", "assured.mobile": "06 12"})
    expect(page.locator(".summary li")).to_have_count(1)
    page.click(".summary a")
    expect(page.locator("[name='q.assured.mobile']")).to_be_focused()
    expect(page.locator("[name='q.assured.last.ar']")).to_have_value(ANSWERS["assured.last.ar"])
    answer(page, ANSWERS)
    arrive(page, "/dossiers/[^/]+/section/spouse")
    page.go_back()
    arrive(page, "/dossiers/[^/]+/section/assured")
    expect(page.locator("#q-assured-birth-month")).to_have_value("03")
    answer(page, {})
    arrive(page, "/dossiers/[^/]+/section/spouse")
    answer(page, ANSWERS)
    for number, child in enumerate(CHILDREN, 1):
        arrive(page, "/dossiers/[^/]+/list/children")
        page.get_by_role("link", name=re.compile("^إضافة")).click()
        arrive(page, f"/dossiers/[^/]+/list/children/{number}")
        answer(page, child)
    arrive(page, "/dossiers/[^/]+/list/children")
    expect(page.locator("article.card h2")).to_have_text(["الطفل 1 (لينة)", "الطفل 2 (آدم)"])
    page.get_by_role("button", name="انتهيت، متابعة").click()
    arrive(page, "/dossiers/[^/]+/situation")
    answer(page, {})


def choose(page: Page, place: str, *names: str) -> None:
    """As a thumb does: the button, then files of the phone."""
    with page.expect_file_chooser() as opened:
        page.locator(f"#{place} label.button").first.click()
    opened.value.set_files([PAPERS / name for name in names])
    expect(page.locator(f"#{place} .chosen li")).to_have_count(len(names))


def send_the_papers(page: Page) -> None:
    """One by its own button, four in one go for the service to sort, two with the button that goes on."""
    arrive(page, "/dossiers/[^/]+/documents")
    expect(page.locator(".demand:not(.settled)")).to_have_count(7)
    choose(page, "doc-id_assured", "01-id-assured.jpg")
    page.click("#doc-id_assured .drop + button")
    expect(page.locator(".notice.done")).to_have_text("تم استلام ملف واحد.")
    page.click("#doc-bank summary:has-text('هل قدمتموها من قبل؟')")
    page.click("#doc-bank button[name=on_file]")
    expect(page.locator("#doc-bank.settled .tag.good").first).to_be_visible()
    page.click("#other summary")
    choose(page, "other", "04-birth.pdf", "05-birth.jpg", "07-school.jpg")
    page.click("#other .drop + button")
    expect(page.locator(".notice.done")).to_have_text("تم استلام 3 ملفات.")
    choose(page, "doc-id_spouse", "02-id-spouse.pdf")
    choose(page, "doc-marriage", "03-marriage.jpg")
    page.click(".onward button")
    arrive(page, "/dossiers/[^/]+/check")
    expect(page.locator(".notice.done").first).to_have_text("تم استلام ملفين.")


def see_what_is_missing(page: Page) -> None:
    """While papers are read the list says that it may change; then nothing is missing any more."""
    page.get_by_role("link", name="مراحل الطلب").click()
    page.get_by_role("link", name="الاطلاع على اللائحة وأسبابها").click()
    arrive(page, "/dossiers/[^/]+/missing")
    expect(page.locator("main .tasks a[href*='#doc-']").first).to_be_visible()
    expect(page.locator("main .tasks .hint").first).to_contain_text("تُطلب هذه الوثيقة")
    again = page.locator(".notice.info a")
    for _ in range(READING_MS // 500):
        if not again.count():
            break
        page.wait_for_timeout(500)
        again.click()
        page.wait_for_load_state()
    expect(page.locator(".notice.done")).to_have_text("لا ينقص شيء. الطلب مكتمل.")
    expect(page.locator("main .tasks a[href*='#doc-']")).to_have_count(0)


def look_at_the_papers(page: Page) -> None:
    """Each lies where it belongs, those that were sent without a name too, and can be seen."""
    page.get_by_role("link", name="مراحل الطلب").click()
    expect(page.locator("ul.tasks .tag.good")).to_have_count(8)
    page.locator("ul.tasks a[href$='/documents']").click()
    arrive(page, "/dossiers/[^/]+/documents")
    placed = {"birth-1": "04-birth.pdf", "birth-2": "05-birth.jpg", "school-2": "07-school.jpg"}
    for place, name in placed.items():
        page.click(f"#doc-{place} summary >> nth=0")
        expect(page.locator(f"#doc-{place} .files a", has_text=name)).to_be_visible()
    seen = page.locator("#doc-school-2 .files img.thumb")
    expect(seen).to_have_js_property("complete", True)
    assert seen.evaluate("one => one.naturalWidth") > 100
    page.click(".onward button")


def check_and_deposit(page: Page) -> str:
    """Look at the answers, be reminded of the declaration, deposit by two quick presses; gives the reference."""
    arrive(page, "/dossiers/[^/]+/check")
    expect(page.locator("#incomplete")).to_have_count(0)
    for said in (ANSWERS["assured.last.ar"], "12/03/1985", CHILDREN[1]["first.ar"], ANSWERS["spouse.id_no"]):
        expect(page.locator("dl.answers dd", has_text=str(said)).first).to_be_visible()
    page.locator("form[action$='/deposit'] button").click()
    expect(page.locator(".summary a")).to_have_attribute("href", "#declaration")
    page.check("#declaration")
    page.locator("form[action$='/deposit'] button").dblclick()
    arrive(page, "/dossiers/[^/]+/deposited")
    expect(page.locator("h1")).to_have_text("تم إيداع طلبكم")
    expect(page.locator("#still")).to_have_count(0)
    expect(page.locator(".amount")).to_have_text("600 درهم")
    return page.locator(".panel .code").inner_text()


def test_a_complete_request_comes_from_the_front_page_to_a_genuine_receipt_on_a_phone_in_arabic(
    service: ServiceWithWorker, phone: Page, tmp_path: Path
) -> None:
    page = phone
    page.goto(service.address)
    arrive(page, "/")
    page.get_by_role("link", name="طلب الحصول على التعويضات العائلية", exact=True).click()
    arrive(page, "/forms/311-1-14")
    open_an_account(page, service.application.config.mailbox_folder)
    page.get_by_role("button", name="بدء طلب جديد").click()
    arrive(page, "/dossiers/[^/]+")
    answer_everything(page)
    send_the_papers(page)
    see_what_is_missing(page)
    look_at_the_papers(page)
    reference = check_and_deposit(page)

    receipt = page.get_by_role("link", name="تحميل وصل الإيداع (PDF)")
    got = page.context.request.get(receipt.evaluate("one => one.href"))
    file = tmp_path / "receipt.pdf"
    file.write_bytes(got.body())
    verdict = subprocess.run(
        [sys.executable, "-m", "forms_service", "receipt", "verify", str(file)],
        env=service.settings,
        capture_output=True,
        text=True,
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert reference in verdict.stdout
    page.get_by_role("link", name="متابعة الطلب").click()
    arrive(page, "/dossiers/[^/]+/status")
    expect(page.locator(".meta .tag")).to_have_class(re.compile("state-submitted"))
    page.locator("footer").get_by_role("link", name="التحقق من وصل الإيداع").click()
    arrive(page, "/verify")
    page.set_input_files("#receipt", file)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[role=status] h2")).to_have_text("وصل صحيح")
    expect(page.locator("dl.answers .code").first).to_have_text(reference)

"""Sending papers from a phone: several at once, dropped, removed, refused, and when the connection breaks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, Route, StorageState, expect

from forms_service.bootstrap import Application
from forms_service.demo_accounts import DEMO_ACCOUNTS

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
READING_MS = 240_000
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
BIRTH = "#doc-birth-1"
APPLICANT = next(one for one in DEMO_ACCOUNTS if "applicant" in one.roles)
SEND_TO = re.compile(r"/documents$")


def photo(words: str, kind: str = "JPEG") -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    sheet = Image.new("RGB", (1240, 1754), "#f6f3ea")
    for line in range(3):  # a machine that reads it is done soon
        ImageDraw.Draw(sheet).text((140, 200 + 110 * line), f"{words} {line}", fill="#222", font_size=52)
    out = io.BytesIO()
    sheet.save(out, kind)
    return out.getvalue()


def named(name: str, data: bytes) -> dict[str, object]:
    kinds = {"jpg": "image/jpeg", "png": "image/png", "heic": "image/heic", "tiff": "image/tiff"}
    return {"name": name, "mimeType": kinds.get(name.rpartition(".")[2], "application/pdf"), "buffer": data}


@pytest.fixture(autouse=True)
def reads(application: Application) -> Iterator[Any]:
    """The worker, which rests unless a test looks at what was read: each photo takes it seconds."""
    jobs: Any = application.jobs
    jobs.rests = True
    yield jobs
    jobs.rests = True
    jobs.forget()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, address: str) -> StorageState:
    """What a browser keeps of an applicant who signed in."""
    page = browser.new_page()
    page.goto(f"{address}/ar/sign-in")
    page.fill("#login", APPLICANT.login)
    page.fill("#password", APPLICANT.password)
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/ar/dossiers/")
    kept = page.context.storage_state()
    page.close()
    return kept


@pytest.fixture
def phone(browser: Browser, signed_in: StorageState) -> Iterator[BrowserContext]:
    context = browser.new_context(**PHONE, storage_state=signed_in)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def documents(phone: BrowserContext, application: Application, address: str) -> Page:
    """The documents page of a new dossier with one child, in Arabic."""
    services = application.services
    applicant = services.authenticate(APPLICANT.login, APPLICANT.password)
    assert applicant
    dossier_id = services.open_dossier(applicant, "311-1-14", "ar")
    services.answer_group(applicant, dossier_id, "children", [{"birth": "15/08/2025"}])
    page = phone.new_page()
    page.goto(f"{address}/ar/dossiers/{dossier_id}/documents")
    return page


def choose(page: Page, *files: dict[str, object]) -> None:
    page.set_input_files(f"{BIRTH}-files", list(files))  # type: ignore[arg-type]


def send(page: Page) -> None:
    page.click(f"{BIRTH} .drop + button")


def kept(page: Page) -> list[str]:
    names = page.locator(f"{BIRTH} .files > li p:first-child a").all_text_contents()
    return [" ".join(one.split()) for one in names]


def test_the_button_that_chooses_speaks_the_page_s_language(documents: Page) -> None:
    button = documents.locator(f"{BIRTH} label.button").first
    expect(button).to_have_text("اختيار الملفات أو التقاط صورة")
    documents.wait_for_load_state("networkidle")
    with documents.expect_file_chooser() as chosen:
        documents.locator(f"{BIRTH}-files").press("Space")
    assert chosen.value.is_multiple()
    with documents.expect_file_chooser():
        button.click()
    with documents.expect_file_chooser():
        documents.get_by_text("التقاط صورة", exact=True).locator("visible=true").first.click()


def test_several_photos_are_listed_removed_and_sent_together(documents: Page) -> None:
    choose(documents, named("صفحة 1.jpg", photo("un")), named("ليست هذه.png", photo("deux", "PNG")))
    choose(documents, named("صفحة 2.heic", photo("trois", "HEIF")))
    listed = documents.locator(f"{BIRTH} .chosen li")
    expect(listed).to_have_count(3)
    expect(listed.nth(0).locator("canvas")).to_be_visible()
    listed.nth(1).get_by_role("button").click()
    expect(listed).to_have_count(2)
    send(documents)
    expect(documents.locator(".notice.done")).to_contain_text("تم استلام ملفين")
    assert kept(documents) == ["صفحة 1.jpg", "صفحة 2.heic"]
    expect(documents.locator(f"{BIRTH} .chosen li")).to_have_count(0)


def test_going_on_takes_along_what_was_chosen_and_asks_nothing(documents: Page) -> None:
    asked: list[str] = []
    documents.on("dialog", lambda one: (asked.append(one.type), one.accept()))
    choose(documents, named("عقد.jpg", photo("EXTRAIT")))
    documents.set_input_files("#doc-bank-files", [named("بطاقة.jpg", photo("CARTE"))])  # type: ignore[list-item]
    base = documents.url.removesuffix("/documents")
    documents.click(".onward button")
    documents.wait_for_url(f"{base}/check")
    assert asked == []
    documents.goto(f"{base}/documents")
    assert kept(documents) == ["عقد.jpg"]
    assert documents.locator("#doc-bank .files > li").count() == 1
    choose(documents, named("ظهر.jpg", photo("VERSO")))
    documents.click("header a")
    documents.wait_for_load_state()
    assert asked == ["beforeunload"], "leaving what is chosen is asked first"


def test_a_file_chosen_while_another_is_on_its_way_goes_along(documents: Page) -> None:
    held: list[Route] = []

    def slow_at_first(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    documents.route(SEND_TO, slow_at_first)
    choose(documents, named("عقد.jpg", photo("EXTRAIT")))
    with documents.expect_request(SEND_TO):
        send(documents)
    documents.set_input_files("#doc-bank-files", [named("بطاقة.jpg", photo("CARTE"))])  # type: ignore[list-item]
    held[0].continue_()
    expect(documents.locator(".notice.done")).to_contain_text("تم استلام ملفين")
    assert kept(documents) == ["عقد.jpg"]
    expect(documents.locator("#doc-bank .files > li")).to_have_count(1)


def test_tiff_and_heic_are_read_and_shown(documents: Page, reads: Any) -> None:
    reads.rests = False
    choose(
        documents, named("scan.tiff", photo("EXTRAIT", "TIFF")), named("photo.heic", photo("ACTE", "HEIF"))
    )
    send(documents)
    pictures = documents.locator(f"{BIRTH} .files img.thumb")
    expect(pictures).to_have_count(2, timeout=READING_MS)
    documents.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("(one) => one.naturalWidth") > 100


def test_files_may_be_dropped_on_their_box(documents: Page) -> None:
    dropped = documents.evaluate_handle(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["%PDF-1.4 nothing"], "lâché.pdf", {type: "application/pdf"}));
            return carried;
        }"""
    )
    documents.dispatch_event(f"{BIRTH} .drop", "drop", {"dataTransfer": dropped})
    expect(documents.locator(f"{BIRTH} .chosen li bdi")).to_have_text("lâché.pdf")


def test_a_broken_connection_loses_no_file(documents: Page) -> None:
    """The photos stay where they are; pressing once more sends them, and they arrive once."""
    choose(documents, named("عقد.jpg", photo("EXTRAIT")))
    documents.route(SEND_TO, cut_off)
    send(documents)
    again = documents.locator(f"{BIRTH} .sending button")
    expect(again).to_be_visible()
    expect(documents.locator(f"{BIRTH} .sending")).to_contain_text("ملفاتكم باقية هنا")
    expect(documents.locator(f"{BIRTH} .chosen li bdi")).to_have_text("عقد.jpg")
    expect(again).to_be_focused()
    documents.unroute(SEND_TO)
    again.click()
    expect(documents.locator(".notice.done")).to_be_visible()
    assert kept(documents) == ["عقد.jpg"]


def cut_off(route: Route) -> None:
    if route.request.method == "POST":
        route.abort("connectionreset")
    else:
        route.continue_()


def test_an_answer_lost_on_its_way_doubles_nothing(documents: Page) -> None:
    """The server has the file, the phone never heard of it: sending again keeps one."""

    def deaf(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    choose(documents, named("مرة.jpg", photo("EXTRAIT")))
    documents.route(SEND_TO, deaf)
    send(documents)
    expect(documents.locator(f"{BIRTH} .sending button")).to_be_visible()
    documents.unroute(SEND_TO)
    documents.locator(f"{BIRTH} .sending button").click()
    expect(documents.locator(".notice.done").first).to_be_visible()
    assert kept(documents) == ["مرة.jpg"]


def test_files_kept_before_a_refusal_do_not_come_twice(documents: Page) -> None:
    def refusing(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.fulfill(status=409, body="")
        else:
            route.continue_()

    choose(documents, named("مرة.jpg", photo("EXTRAIT")))
    documents.route(SEND_TO, refusing)
    send(documents)
    expect(documents.locator(f"{BIRTH} .sending button")).to_be_visible()
    documents.unroute(SEND_TO)
    documents.locator(f"{BIRTH} .sending button").click()
    expect(documents.locator(".notice.done").first).to_be_visible()
    assert kept(documents) == ["مرة.jpg"]


def test_coming_back_on_line_sends_by_itself(documents: Page) -> None:
    choose(documents, named("نفق.jpg", photo("EXTRAIT")))
    documents.context.set_offline(True)
    send(documents)
    expect(documents.locator(f"{BIRTH} .sending button")).to_be_visible()
    documents.context.set_offline(False)
    expect(documents.locator(".notice.done")).to_be_visible()
    assert kept(documents) == ["نفق.jpg"]


def test_pressing_twice_sends_once(documents: Page) -> None:
    choose(documents, named("مزدوج.jpg", photo("EXTRAIT")))
    documents.locator(f"{BIRTH} .drop + button").dblclick(no_wait_after=True)
    expect(documents.locator(".notice.done")).to_be_visible()
    assert kept(documents) == ["مزدوج.jpg"]


def test_an_ended_session_keeps_the_photos(documents: Page, address: str) -> None:
    choose(documents, named("باقية.jpg", photo("EXTRAIT")))
    session = [one for one in documents.context.cookies() if one["name"] == "session"]
    documents.context.clear_cookies(name="session")
    send(documents)
    expect(documents.locator(f"{BIRTH} .sending")).to_contain_text("سجلوا الدخول في نافذة أخرى")
    documents.context.add_cookies(session)  # type: ignore[arg-type]
    documents.locator(f"{BIRTH} .sending button").click()
    expect(documents.locator(".notice.done")).to_be_visible()
    assert kept(documents) == ["باقية.jpg"]


def test_a_refused_file_says_why_and_the_others_are_taken(documents: Page) -> None:
    choose(documents, named("فارغ.pdf", b""), named("سليم.jpg", photo("EXTRAIT")))
    send(documents)
    expect(documents.locator(".notice.problem")).to_contain_text("فارغ.pdf")
    expect(documents.locator(".notice.done")).to_contain_text("تم استلام ملف واحد")


def test_two_tabs_keep_each_other_s_papers(documents: Page) -> None:
    other = documents.context.new_page()
    other.goto(documents.url)
    choose(documents, named("النافذة 1.jpg", photo("un")))
    send(documents)
    expect(documents.locator(".notice.done")).to_be_visible()
    other.set_input_files("#other-files", [named("النافذة 2.jpg", photo("deux"))])  # type: ignore[list-item]
    other.click("#other summary")
    other.click("#other .drop + button")
    expect(other.locator(".notice.done")).to_be_visible()
    assert kept(other) == ["النافذة 1.jpg"]
    expect(other.locator("#other .files > li")).to_have_count(1)


def test_without_scripts_the_form_sends_as_any_form(
    browser: Browser, documents: Page, tmp_path: Path
) -> None:
    state = documents.context.storage_state()
    context = browser.new_context(**PHONE, java_script_enabled=False, storage_state=state)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(documents.url)
    expect(page.locator(f"{BIRTH} label.button").first).to_be_visible()
    choose(page, named("دون سكربت.jpg", photo("EXTRAIT")))
    send(page)
    expect(page.locator(".notice.done")).to_be_visible()
    assert kept(page) == ["دون سكربت.jpg"]
    context.close()

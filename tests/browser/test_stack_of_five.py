"""A clerk turns a stack of five people's family allowance forms into five receipts, printed at once.

Fifteen sheets, drawn as the service prints them and scanned at the 200 dpi of an agency, read by a worker's process.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from core.dossier import dossier_from_answers
from core.receipt import new_reference
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.render.form_pdf import render_filled
from forms_service.spec_catalogue import SpecCatalogue
from tests.browser.service_with_worker import ROOT, ServiceWithWorker, service_with_worker

pytestmark = [pytest.mark.browser, pytest.mark.tesseract]

PATIENCE_MS = 300_000
DPI = 200
SAMPLES = ROOT / "samples" / "311-1-14"
PEOPLE = ("youssef-bennani", "naima-fassi", "abdelkader-ouazzani", "khadija-amrani", "hamid-tazi")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceWithWorker]:
    config = Config(data_folder=tmp_path / "var", demo=True, physical_check_rate=0.0)
    with service_with_worker(config) as running:
        yield running


def answers_of(person: str) -> dict[str, object]:
    """What the person of a sample writes on the paper."""
    return yaml.safe_load((SAMPLES / person / "values.yaml").read_text(encoding="utf-8"))


def five_forms() -> tuple[bytes, list[str]]:
    """Five people's forms as one scan, out of a pad of blanks with references of their own."""
    spec, chance = SpecCatalogue.load().get("311-1-14"), random.Random(5)
    sheets, references = [], []
    for person in PEOPLE:
        references.append(new_reference(chance.randrange))
        answers = dossier_from_answers(spec, answers_of(person)).dossier.answers()
        pdf = pypdfium2.PdfDocument(render_filled(spec, answers, reference=references[-1], flatten=True))
        sheets += [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in pdf]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=DPI)
    return out.getvalue(), references


def clerk_page(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE_MS)
    account = next(one for one in DEMO_ACCOUNTS if "clerk" in one.roles)
    page.goto(f"{address}/ar/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.press("#password", "Enter")
    page.wait_for_url("**/ar/agency/")
    return page


def test_a_stack_of_five_people_becomes_five_receipts_in_one_print(
    service: ServiceWithWorker, browser: Browser
) -> None:
    stack, references = five_forms()
    page = clerk_page(browser, service.address)
    page.locator("main h2 a[href$='/agency/intake']").click()
    page.set_input_files("#stack", {"name": "pile.pdf", "mimeType": "application/pdf", "buffer": stack})
    page.locator("form[enctype] button[type=submit]").first.click()
    page.wait_for_url("**/ar/agency/stacks/**")
    to_receipts = page.locator("a.button[href$='/receipts']")
    expect(to_receipts).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".notice.done")).to_contain_text("15")
    to_receipts.click()
    people = page.locator("input[name=dossiers]")
    expect(people).to_have_count(len(PEOPLE))
    for _ in range(PATIENCE_MS // 2000):  # the sheets are in their dossiers; now what they say is read
        if not page.locator(".people .tag.calm").count():
            break
        page.wait_for_timeout(2000)
        page.locator(".people .about a", has_text="تحديث الصفحة").first.click()
        page.wait_for_load_state()
    for place in range(len(PEOPLE)):
        expect(people.nth(place)).to_be_checked()
    page.check("#seen")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".notice.done")).to_be_visible()
    expect(page.locator("#print-receipts")).to_have_text("طبع 5 وصولات")
    expect(page.locator("tbody tr")).to_have_count(len(PEOPLE))
    printed = page.context.request.get(page.locator("#print-receipts").evaluate("one => one.href"))
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(printed.body())).pages)
    assert {one for one in references if one in text} == set(references)
    said = [answers_of(person) for person in PEOPLE]
    assert all(str(one["assured.registration"]) in text for one in said)
    named = [
        any(str(one[name]) in text for name in one if name.endswith((".first", ".last"))) for one in said
    ]
    assert sum(named) >= 3, "a name read in doubt waits for a person; most are not"
    page.locator("nav a[href$='/agency/']").click()
    page.locator("main h2 a[href$='/agency/day']").click()
    expect(page.locator("tbody tr")).to_have_count(len(PEOPLE))
    page.locator("nav a[href$='/agency/']").click()
    page.fill("#q", "149364188")
    page.press("#q", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(references[0])
    page.context.close()

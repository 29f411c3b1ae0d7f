"""A clerk turns a stack of five people into five receipts, read by a real worker, printed at once."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from werkzeug.serving import make_server

from core.dossier import dossier_from_answers
from core.receipt import new_reference
from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.render.form_pdf import render_filled
from forms_service.spec_catalogue import SpecCatalogue, default_directory
from forms_service.web import create_app

pytestmark = [pytest.mark.browser, pytest.mark.tesseract]

THIRD_FORM = Path(__file__).parents[1] / "third_form"
PATIENCE_MS = 240_000
PEOPLE = [
    ("123456789", "Salma", "Bennani"),
    ("987654321", "Omar", "Tazi"),
    ("112233445", "Naima", "Fassi"),
    ("223344556", "Hamid", "Alaoui"),
    ("334455667", "Samira", "Lahlou"),
]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    specs = tmp_path / "specs"
    shutil.copytree(THIRD_FORM, specs)
    shutil.copy(default_directory() / "document_types.yaml", specs)
    application = build(Config(data_folder=tmp_path / "var", spec_folder=specs, demo=True), draw=lambda: 1.0)
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "FORMS_DATA_DIR": str(tmp_path / "var"),
        "FORMS_SPEC_DIR": str(specs),
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "forms_service.worker"],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{server.server_port}", specs
    worker.terminate()
    worker.wait(timeout=60)
    server.shutdown()
    thread.join(timeout=30)
    application.close()


def five_sheets(specs: Path) -> tuple[bytes, list[str]]:
    """Five people's forms as one scan, out of a pad of blanks with references of their own."""
    spec, chance = SpecCatalogue.load(specs).get("leave-1"), random.Random(5)
    sheets, references = [], []
    for number, first, last in PEOPLE:
        typed = {
            "person.registration": number,
            "person.first": first,
            "person.last": last,
            "person.mobile": "0612345678",
            "reason": "maternity",
            "leave.begins": "01/02/2026",
            "leave.city": "Rabat",
        }
        references.append(new_reference(chance.randrange))
        answers = dossier_from_answers(spec, typed).dossier.answers()
        pdf = render_filled(spec, answers, reference=references[-1], flatten=True)
        sheets.append(pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72, grayscale=True).to_pil())
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=200)
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
    service: tuple[str, Path], browser: Browser
) -> None:
    address, specs = service
    stack, references = five_sheets(specs)
    page = clerk_page(browser, address)
    page.goto(f"{address}/ar/agency/intake")
    page.set_input_files("#stack", {"name": "pile.pdf", "mimeType": "application/pdf", "buffer": stack})
    page.locator("form[enctype] button[type=submit]").first.click()
    page.wait_for_url("**/ar/agency/stacks/**")
    to_receipts = page.locator("a.button[href$='/receipts']")
    expect(to_receipts).to_be_visible(timeout=PATIENCE_MS)
    to_receipts.click()
    people = page.locator("input[name=dossiers]")
    expect(people).to_have_count(5)
    for _ in range(60):  # the sheets are in their dossiers; what they say is read one after another
        if not page.locator(".people .tag.calm").count():
            break
        page.wait_for_timeout(4000)
        page.reload()
    for place in range(5):
        expect(people.nth(place)).to_be_checked()
    page.check("#seen")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".notice.done")).to_be_visible()
    expect(page.locator("#print-receipts")).to_have_text("طبع 5 وصولات")
    expect(page.locator("tbody tr")).to_have_count(5)
    printed = page.context.request.get(page.locator("#print-receipts").evaluate("one => one.href"))
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(printed.body())).pages)
    assert {one for one in references if one in text} == set(references)
    for number, first, last in PEOPLE:
        assert number in text
        assert first in text or last in text  # the other may be a reading that waits for a person
    page.goto(f"{address}/ar/agency/day")
    expect(page.locator("tbody tr")).to_have_count(5)
    page.goto(f"{address}/ar/agency/?q=benani")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Bennani")
    page.context.close()

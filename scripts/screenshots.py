"""Takes a picture of every page in both languages, wide and phone-sized, to be looked at.

    python scripts/screenshots.py [-o var/screenshots] [--only tasks]

Runs a demonstration of the service in a temporary folder, with invented people, and drives a real
browser (Debian's Chromium) through it.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.services import Actor
from forms_service.web import create_app

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": (1280, 900), "phone": (360, 740)}
ALLOWANCE, REFUND = "311-1-14", "310-1-32"
ANSWERS = {
    "nature": "initial_or_additional",
    "children_to_declare": "2",
    "quality": "assured",
    "assured.birth": "12/03/1988",
    "assured.id_no": "AB123456",
    "assured.registration": "123456782",
    "assured.first": "Fatima Zahra",
    "assured.first.ar": "فاطمة الزهراء",
    "assured.last": "El Amrani",
    "assured.last.ar": "العمراني",
    "assured.address": "12, rue Ibn Sina",
    "assured.quarter": "Agdal",
    "assured.postcode": "10080",
    "assured.city": "Rabat",
    "assured.country": "Maroc",
    "assured.mobile": "0612345678",
    "assured.email": "f.elamrani@example.ma",
    "spouse.birth": "02/11/1985",
    "spouse.id_no": "CD654321",
    "spouse.first": "Youssef",
    "spouse.first.ar": "يوسف",
    "spouse.last": "Benali",
    "spouse.last.ar": "بنعلي",
    "spouse.work": "none",
}
CHILDREN = [{"birth": "15/08/2026"}, {"birth": "01/06/2012", "student": "true"}]


class JobsByHand:
    """Keeps what is to be read until somebody says so; the pictures need every state."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def enqueue(self, session: Any, task: str, key: str) -> None:
        """Remember one job."""
        self.keys.append(key)


@dataclass
class Demonstration:
    """The running service and the dossiers to picture."""

    application: Application
    jobs: JobsByHand
    address: str

    def actor(self, role: str) -> Actor:
        """One of the demonstration's people."""
        account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
        actor = self.application.services.authenticate(account.login, account.password)
        assert actor
        return actor

    def read_all(self) -> None:
        """Read everything that waits."""
        while self.jobs.keys:
            self.application.services.read_upload(self.jobs.keys.pop(0))


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """Run the service on a free loopback port."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = JobsByHand()
        config = Config(data_folder=Path(folder), demo=True)
        application = build(config, jobs=jobs, draw=lambda: 0.0)
        server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Demonstration(application, jobs, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
            application.close()


def photo_of(words: str) -> bytes:
    """A JPEG of a sheet that says something."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (900, 1270), "#f3f0e8")
    ImageDraw.Draw(sheet).text((120, 160), words, fill="#222", font_size=44)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85)
    return out.getvalue()


def scan_of(pdf: bytes) -> bytes:
    """The pages of a PDF as a slightly turned grey scan, in one PDF of pictures."""
    import pypdfium2

    pages = []
    for page in pypdfium2.PdfDocument(pdf):
        image = page.render(scale=200 / 72, draw_annots=True).to_pil().convert("L")
        pages.append(image.rotate(0.6, fillcolor=255, resample=3))
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def prepare(demo: Demonstration) -> dict[str, str]:
    """Make dossiers in every state; gives their ids by name."""
    services, applicant = demo.application.services, demo.actor("applicant")
    new = services.open_dossier(applicant, ALLOWANCE, "ar")

    partly = services.open_dossier(applicant, ALLOWANCE, "ar")
    services.answer(applicant, partly, {**ANSWERS, "assured.birth": "31/02/1988", "assured.email": ""})
    services.answer_group(applicant, partly, "children", CHILDREN)
    services.upload(
        applicant, partly, "عقد الازدياد.jpg", photo_of("EXTRAIT D'ACTE DE NAISSANCE"), "birth", 1
    )
    services.upload(applicant, partly, "vide.pdf", b"", "birth", 2)
    demo.read_all()
    services.upload(applicant, partly, "cheque.jpg", photo_of("BANQUE"), "bank", None)
    services.set_on_file(applicant, partly, {"id_assured"}, {"marriage"})

    scanned = services.open_dossier(applicant, ALLOWANCE, "fr")
    services.answer(applicant, scanned, {"quality": "assured", "assured.last": "El Omrani"})
    services.answer_group(applicant, scanned, "children", CHILDREN)
    paper = filled_paper(demo, scanned)
    services.upload(applicant, scanned, "formulaire.pdf", scan_of(paper), "form", None)
    services.upload(applicant, scanned, "naissance.jpg", photo_of("EXTRAIT D'ACTE DE NAISSANCE"), "birth", 1)
    demo.read_all()
    services.deposit(applicant, scanned, True)

    review = demo.actor("reviewer")
    if services.dossier(review, scanned).state == "physical_check_pending":
        services.receive_paper(demo.actor("clerk"), scanned)
    services.start_review(review, scanned)

    unknown = photo_of("MEMBRE DU CLUB DE LECTURE")
    services.intake_scan(demo.actor("clerk"), [("pile.jpg", unknown), ("fermé.pdf", b"%PDF-1.4 cut")])

    checked = services.open_dossier(applicant, REFUND, "ar")
    services.deposit(applicant, checked, True)
    returned = services.open_dossier(applicant, ALLOWANCE, "ar")
    services.answer(applicant, returned, ANSWERS)
    services.deposit(applicant, returned, True)
    services.start_review(review, returned)
    message = "المرجو تصحيح رقم البطاقة الوطنية وإرفاق عقد الازدياد."
    services.request_correction(review, returned, ["assured.id_no"], ["birth"], message)
    return {"new": new, "partly": partly, "scanned": scanned, "checked": checked, "returned": returned}


def filled_paper(demo: Demonstration, dossier_id: str) -> bytes:
    """The form of a dossier as if filled in by typewriter."""
    from core.dossier import dossier_from_answers
    from forms_service.render.form_pdf import render_filled

    view = demo.application.services.dossier(demo.actor("clerk"), dossier_id)
    answers = dossier_from_answers(view.spec, ANSWERS).dossier.answers()
    printed = {one.id for one in view.spec.printed_fields()}
    values = {name: value for name, value in answers.items() if name in printed}
    return render_filled(view.spec, values, reference=view.reference, flatten=True)


def pages(ids: dict[str, str]) -> list[tuple[str, str | None, str]]:
    """Every page: name, who looks, path under the language."""
    new, partly, scanned = (f"/dossiers/{ids[name]}" for name in ("new", "partly", "scanned"))
    return [
        ("home", None, "/"),
        ("form", None, f"/forms/{ALLOWANCE}"),
        ("sign-in", None, "/sign-in"),
        ("verify", None, "/verify"),
        ("receipt-unknown", None, "/receipt/XXXX-XXXX-XXXX/0000"),
        ("not-found", None, "/nowhere"),
        ("dossiers", "applicant", "/dossiers/"),
        ("tasks-new", "applicant", new),
        ("tasks", "applicant", partly),
        ("section-quality", "applicant", f"{partly}/section/quality"),
        ("section-assured", "applicant", f"{partly}/section/assured"),
        ("section-spouse", "applicant", f"{partly}/section/spouse"),
        ("situation", "applicant", f"{partly}/situation"),
        ("children", "applicant", f"{partly}/list/children"),
        ("child", "applicant", f"{partly}/list/children/2"),
        ("documents", "applicant", f"{partly}/documents"),
        ("missing", "applicant", f"{partly}/missing"),
        ("check", "applicant", f"{partly}/check"),
        ("deposited", "applicant", f"/dossiers/{ids['checked']}/deposited"),
        ("status", "applicant", f"{scanned}/status"),
        ("correction", "applicant", f"/dossiers/{ids['returned']}"),
        ("desk", "clerk", "/agency/?q=El"),
        ("blanks", "clerk", "/agency/blanks"),
        ("intake", "clerk", "/agency/intake"),
        ("queue", "reviewer", "/review/"),
        ("review", "reviewer", f"/review/{ids['scanned']}"),
    ]


def sign_in(page: Page, address: str, role: str | None) -> None:
    """Sign in as one of the demonstration's people."""
    if role is None:
        return
    account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
    page.goto(f"{address}/fr/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.click("main button[type=submit]")


def take(browser: Browser, demo: Demonstration, ids: dict[str, str], folder: Path, only: str) -> int:
    """Take the pictures, one browser context per role and width; gives their number."""
    taken = 0
    for role in (None, "applicant", "clerk", "reviewer"):
        for width_name, (width, height) in WIDTHS.items():
            for scheme in ("light", "dark") if width_name == "wide" and not only else ("light",):
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                page = context.new_page()
                sign_in(page, demo.address, role)
                for name, who, path in pages(ids):
                    if who != role or (only and only not in name):
                        continue
                    for language in ("ar", "fr") if scheme == "light" else ("ar",):
                        page.goto(f"{demo.address}/{language}{path}", wait_until="load")
                        _load_every_picture(page)
                        suffix = width_name if scheme == "light" else "dark"
                        page.screenshot(path=folder / f"{name}-{language}-{suffix}.png", full_page=True)
                        _report_overflow(page, f"{name}-{language}-{suffix}", print)
                        taken += 1
                context.close()
    return taken


def _load_every_picture(page: Page) -> None:
    """Scroll to the end as a person does: pictures further down load only then."""
    page.evaluate(
        """async () => {
            const step = window.innerHeight;
            for (let y = 0; y < document.body.scrollHeight; y += step) {
                window.scrollTo(0, y);
                await new Promise((done) => setTimeout(done, 60));
            }
            const shown = [...document.images].filter((one) => !one.closest("details:not([open])"));
            await Promise.all(shown.map((one) => one.complete || new Promise((done) => {
                one.onload = one.onerror = done;
            })));
            window.scrollTo(0, 0);
        }"""
    )


def _report_overflow(page: Page, name: str, say: Callable[[str], None]) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wider > 0:
        say(f"{name}: the page is {wider} px wider than its window")


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with demonstration() as demo:
        ids = prepare(demo)
        picture_all(demo, ids, options.output, options.only)


def picture_all(demo: Demonstration, ids: dict[str, str], folder: Path, only: str) -> None:
    """Drive the browser through every page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        taken = take(browser, demo, ids, folder, only)
        browser.close()
    print(f"{taken} pictures in {folder}")


if __name__ == "__main__":
    main()

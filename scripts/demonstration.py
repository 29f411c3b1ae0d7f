"""A demonstration of the service with dossiers in every state, for pictures and tests of its pages."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS, DemoAccount
from forms_service.first_look import FirstLook
from forms_service.services import Actor
from forms_service.web import create_app

ALLOWANCE, REFUND, REMISSION, WAGES = "311-1-14", "310-1-32", "debt-remission", "wage-declaration"
BOSS = "1000001"
"""Login of the employer who asks for a remission."""
REGISTERS = Path(__file__).resolve().parents[1] / "samples" / "registers"
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
COLLEAGUES_PASSWORD = "demo-controle-2"
GUARDED = DemoAccount("agence-2", "demo-agence-2", "Agence à deux étapes", frozenset({"clerk"}))
"""Somebody whose sign-in asks for a second step."""
CHILDREN = [{"birth": "15/08/2026"}, {"birth": "01/06/2012", "student": "true"}]


class JobsByHand:
    """Keeps what is to be read until somebody says so; the pictures need every state."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def enqueue(self, session: Any, task: str, key: str) -> None:
        """Remember one job."""
        self.keys.append(key)


class Quiet(WSGIRequestHandler):
    """Says nothing of the requests it answers."""

    def log_request(self, *_: object) -> None:
        """Keep silent."""


@dataclass
class Demonstration:
    """The running service and the dossiers to picture."""

    application: Application
    jobs: JobsByHand
    app: Flask
    address: str

    def actor(self, role: str) -> Actor:
        """One of the demonstration's people."""
        who = account(role)
        actor = self.application.services.authenticate(who.login, who.password)
        assert actor
        return actor

    def read_all(self) -> None:
        """Read everything that waits."""
        while self.jobs.keys:
            key = self.jobs.keys.pop(0)
            self.application.services.sort_stack(key)
            self.application.services.read_upload(key)


def account(who: str) -> DemoAccount:
    """The account of a role, or the ``n``-th one of it: ``applicant/1`` has no dossiers yet."""
    role, _, number = who.partition("/")
    return [one for one in DEMO_ACCOUNTS if role in one.roles][int(number or 0)]


@contextmanager
def demonstration(first_look: FirstLook | None = None) -> Iterator[Demonstration]:
    """Run the service on a free loopback port, which looks at uploads as told, else as it always does."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = JobsByHand()
        config = Config(
            data_folder=Path(folder),
            demo=True,
            four_eyes=frozenset({REFUND}),
            registers_folder=REGISTERS,
            public_url="http://localhost",  # a name: passkeys are offered
        )
        application = build(config, jobs=jobs, draw=lambda: 0.0, first_look=first_look)
        app = create_app(application)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Demonstration(application, jobs, app, f"http://127.0.0.1:{server.server_port}")
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
    """Make stacks and dossiers in every state; gives their ids by name."""
    services, applicant = demo.application.services, demo.actor("applicant")
    _guard(demo)
    stacks, employer = _stacks(demo), _employer(demo)
    scanned = _scanned(demo)
    checked = services.open_dossier(applicant, REFUND, "ar")
    services.deposit(applicant, checked, True)
    return {
        **stacks,
        "new": services.open_dossier(applicant, ALLOWANCE, "ar"),
        "course": _simulated(demo, employer),
        "wages": services.open_dossier(employer, WAGES, "ar"),
        "partly": _partly(demo),
        "scanned": scanned,
        "checked": checked,
        "returned": _returned(demo),
        "proposed": _proposed(demo),
    }


def _guard(demo: Demonstration) -> None:
    """Open the account whose sign-in takes two steps."""
    services = demo.application.services
    colleague = services.add_account(GUARDED.login, GUARDED.password, GUARDED.name, GUARDED.roles)
    secret, _ = services.offered_app(colleague)
    services.confirm_app(colleague, pyotp.TOTP(secret).at(services.now()))


def _employer(demo: Demonstration) -> Actor:
    boss = next(one for one in DEMO_ACCOUNTS if one.login == BOSS)
    employer = demo.application.services.authenticate(boss.login, boss.password)
    assert employer
    return employer


def _simulated(demo: Demonstration, employer: Actor) -> str:
    """An employer's remission by instalments, at its simulation."""
    services = demo.application.services
    dossier_id = services.open_dossier(employer, REMISSION, "ar")
    who = {"request": "new", "signatory.name": "Karim Bennis", "signatory.capacity": "gérant"}
    services.answer(employer, dossier_id, who)
    services.take_action(employer, dossier_id, "confirm")
    services.take_action(employer, dossier_id, "choose_payment")
    bank = services.dossier(employer, dossier_id).spec.field("account").choices[0].value
    payment = {"mode": "instalments", "account": bank, "inst.count": "12", "inst.advance": "20000"}
    services.answer(employer, dossier_id, payment)
    services.take_action(employer, dossier_id, "simulate_payment", accepted=("guarantees",))
    return dossier_id


def _stacks(demo: Demonstration) -> dict[str, str]:
    """One stack that was gone through and left sheets behind, and one that waits."""
    services, clerk = demo.application.services, demo.actor("clerk")
    unknown = photo_of("MEMBRE DU CLUB DE LECTURE")
    services.intake_scan(clerk, [("pile.jpg", unknown), ("fermé.pdf", b"%PDF-1.4 cut")])
    demo.read_all()
    services.intake_scan(clerk, [("attente.jpg", photo_of("UNE AUTRE PILE"))])
    demo.jobs.keys.clear()
    waiting, done = (one.id for one in services.stacks(clerk)[:2])
    return {"stack_waiting": waiting, "stack_done": done}


def _partly(demo: Demonstration) -> str:
    """A draft with a wrong date, a paper that serves, one that is refused and one that is being read."""
    services, applicant = demo.application.services, demo.actor("applicant")
    dossier_id = services.open_dossier(applicant, ALLOWANCE, "ar")
    services.answer(applicant, dossier_id, {**ANSWERS, "assured.birth": "31/02/1988", "assured.email": ""})
    services.answer_group(applicant, dossier_id, "children", CHILDREN)
    birth = photo_of("EXTRAIT D'ACTE DE NAISSANCE")
    services.upload(applicant, dossier_id, "عقد الازدياد.jpg", birth, "birth", 1)
    services.upload(applicant, dossier_id, "vide.pdf", b"", "birth", 2)
    demo.read_all()
    services.upload(applicant, dossier_id, "cheque.jpg", photo_of("BANQUE"), "bank", None)
    services.set_on_file(applicant, dossier_id, {"id_assured"}, {"marriage"})
    return dossier_id


def _scanned(demo: Demonstration) -> str:
    """A scanned form that contradicts the screen, before the reviewer."""
    services, applicant = demo.application.services, demo.actor("applicant")
    dossier_id = services.open_dossier(applicant, ALLOWANCE, "fr")
    services.answer(applicant, dossier_id, {"quality": "assured", "assured.last": "El Omrani"})
    services.answer_group(applicant, dossier_id, "children", CHILDREN)
    birth = photo_of("EXTRAIT D'ACTE DE NAISSANCE")
    paper = scan_of(filled_paper(demo, dossier_id))
    services.upload(applicant, dossier_id, "formulaire.pdf", paper, "form", None)
    services.upload(applicant, dossier_id, "naissance.jpg", birth, "birth", 1)
    demo.read_all()
    services.deposit(applicant, dossier_id, True)
    review = demo.actor("reviewer")
    if services.dossier(review, dossier_id).state == "physical_check_pending":
        services.receive_paper(demo.actor("clerk"), dossier_id)
    services.start_review(review, dossier_id)
    return dossier_id


def _returned(demo: Demonstration) -> str:
    """A dossier that waits for a correction."""
    services, applicant, review = demo.application.services, demo.actor("applicant"), demo.actor("reviewer")
    dossier_id = services.open_dossier(applicant, ALLOWANCE, "ar")
    services.answer(applicant, dossier_id, ANSWERS)
    services.deposit(applicant, dossier_id, True)
    services.start_review(review, dossier_id)
    message = "المرجو تصحيح رقم البطاقة الوطنية وإرفاق عقد الازدياد."
    services.request_correction(review, dossier_id, ["assured.id_no"], ["birth"], message)
    return dossier_id


def _proposed(demo: Demonstration) -> str:
    """A dossier with a paper and a decision that a colleague proposed and another reviewer is to confirm."""
    services, applicant, review = demo.application.services, demo.actor("applicant"), demo.actor("reviewer")
    colleague = services.add_account("controle2", COLLEAGUES_PASSWORD, "Deuxième contrôle", {"reviewer"})
    dossier_id = services.open_dossier(applicant, REFUND, "ar")
    services.upload(applicant, dossier_id, "banque.jpg", photo_of("BANQUE"), "bank", None)
    demo.read_all()
    services.deposit(applicant, dossier_id, True)
    if services.dossier(review, dossier_id).state == "physical_check_pending":
        services.receive_paper(demo.actor("clerk"), dossier_id)
    services.start_review(colleague, dossier_id)
    services.decide(colleague, dossier_id, "refused", "خارج الأجل")
    return dossier_id


def filled_paper(demo: Demonstration, dossier_id: str) -> bytes:
    """The form of a dossier as if filled in by typewriter."""
    from core.dossier import dossier_from_answers
    from forms_service.render.form_pdf import render_filled

    view = demo.application.services.dossier(demo.actor("clerk"), dossier_id)
    answers = dossier_from_answers(view.spec, ANSWERS).dossier.answers()
    printed = {one.id for one in view.spec.printed_fields()}
    values = {name: value for name, value in answers.items() if name in printed}
    return render_filled(view.spec, values, reference=view.reference, flatten=True)

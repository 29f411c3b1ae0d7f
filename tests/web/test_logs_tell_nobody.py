"""One whole journey on the most talkative level leaves nothing of anybody in what is logged.

An account is opened, a request made on screen and on paper and read by a worker's own way, deposited, looked
for at the counter, reviewed and sent back; passwords and codes are mistyped, and things break.  Everything
written to the streams of the process is searched for everything that was typed, read, uploaded or given out.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from sqlalchemy import text
from web_service import ALLOWANCE, ANSWERS, JobsByHand, Service, Visitor

from forms_service.bootstrap import build
from forms_service.config import MEBIBYTE, Config
from forms_service.first_look import NoLook
from forms_service.services.access_tokens import scopes_for
from forms_service.watching_settings import WatchingSettings
from forms_service.web import create_app
from forms_service.worker import make_worker
from tests.services.post_room import PostRoom

PHONE, EMAIL, PASSWORD = "0687654321", "naima.elfassi@exemple.ma", "quatre mots faciles ici"
PERSON = {
    "q.registration": "187654329",
    "q.identity_number": "BK765432",
    "q.birth.day": "17",
    "q.birth.month": "3",
    "q.birth.year": "1988",
    "q.last_name": "Elfassi",
    "q.first_name": "Naima",
    "q.phone": PHONE,
    "q.channel": "sms",
}
TYPED = {
    **ANSWERS,
    "assured.first": "Naima",
    "assured.first.ar": "نعيمة",
    "assured.last": "Elfassi",
    "assured.last.ar": "الفاسي",
    "assured.registration": "187654329",
    "assured.id_no": "BK765432",
    "assured.birth": "17/03/1988",
    "assured.address": "14 rue des Oudayas",
    "assured.city": "Taroudant",
    "assured.mobile": PHONE,
    "assured.email": EMAIL,
}
RIB = "011810000012345678901258"
FILE_NAME, MESSAGE, NOTE = (
    "livret de famille Elfassi.pdf",
    "Quel est le nom de jeune fille ?",
    "Vue avec sa sœur Ghita",
)
WRONG_PASSWORD, WRONG_CODE = "mot de passe faux 7", "918273"


@dataclass
class Journey:
    """Everything that must not be found, and everything that was written."""

    secrets: set[str] = field(default_factory=set)
    written: str = ""

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(one) for one in self.written.splitlines() if one.startswith("{")]


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    watching = WatchingSettings(log_level="debug")
    folder = tmp_path_factory.mktemp("talkative")
    jobs = JobsByHand()
    config = Config(data_folder=folder, demo=True, max_upload_bytes=2 * MEBIBYTE, watching=watching)
    application = build(config, jobs=jobs, draw=lambda: 1.0, first_look=NoLook())
    app = create_app(application)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield Service(application, jobs, app)
    application.close()


def open_account(service: Service, journey: Journey) -> Visitor:
    post = PostRoom(service.application.services)
    visitor = service.visitor("fr")
    visitor.post("/account/open", {**PERSON, "q.birth.month": "14"})
    visitor.post("/account/open", PERSON)
    post.deliver(service.jobs.keys)
    code = post.code_to(PHONE)
    visitor.post("/account/code", {"code": WRONG_CODE})
    assert visitor.post("/account/code", {"code": code}).status_code == 303
    assert visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    post.deliver(service.jobs.keys)
    journey.secrets |= {code, *(letter.address for letter in post.letters)}
    return visitor


def work_off(service: Service) -> None:
    """Carry out what waits as a worker does, its own way of trying, counting and telling among it."""
    worker = make_worker(service.application)
    while service.jobs.keys:
        key = service.jobs.keys.pop(0)
        for task in ("read_upload", "sort_stack", "send_letter"):
            worker._attempts.carry_out(f"{task}:{key}", task, key, worker._tasks[task])


def ask_for_an_allowance(service: Service, visitor: Visitor, journey: Journey) -> str:
    begun = visitor.post("/dossiers/", {"form": ALLOWANCE})
    dossier = begun.headers["Location"].rstrip("/").split("/")[4 if "://" in begun.headers["Location"] else 3]
    services = service.application.services
    owner = services.authenticate(PERSON["q.registration"], PASSWORD)
    assert owner
    visitor.post(f"/dossiers/{dossier}/section/assured", {f"q.{k}": v for k, v in TYPED.items()})
    visitor.post("/dossiers/", {"form": "bank-account", "rib": RIB})
    visitor.post(f"/dossiers/{dossier}/section/assured?rib={RIB}", {"q.assured.city": RIB})
    services.answer(owner, dossier, TYPED)
    paper = services.filled_pdf(owner, dossier)
    files = {"as_type": "form", "files": (io.BytesIO(paper), FILE_NAME)}
    assert visitor.post(f"/dossiers/{dossier}/documents", files).status_code in (200, 303)
    broken = {"as_type": "birth", "files": (io.BytesIO(b"%PDF-1.4 Elfassi"), f"2 {FILE_NAME}")}
    visitor.post(f"/dossiers/{dossier}/documents", broken)
    work_off(service)
    assert [one.status.value for one in services.dossier(owner, dossier).attachments].count("read") >= 1
    services.deposit(owner, dossier, True)
    reference = services.dossier(owner, dossier).reference
    journey.secrets |= {reference, owner.id}
    visitor.get(f"/receipt/{reference}/1234")
    return dossier


def at_the_office(service: Service, dossier: str, journey: Journey) -> None:
    reviewer, clerk = service.visitor("ar").sign_in("reviewer"), service.visitor("fr").sign_in("clerk")
    clerk.get("/agency/?q=Elfassi")
    clerk.get(f"/agency/?q={PERSON['q.registration']}")
    clerk.post("/agency/intake", {"files": (io.BytesIO(b"%PDF-1.4 Naima"), FILE_NAME)})
    clerk.post("/agency/open", {"form": ALLOWANCE, "registration": PERSON["q.registration"]})
    reviewer.post(f"/review/{dossier}/start")
    service.application.services.start_review(service.actor("reviewer"), dossier)
    reviewer.post(
        f"/review/{dossier}/correction", {"fields": ["assured.last"], "message": MESSAGE, "note": NOTE}
    )
    reviewer.post(f"/review/{dossier}/decision", {"outcome": "refused", "note": NOTE})
    work_off(service)
    for visitor in (reviewer, clerk):
        journey.secrets |= {cookie.value for cookie in visitor.client._cookies.values()}


def with_a_token(service: Service, journey: Journey) -> None:
    actor = service.actor("applicant")
    token, _ = service.application.services.make_token(actor, "Elfassi", scopes_for(actor.roles))
    client = service.app.test_client()
    client.get("/api/v1/dossiers?q=Elfassi", headers={"Authorization": f"Bearer {token}"})
    client.post("/api/v1/dossiers", json={"nom": "Elfassi"}, headers={"Authorization": f"Bearer {token}x"})
    journey.secrets.add(token)


def let_things_break(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    services = service.application.services
    visitor = service.visitor("fr").sign_in("applicant")
    visitor.post("/sign-in", {"login": PERSON["q.registration"], "password": WRONG_PASSWORD})
    visitor.client.get("/fr/nowhere/Elfassi?cin=BK765432", headers={"X-Request-ID": "187654329"})
    visitor.client.post("/fr/sign-in", data={"login": "187654329", "password": WRONG_PASSWORD})

    def fails_with_a_name(*_: object) -> None:
        try:
            with service.application.database.writing() as session:
                session.execute(text("insert into nothing values (:name)"), {"name": "Elfassi"})
        except Exception as error:
            raise ValueError(f"no Naima Elfassi, {EMAIL}") from error

    monkeypatch.setattr(services, "dossiers", fails_with_a_name)
    assert visitor.get("/dossiers/").status_code == 500
    worker = make_worker(service.application)
    worker._attempts.given_up = lambda *_: None
    monkeypatch.setattr("forms_service.job_attempts.PAUSES_S", (0.0,))
    worker._attempts.carry_out("read_upload:broken", "read_upload", "broken", fails_with_a_name)
    log = logging.getLogger("third.party")
    log.warning("cannot parse %s of %s", "Elfassi", {"cin": "BK765432"})
    log.error(f"bad value 'Elfassi' for {EMAIL}")
    try:
        fails_with_a_name()
    except ValueError:
        log.exception("failed")
        structlog.get_logger("forms_service").error("told", exc_info=True)


@pytest.fixture(scope="module")
def journey(talkative: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    journey = Journey()
    capture = pytest.MonkeyPatch()
    stream = io.StringIO()
    capture.setattr("sys.stderr", stream)
    capture.setattr("sys.stdout", stream)
    try:
        visitor = open_account(talkative, journey)
        dossier = ask_for_an_allowance(talkative, visitor, journey)
        at_the_office(talkative, dossier, journey)
        with_a_token(talkative, journey)
        let_things_break(talkative, capture)
        journey.secrets |= {cookie.value for cookie in visitor.client._cookies.values()}
    finally:
        capture.undo()
    journey.secrets |= {*TYPED.values(), *PERSON.values()}
    journey.secrets |= {
        PHONE,
        EMAIL,
        PASSWORD,
        WRONG_PASSWORD,
        WRONG_CODE,
        FILE_NAME,
        MESSAGE,
        NOTE,
        "1988-03-17",
    }
    journey.written = stream.getvalue()
    yield journey


def test_nothing_of_anybody_is_written(journey: Journey) -> None:
    told = {one for one in journey.secrets if len(one) > 3}
    assert len(told) > 25
    assert [one for one in sorted(told) if one.casefold() in journey.written.casefold()] == []
    words = {word for one in (FILE_NAME, MESSAGE, NOTE) for word in re.findall(r"[A-Z][a-zé]{3,}", one)}
    assert [word for word in words if word in journey.written] == []


def test_everything_is_told_by_endpoint_and_job(journey: Journey) -> None:
    lines = journey.lines()
    requests = [one for one in lines if one["event"] == "request"]
    assert len(requests) > 25
    assert all(re.fullmatch("[0-9a-f]{32}", str(one["request"])) for one in requests)
    assert {one["status"] for one in requests} >= {200, 303, 404, 500}
    failed = [one for one in lines if one["event"] == "job failed"]
    assert failed and failed[0]["error"] == "ValueError"


def test_an_error_is_told_by_its_class_and_places_with_its_cause(journey: Journey) -> None:
    (line,) = [one for one in journey.lines() if one["event"] == "told"]
    classes = [one["class"] for one in line["exception"]]  # type: ignore[attr-defined, index]
    assert classes[:2] == ["ValueError", "OperationalError"]
    assert "fails_with_a_name" in str(line["exception"])


def test_a_library_says_only_what_stands_in_its_code(journey: Journey) -> None:
    said = [one["event"] for one in journey.lines() if one.get("logger") == "third.party"]
    assert said == ["cannot parse … of …", "…", "failed"]

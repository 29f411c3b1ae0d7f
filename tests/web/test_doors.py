"""Every address with somebody's papers behind it, by everybody, against a table that people can read.

``doors.txt`` says for each address, each stage of a dossier and each kind of visitor what happens.  An
address that is new, or that answers somebody otherwise than written there, fails with the line it has now.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy.orm import Session
from web_service import ALLOWANCE, ANSWERS, JobsByHand, Service, Visitor
from werkzeug.test import TestResponse

from forms_service.access_settings import AccessSettings
from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Services
from forms_service.services.access_tokens import SCOPES, scopes_for
from forms_service.storage.database import Database
from forms_service.storage.models import (
    AttachmentRow,
    ExtractionRow,
    IntakeRow,
    LeftPageRow,
    PageRow,
    StackFileRow,
)
from forms_service.web import create_app

TABLE = Path(__file__).with_name("doors.txt")
WHO = ("visitor", "owner", "neighbour", "clerk", "reviewer", "author", "operator")
LOGINS = {
    "owner": "123456782",
    "neighbour": "198765432",
    "clerk": "agence",
    "reviewer": "controle",
    "author": "auteure",
    "operator": "responsable",
}
PASSWORD = "une phrase bien longue"
OF_SOMEBODY = {
    "dossier_id",
    "stack_id",
    "page_id",
    "account_id",
    "webhook_id",
    "token_id",
    "delivery_id",
    "passkey_id",
}
"""What of an address names something that is somebody's."""
BODIES: dict[str, dict[str, Any]] = {
    "/answers": {"values": {"assured.last": "El Omrani"}},
    "/groups/{group_id}": {"rows": [{"birth": "2020-05-02"}]},
    "/exemptions": {"on_file": ["id_assured"], "declared": []},
    "/deposit": {"declaration": True},
    "/place": {"type": "marriage"},
    "/readings/{reading_id}/value": {"value": "El Amrani"},
    "/readings/{reading_id}/rejection": {"reason": "unreadable"},
    "/verdict": {"accepted": False, "reason": "unreadable"},
    "/course/{action_id}": {},
    "/correction": {"fields": ["assured.last"], "documents": [], "message": "Quel nom ?"},
    "/decision": {"outcome": "refused", "reason": "Sans suite"},
    "/decision/confirmation": {},
    "/decision/withdrawal": {},
    "/decision/return": {"reason": "Pourquoi ?"},
    "/receipt/revocation": {"reason": "issued_in_error", "note": ""},
    "/stacks/{stack_id}/receipts": {"dossiers": [], "forms_seen": True},
    "/filing": {"reference": "ABCD-EFGH-JKMN", "type": "birth"},
    "/discarding": {"reason": "Page blanche"},
}
"""What programs send to the addresses that end so: something sound, for who sends it to be what counts."""

FILES = ("/attachments", "/complement/papers")

UNKNOWN = "abcdefghijkmnpqrstuvwx"
DRAFT, DEPOSITED = "draft", "deposited"


@dataclass
class World:
    """The service with one dossier in each stage, and everybody at its doors."""

    service: Service
    ids: dict[str, dict[str, str]]
    others: dict[str, str]
    visitors: dict[str, Visitor]
    tokens: dict[str, str]

    def at(self, app: str, method: str, path: str, who: str, door: str = "") -> TestResponse:
        if app == "page":
            return self.visitors[who].client.open(f"/fr{path}", method=method)
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who != "visitor" else {}
        sent: dict[str, Any] = {}
        if method == "POST" and door.endswith(FILES):
            sent["data"] = {"file": (io.BytesIO(b"%PDF-1.4 x"), "a.pdf"), "type": "marriage"}
        elif method not in ("GET", "DELETE"):
            headers["If-Match"] = "9999" if "/decision" in door or "/correction" in door else ""
            headers = {name: value for name, value in headers.items() if value}
            sent["json"] = next((body for end, body in BODIES.items() if door.endswith(end)), None)
        client = self.service.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **sent)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    free = AccessSettings(costly_a_minute=0, costly_a_minute_from=0)
    config = Config(data_folder=tmp_path_factory.mktemp("doors"), access=free, requests_a_minute=1_000_000)
    jobs = JobsByHand()
    application = build(config, jobs=jobs, draw=lambda: 1.0, first_look=NoLook())
    services = application.services
    roles = {"owner": "applicant", "neighbour": "applicant"}
    for who, login in LOGINS.items():
        services.add_account(login, PASSWORD, who.title(), {roles.get(who, who)})
    app = create_app(application)
    app.testing = True
    app.config.update(PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)  # that proof has a test of its own
    service = Service(application, jobs, app)
    actors = {who: services.authenticate(login, PASSWORD) for who, login in LOGINS.items()}
    visitors = {who: service.visitor("fr") for who in WHO}
    for who, login in LOGINS.items():
        answer = visitors[who].client.post("/fr/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303
    tokens = {
        who: services.make_token(actor, "test", scopes_for(actor.roles))[0] for who, actor in actors.items()
    }
    ids = {stage: _dossier(services, actors, stage) for stage in (DRAFT, DEPOSITED)}
    of_neighbour = {**actors, "owner": actors["neighbour"]}
    own = {f"neighbours {stage}": _dossier(services, of_neighbour, stage) for stage in (DRAFT, DEPOSITED)}
    others = {"account_id": actors["clerk"].id, **_stack(services, actors["clerk"])}
    jobs.keys.clear()
    yield World(service, {**ids, **own}, others, visitors, tokens)
    application.close()


def _dossier(services: Any, actors: dict[str, Any], stage: str) -> dict[str, str]:
    """A dossier with a paper of one page on which an answer was read."""
    owner = actors["owner"]
    dossier_id = services.open_dossier(owner, ALLOWANCE, "fr")
    services.answer(owner, dossier_id, ANSWERS)
    picture = cv2.imencode(".png", np.full((300, 200), 255, np.uint8))[1].tobytes()
    paper = services.upload(owner, dossier_id, "naissance.png", picture, "birth", 1).id
    reading = services.new_id()
    with services.database.writing() as session:
        session.get_one(AttachmentRow, paper).status = "read"
        key = services.objects.put(picture)
        session.add(PageRow(attachment_id=paper, number=0, image_object=key))
        read = {
            "raw": "Tazl",
            "value": {"value": "Tazl"},
            "confidence": 0.5,
            "page": 0,
            "box": [10, 20, 90, 60],
        }
        read |= {"verdict": "review", "engine": "test", "reason": "low_confidence", "position": 0}
        session.add(
            ExtractionRow(
                id=reading, dossier_id=dossier_id, attachment_id=paper, field_id="assured.last", **read
            )
        )
    if stage == DEPOSITED:
        services.deposit(owner, dossier_id, True)
        services.start_review(actors["reviewer"], dossier_id)
    return {
        "dossier_id": dossier_id,
        "attachment_id": paper,
        "scan_id": paper,
        "extraction_id": reading,
        "reading_id": reading,
        "section_id": "assured",
        "group_id": "children",
        "number": "1",
        "page": "0",
        "paper_id": "none",
        "action_id": "none",
    }


def _stack(services: Any, clerk: Any) -> dict[str, str]:
    picture = cv2.imencode(".png", np.full((300, 200), 255, np.uint8))[1].tobytes()
    key = services.objects.put(picture)
    with services.database.writing() as session:
        session.add(IntakeRow(id="stack", scanned_by=clerk.id, scanned_at=services.now(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="stack", number=0, name="pile.png", object_key=key, pages=1))
        session.add(
            LeftPageRow(
                id="left",
                intake_id="stack",
                file="pile.png",
                number=1,
                original_object=key,
                page_object=key,
                fate="unidentified",
                message={"ar": "-", "fr": "-"},
                scanned_at=services.now(),
            )
        )
    return {"stack_id": "stack", "page_id": "left"}


class TakenBack(Exception):
    """What was written is forgotten."""


@pytest.fixture
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written is looked at and taken back, so that everybody finds the same dossier."""

    really = Database.writing

    @contextmanager
    def taken_back(self: Database) -> Iterator[Session]:
        with suppress(TakenBack), really(self) as session:
            yield session
            session.flush()
            raise TakenBack

    monkeypatch.setattr(Database, "writing", taken_back)
    told = (b"a clean copy", "application/pdf", "copy.pdf")  # who gets one is asked here, not how it is made
    monkeypatch.setattr(Services, "clean_copy", lambda *_: told)


def doors(world: World) -> list[tuple[str, str, str, set[str]]]:
    """(pages or programs, method, address, what it names) of everything that names something of somebody."""
    found = []
    for name, app in (
        ("page", world.service.app),
        ("api", world.service.app.extensions["forms_service_api"]),
    ):
        for rule in app.url_map.iter_rules():
            if not rule.arguments & OF_SOMEBODY:
                continue
            path = re.sub(r"<(?:int:|path:)?(\w+)>", r"{\1}", rule.rule.replace("/<any(ar, fr):lang>", ""))
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found.append((name, method, path, set(rule.arguments - {"lang"})))
    return sorted(found, key=lambda one: (one[0], one[2], one[1]))


def filled(path: str, *told: dict[str, str]) -> str:
    """The address with those ids, and unknown ones where none is told."""
    values: dict[str, str] = {}
    for one in told:
        values |= one
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], UNKNOWN), path)


def in_words(answer: TestResponse) -> str:
    """What happens to whoever asks, in the words of the table."""
    status, place = answer.status_code, answer.headers.get("Location", "")
    if status == 401 or (300 <= status < 400 and "/sign-in" in place):
        return "signs in"
    words = {404: "no such", 403: "refused", 409: "not now", 429: "waits", 405: "no verb"}
    if 300 <= status < 400:
        return "leads on"
    if status in (400, 412, 413, 415, 422, 428):
        return "asks again"
    return "opens" if status < 300 else words.get(status, f"FAILS {status}")


def test_every_door_answers_everybody_as_the_table_says(world: World, nothing_stays: None) -> None:
    written = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            place, *said = (part.strip() for part in line.split("|"))
            written[" ".join(place.split())] = said
    wrong, met = [], set()
    for app, method, path, names in doors(world):
        for stage in (DRAFT, DEPOSITED) if "dossier_id" in names else ("any",):
            place = f"{app} {method} {path} {stage}"
            address = filled(path, world.ids.get(stage, {}), world.others)
            said = [in_words(world.at(app, method, address, who, path)) for who in WHO]
            met.add(place)
            if written.get(place) != said:
                wrong.append(" | ".join([f"{place:<80}", *(f"{one:<10}" for one in said)]).rstrip())
    assert not wrong, "doors.txt says otherwise of:\n" + "\n".join(wrong)
    assert set(written) == met, "doors.txt names what is no more"
    assert len(met) > 200


def same(answer: TestResponse, *ids: str) -> str:
    """What an answer shows, without what differs by chance or was asked for."""
    shown = answer.get_data(as_text=True)
    for one in ids:
        shown = shown.replace(one, "…")
    return re.sub(r'(name="(?:csrf_token|once)" value=")[^"]+|"incident":"[^"]+"', r"\1", shown)


def test_what_is_not_yours_looks_like_what_does_not_exist(world: World, nothing_stays: None) -> None:
    """In status and in every word, for people and for programs, whoever asks."""
    told = []
    for app, method, path, names in doors(world):
        if "dossier_id" not in names:
            continue
        kept = world.ids[DRAFT]
        ids = [kept[one] for one in ("dossier_id", "attachment_id", "extraction_id")]
        for who in ("neighbour", "reviewer", "author"):
            theirs = world.at(app, method, filled(path, kept), who, path)
            no_such = world.at(app, method, filled(path, kept, {"dossier_id": UNKNOWN}), who, path)
            unlike = theirs.status_code != no_such.status_code or same(theirs, *ids) != same(
                no_such, UNKNOWN, *ids
            )
            if unlike or theirs.status_code < 400:
                told.append(f"{who} {method} {path}: {theirs.status_code} / {no_such.status_code}")
    assert told == []


@pytest.mark.parametrize(
    "who, mine, theirs",
    [
        ("neighbour", f"neighbours {DRAFT}", DRAFT),
        ("clerk", DRAFT, f"neighbours {DRAFT}"),  # who may see both is told of the one that is named
        ("reviewer", DEPOSITED, f"neighbours {DEPOSITED}"),
    ],
)
def test_nothing_of_another_dossier_is_reached_through_ones_own(
    world: World, nothing_stays: None, who: str, mine: str, theirs: str
) -> None:
    _nothing_is_reached(world, who, world.ids[mine], world.ids[theirs])


def _nothing_is_reached(world: World, who: str, mine: dict[str, str], theirs: dict[str, str]) -> None:
    parts = {"attachment_id", "extraction_id", "reading_id", "scan_id"}
    reached, tried = [], 0
    for app, method, path, names in doors(world):
        if "dossier_id" not in names or not names & parts:
            continue
        mixed = filled(path, theirs, {"dossier_id": mine["dossier_id"]})
        answer = world.at(app, method, mixed, who, path)
        unknown = filled(path, mine, dict.fromkeys(parts, UNKNOWN))
        no_such = world.at(app, method, unknown, who, path)
        tried += 1
        like = (answer.status_code, answer.headers.get("Location")) == (
            no_such.status_code,
            (no_such.headers.get("Location") or "").replace(UNKNOWN, theirs["attachment_id"]) or None,
        )
        if answer.status_code < 300 or not like:
            reached.append(f"{method} {path}: {answer.status_code} / {no_such.status_code}")
    assert tried > 15
    assert reached == []


def test_a_token_opens_only_the_doors_of_its_scopes(world: World) -> None:
    """Somebody with every role makes one token for each scope: it opens those doors and no others."""
    services = world.service.application.services
    actor = services.add_account(
        "partout", PASSWORD, "Partout", {role for one in SCOPES.values() for role in one}
    )
    tokens = {scope: services.make_token(actor, scope, [scope])[0] for scope in SCOPES}
    api = world.service.app.extensions["forms_service_api"]
    client, opened = world.service.app.test_client(), dict.fromkeys(SCOPES, 0)
    for rule in api.url_map.iter_rules():
        asked = getattr(api.view_functions[rule.endpoint], "_spec", {}).get("security")
        needed = {scope for one in asked or () for scope in one["token"]}
        if not needed:
            continue
        path = re.sub(r"<(?:int:|path:)?(\w+)>", "0", rule.rule)
        method = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for scope, token in tokens.items():
            answer = client.open(
                f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {token}"}
            )
            refused = answer.status_code == 403 and answer.get_json()["code"] == "insufficient_scope"
            assert refused is (scope not in needed), f"{scope}: {method} {rule.rule}: {answer.status_code}"
            opened[scope] += not refused
    assert all(opened.values())


def test_verbs_that_no_door_knows_are_refused(world: World) -> None:
    """Nothing answers them, nothing fails, and the security headers are there too."""
    known: dict[tuple[str, str], set[str]] = {}
    for app, method, path, names in doors(world):
        if "dossier_id" in names:
            known.setdefault((app, path), set()).add(method)
    tried = 0
    for (app, path), methods in known.items():
        address = filled(path, world.ids[DRAFT])
        for method in {"PUT", "DELETE", "PATCH", "TRACE"} - methods:
            answer = world.at(app, method, address, "owner")
            assert answer.status_code in (405, 400), f"{method} {path}: {answer.status_code}"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            tried += 1
    assert tried > 150


def test_an_upload_by_the_owner_is_really_taken_when_nobody_takes_it_back(world: World) -> None:
    """The table is looked at with writing taken back: the same door does write when it may."""
    address = filled("/dossiers/{dossier_id}/attachments", world.ids[f"neighbours {DRAFT}"])
    headers = {"Authorization": f"Bearer {world.tokens['neighbour']}"}
    form = {"file": (io.BytesIO(b"%PDF-1.4 x"), "a.pdf"), "type": "marriage"}
    client = world.service.app.test_client()
    assert client.post(f"/api/v1{address}", data=form, headers=headers).status_code == 201
    listed = world.at("api", "GET", address, "neighbour").get_json()
    assert "a.pdf" in str(listed)

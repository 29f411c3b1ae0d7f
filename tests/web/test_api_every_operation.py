"""Every operation of the interface succeeds with what it is for, and answers then as it is described.

Requests that are thought up (test_api_schema.py) mostly end in a refusal; here a dossier is led through all
its stages, a stack and a webhook too, and no operation may be left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from web_service import ALLOWANCE, ANSWERS, REFUND, JobsByHand

from core.dossier import dossier_from_answers
from forms_service.bootstrap import Application, build
from forms_service.first_look import NoLook
from forms_service.locales import both
from forms_service.render.form_pdf import render_filled
from forms_service.services.access_tokens import SCOPES
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.models import ExtractionRow, LeftPageRow, StackSheetRow
from forms_service.web import create_app
from tests.backends import Backend

WORD = "a long enough password"
CONFIG = Path(__file__).with_name("schemathesis.toml")
FIRST, SECOND = "first", "second"


@dataclass
class World:
    """The interface, two people of every role, and what was done so far."""

    application: Application
    jobs: JobsByHand
    client: FlaskClient
    schema: Any
    draws: list[float]
    tokens: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        every = (one.ok() for one in self.schema.get_all_operations())
        self.operations = {one.definition.raw["operationId"]: one for one in every}

    def do(self, name: str, body: Any = None, by: str = FIRST, **path: Any) -> Any:
        """Carry an operation out, on the dossier as it stands; gives its answer."""
        operation, headers = self.operations[name], {"Authorization": f"Bearer {self.tokens[by]}"}
        if operation.method != "get" and "dossier_id" in path:
            row = self.application.services.dossier(self.actor, path["dossier_id"])
            headers["If-Match"] = f'"{row.revision}"'
        query = path.pop("query", {})
        if isinstance(body, list):
            url = operation.path.format(**path)
            answer = self.client.post(f"/api/v1{url}", data=dict(body), headers=headers)
            found = answer.get_json()
        else:
            case = operation.Case(
                path_parameters=path,
                query=query,
                headers=headers,
                **({"body": body, "media_type": "application/json"} if body is not None else {}),
            )
            answer = case.call_and_validate()
            told = answer.status_code != 204 and "json" in str(answer.headers.get("content-type"))
            found = answer.json() if told else answer.content
        assert answer.status_code < 300, (name, answer.status_code, found)
        self.done.add(name)
        return found

    def read_all(self) -> None:
        while self.jobs.keys:
            self.application.services.read_upload(self.jobs.keys.pop(0))


@pytest.fixture
def world(tmp_path: Path, backend: Backend) -> Iterator[World]:
    jobs, draws = JobsByHand(), [1.0]
    config = backend.config(tmp_path, four_eyes=frozenset({REFUND}), requests_a_minute=100_000)
    catalogue = SpecCatalogue.load()
    own = SpecCatalogue.load(Path(__file__).parents[1] / "flow_form")
    catalogue = replace(catalogue, specs={**catalogue.specs, **own.specs})
    application = build(config, jobs=jobs, draw=lambda: draws[-1], first_look=NoLook(), catalogue=catalogue)
    services, app = application.services, create_app(application)
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", app, config=schemathesis.Config.from_path(CONFIG)
    )
    made = World(application, jobs, app.test_client(), schema, draws)
    for login in (FIRST, SECOND):
        roles = {"applicant", "clerk", "reviewer", "operator", "author"}
        actor = services.add_account(login, WORD, login.title(), roles)
        made.tokens[login], _ = services.make_token(actor, "test", list(SCOPES))
        made.owner = actor if login == FIRST else made.owner
        made.actor = actor
    yield made
    application.close()


def test_every_operation_succeeds_with_what_it_is_for(world: World) -> None:
    prepared_and_deposited(world)
    after_the_deposit(world)
    decided_by_two(world)
    at_the_agency(world)
    for_those_who_look_after_it(world)
    on_a_course_of_its_own(world)
    assert set(world.operations) - world.done == set()


def a_file(data: bytes, name: str = "paper.pdf", **more: str) -> list[tuple[str, Any]]:
    return [("file", (io.BytesIO(data), name)), *more.items()]


def prepared_and_deposited(world: World) -> None:
    do = world.do
    for name in ("list_forms", "show_account", "list_dossiers"):
        do(name)
    for name in ("show_form", "blank_form", "show_requirements"):
        do(name, form_id=ALLOWANCE)
    answer = do("list_answers", query={"q": "التامين الاختيارى"})["items"][0]
    do("show_answer", answer_id=answer["id"])
    for one_calculator in do("list_calculators")["items"]:
        do("show_calculator", calculator_id=one_calculator["id"])
    do("reckon", {"values": {"children": 4}}, calculator_id="family-allowances")
    one = {"dossier_id": do("open_dossier", {"form": ALLOWANCE, "language": "fr"})["id"]}
    do("replace_answers", {"values": {"assured.last": "El Omrani"}}, **one)
    do("change_answers", {"values": {"assured.first": "Fatima Zahra"}}, **one)
    do("replace_rows", {"rows": [{"birth": "2020-05-02"}]}, group_id="children", **one)
    do("replace_exemptions", {"on_file": ["id_assured"], "declared": []}, **one)
    services = world.application.services
    view = services.dossier(world.actor, one["dossier_id"])
    answers = dossier_from_answers(view.spec, ANSWERS).dossier.answers()
    form = render_filled(view.spec, answers, reference=view.reference)
    paper = do("upload_attachment", a_file(form, "form.pdf", type="form"), **one)["id"]
    world.read_all()
    for name in ("show_attachment", "original_file"):
        do(name, attachment_id=paper, **one)
    do("page_picture", attachment_id=paper, page=0, **one)
    doubt = next(found for found in do("list_readings", **one)["items"] if found["conflicts"])
    do("confirm_reading", {"value": "El Amrani"}, reading_id=doubt["id"], **one)
    for name in ("move_attachment", "remove_attachment"):
        sent = do("upload_attachment", a_file(b"%PDF-1.4 " + name.encode(), type="birth"), **one)["id"]
        do(name, {"type": "marriage"} if name == "move_attachment" else None, attachment_id=sent, **one)
    for name in ("show_dossier", "list_attachments", "judge_dossier", "list_other_dossiers"):
        do(name, **one)
    for name in ("blank_pdf", "filled_pdf", "cover_pdf", "personal_pdf"):
        do(name, **one)
    do("deposit_dossier", {"declaration": True}, **one)
    world.deposited = one


def after_the_deposit(world: World) -> None:
    do, one = world.do, world.deposited
    receipt = do("show_receipt", **one)
    do("verify_receipt", a_file(do("receipt_pdf", **one), "receipt.pdf"))
    do("check_receipt", reference=receipt["reference"], code=receipt["control_code"])
    lacking = do("show_complement", **one)["missing"][0]["type"]
    for last in (False, True):
        added = do("add_missing_paper", a_file(b"%PDF-1.4 " + str(last).encode(), type=lacking), **one)
        if not last:
            do("withdraw_missing_paper", attachment_id=added["id"], **one)
    do("confirm_complement", **one)
    for name in ("list_notices", "show_history"):
        do(name, **one)
    do("start_review", **one)
    for name in ("put_back", "take_over", "show_hands", "list_gaps", "summary_pdf"):
        do(name, **one)
    give_every_reading_a_place(world)
    first, second = [found for found in do("list_readings", **one)["items"] if found["crop_available"]][:2]
    do("reading_picture", reading_id=first["id"], **one)
    do("settle_reading", {"value": first["value"]}, reading_id=first["id"], **one)
    do("reject_reading", {"reason": "unreadable"}, reading_id=second["id"], **one)
    do("judge_document", {"accepted": False, "reason": "unreadable"}, attachment_id=added["id"], **one)
    do("ask_correction", {"fields": ["assured.last"], "documents": [], "message": "Quel nom ?"}, **one)
    do("correction_slip", **one)


def give_every_reading_a_place(world: World) -> None:
    """What was typed into a file has none; what is read from a scan has."""
    with world.application.database.writing() as session:
        for row in session.scalars(select(ExtractionRow)):
            row.box, row.engine = [100, 200, 400, 240], "test"


def decided_by_two(world: World) -> None:
    do = world.do
    one = {"dossier_id": do("open_dossier", {"form": REFUND, "language": "ar"})["id"]}
    world.draws.append(0.0)
    do("deposit_dossier", {"declaration": True}, **one)
    world.draws.append(1.0)
    do("list_awaited_papers")
    do("note_paper", **one)
    do("list_queue")
    do("show_worklist")
    do("start_review", **one)
    refusal = {"outcome": "refused", "note": "Hors délai", "despite_gaps": False}
    for settle, by, body in (
        ("withdraw_decision", FIRST, None),
        ("return_decision", SECOND, {"reason": "Pourquoi ?"}),
        ("confirm_decision", SECOND, None),
    ):
        assert do("decide", refusal, **one)["final"] is False
        told = do("show_hands", **one)
        assert (told["proposed"], told["proposed_by"]) == ("refused", FIRST.title())
        do(settle, body, by=by, **one)
    do("revoke_receipts", {"reason": "issued_in_error", "note": ""}, **one)


def at_the_agency(world: World) -> None:
    do = world.do
    walk_in = {"form": ALLOWANCE, "registration": "111222333", "language": "fr", "anyway": True}
    one = do("open_for_person", walk_in)
    do("find_dossiers", query={"q": one["reference"]})
    do("list_day")
    do("blanks", form_id=ALLOWANCE, query={"copies": "1"})
    stack = do("take_stack", [("files", (io.BytesIO(b"%PDF-1.4 pile"), "pile.pdf"))])["id"]
    world.jobs.keys.clear()
    waiting = sheets_of(world, stack, one["id"])
    do("list_stacks")
    do("show_stack", stack_id=stack)
    do("list_stack_receipts", stack_id=stack)
    do("deposit_stack", {"dossiers": [one["id"]], "forms_seen": True}, stack_id=stack)
    do("stack_receipts_pdf", stack_id=stack)
    do("list_left_pages")
    do("left_page_picture", page_id=waiting[0])
    do("left_page_file", page_id=waiting[0])
    draft = do("open_dossier", {"form": ALLOWANCE, "language": "fr"})
    do("file_left_page", {"reference": draft["reference"], "type": "birth"}, page_id=waiting[0])
    do("discard_left_page", {"reason": "Page blanche"}, page_id=waiting[1])


def sheets_of(world: World, stack: str, dossier_id: str) -> list[str]:
    """One sheet of the stack lies in a dossier, two wait for a clerk; gives the ids of those."""
    services, picture = world.application.services, io.BytesIO()
    Image.new("L", (300, 420), 255).save(picture, "PNG")
    key = services.objects.put(picture.getvalue())
    with world.application.database.writing() as session:
        session.add(
            StackSheetRow(
                intake_id=stack,
                file=0,
                page=1,
                seen={},
                fate="filed",
                message=both("review.title").as_dict(),
                form_page=1,
                dossier_id=dossier_id,
            )
        )
        for number in (1, 2):
            session.add(
                LeftPageRow(
                    id=f"left-{number}",
                    intake_id=stack,
                    file="pile.pdf",
                    number=number,
                    original_object=key,
                    page_object=key,
                    fate="unknown",
                    message=both("review.title").as_dict(),
                    scanned_at=services.now(),
                )
            )
    return ["left-1", "left-2"]


def for_those_who_look_after_it(world: World) -> None:
    do = world.do
    for name in ("show_figures", "show_record"):
        do(name)
    for name in ("list_remarks", "list_rehearsals"):
        do(name, form_id=ALLOWANCE)
    do("ask_rehearsal", {"large": False}, form_id=ALLOWANCE)
    hook = do("add_webhook", {"url": "https://example.org/hook", "events": ["dossier.opened"]})["id"]
    do("open_dossier", {"form": ALLOWANCE, "language": "fr"})
    do("list_webhooks")
    do("show_webhook", webhook_id=hook)
    message = do("list_deliveries", webhook_id=hook)["items"][0]["id"]
    given_up(world, message)
    do("send_again", delivery_id=message)
    do("stop_webhook", webhook_id=hook)


def on_a_course_of_its_own(world: World) -> None:
    """Guarantees are taken in by whoever examines; until then no paper is made."""
    do, ticked, services = world.do, {"accepted": ["terms", "guarantees"]}, world.application.services
    one = {"dossier_id": do("open_dossier", {"form": "course-1", "language": "fr"})["id"]}
    person = {"person.registration": "123456782", "person.first": "Fatima", "person.last": "Amrani"}
    debt = {"debt.principal": "900", "mode": "integral", "person.mobile": "0612345678"}
    with world.application.database.writing() as session:
        services.get_dossier(session, world.actor, one["dossier_id"]).owner_id = world.owner.id
    do("change_answers", {"values": {**person, **debt}}, **one)
    for action in ("go_on", "choose", "ask_code"):
        do("take_step", {}, action_id=action, **one)
    (able,) = (found for found in do("show_course", **one)["actions"] if found["id"] == "pay_all")
    assert able["possible"] and [found["id"] for found in able["accepts"]] == ["terms"]
    paper = do("take_step", ticked, action_id="pay_all", **one)["papers"][0]["id"]
    assert do("outcome_pdf", paper_id=paper, **one).startswith(b"%PDF-")
    waiting = {"dossier_id": do("open_dossier", {"form": "course-1", "language": "fr"})["id"]}
    with world.application.database.writing() as session:
        row = services.get_dossier(session, world.actor, waiting["dossier_id"], to_change=True)
        row.step, row.state, row.deposited_at = "registered", "submitted", services.now()
    told = do("take_step_in_review", {"reason": "Retrait"}, action_id="give_up", **waiting)
    assert (told["step"], told["stage"]) == ("lapsed", "closed")


def given_up(world: World, message: str) -> None:
    from forms_service.services.webhooks import DEAD
    from forms_service.storage.api_models import WebhookDeliveryRow

    with world.application.database.writing() as session:
        session.get_one(WebhookDeliveryRow, message).state = DEAD

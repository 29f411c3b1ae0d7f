"""What programs do after the deposit, at the agency and in the office, as the pages do."""

from __future__ import annotations

import io
from typing import Any

import pytest
from web_service import ALLOWANCE, ANSWERS, Program, Service

from forms_service.services.access_tokens import SCOPES


@pytest.fixture
def deposited(service: Service) -> str:
    dossier_id = service.new_dossier(ANSWERS)
    service.application.services.deposit(service.actor("applicant"), dossier_id, True)
    return dossier_id


# --- complements -----------------------------------------------------------------------------------


def test_a_program_adds_what_the_receipt_lists_as_missing_and_gets_a_new_receipt(
    deposited: str, program: Any
) -> None:
    mine, place = program("applicant"), f"/dossiers/{deposited}/complement"
    first = mine.get(f"/dossiers/{deposited}/receipt")
    before = mine.get(place)
    assert before["open"] and not before["to_confirm"] and before["added"] == []
    lacking = {one["type"] for one in before["missing"]}
    assert lacking == {one["type"] for one in first["missing"]} and "id_assured" in lacking
    sent = mine.upload(f"{place}/papers", b"%PDF-1.4 card", type="id_assured", key="complement-1")
    again = mine.upload(f"{place}/papers", b"%PDF-1.4 card", type="id_assured", key="complement-1")
    assert sent.status_code == 201 and again.get_json() == sent.get_json()
    assert [one["id"] for one in mine.get(place)["added"]] == [sent.get_json()["id"]]
    assert mine.get(place)["to_confirm"]
    assert mine.get(f"/dossiers/{deposited}/receipt")["digest"] == first["digest"], (
        "not before it is asked for"
    )
    receipt = mine.send("POST", f"{place}/receipt", Idempotency_Key="confirm-2026-1").get_json()
    assert "id_assured" in {one["type"] for one in receipt["received"]}
    assert "id_assured" not in {one["type"] for one in receipt["missing"]}
    assert receipt["deposited_at"] == first["deposited_at"] and receipt["completed_at"]
    assert receipt["control_code"] != first["control_code"]
    assert mine.send("POST", f"{place}/receipt").get_json()["digest"] == receipt["digest"]
    checked = mine.get(f"/receipts/{first['reference']}/{first['control_code']}")
    assert checked["standing"]["standing"] == "replaced"
    assert mine.get(place)["added"] == []


def test_only_what_is_missing_is_taken_and_only_from_whom_it_concerns(deposited: str, program: Any) -> None:
    mine, place = program("applicant"), f"/dossiers/{deposited}/complement"
    other = mine.upload(f"{place}/papers", b"%PDF-1.4 x", type="death")
    assert (other.status_code, other.get_json()["code"]) == (409, "not_missing")
    stranger = program("applicant", number=1)
    assert stranger.upload(f"{place}/papers", b"%PDF-1.4 x", type="id_assured").status_code == 404
    reader = program("applicant", ["dossiers:read"])
    assert reader.upload(f"{place}/papers", b"%PDF-1.4 x", type="id_assured").status_code == 403
    assert mine.get(place)["added"] == []


def test_an_added_paper_is_taken_back_until_its_receipt(deposited: str, program: Any) -> None:
    mine, place = program("applicant"), f"/dossiers/{deposited}/complement"
    paper = mine.upload(f"{place}/papers", b"%PDF-1.4 one", type="id_assured").get_json()["id"]
    assert mine.send("DELETE", f"{place}/papers/{paper}").status_code == 204
    assert not mine.get(place)["to_confirm"]
    kept = mine.upload(f"{place}/papers", b"%PDF-1.4 two", type="id_assured").get_json()["id"]
    mine.send("POST", f"{place}/receipt")
    told = mine.send("DELETE", f"{place}/papers/{kept}")
    assert (told.status_code, told.get_json()["code"]) == (409, "wrong_state")


def test_a_draft_takes_no_complement(service: Service, program: Any) -> None:
    mine, draft = program("applicant"), service.new_dossier(ANSWERS)
    assert mine.get(f"/dossiers/{draft}/complement")["open"] is False
    told = mine.send("POST", f"/dossiers/{draft}/complement/receipt")
    assert (told.status_code, told.get_json()["code"]) == (409, "wrong_state")


# --- what else the pages do ------------------------------------------------------------------------


def test_a_clerks_program_deposits_a_stack_and_sees_the_day(
    service: Service, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, services, actor = program("clerk"), service.application.services, service.actor("clerk")
    dossier_id = services.open_dossier(actor, ALLOWANCE, "fr", "111222334")
    files = [(io.BytesIO(b"%PDF-1.4 pile"), "pile.pdf")]
    headers = {"Authorization": f"Bearer {clerk.token}"}
    sent = clerk.client.post("/api/v1/agency/stacks", data={"files": files}, headers=headers)
    stack = sent.get_json()["id"]
    assert clerk.get(f"/agency/stacks/{stack}/receipts") == {"items": []}
    told = clerk.send(
        "POST", f"/agency/stacks/{stack}/receipts", {"dossiers": [dossier_id], "forms_seen": True}
    )
    assert told.status_code == 404, "only dossiers of that stack"
    told = clerk.send(
        "POST", f"/agency/stacks/{stack}/receipts", {"dossiers": [dossier_id], "forms_seen": False}
    )
    assert (told.status_code, told.get_json()["code"]) == (422, "declaration_needed")
    assert clerk.send("GET", f"/agency/stacks/{stack}/receipts.pdf").status_code == 404
    lines = {one["dossier"]["id"]: one["done"] for one in clerk.get("/agency/day")["items"]}
    assert "opened" in lines[dossier_id]
    assert clerk.get("/agency/day?day=2001-01-01")["items"] == []


def test_a_reviewers_program_takes_over_puts_back_and_orders_the_queue(
    service: Service, program: Any
) -> None:
    dossier_id, first = service.under_review(), program("reviewer")
    mine = first.get("/review/worklist?holder=mine&order=deadline")
    line = next(one for one in mine["items"] if one["id"] == dossier_id)
    assert line["holder"] and line["due_on"] > line["deposited_at"][:10]
    assert first.send("POST", f"/review/dossiers/{dossier_id}/put-back").status_code == 200
    assert dossier_id not in {one["id"] for one in first.get("/review/worklist?holder=mine")["items"]}
    assert first.send("POST", f"/review/dossiers/{dossier_id}/take-over").status_code == 200
    assert first.get(f"/review/dossiers/{dossier_id}/hands")["held_by"] == line["holder"]


def test_figures_and_record_are_for_operators(service: Service, program: Any, deposited: str) -> None:
    operator = program("operator")
    figures = operator.get("/office/figures")
    assert figures["arrivals"][-1]["deposits"] >= 1 and figures["first_deposits"] >= 1
    reference = service.application.services.dossier(service.actor("applicant"), deposited).reference
    record = operator.get(f"/office/record?reference={reference}&action=deposited")
    assert [one["reference"] for one in record["items"]] == [reference]
    assert program("reviewer").send("GET", "/office/figures").status_code == 403
    assert operator.get("/account")["scopes"] == sorted(
        scope for scope, roles in SCOPES.items() if "operator" in roles
    )
    assert Program(service.app.test_client()).send("GET", "/account").status_code == 401


def test_an_authors_program_asks_for_a_rehearsal_once(service: Service, program: Any) -> None:
    author, place = program("author"), f"/authoring/forms/{ALLOWANCE}"
    assert author.get(f"{place}/remarks")["version"] == 1
    service.jobs.keys.clear()
    asked = author.send("POST", f"{place}/rehearsals", {"large": True})
    assert asked.status_code == 202 and asked.get_json()["run"]["state"] == "waiting"
    again = author.send("POST", f"{place}/rehearsals", {"large": True}).get_json()
    assert [again["run"]["id"]] == service.jobs.keys
    service.application.services.give_up_rehearsal(service.jobs.keys.pop())
    assert author.get(f"{place}/rehearsals")["run"]["state"] == "failed"
    assert program("clerk").send("GET", f"{place}/rehearsals").status_code == 403


def test_the_messages_to_the_owner_are_listed(deposited: str, program: Any) -> None:
    assert program("applicant").get(f"/dossiers/{deposited}/notices") == {"items": []}
    assert program("applicant").send("GET", f"/dossiers/{deposited}/same-person").status_code == 200


# --- not too many at a time ------------------------------------------------------------------------


def test_a_token_that_asks_too_much_is_told_to_wait_in_both_languages(
    service: Service, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = service.application.services
    monkeypatch.setattr(services, "wait_before_request", lambda _token: 17)
    mine = program("applicant")
    told = mine.send(
        "POST", "/dossiers", {"form": ALLOWANCE}, Accept_Language="ar", Idempotency_Key="waiting-1"
    )
    assert (told.status_code, told.mimetype) == (429, "application/problem+json")
    said = told.get_json()
    assert told.headers["Retry-After"] == "17" and said["code"] == "too_many_requests"
    assert "17" in said["message"]["ar"] and "17" in said["message"]["fr"]
    assert said["detail"] == said["message"]["ar"]
    monkeypatch.undo()
    done = mine.send("POST", "/dossiers", {"form": ALLOWANCE}, Idempotency_Key="waiting-1")
    assert done.status_code == 201, "what was refused is done when it is sent again with the same key"

"""The interface for programs: whole journeys, and that nobody gets more by it than by the pages."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest
from web_service import ALLOWANCE, ANSWERS, Program, Service

from forms_service.web.api.doors import LARGEST_JSON

KEY = "0123456789abcdef"


def opened(program: Program) -> str:
    answer = program.send("POST", "/dossiers", {"form": ALLOWANCE, "language": "fr"})
    assert answer.status_code == 201
    return str(answer.get_json()["id"])


# --- whole journeys --------------------------------------------------------------------------------


def test_an_applicants_program_goes_all_the_way_to_the_receipt(service: Service, program: Any) -> None:
    mine = program("applicant")
    form = mine.get(f"/forms/{ALLOWANCE}")
    assert {"assured.last", "assured.birth"} <= {one["id"] for one in form["fields"]}
    dossier = opened(mine)
    told = mine.send("PATCH", f"/dossiers/{dossier}/answers", {"values": {**ANSWERS, "assured.id_no": "AB1"}})
    assert [one["place"] for one in told.get_json()["problems"]] == []
    told = mine.send("PATCH", f"/dossiers/{dossier}/answers", {"values": {"assured.birth": "31/02/1988"}})
    (problem,) = told.get_json()["problems"]
    assert problem["place"] == "assured.birth" and problem["message"]["ar"] and problem["message"]["fr"]
    assert mine.get(f"/dossiers/{dossier}")["typed"] == {"assured.birth": "31/02/1988"}
    rows = {"rows": [{"birth": "2019-05-04"}, {"birth": "2031-13-01"}]}
    told = mine.send("PUT", f"/dossiers/{dossier}/groups/children", rows)
    assert [one["place"] for one in told.get_json()["problems"]] == ["children.2.birth"]
    missing = mine.get(f"/dossiers/{dossier}/completeness")
    assert not missing["complete"]
    assert {"unreadable_answer", "missing_document"} <= {one["code"] for one in missing["findings"]}
    sent = mine.upload(f"/dossiers/{dossier}/attachments", b"%PDF-1.4 x", type="birth", child="1")
    assert sent.status_code == 201 and sent.get_json()["status"] == "waiting"
    assert mine.get(f"/dossiers/{dossier}/attachments")["reading"] == 1
    refused = mine.send("POST", f"/dossiers/{dossier}/deposit", {"declaration": False})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "declaration_needed")
    receipt = mine.send("POST", f"/dossiers/{dossier}/deposit", {"declaration": True}).get_json()
    assert receipt["standing"]["standing"] == "in_force" and receipt["missing"]
    assert mine.get(f"/dossiers/{dossier}/history")["state"] == "submitted"
    pdf = mine.send("GET", f"/dossiers/{dossier}/receipt.pdf").data
    anybody = Program(service.app.test_client())
    checked = anybody.upload("/receipts/verification", pdf).get_json()
    assert checked["outcome"] == "genuine"
    code = f"/receipts/{receipt['reference']}/{receipt['control_code']}"
    assert anybody.get(code)["state"] == "submitted"
    assert anybody.send("GET", f"/receipts/{receipt['reference']}/AAAA-AAAA").status_code == 404


def test_a_reviewers_program_asks_for_a_correction_and_decides(service: Service, program: Any) -> None:
    dossier, reviewer, applicant = service.under_review(), program("reviewer"), program("applicant")
    revision = reviewer.send("GET", f"/dossiers/{dossier}").headers["ETag"]
    asked = {"fields": ["assured.last"], "message": "Quel nom ?", "reasons": {"assured.last": "unreadable"}}
    path = f"/review/dossiers/{dossier}"
    assert reviewer.send("POST", f"{path}/correction", asked).status_code == 428
    for wrong in ({"fields": ["nonsense"]}, {"fields": ["children.999.birth"]}, {"documents": ["no"]}):
        refused = reviewer.send("POST", f"{path}/correction", {**asked, **wrong}, If_Match=revision)
        assert refused.status_code == 422, "nobody could ever mend what the form does not ask"
    done = reviewer.send("POST", f"{path}/correction", asked, If_Match=revision)
    assert done.get_json()["state"] == "correction_requested"
    correction = applicant.get(f"/dossiers/{dossier}")["correction"]
    assert (correction["open"], correction["done"]) == (["assured.last"], [])
    assert correction["answer_by"] > correction["at"][:10]
    applicant.send("PATCH", f"/dossiers/{dossier}/answers", {"values": {"assured.last": "Alami"}})
    assert applicant.get(f"/dossiers/{dossier}")["correction"]["done"] == ["assured.last"]
    second = applicant.send("POST", f"/dossiers/{dossier}/deposit", {"declaration": True})
    assert second.get_json()["completed_at"]
    start = reviewer.send("POST", f"{path}/start")
    refusal = {"outcome": "refused", "note": "Hors délai"}
    decided = reviewer.send("POST", f"{path}/decision", refusal, If_Match=start.headers["ETag"])
    assert decided.get_json()["final"] is True
    state = applicant.get(f"/dossiers/{dossier}")
    assert (state["state"], state["decision_note"]) == ("refused", "Hors délai")


def test_a_clerks_program_opens_dossiers_and_takes_stacks(service: Service, program: Any) -> None:
    clerk = program("clerk")
    told = clerk.send("POST", "/agency/dossiers", {"form": ALLOWANCE, "registration": "111222333"})
    assert (told.status_code, told.get_json()["code"]) == (409, "registration_not_known")
    body = {"form": ALLOWANCE, "registration": "111222333", "anyway": True}
    new = clerk.send("POST", "/agency/dossiers", body).get_json()
    found = clerk.get(f"/agency/dossiers?q={new['reference']}")["items"]
    assert [one["id"] for one in found] == [new["id"]]
    headers = {"Authorization": f"Bearer {clerk.token}"}
    files = [(io.BytesIO(b"%PDF-1.4 one"), "a.pdf"), (io.BytesIO(b"%PDF-1.4 two"), "b.pdf")]
    sent = clerk.client.post("/api/v1/agency/stacks", data={"files": files}, headers=headers)
    assert sent.status_code == 202 and sent.get_json()["files"] == 2
    place = sent.headers["Location"].removeprefix("/api/v1")
    assert [one["name"] for one in clerk.get(place)["files"]] == ["a.pdf", "b.pdf"]
    blanks = clerk.send("GET", f"/agency/forms/{ALLOWANCE}/copies.pdf?copies=2")
    assert blanks.mimetype == "application/pdf" and blanks.data.startswith(b"%PDF")


# --- nobody gets more than on the pages ------------------------------------------------------------


def operations(service: Service) -> list[tuple[str, str, list[str]]]:
    """Every (method, path with made-up names, scopes)."""
    spec = service.app.test_client().get("/api/v1/openapi.json").get_json()
    return [
        (method.upper(), path, [s for one in operation.get("security", []) for s in one["token"]])
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
    ]


def filled(path: str, dossier: str) -> str:
    path = path.replace("{dossier_id}", dossier).replace("{page}", "0")
    return re.sub(r"\{\w+\}", "x", path)


def test_without_a_token_only_what_is_public_answers(service: Service) -> None:
    nobody, every = Program(service.app.test_client()), operations(service)
    assert len(every) > 60
    public = set()
    for method, path, scopes in every:
        answer = nobody.send(method, filled(path, "x"), {} if method != "GET" else None)
        takes_token = bool(scopes) or path == "/account"
        assert (answer.status_code == 401) == takes_token, (method, path, answer.status_code)
        public |= set() if takes_token else {path}
    assert {path.split("/")[1] for path in public} == {"forms", "receipts", "guidance", "calculators"}


def test_a_token_opens_nothing_outside_its_scopes(service: Service, program: Any) -> None:
    for role, scope in (("clerk", "webhooks"), ("reviewer", "dossiers:read")):
        narrow = program(role, [scope])
        for method, path, scopes in operations(service):
            if scopes and scope not in scopes:
                answer = narrow.send(
                    method, filled(path, "x"), {} if method != "GET" else None, If_Match='"0"'
                )
                assert answer.status_code == 403, (method, path)
                assert answer.get_json()["code"] == "insufficient_scope"


def test_nobody_reaches_somebody_elses_dossier(service: Service, program: Any) -> None:
    own, stranger = service.new_dossier(ANSWERS), program("applicant", number=1)
    bodies = {
        "answers": {"values": {"assured.last": "X"}},
        "deposit": {"declaration": True},
        "exemptions": {},
        "children": {"rows": []},
        "value": {"value": "x"},
        "place": {},
    }
    tried = 0
    for method, path, scopes in operations(service):
        if "{dossier_id}" not in path or not set(scopes) & {"dossiers:read", "dossiers:write"}:
            continue
        address = filled(path.replace("{group_id}", "children"), own)
        if path.endswith(("/attachments", "/papers")) and method == "POST":
            answer = stranger.upload(address, b"%PDF-1.4", type="bank")
        else:
            body = {} if path.endswith("{action_id}") else bodies.get(address.rsplit("/", 1)[1])
            answer = stranger.send(method, address, body)
        assert answer.status_code == 404, (method, path, answer.get_data(as_text=True))
        tried += 1
    assert tried > 20
    assert service.application.services.dossier(service.actor("applicant"), own).revision == 1


def test_a_revoked_token_opens_nothing(service: Service) -> None:
    services, actor = service.application.services, service.actor("clerk")
    token, view = services.make_token(actor, "lost", ["agency"])
    lost = Program(service.app.test_client(), token)
    assert lost.send("GET", "/agency/stacks").status_code == 200
    services.revoke_token(actor, view.id)
    answer = lost.send("GET", "/agency/stacks")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "invalid_token")


def test_a_signed_in_browser_is_nobody_to_the_interface(service: Service) -> None:
    visitor = service.visitor().sign_in("applicant")
    assert visitor.client.get("/api/v1/dossiers").status_code == 401
    assert "Set-Cookie" not in visitor.client.get("/api/v1/forms").headers


# --- said once, done once --------------------------------------------------------------------------


def test_the_same_key_and_request_get_the_same_answer_and_are_done_once(program: Any) -> None:
    mine = program("applicant", number=2)
    first = mine.send("POST", "/dossiers", {"form": ALLOWANCE}, Idempotency_Key=KEY)
    second = mine.send("POST", "/dossiers", {"form": ALLOWANCE}, Idempotency_Key=KEY)
    assert first.get_json() == second.get_json() and second.status_code == 201
    assert second.headers["Location"] == first.headers["Location"]
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(mine.get("/dossiers")["items"]) == 1
    other = mine.send("POST", "/dossiers", {"form": "310-1-32"}, Idempotency_Key=KEY)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_key_reused")


def test_a_kept_answer_is_not_given_to_a_token_without_the_scope(program: Any) -> None:
    body = {"form": ALLOWANCE}
    assert (
        program("applicant", number=7).send("POST", "/dossiers", body, Idempotency_Key=KEY).status_code == 201
    )
    narrow = program("applicant", ["dossiers:read"], 7)
    assert narrow.send("POST", "/dossiers", body, Idempotency_Key=KEY).status_code == 403


def test_an_upload_is_the_same_whatever_boundary_its_form_has(program: Any) -> None:
    mine = program("applicant", number=3)
    path = f"/dossiers/{opened(mine)}/attachments"
    sent = [mine.upload(path, b"%PDF-1.4 same", type="birth", key="upload-0001") for _ in range(2)]
    assert sent[0].get_json()["id"] == sent[1].get_json()["id"]
    assert mine.upload(path, b"%PDF-1.4 other", type="birth", key="upload-0001").status_code == 409
    assert len(mine.get(path)["items"]) == 1


def test_ten_at_a_time_with_one_key_open_one_dossier(service: Service, program: Any) -> None:
    mine, answers = program("applicant", number=4), []
    together = threading.Barrier(10)

    def send() -> None:
        one = Program(service.app.test_client(), mine.token)
        together.wait()
        answers.append(one.send("POST", "/dossiers", {"form": ALLOWANCE}, Idempotency_Key=KEY))

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {one.get_json()["id"] for one in answers if one.status_code == 201}
    others = {one.get_json()["code"] for one in answers if one.status_code != 201}
    assert len(made) == 1 and others <= {"request_under_way"}
    assert len(mine.get("/dossiers")["items"]) == 1


def test_a_request_that_was_refused_is_refused_again_alike(program: Any) -> None:
    mine = program("applicant", number=5)
    path = f"/dossiers/{opened(mine)}/deposit"
    sent = [mine.send("POST", path, {"declaration": False}, Idempotency_Key="refused-01") for _ in range(2)]
    assert [one.status_code for one in sent] == [422, 422] and sent[0].data == sent[1].data


# --- two at a time ---------------------------------------------------------------------------------


def test_of_two_who_saw_the_same_revision_the_second_changes_nothing(service: Service, program: Any) -> None:
    dossier, one, two = service.under_review(), program("reviewer"), program("reviewer")
    path = f"/review/dossiers/{dossier}/decision"
    seen = one.send("GET", f"/dossiers/{dossier}").headers["ETag"]
    first = one.send("POST", path, {"outcome": "refused", "note": "first"}, If_Match=seen)
    second = two.send("POST", path, {"outcome": "closed", "note": "second"}, If_Match=seen)
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.get_json()["code"] == "revision_changed"
    now = one.get(f"/dossiers/{dossier}")
    assert (now["state"], now["decision_note"]) == ("refused", "first")


def test_every_change_gives_the_revision_for_the_next(program: Any) -> None:
    mine = program("applicant")
    path = f"/dossiers/{opened(mine)}/answers"
    seen = '"0"'
    for name in ("Un", "Deux", "Trois"):
        answer = mine.send("PATCH", path, {"values": {"assured.last": name}}, If_Match=seen)
        assert answer.status_code == 200
        seen = answer.headers["ETag"]
    assert mine.send("PATCH", path, {"values": {}}, If_Match='"1"').status_code == 412


def test_replacing_all_answers_empties_the_others(program: Any) -> None:
    mine = program("applicant")
    dossier = opened(mine)
    mine.send("PATCH", f"/dossiers/{dossier}/answers", {"values": ANSWERS})
    mine.send("PUT", f"/dossiers/{dossier}/answers", {"values": {"assured.last": "Alami"}})
    answers = mine.get(f"/dossiers/{dossier}")["answers"]
    assert {name: one["value"] for name, one in answers.items()} == {"assured.last": "Alami"}
    assert answers["assured.last"]["origin"] == "screen"


# --- lists and errors ------------------------------------------------------------------------------


def test_pages_lead_through_everything_once(program: Any) -> None:
    mine = program("applicant", number=6)
    made = [opened(mine) for _ in range(5)]
    seen, path = [], "/dossiers?limit=2"
    while path:
        page = mine.get(path)
        seen += [one["id"] for one in page["items"]]
        path = f"/dossiers?limit=2&after={page['next']}" if page["next"] else ""
    assert sorted(seen) == sorted(made) and len(seen) == 5


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nothing", None, 404, "http_404"),
        ("DELETE", "/forms", None, 405, "http_405"),
        ("GET", "/forms/no-such-form", None, 404, "unknown_form"),
        ("GET", "/dossiers/nobodys", None, 404, "not_yours"),
        ("GET", "/dossiers?limit=0", None, 422, "invalid_request"),
        ("GET", "/dossiers?limit=1&limit=2", None, 400, "bad_request"),
        ("GET", "/dossiers?after=AAAA", None, 422, "wrong_cursor"),
        ("POST", "/dossiers", {"form": "no-such-form"}, 404, "unknown_form"),
        ("POST", "/dossiers", {"form": 3}, 422, "invalid_request"),
        ("POST", "/dossiers", ["form"], 422, "invalid_request"),
        (
            "POST",
            "/webhooks",
            {"url": "https://10.0.0.1/", "events": ["dossier.closed"]},
            422,
            "webhook_address",
        ),
    ],
)
def test_every_error_is_a_problem_with_a_code_and_both_languages(
    program: Any, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = program("applicant").send(method, path, body)
    told = answer.get_json()
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["message"]["ar"] and told["message"]["fr"] and told["detail"] in told["message"].values()


def test_a_program_is_answered_in_the_language_it_asks_for(program: Any) -> None:
    for language in ("ar", "fr"):
        answer = program("applicant").send("GET", "/dossiers/x", Accept_Language=language)
        told = answer.get_json()
        assert told["detail"] == told["message"][language]
        assert answer.headers["Content-Language"] == language


def test_values_to_choose_from_are_named_in_no_language_and_arabic_stays_readable(program: Any) -> None:
    refused_ = program("applicant").send(
        "POST", "/webhooks", {"url": "https://x.example", "events": ["nothing"]}
    )
    said = refused_.get_json()["errors"][0]["message"]
    assert "dossier.refused / " in said["ar"] and " or " not in said["ar"] + said["fr"]
    assert "/" in said["fr"] and "'" not in said["fr"]
    assert "التعويضات العائلية" in program("applicant").send("GET", "/forms").get_data(as_text=True)


def test_unknown_fields_are_named_and_nothing_is_stored(program: Any) -> None:
    mine = program("applicant")
    dossier = opened(mine)
    body = {"values": {"assured.last": "Alami", "no.such": "x"}}
    answer = mine.send("PATCH", f"/dossiers/{dossier}/answers", body)
    assert answer.get_json()["code"] == "unknown_field" and "no.such" in answer.get_json()["detail"]
    assert mine.get(f"/dossiers/{dossier}")["answers"] == {}


def test_bodies_of_another_kind_or_size_are_refused(service: Service, program: Any) -> None:
    mine = program("applicant")
    headers = {"Authorization": f"Bearer {mine.token}"}
    plain = mine.client.post("/api/v1/dossiers", data="form=311-1-14", headers=headers)
    assert (plain.status_code, plain.get_json()["code"]) == (415, "http_415")
    broken = mine.client.post("/api/v1/dossiers", data="{", headers=headers, content_type="application/json")
    assert broken.status_code == 400
    large = b'{"form": "' + b"x" * LARGEST_JSON + b'"}'
    sent = mine.client.post("/api/v1/dossiers", data=large, headers=headers, content_type="application/json")
    assert sent.status_code == 413
    limit = service.application.config.max_upload_bytes
    paper = mine.upload(f"/dossiers/{opened(mine)}/attachments", b"%PDF" + b"x" * limit)
    assert (paper.status_code, paper.get_json()["code"]) == (413, "file_too_large")


def test_the_description_is_openapi_3_1_and_the_same_in_yaml(service: Service) -> None:
    import yaml

    client = service.app.test_client()
    spec = client.get("/api/v1/openapi.json").get_json()
    assert (
        spec["openapi"].startswith("3.1") and yaml.safe_load(client.get("/api/v1/openapi.yaml").data) == spec
    )
    names = [one["operationId"] for methods in spec["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names)) > 60

"""Who looks is on record: every address that shows staff a dossier, its papers or people leaves a line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from web_service import ANSWERS, Service, Visitor

from forms_service.services.looks import TOLD_AGAIN_AFTER, Looks
from forms_service.storage.audit import WATCHED
from forms_service.storage.models import AuditRow
from forms_service.web import looks

SHOWS_NOBODY = {
    "agency.blanks",
    "author.form",
    "author.forms",
    "author.page",
    "author.preview",
    "author.source",
    "newsletter.issue",
    "operator.figures",
    "operator.figures_file",
    "operator.record",
    "operator.record_chain",
    "operator.record_file",
    "own_data.mine",
    "programs.tokens",
    "provider.ask_to_link",
    "status.show",
}
"""Pages staff read on which nobody's dossier is: the forms, figures, what runs; the record notes itself."""
CHANGES_SHOWING_NOBODY = {
    "agency.print_blanks",
    "applicant.open_dossier",
    "author.rehearse",
    "newsletter.send",
    "own_data.close",
    "own_data.copy",
    "programs.make_token",
    "programs.revoke_token",
    "programs.send_again",
    "programs.stop_webhook",
    "provider.link",
    "status.act",
}
"""The same of what is posted: answered with a page of one's own, with figures, or with another address."""
CHANGES_SHOWING_NOBODY_TO_PROGRAMS = {
    "agency.discard_left_page",
    "agency.file_left_page",
    "agency.take_stack",
    "authoring.ask_rehearsal",
    "dossiers.open_dossier",
    "webhooks.add_webhook",
    "webhooks.send_again",
    "webhooks.stop_webhook",
}
OWN_ACCOUNT = "/<any(ar, fr):lang>/account/"
"""Where everybody sees themselves only."""
SHOWS_NOBODY_TO_PROGRAMS = {
    "agency.blanks",
    "authoring.list_rehearsals",
    "authoring.list_remarks",
    "office.show_account",
    "office.show_figures",
    "office.show_record",
    "webhooks.list_deliveries",
    "webhooks.list_webhooks",
    "webhooks.show_webhook",
}


@pytest.fixture(scope="module")
def dossier(service: Service) -> str:
    return service.new_dossier(ANSWERS)


@pytest.fixture(autouse=True)
def nothing_remembered(service: Service) -> Iterator[None]:
    """What one test looked at is not known to the next."""
    service.application.services._remembered.clear()
    yield


def lines(service: Service, dossier_id: str | None = None, above: int = 0) -> list[AuditRow]:
    query = select(AuditRow).where(AuditRow.action.in_(WATCHED), AuditRow.id > above)
    if dossier_id is not None:
        query = query.where(AuditRow.dossier_id == dossier_id)
    with service.application.database.reading() as session:
        return list(session.scalars(query.order_by(AuditRow.id)))


def last_line(service: Service) -> int:
    with service.application.database.reading() as session:
        return session.scalar(select(func.max(AuditRow.id))) or 0


def test_every_address_that_shows_people_to_staff_is_watched(service: Service) -> None:
    views = service.app.view_functions
    for rule in service.app.url_map.iter_rules():
        name = rule.endpoint
        if not getattr(views[name], "asks_who", False):
            continue
        if "dossier_id" in rule.arguments or rule.rule.startswith(OWN_ACCOUNT):
            continue
        excepted = SHOWS_NOBODY if "GET" in (rule.methods or ()) else CHANGES_SHOWING_NOBODY
        assert (name in looks.LISTS) != (name in excepted), f"{name}: watched, or an exception here"
    assert set(looks.LISTS) <= views.keys()


def test_every_answer_that_shows_people_to_programs_is_watched(service: Service) -> None:
    api: Any = service.app.extensions["forms_service_api"]
    for rule in api.url_map.iter_rules():
        noted = getattr(api.view_functions[rule.endpoint], "_spec", {})
        if not noted.get("security") or "dossier_id" in rule.arguments:
            continue
        reads, name = "GET" in (rule.methods or ()), rule.endpoint
        excepted = SHOWS_NOBODY_TO_PROGRAMS if reads else CHANGES_SHOWING_NOBODY_TO_PROGRAMS
        assert (name in looks.LISTS_FOR_PROGRAMS) != (name in excepted), name
    assert set(looks.LISTS_FOR_PROGRAMS) <= api.view_functions.keys()


def test_every_page_and_paper_of_a_dossier_that_a_clerk_is_shown_leaves_a_line(
    service: Service, dossier: str, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Looks, "_is_told", lambda *_args: False)
    upload = service.application.services.upload(
        service.actor("applicant"), dossier, "x.png", b"\x89PNG\r\n\x1a\n", "birth", 1
    )
    kinds = {"application/pdf": "paper_downloaded", "image/png": "paper_downloaded"}  # the original
    shown = []
    for rule in service.app.url_map.iter_rules():
        if not {"lang", "dossier_id"} <= rule.arguments <= {"lang", "dossier_id", "attachment_id"}:
            continue
        if "GET" not in (rule.methods or ()):
            continue
        service.application.services._remembered.clear()
        path = rule.rule.partition(">")[2].replace("<dossier_id>", dossier)
        above = last_line(service)
        answer = clerk.get(path.replace("<attachment_id>", upload.id))
        told = [(one.action, one.dossier_id) for one in lines(service, above=above)]
        if answer.status_code == 200:
            shown.append(rule.endpoint)
            kind = kinds.get(answer.mimetype, "dossier_viewed")
            assert told == [(kind, dossier)], rule.rule
        else:
            assert told == [], f"{rule.rule}: nothing was shown"
        answer.close()
    assert {"applicant.task_list", "documents.filled", "documents.file", "deposit.check"} <= set(shown)
    assert len(shown) >= 8


@pytest.mark.parametrize("role", ["clerk", "reviewer"])
def test_whatever_is_posted_in_vain_and_shows_a_dossier_leaves_a_line(
    service: Service, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form sent empty, or from a page long out of date, is answered with what stands in the dossier."""
    monkeypatch.setattr(Looks, "_is_told", lambda *_args: False)
    dossier = service.new_dossier(ANSWERS) if role == "clerk" else service.under_review()
    known = {
        "<dossier_id>": dossier,
        "<section_id>": "assured",
        "<group_id>": "children",
        "<int:number>": "1",
    }
    visitor, shown = service.visitor("fr").sign_in(role), {}
    for rule in service.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or "dossier_id" not in rule.arguments:
            continue
        path = rule.rule.partition(">")[2]
        for part, value in known.items():
            path = path.replace(part, value)
        for sent in ({}, {"revision": "1", "seen": "1"}):
            service.application.services._remembered.clear()
            above = last_line(service)
            answer = visitor.post(path, sent)
            told = [(one.action, one.dossier_id) for one in lines(service, above=above)]
            if answer.status_code >= 400 and answer.status_code not in (403, 404):
                shown[rule.endpoint] = answer.status_code
                assert told == [("dossier_viewed", dossier)], (rule.rule, answer.status_code)
            elif "El Amrani" in answer.get_data(as_text=True):
                assert told == [("dossier_viewed", dossier)], rule.rule
            else:
                assert told == [], rule.rule
    assert set(shown.values()) >= ({409} if role == "clerk" else {422}), shown
    assert ("deposit.deposit" if role == "clerk" else "reviewer.request_correction") in shown


def test_nothing_is_told_of_a_dossier_that_is_not_there_or_of_what_a_refusal_did_not_show(
    service: Service, dossier: str, clerk: Visitor, program: Any
) -> None:
    above = last_line(service)
    for path in ("deposit", "section/assured", "no-such-thing"):
        assert clerk.post(f"/dossiers/no-such-dossier/{path}").status_code == 404
    assert program("clerk").send("PUT", "/dossiers/no-such-dossier/answers", {"x": 1}).status_code >= 400
    assert clerk.get(f"/dossiers/{dossier}/section/no-such-section").status_code == 404
    assert lines(service, above=above) == []


def test_turning_pages_writes_one_line_until_a_quarter_of_an_hour_is_over(
    service: Service, reviewer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = service.new_dossier(ANSWERS)
    services = service.application.services
    clerk = service.visitor().sign_in("clerk")
    for _ in range(5):
        assert clerk.get(f"/dossiers/{dossier}").status_code == 200
        assert clerk.get(f"/dossiers/{dossier}/section/assured").status_code == 200
    assert [one.action for one in lines(service, dossier)] == ["dossier_viewed"]
    services._remembered.clear()  # as in another process of the service
    clerk.get(f"/dossiers/{dossier}")
    assert len(lines(service, dossier)) == 1
    later = services.now() + TOLD_AGAIN_AFTER + timedelta(seconds=1)
    monkeypatch.setattr(Looks, "now", lambda _self: later, raising=False)
    clerk.get(f"/dossiers/{dossier}")
    assert len(lines(service, dossier)) == 2
    (first, _) = lines(service, dossier)
    assert (first.actor_id, first.revision) == (service.actor("clerk").id, None)


def test_a_search_for_people_is_told_without_what_was_typed(service: Service) -> None:
    login, password = "never-looked", "a long enough password"  # others may have just seen the list
    service.application.services.add_account(login, password, "New Clerk", {"clerk"})
    clerk = service.visitor()
    assert clerk.post("/sign-in", {"login": login, "password": password}).status_code == 303
    above = last_line(service)
    clerk.get("/agency/?q=Bennani")
    clerk.get("/agency/?q=Bennani")
    clerk.get("/agency/?q=Alaoui")
    clerk.get("/agency/")
    told = lines(service, above=above)
    assert [one.action for one in told] == ["people_searched", "people_searched", "list_viewed"]
    assert "Bennani" not in str([one.details for one in told])


def test_an_applicant_leaves_a_line_only_where_proof_is_taken(service: Service, dossier: str) -> None:
    owner = service.visitor().sign_in("applicant")
    above = last_line(service)
    for path in ("", "/check", "/documents", "/section/assured", "/filled.pdf"):
        assert owner.get(f"/dossiers/{dossier}{path}").status_code == 200
    assert lines(service, above=above) == []
    assert {"deposit.receipt", "course.outcome_paper"} <= looks.OWN_PAPERS


def test_a_program_that_reads_leaves_a_line_with_its_token(
    service: Service, dossier: str, program: Any
) -> None:
    above = last_line(service)
    reader = program("clerk")
    reader.get(f"/dossiers/{dossier}")
    reader.get("/agency/dossiers?q=Bennani")
    viewed, searched = lines(service, above=above)
    assert (viewed.action, viewed.dossier_id, searched.action) == (
        "dossier_viewed",
        dossier,
        "people_searched",
    )
    assert viewed.details["token"] == searched.details["token"]


def test_what_cannot_be_put_on_record_is_not_shown(
    service: Service, dossier: str, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    monkeypatch.setattr(Looks, "_write_look", full)
    monkeypatch.setattr(Looks, "_is_told", lambda *_args: False)
    clerk = service.visitor("fr").sign_in("clerk")
    for path in ("", "/filled.pdf"):
        answer = clerk.get(f"/dossiers/{dossier}{path}")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 503
        assert "toute consultation s'inscrit au journal" in page.replace("&#39;", "'")
        assert "تعذر تسجيله" in page
    assert clerk.post(f"/dossiers/{dossier}/deposit").status_code == 503, "its answers are not shown that way"
    refused = program("clerk").send("GET", f"/dossiers/{dossier}")
    assert (refused.status_code, refused.json["code"]) == (503, "not_recorded")
    assert service.visitor().sign_in("applicant").get(f"/dossiers/{dossier}").status_code == 200


def test_the_owner_of_a_dossier_is_told_who_looked(service: Service) -> None:
    dossier = service.new_dossier(ANSWERS)
    service.visitor().sign_in("clerk").get(f"/dossiers/{dossier}")
    service.visitor().sign_in("clerk").get(f"/dossiers/{dossier}/filled.pdf")
    services = service.application.services
    found = services.who_looked(service.actor("applicant"), dossier)
    assert [one.action for one in found] == ["paper_downloaded", "dossier_viewed"]
    assert {one.name for one in found} == {service.actor("clerk").name}
    assert all("clerk" in one.roles for one in found)
    assert not WATCHED & {one.action for one in services.dossier(service.actor("applicant"), dossier).events}


def test_who_of_the_staff_came_in_and_who_failed_to_is_on_record(service: Service) -> None:
    services = service.application.services
    services.add_account("guichet9", "un mot de passe à moi", "Guichet neuf", {"clerk"})
    services.register_applicant("33445577", "une phrase à moi", "Hind Berrada")
    above = last_line(service)
    visitor = service.visitor()
    for login, password in (
        ("guichet9", "wrong"),
        ("guichet9", "un mot de passe à moi"),
        ("nobody9", "wrong"),
        ("33445577", "wrong"),
        ("33445577", "une phrase à moi"),
    ):
        visitor.post("/sign-in", {"login": login, "password": password})
        visitor.post("/sign-out")
    with service.application.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.id > above).order_by(AuditRow.id)).all()
    assert [row.action for row in rows] == ["sign_in_tried", "sign_in_tried", "signed_in"]
    assert {row.details.get("account", row.actor_id) for row in rows} == {rows[-1].actor_id}
    assert rows[-1].actor_name == "Guichet neuf"

from __future__ import annotations

import io
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from math import log2
from typing import Any

import pytest
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from forms_service.services.accounts import LONGEST_SESSION
from forms_service.services.applicant import new_reference
from forms_service.services.throttle import SIGN_IN, TooManyAttempts
from forms_service.web.security import HEADERS, safe_place

STAFF_PAGES = ("/agency/", "/agency/blanks", "/agency/intake", "/review/")


@pytest.fixture(scope="module")
def own(service: Service) -> str:
    return service.new_dossier(ANSWERS)


def dossier_routes(service: Service) -> list[tuple[str, str]]:
    """Every (method, address) below a dossier, with made-up rest."""
    found = []
    for rule in service.app.url_map.iter_rules():
        if "dossier_id" in rule.arguments:
            path = rule.rule.partition(">")[2]
            for argument in rule.arguments - {"lang", "dossier_id"}:
                for spelling in (f"<int:{argument}>", f"<{argument}>"):
                    path = path.replace(spelling, "1")
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            found.append((method, path.replace("<dossier_id>", "{id}")))
    return found


def test_nobody_opens_somebody_elses_dossier(service: Service, own: str) -> None:
    stranger = service.visitor().sign_in("applicant", 1)
    routes = dossier_routes(service)
    assert len(routes) > 20
    for method, path in routes:
        address = path.format(id=own)
        answer = stranger.get(address) if method == "GET" else stranger.post(address, {"declaration": "true"})
        asks_for_password = path.startswith("/my-data/") and answer.status_code == 422
        assert answer.status_code == 404 or asks_for_password, f"{method} {address}: {answer.status_code}"


def test_a_visitor_is_asked_to_sign_in_and_comes_back(service: Service, own: str) -> None:
    for method, path in dossier_routes(service):
        visitor = service.visitor()
        address = path.format(id=own)
        answer = visitor.get(address) if method == "GET" else visitor.post(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/ar/sign-in")
    visitor = service.visitor("fr")
    answer = visitor.client.get(f"/fr/dossiers/{own}/check", follow_redirects=True)
    assert f'name="next" value="/fr/dossiers/{own}/check"' in answer.get_data(as_text=True)


def test_applicants_do_not_see_staff_pages(applicant: Visitor) -> None:
    for path in STAFF_PAGES:
        assert applicant.get(path).status_code == 404
    assert applicant.post("/agency/blanks", {"form": ALLOWANCE, "copies": "1"}).status_code == 404
    assert applicant.post("/agency/open", {"registration": "123456782"}).status_code == 404


def test_clerks_and_reviewers_keep_to_their_own_work(clerk: Visitor, reviewer: Visitor, own: str) -> None:
    assert clerk.get("/review/").status_code == 404
    assert reviewer.get("/agency/").status_code == 404
    assert reviewer.get(f"/dossiers/{own}/section/assured").status_code == 404
    assert clerk.get(f"/dossiers/{own}/section/assured").status_code == 200


FOR_EVERYBODY = {"static", "assets", "public", "auth", "account_opening"} | {
    *("about", "calculators", "guidance", "health", "procedures", "provider", "visitor")
}
"""Parts of the service that visitors may see whole; of the others nothing but what is named below."""
TAKES = {
    "account": [set()],
    "second_step": [set()],
    "agency": [{"clerk"}],
    "author": [{"author", "operator"}],
    "counter": [{"clerk"}],
    "decisions": [{"reviewer"}],
    "letting_go": [{"operator"}],
    "newsletter": [{"operator"}],
    "operator": [{"operator"}],
    "programs": [{"clerk", "reviewer", "author", "operator"}],
    "provider": [{"clerk", "reviewer", "author", "operator"}],
    "revocation": [{"reviewer"}],
    "reviewer": [{"reviewer"}],
    "status": [{"operator"}],
}
"""Whom each part of the service lets in; whoever is signed in where nobody is named."""
OF_A_DOSSIER = [
    *({"applicant"}, {"applicant", "clerk"}, {"applicant", "clerk", "reviewer"}),
    *({"clerk", "reviewer"}, {"reviewer"}),
]


def test_every_address_says_whom_it_lets_in(service: Service) -> None:
    views = service.app.view_functions
    open_ones = {name for name, view in views.items() if not getattr(view, "asks_who", False)}
    beyond = {name for name in open_ones if name.partition(".")[0] not in FOR_EVERYBODY}
    visitors_letter = {"newsletter.ask", "newsletter.asked", "newsletter.confirm", "newsletter.confirmed"}
    half_way = {"second_step.asked", "second_step.taken", "second_step.shown"}
    assert beyond == {"programs.interface"} | visitors_letter | half_way
    for name in views.keys() - open_ones:
        assert views[name].roles in TAKES.get(name.partition(".")[0], OF_A_DOSSIER), name
    assert {name.partition(".")[0] for name in views} >= TAKES.keys()


def test_every_post_needs_the_proof_of_its_form(service: Service) -> None:
    client = service.visitor().sign_in("applicant").client
    posts = [r for r in service.app.url_map.iter_rules() if "POST" in (r.methods or ())]
    assert len(posts) > 15
    for rule in posts:
        values = {name: 1 if f"<int:{name}>" in rule.rule else "1" for name in rule.arguments}
        with service.app.test_request_context():
            address = service.app.url_map.bind("localhost").build(
                rule.endpoint, {**values, "lang": "ar"}, "POST"
            )
        answer = client.post(address, data={"form": ALLOWANCE})
        assert answer.status_code == 400, rule.rule
        assert "ارجعوا" in answer.get_data(as_text=True)


def test_signing_in_begins_a_fresh_session(service: Service) -> None:
    visitor = service.visitor()
    visitor.get("/sign-in")
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = dict(session)
    visitor.sign_in("applicant")
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before["csrf_token"]
        assert session.permanent


def test_signing_out_ends_the_session_and_every_copy_of_its_cookie(
    service: Service, applicant: Visitor
) -> None:
    assert applicant.get("/dossiers/").status_code == 200
    copy, elsewhere = service.visitor(), service.visitor().sign_in("applicant")
    cookie = applicant.client.get_cookie("session")
    assert cookie
    copy.client.set_cookie("session", cookie.value)
    assert copy.get("/dossiers/").status_code == 200
    assert applicant.post("/sign-out").status_code == 303
    for ended in (applicant, copy):
        assert ended.get("/dossiers/").status_code == 302
    assert elsewhere.get("/dossiers/").status_code == 200, "only the session that was ended"


def test_no_session_lasts_longer_than_a_working_day(service: Service, applicant: Visitor) -> None:
    with applicant.client.session_transaction() as session:
        began = datetime.fromisoformat(session["since"])
        session["since"] = (began - LONGEST_SESSION + timedelta(minutes=5)).isoformat()
    assert applicant.get("/dossiers/").status_code == 200
    with applicant.client.session_transaction() as session:
        session["since"] = (began - LONGEST_SESSION).isoformat()
    assert applicant.get("/dossiers/").status_code == 302


def test_a_wrong_password_tells_nothing_and_many_of_them_wait(service: Service) -> None:
    visitor = service.visitor("fr")
    known = visitor.post("/sign-in", {"login": "198765432", "password": "wrong"})
    unknown = visitor.post("/sign-in", {"login": "111111111", "password": "wrong"})
    assert known.status_code == unknown.status_code == 422
    assert "inexact" in known.get_data(as_text=True)
    assert known.get_data(as_text=True).count("inexact") == unknown.get_data(as_text=True).count("inexact")
    for _ in range(7):
        last = visitor.post("/sign-in", {"login": "222222222", "password": "wrong"})
    assert last.status_code == 429
    assert "Attendez 10 minutes" in last.get_data(as_text=True)
    assert "Mot de passe oublié" in last.get_data(as_text=True)


def test_whoever_must_wait_an_hour_is_told_so(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object) -> None:
        raise TooManyAttempts(SIGN_IN.wait())

    monkeypatch.setattr(type(service.application.services), "sign_in", refused)
    for language, words in (("fr", "Attendez 60 minutes"), ("ar", "انتظروا 60 دقيقة")):
        answer = service.visitor(language).post("/sign-in", {"login": "198765432", "password": "wrong"})
        assert answer.status_code == 429
        assert words in answer.get_data(as_text=True)


def test_a_browser_that_signed_in_is_not_kept_out_by_strangers(service: Service) -> None:
    services = service.application.services
    services.register_applicant("33445566", "une phrase à moi", "Hind Berrada")
    known, stranger = service.visitor("fr"), service.visitor("fr")
    right = {"login": "33445566", "password": "une phrase à moi"}
    answer = known.post("/sign-in", right)
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "33445566" not in cookie
    known.post("/sign-out")
    for _ in range(7):
        last = stranger.post("/sign-in", {**right, "password": "wrong"})
    assert last.status_code == 429
    assert stranger.post("/sign-in", right).status_code == 429
    assert known.post("/sign-in", right).status_code == 303


@pytest.mark.parametrize(
    "place",
    ["https://evil.example/", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "evil", "", None],
)
def test_nobody_is_led_elsewhere_after_signing_in(place: str | None) -> None:
    assert safe_place(place) is None


def test_pages_of_this_service_are_returned_to() -> None:
    assert safe_place("/ar/dossiers/x?back=check") == "/ar/dossiers/x?back=check"


def test_every_answer_carries_the_security_headers(service: Service, applicant: Visitor) -> None:
    for path in ("/", "/verify", "/dossiers/", "/nowhere"):
        answer = applicant.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(service: Service) -> None:
    answer = service.visitor().get("/sign-in")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_an_upload_that_is_too_large_is_refused_in_both_languages(service: Service, own: str) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    small = service.app.config["MAX_CONTENT_LENGTH"]
    data = {"files": (io.BytesIO(b"%PDF-" + b"0" * (small + 1)), "big.pdf"), "as_type": "birth"}
    answer = visitor.post(f"/dossiers/{own}/documents", data)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 413
    assert "8 Mo" in html
    assert "8 ميغابايت" in html


def test_an_upload_comes_back_only_as_a_download(service: Service, own: str, applicant: Visitor) -> None:
    page = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"
    view = service.application.services.upload(service.actor("applicant"), own, "x.html", page, "birth", 1)
    answer = applicant.get(f"/dossiers/{own}/documents/{view.id}/file")
    assert answer.data == page
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.mimetype == "image/png"


def test_a_visitor_who_asked_too_often_is_told_and_sees_no_failure(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: object) -> None:
        raise TooManyAttempts(SIGN_IN.wait())

    monkeypatch.setattr(type(service.application.services), "count_attempt", refused)
    visitor = service.visitor("fr")
    assert visitor.get("/visit/debt-remission").status_code == 404
    told = visitor.post("/visit/self-employed-registration", {"q.id_no": "BE482913"})
    assert told.status_code == 422 and "Attendez 60 minutes" in told.get_data(as_text=True)


def test_whoever_asks_too_fast_for_what_costs_much_is_told_when_to_ask_again(
    service: Service, own: str, applicant: Visitor, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = service.application.services.adapters.config
    usual = config.access
    object.__setattr__(config, "access", replace(usual, costly_a_minute=1))
    try:
        services = service.application.services
        monkeypatch.setattr(services, "_granted", {})
        asked = [applicant.get(f"/dossiers/{own}/personal.pdf") for _ in range(2)]
        page = asked[-1].get_data(as_text=True)
        assert asked[-1].status_code == 429
        assert 0 < int(asked[-1].headers["Retry-After"]) <= 60
        assert "انتظروا دقيقة" in page and "Attendez une minute" in page
        assert applicant.get(f"/dossiers/{own}").status_code == 200, "what costs little is not held up"
        told = program("applicant").send("GET", f"/dossiers/{own}/cover.pdf")
        assert (told.status_code, told.get_json()["code"]) == (429, "used_up")
        assert int(told.headers["Retry-After"]) <= 60
    finally:
        object.__setattr__(config, "access", usual)


def test_static_files_and_every_failure_carry_the_security_headers(service: Service) -> None:
    client = service.app.test_client()
    for path, status in (
        *(("/static/style.css", 200), ("/static/nothing.js", 404), ("/ar/nowhere", 404)),
        *(("/healthz", 200), ("/api/v1/forms", 200), ("/api/v1/dossiers", 401), ("/api/v1/nowhere", 404)),
    ):
        answer = client.get(path)
        assert answer.status_code == status, path
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
    assert client.post("/ar/sign-in").status_code == 400
    assert client.delete("/ar/sign-in").headers["X-Frame-Options"] == "DENY"


def test_references_cannot_be_guessed_and_say_nothing_of_one_another(service: Service) -> None:
    """A receipt opens by its reference and a code of its own: neither alone shows anything."""
    references = {new_reference(secrets.randbelow) for _ in range(2000)}
    letters = {one for reference in references for one in reference.replace("-", "")}
    length = len(next(iter(references)).replace("-", ""))
    assert len(references) == 2000
    assert log2(len(letters)) * length >= 55
    deposited = service.under_review()
    view = service.application.services.dossier(service.actor("applicant"), deposited)
    known = service.visitor("fr").get(f"/receipt/{view.reference}/AAAA-AAAA")
    unknown = service.visitor("fr").get("/receipt/AAAA-BBBB-CCCC/AAAA-AAAA")
    assert known.status_code == unknown.status_code
    assert view.reference not in known.get_data(as_text=True).replace(f"/receipt/{view.reference}", "")
    assert "El Amrani" not in known.get_data(as_text=True)

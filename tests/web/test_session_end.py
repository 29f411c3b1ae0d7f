"""A session that ends in the middle of typing costs a password, not the text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from forms_of_pages import PostedForm, forms_of
from web_service import Service, Visitor
from werkzeug.test import TestResponse

from forms_service.demo_accounts import DEMO_ACCOUNTS

HOME = {"Origin": "http://localhost"}
TYPED = {"q.assured.first": "Aïcha", "q.assured.first.ar": "عائشة", "q.assured.address": "7, rue Oqba"}


def posts(client: FlaskClient, path: str, data: dict, headers: dict | None = None) -> TestResponse:
    return client.post(path, data=data, headers=HOME if headers is None else headers)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found, name
    return found[1]


def sign_in_again(client: FlaskClient, html: str, number: int = 0, **changed: str) -> TestResponse:
    account = [one for one in DEMO_ACCOUNTS if "applicant" in one.roles][number]
    asked = {name: hidden(html, name) for name in ("csrf_token", "next", "kept")}
    data = {**asked, "login": account.login, "password": account.password, **changed}
    return client.post("/ar/sign-in", data=data, headers=HOME)


@pytest.fixture
def dossier(service: Service) -> str:
    return service.new_dossier({"quality": "assured", "assured.first": "Fatima"})


def ended(visitor: Visitor) -> FlaskClient:
    visitor.client.delete_cookie("session")
    return visitor.client


def first_name(service: Service, dossier: str) -> object:
    return service.application.services.dossier(service.actor("applicant"), dossier).dossier.answers()[
        "assured.first"
    ]


def test_what_was_typed_is_shown_again_after_signing_in_and_saved_only_then(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    page = f"/ar/dossiers/{dossier}/section/assured"
    client = ended(applicant)
    answer = posts(client, page, {**TYPED, "csrf_token": "from the session before", "revision": "1"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "Aïcha" not in html, "what was typed travels sealed"
    back = sign_in_again(client, html)
    assert (back.status_code, back.headers["Location"]) == (303, page)
    for address in (page, page.replace("/ar/", "/fr/"), page):  # also in the other language, also reloaded
        shown = client.get(address).get_data(as_text=True)
        for text in TYPED.values():
            assert f'value="{text}"' in shown
        assert 'name="revision" value="1"' in shown
    assert first_name(service, dossier) == "Fatima"
    saved = posts(client, page, {**TYPED, "csrf_token": hidden(shown, "csrf_token"), "revision": "1"})
    assert saved.status_code == 303
    assert first_name(service, dossier) == "Aïcha"
    assert "انتهت الجلسة قبل" not in client.get(page).get_data(as_text=True)


def test_a_wrong_password_does_not_lose_it(applicant: Visitor, dossier: str) -> None:
    page = f"/ar/dossiers/{dossier}/section/assured"
    client = ended(applicant)
    html = posts(client, page, TYPED).get_data(as_text=True)
    wrong = sign_in_again(client, html, password="not the password")
    assert wrong.status_code == 422
    assert sign_in_again(client, wrong.get_data(as_text=True)).status_code == 303
    assert 'value="Aïcha"' in client.get(page).get_data(as_text=True)


def test_the_rows_of_a_list_and_the_facts_are_kept_too(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    for path, data, shown in (
        ("list/children/1", {"q.birth.day": "5", "q.birth.month": "3", "q.birth.year": "2019"}, "2019"),
        ("situation", {}, "csrf_token"),
    ):
        client = ended(service.visitor().sign_in("applicant"))
        page = f"/ar/dossiers/{dossier}/{path}"
        answer = posts(client, page, data)
        assert answer.status_code == 401
        assert sign_in_again(client, answer.get_data(as_text=True)).headers["Location"] == page
        html = client.get(page).get_data(as_text=True)
        assert "انتهت الجلسة قبل" in html
        assert shown in html


def test_a_page_from_before_a_new_session_comes_back_at_once(applicant: Visitor, dossier: str) -> None:
    """Signed in again in another window: the old page's proof is stale, the person is known."""
    page = f"/ar/dossiers/{dossier}/section/assured"
    answer = posts(applicant.client, page, {**TYPED, "csrf_token": "stale"})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert 'value="Aïcha"' in applicant.client.get(page).get_data(as_text=True)


def test_other_sites_cannot_put_words_into_a_form(applicant: Visitor, dossier: str) -> None:
    page = f"/ar/dossiers/{dossier}/section/assured"
    for headers in ({}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/x"}):
        answer = posts(applicant.client, page, {**TYPED, "csrf_token": "stale"}, headers)
        assert answer.status_code == 400
    assert "Aïcha" not in applicant.client.get(page).get_data(as_text=True)


def test_a_forged_or_old_seal_is_dropped(
    service: Service, applicant: Visitor, dossier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forms_service.web import kept_typing

    page = f"/ar/dossiers/{dossier}/section/assured"
    client = ended(applicant)
    html = posts(client, page, TYPED).get_data(as_text=True)
    assert sign_in_again(client, html, kept=hidden(html, "kept")[:-2] + "xx").status_code == 303
    assert "Aïcha" not in client.get(page).get_data(as_text=True)
    monkeypatch.setattr(kept_typing, "_MAX_AGE_S", -1)
    client = ended(service.visitor().sign_in("applicant"))
    html = posts(client, page, TYPED).get_data(as_text=True)
    sign_in_again(client, html)
    assert "Aïcha" not in client.get(page).get_data(as_text=True)


@pytest.mark.parametrize("again", [True, False], ids=["its owner", "somebody else"])
def test_whoever_signs_in_next_on_a_page_that_was_left_gets_nothing_of_it(
    service: Service, again: bool
) -> None:
    """At a desk that many share the next person signs in where the one before had typed."""
    left, page = service.visitor("fr").sign_in("applicant", 2), "/fr/account/phone"
    form = form_at(left.client, page, "/account/phone")
    answer = stale(ended(left), page, form, {"q.phone": "0611111111"})
    assert answer.status_code == 401
    number = 2 if again else 1
    assert sign_in_again(left.client, answer.get_data(as_text=True), number).status_code == 303
    kept = service.application.services.latest_typing(service.actor("applicant", number))
    assert ((kept is not None) and ("q.phone", "0611111111") in kept[1]) is again
    assert ('value="0611111111"' in left.client.get(page).get_data(as_text=True)) is again


def test_a_page_of_somebody_elses_fills_no_box_of_whoever_signed_in_meanwhile(service: Service) -> None:
    browser, page = service.visitor("fr").sign_in("applicant", 2), "/fr/account/phone"
    form = form_at(browser.client, page, "/account/phone")
    browser.sign_in("applicant", 1)
    answer = stale(browser.client, page, form, {"q.phone": "0611111111"})
    assert answer.status_code == 400
    assert service.application.services.latest_typing(service.actor("applicant", 1)) is None
    assert "0611111111" not in browser.client.get(page).get_data(as_text=True)


def test_kept_words_are_forgotten_after_an_hour(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    services, person = service.application.services, service.actor("applicant")
    services.keep_typing(person, "/somewhere", [("a", "b"), ("a", "c")])
    assert services.latest_typing(person) == ("/somewhere", [("a", "b"), ("a", "c")])
    now = services.now()
    monkeypatch.setattr(type(services), "now", lambda _self: now + timedelta(minutes=61))
    assert services.latest_typing(person) is None


def test_nothing_typed_reaches_addresses_or_logs(
    applicant: Visitor, dossier: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    page = f"/ar/dossiers/{dossier}/section/assured"
    client = ended(applicant)
    answer = posts(client, page, TYPED)
    back = sign_in_again(client, answer.get_data(as_text=True))
    told = caplog.text + "".join(capfd.readouterr()) + back.headers["Location"]
    assert "Oqba" not in told
    assert "kept" not in back.headers["Location"]


@pytest.mark.parametrize(
    ("path", "data", "shown"),
    [
        ("correction", {"message": "Joignez l'acte.", "fields": "assured.city"}, "Joignez l&#39;acte."),
        ("decision", {"outcome": "refused", "note": "Pas de droit ouvert."}, "Pas de droit ouvert."),
    ],
)
def test_what_a_reviewer_had_written_is_shown_again_on_the_dossiers_page(
    service: Service, path: str, data: dict, shown: str
) -> None:
    dossier = service.under_review()
    client = ended(service.visitor().sign_in("reviewer"))
    page = f"/ar/review/{dossier}"
    answer = posts(client, f"{page}/{path}", data)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert shown not in html
    account = next(one for one in DEMO_ACCOUNTS if "reviewer" in one.roles)
    asked = {name: hidden(html, name) for name in ("csrf_token", "next", "kept")}
    back = posts(client, "/ar/sign-in", {**asked, "login": account.login, "password": account.password})
    assert back.headers["Location"].partition("#")[0] == page
    again = client.get(page).get_data(as_text=True)
    assert shown in again
    assert "انتهت الجلسة قبل" in again
    if path == "correction":
        assert re.search(r'value="assured.city"[^>]*checked', again)
        posts(client, f"{page}/{path}", {**data, "csrf_token": hidden(again, "csrf_token")})
        sent = client.get(page).get_data(as_text=True)
        assert 'id="kept-typing"' not in sent
        assert f">{shown}</textarea>" not in sent


def stale(client: FlaskClient, page: str, form: PostedForm, data: dict[str, str]) -> TestResponse:
    """Send a form of a page as its browser does when the proof has ended; everything hidden goes along."""
    hidden_too = {one.name: one.value for one in form.boxes if one.kind == "hidden"}
    return posts(
        client, form.action, {**hidden_too, **data, "csrf_token": "stale"}, {**HOME, "Referer": page}
    )


def form_at(client: FlaskClient, page: str, action: str) -> PostedForm:
    html = client.get(page).get_data(as_text=True)
    return next(one for one in forms_of(html, page) if one.action.endswith(action))


def test_passwords_and_codes_are_never_kept(service: Service, applicant: Visitor) -> None:
    secrets = {
        "current": "Before-this-1",
        "password": "Hidden-word-2",
        "again": "Hidden-word-2",
        "code": "123456",
    }
    page = "/fr/account/change-password"
    form = form_at(applicant.client, page, "/account/change-password")
    answer = stale(applicant.client, page, form, {**secrets, "remark": "ordinary"})
    assert answer.status_code == 303
    kept = service.application.services.latest_typing(service.actor("applicant"))
    assert kept is not None
    assert {text for _, text in kept[1]}.isdisjoint(secrets.values())
    assert ("remark", "ordinary") in kept[1]
    html = applicant.client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Recommencez" in html, "what to do is said, since nothing could be shown again"
    assert "Hidden-word-2" not in html


def test_a_visitor_finds_the_page_filled_at_once(service: Service) -> None:
    client, page = service.app.test_client(), "/fr/account/open"
    form = form_at(client, page, "/account/open")
    typed = {"q.registration": "123456782", "q.phone": "0612345678"}
    answer = stale(client, page, form, typed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 400
    (again,) = [one.held() for one in forms_of(html, page) if one.action == form.action]
    assert {name: again[name] for name in typed} == {name: [text] for name, text in typed.items()}
    assert 'id="kept-typing"' in html
    assert client.post(page, data={**typed, "csrf_token": again["csrf_token"][0]}).status_code != 400


def test_a_form_for_everybody_on_a_page_behind_the_sign_in_asks_for_it(service: Service) -> None:
    """The page cannot be shown at once to somebody whose session is over."""
    client = service.app.test_client()
    answer = posts(client, "/fr/verify", {"code": "ABC", "csrf_token": "stale", "from_page": "/fr/dossiers/"})
    assert answer.status_code == 401
    back = sign_in_again(client, answer.get_data(as_text=True))
    assert (back.status_code, back.headers["Location"]) == (303, "/fr/dossiers/#kept-typing")


def test_a_form_sent_from_a_page_that_told_an_error_leads_back_to_where_it_stands(
    service: Service, clerk: Visitor
) -> None:
    """The address of such a page only takes forms; it is no page to go back to."""
    first = clerk.post(
        "/agency/open", {"registration": "999", "form": "311-1-14", "from_page": "/ar/agency/"}
    )
    assert first.status_code == 422
    (form,) = [
        one
        for one in forms_of(first.get_data(as_text=True), "/ar/agency/open")
        if one.action.endswith("/agency/open")
    ]
    answer = stale(clerk.client, "http://localhost/ar/agency/open", form, {"registration": "123456782"})
    assert answer.headers["Location"] == "/ar/agency/#kept-typing"
    assert 'value="123456782"' in clerk.client.get("/ar/agency/").get_data(as_text=True)


def test_nobody_is_led_to_another_site(applicant: Visitor, dossier: str) -> None:
    page = f"/ar/dossiers/{dossier}/section/assured"
    for elsewhere in (
        "https://evil.example/",
        "//evil.example/x",
        "/\\evil.example",
        "/nowhere",
        "/ar/sign-out",
    ):
        answer = posts(applicant.client, page, {**TYPED, "csrf_token": "stale", "from_page": elsewhere})
        assert answer.headers["Location"] == page


def test_our_own_scripts_keep_what_they_sent_and_are_told(applicant: Visitor, dossier: str) -> None:
    page = f"/ar/dossiers/{dossier}/section/assured"
    by_script = {**HOME, "X-Requested-With": "review"}
    assert posts(applicant.client, page, {**TYPED, "csrf_token": "stale"}, by_script).status_code == 400
    assert "Aïcha" not in applicant.client.get(page).get_data(as_text=True)

"""A session that ends in the middle of typing costs a password, not the text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
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
        assert shown not in client.get(page).get_data(as_text=True), "it was sent"

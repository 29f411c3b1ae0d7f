"""The pages for opening and looking after an account; what they tell is the same for everybody."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from page_structure import PageStructure
from web_service import Service, Visitor
from werkzeug.test import TestResponse

from forms_service.services.throttle import SIGN_IN_HERE, TooManyAttempts
from tests.services.post_room import PostRoom

PHONE, PASSWORD = "0612345678", "quatre mots faciles ici"
PERSON = {
    "q.identity_number": "AB123456",
    "q.birth.day": "5",
    "q.birth.month": "3",
    "q.birth.year": "1988",
    "q.last_name": "Fassi",
    "q.first_name": "Naima",
    "q.phone": PHONE,
    "q.channel": "sms",
}
_numbers = iter(range(20_000_001, 20_001_000))
_phones = iter(range(600_000_001, 600_001_000))


@pytest.fixture
def post(service: Service) -> Iterator[PostRoom]:
    carriers = service.application.services.adapters.carriers
    kept = dict(carriers)
    service.jobs.keys.clear()
    yield PostRoom(service.application.services)
    carriers.update(kept)


@pytest.fixture
def person() -> dict[str, str]:
    return {**PERSON, "q.registration": str(next(_numbers)), "q.phone": f"0{next(_phones)}"}


def seen(answer: TestResponse, language: str) -> str:
    html = answer.get_data(as_text=True)
    page = PageStructure(html)
    assert page.faults() == []
    assert page.root["lang"] == language
    return html


def open_account(service: Service, post: PostRoom, person: dict[str, str], language: str = "ar") -> Visitor:
    visitor = service.visitor(language)
    assert visitor.post("/account/open", person).headers["Location"] == f"/{language}/account/code"
    post.deliver(service.jobs.keys)
    answer = visitor.post("/account/code", {"code": post.code_to(person["q.phone"])})
    assert answer.headers["Location"] == f"/{language}/account/password"
    done = visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD})
    assert done.headers["Location"] == f"/{language}/dossiers/", done.get_data(as_text=True)
    post.deliver(service.jobs.keys)
    return visitor


def test_a_double_click_on_the_last_button_leads_where_one_click_does(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    visitor = service.visitor("ar")
    visitor.post("/account/open", {**person, "next": "/ar/forms/311-1-14"})
    post.deliver(service.jobs.keys)
    visitor.post("/account/code", {"code": post.code_to(person["q.phone"])})
    sent = {"password": PASSWORD, "again": PASSWORD, "next": "/ar/forms/311-1-14"}
    waiting = visitor.client.get_cookie("session").value  # type: ignore[union-attr]
    assert visitor.post("/account/password", sent).headers["Location"] == "/ar/forms/311-1-14"
    late = visitor.post("/account/password", sent)
    assert late.headers["Location"] == "/ar/forms/311-1-14", "the first answer had arrived"
    visitor.client.set_cookie("session", waiting)
    early = visitor.post("/account/password", sent)
    assert early.headers["Location"] == "/ar/forms/311-1-14", "the first answer was still on its way"
    assert visitor.get("/dossiers/").status_code == 200


def test_passwords_tried_again_on_the_last_page_are_told_to_wait_on_it(
    service: Service, post: PostRoom, person: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = service.visitor("fr")
    visitor.post("/account/open", person)
    post.deliver(service.jobs.keys)
    visitor.post("/account/code", {"code": post.code_to(person["q.phone"])})

    def counted(*_: object) -> None:
        raise TooManyAttempts(SIGN_IN_HERE.wait())

    monkeypatch.setattr(type(service.application.services), "finish_opening", counted)
    answer = visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 429
    assert SIGN_IN_HERE.wait().fr in html.unescape(seen(answer, "fr"))
    assert 'name="again"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_an_account_is_opened_page_by_page(
    service: Service, post: PostRoom, person: dict[str, str], language: str
) -> None:
    visitor = service.visitor(language)
    wrong = visitor.post("/account/open", {**person, "q.birth.month": "14", "q.phone": "12"})
    html = seen(wrong, language)
    assert wrong.status_code == 422
    assert 'href="#q-birth-day"' in html
    assert 'value="Naima"' in html, "what was typed is still there"
    visitor.post("/account/open", person)
    code_page = seen(visitor.get("/account/code"), language)
    assert person["q.phone"] not in code_page
    assert person["q.phone"][-2:] in code_page
    assert 'autocomplete="one-time-code"' in code_page
    post.deliver(service.jobs.keys)
    code = post.code_to(person["q.phone"])
    half = visitor.post("/account/code", {"code": f" {code[:3]} "})
    assert half.status_code == 422
    assert f'value="{code[:3]}"' in seen(half, language), "half of it is still there, and no attempt is gone"
    bad = visitor.post("/account/code", {"code": f"{(int(code) + 1) % 10**6:06d}"})
    assert bad.status_code == 422
    assert "4" in " ".join(re.findall(r'class="summary".*?</section>', seen(bad, language), re.DOTALL))
    visitor.post("/account/code", {"code": code})
    seen(visitor.get("/account/password"), language)
    differ = visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD + "x"})
    assert differ.status_code == 422
    assert 'id="again-error"' in seen(differ, language)
    assert visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert visitor.get("/dossiers/").status_code == 200
    assert visitor.get("/account/open").headers["Location"] == f"/{language}/account/"


def test_whoever_wanted_to_begin_a_form_goes_on_there(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    visitor = service.visitor("fr")
    wanted = "/fr/forms/311-1-14"
    assert f'name="next" value="{wanted}"' in visitor.get(f"/account/open?next={wanted}").get_data(
        as_text=True
    )
    visitor.post("/account/open", {**person, "next": wanted})
    post.deliver(service.jobs.keys)
    visitor.post("/account/code", {"code": post.code_to(person["q.phone"])})
    done = visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD})
    assert done.headers["Location"] == wanted


def bare(html: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", html)


def test_pages_tell_nobody_which_accounts_exist(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    open_account(service, post, person)
    told = []
    for number in (person["q.registration"], str(next(_numbers))):
        visitor = service.visitor("fr")
        answers = [
            visitor.post("/account/open", {**person, "q.registration": number, "q.phone": "0699999955"})
        ]
        answers += [visitor.get("/account/code"), visitor.post("/account/code", {"code": "000000"})]
        answers += [visitor.post("/account/password", {"password": PASSWORD, "again": PASSWORD})]
        visitor = service.visitor("fr")
        answers += [visitor.post("/account/forgotten", {"q.registration": number, "q.channel": "sms"})]
        answers += [visitor.get("/account/code"), visitor.post("/account/code", {"code": "000000"})]
        told.append(
            [
                (one.status_code, one.headers.get("Location"), bare(one.get_data(as_text=True)))
                for one in answers
            ]
        )
    assert told[0] == told[1]
    assert [status for status, _, _ in told[0]] == [303, 200, 422, 422, 303, 200, 422]


def test_codes_asked_too_often_are_refused_alike(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    visitor = service.visitor("fr")
    for _ in range(4):
        assert visitor.post("/account/open", person).status_code == 303
    refused = visitor.post("/account/open", person)
    assert refused.status_code == 429
    assert "15 minutes" in seen(refused, "fr")


def test_a_forgotten_password_is_chosen_anew_and_other_browsers_are_signed_out(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    elsewhere = open_account(service, post, person)
    assert elsewhere.get("/account/").status_code == 200
    visitor = service.visitor("fr")
    visitor.post("/account/forgotten", {"q.registration": person["q.registration"], "q.channel": "email"})
    post.deliver(service.jobs.keys)
    again = visitor.post("/account/code/again")
    assert again.headers["Location"] == "/fr/account/code"
    post.deliver(service.jobs.keys)
    visitor.post("/account/code", {"code": post.code_to(person["q.phone"])})
    new = {"password": "un tout autre mot", "again": "un tout autre mot"}
    assert visitor.post("/account/password", new).status_code == 303
    assert visitor.get("/dossiers/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    signed_in = service.visitor().post(
        "/sign-in", {"login": person["q.registration"], "password": new["again"]}
    )
    assert signed_in.status_code == 303


def test_my_account_shows_and_changes_how_i_am_reached(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    visitor = open_account(service, post, person, "fr")
    html = seen(visitor.get("/account/"), "fr")
    assert person["q.registration"] in html
    assert person["q.phone"] in html
    wrong = visitor.post("/account/email", {"q.email": "n@exemple.ma", "current": "not it at all"})
    assert wrong.status_code == 422
    assert 'id="current-error"' in seen(wrong, "fr")
    typo = visitor.post("/account/email", {"q.email": "n@", "current": PASSWORD})
    assert 'href="#q-email"' in seen(typo, "fr")
    assert "(facultatif)" not in seen(visitor.get("/account/phone"), "fr"), (
        "nothing else is to be changed there"
    )
    short = seen(visitor.post("/account/phone", {"q.phone": "0512345", "current": PASSWORD}), "fr")
    assert "(06 ou 07)" in short
    assert "05" not in re.findall(r'id="q-phone-error".*?</p>', short, re.DOTALL)[0]
    sent = visitor.post("/account/email", {"q.email": "n@exemple.ma", "current": PASSWORD})
    assert sent.headers["Location"] == "/fr/account/code"
    post.deliver(service.jobs.keys)
    kept = visitor.post("/account/code", {"code": post.code_to("n@exemple.ma")})
    assert kept.headers["Location"] == "/fr/account/"
    visitor.post("/account/notices", {"by": "email", "language": "ar"})
    html = visitor.get("/account/").get_data(as_text=True)
    assert "n@exemple.ma" in html
    assert re.search(r'id="by-email"[^>]*checked', html)
    assert not re.search(r'id="by-sms"[^>]*checked', html)
    assert re.search(r'id="in-ar"[^>]*checked', html)
    changed = {"current": PASSWORD, "password": "encore un autre mot", "again": "encore un autre mot"}
    assert visitor.post("/account/change-password", {**changed, "current": "no"}).status_code == 422
    assert visitor.post("/account/change-password", changed).headers["Location"] == "/fr/account/"
    assert visitor.get("/account/").status_code == 200, "this session goes on"


def test_pages_of_a_code_nobody_waits_for_lead_to_the_beginning(service: Service) -> None:
    visitor = service.visitor()
    for path in ("/account/code", "/account/password"):
        assert visitor.get(path).headers["Location"] == "/ar/account/open"
        assert visitor.post(path, {"code": "123456"}).headers["Location"] == "/ar/account/open"
    assert visitor.get("/account/").status_code == 302


def test_the_right_digits_let_in_the_browser_they_were_typed_in_and_no_other(
    service: Service, post: PostRoom, person: dict[str, str]
) -> None:
    holder = open_account(service, post, person, "fr")
    holder.post("/sign-out")
    stranger, own = service.visitor("fr"), service.visitor("fr")
    stranger.post("/account/forgotten", {"q.registration": person["q.registration"], "q.channel": "sms"})
    with stranger.client.session_transaction() as session:
        waiting = dict(session["waits_for_code"])
    post.deliver(service.jobs.keys)
    digits = post.code_to(person["q.phone"])

    led = own.client.get(f"/fr/account/code/{waiting['code']}", follow_redirects=True)
    assert led.request.path == "/fr/account/forgotten", "nobody is led to a code that somebody else asked for"
    assert "Ce code n&#39;est plus valable" in led.get_data(as_text=True)

    with own.client.session_transaction() as session:
        session["waits_for_code"] = {**waiting, "browser": "of the holder"}
    assert own.post("/account/code", {"code": digits}).headers["Location"] == "/fr/account/password"
    mine = {"password": "une phrase d'un autre", "again": "une phrase d'un autre"}
    assert stranger.post("/account/password", mine).status_code == 422
    assert stranger.get("/dossiers/").status_code == 302
    assert own.post("/account/password", {"password": PASSWORD, "again": PASSWORD}).status_code == 303

"""A password that somebody else chose is good for choosing another one, and for nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from web_service import Service, Visitor

from core.errors import DossierError
from core.localized_text import Language
from forms_service.services.records import RecordWish
from tests.services.post_room import PostRoom

OWN = "une phrase bien à moi"
_phones = iter(range(655_000_001, 655_000_100))


@pytest.fixture
def post(service: Service) -> Iterator[PostRoom]:
    carriers = service.application.services.adapters.carriers
    kept = dict(carriers)
    service.jobs.keys.clear()
    yield PostRoom(service.application.services)
    carriers.update(kept)


@pytest.fixture
def operator(service: Service) -> Visitor:
    return service.visitor("fr").sign_in("operator")


def shown_password(html: str) -> str:
    found = re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", html)
    assert found, html
    return found[0]


def opened(operator: Visitor, login: str, role: str) -> str:
    answer = operator.post("/operator/users", {"login": login, "name": "Salma Idrissi", "roles": role})
    assert answer.status_code == 200
    return shown_password(answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"login": "salma", "name": "Salma"}, "role-"),
        ({"login": "salma", "name": " ", "roles": "clerk"}, "name"),
        ({"login": "sal ma", "name": "Salma", "roles": "clerk"}, "login"),
    ],
)
def test_what_keeps_an_account_from_being_opened_is_said_where_it_is_mended(
    operator: Visitor, typed: dict[str, str], place: str
) -> None:
    answer = operator.post("/operator/users", typed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    marked = re.findall(r'class="question wrong">.*?class="error" id="([a-z-]+)-error"', html, re.S)
    assert [one.startswith(place) for one in marked] == [True]


def signed_in(service: Service, login: str, password: str) -> Visitor:
    visitor = service.visitor("fr")
    assert visitor.post("/sign-in", {"login": login, "password": password}).status_code == 303
    return visitor


def test_whoever_was_given_a_password_chooses_another_one_before_anything_else(
    service: Service, operator: Visitor
) -> None:
    """Whichever page they ask for: enforced where it is asked who they are, so no page can forget it."""
    given = opened(operator, "salma1", "clerk")
    stranger, salma = service.visitor("fr"), signed_in(service, "salma1", given)
    guarded = 0
    for rule in service.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or "lang" not in rule.arguments:
            continue
        path = rule.rule.partition(">")[2]
        path = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", path)
        path = re.sub(r"<.*?>", "1", path)
        asked = stranger.get(path)
        if asked.status_code == 302 and asked.headers["Location"].startswith("/fr/sign-in"):
            guarded += 1
            if rule.endpoint != "account.password":
                led = salma.get(path)
                assert led.headers.get("Location", "").startswith("/fr/account/change-password"), path
    assert guarded > 40
    assert (
        salma.post("/agency/open", {"registration": "123456782"})
        .headers["Location"]
        .startswith("/fr/account/change-password")
    )
    page = salma.get("/account/change-password?next=/fr/agency/day").get_data(as_text=True)
    assert "choisi par la personne chargée des comptes" in page
    again = {"current": given, "password": given, "again": given, "next": "/fr/agency/day"}
    same = salma.post("/account/change-password", again)
    assert same.status_code == 422
    assert "le mot de passe actuel" in same.get_data(as_text=True)
    done = salma.post("/account/change-password", {**again, "password": OWN, "again": OWN})
    assert done.headers["Location"] == "/fr/agency/day"
    assert salma.get("/agency/day").status_code == 200
    assert signed_in(service, "salma1", OWN).get("/agency/").status_code == 200


def test_an_operator_who_gives_a_password_is_named_and_the_holder_told(
    service: Service, operator: Visitor, post: PostRoom
) -> None:
    services = service.application.services
    first = opened(operator, "salma2", "reviewer")
    salma = signed_in(service, "salma2", first)
    salma.post("/account/change-password", {"current": first, "password": OWN, "again": OWN})
    actor = services.authenticate("salma2", OWN)
    phone = f"0{next(_phones)}"
    code, _ = services.begin_address_change(actor, "sms", phone, OWN, Language.FR)
    post.deliver(service.jobs.keys)
    services.try_code(code, post.code_to(phone))
    services.finish_address_change(actor, code)
    given = shown_password(
        operator.post(f"/operator/users/{actor.id}", {"do": "password", "sure": "true"}).get_data(
            as_text=True
        )
    )
    post.deliver(service.jobs.keys)
    assert "nouveau mot de passe" in post.to(phone)[-1].text
    assert salma.get("/account/").status_code == 302, "the sessions there were have ended"
    assert services.authenticate("salma2", given).must_change_password

    def done_to_her(action: str) -> list[str]:
        lines = services.record_page(service.actor("operator"), RecordWish(action=action)).lines
        return [one.person for one in lines if one.details["account"] == actor.id]

    assert done_to_her("password_reset") == [service.actor("operator").name]
    assert done_to_her("password_changed") == ["Salma Idrissi"], "her own choice only"


def test_an_operator_lets_an_applicant_choose_and_never_chooses_for_them(
    service: Service, operator: Visitor, post: PostRoom
) -> None:
    applicant = service.actor("applicant", 2)
    page = f"/operator/users/{applicant.id}"
    html = operator.get(page).get_data(as_text=True)
    assert 'value="password"' not in html
    assert "ni téléphone ni e-mail" in html
    refused = operator.post(page, {"do": "password", "sure": "true"})
    assert refused.status_code == 422
    assert "Seul le titulaire" in refused.get_data(as_text=True)
    assert operator.post(page, {"do": "code"}).status_code == 422


def test_the_code_an_operator_sends_leads_its_holder_to_a_password_of_their_own(
    service: Service, operator: Visitor, post: PostRoom
) -> None:
    services, phone = service.application.services, f"0{next(_phones)}"
    holder = services.register_applicant("44556677", "un premier mot", "Driss Alami")
    code, _ = services.begin_address_change(holder, "sms", phone, "un premier mot", Language.FR)
    post.deliver(service.jobs.keys)
    services.try_code(code, post.code_to(phone))
    services.finish_address_change(holder, code)
    page = f"/operator/users/{holder.id}"
    assert 'value="code"' in operator.get(page).get_data(as_text=True)
    assert operator.post(page, {"do": "code"}).headers["Location"] == f"/fr{page}"
    post.deliver(service.jobs.keys)
    digits, message = post.code_to(phone), post.to(phone)[-1].text
    assert digits not in operator.get(page).get_data(as_text=True)
    link = re.search(r"https?://[^/]+(/fr/account/code/\w+)", message)
    assert link, message
    visitor = service.visitor("fr")
    assert visitor.client.get(link[1]).headers["Location"] == "/fr/account/code"
    visitor.post("/account/code", {"code": digits})
    assert visitor.post("/account/password", {"password": OWN, "again": OWN}).status_code == 303
    assert visitor.get("/dossiers/").status_code == 200
    assert services.authenticate("44556677", OWN) == holder
    with pytest.raises(DossierError):
        services.reset_password(service.actor("operator"), holder.id)

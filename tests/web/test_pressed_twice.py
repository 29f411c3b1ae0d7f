"""Pressing twice, reloading, a second press before the first answer came: done once, answered alike."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import select
from web_service import ALLOWANCE, REFUND, Service, Visitor

from forms_service.services.access_tokens import scopes_for
from forms_service.storage.api_models import KeptAnswerRow


def field_of(visitor: Visitor, path: str, action: str = "") -> str:
    """The text of its own that the form on a page carries."""
    html = visitor.get(path).get_data(as_text=True)
    forms = re.findall(r"(<form [^>]*>)(.*?)</form>", html, re.DOTALL)
    found = [
        field[1]
        for head, inside in forms
        if action in head and (field := re.search(r'name="once" value="([^"]{20,})"', inside))
    ]
    assert found, path
    return found[0]


@pytest.mark.parametrize(("path", "action"), [("/forms/311-1-14", "/dossiers/"), ("/dossiers/", "")])
def test_beginning_a_request_twice_begins_one(service: Service, path: str, action: str) -> None:
    visitor, services = service.visitor("fr").sign_in("applicant", 3), service.application.services
    holder = service.actor("applicant", 3)
    before = services.dossiers(holder).total
    sent = {"form": ALLOWANCE, "once": field_of(visitor, path, action)}
    first, second = (visitor.post("/dossiers/", sent) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert visitor.client.get(second.headers["Location"]).status_code == 200
    assert services.dossiers(holder).total == before + 1
    other = visitor.post("/dossiers/", {**sent, "form": REFUND})
    assert other.headers["Location"] != first.headers["Location"], "another choice is another request"
    again = visitor.post("/dossiers/", {**sent, "once": field_of(visitor, path, action)})
    assert again.headers["Location"] != first.headers["Location"], "who comes back may begin another one"
    assert services.dossiers(holder).total == before + 3


def test_what_is_kept_of_a_sending_fits_where_it_is_kept(service: Service) -> None:
    """PostgreSQL refuses a text that is longer than its column; SQLite takes it."""
    visitor = service.visitor("fr").sign_in("applicant", 3)
    visitor.post("/dossiers/", {"form": ALLOWANCE, "once": field_of(visitor, "/dossiers/")})
    with service.application.database.reading() as session:
        kept = session.scalars(select(KeptAnswerRow)).all()
    lengths = {
        one.key: one.type.length for one in KeptAnswerRow.__table__.columns if hasattr(one.type, "length")
    }
    assert kept and lengths["fingerprint"]
    for row in kept:
        assert not [name for name, most in lengths.items() if most and len(getattr(row, name) or "") > most]


def test_a_second_press_waits_for_the_answer_of_the_first(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = service.application.services
    visitor = service.visitor("fr").sign_in("applicant", 4)
    sent = {"form": ALLOWANCE, "once": field_of(visitor, "/dossiers/")}
    entered, go_on, real = threading.Event(), threading.Event(), services.open_dossier
    calls: list[str] = []

    def slowly(*args: object, **kwargs: object) -> str:
        entered.set()
        assert go_on.wait(10)
        calls.append(real(*args, **kwargs))
        return calls[-1]

    monkeypatch.setattr(services, "open_dossier", slowly)
    places: list[str] = []
    thread = threading.Thread(
        target=lambda: places.append(visitor.post("/dossiers/", sent).headers["Location"])
    )
    thread.start()
    assert entered.wait(10)
    monkeypatch.setattr("forms_service.web.once.sleep", lambda _: go_on.set())
    other = Visitor(service.app.test_client(), "fr").sign_in("applicant", 4)
    places.append(other.post("/dossiers/", sent).headers["Location"])
    thread.join(10)
    assert len(calls) == 1
    assert places == [f"/fr/dossiers/{calls[0]}"] * 2


def test_who_waits_in_vain_is_told_in_words_of_a_page_and_waiting_writes_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = service.application.services
    visitor = service.visitor("fr").sign_in("applicant", 7)
    sent = {"form": ALLOWANCE, "once": field_of(visitor, "/dossiers/")}
    other = Visitor(service.app.test_client(), "fr").sign_in("applicant", 7)
    told: list[str] = []
    claims: list[str] = []
    real, real_begin = services.open_dossier, services.begin_request

    def pressed_again_meanwhile(*args: object, **kwargs: object) -> str:
        monkeypatch.setattr(
            services, "begin_request", lambda *its: (claims.append("claim"), real_begin(*its))[1]
        )
        moments = iter(range(100))
        monkeypatch.setattr("forms_service.web.once.monotonic", lambda: next(moments))
        monkeypatch.setattr("forms_service.web.once.sleep", lambda _: None)
        answer = other.post("/dossiers/", sent)
        assert answer.status_code == 409, answer.get_data(as_text=True)
        told.append(answer.get_data(as_text=True))
        return real(*args, **kwargs)

    monkeypatch.setattr(services, "open_dossier", pressed_again_meanwhile)
    assert visitor.post("/dossiers/", sent).status_code == 303
    (page,) = told
    assert "encore en cours et ne sera pas fait deux fois" in page
    assert "clé" not in page.partition("<main")[2]
    assert claims == ["claim"], "waiting only looks"


def test_the_password_shown_once_is_not_lost_by_a_second_press(service: Service) -> None:
    operator = service.visitor("fr").sign_in("operator")
    sent = {
        "login": "presse2",
        "name": "Presse Deux",
        "roles": "clerk",
        "once": field_of(operator, "/operator/users"),
    }
    first, second = (operator.post("/operator/users", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    passwords = [
        re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", one.get_data(as_text=True)) for one in (first, second)
    ]
    assert passwords[0] == passwords[1] != []
    account = service.application.services.authenticate("presse2", passwords[1][0])
    assert account is not None
    page = f"/operator/users/{account.id}"
    again = {"do": "password", "sure": "true", "once": field_of(operator, page, "")}
    given = [
        re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", operator.post(page, again).get_data(as_text=True))
        for _ in range(2)
    ]
    assert given[0] == given[1] != passwords[0]
    assert service.application.services.authenticate("presse2", given[0][0])


def test_what_was_refused_may_be_sent_again_mended_or_not(service: Service) -> None:
    operator = service.visitor("fr").sign_in("operator")
    sent = {"login": "presse3", "name": "", "roles": "clerk", "once": field_of(operator, "/operator/users")}
    assert operator.post("/operator/users", sent).status_code == 422
    assert operator.post("/operator/users", sent).status_code == 422
    assert operator.post("/operator/users", {**sent, "name": "Presse Trois"}).status_code == 200


def test_one_token_and_one_dossier_at_the_desk(service: Service) -> None:
    clerk, services = service.visitor("fr").sign_in("clerk"), service.application.services
    actor = service.actor("clerk")
    before = len(services.tokens(actor))
    sent = {
        "name": "twice",
        "scopes": scopes_for(actor.roles)[0],
        "days": "30",
        "once": field_of(clerk, "/programs/tokens"),
    }
    shown = [clerk.post("/programs/tokens", sent).get_data(as_text=True) for _ in range(2)]
    assert shown[0] == shown[1]
    assert len(services.tokens(actor)) == before + 1
    opened = {
        "registration": "149364188",
        "another": "149364188",
        "form": ALLOWANCE,
        "once": field_of(clerk, "/agency/", "/agency/open"),
    }
    places = {clerk.post("/agency/open", opened).headers["Location"] for _ in range(2)}
    assert len(places) == 1


def test_nobody_gets_the_answer_of_somebody_else(service: Service) -> None:
    visitor, other = (service.visitor("fr").sign_in("applicant", one) for one in (5, 6))
    sent = {"form": ALLOWANCE, "once": field_of(visitor, "/dossiers/")}
    places = {one.post("/dossiers/", sent).headers["Location"] for one in (visitor, other)}
    assert len(places) == 2

"""The pages for those who connect programs."""

from __future__ import annotations

import re

import pytest
from web_service import ANSWERS, Service, Visitor

from core.localized_text import Language
from forms_service.locales import has, say
from forms_service.services.webhook_delivery import MOST_ATTEMPTS


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_operation_stands_on_the_page_in_words(service: Service, language: str) -> None:
    spec = service.app.test_client().get("/api/v1/openapi.json").get_json()
    page = re.sub("<[^>]+>|[\u2066-\u2069]", "", text_of(service.visitor(language).get("/programs/")))
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            code = f"api_operation.{operation['operationId']}"
            assert has(code), f"{method} {path} has no sentence"
            assert say(code, Language(language)).replace("'", "&#39;") in page
            assert path in page, "with the names of its parts"
    assert "dossiers:read" in page and "/api/v1" in page


def test_no_sentence_is_left_of_an_operation_that_is_gone(service: Service) -> None:
    from forms_service.locales import sentences

    spec = service.app.test_client().get("/api/v1/openapi.json").get_json()
    known = {one["operationId"] for methods in spec["paths"].values() for one in methods.values()}
    worded = {
        code.removeprefix("api_operation.") for code in sentences() if code.startswith("api_operation.")
    }
    assert worded == known


def test_a_token_is_shown_once_and_works(service: Service, clerk: Visitor) -> None:
    made = clerk.post("/programs/tokens", {"name": "Compteur", "scopes": ["agency"], "days": "30"})
    token = re.search(r"cnss_[\w-]{43}", text_of(made))
    assert token, text_of(made)
    page = text_of(clerk.get("/programs/tokens"))
    assert token[0] not in page and "Compteur" in page
    grant = service.application.services.grant(token[0])
    assert grant is not None and grant.scopes == {"agency"}
    revoke = re.search(r'action="/ar(/programs/tokens/\w+/revoke)"', page)
    assert clerk.post(revoke[1]).status_code == 303
    assert service.application.services.grant(token[0]) is None


def test_what_is_wrong_with_a_token_is_told_and_what_was_typed_stays(clerk: Visitor) -> None:
    answer = clerk.post("/programs/tokens", {"name": "Compteur", "days": "30"})
    assert answer.status_code == 422
    assert 'href="#scope-1"' in text_of(answer) and 'value="Compteur"' in text_of(answer)


def test_tokens_are_for_staff(service: Service, applicant: Visitor) -> None:
    assert applicant.get("/programs/tokens").status_code == 404
    assert service.visitor().get("/programs/tokens").status_code == 302


def test_staff_do_not_see_each_others_tokens(service: Service, clerk: Visitor, reviewer: Visitor) -> None:
    clerk.post("/programs/tokens", {"name": "Geheimnis", "scopes": ["agency"], "days": "30"})
    assert "Geheimnis" not in text_of(reviewer.get("/programs/tokens"))


def test_messages_that_never_arrived_are_shown_and_sent_again(
    service: Service, reviewer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forms_service.services import webhook_delivery
    from forms_service.webhook_sending import Sent

    services, actor = service.application.services, service.actor("reviewer")
    monkeypatch.setattr(webhook_delivery, "send", lambda *_: Sent(status=503))
    services.add_webhook(actor, "https://receiver.example.org/hook", ["dossier.submitted"])
    dossier = service.new_dossier(ANSWERS)
    services.deposit(service.actor("applicant"), dossier, True)
    (message,) = services.deliveries(actor)
    for attempt in range(MOST_ATTEMPTS):
        services.deliver_webhook(f"{message.id}.{attempt}")
    page = text_of(reviewer.get("/programs/tokens"))
    assert "receiver.example.org" in page and "503" in page
    retry = re.search(r'action="/ar(/programs/messages/\w+/retry)"', page)
    monkeypatch.setattr(webhook_delivery, "send", lambda *_: Sent(status=200))
    assert reviewer.post(retry[1]).status_code == 303
    services.deliver_webhook(f"{message.id}.{MOST_ATTEMPTS}")
    assert services.deliveries(actor)[0].state == "delivered"
    assert "/retry" not in text_of(reviewer.get("/programs/tokens"))

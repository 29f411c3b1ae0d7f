"""Every form of every page is filled, sent without a living session, and looked at again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from demonstration import Demonstration
from every_page import PageOfSomebody, client_of
from flask.testing import FlaskClient

sys.path.append(str(Path(__file__).resolve().parents[1] / "web"))
from forms_of_pages import Box, PostedForm, forms_of

from forms_service.web.kept_typing import NOT_KEPT, SECRETS

HOME = {"Origin": "http://localhost"}
_WORDS = {"number": "7", "date": "2026-03-04", "email": "a@example.ma"}
_NEVER_FILLED = ("hidden", "file", "password", "submit")
_SWORN = frozenset({"declaration"})


def lost_typing(demo: Demonstration, pages: list[PageOfSomebody]) -> tuple[list[str], set[str]]:
    """What is lost of what is typed on those pages, and the endpoints whose forms were filled."""
    clients = {who: client_of(demo, who) for who in dict.fromkeys(one.who for one in pages)}
    addresses = demo.app.url_map.bind("localhost")
    lost: list[str] = []
    seen: set[str] = set()
    for page in pages:
        client, path = clients[page.who], f"/ar{page.path}"
        for form in forms_of(client.get(path).get_data(as_text=True), path.partition("?")[0]):
            endpoint = addresses.match(form.action.partition("?")[0], method="POST")[0]
            if endpoint in seen or endpoint in NOT_KEPT:
                continue
            seen.add(endpoint)
            lost += [f"{page.name}, {endpoint}: {one}" for one in _lost(client, page.who, path, form)]
    return lost, seen


def _lost(client: FlaskClient, who: str | None, path: str, form: PostedForm) -> Iterator[str]:
    sent = _filled_in(form)
    with_proof = {**sent, "csrf_token": ["the proof of a session that ended"]}
    secret = {one.name for one in form.boxes if one.kind == "password"}
    if secret - SECRETS - {"again"}:
        yield f"secrets called {secret}"
    answer = client.post(form.action, data=with_proof, headers={**HOME, "Referer": f"http://localhost{path}"})
    if answer.status_code == 303:
        answer = client.get(answer.headers["Location"].partition("#")[0])
    elif answer.status_code != 400:
        yield f"answers {answer.status_code}"
    html = answer.get_data(as_text=True)
    if 'id="kept-typing"' not in html:
        yield "nobody is told"
    again = [one.held() for one in forms_of(html, path.partition("?")[0]) if one.action == form.action]
    expected = {
        name: [one for one in every if one]
        for name, every in sent.items()
        if name not in secret | _SWORN | {"csrf_token", "code"} and any(every)
    }
    if not any(
        all(set(every) <= set(one.get(name, ())) for name, every in expected.items()) for one in again
    ):
        yield f"{expected} became {again}"


def _filled_in(form: PostedForm) -> dict[str, list[str]]:
    """The form with every box changed; what is hidden stays."""
    sent: dict[str, list[str]] = {}
    for one in form.boxes:
        if one.name and one.kind != "file":
            sent.setdefault(one.name, [])
            sent[one.name] += _changed(one, sent[one.name])
    return {name: every for name, every in sent.items() if every}


def _changed(box: Box, before: list[str]) -> list[str]:
    if box.kind in _NEVER_FILLED:
        return [box.value or "Secret-of-mine-1"]
    if box.kind == "select":
        return [next((one for one in reversed(box.offered) if one and one != box.value), box.value)]
    if box.kind == "checkbox":
        return [] if box.chosen else [box.value]
    if box.kind == "radio":
        return [] if before or box.chosen else [box.value]
    return [_WORDS.get(box.kind, f"<Été> & \"{box.name}\" 'أ'")]

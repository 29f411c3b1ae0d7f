"""For those who connect programs: what the interface offers, tokens, and messages to webhooks."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import DossierError, InvalidValue
from forms_service.services.access_tokens import LONGEST_DAYS, SCOPE_LABELS, USUAL_DAYS, scopes_for
from forms_service.services.webhooks import DEAD
from forms_service.web import security
from forms_service.web.api.description import described, operations
from forms_service.web.api.doors import TOKEN
from forms_service.web.asked_numbers import MOST_PAGES, asked_number, posted_number
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.screens import Problem
from forms_service.web.security import current_actor, needs, services, the_actor

PREFIX = "/programs"
pages = Blueprint("programs", __name__)

STAFF = ("clerk", "reviewer", "author", "operator")
DAYS = (30, USUAL_DAYS, 180, LONGEST_DAYS)
_PLACES = {"token_name": "name", "token_scopes": "scope-1", "token_days": "days"}


@pages.get("/")
def interface() -> str:
    """Every operation in words, by what it is about, with the right it takes."""
    actor = current_actor()
    return render_template(
        "programs.html",
        groups=_groups(),
        scope_labels=SCOPE_LABELS,
        base=security.application().config.public_url + "/api/v1",
        staff=actor is not None and bool(actor.roles & set(STAFF)),
    )


@pages.get("/tokens")
@needs(*STAFF)
def tokens() -> str:
    """The tokens there are, and the messages that could not be sent."""
    return _page([])


@pages.post("/tokens")
@needs(*STAFF)
@once
def make_token() -> str | tuple[str, int]:
    """Make a token and show it this once: no later page knows it any more."""
    try:
        token, view = services().make_token(
            the_actor(),
            request.form.get("name", ""),
            request.form.getlist("scopes"),
            posted_number("days", LONGEST_DAYS) or 0,
        )
    except InvalidValue as problem:
        place = _PLACES.get(problem.code)
        return _page([Problem(place, problem.message.in_language(language()))]), 422
    return _page([], new=view, token=token)


@pages.post("/tokens/<token_id>/revoke")
@needs(*STAFF)
def revoke_token(token_id: str) -> Response:
    """Let a token count no more."""
    view = services().revoke_token(the_actor(), token_id)
    flash(translate("programs.revoked", name=view.name), "done")
    return redirect(url_for(".tokens"), code=303)


@pages.post("/webhooks/<webhook_id>/stop")
@needs(*STAFF)
def stop_webhook(webhook_id: str) -> Response:
    """Send an address no more messages."""
    services().stop_webhook(the_actor(), webhook_id)
    flash(translate("programs.stopped"), "done")
    return redirect(url_for(".tokens", _anchor="webhooks"), code=303)


@pages.post("/messages/<delivery_id>/retry")
@needs(*STAFF)
def send_again(delivery_id: str) -> Response:
    """Try a message once more that was given up."""
    try:
        services().send_again(the_actor(), delivery_id)
        flash(translate("programs.sent_again"), "done")
    except DossierError as problem:
        if problem.code != "not_dead":
            raise
        flash(problem.message.in_language(language()), "problem")
    return redirect(url_for(".tokens", _anchor="dead"), code=303)


def _page(problems: list[Problem], **more: object) -> str:
    actor, now = the_actor(), services().now()
    return render_template(
        "tokens.html",
        tokens=services().tokens_page(actor, asked_number("tokens", 1, MOST_PAGES)),
        is_valid=lambda one: one.is_valid(now),
        webhooks=services().webhooks_page(actor, asked_number("addresses", 1, MOST_PAGES)),
        dead=services().deliveries(actor, state=DEAD),
        scopes=[(one, SCOPE_LABELS[one]) for one in scopes_for(actor.roles)],
        scope_labels=SCOPE_LABELS,
        days=DAYS,
        usual=USUAL_DAYS,
        everybody="operator" in actor.roles,
        problems=problems,
        kept=request.form if problems else {},
        **{"new": None, "token": "", **more},
    )


def _groups() -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations as the description has them, under their headings."""
    with current_app.extensions["forms_service_api"].app_context():
        spec = described()
    found: dict[str, list[dict[str, Any]]] = {}
    for method, path, operation in operations(spec):
        scopes = [scope for one in operation.get("security", []) for scope in one.get(TOKEN, [])]
        steps = re.findall(r"/[^/]*", path)
        line = {
            "method": method.upper(),
            "steps": steps,
            "path": path,
            "id": operation["operationId"],
            "scopes": scopes,
        }
        line["any_token"] = bool(operation.get("security")) and not scopes
        found.setdefault(operation["tags"][0], []).append(line)
    order = [one["name"] for one in spec["tags"]]
    return [(name, sorted(found[name], key=lambda one: one["path"])) for name in order if name in found]

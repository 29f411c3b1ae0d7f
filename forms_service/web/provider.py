"""Signing in and out by the fund's own identity provider."""

from __future__ import annotations

from dataclasses import asdict
from hmac import compare_digest
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from core.errors import InvalidValue
from forms_service.access_settings import STAFF
from forms_service.identity_provider import IdentityProvider, ProviderNotReached, ProviderRefused, Question
from forms_service.sealing import Unsealable
from forms_service.services.provider_sign_in import UnknownOutside
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import security
from forms_service.web.auth import home_of_actor, page_with
from forms_service.web.languages import language, translate
from forms_service.web.screens import Problem
from forms_service.web.security import current_actor, needs, services, the_actor

PREFIX = "/sign-in/provider"
pages = Blueprint("provider", __name__)

_ASKED = "asked_outside"


@pages.get("/")
def ask() -> Response | tuple[str, int]:
    """Send somebody to the provider; what they are asked there is kept sealed in their session."""
    provider, question = _provider(), Question.drawn()
    try:
        place = provider.place_to_ask(question, _back())
    except ProviderNotReached as trouble:
        return page_with([Problem(None, trouble.message.in_language(language()))]), 503
    wanted = security.safe_place(request.args.get("next"))
    session[_ASKED] = services().adapters.seal.close({**asdict(question), "next": wanted})
    return redirect(place)  # type: ignore[return-value]


@pages.get("/back")
def back() -> Response | tuple[str, int]:
    """Let in whoever the provider vouches for; the answer to another question lets nobody in."""
    _provider()
    code, place = request.args.get("code", ""), security.client()
    try:
        question, kept = _question()
        if "links" in kept:
            return _linked(question, kept["links"])
        actor, enough = services().sign_in_outside(code, question, _back(), place)
    except TooManyAttempts as wait:
        return page_with([Problem(None, wait.message.in_language(language()))]), 429
    except UnknownOutside as unknown:
        return page_with([Problem(None, unknown.message.in_language(language()))]), 403
    except ProviderRefused as refusal:
        return page_with([Problem(None, refusal.message.in_language(language()))]), 422
    except ProviderNotReached as trouble:
        return page_with([Problem(None, trouble.message.in_language(language()))]), 503
    wanted, second_step = kept.get("next"), None
    if enough:
        security.sign_in(actor, second_step=True, by_provider=True)
    else:
        second_step = security.admit(actor, wanted, by_provider=True)
    return redirect(second_step or wanted or home_of_actor(), code=303)  # type: ignore[return-value]


@pages.get("/link")
@needs(*STAFF)
def ask_to_link() -> str:
    """Ask for the password before the account is linked."""
    return _link_page([])


@pages.post("/link")
@needs(*STAFF)
def link() -> Response | tuple[str, int]:
    """Lead whoever proved to be the holder to the provider: whom it names comes in to their account by it.

    By a page and not at once: browsers let no form lead to another service.
    """
    provider, question = _provider(), Question.drawn()
    try:
        services().prove_holder(the_actor(), request.form.get("current", ""), security.begun())
        place = provider.place_to_ask(question, _back())
    except InvalidValue as wrong:
        return _link_page([Problem("current", wrong.message.in_language(language()))]), 422
    except TooManyAttempts as wait:
        return _link_page([Problem("current", wait.message.in_language(language()))]), 429
    except ProviderNotReached as trouble:
        return _link_page([Problem(None, trouble.message.in_language(language()))]), 503
    session[_ASKED] = services().adapters.seal.close({**asdict(question), "links": the_actor().id})
    answer = make_response(_link_page([], place))
    answer.headers["Refresh"] = f"0; url={place}"
    return answer


def _linked(question: Question, account_id: str) -> Response:
    """Link the account of whoever asked for it, if they are still the one who is signed in."""
    actor = current_actor()
    if actor is None or actor.id != account_id or actor.must_add_second_step:
        raise _provider().refused()
    services().link_outside(actor, request.args.get("code", ""), question, _back(), security.client())
    flash(translate("provider.link.done", name=_provider().settings.name), "done")
    return redirect(url_for("account.mine"), code=303)  # type: ignore[return-value]


def _link_page(problems: list[Problem], place: str | None = None) -> str:
    return render_template(
        "provider_link.html",
        problems=problems,
        place=place,
        name=_provider().settings.name,
        linked=services().is_linked_outside(the_actor()),
        with_password=services().asks_for_password(the_actor()),
    )


@pages.get("/left")
def left() -> Response:
    """Lead on to the provider's own page that ends the session there, or let somebody press it."""
    provider = _provider()
    home = security.application().config.public_url + url_for("public.home")
    try:
        place = provider.place_to_leave(home)
    except ProviderNotReached:
        place = None
    if place is None:
        return redirect(url_for("public.home"))  # type: ignore[return-value]
    answer = make_response(render_template("provider_left.html", place=place, name=provider.settings.name))
    answer.headers["Refresh"] = f"0; url={place}"
    return answer


def _provider() -> IdentityProvider:
    provider: IdentityProvider | None = services().identity_provider
    if provider is None:
        abort(404)
    return provider


def _question() -> tuple[Question, dict[str, Any]]:
    """The question that was asked in this browser, and what was kept with it; it counts once.

    Raises:
        ProviderRefused: None was, or this is the answer to another.
    """
    refusal = _provider().refused()
    try:
        kept = services().adapters.seal.open(session.pop(_ASKED, ""))
        question = Question(str(kept["state"]), str(kept["nonce"]), str(kept["verifier"]))
    except (Unsealable, KeyError, ValueError):
        raise refusal from None
    same = compare_digest(question.state.encode(), request.args.get("state", "").encode())
    if not same or not request.args.get("code"):
        raise refusal
    return question, kept


def _back() -> str:
    """Where the provider sends people back to; it knows this address beforehand, so it has one language."""
    return f"{security.application().config.public_url}/{language().value}{PREFIX}/back"

"""Who is signed in, what they may open, and the headers that keep a page to itself."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)

from forms_service.services.known_devices import KNOWN_FOR
from forms_service.services.second_step import TIME_FOR_THE_STEP
from forms_service.web import proxies

if TYPE_CHECKING:
    from forms_service.bootstrap import Application
    from forms_service.services import Services
    from forms_service.services.views import Actor

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DEVICE_COOKIE = "device"
_SESSION_ID = "nonce"
_MARK = "mark"
_SECOND_STEP = "second_step"
_HALF_WAY = "half_way"
_BY_PROVIDER = "by_provider"
_CHOOSING_A_PASSWORD = frozenset({"account.password", "account.change_password"})
"""All that somebody may do whose password somebody else chose."""

_ADDING_A_SECOND_STEP = frozenset(
    {
        *("second_step.mine", "second_step.app", "second_step.confirm_app"),
        *("second_step.passkey", "second_step.add_passkey"),
    }
)
"""All that somebody may do whose role asks for a second step and who has none yet."""

_A_YEAR = "max-age=31536000; includeSubDomains"


def application() -> Application:
    """What this web service is made around."""
    return cast("Application", current_app.extensions["forms_service"])


def services() -> Services:
    """The use cases."""
    return application().services


def current_actor() -> Actor | None:
    """Who is signed in, looked up once a request; None for a visitor."""
    if g.get("failing"):
        return None
    if "actor" not in g:
        actor_id = session.get("actor_id")
        proved, mark = bool(session.get(_SECOND_STEP)), session.get(_MARK)
        begun, session_id = _begun(), session.get(_SESSION_ID, "")
        found = services().actor(actor_id, begun, session_id, mark=mark, proved=proved) if actor_id else None
        g.actor = found
    return cast("Actor | None", g.actor)


def the_actor() -> Actor:
    """Who is signed in, on pages only signed-in people reach."""
    actor = current_actor()
    if actor is None:
        abort(403)
    return actor


def admit(
    actor: Actor, wanted: str | None = None, *, kept: bool = False, by_provider: bool = False
) -> str | None:
    """Begin a session for whoever came in by a password or a code, if that is enough.

    Gives the page of the second step where it is not: until that is taken the session is nobody's, in a
    browser that is known as in any other.

    Args:
        wanted: The page they want to be on.
        kept: Whether they had typed something when a session ended.
    """
    if not services().has_second_step(actor):
        sign_in(actor, by_provider=by_provider)
        return None
    session.clear()
    session[_BY_PROVIDER] = by_provider
    session[_HALF_WAY] = {
        "account": actor.id,
        "since": services().now().isoformat(),
        _MARK: services().session_mark(actor),
        "next": safe_place(wanted),
        "kept": kept,
    }
    g.actor = None
    return url_for("second_step.asked")


def half_way() -> dict[str, Any] | None:
    """Who gave the right password a short while ago and has to take the second step; None for nobody."""
    waiting: dict[str, Any] | None = session.get(_HALF_WAY)
    if waiting is None:
        return None
    since = datetime.fromisoformat(waiting["since"])
    still = services().actor(waiting["account"], since, mark=waiting.get(_MARK))
    if services().now() - since > TIME_FOR_THE_STEP or still is None:
        session.pop(_HALF_WAY)
        return None
    return waiting


def took_second_step() -> bool:
    """Whether this session was begun, or risen, by a second step."""
    return bool(session.get(_SECOND_STEP))


def came_by_provider() -> bool:
    """Whether this session began at the fund's identity provider."""
    return bool(session.get(_BY_PROVIDER)) and application().config.provider is not None


def begun() -> datetime:
    """When this session began."""
    return _begun()


def sign_in(actor: Actor, *, second_step: bool = False, by_provider: bool = False) -> None:
    """Begin a fresh session: nothing planted in the visitor's one survives.

    The browser is known from now on, so that strangers' guesses do not keep its owner out.

    Args:
        second_step: Whether they took one, here or at the fund's provider.
        by_provider: Whether they came by that provider: signing out leads there again.
    """
    if session.get("actor_id") != actor.id:  # not a session that is only begun anew
        services().note_sign_in(actor, second_step=second_step, by_provider=by_provider)
    session.clear()
    session["actor_id"] = actor.id
    session[_SESSION_ID] = secrets.token_urlsafe(16)
    session["since"] = services().now().isoformat()
    session[_MARK] = services().session_mark(actor)
    session[_SECOND_STEP] = second_step
    session[_BY_PROVIDER] = by_provider
    session.permanent = True
    g.pop("actor", None)
    shown = services().remember_device(actor)
    after_this_request(lambda response: _with_device(response, shown))


def device() -> str:
    """What shows that this browser is known; see ``services.known_devices``."""
    return request.cookies.get(_DEVICE_COOKIE, "")


def _with_device(response: Response, shown: str) -> Response:
    response.set_cookie(
        _DEVICE_COOKIE,
        shown,
        max_age=KNOWN_FOR,
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
    return response


def _begun() -> datetime:
    """When this session began; one that does not say so began before passwords could change."""
    return datetime.fromisoformat(session.get("since", "1970-01-01T00:00:00+00:00"))


def client() -> str:
    """Where on the network a request comes from; empty where that tells nothing (this very machine).

    Of an IPv6 address the network: a household has one, and more addresses than could ever be counted.
    """
    address = proxies.plain_address(request.remote_addr or "")
    if address is None or address.is_loopback:
        return ""
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def sign_out() -> None:
    """End the session, here and in every copy of its cookie."""
    if (session_id := session.get(_SESSION_ID)) is not None:
        services().end_session(session_id)
    session.clear()
    g.actor = None


def needs(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only people with one of ``roles`` open a page; without roles, anybody who is signed in.

    A visitor is asked to sign in first; anybody else learns only that there is no such page.  Whoever
    came in with a password that somebody else chose is led to choosing another one, wherever they go; and
    whoever needs a second step and has none, to adding one.
    """
    from forms_service.web import kept_typing, sent_by_script

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if actor is None:
                if request.method == "POST" and (page := kept_typing.rescue()) is not None:
                    return page
                if kept_typing.by_a_script() and not sent_by_script.by_script():
                    abort(401)
                return redirect(url_for("auth.sign_in", next=_page_asked_for()))
            if actor.must_change_password and request.endpoint not in _CHOOSING_A_PASSWORD:
                return redirect(url_for("account.password", next=_page_asked_for()), code=303)
            if actor.must_add_second_step and request.endpoint not in (
                _ADDING_A_SECOND_STEP | _CHOOSING_A_PASSWORD
            ):
                return redirect(url_for("second_step.mine", next=_page_asked_for()), code=303)
            if roles and not actor.roles & set(roles):
                abort(404)
            return view(*args, **kwargs)

        guarded.asks_who = True  # type: ignore[attr-defined]
        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return guard


def is_guarded(endpoint: str | None) -> bool:
    """Whether only people who are signed in reach what answers at an address."""
    return bool(getattr(current_app.view_functions.get(endpoint or ""), "asks_who", False))


def _page_asked_for() -> str | None:
    """The page somebody wants to be on: the one they asked for, or the one they sent something from."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return urlsplit(request.referrer).path if request.referrer else None


def safe_place(place: str | None) -> str | None:
    """``place`` when it is a page of this service; an address elsewhere is never followed."""
    if not place or not place.startswith("/") or place.startswith("//") or "\\" in place:
        return None
    parts = urlsplit(place)
    return place if not parts.scheme and not parts.netloc else None


def install(app: Flask) -> None:
    """Put the security headers on every answer and keep personal pages out of caches."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", _A_YEAR)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

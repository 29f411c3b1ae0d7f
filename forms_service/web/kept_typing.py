"""A session that ended must not cost what somebody had typed: it is shown again after signing in.

What was typed travels as a signed hidden field of the sign-in page, never in an address; once the
person is known it is kept for them for an hour.  It becomes an answer only when they save it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, redirect, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from forms_service.services.views import Actor
from forms_service.web import security
from forms_service.web.languages import language

FIELD = "kept"
_QUESTION_PAGES = frozenset({"applicant.save_section", "applicant.save_facts", "groups.save_row"})
_SHOWN_ON = {
    "reviewer.request_correction": ("reviewer.dossier", "ask"),
    "decisions.decide": ("reviewer.dossier", "decision"),
}
"""What is sent to an address of its own: the page it is written on, and where on it."""

_NOT_TYPED = frozenset({"csrf_token"})
_LONGEST = 100_000
_MAX_AGE_S = 3600


def rescue() -> Response | tuple[str, int] | None:
    """Answer a page of questions that came without a living session; None when it is no such page.

    Whoever is signed in again meanwhile gets the page back at once; anybody else signs in first.
    """
    if request.endpoint not in _QUESTION_PAGES | _SHOWN_ON.keys() or not _from_this_site():
        return None
    typed = [(name, text) for name, text in request.form.items(multi=True) if name not in _NOT_TYPED]
    if sum(len(name) + len(text) for name, text in typed) > _LONGEST:
        return None
    actor = security.current_actor()
    if actor is not None:
        security.services().keep_typing(actor, _place(), typed)
        return redirect(_address(), code=303)  # type: ignore[return-value]
    from forms_service.web.auth import session_ended_page

    return session_ended_page(_signer().dumps([_place(), typed]), _address()), 401


def keep_for(actor: Actor, sealed: str) -> None:
    """Keep what a sign-in page carried; anything not sealed by us, or too old, is dropped."""
    try:
        place, typed = _signer().loads(sealed, max_age=_MAX_AGE_S)
    except BadData:
        return
    security.services().keep_typing(actor, place, [(name, text) for name, text in typed])


def shown_again() -> MultiDict[str, str] | None:
    """What was typed on this very page when the session ended, as if it were posted."""
    typed = security.services().kept_typing(security.the_actor(), _place())
    return MultiDict(typed) if typed is not None else None


def forget() -> None:
    """This page was saved."""
    security.services().forget_typing(security.the_actor(), _place())


def _place() -> str:
    """The page, whichever language it is shown in."""
    path = _address().partition("#")[0] if request.endpoint in _SHOWN_ON else request.path
    return path.removeprefix(f"/{language().value}")


def _address() -> str:
    if shown_on := _SHOWN_ON.get(request.endpoint or ""):
        page, anchor = shown_on
        return url_for(page, **(request.view_args or {}), _anchor=anchor)
    return request.full_path.rstrip("?")


def _from_this_site() -> bool:
    """Whether a page of ours sent it: nobody else may put words into somebody's form."""
    sender = urlsplit(request.headers.get("Origin") or request.referrer or "").netloc
    ours = {request.host, urlsplit(security.application().config.public_url).netloc}
    return bool(sender) and sender in ours


def _signer() -> URLSafeTimedSerializer:
    secret: Any = current_app.secret_key
    return URLSafeTimedSerializer(secret, salt="kept-typing")

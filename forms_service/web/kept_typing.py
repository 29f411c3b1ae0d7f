"""A session that ended must not cost what somebody had typed: it is shown again after signing in.

This holds for every form there is and every form to come: whatever is posted without a living session is
kept, sent back to the page it was written on, and put into its boxes again (``typed_again``).  What was typed
travels as a signed hidden field of the sign-in page, never in an address; once the person is known it is
kept for them for an hour.  It becomes an answer only when they save it.  Whoever else signs in next on a
page that was left, at a desk many share, gets nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from forms_service.services.views import Actor
from forms_service.web import security
from forms_service.web.languages import language, translate
from forms_service.web.typed_again import typed_again

FIELD = "kept"
PAGE = "from_page"
"""The page a form stands on, posted with it: an address that only takes forms shows nobody their words."""

WHOSE = "from_account"
"""To whom the page was shown, as a fingerprint; pages shown to a visitor do not say it."""

NOTICE = "kept-typing"
NOT_KEPT = frozenset({"auth.sign_out"})
"""Forms that are sent again by one press of a button that stands on every page."""

SECRETS = frozenset({"password", "current", "code"})
_REPEATED = "again"
"""A secret beside a new password; elsewhere a reason."""

_NOT_TYPED = frozenset({"csrf_token", FIELD, PAGE, WHOSE, "declaration"})
"""Besides what proves where a form comes from: a declaration on honour is made anew, never filled in."""

_LONGEST = 100_000
_MAX_AGE_S = 3600
_FLAG = "kept_typing"


def install(app: Flask) -> None:
    """Fill the pages on their way out."""
    app.after_request(_shown_again)


def rescue() -> Response | tuple[str, int] | None:
    """Answer a form that came without a living session; None when it is not to be kept.

    Whoever is signed in again meanwhile gets the page back at once, and so does a visitor on a page for
    visitors; anybody else signs in first.  Our own scripts keep what they sent, and are only told.
    """
    if request.endpoint in NOT_KEPT or by_a_script() or not _from_this_site():
        return None
    typed = _typed()
    page = page_of_the_form()
    if page is None or sum(len(name) + len(text) for name, text in typed) > _LONGEST:
        return None
    actor = security.current_actor()
    whose = request.form.get(WHOSE, "")
    if actor is not None:
        if not _is_theirs(actor, whose):
            return None
        _keep(actor, _place(), typed)
        g.rescued = True
        return redirect(_back_to(page), code=303)  # type: ignore[return-value]
    if not security.is_guarded(request.endpoint) and not _is_guarded_page(page):
        return _at_once(page, typed)
    from forms_service.web.auth import session_ended_page

    g.page_of_forms = url_for("auth.sign_in")
    return session_ended_page(_signer().dumps([_place(), typed, whose]), _back_to(page)), 401


def by_a_script() -> bool:
    """Whether a script of ours sent the form: it still has everything."""
    return "X-Requested-With" in request.headers


def keep_for(actor: Actor, sealed: str) -> None:
    """Keep what a sign-in page carried; what is not sealed by us, too old or somebody else's is dropped."""
    try:
        place, typed, whose = _signer().loads(sealed, max_age=_MAX_AGE_S)
    except (BadData, ValueError):
        return
    if _is_theirs(actor, whose):
        _keep(actor, place, [(name, text) for name, text in typed])


def show_again() -> None:
    """Show what is kept for whoever just came in, where it was typed."""
    session[_FLAG] = True


def page_field() -> Markup:
    """The hidden fields that say on which page a form stands, and whom it was shown to."""
    if "page_of_forms" not in g:
        posted = request.method == "POST"
        g.page_of_forms = page_of_the_form() if posted else request.full_path.rstrip("?")
    actor = security.current_actor()
    said = {PAGE: g.page_of_forms, WHOSE: _account(actor) if actor is not None else None}
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(field.format(name, value) for name, value in said.items() if value)


def page_of_the_form() -> str | None:
    """The page on which the form stands that was posted: as it says itself, else where it came from."""
    for address in _candidates():
        safe = security.safe_place(address)
        if safe and _endpoint(safe) is not None:
            return safe
    return None


def _candidates() -> Iterator[str | None]:
    with suppress(RequestEntityTooLarge):  # the page that says so has forms as well
        yield request.form.get(PAGE)
    sender = urlsplit(request.referrer or "")
    if sender.netloc in _our_names():
        yield sender.path + (f"?{sender.query}" if sender.query else "")
    place = request.path
    while place.count("/") > 1:
        yield place
        place = place.rpartition("/")[0]


def _endpoint(address: str) -> tuple[str, dict[str, Any]] | None:
    """The page at an address; None when nothing is shown there."""
    try:
        endpoint, values = current_app.url_map.bind(request.host).match(urlsplit(address).path, method="GET")
    except HTTPException:
        return None
    return endpoint, dict(values)


def _is_guarded_page(address: str) -> bool:
    """Whether a page asks who somebody is: it cannot be shown to a visitor, whatever was sent from it."""
    endpoint, _ = _endpoint(address) or (None, {})
    return security.is_guarded(endpoint)


def _typed() -> list[tuple[str, str]]:
    secrets = SECRETS | ({_REPEATED} if "password" in request.form else set())
    every = request.form.items(multi=True)
    return [(name, text) for name, text in every if name not in _NOT_TYPED | secrets]


def _keep(actor: Actor, place: str, typed: list[tuple[str, str]]) -> None:
    security.services().keep_typing(actor, place, typed)
    session[_FLAG] = True


def _account(actor: Actor) -> str:
    return security.services().adapters.seal.fingerprint("page shown to", actor.id)


def _is_theirs(actor: Actor, whose: str) -> bool:
    return not whose or whose == _account(actor)


def _at_once(page: str, typed: list[tuple[str, str]]) -> Response:
    """The visitor's page again, its proof renewed."""
    endpoint, values = _endpoint(page) or ("", {})
    values.pop("lang", None)
    answer = make_response(current_app.view_functions[endpoint](**values))
    if answer.status_code == 200:
        answer.status_code = 400
        g.typed_at_once = (page, typed)
    return answer


def _shown_again(response: Response) -> Response:
    """Put back what was typed, wherever its form stands; forget it once it was taken."""
    at_once = g.get("typed_at_once")
    if at_once is not None:
        page, typed = at_once
        return _with_typing(response, urlsplit(page).path, _place(), typed)
    posted = request.method == "POST"
    if not posted and (request.method != "GET" or response.status_code != 200 or not _is_page(response)):
        return response  # before the session is looked at: style sheets and pictures do not vary by it
    if _FLAG not in session or (actor := security.current_actor()) is None or (by_a_script() and not posted):
        return response
    if posted:
        if response.status_code < 400 and not g.get("rescued"):
            security.services().forget_typing(actor, _place())
        return response
    kept = security.services().latest_typing(actor)
    if kept is None:
        session.pop(_FLAG)
        return response
    place, typed = kept
    return _with_typing(response, request.path, place, typed)


def _with_typing(response: Response, path: str, place: str, typed: list[tuple[str, str]]) -> Response:
    place = f"/{language().value}{place}"
    notices = tuple(_notice(translate(f"question.{said}")) for said in ("shown_again", "do_again"))
    page = response.get_data(as_text=True)
    response.set_data(typed_again(page, path, place, MultiDict(typed), notices))  # type: ignore[arg-type]
    return response


def _notice(words: str) -> str:
    return f'<div class="notice warn" role="alert" id="{NOTICE}"><p>{escape(words)}</p></div>'


def _is_page(response: Response) -> bool:
    return response.mimetype == "text/html" and not response.is_streamed


def _back_to(page: str) -> str:
    """The page, at the place where what was typed is shown."""
    return page if urlsplit(page).path == request.path else f"{page}#{NOTICE}"


def _place() -> str:
    """Where the form was sent, whichever language its page was shown in."""
    return request.path.removeprefix(f"/{language().value}")


def _from_this_site() -> bool:
    """Whether a page of ours sent it: nobody else may put words into somebody's form."""
    sender = urlsplit(request.headers.get("Origin") or request.referrer or "").netloc
    return bool(sender) and sender in _our_names()


def _our_names() -> set[str]:
    return {request.host, urlsplit(security.application().config.public_url).netloc}


def _signer() -> URLSafeTimedSerializer:
    secret: Any = current_app.secret_key
    return URLSafeTimedSerializer(secret, salt="kept-typing")

"""Errors as pages: what happened, what is safe, what to do next, in both languages.

An unforeseen error gets an incident reference; the log keeps the reference and where it happened,
and nothing a person typed or uploaded.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core.errors import DossierError, FormsError, InvalidValue, UnknownForm, UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.locales import both, has
from forms_service.web import health, kept_typing, looks, out_of_order, security

if TYPE_CHECKING:
    from forms_service.services.views import Actor

_log = logging.getLogger("forms_service.web")
_STATUS_OF_CODE = {
    "not_yours": 404,
    "unknown_document": 404,
    "unknown_page": 404,
    "unknown_stack": 404,
    "unknown_group": 404,
    "unknown_account": 404,
    "unknown_form": 404,
    "unknown_token": 404,
    "unknown_webhook": 404,
    "not_allowed": 403,
    "unknown_passkey": 404,
    "too_many_attempts": 429,
    "used_up": 429,
    "not_recorded": 503,
    "too_busy": 503,
}
_STATUS_OF_CLASS: tuple[tuple[type[FormsError], int], ...] = (
    (UnknownForm, 404),
    (DossierError, 409),
    (InvalidValue, 422),
    (UnreadableDocument, 422),
)
_UNAMBIGUOUS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def status_of(error: FormsError) -> int:
    """The HTTP status that tells a program what the page tells a person."""
    if error.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[error.code]
    return next((status for kind, status in _STATUS_OF_CLASS if isinstance(error, kind)), 500)


def install(app: Flask) -> None:
    """Answer every failure with a page people can act on."""
    app.register_error_handler(FormsError, known)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _incident)


def known(error: FormsError) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    """An error of ours as a page."""
    if (what := out_of_order.told(error)) is not None:
        return _out_of_order(what)
    status = status_of(error)
    if status == 404:
        return _page("404", both("error.404.what"), 404)
    if status == 500:
        return _incident(error)
    shown, _ = _page(str(status), error.message, status)
    wait = getattr(error, "retry_after_s", 0)
    return (shown, status, {"Retry-After": str(wait)}) if wait else (shown, status)


def unrecorded(error: FormsError) -> Response:
    """Instead of a page whose showing could not be put on record."""
    return current_app.make_response(_page("unrecorded", error.message, status_of(error)))


def _stale_form(_error: CSRFError) -> Response | tuple[str, int]:
    """A session that ended or was begun anew: a page of questions is rescued, others are explained."""
    rescued = kept_typing.rescue()
    if rescued is not None:
        return rescued
    return _page("stale", both("error.stale.what"), 400)


def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    limit_mib = (current_app.config["MAX_CONTENT_LENGTH"] or 0) // (1024 * 1024)
    return _page("413", both("error.413.what", limit=limit_mib), 413)


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    code = str(error.code) if has(f"error.{error.code}.what") else "other"
    return _page(code, both(f"error.{code}.what"), error.code)


def _out_of_order(what: LocalizedText) -> tuple[str, int, dict[str, str]]:
    """A page for everybody; where operators look, also which part is away, as ``/readyz`` tells anybody."""
    away = health.what_is_away() if request.blueprint == "status" else ()
    shown, status = _page(str(out_of_order.STATUS), what, out_of_order.STATUS, away=away, is_outage=True)
    return shown, status, out_of_order.RETRY_AFTER


def _incident(error: Exception) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    if (what := out_of_order.told(error)) is not None:
        return _out_of_order(what)
    reference = "".join(secrets.choice(_UNAMBIGUOUS) for _ in range(8))
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    place = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    _log.error("incident %s %s %s at %s", reference, request.endpoint, type(error).__name__, place)
    g.failing = True
    return _page("500", both("error.500.what"), 500, reference)


def _page(
    code: str, what: LocalizedText, status: int, incident: str | None = None, **more: object
) -> tuple[str, int]:
    looks.only_told()
    _who_is_there()
    told = {"code": code, "what": what, "status": status, "incident": incident, **more}
    return render_template("error.html", back=_dossier_page(status), **told), status


def _who_is_there() -> Actor | None:
    """Who is signed in, for the page's head; nobody while that cannot be looked up: the page is shown all the same."""
    try:
        return security.current_actor()
    except Exception as error:
        if out_of_order.told(error) is None:
            raise
        return None


def _dossier_page(status: int) -> str | None:
    """The dossier an error arose in, as far as whoever is signed in may see it."""
    dossier_id = (request.view_args or {}).get("dossier_id")
    if dossier_id is None or status in (403, 404, 500, 503):
        return None
    actor = _who_is_there()
    if actor is None:
        return None
    if "reviewer" in actor.roles:
        return url_for("reviewer.dossier", dossier_id=dossier_id)
    return url_for("applicant.task_list", dossier_id=dossier_id)

"""Signing in and out."""

from __future__ import annotations

import time
from collections import defaultdict, deque

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.web import kept_typing, security
from forms_service.web.languages import translate
from forms_service.web.screens import Problem

PREFIX = ""
pages = Blueprint("auth", __name__)

_FAILURES_ALLOWED = 6
_FORGOTTEN_AFTER_S = 10 * 60


class FailedAttempts:
    """Slows down guessing: after some failures an account waits, whoever is asking.

    Each web process counts for itself, which multiplies the allowance by their small number.
    """

    def __init__(self) -> None:
        self._failures: dict[str, deque[float]] = defaultdict(deque)

    def too_many(self, login: str) -> bool:
        """Whether this account must wait now."""
        failures = self._failures.get(login)
        while failures and failures[0] < time.monotonic() - _FORGOTTEN_AFTER_S:
            failures.popleft()
        if failures is not None and not failures:
            del self._failures[login]
        return bool(failures) and len(failures) >= _FAILURES_ALLOWED  # type: ignore[arg-type]

    def note(self, login: str) -> None:
        """Count one failure."""
        self._failures[login].append(time.monotonic())

    def forgive(self, login: str) -> None:
        """Forget the failures of an account whose owner has come."""
        self._failures.pop(login, None)


_attempts = FailedAttempts()


@pages.get("/sign-in")
def sign_in() -> str | Response:
    """Ask for the registration number and the password."""
    if security.current_actor():
        return redirect(security.safe_place(request.args.get("next")) or home_of_actor())
    return _page("", [])


@pages.post("/sign-in")
def check_password() -> str | Response | tuple[str, int]:
    """Begin a session for whoever knows the password."""
    login = request.form.get("login", "").strip()
    key = login.casefold()[:80]
    if _attempts.too_many(key):
        return _page(login, [Problem("login", translate("auth.too_many"))]), 429
    actor = security.services().authenticate(login, request.form.get("password", ""))
    if actor is None:
        _attempts.note(key)
        return _page(login, [Problem("login", translate("auth.wrong"))]), 422
    _attempts.forgive(key)
    security.sign_in(actor)
    kept_typing.keep_for(actor, request.form.get(kept_typing.FIELD, ""))
    return redirect(security.safe_place(request.form.get("next")) or home_of_actor(), code=303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    security.sign_out()
    flash(translate("auth.signed_out"), "done")
    return redirect(url_for("public.home"), code=303)


def home_of_actor() -> str:
    """Where the work of whoever is signed in begins."""
    roles = security.the_actor().roles
    if "reviewer" in roles:
        return url_for("reviewer.queue")
    return url_for("agency.desk") if "clerk" in roles else url_for("applicant.dossiers")


def session_ended_page(typed: str, place: str) -> str:
    """Ask to sign in again; ``typed`` (sealed) goes along and is shown again afterwards."""
    return _page("", [], kept=typed, next=security.safe_place(place))


def _page(login: str, problems: list[Problem], **more: str | None) -> str:
    return render_template(
        "sign_in.html",
        login=login,
        problems=problems,
        demo_accounts=DEMO_ACCOUNTS if security.application().config.demo else (),
        **{
            "next": security.safe_place(request.values.get("next")),
            "kept": request.form.get(kept_typing.FIELD),
            **more,
        },
    )

"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import kept_typing, security
from forms_service.web.languages import language, translate
from forms_service.web.screens import Problem

PREFIX = ""
pages = Blueprint("auth", __name__)


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
    try:
        actor = security.services().sign_in(
            login, request.form.get("password", ""), security.client(), security.device()
        )
    except TooManyAttempts as wait:
        told = f"{wait.message.in_language(language())} {translate('auth.or_by_a_code')}"
        return _page(login, [Problem("login", told)]), 429
    if actor is None:
        return _page(login, [Problem("login", translate("auth.wrong"))]), 422
    wanted, kept = request.form.get("next"), request.form.get(kept_typing.FIELD, "")
    second_step = security.admit(actor, wanted, kept=bool(kept))
    kept_typing.keep_for(actor, kept)
    return redirect(second_step or security.safe_place(wanted) or home_of_actor(), code=303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    page = "provider.left" if security.came_by_provider() else "public.home"
    security.sign_out()
    flash(translate("auth.signed_out"), "done")
    return redirect(url_for(page), code=303)


def home_of_actor() -> str:
    """Where the work of whoever is signed in begins."""
    roles = security.the_actor().roles
    if "reviewer" in roles:
        return url_for("reviewer.queue")
    for role, page in (
        ("clerk", "agency.desk"),
        ("operator", "operator.figures"),
        ("author", "author.forms"),
    ):
        if role in roles:
            return url_for(page)
    return url_for("applicant.dossiers")


def session_ended_page(typed: str, place: str) -> str:
    """Ask to sign in again; ``typed`` (sealed) goes along and is shown again afterwards."""
    return _page("", [], kept=typed, next=security.safe_place(place))


def page_with(problems: list[Problem]) -> str:
    """The page that asks who somebody is, telling what was wrong."""
    return _page("", problems)


def _page(login: str, problems: list[Problem], **more: str | None) -> str:
    return render_template(
        "sign_in.html",
        login=login,
        problems=problems,
        provider=security.application().config.provider,
        demo_accounts=DEMO_ACCOUNTS if security.application().config.demo else (),
        **{
            "next": security.safe_place(request.values.get("next")),
            "kept": request.form.get(kept_typing.FIELD),
            **more,
        },
    )

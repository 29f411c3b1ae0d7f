"""«My account»: how its holder is reached and told, and the password."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import InvalidValue
from core.localized_text import Language
from forms_service.access_settings import STAFF
from forms_service.messages import say
from forms_service.sending import EMAIL, SMS
from forms_service.services import account_answers
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import security
from forms_service.web.account_opening import ADDRESS, wait_for_code
from forms_service.web.account_questions import account_questions
from forms_service.web.auth import home_of_actor
from forms_service.web.languages import language, translate
from forms_service.web.screens import Given, Problem, input_name
from forms_service.web.security import needs, services, the_actor

PREFIX = "/account"
pages = Blueprint("account", __name__)


@pages.get("/")
@needs()
def mine() -> str:
    """What is known of whoever is signed in, and what they may change."""
    actor, provider = the_actor(), services().identity_provider
    return render_template(
        "account.html",
        account=services().account(actor),
        steps=services().second_steps(actor),
        outside=provider.settings.name if provider and actor.roles <= STAFF else "",
        linked=services().is_linked_outside(actor),
    )


@pages.post("/notices")
@needs()
def keep_notices() -> Response:
    """Keep by which channels somebody is told of their requests."""
    chosen = request.form.get("language", language().value)
    told_in = Language(chosen) if chosen in set(Language) else language()
    services().set_notifications(the_actor(), request.form.getlist("by"), told_in)
    flash(translate("account.mine.kept"), "done")
    return redirect(url_for(".mine"), code=303)


@pages.get("/change-password")
@needs()
def password() -> str:
    """Ask for the current and the new password."""
    return _password_page([])


@pages.post("/change-password")
@needs()
def change_password() -> Response | tuple[str, int]:
    """Put the new password in place; this session goes on, all others end.

    Whoever had to choose one goes on to where they wanted to be.
    """
    had_to = the_actor().must_change_password
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _password_page([Problem("again", say("passwords_differ").in_language(language()))]), 422
    try:
        actor = services().change_password(the_actor(), request.form.get("current", ""), new)
    except InvalidValue as wrong:
        target = "current" if wrong.code == "wrong_password" else "password"
        return _password_page([Problem(target, wrong.message.in_language(language()))]), 422
    except TooManyAttempts as wait:
        return _password_page([Problem("current", wait.message.in_language(language()))]), 429
    security.sign_in(actor, second_step=security.took_second_step(), by_provider=security.came_by_provider())
    flash(translate("account.forgotten.done"), "done")
    wanted = security.safe_place(request.form.get("next")) or home_of_actor() if had_to else None
    return redirect(wanted or url_for(".mine"), code=303)


@pages.get("/phone")
@needs()
def phone() -> str:
    """Ask for another telephone number."""
    return _address_page(SMS, "", Given({}, {}))


@pages.post("/phone")
@needs()
def change_phone() -> Response | tuple[str, int]:
    """Send a code to the new number; it counts once the code came back."""
    return _change(SMS)


@pages.get("/email")
@needs()
def mailbox() -> str:
    """Ask for another e-mail address."""
    return _address_page(EMAIL, "", Given({}, {}))


@pages.post("/email")
@needs()
def change_mailbox() -> Response | tuple[str, int]:
    """Send a code to the new address; it counts once the code came back."""
    return _change(EMAIL)


def _change(channel: str) -> Response | tuple[str, int]:
    field = account_answers.phone() if channel == SMS else account_answers.mailbox()
    raw = request.form.get(input_name(field.id), "")
    given = Given({field.id: raw}, {})
    try:
        code_id, problem = services().begin_address_change(
            the_actor(), channel, raw, request.form.get("current", ""), language(), security.client()
        )
    except InvalidValue as wrong:
        return _address_page(channel, wrong.message.in_language(language()), given), 422
    except TooManyAttempts as wait:
        return _address_page(channel, wait.message.in_language(language()), given), 429
    if problem is not None:
        return _address_page(channel, "", Given({field.id: raw}, {field.id: problem})), 422
    wait_for_code(ADDRESS, code_id, channel, raw)
    return redirect(url_for("account_opening.code"), code=303)


def _password_page(problems: list[Problem]) -> str:
    wanted = security.safe_place(request.values.get("next"))
    return render_template("account_change_password.html", problems=problems, next=wanted)


def _address_page(channel: str, wrong_password: str, given: Given) -> str:
    # nothing else is to be changed on this page: the address is no option
    asked = replace(account_answers.phone() if channel == SMS else account_answers.mailbox(), required=True)
    (question,) = account_questions((asked,), given)
    problems = [Problem(question.target, question.error)] if question.error else []
    if wrong_password:
        problems.append(Problem("current", wrong_password))
    return render_template(
        "account_change_address.html", channel=channel, question=question, problems=problems
    )

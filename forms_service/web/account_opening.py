"""Coming in by a code: opening an account, a forgotten password, a new telephone or mailbox.

Which code somebody waits for stands in their session, so that no address holds it and the back
button does no harm.  Beside it stands a secret of this browser: the right digits count where they were typed.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from core.errors import DossierError, InvalidValue
from core.field_kinds.base import western_digits
from core.localized_text import LocalizedText
from forms_service.messages import say
from forms_service.sending import EMAIL, SMS
from forms_service.services import account_answers
from forms_service.services.one_time_codes import DIGITS, CodeGone
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import security, typed_answers
from forms_service.web.account_questions import account_questions
from forms_service.web.auth import home_of_actor
from forms_service.web.languages import language, translate
from forms_service.web.screens import Given, Problem
from forms_service.web.security import services

PREFIX = "/account"
pages = Blueprint("account_opening", __name__)

_WAITING = "waits_for_code"
OPEN, RESET, ADDRESS = "open", "reset", "address"


# --- who asks -----------------------------------------------------------------------------------


@pages.get("/open")
def open_account() -> str | Response:
    """Ask who opens an account and how to reach them."""
    if security.current_actor():
        return redirect(url_for("account.mine"))
    return _opening_page(Given({"channel": SMS}, {}))


@pages.post("/open")
def send_opening_code() -> str | Response | tuple[str, int]:
    """Send the code; the answer is the same whether an account exists or not."""
    raw = typed_answers.posted_answers(account_answers.opening(), request.form)
    try:
        code_id, problems = services().begin_opening(raw, language(), security.client())
    except TooManyAttempts as wait:
        return _opening_page(Given(raw, {}), wait.message), 429
    if problems:
        return _opening_page(Given(raw, problems)), 422
    channel = str(raw["channel"]) if raw.get("phone") and raw.get("email") else ""
    channel = channel or (SMS if raw.get("phone") else EMAIL)
    wait_for_code(OPEN, code_id, channel, str(raw["phone" if channel == SMS else "email"]))
    session[_WAITING]["other"] = bool(raw.get("phone") and raw.get("email"))
    return redirect(url_for(".code"), code=303)


@pages.get("/forgotten")
def forgotten() -> str:
    """Ask whose password is forgotten."""
    return _forgotten_page(Given({"channel": SMS}, {}))


@pages.post("/forgotten")
def send_reset_code() -> str | Response | tuple[str, int]:
    """Send the code to the holder, if there is one; the answer is the same."""
    by_number, by_channel = account_answers.registration(), account_answers.channel_of_codes()
    raw = typed_answers.posted_answers((by_number, by_channel), request.form)
    number, channel = str(raw[by_number.id]), str(raw[by_channel.id])
    try:
        code_id, problems = services().begin_reset(
            number, channel, language(), security.client(), security.device()
        )
    except TooManyAttempts as wait:
        return _forgotten_page(Given(raw, {}), wait.message), 429
    if problems:
        return _forgotten_page(Given(raw, problems)), 422
    wait_for_code(RESET, code_id)
    return redirect(url_for(".code"), code=303)


# --- the code -----------------------------------------------------------------------------------


def wait_for_code(kind: str, code_id: str, channel: str = "", address: str = "") -> None:
    """Remember which code this browser waits for; of the address only what helps to recognise it."""
    session[_WAITING] = {
        "kind": kind,
        "code": code_id,
        "browser": secrets.token_urlsafe(18),
        "channel": channel,
        "hint": _recognisable(channel, address),
        "next": security.safe_place(request.values.get("next")),
    }


@pages.get("/code")
def code() -> str | Response:
    """Ask for the code."""
    waiting = session.get(_WAITING)
    return _code_page(waiting, []) if waiting else redirect(url_for(".open_account"))


@pages.get("/code/<code_id>")
def code_that_was_sent(code_id: str) -> Response:
    """Wait for a code that somebody of the fund had sent: its message leads here, and nothing to any other code."""
    if not services().is_given_code(code_id):
        flash(say("code_gone").in_language(language()), "problem")
        return redirect(url_for(".forgotten"))
    wait_for_code(RESET, code_id)
    return redirect(url_for(".code"))


@pages.post("/code")
def try_code() -> str | Response | tuple[str, int]:
    """Let whoever has the code go on."""
    waiting = session.get(_WAITING)
    if not waiting:
        return redirect(url_for(".open_account"))
    typed = "".join(western_digits(request.form.get("code", "")).split())
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", typed):  # a slip, no guess: it costs no attempt
        return _code_page(waiting, [Problem("code", translate("account.code.not_whole"))], typed), 422
    try:
        wrong = services().try_code(waiting["code"], typed, waiting.get("browser", ""))
    except CodeGone as gone:
        return _code_page(waiting, [_told("code", gone.message)]), 422
    if wrong:
        return _code_page(
            waiting, [Problem("code", translate("account.code.wrong", n=wrong.tries_left))]
        ), 422
    if waiting["kind"] != ADDRESS:
        return redirect(url_for(".password"), code=303)
    actor = security.current_actor()
    if actor is None:
        return redirect(url_for("auth.sign_in", next=url_for("account.mine")))
    services().finish_address_change(actor, waiting["code"], waiting.get("browser", ""))
    session.pop(_WAITING)
    kept = "phone_kept" if waiting["channel"] == SMS else "email_kept"
    flash(translate(f"account.mine.{kept}"), "done")
    return redirect(url_for("account.mine"), code=303)


@pages.post("/code/again")
def another_code() -> Response:
    """Send another code for the same purpose."""
    waiting = session.get(_WAITING)
    if not waiting or waiting["kind"] == ADDRESS:
        return redirect(url_for("account.mine" if waiting else ".open_account"))
    try:
        waiting["code"] = services().send_another_code(waiting["code"], security.client(), security.device())
    except (CodeGone, TooManyAttempts) as refusal:
        flash(refusal.message.in_language(language()), "problem")
        return redirect(url_for(".code"), code=303)
    session.modified = True
    flash(translate("account.code.sent_again"), "done")
    return redirect(url_for(".code"), code=303)


# --- the password -------------------------------------------------------------------------------


@pages.get("/password")
def password() -> str | Response:
    """Ask for the new password."""
    waiting = session.get(_WAITING)
    return _password_page(waiting, []) if waiting else redirect(url_for(".open_account"))


@pages.post("/password")
def keep_password() -> str | Response | tuple[str, int]:
    """Open the account, or give it the new password, and begin a session."""
    waiting = session.get(_WAITING)
    if not waiting:  # sent twice, and the first answer arrived in between
        signed_in = security.current_actor() is not None
        return redirect((_next() or home_of_actor()) if signed_in else url_for(".open_account"), code=303)
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _password_page(waiting, [_told("again", say("passwords_differ"))]), 422
    finish = services().finish_opening if waiting["kind"] == OPEN else services().finish_reset
    try:
        actor = finish(waiting["code"], new, waiting.get("browser", ""))
    except InvalidValue as weak:
        return _password_page(waiting, [_told("password", weak.message)]), 422
    except (CodeGone, DossierError) as refusal:
        return _password_page(waiting, [_told(None, refusal.message)]), 422
    except TooManyAttempts as wait:
        return _password_page(waiting, [_told(None, wait.message)]), 429
    other, wanted = waiting.get("other"), security.safe_place(waiting["next"])
    second_step = security.admit(actor, wanted)
    done = "account.open.done" if waiting["kind"] == OPEN else "account.forgotten.done"
    flash(translate(done), "done")
    if other:
        flash(translate("account.open.other_later"), "info")
    return redirect(second_step or wanted or home_of_actor(), code=303)


# --- the pages ----------------------------------------------------------------------------------


def _opening_page(given: Given, refusal: LocalizedText | None = None) -> str:
    who = account_questions(account_answers.who(), given)
    reached = account_questions(account_answers.reached(), given)
    problems = typed_answers.problems_in_order([*who, *reached], language())
    if refusal:
        problems.insert(0, _told(None, refusal))
    return render_template("account_open.html", who=who, reached=reached, problems=problems, next=_next())


def _forgotten_page(given: Given, refusal: LocalizedText | None = None) -> str:
    asked = account_questions((account_answers.registration(), account_answers.channel_of_codes()), given)
    problems = typed_answers.problems_in_order(asked, language())
    if refusal:
        problems.insert(0, _told(None, refusal))
    return render_template("account_forgotten.html", asked=asked, problems=problems, next=_next())


def _code_page(waiting: dict[str, Any], problems: list[Problem], typed: str = "") -> str:
    config = security.application().config
    folder = config.mailbox_folder if config.demo and config.sending.into_mailbox else None
    return render_template(
        "account_code.html", waiting=waiting, problems=problems, mailbox=folder, typed=typed
    )


def _password_page(waiting: dict[str, Any], problems: list[Problem]) -> str:
    return render_template("account_password.html", waiting=waiting, problems=problems)


def _next() -> str | None:
    return security.safe_place(request.values.get("next"))


def _told(field: str | None, message: LocalizedText) -> Problem:
    return Problem(field, message.in_language(language()))


def _recognisable(channel: str, address: str) -> str:
    if channel == SMS:
        return address.strip()[-2:]
    name, _, host = address.strip().partition("@")
    return f"{name[:1]}…@{host}" if host else ""

"""The second step of a sign-in: the page that asks for it, and the pages where its holder looks after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from core.errors import DossierError, FormsError, InvalidValue
from forms_service.locales import both
from forms_service.services.second_step import OFFERED_FOR, WrongSecondStep
from forms_service.services.throttle import TooManyAttempts
from forms_service.services.views import Actor
from forms_service.web import kept_typing, security
from forms_service.web.auth import home_of_actor
from forms_service.web.languages import language, translate
from forms_service.web.qr_picture import qr_picture
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = ""
pages = Blueprint("second_step", __name__)

_CHALLENGE = "challenge"
_PROVED = "proved_for_app"
"""When the holder proved themselves before the secret of an application was shown."""

_APP_SECRET_GROUP = 4


# --- taking it ----------------------------------------------------------------------------------


@pages.get("/sign-in/second-step")
def asked() -> str | Response:
    """Ask whoever gave the right password for the second step."""
    waiting = security.half_way()
    return _asked_page(waiting, []) if waiting else _from_the_start()


@pages.post("/sign-in/second-step")
def taken() -> str | Response | tuple[str, int]:
    """Let in whoever types the right code."""
    waiting = security.half_way()
    if waiting is None:
        return _from_the_start()
    recovery = "recovery" in request.form
    target = "recovery" if recovery else "code"
    try:
        actor = services().take_second_step(waiting["account"], request.form.get(target, ""))
    except WrongSecondStep as wrong:
        return _asked_page(waiting, [_told(target, wrong)]), 422
    except TooManyAttempts as wait:
        return _asked_page(waiting, [_told(target, wait)]), 429
    return _let_in(actor, waiting)


@pages.post("/sign-in/second-step/passkey")
def shown() -> str | Response | tuple[str, int]:
    """Let in whoever shows a passkey of the account."""
    waiting = security.half_way()
    if waiting is None:
        return _from_the_start()
    answer, challenge = request.form.get("answer", ""), session.pop(_CHALLENGE, "")
    try:
        actor = services().take_passkey(waiting["account"], answer, challenge, security.client())
    except WrongSecondStep as wrong:
        return _asked_page(waiting, [_told("passkey", wrong)]), 422
    except TooManyAttempts as wait:
        return _asked_page(waiting, [_told("passkey", wait)]), 429
    return _let_in(actor, waiting)


# --- looking after it -----------------------------------------------------------------------------


@pages.get("/account/second-step")
@needs()
def mine() -> str:
    """What there is, and what may be added."""
    return _mine_page([])


@pages.get("/account/second-step/app")
@needs()
def app() -> str | Response:
    """Show what an application of codes is set up with, once its holder proved that they sit there."""
    if services().second_steps(the_actor()).app_since is not None:
        return redirect(url_for(".mine"))
    try:
        if not services().asks_for_password(the_actor()):
            _prove_for_app()
    except InvalidValue as wrong:
        return _app_page([_told(_place(wrong, "code"), wrong)])
    return _app_page([])


@pages.post("/account/second-step/app")
@needs()
def confirm_app() -> str | Response | tuple[str, int]:
    """Show the secret to whoever gave the password; count the application once it shows the right code."""
    try:
        _prove_for_app()
        if "code" not in request.form:
            return redirect(url_for(".app", next=_next()), code=303)
        codes = services().confirm_app(the_actor(), request.form["code"])
    except (InvalidValue, WrongSecondStep) as wrong:
        if wrong.message == both("second.wrong_code"):  # nobody tried to come in here
            return _app_page([Problem("code", translate("second.app.wrong_code"))]), 422
        return _app_page([_told(_place(wrong, "code"), wrong)]), 422
    except TooManyAttempts as wait:
        return _app_page([_told("code", wait)]), 429
    return _added(codes, "second.app.done")


@pages.post("/account/second-step/app/remove")
@needs()
def remove_app() -> Response | tuple[str, int]:
    """Let the application count no more."""
    return _changed(lambda: services().remove_app(the_actor()), "second.app.removed")


@pages.get("/account/second-step/passkey")
@needs()
def passkey() -> str | Response:
    """Ask the browser for a passkey."""
    if not services().passkeys_work_here():
        return redirect(url_for(".mine"))
    return _passkey_page([])


@pages.post("/account/second-step/passkey")
@needs()
def add_passkey() -> str | Response | tuple[str, int]:
    """Count the passkey the browser made."""
    challenge = session.pop(_CHALLENGE, "")
    try:
        _prove()
        codes = services().add_passkey(
            the_actor(), request.form.get("name", ""), request.form.get("answer", ""), challenge
        )
    except (InvalidValue, WrongSecondStep, DossierError) as wrong:
        return _passkey_page([_told(_place(wrong, "name"), wrong)]), 422
    except TooManyAttempts as wait:
        return _passkey_page([_told("current", wait)]), 429
    return _added(codes, "second.key.done")


@pages.post("/account/second-step/passkeys/<passkey_id>")
@needs()
def change_passkey(passkey_id: str) -> Response | tuple[str, int]:
    """Call a passkey something else, or let it count no more."""
    if request.form.get("do") == "remove":
        return _changed(lambda: services().remove_passkey(the_actor(), passkey_id), "second.key.removed")
    name = request.form.get("name", "")
    try:
        services().rename_passkey(the_actor(), passkey_id, name)
    except InvalidValue as wrong:
        return _mine_page([_told(f"name-{passkey_id}", wrong)]), 422
    flash(translate("second.key.renamed"), "done")
    return redirect(url_for(".mine"), code=303)


@pages.post("/account/second-step/codes")
@needs()
def renew_codes() -> str | tuple[str, int]:
    """Show other recovery codes, this once."""
    try:
        _prove()
        return _codes_page(services().new_recovery_codes(the_actor()))
    except (InvalidValue, DossierError) as wrong:
        return _mine_page([_told("current", wrong)]), 422
    except TooManyAttempts as wait:
        return _mine_page([_told("current", wait)]), 429


# --- details ----------------------------------------------------------------------------------------


def _let_in(actor: Actor, waiting: dict[str, Any]) -> Response:
    by_provider = security.came_by_provider()
    actor = replace(actor, mark=waiting.get("mark"))  # that of when the password was given
    security.sign_in(actor, second_step=True, by_provider=by_provider)
    if waiting["kept"]:
        kept_typing.show_again()
    return redirect(security.safe_place(waiting["next"]) or home_of_actor(), code=303)


def _from_the_start() -> Response:
    flash(translate("second.too_late"), "warn")
    return redirect(url_for("auth.sign_in"), code=303)


def _prove() -> None:
    """The holder sits there: whoever was told to add a first one has just given the password."""
    if not the_actor().must_add_second_step:
        services().prove_holder(the_actor(), request.form.get("current", ""), security.begun())


def _prove_for_app() -> None:
    """As ``_prove``, once for the page that shows the secret and the code that confirms it."""
    if not _proved_for_app():
        _prove()
        session[_PROVED] = services().now().isoformat()


def _proved_for_app() -> bool:
    if the_actor().must_add_second_step:
        return True
    proved = session.get(_PROVED)
    return proved is not None and services().now() - datetime.fromisoformat(proved) <= OFFERED_FOR


def _added(codes: list[str], said: str) -> str | Response:
    """The session goes on under a new name, now with a second step; all others ended."""
    wanted = security.safe_place(request.form.get("next"))
    security.sign_in(the_actor(), second_step=True, by_provider=security.came_by_provider())
    flash(translate(said), "done")
    return _codes_page(codes, wanted) if codes else redirect(wanted or url_for(".mine"), code=303)


def _changed(change: Any, said: str) -> Response | tuple[str, int]:
    try:
        _prove()
        change()
    except TooManyAttempts as wait:
        return _mine_page([_told("current", wait)]), 429
    except (InvalidValue, DossierError) as wrong:
        if wrong.code == "unknown_passkey":
            raise
        return _mine_page([_told("current", wrong)]), 422
    security.sign_in(
        the_actor(),
        second_step=services().has_second_step(the_actor()),
        by_provider=security.came_by_provider(),
    )
    flash(translate(said), "done")
    return redirect(url_for(".mine"), code=303)


def _asked_page(waiting: dict[str, Any], problems: list[Problem]) -> str:
    actor = services().actor(waiting["account"])
    steps = services().second_steps(actor) if actor else None
    options = ""
    if steps and steps.usable_passkeys and services().passkeys_work_here():
        options, session[_CHALLENGE] = services().passkey_to_show(waiting["account"])
    return render_template(
        "second_step_asked.html",
        steps=steps,
        options=options,
        problems=problems,
        works_here=bool(actor and "applicant" not in actor.roles),
    )


def _mine_page(problems: list[Problem]) -> str:
    actor = the_actor()
    return render_template(
        "second_step.html",
        steps=services().second_steps(actor),
        problems=problems,
        keys_work=services().passkeys_work_here(),
        next=_next(),
        with_password=services().asks_for_password(actor),
    )


def _app_page(problems: list[Problem]) -> str:
    secret, picture, address = "", None, ""
    if _proved_for_app():
        secret, address = services().offered_app(the_actor())
        picture = qr_picture(address, translate("second.app.picture"))
    groups = range(0, len(secret), _APP_SECRET_GROUP)
    return render_template(
        "second_step_app.html",
        secret=" ".join(secret[at : at + _APP_SECRET_GROUP] for at in groups),
        picture=picture,
        address=address,
        problems=problems,
        next=_next(),
        with_password=_asks_for_password(),
    )


def _passkey_page(problems: list[Problem]) -> str:
    options, session[_CHALLENGE] = services().passkey_to_register(the_actor())
    return render_template(
        "second_step_passkey.html",
        options=options,
        problems=problems,
        next=_next(),
        name=request.form.get("name", ""),
        with_password=_asks_for_password(),
    )


def _codes_page(codes: list[str], wanted: str | None = None) -> str:
    return render_template("second_step_codes.html", codes=codes, onward=wanted or url_for(".mine"))


def _asks_for_password() -> bool:
    return not the_actor().must_add_second_step and services().asks_for_password(the_actor())


def _next() -> str | None:
    return security.safe_place(request.values.get("next"))


def _place(error: FormsError, otherwise: str) -> str:
    return "current" if error.code in ("wrong_password", "sign_in_again") else otherwise


def _told(target: str, error: FormsError) -> Problem:
    return Problem(target, error.message.in_language(language()))

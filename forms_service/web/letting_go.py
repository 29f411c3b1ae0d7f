"""The operator's page of personal data: what waits for a second person, what went, what is due or held."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import FormsError
from forms_service.web import security
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/operator/privacy"
pages = Blueprint("letting_go", __name__)

_MOST = 50
_DOES = frozenset({"hold", "release", "erase", "agree", "decline"})
_DONE = {"agree": "erase"}
"""What is said of what was done, where it is not its own word."""


@pages.get("/")
@needs("operator")
def overview() -> str:
    """What was let go and proved, what is due, what is held."""
    return _page([])


@pages.post("/")
@needs("operator")
@once
def act() -> Response | tuple[str, int]:
    """Hold a request or lift that; ask to let one go, agree to what somebody else asked, or decline it."""
    does, typed = request.form.get("do", ""), request.form
    if does not in _DOES:  # what nobody understands must not pass for the one that cannot be undone
        abort(400)
    reference, reason = typed.get("reference", "").strip(), typed.get("reason", "")
    try:
        if does == "hold":
            services().place_hold(the_actor(), reference, reason)
        elif does == "release":
            services().lift_hold(the_actor(), reference)
        elif does == "agree":
            services().agree_to_erasure(the_actor(), reference)
        elif does == "decline":
            services().decline_erasure(the_actor(), reference)
        else:
            does = "erase" if services().erase_on_request(the_actor(), reference, reason) else "ask"
    except FormsError as error:
        place = "reason" if error.code == "reason_needed" else "reference"
        place = "waiting" if does in ("agree", "decline") else place
        return _page([Problem(place, error.message.in_language(language()))]), 422
    flash(translate(f"letting_go.done.{_DONE.get(does, does)}"), "done")
    return redirect(url_for(".overview"), code=303)


def _page(problems: list[Problem]) -> str:
    actor, found = the_actor(), services()
    gone = found.erasures(actor, _MOST)
    titles = {one.id: one.title for one in security.application().catalogue.forms()}
    return render_template(
        "operator_privacy.html",
        problems=problems,
        typed=request.form,
        due=found.due_for_erasure(actor, _MOST),
        holds=found.holds(actor),
        gone=gone,
        waiting=found.waiting_erasures(actor, _MOST),
        people=found.who_erased(actor, gone),
        titles=titles,
    )

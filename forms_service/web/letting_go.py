"""The operator's page of personal data: what was let go, what is due, what is held, requests on paper."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
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


@pages.get("/")
@needs("operator")
def overview() -> str:
    """What was let go and proved, what is due, what is held."""
    return _page([])


@pages.post("/")
@needs("operator")
@once
def act() -> Response | tuple[str, int]:
    """Hold a request, let one be let go again, or let one go because its person asked."""
    does, typed = request.form.get("do", ""), request.form
    reference, reason = typed.get("reference", "").strip(), typed.get("reason", "")
    try:
        if does == "hold":
            services().place_hold(the_actor(), reference, reason)
        elif does == "release":
            services().lift_hold(the_actor(), reference)
        else:
            services().erase_on_request(the_actor(), reference, reason)
    except FormsError as error:
        place = "reason" if error.code == "reason_needed" else "reference"
        return _page([Problem(place, error.message.in_language(language()))]), 422
    said = does if does in ("hold", "release") else "erase"
    flash(translate(f"letting_go.done.{said}"), "done")
    return redirect(url_for(".overview"), code=303)


def _page(problems: list[Problem]) -> str:
    actor, found = the_actor(), services()
    titles = {one.id: one.title for one in security.application().catalogue.forms()}
    return render_template(
        "operator_privacy.html",
        problems=problems,
        typed=request.form,
        due=found.due_for_erasure(actor, _MOST),
        holds=found.holds(actor),
        gone=found.erasures(actor, _MOST),
        titles=titles,
    )

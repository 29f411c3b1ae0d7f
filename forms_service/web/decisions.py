"""Who has a dossier in hand, and the decision that ends its review, alone or by two."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from core.errors import FormsError
from forms_service.messages import say
from forms_service.web.languages import language, translate
from forms_service.web.reviewer import OUTCOMES, dossier_page, seen, told_on_the_page
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/review"
pages = Blueprint("decisions", __name__)
pages.register_error_handler(FormsError, told_on_the_page)


@pages.post("/<dossier_id>/take-over")
@needs("reviewer")
def take_over(dossier_id: str) -> Response:
    """Take a dossier that a colleague has in hand."""
    services().take_over(the_actor(), dossier_id)
    return redirect(url_for("reviewer.dossier", dossier_id=dossier_id), code=303)


@pages.post("/<dossier_id>/put-back")
@needs("reviewer")
def put_back(dossier_id: str) -> Response:
    """Leave the dossier to the others."""
    services().put_back(the_actor(), dossier_id)
    flash(translate("review.put_back_done"), "done")
    return redirect(url_for("reviewer.queue"), code=303)


@pages.post("/<dossier_id>/decision")
@needs("reviewer")
def decide(dossier_id: str) -> Response | tuple[str, int]:
    """Close the review with an outcome, or propose it to a second reviewer; a refusal must say why."""
    outcome, note = request.form.get("outcome", ""), request.form.get("note", "").strip()
    if outcome not in OUTCOMES:
        return _asked("outcome-accepted", translate("review.outcome_first"), dossier_id)
    if outcome != "accepted" and not note:
        return _asked("note", translate("review.note_first"), dossier_id)
    despite = request.form.get("despite") == "true"
    if outcome == "accepted" and services().acceptance_gaps(the_actor(), dossier_id):
        told = say("accepted_despite_gaps").in_language(language())
        if not despite or not note:
            return _asked("note" if despite else "despite", told, dossier_id)
    stands = services().decide(the_actor(), dossier_id, outcome, note, despite, seen())
    flash(translate("review.decided" if stands else "review.proposed_done"), "done")
    return redirect(url_for("reviewer.queue"), code=303)


@pages.post("/<dossier_id>/decision/confirm")
@needs("reviewer")
def confirm(dossier_id: str) -> Response:
    """Let a colleague's proposal stand."""
    services().confirm_decision(the_actor(), dossier_id)
    flash(translate("review.decided"), "done")
    return redirect(url_for("reviewer.queue"), code=303)


@pages.post("/<dossier_id>/decision/return")
@needs("reviewer")
def send_back(dossier_id: str) -> Response | tuple[str, int]:
    """Send a colleague's proposal back, and say why."""
    why = request.form.get("why", "").strip()
    if not why:
        return _asked("why", translate("review.return_first"), dossier_id)
    services().return_decision(the_actor(), dossier_id, why)
    flash(translate("review.returned_done"), "done")
    return redirect(url_for("reviewer.queue"), code=303)


@pages.post("/<dossier_id>/decision/withdraw")
@needs("reviewer")
def withdraw(dossier_id: str) -> Response:
    """Take one's own proposal back."""
    services().withdraw_decision(the_actor(), dossier_id)
    return redirect(url_for("reviewer.dossier", dossier_id=dossier_id, _anchor="decision"), code=303)


def _asked(target: str, message: str, dossier_id: str) -> tuple[str, int]:
    return dossier_page(dossier_id, {}, [Problem(target, message)]), 422

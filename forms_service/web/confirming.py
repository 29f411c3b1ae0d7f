"""Answers read on paper in doubt: their applicant goes through them, each beside its picture."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import DossierError
from core.localized_text import LocalizedText
from forms_service.web import readings
from forms_service.web.applicant import Opened, editable, posted_revision
from forms_service.web.downloads import picture
from forms_service.web.languages import language, translate
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/dossiers"
pages = Blueprint("confirming", __name__)


@pages.get("/<dossier_id>/confirm")
@needs("applicant", "clerk")
def answers(dossier_id: str) -> str | Response:
    """Show every doubtful reading beside the piece of paper it comes from."""
    one = editable(dossier_id)
    return one if isinstance(one, Response) else _page(one, {})


@pages.post("/<dossier_id>/confirm")
@needs("applicant", "clerk")
def confirm(dossier_id: str) -> str | Response | tuple[str, int]:
    """Keep what was ticked, store what was mended, and leave the rest waiting."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    shown = readings.waiting(one.view)
    said = readings.said_of(shown, request.form)
    try:
        wrong = services().confirm_answers(the_actor(), dossier_id, said.kept, said.mended, posted_revision())
    except DossierError as conflict:
        if conflict.code != "changed_meanwhile":
            raise
        return _page(one, {}, conflict.message), 409
    if wrong or said.torn:
        again = editable(dossier_id)
        return again if isinstance(again, Response) else (_page(again, wrong, torn=said.torn), 422)
    done = len(said.kept.keys() | said.mended.keys())
    left = len(services().answers_to_confirm(the_actor(), dossier_id))
    flash(translate("confirm.saved", n=done), "done" if done else "info")
    if left:
        return redirect(url_for(".answers", dossier_id=dossier_id, stack=request.args.get("stack")), code=303)
    return redirect(_way_back(dossier_id), code=303)


@pages.get("/<dossier_id>/confirm/<extraction_id>.png")
@needs("applicant", "clerk")
def crop(dossier_id: str, extraction_id: str) -> Response:
    """The piece of paper one answer was read from."""
    return picture(services().crop(the_actor(), dossier_id, extraction_id))


def _way_back(dossier_id: str) -> str:
    """To the receipts of the stack one came from, else to the dossier."""
    stack = request.args.get("stack", "")
    if stack and "clerk" in the_actor().roles:
        return url_for("counter.receipts", stack_id=stack, _anchor=f"dossier-{dossier_id}")
    return url_for("applicant.task_list", dossier_id=dossier_id)


def _page(
    one: Opened,
    wrong: Mapping[str, LocalizedText],
    conflict: LocalizedText | None = None,
    torn: Mapping[str, str] | None = None,
) -> str:
    torn = torn or {}
    shown = readings.waiting(one.view)
    told = {name: message.in_language(language()) for name, message in wrong.items()}
    problems = [Problem(None, conflict.in_language(language()))] if conflict else []
    problems += [
        Problem(f"mend-{w.id}", translate("common.pair", label=w.label, value=told[w.id]))
        for w in shown
        if w.id in told
    ]
    problems += [
        Problem(f"which-{w.id}", translate("common.pair", label=w.label, value=translate("confirm.which")))
        for w in shown
        if w.id in torn
    ]
    return render_template(
        "confirm.html",
        torn={w.id: _in_words(w, torn[w.id]) for w in shown if w.id in torn},
        view=one.view,
        way_back=_way_back(one.view.id),
        from_stack="clerk" in the_actor().roles and bool(request.args.get("stack")),
        waiting=shown,
        problems=problems,
        told=told,
        posted=request.form.get,
    )


def _in_words(one: readings.Waiting, text: str) -> str:
    """What was written, as a person reads it: choices are posted by their codes."""
    names = dict(one.options)
    return ", ".join(names.get(code, code) for code in text.split(",")) if names else text

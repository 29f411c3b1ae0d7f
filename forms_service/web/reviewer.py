"""Reviewing: the queue, each value read beside its picture, the documents, the decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.completeness import CompletenessReport
from core.correction_slip import answer_field
from core.dossier import DossierState
from core.errors import FormsError
from core.localized_text import Language
from core.scope import build_scope
from forms_service.services.messages import say
from forms_service.services.presenting import SURE_FACT
from forms_service.services.reviewer import ANSWER_REASONS
from forms_service.services.views import AttachmentView, DossierView, ExtractionView
from forms_service.web import correction, errors, readings, screens
from forms_service.web.correction import Askable
from forms_service.web.downloads import picture
from forms_service.web.languages import language, translate
from forms_service.web.presentation import fact_label
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/review"
pages = Blueprint("reviewer", __name__)

DECLINE_REASONS = ("unreadable", "wrong_document", "expired", "other_person", "incomplete", "not_certified")
OUTCOMES = ("accepted", "refused", "closed")

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class PaperFact:
    """One fact read on a paper; ``unsure`` when it must be compared with the picture."""

    label: str
    said: str
    confidence: float | None
    unsure: bool


@pages.get("/")
@needs("reviewer")
def queue() -> str:
    """The dossiers waiting, oldest first."""
    return render_template("queue.html", dossiers=services().queue(the_actor()))


@pages.get("/<dossier_id>")
@needs("reviewer")
def dossier(dossier_id: str) -> str:
    """One dossier: doubtful values first, then the sure ones, documents, decision."""
    return _page(dossier_id, {}, [])


@pages.post("/<dossier_id>/values/<extraction_id>")
@needs("reviewer")
def judge_value(dossier_id: str, extraction_id: str) -> Response | tuple[str, int]:
    """Accept the value as read, or keep what the reviewer wrote instead.

    One button for both: text left as it was accepts, text changed corrects.
    """
    every = services().extractions(the_actor(), dossier_id)
    reading = next((one for one in every if one.id == extraction_id), None) or abort(404)
    typed = _typed(reading)
    if typed == readings.as_typed(reading) and reading.value is not None:
        services().accept_value(the_actor(), extraction_id)
    else:
        emptied = request.form.get("leave_empty") == "true"
        problem = services().correct_value(the_actor(), extraction_id, typed, emptied)
        if problem:
            message = problem.in_language(language())
            wrong = Problem(f"value-{extraction_id}", f"{reading.label.in_language(language())}: {message}")
            return _page(dossier_id, {extraction_id: (typed, message)}, [wrong]), 422
        if emptied and not typed and reading.current is not None:
            _tell_emptied(dossier_id, reading)
    following = _next_doubt(doubtful(every), extraction_id)
    anchor = f"value-{following}" if following else "sure"
    return redirect(url_for(".dossier", dossier_id=dossier_id, _anchor=anchor), code=303)


@pages.get("/<dossier_id>/values/<extraction_id>/crop.png")
@needs("reviewer")
def crop(dossier_id: str, extraction_id: str) -> Response:
    """The piece of paper one value was read from."""
    return picture(services().crop(the_actor(), extraction_id))


@pages.get("/<dossier_id>/scans/<scan_id>/<int:page>.png")
@needs("reviewer")
def scan_page(dossier_id: str, scan_id: str, page: int) -> Response:
    """A whole scanned page."""
    return picture(services().scan_page(the_actor(), dossier_id, scan_id, page))


@pages.post("/<dossier_id>/start")
@needs("reviewer")
def start(dossier_id: str) -> Response:
    """Take the dossier under review."""
    services().start_review(the_actor(), dossier_id)
    return redirect(url_for(".dossier", dossier_id=dossier_id), code=303)


@pages.post("/<dossier_id>/documents/<attachment_id>")
@needs("reviewer")
def judge_document(dossier_id: str, attachment_id: str) -> Response | tuple[str, int]:
    """Accept a document, or decline it for a reason the applicant will read."""
    accepted = request.form.get("verdict") == "accept"
    reason = request.form.get("reason") or None
    if not accepted and reason not in DECLINE_REASONS:
        wrong = Problem(f"reason-{attachment_id}", translate("review.reason_first"))
        return _page(dossier_id, {}, [wrong]), 422
    services().decide_document(the_actor(), dossier_id, attachment_id, accepted, None if accepted else reason)
    return redirect(
        url_for(".dossier", dossier_id=dossier_id, _anchor=f"attachment-{attachment_id}"), code=303
    )


@pages.post("/<dossier_id>/correction")
@needs("reviewer")
def request_correction(dossier_id: str) -> Response | tuple[str, int]:
    """Ask the applicant, once and for everything, to mend what is wrong."""
    message = request.form.get("message", "").strip()
    if not message:
        return _page(dossier_id, {}, [Problem("message", translate("review.message_first"))]), 422
    fields, documents = request.form.getlist("fields"), request.form.getlist("documents")
    reasons = {name: request.form.get(f"why-{name}", "") for name in fields}
    services().request_correction(the_actor(), dossier_id, fields, documents, message, reasons)
    flash(translate("review.correction_sent"), "done")
    return redirect(url_for(".queue"), code=303)


@pages.post("/<dossier_id>/decision")
@needs("reviewer")
def decide(dossier_id: str) -> Response | tuple[str, int]:
    """Close the review with an outcome; a refusal must say why."""
    outcome, note = request.form.get("outcome", ""), request.form.get("note", "").strip()
    if outcome not in OUTCOMES:
        return _page(dossier_id, {}, [Problem("outcome-accepted", translate("review.outcome_first"))]), 422
    if outcome != "accepted" and not note:
        return _page(dossier_id, {}, [Problem("note", translate("review.note_first"))]), 422
    despite = request.form.get("despite") == "true"
    if outcome == "accepted" and services().acceptance_gaps(the_actor(), dossier_id):
        told = say("accepted_despite_gaps").in_language(language())
        if not despite or not note:
            return _page(dossier_id, {}, [Problem("note" if despite else "despite", told)]), 422
    services().decide(the_actor(), dossier_id, outcome, note, despite)
    flash(translate("review.decided"), "done")
    return redirect(url_for(".queue"), code=303)


@pages.errorhandler(FormsError)
def _told_on_the_page(error: FormsError) -> tuple[str, int]:
    """What went wrong stands on the dossier's own page, with everything that was typed."""
    status, dossier_id = errors.status_of(error), (request.view_args or {}).get("dossier_id")
    if request.method != "POST" or status not in (409, 422) or dossier_id is None:
        return errors.known(error)
    return _page(dossier_id, {}, [Problem(None, error.message.in_language(language()))]), status


# --- the pieces of the page ---------------------------------------------------------------------


def doubtful(every: list[ExtractionView]) -> list[ExtractionView]:
    """What a person must look at: undecided, and unsure or against what the applicant typed."""
    return [one for one in every if not one.decision and (one.verdict == "review" or one.conflicts)]


def _next_doubt(doubts: list[ExtractionView], settled: str) -> str | None:
    """The doubtful value after the one just settled, in the order of the form, round to the first."""
    ids = [one.id for one in doubts]
    place = ids.index(settled) + 1 if settled in ids else 0
    rest = [one for one in (*ids[place:], *ids[:place]) if one != settled]
    return rest[0] if rest else None


def _page(dossier_id: str, typed: dict[str, tuple[str, str]], problems: list[Problem]) -> str:
    view = services().dossier(the_actor(), dossier_id)
    every = services().extractions(the_actor(), dossier_id)
    doubts = doubtful(every)
    ids = {one.id for one in doubts}
    report: CompletenessReport = services().completeness(the_actor(), dossier_id)
    under_review = view.state is DossierState.UNDER_REVIEW
    scope = build_scope(view.spec, view.dossier, screens.today())
    return render_template(
        "review.html",
        view=view,
        doubts=doubts,
        sure=[one for one in every if one.id not in ids and one.verdict != "empty"],
        editable=readings.as_typed,
        crop_width=readings.crop_width,
        choices=readings.choices(view, every),
        places=readings.places(view),
        facts_of=_facts,
        label_of=lambda one: readings.label_of(view, one),
        typed=typed,
        report=report,
        answers=_answers(view),
        reasons=DECLINE_REASONS,
        answer_reasons=ANSWER_REASONS,
        outcomes=OUTCOMES,
        under_review=under_review,
        gaps=services().acceptance_gaps(the_actor(), dossier_id) if under_review else [],
        ask_fields=_kept(correction.askable_fields(view, scope, report), "fields"),
        ask_documents=_kept(correction.askable_documents(view, report), "documents"),
        lifted=[(one, correction.document_label(view.spec, one)) for one in report.lifted],
        current_of=lambda one: _current(view, one),
        kept=request.form,
        may_start=view.state is DossierState.SUBMITTED,
        problems=problems,
    )


def _kept(every: list[Askable], name: str) -> list[Askable]:
    """As the reviewer ticked them, when the request for a correction comes back."""
    if "message" not in request.form:
        return every
    ticked = set(request.form.getlist(name))
    return [replace(one, ticked=one.subject in ticked) for one in every]


def _current(view: DossierView, one: ExtractionView) -> str:
    field = answer_field(view.spec, one.field_id)
    return screens.on_screen(field, one.current, language()) if field else str(one.current)


def _tell_emptied(dossier_id: str, reading: ExtractionView) -> None:
    earlier = _current(services().dossier(the_actor(), dossier_id), reading)
    flash(
        translate("review.emptied", label=reading.label.in_language(language()), value=earlier),
        "info",
    )


def _typed(reading: ExtractionView) -> str:
    values = request.form.getlist("value")
    return ",".join(values) if isinstance(reading.value, list) else (values[0].strip() if values else "")


def _facts(paper: AttachmentView) -> list[PaperFact]:
    """What was read on a paper, with how sure each is."""
    found = []
    for name, given in paper.facts.items():
        value = given["value"] if isinstance(given, Mapping) and "value" in given else given
        day = _ISO_DAY.fullmatch(str(value))
        said = f"\u2066{'/'.join(reversed(day.groups()))}\u2069" if day else str(value)
        sure = paper.fact_confidences.get(name)
        label = fact_label(paper.type, name, paper.facts)
        found.append(PaperFact(label, said, sure, sure is not None and sure < SURE_FACT))
    return found


def _answers(view: DossierView) -> list[tuple[str, str, str, str]]:
    """Every answer of the dossier: field, label, value as read by a person, where it comes from."""
    found = []
    for field_id, given in view.dossier.values.items():
        try:
            spec = view.spec.field(field_id)
        except KeyError:
            continue
        script_language = Language.AR if spec.kind == "arabic_name" else language()
        said = screens.on_screen(spec, given.value, script_language)
        found.append((field_id, spec.label.in_language(language()), said, given.origin.value))
    return found

"""Reviewing: the queue, each value read beside its picture, the documents, the decision."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.completeness import CompletenessReport
from core.correction_slip import answer_field
from core.dossier import DossierEvent, DossierState
from core.errors import FormsError
from core.scope import build_scope
from forms_service.services.base import CLOSED_STATES
from forms_service.services.confirming import READ, TYPED
from forms_service.services.course_views import CourseView
from forms_service.services.decisions import OUTCOMES as DECIDED
from forms_service.services.decisions import REJECTED
from forms_service.services.review_queue import FOUND_STATES, HOLDERS, ON_LINE, ORDERS, QueueWish
from forms_service.services.reviewer import ANSWER_REASONS, DOCUMENT_REASONS
from forms_service.services.staff_words import told_to_staff
from forms_service.services.views import (
    AttachmentView,
    DossierView,
    EventView,
    ExtractionView,
    ReadingStatus,
)
from forms_service.web import correction, errors, provenance, readings, screens, security
from forms_service.web.asked_numbers import MOST_CHANGES, MOST_PAGES, asked_number, posted_number
from forms_service.web.correction import Askable
from forms_service.web.course import on_review_page
from forms_service.web.downloads import picture
from forms_service.web.languages import language, translate
from forms_service.web.missing_points import paper_of_whom
from forms_service.web.paper_facts import facts_on
from forms_service.web.presentation import type_name
from forms_service.web.read_boxes import boxes_on_pages
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/review"
pages = Blueprint("reviewer", __name__)

OUTCOMES = tuple(DECIDED)

_MOST_FOLDED = 40
"""More answers than that are listed for a request only when somebody wants them: nineteen children have 200."""


@pages.get("/")
@needs("reviewer")
def queue() -> str:
    """The dossiers waiting: by age, by deadline or by doubt, narrowed as wished."""
    asked = request.args
    wish = QueueWish(
        order=asked.get("order", "age") if asked.get("order") in ORDERS else "age",
        form=asked.get("form", ""),
        state=asked.get("state", ""),
        agency=asked.get("agency", ""),
        holder=asked.get("holder", "") if asked.get("holder") in HOLDERS else "",
        page=asked_number("page", 1, MOST_PAGES),
        search=asked.get("q", "")[:200],
    )
    return render_template(
        "queue.html",
        wish=wish,
        found=services().queue_page(the_actor(), wish),
        forms=security.application().catalogue.forms(),
        states=FOUND_STATES,
        orders=ORDERS,
        holders=HOLDERS,
        on_line=ON_LINE,
        today=services().today(),
    )


@pages.get("/<dossier_id>")
@needs("reviewer")
def dossier(dossier_id: str) -> str:
    """One dossier: doubtful values first, then the sure ones, documents, decision."""
    return dossier_page(dossier_id, {}, [])


@pages.post("/<dossier_id>/values/<extraction_id>")
@needs("reviewer")
def judge_value(dossier_id: str, extraction_id: str) -> Response | tuple[str, int]:
    """Accept the value as read, or keep what the reviewer wrote instead.

    One button for both: text left as it was accepts, text changed corrects.  Where paper and answer
    differ, another one takes whichever of the two the box does not hold.
    """
    every = services().extractions(the_actor(), dossier_id)
    reading = next((one for one in every if one.id == extraction_id), None) or abort(404)
    typed = _typed(reading)
    if request.form.get("verdict") == "again":
        return _ask_again(dossier_id, reading, every)
    if (choice := request.form.get("verdict")) in (READ, TYPED):
        typed = readings.as_typed(
            reading if choice == READ else replace(reading, value=reading.current, raw="")
        )
    if _settled_alike(reading, typed):
        return _to_next(dossier_id, every, extraction_id)
    if typed == readings.as_typed(reading) and reading.value is not None:
        services().accept_value(the_actor(), extraction_id, seen())
    else:
        emptied = request.form.get("leave_empty") == "true"
        problem = services().correct_value(the_actor(), extraction_id, typed, emptied, seen())
        if problem:
            message = problem.in_language(language())
            wrong = Problem(f"value-{extraction_id}", f"{reading.label.in_language(language())}: {message}")
            return dossier_page(dossier_id, {extraction_id: (typed, message)}, [wrong]), 422
        if emptied and not typed and reading.current is not None:
            _tell_emptied(dossier_id, reading)
    return _to_next(dossier_id, every, extraction_id)


def _ask_again(
    dossier_id: str, reading: ExtractionView, every: list[ExtractionView]
) -> Response | tuple[str, int]:
    """Put an answer on the request for a correction, for a reason the applicant will read."""
    reason = request.form.get("again", "")
    if reason not in ANSWER_REASONS:
        wrong = Problem(f"again-{reading.id}", translate("review.again_first"))
        return dossier_page(dossier_id, {}, [wrong], wanting=reading.id), 422
    services().reject_value(the_actor(), reading.id, reason, seen())
    return _to_next(dossier_id, every, reading.id)


def _to_next(dossier_id: str, every: list[ExtractionView], settled: str) -> Response:
    following = _next_doubt(doubtful(every), settled)
    anchor = f"value-{following}" if following else "documents"
    return redirect(url_for(".dossier", dossier_id=dossier_id, _anchor=anchor), code=303)


@pages.get("/<dossier_id>/values/<extraction_id>/crop.png")
@needs("reviewer")
def crop(dossier_id: str, extraction_id: str) -> Response:
    """The piece of paper one value was read from."""
    return picture(services().crop(the_actor(), dossier_id, extraction_id))


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
    if not accepted and reason not in DOCUMENT_REASONS:
        wrong = Problem(f"reason-{attachment_id}", translate("review.reason_first"))
        return dossier_page(dossier_id, {}, [wrong]), 422
    services().decide_document(
        the_actor(), dossier_id, attachment_id, accepted, None if accepted else reason, seen()
    )
    papers = [one.id for one in services().dossier(the_actor(), dossier_id).attachments if is_open(one)]
    anchor = f"attachment-{papers[0]}" if papers else "decision"
    return redirect(url_for(".dossier", dossier_id=dossier_id, _anchor=anchor), code=303)


@pages.post("/<dossier_id>/correction")
@needs("reviewer")
def request_correction(dossier_id: str) -> Response | tuple[str, int]:
    """Ask the applicant, once and for everything, to mend what is wrong."""
    if request.form.get("every"):
        return dossier_page(dossier_id, {}, [], ask_every=True), 200
    message = request.form.get("message", "").strip()
    if not message:
        return dossier_page(dossier_id, {}, [Problem("message", translate("review.message_first"))]), 422
    fields, documents = request.form.getlist("fields"), request.form.getlist("documents")
    reasons = {name: request.form.get(f"why-{name}", "") for name in fields}
    services().request_correction(the_actor(), dossier_id, fields, documents, message, reasons, seen())
    flash(translate("review.correction_sent"), "done")
    return redirect(url_for(".queue"), code=303)


@pages.errorhandler(FormsError)
def told_on_the_page(error: FormsError) -> tuple[str, int]:
    """What went wrong, and what others changed, stands on the dossier's own page, with all that was typed."""
    status, dossier_id = errors.status_of(error), (request.view_args or {}).get("dossier_id")
    if request.method != "POST" or status not in (409, 422) or dossier_id is None:
        return errors.known(error)
    typed = {}
    extraction_id = (request.view_args or {}).get("extraction_id")
    if extraction_id is not None:
        typed = {extraction_id: (",".join(request.form.getlist("value")), "")}
    return dossier_page(dossier_id, typed, [Problem(None, error.message.in_language(language()))]), status


def seen() -> int | None:
    """The revision of the dossier that the reviewer's page showed."""
    return posted_number("seen", MOST_CHANGES)


def is_open(paper: AttachmentView) -> bool:
    """Whether a paper still waits for a reviewer's word."""
    return paper.decision is None and paper.status is not ReadingStatus.REFUSED and not paper.made_on_screen


# --- the pieces of the page ---------------------------------------------------------------------


def doubtful(every: list[ExtractionView]) -> list[ExtractionView]:
    """What a reviewer must look at: first where paper and answer differ, each in the order of the form."""
    return sorted((one for one in every if one.is_doubtful), key=lambda one: not one.is_contested)


def _in_box(one: ExtractionView) -> ExtractionView:
    """What a value's box holds: what was read; of an answer mended against the paper, that answer."""
    corrected = one.settled_in_review and one.conflicts
    return replace(one, value=one.current, raw="") if one.was_mended or corrected else one


def _settled_alike(reading: ExtractionView, typed: str) -> bool:
    """Whether a colleague has settled a value meanwhile as this reviewer does now: nobody needs to hear of it."""
    by_another = reading.settled_in_review and reading.decided_by != the_actor().name
    alike = reading.decision != REJECTED and typed == readings.as_typed(_in_box(reading))
    return by_another and alike and reading.current is not None


def _next_doubt(doubts: list[ExtractionView], settled: str) -> str | None:
    """The doubtful value after the one just settled, in the order of the form, round to the first."""
    ids = [one.id for one in doubts]
    place = ids.index(settled) + 1 if settled in ids else 0
    rest = [one for one in (*ids[place:], *ids[:place]) if one != settled]
    return rest[0] if rest else None


def dossier_page(
    dossier_id: str,
    typed: dict[str, tuple[str, str]],
    problems: list[Problem],
    wanting: str | None = None,
    ask_every: bool = False,
) -> str:
    """The dossier before its reviewer.

    Args:
        typed: What was written into values and is not kept yet, with what is wrong with it.
        wanting: The value for which the reason to ask it again is still to be chosen.
        ask_every: Whether all that may be asked to be mended is listed, however long that list is.
    """
    view = services().dossier(the_actor(), dossier_id)
    every = services().extractions(the_actor(), dossier_id)
    report: CompletenessReport = services().completeness(the_actor(), dossier_id)
    return render_template(
        "review.html",
        view=view,
        typed=typed,
        problems=problems,
        wanting=wanting,
        changes=_changes(view, every),
        report=told_to_staff(report),
        lifted=[(one, correction.document_label(view.spec, one)) for one in report.lifted],
        answers=provenance.answers_by_section(view),
        facts_of=facts_on,
        of_whom=lambda one: paper_of_whom(view, one),
        is_open=is_open,
        **_values(view, every),
        **_request(view, every, report, ask_every),
        **_decision(view, report),
    )


def _values(view: DossierView, every: list[ExtractionView]) -> dict[str, object]:
    """What was read, the doubtful first, and how the page shows and names each value."""
    doubts = doubtful(every)
    ids = {one.id for one in doubts}
    return {
        "doubts": doubts,
        "sure": [one for one in every if one.id not in ids and one.verdict != "empty"],
        "settled": sum(one.decided_by is not None for one in every),
        "boxes": boxes_on_pages(view, every, ids),
        "in_box": _in_box,
        "editable": readings.as_typed,
        "crop_width": readings.crop_width,
        "choices": readings.choices(view, every),
        "places": readings.places(view),
        "label_of": lambda one: readings.label_of(view, one),
        "current_of": lambda one: _current(view, one),
        "wrote": lambda one: provenance.wrote(view, one),
    }


def _request(
    view: DossierView, every: list[ExtractionView], report: CompletenessReport, ask_every: bool
) -> dict[str, object]:
    """What the applicant may be asked to mend, what of it is ticked, and the reasons to choose from."""
    kept = request.form
    scope = build_scope(view.spec, view.dossier, services().day_of_deposit(view))
    again = {one.field_id: one.decision_reason for one in every if one.decision == REJECTED}
    fields = _with_again(correction.askable_fields(view, scope, report), again)
    return {
        "ask_fields": _kept(fields, "fields", kept),
        "ask_documents": _kept(correction.askable_documents(view, report), "documents", kept),
        "ask_every": ask_every,
        "most_folded": _MOST_FOLDED,
        "again": again,
        "kept": kept,
        "reasons": DOCUMENT_REASONS,
        "answer_reasons": ANSWER_REASONS,
    }


def _decision(view: DossierView, report: CompletenessReport) -> dict[str, object]:
    """Who has the dossier in hand, where it stands, and what may be decided of it now."""
    under_review = view.state is DossierState.UNDER_REVIEW
    holding, course = services().holding(the_actor(), view.id), services().course(the_actor(), view.id)
    return {
        "under_review": under_review,
        "decided": view.state in CLOSED_STATES,
        "holding": holding,
        "may_judge": holding.proposal is None and view.state not in CLOSED_STATES,
        "may_start": _may(course, DossierEvent.START_REVIEW, view.state is DossierState.SUBMITTED),
        "may_ask": _may(course, DossierEvent.REQUEST_CORRECTION, True),
        "outcomes": [one for one in OUTCOMES if _may(course, DECIDED[one], True)],
        "gaps": services().acceptance_gaps(the_actor(), view.id, report) if under_review else [],
        "course": course,
        "course_offers": on_review_page(course),
    }


def _may(course: CourseView, event: DossierEvent, standard: bool) -> bool:
    """Whether a work of the service has its place now: as in every course, or as the form's own declares."""
    return any(one.does is event for one in course.offers) if course.is_own else standard


def _changes(view: DossierView, every: list[ExtractionView]) -> list[tuple[EventView, str]]:
    """What others did since the page was made that was posted, each with what it was done to."""
    revision = seen() if request.method == "POST" else None
    if revision is None:
        return []
    labels = {one.field_id: f"{readings.label_of(view, one)} – {_current(view, one)}" for one in every}
    papers = {one.id: type_name(one.type or one.declared_type) for one in view.attachments}
    return [
        (
            one,
            labels.get(str(one.details.get("field")), "")
            or papers.get(str(one.details.get("attachment")), ""),
        )
        for one in services().changes_since(the_actor(), view.id, revision)
    ]


def _with_again(every: list[Askable], again: dict[str, str | None]) -> list[Askable]:
    """What is to be asked again comes ticked; of a name in two scripts, its one question."""
    wanted = {name.removesuffix(".ar") for name in again} | set(again)
    return [replace(one, ticked=True) if one.subject in wanted else one for one in every]


def _kept(every: list[Askable], name: str, kept: MultiDict[str, str]) -> list[Askable]:
    """As the reviewer ticked them, when the request for a correction comes back."""
    if "message" not in kept:
        return every
    ticked = set(kept.getlist(name))
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

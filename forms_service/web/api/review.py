"""The reviewer's work: the queue, the values read, the documents, the decision.

What judges a whole dossier asks for the revision it was judged on: of two reviewers the second is told.
"""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from core.errors import InvalidValue
from forms_service.services.review_queue import QueueWish
from forms_service.web.api import office_shapes, paper_shapes, shapes
from forms_service.web.api.doors import allows, matched, retold, the_actor
from forms_service.web.api.dossiers import opened, page_of, seen, shown
from forms_service.web.api.forms import PDF
from forms_service.web.api.papers import find_reading
from forms_service.web.api.presented import reading, revised, summary
from forms_service.web.downloads import pdf_download
from forms_service.web.security import services

routes = APIBlueprint("review", __name__)


@routes.get("/review/queue")
@allows("review")
@routes.input(shapes.PageAsked, location="query")
@routes.output(shapes.DossierPage)
def list_queue(query_data: shapes.PageAsked) -> dict[str, Any]:
    """List the dossiers that wait for a reviewer, oldest deposit first, with their doubtful readings."""
    limit = query_data.limit
    found = services().waiting_dossiers(the_actor(), seen(query_data), limit + 1)
    return page_of(found, limit, "deposited_at")


@routes.get("/review/worklist")
@allows("review")
@routes.input(office_shapes.QueueAsked, location="query")
@routes.output(office_shapes.QueuePage)
def show_worklist(query_data: office_shapes.QueueAsked) -> dict[str, Any]:
    """Show the queue by age, deadline or doubt, narrowed as wished, with who holds what and until when it is due.

    For screens: page by number.  A program that goes through everything takes `/review/queue`.
    """
    found = services().queue_page(the_actor(), QueueWish(**query_data.model_dump()))
    lines = [
        summary(one)
        | {"due_on": one.due_on, "agency": one.agency, "holder": one.holder, "proposed_by": one.proposed_by}
        for one in found.dossiers
    ]
    return {"items": lines, "total": found.total, "page": found.page, "pages": found.pages}


@routes.get("/review/dossiers/<dossier_id>/hands")
@allows("review")
@routes.output(office_shapes.Hands)
def show_hands(dossier_id: str) -> dict[str, Any]:
    """Tell who has a dossier in hand, and whether its decision waits for a second reviewer."""
    found = services().holding(the_actor(), dossier_id)
    return {
        "held_by": found.name or None,
        "since": found.since,
        "needs_second": found.needs_second,
        "proposed": found.proposal.outcome if found.proposal else None,
        "proposed_by": found.proposal.by_name if found.proposal else None,
    }


@routes.post("/review/dossiers/<dossier_id>/start")
@allows("review")
@matched()
@routes.output(shapes.Dossier)
def start_review(dossier_id: str) -> Response:
    """Take a dossier in hand."""
    services().start_review(the_actor(), dossier_id)
    return shown(dossier_id)


@routes.post("/review/dossiers/<dossier_id>/take-over")
@allows("review")
@matched()
@routes.output(shapes.Dossier)
def take_over(dossier_id: str) -> Response:
    """Take a dossier that another reviewer has in hand, or nobody any more."""
    services().take_over(the_actor(), dossier_id)
    return shown(dossier_id)


@routes.post("/review/dossiers/<dossier_id>/put-back")
@allows("review")
@matched()
@routes.output(shapes.Dossier)
def put_back(dossier_id: str) -> Response:
    """Leave a dossier one has in hand to the others, as it is."""
    services().put_back(the_actor(), dossier_id)
    return shown(dossier_id)


# --- values and documents --------------------------------------------------------------------------


def _settle(dossier_id: str, reading_id: str, given: office_shapes.ValueIn) -> Response:
    """Accept what was read, or keep the value given instead."""
    found = find_reading(dossier_id, reading_id)
    if given.value is None:
        services().accept_value(the_actor(), found.id)
    else:
        problem = services().correct_value(the_actor(), found.id, given.value, given.leave_empty)
        if problem is not None:
            raise InvalidValue(problem, code="invalid_value")
    return _settled(dossier_id, reading_id)


def _settled(dossier_id: str, reading_id: str) -> Response:
    now = find_reading(dossier_id, reading_id)
    return revised(paper_shapes.Reading, reading(now, the_actor()), opened(dossier_id).revision)


@routes.post("/dossiers/<dossier_id>/readings/<reading_id>/value")
@allows("dossiers:write")
@matched()
@routes.input(office_shapes.ValueIn)
@routes.output(paper_shapes.Reading)
def confirm_reading(dossier_id: str, reading_id: str, json_data: office_shapes.ValueIn) -> Response:
    """Confirm or correct a reading before the deposit, as the applicant or for them."""
    return _settle(dossier_id, reading_id, json_data)


@routes.post("/review/dossiers/<dossier_id>/readings/<reading_id>/value")
@allows("review")
@matched()
@routes.input(office_shapes.ValueIn)
@routes.output(paper_shapes.Reading)
def settle_reading(dossier_id: str, reading_id: str, json_data: office_shapes.ValueIn) -> Response:
    """Accept a reading (`value: null`), or put the right value in its place."""
    return _settle(dossier_id, reading_id, json_data)


@routes.post("/review/dossiers/<dossier_id>/readings/<reading_id>/rejection")
@allows("review")
@matched()
@routes.input(office_shapes.RejectIn)
@routes.output(paper_shapes.Reading)
def reject_reading(dossier_id: str, reading_id: str, json_data: office_shapes.RejectIn) -> Response:
    """Note that an answer must be asked again, and why."""
    services().reject_value(the_actor(), find_reading(dossier_id, reading_id).id, json_data.reason)
    return _settled(dossier_id, reading_id)


@routes.post("/review/dossiers/<dossier_id>/attachments/<attachment_id>/verdict")
@allows("review")
@matched(required=True)
@routes.input(office_shapes.VerdictIn)
@routes.output(shapes.Dossier)
def judge_document(dossier_id: str, attachment_id: str, json_data: office_shapes.VerdictIn) -> Response:
    """Accept a document, or decline it for a reason the applicant will read."""
    services().decide_document(the_actor(), dossier_id, attachment_id, json_data.accepted, json_data.reason)
    return shown(dossier_id)


# --- decision --------------------------------------------------------------------------------------


@routes.get("/review/dossiers/<dossier_id>/gaps")
@allows("review")
@routes.output(office_shapes.Gaps)
def list_gaps(dossier_id: str) -> dict[str, Any]:
    """Tell what an acceptance would pass over."""
    return {"items": services().acceptance_gaps(the_actor(), dossier_id)}


@routes.post("/review/dossiers/<dossier_id>/correction")
@allows("review")
@matched(required=True)
@routes.input(office_shapes.CorrectionIn)
@routes.output(shapes.Dossier)
def ask_correction(dossier_id: str, json_data: office_shapes.CorrectionIn) -> Response:
    """Ask the applicant, once and for everything, to mend what is wrong."""
    retold(lambda _made: shown(dossier_id))
    services().request_correction(
        the_actor(),
        dossier_id,
        json_data.fields,
        json_data.documents,
        json_data.message,
        dict(json_data.reasons),
    )
    return shown(dossier_id)


@routes.post("/review/dossiers/<dossier_id>/decision")
@allows("review")
@matched(required=True)
@routes.input(office_shapes.DecisionIn)
@routes.output(office_shapes.Decided)
def decide(dossier_id: str, json_data: office_shapes.DecisionIn) -> Response:
    """End the review.  Where two must agree the decision waits for another reviewer: `final` is false."""
    final = services().decide(
        the_actor(), dossier_id, json_data.outcome, json_data.note, json_data.despite_gaps
    )
    return _decided(dossier_id, final)


@routes.post("/review/dossiers/<dossier_id>/decision/confirmation")
@allows("review")
@matched(required=True)
@routes.output(office_shapes.Decided)
def confirm_decision(dossier_id: str) -> Response:
    """Let a decision that another reviewer proposed stand."""
    services().confirm_decision(the_actor(), dossier_id)
    return _decided(dossier_id, True)


@routes.post("/review/dossiers/<dossier_id>/decision/return")
@allows("review")
@matched(required=True)
@routes.input(office_shapes.ReasonIn)
@routes.output(office_shapes.Decided)
def return_decision(dossier_id: str, json_data: office_shapes.ReasonIn) -> Response:
    """Send a proposed decision back to whoever proposed it, and say why."""
    services().return_decision(the_actor(), dossier_id, json_data.reason)
    return _decided(dossier_id, False)


@routes.post("/review/dossiers/<dossier_id>/decision/withdrawal")
@allows("review")
@matched(required=True)
@routes.output(office_shapes.Decided)
def withdraw_decision(dossier_id: str) -> Response:
    """Take back a decision one proposed oneself."""
    services().withdraw_decision(the_actor(), dossier_id)
    return _decided(dossier_id, False)


def _decided(dossier_id: str, final: bool) -> Response:
    revision = opened(dossier_id).revision
    return revised(office_shapes.Decided, {"final": final, "revision": revision}, revision)


@routes.post("/review/dossiers/<dossier_id>/receipt/revocation")
@allows("review")
@matched()
@routes.input(office_shapes.RevocationIn)
@routes.output(office_shapes.Revoked)
def revoke_receipts(dossier_id: str, json_data: office_shapes.RevocationIn) -> dict[str, Any]:
    """Take back every receipt issued so far for a dossier; the note stays in the fund."""
    reference = opened(dossier_id).reference
    done = services().revoke_receipts(the_actor(), reference, json_data.reason, json_data.note)
    return {"reference": done.reference, "receipts": done.receipts, "at": done.at, "reason": done.reason}


@routes.get("/review/dossiers/<dossier_id>/summary.pdf")
@allows("review")
@routes.output(**PDF)
def summary_pdf(dossier_id: str) -> Response:
    """Get every answer beside its picture, every decision and finding, on paper."""
    view = opened(dossier_id)
    data = services().reviewer_summary(the_actor(), dossier_id, view.language)
    return pdf_download(data, f"{view.reference}-summary.pdf")

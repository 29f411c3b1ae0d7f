"""The course of a dossier: where it stands, what may be done, and the papers it ends in."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from core.localized_text import LocalizedText
from forms_service.services.course_views import CourseView, OfferView
from forms_service.web.api import course_shapes
from forms_service.web.api.doors import allows, matched, retold, the_actor
from forms_service.web.api.dossiers import opened
from forms_service.web.api.forms import PDF
from forms_service.web.api.presented import revised
from forms_service.web.downloads import pdf_download
from forms_service.web.security import services

routes = APIBlueprint("courses", __name__)


@routes.get("/dossiers/<dossier_id>/course")
@allows("dossiers:read")
@routes.output(course_shapes.Course)
def show_course(dossier_id: str) -> Response:
    """Tell where a dossier stands in its course, what the account may do, and what comes next."""
    return _standing(dossier_id)


@routes.post("/dossiers/<dossier_id>/course/<action_id>")
@allows("dossiers:write")
@matched()
@routes.input(course_shapes.StepIn)
@routes.output(course_shapes.Course, status_code=200)
def take_step(dossier_id: str, action_id: str, json_data: course_shapes.StepIn) -> Response:
    """Do an action of the form's own course, for the applicant or at the counter; a refusal says why."""
    return _taken(dossier_id, action_id, json_data)


@routes.post("/review/dossiers/<dossier_id>/course/<action_id>")
@allows("review")
@matched()
@routes.input(course_shapes.StepIn)
@routes.output(course_shapes.Course, status_code=200)
def take_step_in_review(dossier_id: str, action_id: str, json_data: course_shapes.StepIn) -> Response:
    """Do an action of the form's own course that those who examine do."""
    return _taken(dossier_id, action_id, json_data)


@routes.get("/dossiers/<dossier_id>/papers/<paper_id>.pdf")
@allows("dossiers:read")
@routes.output(**PDF)
def outcome_pdf(dossier_id: str, paper_id: str) -> Response:
    """Get a paper that was made for the applicant, in both languages."""
    paper = services().outcome_paper_pdf(the_actor(), dossier_id, paper_id)
    return pdf_download(paper, f"paper-{opened(dossier_id).reference}.pdf")


def _taken(dossier_id: str, action_id: str, given: course_shapes.StepIn) -> Response:
    retold(lambda _made: _standing(dossier_id))
    services().take_action(
        the_actor(),
        dossier_id,
        action_id,
        accepted=given.accepted,
        reason=given.reason,
        code=given.code,
    )
    return _standing(dossier_id)


def _standing(dossier_id: str) -> Response:
    course = services().course(the_actor(), dossier_id)
    return revised(course_shapes.Course, _told(course), opened(dossier_id).revision)


def _told(course: CourseView) -> dict[str, Any]:
    return {
        "own": course.is_own,
        "step": course.step,
        "label": course.label,
        "stage": course.stage,
        "text": course.text,
        "way": [{"id": one.id, "label": one.label, "place": one.place} for one in course.way],
        "actions": [_offer(one) for one in course.offers],
        "awaited": [{"label": one.label, "by": one.by, "on": one.on} for one in course.awaited],
        "taken": [
            {"label": one.label, "to": one.to, "at": one.at, "by_time": one.by_time, "note": one.note}
            for one in course.taken
        ],
        "papers": [{"id": one.id, "title": one.title, "issued_at": one.issued_at} for one in course.papers],
    }


def _offer(one: OfferView) -> dict[str, Any]:
    accepts: list[tuple[str, LocalizedText]] = list(one.accepts)
    return {
        "id": one.id,
        "label": one.label,
        "to": one.to,
        "possible": one.why_not is None,
        "why_not": one.why_not,
        "accepts": [{"id": name, "text": text} for name, text in accepts],
        "asks_reason": one.asks_reason,
        "asks_code": one.asks_code,
        "sends_code": one.sends_code,
    }

"""Dossiers: open, answer, see what is missing, deposit, follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response, url_for

from forms_service.services.listings import Seen
from forms_service.services.views import DossierSummary, DossierView
from forms_service.web.api import paper_shapes, presented, shapes
from forms_service.web.api.doors import allows, matched, retold, the_actor
from forms_service.web.api.presented import revised
from forms_service.web.security import services

routes = APIBlueprint("dossiers", __name__)


def page_of(found: list[DossierSummary], limit: int, by: str) -> dict[str, Any]:
    """One page of a list that was asked for one line more than it shows."""
    shown = found[:limit]
    more = len(found) > limit
    return {
        "items": [presented.summary(one) for one in shown],
        "next": presented.cursor(getattr(shown[-1], by), shown[-1].id) if more else None,
    }


def seen(asked: shapes.PageAsked) -> Seen | None:
    """Where the page before ended."""
    return presented.read_cursor(asked.after)


def shown(dossier_id: str, status: int = 200) -> Response:
    """A dossier as it is now, with its revision."""
    view = services().dossier(the_actor(), dossier_id)
    progress = services().correction_progress(the_actor(), dossier_id)
    answer_by = services().answer_due(view.correction.at) if view.correction else None
    data = presented.dossier(view, progress, answer_by)
    answer = revised(shapes.Dossier, data, view.revision, status)
    if status == 201:
        answer.headers["Location"] = url_for("dossiers.show_dossier", dossier_id=dossier_id)
    return answer


def opened(dossier_id: str) -> DossierView:
    """A dossier the token may see."""
    return services().dossier(the_actor(), dossier_id)


@routes.get("/dossiers")
@allows("dossiers:read")
@routes.input(shapes.PageAsked, location="query")
@routes.output(shapes.DossierPage)
def list_dossiers(query_data: shapes.PageAsked) -> dict[str, Any]:
    """List the account's own dossiers, latest change first."""
    limit = query_data.limit
    return page_of(services().own_dossiers(the_actor(), seen(query_data), limit + 1), limit, "changed_at")


@routes.post("/dossiers")
@allows("dossiers:write")
@routes.input(shapes.DossierIn)
@routes.output(shapes.Dossier, status_code=201)
def open_dossier(json_data: shapes.DossierIn) -> Response:
    """Open a dossier on the newest version of a form."""
    retold(lambda made: shown(made["dossier"], 201))
    dossier_id = services().open_dossier(the_actor(), json_data.form, json_data.language)
    return shown(dossier_id, 201)


@routes.get("/dossiers/<dossier_id>")
@allows("dossiers:read")
@routes.output(shapes.Dossier)
def show_dossier(dossier_id: str) -> Response:
    """Show a dossier: answers with their provenance, papers, what is to be mended."""
    return shown(dossier_id)


# --- answers ---------------------------------------------------------------------------------------


@routes.patch("/dossiers/<dossier_id>/answers")
@allows("dossiers:write")
@matched()
@routes.input(shapes.AnswersIn)
@routes.output(shapes.Stored)
def change_answers(dossier_id: str, json_data: shapes.AnswersIn) -> Response:
    """Change some answers; the others stay.

    A text that is not valid is kept as it was typed and named in `problems`, so that nothing is lost.
    """
    return _stored(dossier_id, json_data.values, json_data.facts)


@routes.put("/dossiers/<dossier_id>/answers")
@allows("dossiers:write")
@matched()
@routes.input(shapes.AnswersIn)
@routes.output(shapes.Stored)
def replace_answers(dossier_id: str, json_data: shapes.AnswersIn) -> Response:
    """Replace all answers: what is not given is emptied, except what the office fills in."""
    view = opened(dossier_id)
    asked = {one.id for one in view.spec.fields() if not one.office}
    values = dict.fromkeys((set(view.dossier.values) | set(view.raw)) & asked) | json_data.values
    known = {fact.id for fact in view.spec.facts}
    facts = dict.fromkeys((set(view.dossier.facts) | set(view.raw)) & known) | json_data.facts
    return _stored(dossier_id, values, facts)


@routes.put("/dossiers/<dossier_id>/groups/<group_id>")
@allows("dossiers:write")
@matched()
@routes.input(shapes.RowsIn)
@routes.output(shapes.Stored)
def replace_rows(dossier_id: str, group_id: str, json_data: shapes.RowsIn) -> Response:
    """Replace all rows of a group, such as the children."""
    problems = services().answer_group(the_actor(), dossier_id, group_id, json_data.rows)
    named = {f"{group_id}.{number}.{name}": text for (number, name), text in problems.items()}
    return _told(dossier_id, named)


@routes.put("/dossiers/<dossier_id>/exemptions")
@allows("dossiers:write")
@matched()
@routes.input(shapes.ExemptionsIn)
@routes.output(shapes.Stored)
def replace_exemptions(dossier_id: str, json_data: shapes.ExemptionsIn) -> Response:
    """Say which documents the fund already has, and which events it already knows."""
    services().set_on_file(the_actor(), dossier_id, json_data.on_file, json_data.declared)
    return _told(dossier_id, {})


def _stored(dossier_id: str, values: Mapping[str, object], facts: Mapping[str, object]) -> Response:
    return _told(dossier_id, services().answer(the_actor(), dossier_id, values, facts))


def _told(dossier_id: str, problems: Mapping[str, Any]) -> Response:
    revision = opened(dossier_id).revision
    data = {"revision": revision, "problems": presented.mistakes(problems)}
    return revised(shapes.Stored, data, revision)


# --- judgement, deposit, follow-up -----------------------------------------------------------------


@routes.get("/dossiers/<dossier_id>/completeness")
@allows("dossiers:read")
@routes.input(paper_shapes.DayAsked, location="query")
@routes.output(paper_shapes.Completeness)
def judge_dossier(dossier_id: str, query_data: paper_shapes.DayAsked) -> dict[str, Any]:
    """Tell what is missing and why, with the rule behind each finding."""
    return presented.completeness(services().completeness(the_actor(), dossier_id, query_data.on))


@routes.post("/dossiers/<dossier_id>/deposit")
@allows("dossiers:write")
@matched()
@routes.input(paper_shapes.DepositIn)
@routes.output(paper_shapes.Receipt, status_code=200)
def deposit_dossier(dossier_id: str, json_data: paper_shapes.DepositIn) -> Response:
    """Deposit the dossier, or hand it in again after a correction, and get the receipt.

    Depositing twice gives the same receipt.  An incomplete dossier may be deposited: the receipt says
    what is missing.
    """
    retold(lambda _made: receipt_answer(dossier_id))
    services().deposit(the_actor(), dossier_id, json_data.declaration)
    return receipt_answer(dossier_id)


@routes.get("/dossiers/<dossier_id>/receipt")
@allows("dossiers:read")
@routes.output(paper_shapes.Receipt)
def show_receipt(dossier_id: str) -> Response:
    """Show the latest receipt and whether it still counts."""
    return receipt_answer(dossier_id)


def receipt_answer(dossier_id: str) -> Response:
    """The latest receipt of a dossier, and whether it still counts."""
    receipt = services().latest_receipt(the_actor(), dossier_id)
    standing = services().receipt_standing(the_actor(), dossier_id)
    return revised(paper_shapes.Receipt, presented.receipt(receipt, standing), opened(dossier_id).revision)


@routes.get("/dossiers/<dossier_id>/notices")
@allows("dossiers:read")
@routes.output(paper_shapes.NoticeList)
def list_notices(dossier_id: str) -> dict[str, Any]:
    """List the messages sent to the dossier's owner: what about, how, and whether they left."""
    return {"items": services().notices(the_actor(), dossier_id)}


@routes.get("/dossiers/<dossier_id>/same-person")
@allows("dossiers:read")
@routes.output(paper_shapes.OtherDossierList)
def list_other_dossiers(dossier_id: str) -> dict[str, Any]:
    """List dossiers of the same person on the same form that this one may repeat, the latest first."""
    return {"items": services().other_dossiers(the_actor(), dossier_id)}


@routes.get("/dossiers/<dossier_id>/history")
@allows("dossiers:read")
@routes.output(paper_shapes.History)
def show_history(dossier_id: str) -> dict[str, Any]:
    """Tell where a dossier stands and what happened to it."""
    return presented.history(opened(dossier_id), the_actor())

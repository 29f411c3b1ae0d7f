"""The counter's day: the receipts of a stack in one print, paper files, and the day's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.dossier import DossierState
from core.errors import DossierError
from core.form_spec import Severity
from forms_service.locales import has
from forms_service.services.counter import HandoverLine
from forms_service.web.applicant import opened, report_of
from forms_service.web.asked_numbers import asked_day
from forms_service.web.downloads import pdf_download
from forms_service.web.languages import language, translate
from forms_service.web.missing_points import Missing, missing_points
from forms_service.web.presentation import state_label
from forms_service.web.rows_to_describe import RowsToDescribe, rows_to_describe
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/agency"
pages = Blueprint("counter", __name__)


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """One dossier of the page of receipts.

    Attributes:
        why: Why it is not ticked beforehand: ``reading``, ``pages``, ``repeats``, or nothing.
        rows: Children that are declared and described nowhere: no paper says who they are.
    """

    line: HandoverLine
    why: str
    missing: tuple[Missing, ...]
    rows: tuple[RowsToDescribe, ...]


@pages.get("/stacks/<stack_id>/receipts")
@needs("clerk")
def receipts(stack_id: str) -> str:
    """The people of a stack: who can be given a receipt, and what keeps the others from it."""
    return _receipts(stack_id, [])


@pages.post("/stacks/<stack_id>/receipts")
@needs("clerk")
def issue_receipts(stack_id: str) -> Response | tuple[str, int]:
    """Deposit the ticked dossiers; their receipts are then one file to print."""
    chosen = request.form.getlist("dossiers")
    if not chosen:
        return _receipts(stack_id, [Problem("dossiers", translate("handover.choose_first"))]), 422
    try:
        refused = services().deposit_stack(
            the_actor(), stack_id, chosen, forms_seen=request.form.get("seen") == "true"
        )
    except DossierError as error:
        if error.code != "declaration_needed":
            raise
        return _receipts(stack_id, [Problem("seen", translate("handover.seen_first"))]), 422
    for reference, why in refused:
        flash(f"{reference}: {why.in_language(language())}", "problem")
    flash(translate("handover.issued", n=len(chosen) - len(refused)), "done")
    return redirect(url_for(".receipts", stack_id=stack_id), code=303)


@pages.get("/stacks/<stack_id>/receipts.pdf")
@needs("clerk")
def receipts_pdf(stack_id: str) -> Response:
    """Every receipt of the stack in one file to print."""
    return pdf_download(services().stack_receipts(the_actor(), stack_id), f"receipts-{stack_id[:6]}.pdf")


@pages.get("/day")
@needs("clerk")
def day_list() -> str:
    """What was done at this agency on one day, to be printed."""
    today = services().today()
    day = asked_day("day") or today
    return render_template(
        "agency_day.html",
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        lines=services().day_list(the_actor(), day),
        said=lambda code: translate(f"event.{code}" if has(f"event.{code}") else "event.other"),
    )


@pages.get("/papers")
@needs("clerk")
def papers() -> str:
    """Take the paper file of a dossier drawn for a check."""
    return _papers([])


@pages.post("/papers")
@needs("clerk")
def take_paper() -> Response | tuple[str, int]:
    """Note the paper file of one reference, typed or read by a scanner of codes."""
    try:
        reference = services().receive_paper_of(the_actor(), request.form.get("reference", ""))
    except DossierError as error:
        told = _not_awaited(request.form.get("reference", "")) if error.code == "wrong_state" else ""
        return _papers([Problem("reference", told or error.message.in_language(language()))]), 422
    flash(translate("papers.taken", reference=reference), "done")
    return redirect(url_for(".papers"), code=303)


def _receipts(stack_id: str, problems: list[Problem]) -> str:
    found = services().handover(the_actor(), stack_id)
    posted = request.method == "POST"
    chosen = set(request.form.getlist("dossiers")) if posted else {one.id for one in found.lines if one.ready}
    return render_template(
        "agency_receipts.html",
        stack_id=stack_id,
        found=found,
        chosen=chosen,
        waiting=[_waiting(one) for one in found.lines if not one.deposited],
        drawn=[one for one in found.lines if one.state is DossierState.PHYSICAL_CHECK_PENDING],
        problems=problems,
    )


def _waiting(line: HandoverLine) -> ToHandOver:
    """A dossier that waits for its receipt, with what keeps it from one and where that is mended."""
    one = opened(line.id)
    missing = missing_points(one, report_of(one), {Severity.ERROR})
    why = "reading" if line.reading else "pages" if line.missing_pages else "repeats" if line.repeats else ""
    return ToHandOver(line, why, tuple(missing), tuple(rows_to_describe(one.view)))


def _not_awaited(reference: str) -> str:
    """Why no paper file is awaited for a dossier, and what to do with the papers that were brought."""
    found = services().find_dossiers(the_actor(), reference)
    if len(found) != 1:
        return ""
    state = state_label(found[0].state)
    return translate("papers.not_awaited", reference=found[0].reference, state=state)


def _papers(problems: list[Problem]) -> str:
    return render_template(
        "agency_papers.html",
        awaited=services().awaited_papers(the_actor()),
        typed=request.form.get("reference", ""),
        problems=problems,
    )

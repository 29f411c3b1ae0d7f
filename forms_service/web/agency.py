"""The agency's desk: blanks to print, stacks to scan, dossiers to find, receipts to hand over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.dates_in_text import fold_digits
from core.dossier import EDITABLE_STATES, DossierState
from core.errors import DossierError, FormsError, InvalidValue
from core.receipt import normalize_reference
from forms_service.services.views import DossierSummary, PageFate, StackDossier
from forms_service.web import security
from forms_service.web.applicant import opened
from forms_service.web.asked_numbers import MOST_ROWS, asked_number, posted_number
from forms_service.web.downloads import original_page, pdf_stream, picture, upload_back
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.paper_choices import PaperKind, paper_choices
from forms_service.web.rows_to_describe import RowsToDescribe, rows_to_describe
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/agency"
pages = Blueprint("agency", __name__)

_MOST_COPIES, _MOST_OFFERED = 1000, 50
_WRONG_PLACES = {"page_already_there": "copy", "unknown_document_type": "type"}
"""Where what is wrong with a page's filing is told, when that is not its reference."""


@pages.get("/")
@needs("clerk")
def desk() -> str:
    """Find a dossier, open one for a person at the counter, print, scan."""
    query = request.args.get("q", "").strip()
    found = services().find_dossiers(the_actor(), query) if query else None
    accounts = services().accounts_without_dossier(the_actor(), query) if query else []
    number = request.args.get("for", "").strip()
    if found == [] and not number and re.fullmatch(r"\d{8,9}", typed := fold_digits("".join(query.split()))):
        number = typed  # what was looked for in vain is what a dossier is now opened for
    return _desk(
        query=query, found=found, accounts=accounts, registration=number, sent_on="for" in request.args
    )


@pages.post("/open")
@needs("clerk")
@once
def open_dossier() -> Response | tuple[str, int]:
    """Open a dossier for a person at the counter."""
    registration = request.form.get("registration", "").strip()
    form = request.form.get("form", "")
    try:
        number, known = services().counter_registration(the_actor(), registration, form)
        if not known and request.form.get("anyway") != number:
            told = translate("desk.unknown_number", number=number)
            return _asked_again(told, registration=number, unknown=number, form=form), 422
        drafts = services().drafts_of(the_actor(), number, form)
        if drafts and request.form.get("another") != number:
            told = translate("desk.has_draft", n=len(drafts))
            return _asked_again(told, registration=number, drafts=drafts, form=form), 422
        dossier_id = services().open_dossier(the_actor(), form, language(), for_registration=number or None)
    except FormsError as problem:
        message = problem.message.in_language(language())
        return _asked_again(message, registration=registration, unknown=None, form=form), 422
    if request.form.get("then") == "blank":
        to_print = "large" if request.form.get("large") == "true" else "usual"
        return redirect(url_for("applicant.task_list", dossier_id=dossier_id, print=to_print), code=303)
    return redirect(url_for("applicant.task_list", dossier_id=dossier_id), code=303)


def _asked_again(message: str, **typed: object) -> str:
    """The page the number was typed on, with the number and every choice made there."""
    problems = [Problem("registration", message)]
    if request.form.get("page") != "blanks":
        return _desk(problems=problems, **typed)
    return _blanks(
        problems, chosen={"references": "true"}, personal=typed | {"large": "large" in request.form}
    )


@pages.post("/dossiers/<dossier_id>/discard")
@needs("clerk")
def discard_draft(dossier_id: str) -> Response:
    """Take a draft away that was opened by mistake and holds nothing."""
    reference = services().dossier(the_actor(), dossier_id).reference
    try:
        services().discard_empty_draft(the_actor(), dossier_id)
    except DossierError as problem:
        if problem.code != "draft_not_empty":
            raise
        flash(problem.message.in_language(language()), "problem")
        return redirect(url_for("applicant.task_list", dossier_id=dossier_id), code=303)
    flash(translate("desk.draft_discarded", reference=reference), "done")
    return redirect(url_for(".desk"), code=303)


@pages.get("/blanks")
@needs("clerk")
def blanks() -> str:
    """Ask which form and how many copies to print."""
    return _blanks([])


@pages.post("/blanks")
@needs("clerk")
def print_blanks() -> Response | tuple[str, int]:
    """Send the copies in one file while they are made, each with its own reference when asked."""
    copies = posted_number("copies", _MOST_COPIES)
    if not copies:
        return _blanks([Problem("copies", translate("blanks.wrong_count", limit=_MOST_COPIES))]), 422
    spec = security.application().catalogue.get(request.form.get("form", ""))
    sheets = services().blank_sheets(
        the_actor(),
        spec.id,
        copies,
        referenced=request.form.get("references") == "true",
        large=request.form.get("large") == "true",
        two_sided=request.form.get("two_sided") == "true",
    )
    return pdf_stream(sheets, f"{spec.id}-x{copies}.pdf")


@pages.get("/intake")
@needs("clerk")
def intake() -> str:
    """Ask for a stack of scans, and show the pages to identify by hand."""
    return _intake([])


@pages.post("/intake")
@needs("clerk")
def take_stack() -> Response | tuple[str, int]:
    """Take a stack of scans in; a worker sorts it, and its page tells how far that has come."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return _intake([Problem("stack", translate("upload.nothing"))]), 422
    by_position = request.form.get("by_position") == "true"
    named = ((file.filename or "", file.read()) for file in files)  # one at a time in memory
    stack_id = services().receive_stack(the_actor(), named, by_position)
    return redirect(url_for(".stack", stack_id=stack_id), code=303)


@pages.get("/stacks/<stack_id>")
@needs("clerk")
def stack(stack_id: str) -> str:
    """How far a stack has come, and what became of each of its sheets."""
    view = services().stack(the_actor(), stack_id)
    names = {one.id: one for one in services().stacks(the_actor())}
    mine = {one.id for one in view.dossiers}
    loose = [one for one in view.sheets if one.dossier_id not in mine]
    return render_template(
        "agency_stack.html",
        view=view,
        stack=view.summary,
        earlier=names,
        runs=runs_of(loose),
        people=[(one, [s for s in view.sheets if s.dossier_id == one.id]) for one in view.dossiers],
        drawn=[one for one in view.dossiers if one.state is DossierState.PHYSICAL_CHECK_PENDING],
        to_describe={} if view.summary.under_way else _to_describe(view.dossiers),
    )


def _to_describe(dossiers: Iterable[StackDossier]) -> dict[str, list[RowsToDescribe]]:
    """The children no paper describes, of the dossiers that can still be answered."""
    open_ones = [one.id for one in dossiers if one.state in EDITABLE_STATES]
    return {one: rows_to_describe(opened(one).view) for one in open_ones}


def runs_of(sheets: Iterable[PageFate]) -> list[tuple[PageFate, int]]:
    """Sheets one after another of which the same is to be said, as one line: its first, and its last page."""
    runs: list[tuple[PageFate, int]] = []
    for one in sheets:
        if runs and one.form_page is None and not one.remarks:
            first, last = runs[-1]
            if one == replace(first, page=one.page) and one.page == last + 1:
                runs[-1] = (first, one.page)
                continue
        runs.append((one, one.page))
    return runs


@pages.get("/pages/<page_id>.png")
@needs("clerk")
def left_page(page_id: str) -> Response:
    """The picture of a page to identify."""
    width = asked_number("width", 900, 2000)
    return picture(services().left_page_image(the_actor(), page_id, width))


@pages.get("/pages/<page_id>/original")
@needs("clerk")
def left_page_original(page_id: str) -> Response:
    """The whole file a page to identify came in, as a copy that can do no harm."""
    try:
        return upload_back(*services().left_page_copy(the_actor(), page_id))
    except DossierError as problem:
        if problem.code != "no_clean_copy":
            raise
        _, _, name = services().left_page_original(the_actor(), page_id)
        take = url_for(".take_left_original", page_id=page_id)
        return original_page(name, take, url_for(".intake"), why=problem.message)


@pages.post("/pages/<page_id>/original")
@needs("clerk")
def take_left_original(page_id: str) -> Response:
    """That file exactly as it came, where there is no copy; that somebody took it is on record."""
    return upload_back(*services().left_page_original(the_actor(), page_id))


@pages.post("/pages/<page_id>/file")
@needs("clerk")
@once
def file_left_page(page_id: str) -> Response | tuple[str, int]:
    """Put a page into the dossier the clerk names, or into a new one."""
    said = {
        name: request.form.get(name, "").strip() for name in ("reference", "registration", "form", "child")
    }
    try:
        dossier_id = services().file_left_page(
            the_actor(),
            page_id,
            reference=said["reference"],
            registration=said["registration"],
            form_id=said["form"],
            as_type=request.form.get("as_type") or None,
            child=posted_number("child", MOST_ROWS),
            second_copy=request.form.get("second_copy") == "true",
        )
    except (DossierError, InvalidValue) as problem:
        if problem.code in ("unknown_page", "not_allowed"):
            raise
        place = _WRONG_PLACES.get(problem.code, "reference")
        wrong = Problem(f"{place}-{page_id}", problem.message.in_language(language()))
        said["as_type"] = request.form.get("as_type", "")
        said["copy"] = "true" if problem.code == "page_already_there" else ""
        return _intake([wrong], typed={page_id: said}), 422
    view = services().dossier(the_actor(), dossier_id)
    flash(translate("left.filed", reference=view.reference), "done")
    later = None if view.may_edit else dossier_id
    return redirect(url_for(".intake", filed=later, _anchor="left"), code=303)


@pages.post("/pages/<page_id>/discard")
@needs("clerk")
def discard_left_page(page_id: str) -> Response | tuple[str, int]:
    """Take a page off the list for a reason."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _intake([Problem(f"reason-{page_id}", translate("left.reason_first"))]), 422
    services().discard_left_page(the_actor(), page_id, reason)
    flash(translate("left.discarded"), "done")
    return redirect(url_for(".intake", _anchor="left"), code=303)


@pages.post("/dossiers/<dossier_id>/paper-received")
@needs("clerk")
def paper_received(dossier_id: str) -> Response:
    """Note that the paper file of a physical check was brought."""
    services().receive_paper(the_actor(), dossier_id)
    flash(translate("desk.paper_noted"), "done")
    return redirect(url_for("deposit.status", dossier_id=dossier_id), code=303)


def _intake(problems: list[Problem], **more: object) -> str:
    left, count = services().left_pages(the_actor())
    typed: dict[str, dict[str, str]] = more.pop("typed", {})  # type: ignore[assignment]
    named = {page.id: typed.get(page.id, {}).get("reference") or page.suggested or "" for page in left}
    said = {page_id: one.get("as_type", "") for page_id, one in typed.items()}
    kinds = {page_id: _choices_for(reference, said.get(page_id, "")) for page_id, reference in named.items()}
    children = {reference: _children_of(reference) for reference in set(named.values())}
    return render_template(
        "agency_intake.html",
        problems=problems,
        left=left,
        left_count=count,
        kinds=kinds,
        children={page_id: children[reference] for page_id, reference in named.items()},
        dossiers=services().find_dossiers(the_actor(), "")[:_MOST_OFFERED] if left else [],
        completed=_completed(),
        stacks=services().stacks(the_actor()),
        forms=security.application().catalogue.forms(),
        typed=typed,
        **more,
    )


def _choices_for(reference: str, chosen: str) -> list[PaperKind]:
    """What a page may be: of the dossier it seems to belong to first what is still missing there.

    Of an unknown dossier nothing is offered, unless something was chosen before: the papers of all forms
    together are hundreds, and reading finds out by itself.
    """
    found = services().find_dossiers(the_actor(), reference) if normalize_reference(reference) else []
    if len(found) != 1:
        return paper_choices() if chosen not in ("", "form") else []
    view = services().dossier(the_actor(), found[0].id)
    return paper_choices(view.spec, services().completeness(the_actor(), view.id))


def _children_of(reference: str) -> list[tuple[int, str]]:
    """The children described in a dossier, by number and name: which of them a paper is of."""
    found = services().find_dossiers(the_actor(), reference) if normalize_reference(reference) else []
    if len(found) != 1:
        return []
    view = services().dossier(the_actor(), found[0].id)
    groups = dict.fromkeys(one.per for one in view.spec.documents if one.per)
    return [
        (number, view.row_label(group, number).in_language(language()))
        for group in groups
        for number in range(1, len(view.dossier.groups.get(group, ())) + 1)
    ]


def _completed() -> DossierSummary | None:
    """The deposited dossier a page was just filed into, while its receipt does not tell of that page."""
    dossier_id = request.args.get("filed")
    held = services().complement(the_actor(), dossier_id) if dossier_id else None
    if held is None or not held.to_confirm or dossier_id is None:
        return None
    reference = services().dossier(the_actor(), dossier_id).reference
    return next(iter(services().find_dossiers(the_actor(), reference)), None)


def _desk(**more: object) -> str:
    defaults: dict[str, object] = {"query": "", "found": None, "registration": "", "problems": []}
    defaults |= {"unknown": None, "form": "", "drafts": [], "accounts": [], "sent_on": False}
    defaults["left_count"] = services().left_pages(the_actor())[1]
    return render_template(
        "agency.html", forms=security.application().catalogue.forms(), **{**defaults, **more}
    )


def _blanks(problems: list[Problem], **more: object) -> str:
    chosen = request.form if request.method == "POST" else {"references": "true"}
    return render_template(
        "agency_blanks.html",
        forms=security.application().catalogue.forms(),
        copies=request.form.get("copies", "1"),
        most=_MOST_COPIES,
        problems=problems,
        **{"chosen": chosen, "personal": {}, **more},
    )

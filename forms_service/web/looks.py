"""The one place where pages and answers that show staff a dossier, its papers or people are put on record.

It stands behind every address, of the pages and of the interface for programs: a new address that leads to a
dossier is watched without anybody thinking of it.  What an answer shows is read from the answer itself: a
picture, a file to keep, or a page.  Only lists and the few papers that no dossier holds are named here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from flask import Flask, Response, g, request

from forms_service.services.looks import Look, NotRecorded
from forms_service.services.views import Actor
from forms_service.web import security

LISTS: Mapping[str, str] = {
    "agency.desk": "list_viewed",
    "agency.discard_left_page": "list_viewed",
    "agency.file_left_page": "list_viewed",
    "agency.stack": "list_viewed",
    "agency.intake": "list_viewed",
    "agency.left_page": "papers_viewed",
    "agency.left_page_original": "paper_downloaded",
    "agency.open_dossier": "list_viewed",
    "agency.take_left_original": "paper_downloaded",
    "agency.take_stack": "list_viewed",
    "applicant.dossiers": "list_viewed",
    "counter.day_list": "list_viewed",
    "counter.issue_receipts": "list_viewed",
    "counter.papers": "list_viewed",
    "counter.receipts": "list_viewed",
    "counter.receipts_pdf": "paper_downloaded",
    "counter.take_paper": "list_viewed",
    "letting_go.act": "list_viewed",
    "letting_go.overview": "list_viewed",
    "operator.change_user": "list_viewed",
    "operator.open_user": "list_viewed",
    "operator.user": "list_viewed",
    "operator.users": "list_viewed",
    "reviewer.queue": "list_viewed",
}
"""Pages without a dossier in their address that show people or their papers, and as what they are told."""

LISTS_FOR_PROGRAMS: Mapping[str, str] = {
    "agency.deposit_stack": "list_viewed",
    "agency.find_dossiers": "list_viewed",
    "agency.left_page_file": "paper_downloaded",
    "agency.left_page_picture": "papers_viewed",
    "agency.list_awaited_papers": "list_viewed",
    "agency.list_day": "list_viewed",
    "agency.list_left_pages": "list_viewed",
    "agency.list_stack_receipts": "list_viewed",
    "agency.list_stacks": "list_viewed",
    "agency.open_for_person": "list_viewed",
    "agency.show_stack": "list_viewed",
    "agency.stack_receipts_pdf": "paper_downloaded",
    "dossiers.list_dossiers": "list_viewed",
    "review.list_queue": "list_viewed",
    "review.show_worklist": "list_viewed",
}
"""The same of the interface for programs."""

SEARCHED_BY = ("q", "login")
"""What somebody may look for people by; that it was done is written down, never what was typed."""

FIGURES = {"operator.figures_file", "office.show_figures"}
"""Figures taken away in a file; they name nobody."""

OWN_PAPERS = {"deposit.receipt", "course.outcome_paper", "papers.receipt_pdf", "courses.outcome_pdf"}
"""What is put on record of applicants as well: that they took the proof of what was deposited or decided."""

_SUBJECTS = ("attachment_id", "scan_id", "paper_id", "page_id", "stack_id", "account_id", "group_id")
_SAFE = frozenset(("GET", "HEAD"))
_REFUSED = frozenset((409, 412, 422))
"""How a change is refused by sentences that may tell what stands in the dossier."""

_log = logging.getLogger("forms_service.web")


def install(app: Flask, lists: Mapping[str, str], refuse: Callable[[NotRecorded], Response]) -> None:
    """Watch every answer of an application.

    Args:
        lists: Addresses without a dossier that show people, by endpoint.
        refuse: Gives the answer instead of what could not be put on record.
    """

    @app.after_request
    def put_on_record(answer: Response) -> Response:
        actor = _who()
        if actor is None or not _may_show(answer):
            return answer
        look = _look(actor, answer, lists)
        if look is None or not (answer.status_code < 300 or _is_opened(actor, look.dossier_id)):
            return answer
        try:
            security.services().note_look(actor, look)
        except NotRecorded as problem:
            _log.error("a look was not recorded: %s", type(problem.__cause__).__name__)
            if request.method not in _SAFE and answer.status_code < 300 and not _is_page_of_dossier(answer):
                return answer  # what a request changed was recorded with it
            answer.close()
            return refuse(problem)
        return answer


def _who() -> Actor | None:
    """Whoever is signed in, or acts by a token."""
    grant = g.get("grant")
    if grant is not None:
        found: Actor = grant.actor
        return found
    return security.current_actor() if security.is_guarded(request.endpoint) else None


def only_told() -> None:
    """Say of the answer under way that it is a sentence about what went wrong, and shows nobody's papers."""
    g.only_told = True


def _may_show(answer: Response) -> bool:
    """Whether an answer may show somebody, whatever its status: a page that was refused shows what stands there."""
    status = answer.status_code
    if g.get("failing") or status == 204 or 300 <= status < 400:
        return False
    if not g.get("only_told"):
        return status < 500
    of_dossier = "dossier_id" in (request.view_args or {})
    return of_dossier and request.method not in _SAFE and status in _REFUSED


def _is_opened(actor: Actor, dossier_id: str | None) -> bool:
    """Whether what was refused concerns a dossier this person may see; of lists there is nothing to ask."""
    return dossier_id is None or security.services().may_look(actor, dossier_id)


def _is_page_of_dossier(answer: Response) -> bool:
    """Whether it is a page about one dossier: those are shown where nothing was changed."""
    return answer.mimetype == "text/html" and "dossier_id" in (request.view_args or {})


def _look(actor: Actor, answer: Response, lists: Mapping[str, str]) -> Look | None:
    """What this answer shows; nothing when it shows people their own, or nobody."""
    endpoint, values = request.endpoint or "", request.view_args or {}
    is_staff = bool(actor.roles - {"applicant"})
    if endpoint in FIGURES:
        return Look("figures_exported", details=_by_token())
    if not is_staff and endpoint not in OWN_PAPERS:
        return None
    dossier_id = values.get("dossier_id")
    if dossier_id is None and endpoint not in lists:
        return None
    action = _shown_as(answer) if dossier_id is not None else lists[endpoint]
    searched = action == "list_viewed" and any(request.args.get(one, "").strip() for one in SEARCHED_BY)
    if searched:
        action = "people_searched"
    details: dict[str, object] = _by_token()
    details |= {name.removesuffix("_id"): str(values[name]) for name in _SUBJECTS if name in values}
    if action in ("paper_downloaded", "list_viewed", "people_searched"):
        details["what"] = endpoint.rpartition(".")[2]
    apart = request.query_string.decode("utf-8", "replace") if searched else ""
    return Look(action, dossier_id, details, apart)


def _shown_as(answer: Response) -> str:
    """As what an answer about a dossier is told: a picture, a file, or a page."""
    if answer.headers.get("Content-Disposition", "").startswith("attachment"):
        return "paper_downloaded"
    if answer.mimetype.startswith("image/"):
        return "papers_viewed"
    if answer.mimetype in ("text/html", "application/json", "application/problem+json"):
        return "dossier_viewed"
    return "paper_downloaded"


def _by_token() -> dict[str, object]:
    grant = g.get("grant")
    return {} if grant is None else {"token": grant.token_id}

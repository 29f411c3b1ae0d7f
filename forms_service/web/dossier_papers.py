"""Papers made of one dossier: cover sheet, blank with the applicant's identity, summary, correction slip."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from forms_service.web.downloads import pdf_download
from forms_service.web.languages import language
from forms_service.web.security import needs, services, the_actor

PREFIX = "/dossiers"
pages = Blueprint("papers", __name__)


@pages.get("/<dossier_id>/cover.pdf")
@needs("applicant", "clerk", "reviewer")
def cover(dossier_id: str) -> Response:
    """The sheet to lay on top of the dossier's papers."""
    data = services().cover_sheet(the_actor(), dossier_id)
    return _named(data, dossier_id, "cover")


@pages.get("/<dossier_id>/personal.pdf")
@needs("applicant", "clerk")
def personal(dossier_id: str) -> Response:
    """The form with the applicant's identity in it: to type in, or to print (``?print=usual`` or ``large``)."""
    to_print = request.args.get("print")
    data = services().personal_blank(
        the_actor(), dossier_id, flatten=to_print is not None, large=to_print == "large"
    )
    return _named(data, dossier_id, f"blank-{to_print}" if to_print in ("usual", "large") else "blank")


@pages.get("/<dossier_id>/summary.pdf")
@needs("reviewer")
def summary(dossier_id: str) -> Response:
    """Every answer beside its picture, for the reviewer's file."""
    data = services().reviewer_summary(the_actor(), dossier_id, language())
    return _named(data, dossier_id, "summary")


@pages.get("/<dossier_id>/correction-slip.pdf")
@needs("applicant", "clerk", "reviewer")
def correction_slip(dossier_id: str) -> Response:
    """What a reviewer asked to mend, as a page to fill in by hand."""
    return _named(services().correction_slip_pdf(the_actor(), dossier_id), dossier_id, "correction")


def _named(data: bytes, dossier_id: str, paper: str) -> Response:
    reference = services().dossier(the_actor(), dossier_id).reference
    return pdf_download(data, f"{reference}-{paper}.pdf")

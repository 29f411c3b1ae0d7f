"""Taking a deposit receipt back: the reason that everybody is told, and the fund's own note."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import DossierError
from core.receipt import RevocationReason, Standing
from forms_service.services.receipt_checks import LONGEST_NOTE
from forms_service.web.languages import language, translate
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/review"
pages = Blueprint("revocation", __name__)


@pages.get("/<dossier_id>/receipt")
@needs("reviewer")
def receipt(dossier_id: str) -> str:
    """Whether the receipt still counts, and the way to take it back."""
    return _page(dossier_id, [])


@pages.post("/<dossier_id>/receipt")
@needs("reviewer")
def revoke(dossier_id: str) -> Response | tuple[str, int]:
    """Revoke the receipts issued so far."""
    given = request.form.get("reason", "")
    problems = []
    if given not in {one.value for one in RevocationReason}:
        problems.append(
            Problem(f"reason-{RevocationReason.ISSUED_IN_ERROR}", translate("revoke.reason_first"))
        )
    if request.form.get("sure") != "true":
        problems.append(Problem("sure", translate("revoke.sure_first")))
    if problems:
        return _page(dossier_id, problems), 422
    view = services().dossier(the_actor(), dossier_id)
    try:
        services().revoke_receipts(
            the_actor(), view.reference, RevocationReason(given), request.form.get("note", "")
        )
    except DossierError as error:
        if error.code != "note_too_long":
            raise
        said = error.message.in_language(language())
        return _page(dossier_id, [Problem("note", said)]), 422
    flash(translate("revoke.done"), "done")
    return redirect(url_for(".receipt", dossier_id=dossier_id), code=303)


def _page(dossier_id: str, problems: list[Problem]) -> str:
    standing = services().receipt_standing(the_actor(), dossier_id)
    return render_template(
        "revoke.html",
        view=services().dossier(the_actor(), dossier_id),
        standing=standing,
        may_revoke=standing is not None and standing.standing is not Standing.REVOKED,
        reasons=list(RevocationReason),
        kept=request.form,
        problems=problems,
        longest_note=LONGEST_NOTE,
    )

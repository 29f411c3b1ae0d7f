"""Adding what a deposited dossier lacks, and the receipt of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.completeness import Requirement
from forms_service.services.complements import Complement
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web.applicant import opened
from forms_service.web.asked_numbers import MOST_ROWS, posted_number
from forms_service.web.correction import document_label
from forms_service.web.languages import translate
from forms_service.web.missing_points import row_name
from forms_service.web.presentation import type_name
from forms_service.web.security import needs, services, the_actor
from forms_service.web.taking_files import arrived, take_in

PREFIX = "/dossiers"
pages = Blueprint("complements", __name__)

_TOLD = frozenset({"not_missing", "unknown_document_type", "too_many_uploads"})
"""Refusals of one paper, told on the page; the others concern the whole dossier."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """One document the latest receipt lacks, named as everywhere else: whose, what may serve, where it is.

    Attributes:
        wording: As the form words it, for whoever asks why.
    """

    requirement: Requirement
    label: str
    row: str | None
    wording: str
    target: str
    types: tuple[tuple[str, str], ...]


@pages.get("/<dossier_id>/complement")
@needs("applicant", "clerk")
def complement(dossier_id: str) -> str | Response:
    """What is missing, and what was added since the latest receipt."""
    view = opened(dossier_id).view
    held = services().complement(the_actor(), dossier_id)
    if held is None:
        where = "applicant.task_list" if view.may_edit else "deposit.status"
        return redirect(url_for(where, dossier_id=dossier_id))
    return render_template(
        "complement.html",
        view=view,
        held=held,
        lacking=list(_lacking(view, held)),
        added=_as_shown(view, held),
    )


@pages.post("/<dossier_id>/complement")
@needs("applicant", "clerk")
def add(dossier_id: str) -> Response:
    """Take papers in; one that is refused loses nothing else."""
    view = opened(dossier_id).view  # nobody learns which dossiers there are
    as_type, child = request.form.get("as_type", ""), posted_number("child", MOST_ROWS)
    take_in(
        arrived(view),
        lambda name, data, seconds: services().add_paper(
            the_actor(), dossier_id, name, data, as_type, child, seconds
        ),
        _TOLD,
    )
    return redirect(url_for(".complement", dossier_id=dossier_id), code=303)


@pages.post("/<dossier_id>/complement/<attachment_id>/remove")
@needs("applicant", "clerk")
def withdraw(dossier_id: str, attachment_id: str) -> Response:
    """Take one added paper back."""
    services().withdraw_paper(the_actor(), dossier_id, attachment_id)
    flash(translate("upload.removed"), "done")
    return redirect(url_for(".complement", dossier_id=dossier_id), code=303)


@pages.post("/<dossier_id>/complement/confirm")
@needs("applicant", "clerk")
def confirm(dossier_id: str) -> Response:
    """Give the receipt of what was added; pressing twice gives it once."""
    receipt = services().confirm_complement(the_actor(), dossier_id)
    unread = any(not one.status.is_final for one in opened(dossier_id).view.attachments)
    told = "done" if receipt.missing else "done_unread" if unread else "done_whole"
    flash(translate(f"complement.{told}"), "done")
    return redirect(url_for("deposit.status", dossier_id=dossier_id), code=303)


def _lacking(view: DossierView, held: Complement) -> Iterator[Lacking]:
    for number, need in enumerate(held.takes, start=1):
        types = dict.fromkeys((need.type, *need.alternatives))
        yield Lacking(
            need,
            type_name(need.type),
            row_name(view, need),
            document_label(view.spec, need),
            f"add-{number}",
            tuple((one, type_name(one)) for one in types),
        )


def _as_shown(view: DossierView, held: Complement) -> list[AttachmentView]:
    """The added papers with their pictures and remarks; a refused one is told where it was sent."""
    added = {one.id for one in held.added}
    return [one for one in view.attachments if one.id in added]

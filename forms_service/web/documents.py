"""The documents of a dossier: what is demanded and why, uploads, and what was filed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.completeness import CompletenessReport, Requirement
from core.errors import DossierError
from core.localized_text import LocalizedText
from forms_service.messages import say
from forms_service.services.paper_notes import remarks
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web import security
from forms_service.web.applicant import editable, opened, report_of
from forms_service.web.asked_again import documents_asked
from forms_service.web.asked_numbers import MOST_ROWS, asked_number, posted_number
from forms_service.web.correction import document_subject
from forms_service.web.downloads import original_page, pdf_download, picture, upload_back
from forms_service.web.languages import language, translate
from forms_service.web.missing_points import row_name
from forms_service.web.paper_choices import paper_choices
from forms_service.web.presentation import FORM, type_name
from forms_service.web.security import needs, services, the_actor
from forms_service.web.taking_papers import GO_ON, is_anything_refused, said_already, sendings, take_all_in
from forms_service.web.tasks import missing_documents

PREFIX = "/dossiers"
pages = Blueprint("documents", __name__)

_THUMBNAIL_PX = 160


@dataclass(frozen=True, slots=True)
class Demand:
    """One required document as the page shows it.

    Attributes:
        target: Id of its block on the page.
        types: Document types to choose between when sending, with their names; the first is the one demanded.
        uploads: What was handed in for it.
        on_file: Types which, ticked as already filed with the fund, lift the demand.
        declared: Events which, ticked as already declared, lift it.
        being_read: Whether it is met only if a file that is still being read turns out usable.
        doubtful: Whether too few of the files for it are without a remark (another kind of paper, blurred).
        asked_again: Why a correction asks it anew, in words or none of them; None where it does not.
    """

    target: str
    requirement: Requirement
    row: str | None
    types: tuple[tuple[str, str], ...]
    uploads: tuple[AttachmentView, ...]
    on_file: tuple[str, ...]
    declared: tuple[str, ...]
    lifted: bool
    being_read: bool
    doubtful: bool
    asked_again: str | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do for it."""
        if self.asked_again is not None:
            return False
        return self.lifted or (self.requirement.satisfied and not self.doubtful)

    @property
    def of_another_kind(self) -> bool:
        """Whether what was sent for it is clearly another paper, or none at all, and nothing else serves."""
        return not self.lifted and not self.requirement.satisfied and any(one.seen_as for one in self.uploads)


@pages.get("/<dossier_id>/documents")
@needs("applicant", "clerk")
def documents(dossier_id: str) -> str | Response:
    """What is demanded, why, and what was handed in."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    report = report_of(one)
    demands = demands_of(one.view, report)
    shown = {upload.id for demand in demands for upload in demand.uploads}
    rest = [
        a
        for a in one.view.attachments
        if a.id not in shown and not (a.is_form or a.is_slip) and a.type != FORM
    ]
    return render_template(
        "documents.html",
        view=one.view,
        demands=demands,
        missing=len(missing_documents(report)),
        form_needs=form_needs(report),
        form_uploads=[a for a in one.view.attachments if (a.is_form or a.type == FORM) and not a.is_slip],
        slips=[a for a in one.view.attachments if a.is_slip],
        other_uploads=rest,
        reading=any(not a.status.is_final for a in one.view.attachments),
        kinds=lambda now=None: paper_choices(one.view.spec, report, now),
        children=_child_rows(one.view),
        waiting=len(services().answers_to_confirm(the_actor(), dossier_id)),
    )


@pages.post("/<dossier_id>/documents")
@needs("applicant", "clerk")
def upload(dossier_id: str) -> Response:
    """Take in whatever was chosen, and what is said to be filed already; one that is refused loses nothing else.

    Whoever goes on to the check takes along what was chosen; a refused file keeps them here.
    """
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    sent = list(sendings())
    pressed = request.form.get("go", "")
    exempted = "exemptions" in request.form
    if exempted and said_already(one.view) and pressed != GO_ON:
        flash(translate("documents.on_file_kept"), "done")
    if not any(each.files for each in sent) and (pressed not in ("", GO_ON) or not exempted):
        flash(translate("upload.nothing"), "problem")
    taken = take_all_in(one.view, sent)
    if pressed == GO_ON and not is_anything_refused():
        return redirect(url_for("deposit.check", dossier_id=dossier_id), code=303)
    doubtful = next((a.id for a in taken if remarks(a.warnings)), None)
    places = [each.target for each in sent if each.files or each.target]
    place = pressed if pressed in places else next(iter(places), None)
    anchor = f"attachment-{doubtful}" if doubtful else place
    return redirect(url_for(".documents", dossier_id=dossier_id, _anchor=anchor), code=303)


@pages.post("/<dossier_id>/documents/<attachment_id>/remove")
@needs("applicant", "clerk")
def remove(dossier_id: str, attachment_id: str) -> Response:
    """Take one upload away."""
    services().remove_attachment(the_actor(), dossier_id, attachment_id)
    flash(translate("upload.removed"), "done")
    return redirect(url_for(".documents", dossier_id=dossier_id), code=303)


@pages.post("/<dossier_id>/documents/<attachment_id>/refile")
@needs("applicant", "clerk")
def refile(dossier_id: str, attachment_id: str) -> Response:
    """Put one upload where the person says it belongs, without sending it again."""
    try:
        target, new_id = services().refile_attachment(
            the_actor(),
            dossier_id,
            attachment_id,
            reference=request.form.get("reference", ""),
            as_type=request.form.get("as_type") or None,
            child=posted_number("child", MOST_ROWS),
        )
    except DossierError as problem:
        if problem.code not in ("unknown_reference", "dossier_closed", "too_many_uploads"):
            raise
        flash(problem.message.in_language(language()), "problem")
        return redirect(
            url_for(".documents", dossier_id=dossier_id, _anchor=f"attachment-{attachment_id}"), code=303
        )
    if target != dossier_id:
        reference = services().dossier(the_actor(), target).reference
        flash(translate("upload.moved", reference=reference), "done")
        return redirect(url_for(".documents", dossier_id=dossier_id), code=303)
    flash(translate("upload.placed"), "done")
    return redirect(url_for(".documents", dossier_id=dossier_id, _anchor=f"attachment-{new_id}"), code=303)


@pages.post("/<dossier_id>/documents/<attachment_id>/keep")
@needs("applicant", "clerk")
def keep(dossier_id: str, attachment_id: str) -> Response:
    """Count a paper as what it was sent as, on its sender's word."""
    services().keep_as_sent(the_actor(), dossier_id, attachment_id)
    flash(translate("other_kind.kept"), "done")
    view = opened(dossier_id).view
    page = ".documents" if view.may_edit else "complements.complement"
    return redirect(url_for(page, dossier_id=dossier_id, _anchor=f"attachment-{attachment_id}"), code=303)


@pages.get("/<dossier_id>/documents/<attachment_id>/file")
@needs("applicant", "clerk", "reviewer")
def file(dossier_id: str, attachment_id: str) -> Response:
    """One upload: as it was handed in for whoever did so, a copy that can do no harm for everybody else."""
    try:
        return upload_back(*services().attachment_copy(the_actor(), dossier_id, attachment_id))
    except DossierError as problem:
        if problem.code != "no_clean_copy":
            raise
        return _original_page(dossier_id, attachment_id, problem.message)


@pages.get("/<dossier_id>/documents/<attachment_id>/original")
@needs("clerk", "reviewer")
def original(dossier_id: str, attachment_id: str) -> Response:
    """What to know before taking an original, and the button that takes it."""
    return _original_page(dossier_id, attachment_id)


@pages.post("/<dossier_id>/documents/<attachment_id>/original")
@needs("clerk", "reviewer")
def take_original(dossier_id: str, attachment_id: str) -> Response:
    """One upload exactly as it was handed in, for evidence; that somebody took it is on record."""
    return upload_back(*services().attachment_file(the_actor(), dossier_id, attachment_id))


def _original_page(dossier_id: str, attachment_id: str, why: LocalizedText | None = None) -> Response:
    found = [one for one in opened(dossier_id).view.attachments if one.id == attachment_id]
    if not found:
        raise DossierError(say("unknown_document"), code="unknown_document")
    take = url_for(".take_original", dossier_id=dossier_id, attachment_id=attachment_id)
    anchor = f"attachment-{attachment_id}"
    page = "reviewer.dossier" if "reviewer" in the_actor().roles else ".documents"
    back = url_for(page, dossier_id=dossier_id, _anchor=anchor)
    return original_page(found[0].filename, take, back, found[0].virus_scan, why)


@pages.get("/<dossier_id>/documents/<attachment_id>/page/<int:page>.png")
@needs("applicant", "clerk", "reviewer")
def page_image(dossier_id: str, attachment_id: str, page: int) -> Response:
    """A small or large picture of one page of an upload."""
    width = asked_number("width", _THUMBNAIL_PX, 1600)
    return picture(services().attachment_page_image(the_actor(), dossier_id, attachment_id, page, width))


@pages.get("/<dossier_id>/blank.pdf")
@needs("applicant", "clerk")
def blank(dossier_id: str) -> Response:
    """The blank form carrying this dossier's reference, to fill by hand; in large print when asked."""
    view = opened(dossier_id).view
    large = request.args.get("print") == "large"
    data = services().blank_pdf(view.spec.id, 1, view.reference, large)
    return pdf_download(data, f"{view.reference}-{'form-large' if large else 'form'}.pdf")


@pages.get("/<dossier_id>/filled.pdf")
@needs("applicant", "clerk", "reviewer")
def filled(dossier_id: str) -> Response:
    """The form with the answers given so far."""
    view = opened(dossier_id).view
    return pdf_download(services().filled_pdf(the_actor(), dossier_id, False), f"{view.reference}-filled.pdf")


# --- demands and uploads beside each other ------------------------------------------------------


def demands_of(view: DossierView, report: CompletenessReport) -> list[Demand]:
    """Every demand with the uploads that serve it, in the order of the form; the form itself apart."""
    left = [a for a in view.attachments if not a.is_form and a.type != FORM]
    lifted = {(one.document_id, one.child) for one in report.lifted}
    asked = documents_asked(view)
    order = {document.id: place for place, document in enumerate(view.spec.documents)}
    every = sorted(
        (one for one in (*report.required, *report.lifted) if one.type != FORM),
        key=lambda one: (order.get(one.document_id, -1), one.child or 0),
    )
    found = []
    for requirement in every:
        uploads = _uploads_for(requirement, left)
        for one in uploads:
            left.remove(one)
        found.append(
            replace(
                _demand(view, requirement, uploads, (requirement.document_id, requirement.child) in lifted),
                asked_again=_asked_again(requirement, asked),
            )
        )
    return found


def _asked_again(requirement: Requirement, asked: Mapping[str, str]) -> str | None:
    """A request names the document of one row (``birth.2``), or that of all of them (``birth``)."""
    own = document_subject(requirement.document_id, requirement.child)
    return asked.get(own, asked.get(requirement.document_id))


def form_needs(report: CompletenessReport) -> list[Requirement]:
    """The demand for the form itself, which the pages show apart from the others."""
    return [one for one in report.required if one.type == FORM]


def _uploads_for(requirement: Requirement, left: list[AttachmentView]) -> list[AttachmentView]:
    """The uploads that serve a demand, as they are judged: one of no child serves one child, not the first."""
    types = {requirement.type, *requirement.alternatives}
    fitting = [one for one in left if (one.type or one.declared_type) in types]
    if requirement.child is None:
        return fitting
    marked = [one for one in fitting if one.child == requirement.child]
    unmarked = [one for one in fitting if one.child is None]
    return marked + unmarked[: max(0, requirement.count - sum(one.seen_as is None for one in marked))]


def _demand(
    view: DossierView, requirement: Requirement, uploads: list[AttachmentView], lifted: bool
) -> Demand:
    child = f"-{requirement.child}" if requirement.child else ""
    return Demand(
        target=f"doc-{requirement.document_id}{child}",
        requirement=requirement,
        row=row_name(view, requirement),
        types=tuple((t, type_name(t)) for t in _told_apart(requirement)),
        uploads=tuple(uploads),
        on_file=requirement.unless_on_file,
        declared=requirement.unless_declared,
        lifted=lifted,
        being_read=_waits_for_reading(requirement, uploads),
        doubtful=sum(one.status != "refused" and not remarks(one.warnings) for one in uploads)
        < requirement.count,
    )


def _told_apart(requirement: Requirement) -> tuple[str, ...]:
    """The types a sender has to choose between: what looks like the one demanded is recognised as it is."""
    types = security.application().catalogue.document_types().types
    own = set(types[requirement.type].reads_as)
    return (
        requirement.type,
        *(one for one in requirement.alternatives if not own >= set(types[one].reads_as)),
    )


def _waits_for_reading(requirement: Requirement, uploads: list[AttachmentView]) -> bool:
    unread = sum(not one.status.is_final for one in uploads)
    return requirement.satisfied and requirement.accepted - unread < requirement.count


def _child_rows(view: DossierView) -> list[tuple[int, str]]:
    """The rows of the group that documents are asked for one by one (children), by number and name."""
    groups = dict.fromkeys(document.per for document in view.spec.documents if document.per)
    rows: dict[int, str] = {}
    for group_id in groups:
        for number in range(1, len(view.dossier.groups.get(group_id, ())) + 1):
            rows.setdefault(number, view.row_label(group_id, number).in_language(language()))
    return sorted(rows.items())

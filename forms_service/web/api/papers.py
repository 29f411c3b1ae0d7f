"""Papers of a dossier: what is sent, how far it was read and what was read, and what can be printed."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, FileSchema
from flask import Response, jsonify, url_for

from core.errors import DossierError
from forms_service.locales import both
from forms_service.messages import say
from forms_service.services.views import AttachmentView, ExtractionView
from forms_service.web.api import paper_shapes, presented, shapes
from forms_service.web.api.doors import allows, matched, retold, the_actor
from forms_service.web.api.dossiers import opened
from forms_service.web.api.forms import PDF
from forms_service.web.api.uploads import PaperFile
from forms_service.web.downloads import pdf_download, picture, upload_back
from forms_service.web.security import services

routes = APIBlueprint("papers", __name__)
PNG = {"schema": FileSchema(type="string", format="binary"), "content_type": "image/png"}
ANY_FILE = {**PNG, "content_type": "application/octet-stream"}


@routes.get("/dossiers/<dossier_id>/attachments")
@allows("dossiers:read")
@routes.output(shapes.AttachmentList)
def list_attachments(dossier_id: str) -> dict[str, Any]:
    """List the papers of a dossier, and how far each was read."""
    return presented.attachments(opened(dossier_id).attachments)


@routes.post("/dossiers/<dossier_id>/attachments")
@allows("dossiers:write")
@matched()
@routes.input(PaperFile, location="files")
@routes.output(shapes.Attachment, status_code=201)
def upload_attachment(dossier_id: str, files_data: PaperFile) -> Response:
    """Send a paper: a document, or a scan or photo of the form (`type=form`, or recognised by itself).

    It is read in the background.  A file that cannot be used is kept all the same, with `status`
    `refused` and the reason.
    """
    retold(lambda made: taken_in(dossier_id, find_paper(dossier_id, made["attachment"])))
    file = files_data.file
    view = services().upload(
        the_actor(), dossier_id, file.filename or "", file.read(), files_data.type, files_data.child
    )
    return taken_in(dossier_id, view)


def taken_in(dossier_id: str, view: AttachmentView) -> Response:
    """What is told of a paper that was just sent."""
    data = shapes.Attachment.model_validate(presented.attachment(view)).model_dump(mode="json")
    place = url_for("papers.show_attachment", dossier_id=dossier_id, attachment_id=view.id)
    answer: Response = jsonify(data)
    answer.status_code, answer.headers["Location"] = 201, place
    return answer


def find_paper(dossier_id: str, attachment_id: str) -> AttachmentView:
    """One paper of a dossier the token may see."""
    for one in opened(dossier_id).attachments:
        if one.id == attachment_id:
            return one
    raise DossierError(say("unknown_document"), code="unknown_document")


@routes.get("/dossiers/<dossier_id>/attachments/<attachment_id>")
@allows("dossiers:read")
@routes.output(shapes.Attachment)
def show_attachment(dossier_id: str, attachment_id: str) -> dict[str, Any]:
    """Show one paper: how far it was read, and which facts were found on it, how surely."""
    return presented.attachment(find_paper(dossier_id, attachment_id))


@routes.delete("/dossiers/<dossier_id>/attachments/<attachment_id>")
@allows("dossiers:write")
@matched()
@routes.output({}, status_code=204)
def remove_attachment(dossier_id: str, attachment_id: str) -> tuple[str, int]:
    """Take a paper back; its original stays in the history."""
    services().remove_attachment(the_actor(), dossier_id, attachment_id)
    return "", 204


@routes.post("/dossiers/<dossier_id>/attachments/<attachment_id>/place")
@allows("dossiers:write")
@matched()
@routes.input(paper_shapes.MoveIn)
@routes.output(paper_shapes.Moved)
def move_attachment(dossier_id: str, attachment_id: str, json_data: paper_shapes.MoveIn) -> dict[str, Any]:
    """Put a paper where it belongs – another kind, another child, for clerks another dossier."""
    target, new_id = services().refile_attachment(
        the_actor(),
        dossier_id,
        attachment_id,
        reference=json_data.reference,
        as_type=json_data.type,
        child=json_data.child,
    )
    return {"dossier": target, "attachment": new_id}


@routes.get("/dossiers/<dossier_id>/attachments/<attachment_id>/file")
@allows("dossiers:read")
@routes.input(paper_shapes.AsSentAsked, location="query")
@routes.output(**ANY_FILE)
def original_file(dossier_id: str, attachment_id: str, query_data: paper_shapes.AsSentAsked) -> Response:
    """Get a paper: as it was sent for whoever sent it, a copy without scripts, links and files for others.

    With ``original=true`` others get it as it was sent, too: it may do harm, and the download is on record.
    """
    take = services().attachment_file if query_data.original == "true" else services().attachment_copy
    data, _, name = take(the_actor(), dossier_id, attachment_id)
    return upload_back(data, "application/octet-stream", name)


@routes.get("/dossiers/<dossier_id>/attachments/<attachment_id>/pages/<int:page>.png")
@allows("dossiers:read")
@routes.input(paper_shapes.WidthAsked, location="query")
@routes.output(**PNG)
def page_picture(
    dossier_id: str, attachment_id: str, page: int, query_data: paper_shapes.WidthAsked
) -> Response:
    """Get a picture of one page (from 0), once it was read."""
    number, width = min(page, 2**31 - 1), query_data.width
    return picture(services().attachment_page_image(the_actor(), dossier_id, attachment_id, number, width))


# --- what was read ---------------------------------------------------------------------------------


def find_reading(dossier_id: str, reading_id: str) -> ExtractionView:
    """One reading of a dossier the token may see."""
    for one in services().extractions(the_actor(), dossier_id):
        if one.id == reading_id:
            return one
    raise DossierError(both("api.unknown_reading"), code="unknown_reading")


@routes.get("/dossiers/<dossier_id>/readings")
@allows("dossiers:read")
@routes.output(paper_shapes.ReadingList)
def list_readings(dossier_id: str) -> dict[str, Any]:
    """List everything read from the pages: value, confidence, verdict, and where it stands."""
    every = services().extractions(the_actor(), dossier_id)
    open_ones = [one for one in every if one.is_doubtful]
    return {"items": [presented.reading(one, the_actor()) for one in every], "doubtful": len(open_ones)}


@routes.get("/dossiers/<dossier_id>/readings/<reading_id>/crop.png")
@allows("dossiers:read")
@routes.output(**PNG)
def reading_picture(dossier_id: str, reading_id: str) -> Response:
    """Get the piece of paper an answer was read from."""
    return picture(services().crop(the_actor(), dossier_id, find_reading(dossier_id, reading_id).id))


# --- papers to print -------------------------------------------------------------------------------


def _named(data: bytes, dossier_id: str, paper: str) -> Response:
    return pdf_download(data, f"{opened(dossier_id).reference}-{paper}.pdf")


@routes.get("/dossiers/<dossier_id>/receipt.pdf")
@allows("dossiers:read")
@routes.output(**PDF)
def receipt_pdf(dossier_id: str) -> Response:
    """Get the signed receipt, exactly the bytes that were issued."""
    return _named(services().receipt_pdf(the_actor(), dossier_id), dossier_id, "receipt")


@routes.get("/dossiers/<dossier_id>/filled.pdf")
@allows("dossiers:read")
@routes.output(**PDF)
def filled_pdf(dossier_id: str) -> Response:
    """Get the form with the answers given so far."""
    return _named(services().filled_pdf(the_actor(), dossier_id), dossier_id, "filled")


@routes.get("/dossiers/<dossier_id>/blank.pdf")
@allows("dossiers:read")
@routes.input(shapes.BlankAsked, location="query")
@routes.output(**PDF)
def blank_pdf(dossier_id: str, query_data: shapes.BlankAsked) -> Response:
    """Get a blank that carries the dossier's reference: scanned back, it files itself."""
    view = opened(dossier_id)
    data = services().blank_pdf(view.spec.id, 1, view.reference, query_data.large)
    return pdf_download(data, f"{view.reference}-form.pdf")


@routes.get("/dossiers/<dossier_id>/personal.pdf")
@allows("dossiers:read")
@routes.input(paper_shapes.PersonalAsked, location="query")
@routes.output(**PDF)
def personal_pdf(dossier_id: str, query_data: paper_shapes.PersonalAsked) -> Response:
    """Get the form with nothing but the applicant's identity in it."""
    data = services().personal_blank(
        the_actor(), dossier_id, flatten=query_data.print, large=query_data.large
    )
    return _named(data, dossier_id, "personal")


@routes.get("/dossiers/<dossier_id>/cover.pdf")
@allows("dossiers:read")
@routes.output(**PDF)
def cover_pdf(dossier_id: str) -> Response:
    """Get the sheet to lay on top of the dossier's papers."""
    return _named(services().cover_sheet(the_actor(), dossier_id), dossier_id, "cover")


@routes.get("/dossiers/<dossier_id>/correction-slip.pdf")
@allows("dossiers:read")
@routes.output(**PDF)
def correction_slip(dossier_id: str) -> Response:
    """Get what a reviewer asked to mend, as a page to fill in by hand."""
    return _named(services().correction_slip_pdf(the_actor(), dossier_id), dossier_id, "correction")

"""Papers added after an incomplete deposit, and the receipt of that."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from forms_service.web.api import paper_shapes, presented, shapes
from forms_service.web.api.doors import allows, matched, retold, the_actor
from forms_service.web.api.dossiers import receipt_answer
from forms_service.web.api.papers import find_paper, taken_in
from forms_service.web.api.uploads import MissingPaper
from forms_service.web.security import services

routes = APIBlueprint("complements", __name__)


@routes.get("/dossiers/<dossier_id>/complement")
@allows("dossiers:read")
@routes.output(paper_shapes.Complement)
def show_complement(dossier_id: str) -> dict[str, Any]:
    """Tell what a deposited dossier lacks and takes now, and what was added since its latest receipt."""
    return presented.complement(services().complement(the_actor(), dossier_id))


@routes.post("/dossiers/<dossier_id>/complement/papers")
@allows("dossiers:write")
@matched()
@routes.input(MissingPaper, location="files")
@routes.output(shapes.Attachment, status_code=201)
def add_missing_paper(dossier_id: str, files_data: MissingPaper) -> Response:
    """Add a paper that the receipt lists as missing; nothing that was deposited changes."""
    retold(lambda made: taken_in(dossier_id, find_paper(dossier_id, made["attachment"])))
    file = files_data.file
    view = services().add_paper(
        the_actor(), dossier_id, file.filename or "", file.read(), files_data.type, files_data.child
    )
    return taken_in(dossier_id, view)


@routes.delete("/dossiers/<dossier_id>/complement/papers/<attachment_id>")
@allows("dossiers:write")
@matched()
@routes.output({}, status_code=204)
def withdraw_missing_paper(dossier_id: str, attachment_id: str) -> tuple[str, int]:
    """Take an added paper back, as long as no receipt names it and nobody ruled on it."""
    services().withdraw_paper(the_actor(), dossier_id, attachment_id)
    return "", 204


@routes.post("/dossiers/<dossier_id>/complement/receipt")
@allows("dossiers:write")
@matched()
@routes.output(paper_shapes.Receipt, status_code=200)
def confirm_complement(dossier_id: str) -> Response:
    """Confirm what was added and get the receipt of it; without anything new, the latest receipt again."""
    retold(lambda _made: receipt_answer(dossier_id))
    services().confirm_complement(the_actor(), dossier_id)
    return receipt_answer(dossier_id)

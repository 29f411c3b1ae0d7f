"""Rows of a group as a file: what is given so far to take along, and a file that takes its place."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from core.errors import InvalidValue
from core.form_spec import Group
from core.rows_from_file import FileRows, rows_as_csv, rows_from_csv
from forms_service.web.applicant import Opened, editable, opened, posted_revision
from forms_service.web.languages import language, translate
from forms_service.web.security import needs, services, the_actor

PREFIX = "/dossiers"
pages = Blueprint("group_files", __name__)

MOST_BYTES = 2 * 1024 * 1024
MOST_TOLD = 30


@pages.get("/<dossier_id>/list/<group_id>/file")
@needs("applicant", "clerk")
def file_page(dossier_id: str, group_id: str) -> str | Answer:
    """How the file is laid out, and where to send it."""
    one = editable(dossier_id)
    if isinstance(one, Answer):
        return one
    return _page(one, _group(one, group_id))


@pages.post("/<dossier_id>/list/<group_id>/file")
@needs("applicant", "clerk")
def take_file(dossier_id: str, group_id: str) -> str | Answer | tuple[str, int]:
    """Let the rows of a file take the place of those given so far; what is wrong in them is named."""
    one = editable(dossier_id)
    if isinstance(one, Answer):
        return one
    group = _group(one, group_id)
    sent = request.files.get("file")
    data = sent.read(MOST_BYTES + 1) if sent and sent.filename else b""
    if not data:
        return _page(one, group, refusal=translate("group_file.choose")), 422
    if len(data) > MOST_BYTES:
        return _page(one, group, refusal=translate("group_file.too_big", n=MOST_BYTES // 1024 // 1024)), 413
    try:
        found = rows_from_csv(data, group)
    except InvalidValue as refusal:
        return _page(one, group, refusal=refusal.message.in_language(language())), 422
    services().answer_group(the_actor(), dossier_id, group_id, found.rows, posted_revision())
    if found.mistakes:
        return _page(opened(dossier_id), group, found), 422
    flash(translate("group_file.taken", n=len(found.rows)), "done")
    return redirect(url_for("groups.rows", dossier_id=dossier_id, group_id=group_id), code=303)


@pages.get("/<dossier_id>/list/<group_id>/file.csv")
@needs("applicant", "clerk", "reviewer")
def download(dossier_id: str, group_id: str) -> Response:
    """The rows given so far, or only the heads of the columns, as a file to fill in."""
    one = opened(dossier_id)
    group = _group(one, group_id)
    data = rows_as_csv(one.view.dossier.groups.get(group_id, ()), group)
    name = f"{one.spec.id}-{group_id}.csv"
    return Response(
        data,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _group(one: Opened, group_id: str) -> Group:
    found = next((group for group in one.spec.groups if group.id == group_id and group.from_file), None)
    if found is None:
        abort(404)
    return found


def _page(one: Opened, group: Group, found: FileRows | None = None, refusal: str = "") -> str:
    return render_template(
        "group_file.html",
        view=one.view,
        group=group,
        given=len(one.view.dossier.groups.get(group.id, ())),
        mistakes=found.mistakes[:MOST_TOLD] if found else (),
        more=max(0, len(found.mistakes) - MOST_TOLD) if found else 0,
        taken=len(found.rows) if found else 0,
        refusal=refusal,
    )

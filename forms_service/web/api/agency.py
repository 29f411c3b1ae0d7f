"""The agency's work: dossiers for people at the counter, blanks, stacks of scans, sheets to identify."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for

from core.errors import DossierError
from forms_service.locales import both
from forms_service.web.api import agency_shapes, office_shapes, paper_shapes, presented, shapes
from forms_service.web.api.doors import allows, matched, retold, the_actor
from forms_service.web.api.dossiers import page_of, seen, shown
from forms_service.web.api.forms import PDF
from forms_service.web.api.papers import ANY_FILE, PNG
from forms_service.web.api.uploads import StackFiles
from forms_service.web.downloads import pdf_download, pdf_stream, picture, upload_back
from forms_service.web.security import application, services

routes = APIBlueprint("agency", __name__)


@routes.get("/agency/dossiers")
@allows("agency")
@routes.input(agency_shapes.Sought, location="query")
@routes.output(shapes.DossierPage)
def find_dossiers(query_data: agency_shapes.Sought) -> dict[str, Any]:
    """Find dossiers by reference, registration number or name; without `q`, list all, latest change first.

    A search gives at most a hundred dossiers, on one page.
    """
    if query_data.q.strip():
        found = services().find_dossiers(the_actor(), query_data.q)
        return {"items": [presented.summary(one) for one in found[:100]], "next": None}
    limit = query_data.limit
    return page_of(services().agency_dossiers(the_actor(), seen(query_data), limit + 1), limit, "changed_at")


@routes.post("/agency/dossiers")
@allows("agency")
@routes.input(agency_shapes.CounterDossierIn)
@routes.output(shapes.Dossier, status_code=201)
def open_for_person(json_data: agency_shapes.CounterDossierIn) -> Response:
    """Open a dossier for a person at the counter; it belongs to the account of that number, if any."""
    number, known = services().counter_registration(the_actor(), json_data.registration, json_data.form)
    if not known and not json_data.anyway:
        raise DossierError(both("desk.unknown_number", number=number), code="registration_not_known")
    retold(lambda made: shown(made["dossier"], 201))
    dossier_id = services().open_dossier(the_actor(), json_data.form, json_data.language, number or None)
    return shown(dossier_id, 201)


@routes.post("/agency/dossiers/<dossier_id>/paper-received")
@allows("agency")
@matched()
@routes.output(shapes.Dossier)
def note_paper(dossier_id: str) -> Response:
    """Note that the paper file of a physical check was brought."""
    services().receive_paper(the_actor(), dossier_id)
    return shown(dossier_id)


@routes.get("/agency/forms/<form_id>/copies.pdf")
@allows("agency")
@routes.input(agency_shapes.BlanksAsked, location="query")
@routes.output(**PDF)
def blanks(form_id: str, query_data: agency_shapes.BlanksAsked) -> Response:
    """Get blanks to print in one file, made while it is sent; each with a reference of its own by default."""
    spec = application().catalogue.get(form_id)
    sheets = services().blank_sheets(
        the_actor(),
        spec.id,
        query_data.copies,
        referenced=query_data.references,
        large=query_data.large,
        two_sided=query_data.two_sided,
    )
    return pdf_stream(sheets, f"{spec.id}-x{query_data.copies}.pdf")


# --- stacks ----------------------------------------------------------------------------------------


@routes.get("/agency/stacks")
@allows("agency")
@routes.output(agency_shapes.StackList)
def list_stacks() -> dict[str, Any]:
    """List the latest stacks, and every one that is still being sorted."""
    return {"items": services().stacks(the_actor())}


@routes.post("/agency/stacks")
@allows("agency")
@routes.input(StackFiles, location="files")
@routes.output(agency_shapes.StackSummary, status_code=202)
def take_stack(files_data: StackFiles) -> Response:
    """Take a stack of scans in.  A worker sorts it sheet by sheet; ask for it again to see how far it is."""
    named = ((file.filename or "", file.read()) for file in files_data.files)
    retold(lambda made: _stack_taken(made["stack"]))
    return _stack_taken(services().receive_stack(the_actor(), named, files_data.by_position))


def _stack_taken(stack_id: str) -> Response:
    view = services().stack(the_actor(), stack_id).summary
    answer: Response = jsonify(agency_shapes.StackSummary.model_validate(view).model_dump(mode="json"))
    answer.status_code = 202
    answer.headers["Location"] = url_for("agency.show_stack", stack_id=stack_id)
    return answer


@routes.get("/agency/stacks/<stack_id>")
@allows("agency")
@routes.output(agency_shapes.Stack)
def show_stack(stack_id: str) -> Any:
    """Tell how far a stack has come, and what became of each of its sheets."""
    return services().stack(the_actor(), stack_id)


@routes.get("/agency/stacks/<stack_id>/receipts")
@allows("agency")
@routes.output(agency_shapes.Handover)
def list_stack_receipts(stack_id: str) -> dict[str, Any]:
    """Tell which dossiers of a stack can be deposited, and what keeps the others from it."""
    return {"items": services().handover(the_actor(), stack_id).lines}


@routes.post("/agency/stacks/<stack_id>/receipts")
@allows("agency")
@routes.input(agency_shapes.StackDepositIn)
@routes.output(agency_shapes.StackDeposit)
def deposit_stack(stack_id: str, json_data: agency_shapes.StackDepositIn) -> dict[str, Any]:
    """Deposit the named dossiers of a stack, each on its own; one that is refused keeps no other back."""
    refused = services().deposit_stack(
        the_actor(), stack_id, list(dict.fromkeys(json_data.dossiers)), json_data.forms_seen
    )
    return {
        "items": services().handover(the_actor(), stack_id).lines,
        "refused": [{"reference": reference, "message": why} for reference, why in refused],
    }


@routes.get("/agency/stacks/<stack_id>/receipts.pdf")
@allows("agency")
@routes.output(**PDF)
def stack_receipts_pdf(stack_id: str) -> Response:
    """Get every receipt of a stack in one file to print."""
    return pdf_download(services().stack_receipts(the_actor(), stack_id), f"receipts-{stack_id[:6]}.pdf")


# --- the day ---------------------------------------------------------------------------------------


@routes.get("/agency/day")
@allows("agency")
@routes.input(agency_shapes.OneDay, location="query")
@routes.output(agency_shapes.DayList)
def list_day(query_data: agency_shapes.OneDay) -> dict[str, Any]:
    """List what this agency did on one day (today by default), dossier by dossier."""
    day = query_data.day or services().today()
    lines = services().day_list(the_actor(), day)
    return {
        "day": day,
        "items": [
            {
                "at": one.at,
                "done": list(one.done),
                "by": list(one.by),
                "dossier": presented.summary(one.dossier),
            }
            for one in lines
        ],
    }


@routes.get("/agency/awaited-papers")
@allows("agency")
@routes.output(shapes.DossierPage)
def list_awaited_papers() -> dict[str, Any]:
    """List dossiers drawn for a physical check whose paper file has not come, the oldest first (at most 50)."""
    found = services().awaited_papers(the_actor())
    return {"items": [presented.summary(one) for one in found], "next": None}


# --- sheets to identify ----------------------------------------------------------------------------


@routes.get("/agency/left-pages")
@allows("agency")
@routes.output(agency_shapes.LeftPages)
def list_left_pages() -> dict[str, Any]:
    """List the sheets that no dossier could be found for."""
    found, total = services().left_pages(the_actor())
    return {"items": found, "total": total}


@routes.get("/agency/left-pages/<page_id>/picture.png")
@allows("agency")
@routes.input(paper_shapes.WidthAsked, location="query")
@routes.output(**PNG)
def left_page_picture(page_id: str, query_data: paper_shapes.WidthAsked) -> Response:
    """Get the picture of a sheet to identify."""
    return picture(services().left_page_image(the_actor(), page_id, query_data.width))


@routes.get("/agency/left-pages/<page_id>/file")
@allows("agency")
@routes.input(paper_shapes.AsSentAsked, location="query")
@routes.output(**ANY_FILE)
def left_page_file(page_id: str, query_data: paper_shapes.AsSentAsked) -> Response:
    """Get the whole file a sheet came in, as a copy without scripts, links and files.

    With ``original=true`` as it came: it may do harm, and the download is on record.
    """
    take = services().left_page_original if query_data.original == "true" else services().left_page_copy
    data, _, name = take(the_actor(), page_id)
    return upload_back(data, "application/octet-stream", name)


@routes.post("/agency/left-pages/<page_id>/filing")
@allows("agency")
@routes.input(agency_shapes.FilingIn)
@routes.output(agency_shapes.Filed)
def file_left_page(page_id: str, json_data: agency_shapes.FilingIn) -> dict[str, Any]:
    """Put a sheet into the dossier of a reference, or into a new one."""
    dossier_id = services().file_left_page(
        the_actor(),
        page_id,
        reference=json_data.reference,
        registration=json_data.registration,
        form_id=json_data.form,
        as_type=json_data.type,
        child=json_data.child,
        second_copy=json_data.second_copy,
    )
    return {"dossier": dossier_id}


@routes.post("/agency/left-pages/<page_id>/discarding")
@allows("agency")
@routes.input(office_shapes.ReasonIn)
@routes.output({}, status_code=204)
def discard_left_page(page_id: str, json_data: office_shapes.ReasonIn) -> tuple[str, int]:
    """Take a sheet off the list for a reason; its original is kept."""
    services().discard_left_page(the_actor(), page_id, json_data.reason)
    return "", 204

"""Forms and receipts: what anybody may know, without a token."""

from __future__ import annotations

from functools import cache
from typing import Any

from apiflask import APIBlueprint, FileSchema
from flask import Response

from core.form_spec import FormSpec
from core.placement import FormLayout
from forms_service.conditions_in_words import in_words
from forms_service.locales import both
from forms_service.procedures import look_for
from forms_service.services.receipt_checks import ReceiptCheck
from forms_service.spec_json import spec_as_json
from forms_service.web.api import paper_shapes, shapes
from forms_service.web.api.problems import problem
from forms_service.web.api.uploads import ReceiptFile
from forms_service.web.downloads import pdf_download
from forms_service.web.security import application, services

routes = APIBlueprint("forms", __name__)
PDF = {"schema": FileSchema(type="string", format="binary"), "content_type": "application/pdf"}


@cache
def _layout(form_id: str, version: int, digest: str) -> FormLayout:
    from forms_service.render.layout import lay_out

    return lay_out(application().catalogue.get(form_id, version)).layout


def _layout_of(spec: FormSpec) -> FormLayout:
    return _layout(spec.id, spec.version, spec.digest)


@routes.get("/forms")
@routes.input(shapes.FormsAsked, location="query")
@routes.output(shapes.FormList)
def list_forms(query_data: shapes.FormsAsked) -> dict[str, Any]:
    """List the forms on offer, each in its newest version; by words, people or topic when asked."""
    asked = query_data
    return {
        "items": [
            {
                "id": one.id,
                "version": one.version,
                "title": one.title,
                "pages": _layout_of(one).pages,
                "fields": sum(1 for _ in one.printed_fields()),
                "procedure": _procedure(one),
            }
            for one in look_for(application().catalogue.forms(), asked.q, asked.who, asked.topic)
        ]
    }


def _procedure(spec: FormSpec) -> dict[str, Any] | None:
    told = spec.procedure
    if told is None:
        return None
    return {
        "who": list(told.who),
        "topic": told.topic,
        "purpose": told.purpose,
        "where": told.where,
        "deadline": told.deadline_words,
        "also_printed_as": list(told.also_printed_as),
    }


@routes.get("/forms/<form_id>")
@routes.input(shapes.VersionAsked, location="query")
@routes.output(shapes.Form)
def show_form(form_id: str, query_data: shapes.VersionAsked) -> dict[str, Any]:
    """Show a whole form: fields with their places in millimetres, groups, facts, documents, rules."""
    spec = application().catalogue.get(form_id, query_data.version)
    return spec_as_json(spec, _layout_of(spec), application().catalogue.document_types())


@routes.get("/forms/<form_id>/requirements")
@routes.input(shapes.VersionAsked, location="query")
@routes.output(shapes.Requirements)
def show_requirements(form_id: str, query_data: shapes.VersionAsked) -> dict[str, Any]:
    """Tell which documents a form may demand and when, before anybody has answered anything."""
    spec = application().catalogue.get(form_id, query_data.version)
    groups = {group.id: group for group in spec.groups}
    names = {name: one.label for name, one in application().catalogue.document_types().types.items()}
    return {
        "form": spec.id,
        "version": spec.version,
        "physical_check_rate": spec.physical_check_rate,
        "documents": [
            {
                "id": one.id,
                "type": one.type,
                "label": one.label,
                "count": one.count,
                "per": one.per,
                "alternatives": list(one.alternatives),
                "unless_on_file": list(one.unless_on_file),
                "unless_declared": list(one.unless_declared),
                "when": one.when.expression if one.when else None,
                "condition": in_words(one.when, spec, groups.get(one.per or ""), names) if one.when else None,
                "rule": one.rule,
            }
            for one in spec.documents
        ],
    }


@routes.get("/forms/<form_id>/blank.pdf")
@routes.input(shapes.BlankAsked, location="query")
@routes.output(**PDF)
def blank_form(form_id: str, query_data: shapes.BlankAsked) -> Response:
    """Get the blank form, to print or to fill in a PDF reader; in large print when asked."""
    spec = application().catalogue.get(form_id)
    return pdf_download(services().blank_pdf(spec.id, 1, large=query_data.large), f"{spec.id}.pdf")


# --- receipts --------------------------------------------------------------------------------------


@routes.post("/receipts/verification")
@routes.input(ReceiptFile, location="files")
@routes.output(paper_shapes.ReceiptCheck)
def verify_receipt(files_data: ReceiptFile) -> dict[str, Any]:
    """Tell whether a receipt – its PDF, or a photo or scan of the paper – is genuine and still counts."""
    return _told(services().check_receipt_pdf(files_data.file.read()))


@routes.get("/receipts/<reference>/<code>")
@routes.output(paper_shapes.ReceiptCheck)
def check_receipt(reference: str, code: str) -> dict[str, Any] | Response:
    """Tell what is known of a receipt by its reference and its control code, or the code of its QR square."""
    check = services().check_receipt_code(reference, code)
    if check.standing is None:
        return problem(
            404, "unknown_receipt", both("api.unknown_receipt"), verdict=str(check.verification.verdict)
        )
    return _told(check)


def _told(check: ReceiptCheck) -> dict[str, Any]:
    known = check.receipt
    names = ("reference", "request_type", "deposited_at", "state", "received", "missing")
    return {
        "outcome": check.outcome,
        "verdict": str(check.verification.verdict),
        "standing": check.standing,
        **{name: getattr(known, name) if known is not None else None for name in names},
    }

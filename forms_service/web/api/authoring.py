"""The author's work: what lint says of a version of a form, and how well it is read back."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint

from core.form_spec import FormSpec
from forms_service.render.lint_advice import AdviceSeverity
from forms_service.spec_linting import lint_spec
from forms_service.web.api import operator_shapes, shapes
from forms_service.web.api.doors import allows, the_actor
from forms_service.web.security import application, services

routes = APIBlueprint("authoring", __name__)


@routes.get("/authoring/forms/<form_id>/remarks")
@allows("authoring")
@routes.input(shapes.VersionAsked, location="query")
@routes.output(operator_shapes.Remarks)
def list_remarks(form_id: str, query_data: shapes.VersionAsked) -> dict[str, Any]:
    """List what lint says of a version of a form (the newest by default), with the line it concerns."""
    spec = application().catalogue.get(form_id, query_data.version)
    folder = application().config.spec_folder
    return {
        "form": spec.id,
        "version": spec.version,
        "items": _remarks(folder / spec.id / f"v{spec.version}.yaml", folder, spec.digest),
    }


@lru_cache(maxsize=64)
def _remarks(path: Path, folder: Path, _digest: str) -> list[dict[str, Any]]:
    return [
        {"line": one.place.line, "error": one.severity is AdviceSeverity.ERROR, "message": one.message}
        for one in lint_spec(path, folder).remarks
    ]


@routes.get("/authoring/forms/<form_id>/rehearsals")
@allows("authoring")
@routes.input(shapes.VersionAsked, location="query")
@routes.output(operator_shapes.Rehearsals)
def list_rehearsals(form_id: str, query_data: shapes.VersionAsked) -> dict[str, Any]:
    """List the rehearsals of a version of a form, the latest first, and the run that was asked for last."""
    return _rehearsals(application().catalogue.get(form_id, query_data.version))


@routes.post("/authoring/forms/<form_id>/rehearsals")
@allows("authoring")
@routes.input(operator_shapes.RehearsalIn)
@routes.output(operator_shapes.Rehearsals, status_code=202)
def ask_rehearsal(form_id: str, json_data: operator_shapes.RehearsalIn) -> tuple[dict[str, Any], int]:
    """Have a version of a form rehearsed by a worker; while one is under way, that one goes on."""
    spec = application().catalogue.get(form_id, json_data.version)
    services().ask_rehearsal(the_actor(), spec, json_data.large)
    return _rehearsals(spec), 202


def _rehearsals(spec: FormSpec) -> dict[str, Any]:
    actor = the_actor()
    return {
        "form": spec.id,
        "version": spec.version,
        "run": services().latest_run(actor, spec),
        "items": services().rehearsals(actor, spec),
    }

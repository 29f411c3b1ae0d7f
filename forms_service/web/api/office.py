"""The operator's figures and record, and whom a token acts as."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import g

from forms_service.services.days_in_reach import within_reach
from forms_service.services.records import RecordWish
from forms_service.web.api import operator_shapes
from forms_service.web.api.doors import allows, the_actor
from forms_service.web.security import services

routes = APIBlueprint("office", __name__)

_USUAL_DAYS = 30


@routes.get("/account")
@allows()
@routes.output(operator_shapes.Account)
def show_account() -> dict[str, Any]:
    """Tell whom the token acts as, what it allows, and how many requests a minute."""
    actor = the_actor()
    return {
        "id": actor.id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "scopes": sorted(g.grant.scopes),
        "expires_at": g.grant.expires_at,
        "requests_a_minute": services().adapters.config.requests_a_minute,
    }


@routes.get("/office/figures")
@allows("office")
@routes.input(operator_shapes.FiguresAsked, location="query")
@routes.output(operator_shapes.Figures)
def show_figures(query_data: operator_shapes.FiguresAsked) -> dict[str, Any]:
    """Tell arrivals, waiting, reading and completeness of a period (the last thirty days by default)."""
    until = within_reach(query_data.until or services().today())
    since = query_data.since or until - timedelta(days=_USUAL_DAYS - 1)
    found = services().statistics(the_actor(), since, until, query_data.form)
    waiting = found.waiting
    return {
        "since": found.since,
        "until": found.until,
        "form": found.form,
        "arrivals": [{"day": day, "deposits": number} for day, number in found.arrivals],
        "waiting": {
            "decided": waiting.decided,
            "median_days": waiting.median_days,
            "nine_in_ten_days": waiting.nine_in_ten_days,
            "steps": [{"up_to_days": bound, "dossiers": number} for bound, number in waiting.steps],
        },
        "open_now": found.open_now,
        "complete_at_first": found.complete_at_first,
        "first_deposits": found.first_deposits,
        "fields": [_field(one) for one in found.fields],
    }


def _field(one: Any) -> dict[str, Any]:
    told = {
        name: value
        for name, value in asdict(one).items()
        if name not in ("form_id", "field_id", "label", "part")
    }
    return {**told, "form": one.form_id, "field": one.field_id, "label": one.label, "part": one.part}


@routes.get("/office/record")
@allows("office")
@routes.input(operator_shapes.RecordAsked, location="query")
@routes.output(operator_shapes.RecordPage)
def show_record(query_data: operator_shapes.RecordAsked) -> dict[str, Any]:
    """Show who did what when, the latest first, fifty lines a page."""
    found = services().record_page(the_actor(), RecordWish(**query_data.model_dump()))
    return {"items": list(found.lines), "total": found.total, "page": found.page, "pages": found.pages}

"""Questions, answers and calculators: what anybody may ask, without a token."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from core.calculator import calculate
from core.guidance import GuidanceAnswer, plain
from forms_service.guide import Guide
from forms_service.knowledge_json import (
    answer_as_json,
    calculator_as_json,
    found_as_json,
    reckoning_as_json,
)
from forms_service.locales import both
from forms_service.web.api import knowledge_shapes as shapes
from forms_service.web.api.problems import problem
from forms_service.web.security import application, services

routes = APIBlueprint("knowledge", __name__)
_EXCERPT = 200


@routes.get("/guidance")
@routes.input(shapes.SearchAsked, location="query")
@routes.output(shapes.AnswerList)
def list_answers(query_data: shapes.SearchAsked) -> dict[str, Any]:
    """Find answers by words, whatever their spelling; without words, list them all."""
    if not query_data.q.strip():
        items = [_listed(one, query_data) for one in _guide().guidance.answers()]
        return {"all_words": True, "items": items}
    done = _guide().find(query_data.q, query_data.language, _today())
    return {"all_words": done.all_words, "items": [found_as_json(one) for one in done.found]}


@routes.get("/guidance/<answer_id>")
@routes.input(shapes.DayAsked, location="query")
@routes.output(shapes.GuidanceAnswer)
def show_answer(answer_id: str, query_data: shapes.DayAsked) -> dict[str, Any] | Response:
    """Show one answer, by its name or its number, with the figures of a day."""
    found = _guide().guidance.answer(answer_id)
    if found is None:
        return problem(404, "unknown_answer", both("guidance.unknown"))
    return answer_as_json(_guide().guidance, found, query_data.on or _today())


@routes.get("/calculators")
@routes.output(shapes.CalculatorList)
def list_calculators() -> dict[str, Any]:
    """List what can be reckoned."""
    items = [{"id": one.id, "title": one.title, "intro": one.intro} for one in _guide().calculators]
    return {"items": items}


@routes.get("/calculators/<calculator_id>")
@routes.input(shapes.DayAsked, location="query")
@routes.output(shapes.Calculator)
def show_calculator(calculator_id: str, query_data: shapes.DayAsked) -> dict[str, Any]:
    """Show what a calculator asks, and the figures of a day with their sources."""
    return calculator_as_json(_guide().knowledge.calculator(calculator_id), query_data.on or _today())


@routes.post("/calculators/<calculator_id>")
@routes.input(shapes.ReckoningIn)
@routes.output(shapes.Reckoning)
def reckon(calculator_id: str, json_data: shapes.ReckoningIn) -> dict[str, Any]:
    """Reckon: every result with its formula, or by input what must be mended first."""
    chosen = _guide().knowledge.calculator(calculator_id)
    return reckoning_as_json(chosen, calculate(chosen, json_data.values, json_data.on or _today()))


def _listed(one: GuidanceAnswer, asked: shapes.SearchAsked) -> dict[str, Any]:
    text = plain(_guide().guidance.text_of(one, _today()).in_language(asked.language))
    return {
        "id": one.id,
        "number": one.reference,
        "theme": one.theme,
        "question": one.question,
        "language": asked.language,
        "excerpt": text[:_EXCERPT],
    }


def _guide() -> Guide:
    return application().guide


def _today() -> date:
    return services().today()

"""Answers, calculators and what they reckon as JSON, for programs and the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.calculator import Calculator, Reckoning
from core.form_spec import DatedValue, Parameter
from core.guidance import Guidance, GuidanceAnswer
from core.shared_parameters import value_in_words
from forms_service.guidance_search import FoundAnswer


def answer_as_json(guidance: Guidance, answer: GuidanceAnswer, on: date) -> dict[str, Any]:
    """One answer with the figures of a day."""
    outdated = guidance.filled(answer.outdated, on) if answer.outdated else None
    return {
        "id": answer.id,
        "number": answer.reference,
        "theme": answer.theme,
        "question": answer.question.as_dict(),
        "question_in_source": answer.question_in_source,
        "answer": guidance.text_of(answer, on).as_dict(),
        "figures": [figure_as_json(one.parameter, one.in_force) for one in guidance.figures_of(answer, on)],
        "procedures": list(answer.procedures),
        "calculators": list(answer.calculators),
        "outdated": outdated.as_dict() if outdated else None,
        "source": answer.source,
        "proposed": answer.proposed,
    }


def found_as_json(one: FoundAnswer) -> dict[str, Any]:
    """One answer that was found; ``**`` stands around each word that was."""
    return {
        "id": one.answer.id,
        "number": one.answer.reference,
        "theme": one.answer.theme,
        "question": one.answer.question.as_dict(),
        "language": one.language.value,
        "excerpt": "".join(f"**{piece.text}**" if piece.hit else piece.text for piece in one.excerpt),
    }


def figure_as_json(parameter: Parameter, dated: DatedValue) -> dict[str, Any]:
    """A figure with what tells how old it is."""
    return {
        "id": parameter.id,
        "label": parameter.label.as_dict(),
        "value": str(dated.value),
        "unit": parameter.unit,
        "shown": value_in_words(parameter, dated).as_dict(),
        "since": dated.since.isoformat() if dated.since else None,
        "age": parameter.age.as_dict() if parameter.age and dated.since is None else None,
        "source": dated.source,
        "proposed": dated.proposed or parameter.proposed,
    }


def calculator_as_json(calculator: Calculator, on: date) -> dict[str, Any]:
    """What a calculator asks and with what it reckons."""
    return {
        "id": calculator.id,
        "title": calculator.title.as_dict(),
        "intro": calculator.intro.as_dict(),
        "inputs": [
            {
                "id": one.id,
                "kind": one.kind,
                "label": one.label.as_dict(),
                "required": one.required is not False and one.default is None,
                "choices": [{"value": each.value, "label": each.label.as_dict()} for each in one.choices],
                "default": None if one.default is None else str(one.default),
            }
            for one in calculator.inputs
        ],
        "figures": [figure_as_json(one, one.on(on)) for one in calculator.parameters],
        "answers": list(calculator.answers),
        "source": calculator.source,
        "proposed": calculator.proposed,
    }


def reckoning_as_json(calculator: Calculator, done: Reckoning) -> dict[str, Any]:
    """What came of it: results with their formulas, or what must be mended first."""
    return {
        "id": calculator.id,
        "on": done.on.isoformat(),
        "inputs": {name: _plain(value) for name, value in done.answers.items()},
        "problems": {name: text.as_dict() for name, text in done.problems.items()},
        "remarks": [one.message.as_dict() for one in done.remarks],
        "results": [
            {
                "id": one.calculation.id,
                "label": one.calculation.label.as_dict(),
                "value": one.value,
                "unit": one.calculation.unit,
                "shown": one.shown.as_dict(),
                "step": one.calculation.step,
                "formula": one.formula.as_dict(),
                "filled": one.filled.as_dict(),
                "source": one.calculation.source,
                "proposed": one.calculation.proposed,
            }
            for one in done.results
        ],
        "figures": [figure_as_json(parameter, dated) for parameter, dated in done.figures],
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, (bool, int)) else str(value)

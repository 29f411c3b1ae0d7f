"""Calculators for everybody: what is asked, what it comes to, and how it was reckoned.

The inputs stand in the address, so that a result can be kept, sent and looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template, request

from core.calculator import Calculator, Reckoning, calculate
from core.errors import FormsError
from core.field_kinds.calendar_date import parse_date
from core.form_spec import DatedValue, FieldSpec, Parameter
from core.guidance import GuidanceAnswer
from core.localized_text import LocalizedText, Script
from core.shared_parameters import value_in_words
from forms_service.guide import Guide
from forms_service.sources_in_words import source_in_words
from forms_service.web import security
from forms_service.web.account_questions import account_questions
from forms_service.web.guidance import begun_with_capital
from forms_service.web.languages import language, translate
from forms_service.web.presentation import long_time
from forms_service.web.screens import DATE_PARTS, Given, RawAnswer, input_name
from forms_service.web.typed_answers import posted_answers, problems_in_order

PREFIX = "/calculators"
pages = Blueprint("calculators", __name__)

_DAY = FieldSpec(
    id="reckoned-on",
    kind="date",
    label=LocalizedText("اليوم الذي يجري الحساب له", "Jour pour lequel on calcule"),
    hint=LocalizedText(
        "تغيرت بعض الأرقام مع الزمن. اتركوه فارغا للحساب بأرقام اليوم.",
        "Certains chiffres ont changé. Laissez vide pour ceux d'aujourd'hui.",
    ),
    script=Script.ANY,
)
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class UsedFigure:
    """A figure that was reckoned with, as a reader is told."""

    label: str
    value: str
    age: str
    source: str
    supposed: bool


@pages.get("/")
def calculators() -> str:
    """What can be reckoned."""
    return render_template("calculators.html", calculators=_guide().calculators)


@pages.get("/<calculator_id>")
def calculator(calculator_id: str) -> str | tuple[str, int]:
    """One calculator; with inputs in the address, its results."""
    found = _calculator(calculator_id)
    fields = [*found.inputs, *([_DAY] if found.depends_on_day else [])]
    asked = any(name in request.args for one in fields for name in _names(one))
    raw = {name: _shortened(value) for name, value in posted_answers(fields, request.args).items()}
    on = _day_of(str(raw.get(_DAY.id, "")))
    done = calculate(found, raw, on or _today()) if asked else None
    page = _page(found, fields, raw, done, bool(asked and raw.get(_DAY.id) and on is None))
    return (page, 422) if done is not None and done.problems else page


def _page(
    found: Calculator,
    fields: list[FieldSpec],
    raw: dict[str, RawAnswer],
    done: Reckoning | None,
    wrong_day: bool,
) -> str:
    shown = {**{one.id: str(one.default) for one in fields if one.default is not None}, **raw}
    shown |= {one.id: str(one.default) for one in fields if one.default is not None and not raw.get(one.id)}
    problems = dict(done.problems) if done else {}
    if wrong_day:
        problems[_DAY.id] = LocalizedText("لا وجود لهذا التاريخ.", "Cette date n'existe pas.")
    questions = account_questions(fields, Given(shown, problems))
    return render_template(
        "calculator.html",
        calculator=found,
        questions=questions,
        problems=problems_in_order(questions, language()),
        done=done if done and not problems else None,
        remarks=done.remarks if done else (),
        figures=_figures(done.figures if done else [(one, one.on(_today())) for one in found.parameters]),
        answers=_answers(found),
        supposed=bool(found.proposed or any(one.proposed for one in found.results)),
        source_in_words=source_in_words,
    )


def _figures(used: Iterable[tuple[Parameter, DatedValue]]) -> list[UsedFigure]:
    here = language()
    figures = []
    for parameter, dated in used:
        since = translate("guidance.since", day=long_time(dated.since)) if dated.since else ""
        age = parameter.age.in_language(here) if parameter.age and not dated.since else since
        figures.append(
            UsedFigure(
                label=begun_with_capital(parameter.label.in_language(here)),
                value=value_in_words(parameter, dated).in_language(here),
                age=age,
                source=source_in_words(dated.source).in_language(here),
                supposed=bool(dated.proposed or parameter.proposed),
            )
        )
    return figures


def _answers(found: Calculator) -> list[GuidanceAnswer]:
    """The answers that explain it, as far as they are written; those that name it too."""
    told = _guide().guidance
    named = [told.answer(one) for one in found.answers]
    naming = [one for one in told.answers() if found.id in one.calculators]
    return list(dict.fromkeys([*(one for one in named if one is not None), *naming]))


def _names(one: FieldSpec) -> list[str]:
    name = input_name(one.id)
    return [name, "asked", *(f"{name}.{part}" for part in DATE_PARTS)]


def _shortened(value: RawAnswer) -> RawAnswer:
    return value[:_LONGEST] if isinstance(value, str) else value


def _day_of(written: str) -> date | None:
    day = parse_date(written)
    return day if day is not None and 1950 <= day.year <= 2200 else None


def _guide() -> Guide:
    return security.application().guide


def _today() -> date:
    return security.services().today()


def _calculator(calculator_id: str) -> Calculator:
    try:
        return _guide().knowledge.calculator(calculator_id)
    except FormsError:
        abort(404)

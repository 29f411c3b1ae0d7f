"""Questions and answers for everybody: themes, search, answers, a page to print, and sending one on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.calculator import Calculator
from core.errors import InvalidValue
from core.form_spec import DatedValue, FormSpec
from core.guidance import GuidanceAnswer, ShownFigure, Theme, blocks
from core.localized_text import Language, LocalizedText
from core.shared_parameters import value_in_words
from forms_service.guide import Guide
from forms_service.locales import say
from forms_service.procedures import listed
from forms_service.services.guidance_letters import FRIEND
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import security
from forms_service.web.account_questions import account_questions
from forms_service.web.languages import language, translate
from forms_service.web.presentation import long_time
from forms_service.web.screens import Given, input_name
from forms_service.web.typed_answers import problems_in_order

PREFIX = "/guidance"
pages = Blueprint("guidance", __name__)

_LONGEST_QUERY = 120


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """A figure with its date or age, as a reader is told.

    Attributes:
        age: Since when it is in force, or how old the page is that gives it.
        supposed: That the source does not say it so.
        earlier: The values before it, each with its age.
    """

    label: str
    value: str
    age: str
    supposed: bool
    earlier: tuple[str, ...]


@pages.get("/")
def themes() -> str:
    """The themes; with words, the answers that hold them."""
    words = " ".join(request.args.get("q", "").split())[:_LONGEST_QUERY]
    found = _guide().find(words, language(), _today()) if words else None
    return render_template("guidance.html", themes=_guide().guidance.themes, words=words, search=found)


@pages.get("/theme/<theme_id>")
def theme(theme_id: str) -> str:
    """The questions of one theme."""
    return render_template("guidance_theme.html", theme=_theme(theme_id))


@pages.get("/theme/<theme_id>/print")
def print_theme(theme_id: str) -> str:
    """All answers of a theme, to print."""
    found = _theme(theme_id)
    return _printed(found.title, found.answers, url_for(".theme", theme_id=theme_id))


@pages.get("/<answer_id>")
def answer(answer_id: str) -> str | Response:
    """One answer, with what it rests on and what can be done about it."""
    found = _answer(answer_id)
    if answer_id != found.id:
        return redirect(url_for(".answer", answer_id=found.id), code=301)
    return render_template(
        "guidance_answer.html",
        theme=_theme(found.theme),
        near=_guide().guidance.near(found),
        procedures=_procedures(found),
        calculators=_calculators(found),
        **_told(found),
    )


@pages.get("/<answer_id>/print")
def print_answer(answer_id: str) -> str:
    """One answer, to print."""
    found = _answer(answer_id)
    return _printed(None, (found,), url_for(".answer", answer_id=found.id))


@pages.get("/<answer_id>/send")
def send(answer_id: str) -> str:
    """Ask whom to send an answer to."""
    return _send_page(_answer(answer_id), Given({}, {}))


@pages.post("/<answer_id>/send")
def sent(answer_id: str) -> str | Response | tuple[str, int]:
    """Send its address on."""
    found = _answer(answer_id)
    raw = request.form.get(input_name(FRIEND.id), "")
    question = found.question.in_language(language())
    try:
        security.services().send_guidance(raw, question, _link(found), language(), security.client())
    except InvalidValue as problem:
        return _send_page(found, Given({FRIEND.id: raw}, {FRIEND.id: problem.message})), 422
    except TooManyAttempts as wait:
        return _send_page(found, Given({FRIEND.id: raw}, {}), wait.message), 429
    flash(translate("guidance.sent"), "done")
    return redirect(url_for(".answer", answer_id=found.id), code=303)


def _send_page(found: GuidanceAnswer, given: Given, wait: LocalizedText | None = None) -> str:
    questions = account_questions([FRIEND], given)
    return render_template(
        "guidance_send.html",
        answer=found,
        question=questions[0],
        problems=problems_in_order(questions, language()),
        wait=wait,
        letter=say(
            "letter.guidance.text",
            language(),
            question=found.question.in_language(language()),
            address=_link(found),
        ),
    )


def _printed(title: LocalizedText | None, answers: tuple[GuidanceAnswer, ...], path: str) -> str:
    told = [_told(one) for one in answers]
    return render_template(
        "guidance_print.html", title=title, told=told, back=path, address=_own(path), today=_today()
    )


def _told(found: GuidanceAnswer) -> dict[str, Any]:
    """An answer as templates show it."""
    guidance, here = _guide().guidance, language()
    outdated = guidance.filled(found.outdated, _today()).in_language(here) if found.outdated else None
    return {
        "answer": found,
        "blocks": blocks(guidance.text_of(found, _today()).in_language(here)),
        "figures": [_told_figure(one, here) for one in guidance.figures_of(found, _today())],
        "outdated": outdated,
    }


def _told_figure(one: ShownFigure, here: Language) -> ToldFigure:

    def value_of(dated: DatedValue) -> str:
        return value_in_words(one.parameter, dated).in_language(here)

    def age_of(dated: DatedValue) -> str:
        if dated.since is not None:
            return translate("guidance.since", day=long_time(dated.since))
        return one.parameter.age.in_language(here) if one.parameter.age else ""

    return ToldFigure(
        label=begun_with_capital(one.parameter.label.in_language(here)),
        value=value_of(one.in_force),
        age=age_of(one.in_force),
        supposed=bool(one.in_force.proposed or one.parameter.proposed),
        earlier=tuple(
            translate("guidance.earlier", value=value_of(before), age=age_of(before))
            for before in one.earlier
        ),
    )


def begun_with_capital(label: str) -> str:
    """The label of a figure where it stands alone; within a formula it begins small."""
    return label[:1].upper() + label[1:]


def _procedures(found: GuidanceAnswer) -> list[FormSpec]:
    """The procedures that act on it, as far as they are on offer."""
    offered = {one.id: one for one in listed(security.application().catalogue.forms())}
    return [offered[one] for one in found.procedures if one in offered]


def _calculators(found: GuidanceAnswer) -> list[Calculator]:
    known = _guide().knowledge.calculators
    return [known[one] for one in found.calculators if one in known]


def _guide() -> Guide:
    return security.application().guide


def _today() -> Any:
    return security.services().today()


def _theme(theme_id: str) -> Theme:
    return _guide().guidance.theme(theme_id) or abort(404)


def _answer(answer_id: str) -> GuidanceAnswer:
    return _guide().guidance.answer(answer_id) or abort(404)


def _link(found: GuidanceAnswer) -> str:
    return _own(url_for(".answer", answer_id=found.id))


def _own(path: str) -> str:
    """A page's address under that of the settings, never under one a request could name."""
    return security.application().config.public_url + path

"""Courses that anybody walks without an account, such as that of the self-employed: one step a page.

What a visitor typed stands sealed in their own session and nowhere else.
"""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from core.errors import DossierError
from core.field_kinds.base import western_digits
from core.flow import CHECK_CODE
from core.localized_text import LocalizedText
from forms_service.services.one_time_codes import DIGITS, CodeGone
from forms_service.services.throttle import TooManyAttempts
from forms_service.services.visitor_course import Visit, VisitView
from forms_service.web import screens, security, typed_answers
from forms_service.web.languages import language, translate
from forms_service.web.screens import Given, Problem
from forms_service.web.security import services

PREFIX = "/visit"
pages = Blueprint("visitor", __name__)

_VISIT, _BROWSER = "visit", "visit_browser"


@pages.get("/<form_id>")
def step(form_id: str) -> str:
    """The step of the course a visitor stands in; the first one when they come."""
    visit = _visit(form_id)
    return _page(visit, services().visit_view(visit), {})


@pages.post("/<form_id>")
def go_on(form_id: str) -> str | Response | tuple[str, int]:
    """Keep what was typed and go on, back, or have another code sent."""
    visit = _visit(form_id)
    here = services().visit_view(visit)
    try:
        fields = [one for section in here.sections for one in section.fields()]
        posted = typed_answers.posted_answers(fields, request.form)
        typed = {name: raw for name, raw in posted.items() if isinstance(raw, str)}
        digits = "".join(western_digits(request.form.get("code", "")).split())
        action_id = request.form.get("action", "")
        if _types_code(here, action_id) and not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
            return _page(visit, here, {}, [Problem("code", translate("account.code.not_whole"))]), 422
        visit, problems = services().go_on(
            visit,
            typed,
            action_id,
            code=digits,
            language=language(),
            client=security.client(),
            browser=_browser(),
        )
    except (DossierError, TooManyAttempts, CodeGone) as refusal:
        return _page(visit, here, {}, [Problem(None, refusal.message.in_language(language()))]), 422
    _keep(visit)
    if problems:
        here = services().visit_view(visit)
        told = [Problem("code", problems["code"].in_language(language()))] if "code" in problems else []
        return _page(visit, here, {k: v for k, v in problems.items() if k != "code"}, told), 422
    return redirect(url_for(".step", form_id=form_id), code=303)


@pages.post("/<form_id>/again")
def begin_again(form_id: str) -> Response:
    """Forget what was typed and begin anew."""
    session.pop(_VISIT, None)
    return redirect(url_for(".step", form_id=form_id), code=303)


def _visit(form_id: str) -> Visit:
    kept = services().open_visit(session.get(_VISIT, ""))
    if kept is not None and kept.form_id == form_id:
        return kept
    return services().begin_visit(form_id)


def _keep(visit: Visit) -> None:
    session[_VISIT] = services().seal_visit(visit)


def _browser() -> str:
    """A secret of this browser: the right code counts where it was asked for."""
    if _BROWSER not in session:
        session[_BROWSER] = secrets.token_urlsafe(18)
    return str(session[_BROWSER])


def _types_code(here: VisitView, action_id: str) -> bool:
    """Whether the button that was pressed needs the code."""
    meant = action_id or (here.offers[0].action.id if here.offers else "")
    return any(one.action.id == meant and one.action.code == CHECK_CODE for one in here.offers)


def _page(
    visit: Visit, here: VisitView, problems: dict[str, LocalizedText], told: list[Problem] | None = None
) -> str:
    given = Given(dict(visit.typed), problems)
    rows = {
        section.id: screens.section_rows(here.spec, section, here.words.scope, given, language())
        for section in here.sections
    }
    asked = [row for found in rows.values() for row in found]
    config = security.application().config
    return render_template(
        "visit.html",
        here=here,
        rows=rows,
        visit=visit,
        problems=[*(told or []), *typed_answers.problems_in_order(asked, language())],
        buttons=_buttons(here),
        mailbox=config.mailbox_folder if config.demo and config.sending.into_mailbox else None,
    )


def _buttons(here: VisitView) -> list[tuple[str, str, bool]]:
    """Id, words and whether it is the main one: actions of the same words are one button, the first possible."""
    shown: dict[str, str] = {}
    for one in here.offers:
        words = one.action.label.in_language(language())
        if words not in shown:
            shown[words] = "" if len(shown) == 0 else one.action.id
    return [(action, words, number == 0) for number, (words, action) in enumerate(shown.items())]

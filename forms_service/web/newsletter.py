"""The newsletter: asking for it, joining and leaving by a link, and the operator's page that sends it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import InvalidValue
from core.localized_text import LocalizedText
from forms_service.services.newsletter import MAILBOX, MOST_SUBJECT, MOST_TEXT
from forms_service.services.throttle import TooManyAttempts
from forms_service.web import security
from forms_service.web.account_questions import account_questions
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.screens import Given, Problem, input_name
from forms_service.web.security import needs, services, the_actor
from forms_service.web.typed_answers import problems_in_order

PREFIX = ""
pages = Blueprint("newsletter", __name__)

_ACTS = ("join", "leave")
_WORDS = ("subject_ar", "subject_fr", "text_ar", "text_fr")


@pages.get("/newsletter")
def ask() -> str:
    """Ask which mailbox wants it."""
    return _ask_page(Given({}, {}))


@pages.post("/newsletter")
def asked() -> str | Response | tuple[str, int]:
    """Send that mailbox the link that puts it on the list."""
    raw = request.form.get(input_name(MAILBOX.id), "")
    try:
        services().ask_newsletter(raw, language(), security.client())
    except InvalidValue as problem:
        return _ask_page(Given({MAILBOX.id: raw}, {MAILBOX.id: problem.message})), 422
    except TooManyAttempts as wait:
        return _ask_page(Given({MAILBOX.id: raw}, {}), wait.message), 429
    flash(translate("newsletter.asked"), "done")
    return redirect(url_for(".ask"), code=303)


@pages.get("/newsletter/<act>/<token>")
def confirm(act: str, token: str) -> str:
    """Ask once more: programs of mailboxes follow links, people press buttons."""
    if act not in _ACTS:
        abort(404)
    return render_template("newsletter_confirm.html", act=act, token=token)


@pages.post("/newsletter/<act>/<token>")
def confirmed(act: str, token: str) -> Response:
    """Join or leave."""
    if act not in _ACTS:
        abort(404)
    done = services().join_newsletter(token) if act == "join" else services().leave_newsletter(token)
    flash(translate(f"newsletter.{act}_done" if done else "newsletter.gone"), "done" if done else "problem")
    return redirect(url_for(".ask"), code=303)


@pages.get("/operator/newsletter")
@needs("operator")
def issue() -> str:
    """Write an issue."""
    return _issue_page({}, [])


@pages.post("/operator/newsletter")
@needs("operator")
@once
def send() -> str | Response | tuple[str, int]:
    """Send it to every mailbox that confirmed."""
    typed = {name: request.form.get(name, "") for name in _WORDS}
    subject = LocalizedText(ar=typed["subject_ar"], fr=typed["subject_fr"])
    text = LocalizedText(ar=typed["text_ar"], fr=typed["text_fr"])
    try:
        count = services().send_newsletter(the_actor(), subject, text)
    except InvalidValue as problem:
        empty = next((name for name in _WORDS if not typed[name].strip()), "text_ar")
        return _issue_page(typed, [Problem(empty, problem.message.in_language(language()))]), 422
    flash(translate("newsletter.sent", n=count), "done")
    return redirect(url_for(".issue"), code=303)


def _ask_page(given: Given, wait: LocalizedText | None = None) -> str:
    questions = account_questions([MAILBOX], given)
    problems = problems_in_order(questions, language())
    if wait:
        problems.insert(0, Problem(None, wait.in_language(language())))
    return render_template("newsletter.html", question=questions[0], problems=problems)


def _issue_page(typed: dict[str, str], problems: list[Problem]) -> str:
    return render_template(
        "newsletter_issue.html",
        typed=typed,
        problems=problems,
        count=services().subscribers(the_actor()),
        most_subject=MOST_SUBJECT,
        most_text=MOST_TEXT,
    )

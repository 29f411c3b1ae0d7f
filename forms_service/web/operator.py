"""The operator's pages: figures with plots, accounts of staff, and the record of changes."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import FormsError
from core.localized_text import Language
from forms_service.locales import has
from forms_service.services.records import RecordLine, RecordWish
from forms_service.services.statistics import LONGEST_DAYS, Statistics
from forms_service.services.users import STAFF_ROLES
from forms_service.web import presentation, security, tables
from forms_service.web.asked_numbers import MOST_PAGES, asked_day, asked_number
from forms_service.web.languages import language, translate
from forms_service.web.office_tables import step_words
from forms_service.web.once import once
from forms_service.web.plots import bar_plot
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor
from forms_service.web.tables import Sheet

PREFIX = "/operator"
pages = Blueprint("operator", __name__)

_USUAL_DAYS = 30
_MOST_FIELDS = 40


@pages.get("/")
@needs("operator")
def figures() -> str:
    """Arrivals, waiting, reading and completeness, for a period and a form."""
    found = _statistics()
    return render_template(
        "operator_figures.html",
        found=found,
        forms=security.application().catalogue.forms(),
        arrivals=bar_plot([(presentation.day_and_month(day), n) for day, n in found.arrivals], language()),
        waiting=bar_plot([(_step(bound, found), n) for bound, n in found.waiting.steps], language()),
        steps=[(_step(bound, found), n) for bound, n in found.waiting.steps],
        fields=found.fields[:_MOST_FIELDS],
        more_fields=max(0, len(found.fields) - _MOST_FIELDS),
        longest=LONGEST_DAYS,
        files={
            "since": found.since.isoformat(),
            "until": found.until.isoformat(),
            "form": found.form or None,
        },
    )


@pages.get("/figures.<any(csv, xlsx):kind>")
@needs("operator")
def figures_file(kind: str) -> Response:
    """The figures for a spreadsheet; as text the figures by field, as a workbook all of them."""
    found = _statistics()
    name = f"statistics-{found.since:%Y%m%d}-{found.until:%Y%m%d}"
    if kind == "csv":
        return tables.as_csv(_fields_sheet(found), name)
    arrivals = Sheet(
        translate("figures.arrivals"),
        [translate("figures.day"), translate("figures.deposits")],
        found.arrivals,
    )
    waiting = Sheet(
        translate("figures.waiting"),
        [translate("figures.days"), translate("figures.dossiers")],
        [(_step(bound, found), n) for bound, n in found.waiting.steps],
    )
    return tables.as_xlsx([arrivals, waiting, _fields_sheet(found)], name, language() is Language.AR)


@pages.get("/users")
@needs("operator")
def users() -> str:
    """Everybody of the staff; with a login, whoever has it."""
    return _users([])


@pages.post("/users")
@needs("operator")
@once
def open_user() -> str | tuple[str, int]:
    """Open an account and show its password once."""
    typed = request.form
    try:
        user, password = services().open_staff_account(
            the_actor(),
            typed.get("login", ""),
            typed.get("name", ""),
            typed.getlist("roles"),
            typed.get("agency", ""),
        )
    except FormsError as error:
        return _users([Problem("login", error.message.in_language(language()))]), 422
    return _users([], fresh=(user.login, password))


@pages.get("/users/<account_id>")
@needs("operator")
def user(account_id: str) -> str:
    """One account: name, roles, agency; close it, open it again, give it a new password."""
    return _user(account_id, [])


@pages.post("/users/<account_id>")
@needs("operator")
@once
def change_user(account_id: str) -> Response | tuple[str, int]:
    """Keep what was changed, or close, reopen, renew the password."""
    does, services_ = request.form.get("do", "save"), services()
    try:
        if does == "close":
            services_.close_account(the_actor(), account_id)
        elif does == "reopen":
            services_.reopen_account(the_actor(), account_id)
        elif does == "code":
            services_.send_password_code(the_actor(), account_id)
            flash(translate("users.code_sent"), "done")
            return redirect(url_for(".user", account_id=account_id), code=303)
        elif does == "password":
            return _user(account_id, [], password=services_.reset_password(the_actor(), account_id)), 200
        else:
            form = request.form
            services_.change_user(
                the_actor(), account_id, form.get("name", ""), form.getlist("roles"), form.get("agency", "")
            )
    except FormsError as error:
        return _user(account_id, [Problem(None, error.message.in_language(language()))]), 422
    flash(translate("users.saved"), "done")
    return redirect(url_for(".user", account_id=account_id), code=303)


@pages.get("/record")
@needs("operator")
def record() -> str:
    """Who did what when."""
    wish = _record_wish()
    return render_template(
        "operator_record.html",
        wish=wish,
        found=services().record_page(the_actor(), wish),
        said=_said,
        details=_details,
        asked={
            name: text
            for name in ("since", "until", "action", "person", "reference")
            if (text := request.args.get(name))
        },
    )


@pages.get("/record.<any(csv, xlsx):kind>")
@needs("operator")
def record_file(kind: str) -> Response:
    """The record for a spreadsheet, as it was narrowed."""
    lines = services().record_lines(the_actor(), _record_wish())
    heads = [translate(f"record.{one}") for one in ("at", "person", "action", "reference", "details")]
    zone = services().zone
    rows = [
        (one.at.astimezone(zone), one.person, _said(one.action), one.reference, _details(one))
        for one in lines
    ]
    sheet = Sheet(translate("record.title"), heads, rows)
    name = f"record-{services().today():%Y%m%d}"
    return (
        tables.as_csv(sheet, name)
        if kind == "csv"
        else tables.as_xlsx([sheet], name, language() is Language.AR)
    )


# --- the pieces of the pages --------------------------------------------------------------------


def _statistics() -> Statistics:
    until = asked_day("until") or services().today()
    since = asked_day("since") or until - timedelta(days=_USUAL_DAYS - 1)
    return services().statistics(the_actor(), since, until, request.args.get("form", ""))


def _record_wish() -> RecordWish:
    asked = request.args
    return RecordWish(
        asked_day("since"),
        asked_day("until"),
        asked.get("action", ""),
        asked.get("person", "").strip(),
        asked.get("reference", "").strip(),
        asked_number("page", 1, MOST_PAGES),
    )


def _step(bound: int | None, found: Statistics) -> str:
    """The words of one column of the waiting times: up to so many days, or more than the last."""
    if bound is not None:
        return translate("figures.up_to", n=bound)
    last = max(one for one, _ in found.waiting.steps if one is not None)
    return translate("figures.more_than", n=last)


def _fields_sheet(found: Statistics) -> Sheet:
    heads = [
        translate(f"figures.{one}")
        for one in ("form", "field", "field_id", "read", "taken", "doubtful", "corrected", "asked_again")
    ]
    rows = [
        (
            one.form_id,
            one.label.in_language(language()),
            one.field_id,
            one.read,
            one.taken,
            one.doubtful,
            one.corrected,
            one.asked_again,
        )
        for one in found.fields
    ]
    return Sheet(translate("figures.fields"), heads, rows)


def _users(problems: list[Problem], **more: object) -> str:
    login = request.args.get("login", "").strip()
    return render_template(
        "operator_users.html",
        problems=problems,
        users=services().users(the_actor(), login),
        login=login,
        roles=STAFF_ROLES,
        typed=request.form,
        **{"fresh": None, **more},
    )


def _user(account_id: str, problems: list[Problem], password: str | None = None) -> str:
    return render_template(
        "operator_user.html",
        problems=problems,
        user=services().user(the_actor(), account_id),
        roles=STAFF_ROLES,
        password=password,
    )


def _said(action: str) -> str:
    return translate(f"event.{action}") if has(f"event.{action}") else action


def _details(line: RecordLine) -> str:
    """The details as they are kept, for whoever looks closely."""
    return json.dumps(line.details, ensure_ascii=False, sort_keys=True) if line.details else ""

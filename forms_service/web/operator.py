"""The operator's pages: figures with plots, accounts of staff, and the record of changes."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import FormsError
from core.localized_text import Language
from forms_service.record_in_words import finding_in_words
from forms_service.services.records import RecordWish
from forms_service.services.statistics import LONGEST_DAYS, FieldReading, Statistics
from forms_service.services.users import STAFF_ROLES
from forms_service.web import office_tables, presentation, security, tables
from forms_service.web.asked_numbers import MOST_PAGES, asked_day, asked_number
from forms_service.web.languages import language, translate
from forms_service.web.office_tables import step_words
from forms_service.web.once import once
from forms_service.web.plots import bar_plot
from forms_service.web.record_words import details_in_words
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor
from forms_service.web.tables import Sheet

PREFIX = "/operator"
pages = Blueprint("operator", __name__)

_USUAL_DAYS = 30
_MOST_FIELDS = 40
_MOST_CORRECTED = 10
_ASKED_FIRST = ("close", "second_step", "password")
"""What ends somebody's work at once: a page of its own says to whom and what follows, and asks."""

_WRONG_PLACES = {"name_needed": "name", "role_needed": f"role-{STAFF_ROLES[0]}"}
"""Where an account that could not be opened is mended; everything else is mended at the login."""


@pages.get("/")
@needs("operator")
def figures() -> str:
    """Arrivals, waiting, reading and completeness, for a period and a form."""
    found = _statistics()
    shown = found.fields[:_MOST_FIELDS]
    worked_on = sorted(found.fields, key=lambda one: -(one.corrected + one.mended))[:_MOST_CORRECTED]
    return render_template(
        "operator_figures.html",
        found=found,
        remarks=_remarks(found),
        corrections=[(_field_words(one, found), n) for one in worked_on if (n := one.corrected + one.mended)],
        completeness=bar_plot(
            [
                (presentation.day_and_month(one.since), 100 * one.complete // one.deposits)
                for one in found.completeness
            ],
            language(),
            top=100,
        ),
        forms=security.application().catalogue.forms(),
        arrivals=bar_plot([(presentation.day_and_month(day), n) for day, n in found.arrivals], language()),
        steps=[(step_words(bound, found), n) for bound, n in found.waiting.steps],
        fields=[one for one in shown if _took_somebody(one)],
        calm_fields=[one for one in shown if not _took_somebody(one)],
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
    """Every figure of the page for a spreadsheet."""
    found = _statistics()
    name = f"statistics-{found.since:%Y%m%d}-{found.until:%Y%m%d}"
    return _file(kind, office_tables.figures_sheets(found), name)


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
        place = _WRONG_PLACES.get(error.code, "login")
        return _users([Problem(place, error.message.in_language(language()))]), 422
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
    if does in _ASKED_FIRST and "sure" not in request.form:
        return _sure(account_id, does), 200
    try:
        if does == "close":
            services_.close_account(the_actor(), account_id)
        elif does == "reopen":
            services_.reopen_account(the_actor(), account_id)
        elif does == "code":
            services_.send_password_code(the_actor(), account_id)
            flash(translate("users.code_sent"), "done")
            return redirect(url_for(".user", account_id=account_id), code=303)
        elif does == "second_step":
            services_.reset_second_step(the_actor(), account_id)
            flash(translate("second.reset.done"), "done")
            return redirect(url_for(".user", account_id=account_id), code=303)
        elif does == "password":
            return _user(account_id, [], password=services_.reset_password(the_actor(), account_id)), 200
        else:
            form = request.form
            services_.change_user(
                the_actor(), account_id, form.get("name", ""), form.getlist("roles"), form.get("agency", "")
            )
    except FormsError as error:
        place = _WRONG_PLACES.get(error.code)
        return _user(account_id, [Problem(place, error.message.in_language(language()))]), 422
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
        chain=(chain := services().chain_state(the_actor())),
        wrong=finding_in_words(chain.finding) if chain.finding else None,
        said=office_tables.action_words,
        details=details_in_words,
        asked={
            name: text
            for name in ("since", "until", "action", "person", "reference")
            if (text := request.args.get(name))
        },
    )


@pages.get("/record.jsonl")
@needs("operator")
def record_chain() -> Response:
    """The whole record, or some days of it, with all that is needed to check it offline."""
    rows = services().export_record(the_actor(), asked_day("since"), asked_day("until"))
    answer = Response(rows, mimetype="application/x-ndjson")
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"record-{services().today():%Y%m%d}.jsonl"
    )
    return answer


@pages.get("/record.<any(csv, xlsx):kind>")
@needs("operator")
def record_file(kind: str) -> Response:
    """The record for a spreadsheet, as it was narrowed, down to its first line."""
    lines, zone = services().record_lines(the_actor(), _record_wish()), services().zone
    sheet = office_tables.record_sheet(lines, lambda at: at.astimezone(zone))
    return _file(kind, [sheet], f"record-{services().today():%Y%m%d}")


# --- the pieces of the pages --------------------------------------------------------------------


def _statistics() -> Statistics:
    until = asked_day("until") or services().today()
    since = asked_day("since") or until - timedelta(days=_USUAL_DAYS - 1)
    since, until = min(since, until), max(since, until)
    return services().statistics(the_actor(), since, until, request.args.get("form", ""))


def _remarks(found: Statistics) -> list[str]:
    """What was asked and is not shown: days that are none, a period the wrong way round or too long."""
    since, until = asked_day("since"), asked_day("until")
    said = []
    if any(request.args.get(name) and asked_day(name) is None for name in ("since", "until")):
        said.append(translate("figures.no_such_day"))
    if since and until and since > until:
        said.append(translate("figures.turned_round"))
    elif since and since < found.since:
        said.append(translate("figures.cut_short", n=LONGEST_DAYS))
    return said


def _took_somebody(one: FieldReading) -> bool:
    """Whether a person had to look at a reading of this field."""
    return one.taken < one.read or bool(one.doubtful or one.corrected or one.mended or one.asked_again)


def _field_words(one: FieldReading, found: Statistics) -> str:
    """A field with its part, and its form where several are counted: others are called the same."""
    words = [one.label.in_language(language()), one.part.in_language(language())]
    words += [] if found.form else [f"\u2066{one.form_id}\u2069"]
    return " – ".join(word for word in words if word)


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


def _file(kind: str, sheets: list[Sheet], name: str) -> Response:
    if kind == "csv":
        return tables.as_csv(sheets, name)
    return tables.as_xlsx(sheets, name, language() is Language.AR)


def _users(problems: list[Problem], **more: object) -> str:
    login = request.args.get("login", "").strip()
    return render_template(
        "operator_users.html",
        problems=problems,
        found=services().users(the_actor(), login, asked_number("page", 1, MOST_PAGES)),
        login=login,
        roles=STAFF_ROLES,
        typed=request.form,
        **{"fresh": None, **more},
    )


def _sure(account_id: str, does: str) -> str:
    return render_template(
        "operator_user_sure.html", user=services().user(the_actor(), account_id), does=does
    )


def _user(account_id: str, problems: list[Problem], password: str | None = None) -> str:
    holder = services().actor(account_id)
    return render_template(
        "operator_user.html",
        problems=problems,
        steps=services().second_steps(holder) if holder else None,
        user=services().user(the_actor(), account_id),
        roles=STAFF_ROLES,
        password=password,
    )

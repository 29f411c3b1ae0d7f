"""Repeatable blocks, such as the children: a list, one page per row, add and remove."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.conditions import Scope
from core.dossier import Origin
from core.errors import DossierError
from core.form_spec import FieldSpec, Group
from core.localized_text import Language, LocalizedText, Script
from core.scope import row_variables
from core.told_at_once import broken_in_row
from forms_service.services.rows_on_papers import proposed_rows
from forms_service.web import asked_again, readings, screens, tasks, typed_answers
from forms_service.web.applicant import Opened, editable, onwards, opened, posted_revision, still_here
from forms_service.web.languages import language, translate
from forms_service.web.rows_to_describe import proposals
from forms_service.web.security import needs, services, the_actor

PREFIX = "/dossiers"
pages = Blueprint("groups", __name__)

RawRow = dict[str, screens.RawAnswer]


@pages.get("/<dossier_id>/list/<group_id>")
@needs("applicant", "clerk")
def rows(dossier_id: str, group_id: str) -> str | Response:
    """The rows given so far."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    group = _group(one, group_id)
    given = one.view.dossier.groups.get(group_id, ())
    problem_rows = {number for g, number, _ in one.view.group_problems if g == group_id}
    lines = [_line(group, row, number, number in problem_rows) for number, row in enumerate(given, start=1)]
    return render_template(
        "group.html", view=one.view, group=group, lines=lines, proposals=proposals(one.view, group)
    )


@pages.post("/<dossier_id>/list/<group_id>")
@needs("applicant", "clerk")
def rows_done(dossier_id: str, group_id: str) -> Response:
    """Go on after the list."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    _group(one, group_id)
    return onwards(one, tasks.group_key(group_id))


@pages.post("/<dossier_id>/list/<group_id>/from-paper/<attachment_id>")
@needs("applicant", "clerk")
def row_from_paper(dossier_id: str, group_id: str, attachment_id: str) -> Response:
    """Add the row a paper names, as somebody who sees both says so; pressing twice adds it once."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    group = _group(one, group_id)
    offered = {row.attachment_id: row.answers for row in proposed_rows(one.spec, one.view.dossier, group)}
    if (answers := offered.get(attachment_id)) is not None:
        number = len(one.view.dossier.groups.get(group_id, ())) + 1
        place, _ = services().answer_group_row(
            the_actor(), dossier_id, group_id, number, answers, one.view.revision, Origin.SCAN
        )
        name = opened(dossier_id).view.row_label(group_id, place).in_language(language())
        flash(translate("on_papers.added", row=name), "done")
    return redirect(url_for(".rows", dossier_id=dossier_id, group_id=group_id, **_back()), code=303)


@pages.get("/<dossier_id>/list/<group_id>/<int:number>")
@needs("applicant", "clerk")
def row(dossier_id: str, group_id: str, number: int) -> str | Response:
    """Ask the questions of one row; the number after the last one adds a row."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    group = _group(one, group_id)
    raw_rows = _raw_rows(one, group)
    _check_number(group, raw_rows, number)
    raw = (
        raw_rows[number - 1] if number <= len(raw_rows) else typed_answers.known_answers(group.fields, {}, {})
    )
    problems = {
        field: message
        for (g, n, field), message in one.view.group_problems.items()
        if (g, n) == (group_id, number)
    }
    return _row_page(one, group, number, raw, problems)


@pages.post("/<dossier_id>/list/<group_id>/<int:number>")
@needs("applicant", "clerk")
def save_row(dossier_id: str, group_id: str, number: int) -> str | Response | tuple[str, int]:
    """Keep one row; stay while something is wrong with it."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    group = _group(one, group_id)
    if not 1 <= number <= group.maximum:
        abort(404)
    raw_rows = _raw_rows(one, group)
    asked = screens.row_fields(group, _row_scope(one, group, number))
    typed = typed_answers.posted_answers(asked, request.form)
    raw = {**(raw_rows[number - 1] if number <= len(raw_rows) else {}), **typed}
    waiting = services().answers_to_confirm(the_actor(), dossier_id)
    try:
        number, problems = services().answer_group_row(
            the_actor(), dossier_id, group_id, number, typed, posted_revision()
        )
    except DossierError as conflict:
        if conflict.code not in ("changed_meanwhile", "too_many_rows"):
            raise
        return _row_page(opened(dossier_id), group, number, raw, {}, conflict), 409
    ticked = readings.keep_ticked(dossier_id, waiting, request.form)
    if problems:
        return _row_page(opened(dossier_id), group, number, raw, problems), 422
    if ticked.torn:
        return readings.ask_which(dossier_id, ticked.torn)
    saved = opened(dossier_id)
    row_scope = _row_scope(saved, group, number)
    if broken := broken_in_row(saved.spec, group, number, row_scope):
        return _row_page(saved, group, number, raw, broken), 422
    after = screens.row_fields(group, row_scope)
    if {f.id for f in after} - {f.id for f in asked}:
        flash(translate("question.more"), "info")
        return redirect(url_for(".row", dossier_id=dossier_id, group_id=group_id, number=number), code=303)
    return redirect(url_for(".rows", dossier_id=dossier_id, group_id=group_id, **_back()), code=303)


@pages.post("/<dossier_id>/list/<group_id>/<int:number>/remove")
@needs("applicant", "clerk")
def remove_row(dossier_id: str, group_id: str, number: int) -> Response:
    """Take one row away; the papers of the rows after it go with them."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    group = _group(one, group_id)
    if 1 <= number <= len(one.view.dossier.groups.get(group_id, ())):
        try:
            services().remove_group_row(the_actor(), dossier_id, group_id, number, posted_revision())
            flash(translate("groups.removed", row=group.item_label.fill(n=number)), "done")
        except DossierError as conflict:
            if conflict.code != "changed_meanwhile":
                raise
            flash(conflict.message.in_language(language()), "problem")
    return redirect(url_for(".rows", dossier_id=dossier_id, group_id=group_id, **_back()), code=303)


def _back() -> dict[str, str]:
    return {"back": "check"} if request.args.get("back") == "check" else {}


def _group(one: Opened, group_id: str) -> Group:
    found = next((g for g in screens.asked_groups(one.spec, one.scope) if g.id == group_id), None)
    return found or abort(404)


def _check_number(group: Group, rows: list[RawRow], number: int) -> None:
    if not 1 <= number <= min(len(rows) + 1, group.maximum):
        abort(404)


def _raw_rows(one: Opened, group: Group) -> list[RawRow]:
    """Every row as it would be typed, texts that are not valid (yet) included."""
    found = []
    for number, row in enumerate(one.view.dossier.groups.get(group.id, ()), start=1):
        raw = {
            field: text for (g, n, field), text in one.view.group_raw.items() if (g, n) == (group.id, number)
        }
        found.append(typed_answers.known_answers(group.fields, row, raw))
    return found


def _row_scope(one: Opened, group: Group, number: int) -> Scope:
    given = one.view.dossier.groups.get(group.id, ())
    row = given[number - 1] if number <= len(given) else {}
    return one.scope.with_variables(**{group.item: row_variables(group, row, number, one.scope)})


def _row_page(
    one: Opened,
    group: Group,
    number: int,
    raw: RawRow,
    problems: dict[str, LocalizedText],
    conflict: DossierError | None = None,
) -> str:
    scope = _row_scope(one, group, number)
    fields = screens.row_fields(group, scope)
    told = {name: _without_row(group, number, message) for name, message in problems.items()}
    asked = screens.questions(fields, one.spec, scope, screens.Given(raw, told), language())
    row_id = f"{group.id}.{number}."
    return render_template(
        "row.html",
        waiting=[w for w in readings.waiting(one.view) if w.field_id.startswith(row_id)],
        view=one.view,
        group=group,
        number=number,
        rows=asked,
        problems=[*still_here(conflict), *typed_answers.problems_in_order(asked, language())],
        again=asked_again.asked_again(one.view, fields, row_id),
    )


def _without_row(group: Group, number: int, message: LocalizedText) -> LocalizedText:
    """What is wrong, without the row it begins with: its own page is about no other."""
    row = group.item_label.fill(n=number)
    french = message.fr.removeprefix(f"{row.fr} : ").removeprefix(f"{row.fr}: ")
    return LocalizedText(message.ar.removeprefix(f"{row.ar}: "), french[:1].upper() + french[1:])


def _line(group: Group, row: Mapping[str, object], number: int, wrong: bool) -> dict[str, object]:
    return {"number": number, "summary": summary(group.fields, row), "wrong": wrong}


def summary(fields: tuple[FieldSpec, ...], row: Mapping[str, object]) -> str:
    """One row in one line: its answers, and the names of the statements that hold.

    Of an answer in two scripts, the one in the reader's own.
    """
    parts = []
    for one in fields:
        value = row.get(one.id)
        if value in (None, "", False, []) or _said_in_own_script(one, row):
            continue
        label = one.label.in_language(language())
        said = screens.on_screen(one, value, language())
        parts.append(label if value is True else translate("common.pair", label=label, value=said))
    return (" · ").join(parts)


def _said_in_own_script(one: FieldSpec, row: Mapping[str, object]) -> bool:
    """Whether the twin of this answer says the same in the reader's script."""
    own = Script.ARAB if language() is Language.AR else Script.LATN
    return one.twin is not None and one.script is not own and bool(row.get(one.twin))

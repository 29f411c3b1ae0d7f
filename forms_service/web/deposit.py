"""What is missing, checking the answers, the deposit and its receipt, and following it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.completeness import CompletenessReport
from core.errors import DossierError
from core.form_spec import FieldSpec, Severity
from core.measures import measured
from forms_service.services.complements import TAKES_COMPLEMENTS
from forms_service.services.expected_revisions import expecting
from forms_service.services.presenting import find_field
from forms_service.web import screens, tasks
from forms_service.web.applicant import Opened, editable, opened, posted_revision, report_of
from forms_service.web.changes_seen import Change, changes_seen, only_read_without_remark
from forms_service.web.documents import demands_of, form_needs
from forms_service.web.downloads import pdf_download
from forms_service.web.groups import summary
from forms_service.web.history import history
from forms_service.web.languages import language, translate
from forms_service.web.missing_points import missing_points, paper_of_whom, remarks_on_papers
from forms_service.web.paper_file import paper_file
from forms_service.web.screens import Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/dossiers"
pages = Blueprint("deposit", __name__)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer to check; ``change_url`` leads to its question and straight back."""

    label: str
    values: tuple[str, ...]
    change_url: str


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """The answers of one topic."""

    title: str
    lines: tuple[AnswerLine, ...]


@pages.get("/<dossier_id>/missing")
@needs("applicant", "clerk")
def missing(dossier_id: str) -> str | Response:
    """Everything that is missing and why, at any time."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    report = report_of(one)
    return render_template(
        "missing.html",
        view=one.view,
        report=report,
        errors=missing_points(one, report, {Severity.ERROR}),
        left_to_correct=sum(not place.done for place, _ in _corrected(one)),
        others=[
            *remarks_on_papers(one, report),
            *missing_points(one, report, {Severity.WARNING, Severity.INFO}),
        ],
    )


@pages.get("/<dossier_id>/check")
@needs("applicant", "clerk")
def check(dossier_id: str) -> str | Response:
    """Show every answer before the deposit."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    if one.spec.flow is not None:
        return redirect(url_for("course.step", dossier_id=dossier_id))
    return _check_page(one, [])


@pages.post("/<dossier_id>/deposit")
@needs("applicant", "clerk")
def deposit(dossier_id: str) -> str | Response | tuple[str, int]:
    """Deposit the request as it was shown; pressing twice deposits once.

    What is declared is what was seen: when anything changed since, it is shown again with what changed.
    """
    one, seen = opened(dossier_id), posted_revision()
    if not one.view.may_edit and one.view.receipt_available:
        return redirect(url_for(".deposited", dossier_id=dossier_id), code=303)
    if one.view.may_edit and one.view.revision != seen:
        if seen is None or not only_read_without_remark(one, seen):
            return _changed_page(one, seen), 409
        seen = one.view.revision
    if request.form.get("declaration") != "true":
        return _check_page(one, [Problem("declaration", translate("check.tick_first"))]), 422
    try:
        with expecting(dossier_id, seen):
            services().deposit(the_actor(), dossier_id, True)
    except DossierError as conflict:
        if conflict.code != "revision_changed":
            raise
        one = opened(dossier_id)
        if one.view.may_edit:
            return _changed_page(one, seen), 409
    return redirect(url_for(".deposited", dossier_id=dossier_id), code=303)


@pages.get("/<dossier_id>/deposited")
@needs("applicant", "clerk")
def deposited(dossier_id: str) -> str | Response:
    """Confirm the deposit: reference, receipt, what comes next."""
    one = opened(dossier_id)
    if not one.view.receipt_available:
        return redirect(url_for("applicant.task_list", dossier_id=dossier_id))
    report = report_of(one)
    return render_template(
        "deposited.html",
        view=one.view,
        report=report,
        errors=missing_points(one, report, {Severity.ERROR}),
        complement=services().complement(the_actor(), dossier_id),
        course=services().course(the_actor(), dossier_id),
        amounts=amounts(report),
        paper_file=paper_file(one.view),
    )


@pages.get("/<dossier_id>/receipt.pdf")
@needs("applicant", "clerk", "reviewer")
def receipt(dossier_id: str) -> Response:
    """The deposit receipt."""
    view = opened(dossier_id).view
    return pdf_download(services().receipt_pdf(the_actor(), dossier_id), f"receipt-{view.reference}.pdf")


@pages.get("/<dossier_id>/status")
@needs("applicant", "clerk")
def status(dossier_id: str) -> str:
    """Where the request stands, and its history."""
    one = opened(dossier_id)
    report = report_of(one)
    progress = services().correction_progress(the_actor(), dossier_id)
    return render_template(
        "status.html",
        view=one.view,
        person=one.person,
        standing=services().receipt_standing(the_actor(), dossier_id),
        complement=services().complement(the_actor(), dossier_id),
        notices=services().notices(the_actor(), dossier_id),
        course=services().course(the_actor(), dossier_id),
        history=history(one.view.events),
        amounts=amounts(report),
        report=report,
        whose=lambda paper: paper_of_whom(one.view, paper),
        answers=list(_answer_blocks(one)),
        errors=missing_points(one, report, {Severity.ERROR}),
        correction_places=tasks.correction_places(one.view, one.scope, progress),
        correction_complete=progress is not None and progress.complete,
        paper_remarks=remarks_on_papers(one, report) if one.view.state in TAKES_COMPLEMENTS else [],
        paper_file=paper_file(one.view),
    )


# --- the pieces of those pages ------------------------------------------------------------------


def _changed_page(one: Opened, seen: int | None) -> str:
    changes = [] if seen is None else changes_seen(one, seen)
    return _check_page(one, [Problem(None, translate("check.changed"))], changes)


def _check_page(one: Opened, problems: list[Problem], changes: Sequence[Change] = ()) -> str:
    report = report_of(one)
    declared = [d for d in one.spec.declarations if d.id in report.declarations]
    corrected = list(_corrected(one))
    return render_template(
        "check.html",
        view=one.view,
        report=report,
        answers=list(_answer_blocks(one)),
        demands=demands_of(one.view, report),
        form_needs=form_needs(report),
        errors=missing_points(one, report, {Severity.ERROR}),
        warnings=[*remarks_on_papers(one, report), *missing_points(one, report, {Severity.WARNING})],
        declarations=[d.text.in_language(language()) for d in declared],
        amounts=amounts(report),
        problems=problems,
        changes=changes,
        corrected=corrected,
        left_to_correct=sum(not place.done for place, _ in corrected),
    )


def _corrected(one: Opened) -> Iterator[tuple[tasks.CorrectionPlace, tuple[str, ...]]]:
    """What a correction asked for, and what the request says of it now: whoever deposits again looks there."""
    if one.view.correction is None or one.view.correction.answered:
        return
    progress = services().correction_progress(the_actor(), one.view.id)
    for place in tasks.correction_places(one.view, one.scope, progress):
        yield place, _now(one, place.subject)


def _now(one: Opened, subject: str) -> tuple[str, ...]:
    field = find_field(one.spec, subject)
    if field is None:
        return ()
    group = next((g for g in one.spec.groups if subject.startswith(f"{g.id}.")), None)
    if group is None:
        return _said(one, field, one.view.dossier.answers().get(subject))
    number, name = int(subject.split(".")[1]), subject.split(".", 2)[2]
    rows = one.view.dossier.groups.get(group.id, ())
    return _said(one, field, rows[number - 1].get(name)) if number <= len(rows) else ()


def _answer_blocks(one: Opened) -> Iterator[AnswerBlock]:
    for key in tasks.ordered_keys(one.spec, one.scope):
        kind, _, name = key.partition(":")
        if kind == "section":
            section = next(s for s in one.spec.sections if s.id == name)
            fields = screens.asked_fields(section, one.scope)
            yield AnswerBlock(tasks.section_title(section), tuple(_section_lines(one, key, fields)))
        elif kind == "group":
            yield _group_block(one, name)
        else:
            fields = screens.asked_facts(one.spec, one.scope)
            url = f"{tasks.key_url(one.view.id, key)}?back=check"
            lines = tuple(
                AnswerLine(
                    f.label.in_language(language()), _said(one, f, one.view.dossier.facts.get(f.id)), url
                )
                for f in fields
            )
            yield AnswerBlock(translate("facts.title"), lines)


def _section_lines(one: Opened, key: str, fields: list[FieldSpec]) -> Iterator[AnswerLine]:
    answers = one.view.dossier.answers()
    url = f"{tasks.key_url(one.view.id, key)}?back=check"
    ids = {f.id for f in fields}
    for field in fields:
        if field.id.endswith(".ar") and field.twin in ids:
            continue
        both = [field] + [f for f in fields if field.twin == f.id]
        if language().value == "ar":
            both.reverse()
        values = tuple(v for f in both for v in _said(one, f, answers.get(f.id, f.default)))
        label = screens.plain_label(field.label, one.spec).in_language(language())
        yield AnswerLine(label, values, url + "#" + "q-" + field.id.replace(".", "-"))


def _said(one: Opened, field: FieldSpec, value: object) -> tuple[str, ...]:
    if field.id in one.view.raw:
        return (f"{one.view.raw[field.id]} ⚠",)
    said = screens.on_screen(field, value, language())
    return (said,) if said else ()


def _group_block(one: Opened, group_id: str) -> AnswerBlock:
    group = one.spec.group(group_id)
    lines = tuple(
        AnswerLine(
            group.row_label(number, row).in_language(language()),
            (summary(group.fields, row),),
            url_for("groups.row", dossier_id=one.view.id, group_id=group_id, number=number, back="check"),
        )
        for number, row in enumerate(one.view.dossier.groups.get(group_id, ()), start=1)
    )
    empty = AnswerLine(
        group.label.in_language(language()),
        (),
        tasks.key_url(one.view.id, f"group:{group_id}") + "?back=check",
    )
    return AnswerBlock(group.label.in_language(language()), lines or (empty,))


def amounts(report: CompletenessReport) -> dict[str, object] | None:
    """The computed amounts as the template shows them; None when nothing comes of the answers (yet)."""
    parameters: dict[str, Any] = dict(report.amounts.get("parameters", {}))  # type: ignore[call-overload]
    lines = [
        {
            "label": entry["label"][language().value],
            "value": entry["value"],
            "unit": entry["unit"],
            "steps": [_step(one, parameters) for one in entry["steps"] if one["times"]],
        }
        for entry in report.amounts.values()
        if isinstance(entry, dict) and "formula" in entry
    ]
    tables = [shown_table(one) for one in cast(list[dict[str, Any]], report.amounts.get("tables", []))]
    if not any(line["value"] for line in lines) and not any(one["rows"] for one in tables):
        return None
    return {
        "lines": lines,
        "tables": tables,
        "has_money": any(kind == "amount" for one in tables for _, _, kind in one["columns"]),
        "on": report.amounts.get("on"),
        "parameters": [
            {**entry, "label": entry["label"][language().value], "known_source": _source(entry)}
            for entry in parameters.values()
        ],
    }


def shown_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """A computed table in the reader's language: heads, and cells written as their kinds are."""
    columns = [(one["id"], one["label"][language().value], one["kind"]) for one in table["columns"]]
    return {
        "label": table["label"][language().value],
        "columns": columns,
        "rows": [
            [(kind, _in_language(row[name], kind)) for name, _, kind in columns] for row in table["rows"]
        ],
    }


def _in_language(cell: Any, kind: str) -> Any:
    """A cell as the page's language writes it; a sum of money to the centime, as in any account."""
    if kind == "amount" and cell is not None:
        return measured(cell, "MAD", all_places=True).in_language(language())
    return cell[language().value] if isinstance(cell, dict) else cell


def _step(step: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, object]:
    """One part of the sum with the words of its rate."""
    rate = parameters[step["parameter"]]
    return {**step, "label": rate["label"][language().value], "rate": rate["value"], "unit": rate["unit"]}


def _source(parameter: Mapping[str, Any]) -> str:
    """Which of the fund's texts a parameter stands in, where it is one people know."""
    first = str(parameter["source"] or "").partition(",")[0].split(" ")[0].lower()
    return first if first in ("form", "faq") else ""

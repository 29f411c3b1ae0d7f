"""What is missing from a dossier and why, in both languages: the judgement everything leads to.

Findings are ordinary results, never exceptions.  Each names its document or field, the rule and
the reason, so that an applicant knows what to bring and a reviewer where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from core.calendar_rules import add_months
from core.conditions import Scope, holds
from core.document_demands import judge_documents, parameters_in, rows_of
from core.dossier import Dossier
from core.errors import DossierError
from core.findings import CompletenessReport, Finding, Requirement
from core.form_spec import Deadline, FieldSpec, FormSpec, Group, Rule, Section, Severity
from core.localized_text import LocalizedText
from core.reckoning import calculated, steps_of
from core.registers import in_both
from core.scope import build_scope, is_blank

__all__ = [
    "CompletenessReport",
    "Finding",
    "Requirement",
    "applies",
    "assess_completeness",
    "is_required",
]

MISSING_ANSWER = LocalizedText(
    ar="لم تتم تعبئة «{label}» في «{block}». املؤوا هذه الخانة.",
    fr="« {label} » n'est pas rempli dans « {block} ». Remplissez cette case.",
)
"""The state first, then the advice to whoever can still fill it in."""


def assess_completeness(
    spec: FormSpec,
    dossier: Dossier,
    on: date,
    unreadable: Mapping[str, LocalizedText] | None = None,
) -> CompletenessReport:
    """Tell what is missing from ``dossier`` on a given day, and what it would pay.

    Args:
        on: Day the rules are judged (the filing date): ages, deadlines and amounts depend on it.
        unreadable: Answers that were given but are not valid, by field id, with what is wrong.

    Raises:
        DossierError: The dossier was opened under another form or version.
    """
    if (dossier.form_id, dossier.version) != (spec.id, spec.version):
        raise DossierError(
            LocalizedText(
                ar=f"هذا الملف يخص الاستمارة {dossier.form_id} (النسخة {dossier.version}).",
                fr=f"Ce dossier relève du formulaire {dossier.form_id} (version {dossier.version}).",
            ),
            code="spec_version_mismatch",
        )
    scope = build_scope(spec, dossier, on)
    attachments = [one for one in dossier.attachments if one.counts]
    required, lifted, document_findings = judge_documents(spec, dossier, attachments, scope)
    deadlines = list(_judge_deadlines(spec, scope, on))
    findings = [
        *_unreadable_answers(unreadable or {}),
        *_unknown_names(spec, dossier),
        *_missing_answers(spec, dossier, scope, set(unreadable or {})),
        *_unregistered_answers(spec, dossier, scope),
        *_broken_rules(spec, scope.with_variables(calc=calculated(spec, scope))),
        *document_findings,
        *(finding for finding, _ in deadlines if finding),
    ]
    amounts = _amounts(spec, scope)
    if effects := [effect for _, effect in deadlines if effect]:
        amounts["effects"] = effects
    declarations = tuple(d.id for d in spec.declarations if holds(d.when, scope))
    return CompletenessReport(tuple(findings), tuple(required), tuple(lifted), amounts, declarations)


# --- answers ------------------------------------------------------------------------------------


def applies(section: Section, one: FieldSpec, scope: Scope) -> bool:
    """Whether a field is asked at all: its section and itself apply and it is not the fund's own."""
    return not one.office and holds(section.when, scope) and holds(one.when, scope)


def is_required(one: FieldSpec, scope: Scope) -> bool:
    """Whether an answer is demanded here."""
    return holds(one.required, scope)


def _unreadable_answers(unreadable: Mapping[str, LocalizedText]) -> Iterator[Finding]:
    for subject, message in unreadable.items():
        yield Finding("unreadable_answer", Severity.ERROR, subject, message, "kind")


def _unknown_names(spec: FormSpec, dossier: Dossier) -> Iterator[Finding]:
    """Attachments for rows that do not exist: a slip that would otherwise look like a missing paper."""
    rows = max((len(one) for one in dossier.groups.values()), default=0)
    for one in dossier.attachments:
        if not one.declined and one.child is not None and spec.groups and one.child > rows:
            message = LocalizedText(
                ar="وثيقة «{paper}» مرفقة للرقم {n}، لكن الطلب يذكر {rows} فقط. ضعوها في مكانها أو احذفوها.",
                fr="« {paper} » est joint pour le n° {n}, mais le dossier n'en décrit que {rows}. "
                "Mettez ce document à sa place ou retirez-le.",
            ).fill(paper=_label_of(spec, one.type), n=one.child, rows=rows)
            yield Finding("unknown_row", Severity.WARNING, one.type, message, "attachments")


def _label_of(spec: FormSpec, document_type: str | None) -> LocalizedText:
    """What people call a document: the words of the requirement it serves."""
    served = (one for one in spec.documents if document_type in (one.type, *one.alternatives))
    found = next(served, None)
    return found.label if found else LocalizedText("وثيقة أخرى", "Autre document")


def _missing_answers(
    spec: FormSpec, dossier: Dossier, scope: Scope, unreadable: set[str]
) -> Iterator[Finding]:
    answers = dossier.answers()
    for section in spec.sections:
        for one in section.fields():
            if one.id in unreadable or not applies(section, one, scope) or not is_required(one, scope):
                continue
            twin_given = one.twin is not None and answers.get(one.twin) is not None
            if is_blank(answers.get(one.id, one.default)) and not twin_given:
                if one.id.endswith(".ar"):
                    continue
                yield _missing_answer(one.id, one, section.title)
    for group in spec.groups:
        if holds(group.when, scope):
            yield from _missing_in_rows(group, dossier, scope, unreadable)


NOT_IN_REGISTER = LocalizedText(
    ar="«{label}»: هذا الجواب لا يوجد ضمن ما هو مسجل لدى الصندوق. اختاروا واحدا من الأجوبة المقترحة.",
    fr="« {label} » : cette réponse ne figure pas parmi celles que la caisse connaît. Choisissez l'une des "
    "réponses proposées.",
)


def _unregistered_answers(spec: FormSpec, dossier: Dossier, scope: Scope) -> Iterator[Finding]:
    """Answers that were to be chosen among a register's rows and are none of them."""
    answers = dossier.answers()
    for section in spec.sections:
        for one in section.fields():
            given = answers.get(one.id)
            if one.choices_from is None or given is None or not applies(section, one, scope):
                continue
            if one.choices_from.records not in spec.held:  # nobody was asked
                continue
            if given not in {choice.value for choice in one.choices}:
                message = NOT_IN_REGISTER.fill(label=one.label)
                yield Finding("not_in_register", Severity.ERROR, one.id, message, one.source or "register")


def _missing_in_rows(group: Group, dossier: Dossier, scope: Scope, unreadable: set[str]) -> Iterator[Finding]:
    for number, (row, seen) in enumerate(
        zip(dossier.groups.get(group.id, ()), scope.variables[group.id], strict=True), start=1
    ):
        row_scope = scope.with_variables(**{group.item: seen})
        for one in group.fields:
            subject = f"{group.id}.{number}.{one.id}"
            if subject in unreadable or not holds(one.when, row_scope) or not is_required(one, row_scope):
                continue
            if is_blank(row.get(one.id, one.default)):
                yield _missing_answer(subject, one, group.item_label.fill(n=number))


def _missing_answer(subject: str, one: FieldSpec, where: LocalizedText | None) -> Finding:
    block = where or LocalizedText("الاستمارة", "le formulaire")
    message = MISSING_ANSWER.fill(label=one.label, block=block)
    return Finding("missing_answer", Severity.ERROR, subject, message, one.source or "required")


# --- rules and deadlines ------------------------------------------------------------------------


def _broken_rules(spec: FormSpec, scope: Scope) -> Iterator[Finding]:
    for rule in spec.rules:
        for number, subject, row_scope in rows_of(spec, rule.per, scope):
            if holds(rule.when, row_scope) and not rule.check.holds(row_scope):
                yield _rule_finding(rule, number, _subject_in_row(rule, subject), parameters_in(scope))


def _subject_in_row(rule: Rule, row: str) -> str:
    """``children.birth`` of the second child is ``children.2.birth``; a rule of a whole row names the row."""
    inside = f"{rule.per}."
    return f"{row}.{rule.subject.removeprefix(inside)}" if row and rule.subject.startswith(inside) else row


def _rule_finding(rule: Rule, number: int | None, subject: str, parameters: SimpleNamespace) -> Finding:
    message = rule.message.fill(n=number, child=number, param=parameters)
    where = f"{rule.id}: {rule.source}" if rule.source else rule.id
    return Finding("rule_broken", rule.severity, subject or rule.subject, message, where)


def _judge_deadlines(
    spec: FormSpec, scope: Scope, on: date
) -> Iterator[tuple[Finding | None, dict[str, object] | None]]:
    for deadline in spec.deadlines:
        for number, subject, row_scope in rows_of(spec, deadline.per, scope):
            if holds(deadline.when, row_scope):
                yield _judge_deadline(deadline, number, subject, row_scope, on)


def _judge_deadline(
    deadline: Deadline, number: int | None, subject: str, scope: Scope, on: date
) -> tuple[Finding | None, dict[str, object] | None]:
    started = deadline.starts.evaluate(scope)
    if not started:
        return None, None
    start = date.fromisoformat(started)
    limit = add_months(start, deadline.months) + timedelta(days=deadline.days)
    late = on > limit
    effect = start
    if late and deadline.retroactive_months is not None:
        effect = max(start, add_months(on, -deadline.retroactive_months))
    facts: dict[str, object] = {
        "deadline": deadline.id,
        "subject": subject,
        "limit": limit.isoformat(),
        "late": late,
        "effect_from": effect.isoformat(),
    }
    if not late:
        return None, facts
    message = deadline.late_message.fill(
        child=number,
        n=number,
        months=deadline.months,
        days=deadline.days,
        limit=_written(limit),
        effect=_written(effect),
        param=parameters_in(scope),
    )
    rule = f"{deadline.id}: {deadline.source}" if deadline.source else deadline.id
    return Finding("late", Severity.WARNING, subject or deadline.id, message, rule), facts


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# --- amounts ------------------------------------------------------------------------------------


def _amounts(spec: FormSpec, scope: Scope) -> dict[str, object]:
    """The form's calculations in order; later ones may use earlier results as ``calc.<id>``."""
    results: dict[str, object] = {}
    values = calculated(spec, scope)
    running = scope.with_variables(calc=values)
    day = date.fromisoformat(scope.variables["on"])
    for calculation in spec.calculations:
        value = values[calculation.id]
        if value is None:
            continue
        results[calculation.id] = {
            "value": _rounded(value),
            "unit": calculation.unit,
            "label": calculation.label.as_dict(),
            "formula": calculation.value.expression,
            "steps": [
                {"parameter": one.parameter, "times": _rounded(one.times), "value": _rounded(one.value)}
                for one in steps_of(calculation.value.expression, running)
            ],
            "source": calculation.source,
        }
    if tables := list(_tables(spec, running)):
        results["tables"] = tables
    if results:
        formulas = [c.value.expression for c in spec.calculations] + [t.rows.expression for t in spec.tables]
        used = [p for p in spec.parameters if any(f"param.{p.id}" in formula for formula in formulas)]
        results["parameters"] = {
            p.id: {
                "value": p.on(day).value,
                "unit": p.unit,
                "label": p.label.as_dict(),
                "since": since.isoformat() if (since := p.on(day).since) else None,
                "source": p.on(day).source,
            }
            for p in used
        }
        results["on"] = day.isoformat()
    return results


def _tables(spec: FormSpec, scope: Scope) -> Iterator[dict[str, object]]:
    for table in spec.tables:
        if not holds(table.when, scope):
            continue
        rows = table.rows.evaluate(scope)
        shown = [one.id for one in table.columns]
        yield {
            "id": table.id,
            "label": table.label.as_dict(),
            "columns": [{"id": c.id, "label": c.label.as_dict(), "kind": c.kind} for c in table.columns],
            "rows": [{name: _shown(row, name) for name in shown} for row in rows],
            "source": table.source,
        }


def _shown(row: Mapping[str, Any], name: str) -> Any:
    """A cell: a number or day as it is, a name in both scripts."""
    arabic, french = in_both(row, name)
    return _rounded(french) if arabic == french else {"ar": arabic, "fr": french}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 2)
    return value

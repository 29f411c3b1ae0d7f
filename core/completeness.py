"""What is missing from a dossier and why, in both languages: the judgement everything leads to.

Findings are ordinary results, never exceptions.  Each names its document or field, the rule and
the reason, so that an applicant knows what to bring and a reviewer where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds
from core.dossier import Attachment, Dossier
from core.errors import DossierError
from core.form_spec import Deadline, FieldSpec, FormSpec, Group, RequiredDocument, Rule, Section, Severity
from core.localized_text import LocalizedText
from core.scope import build_scope, is_blank


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a dossier.

    Attributes:
        code: Stable case: ``missing_answer``, ``missing_document``, ``document_to_check``,
            ``document_not_accepted``, ``rule_broken``, ``late``, ``unreadable_answer`` …
        subject: Field id, document id, or row (``children.2``).
        rule: The rule and where it is written.
    """

    code: str
    severity: Severity
    subject: str
    message: LocalizedText
    rule: str

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "subject": self.subject,
            "message": self.message.as_dict(),
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True)
class Requirement:
    """A document demanded from this dossier, and whether it is there.

    Attributes:
        exempt: Why it need not be handed in (``on_file`` or ``declared``), when it need not.
        exemption_possible: Whether «already filed» or «already declared» could lift the demand.
    """

    document_id: str
    type: str
    count: int
    subject: str
    alternatives: tuple[str, ...]
    label: LocalizedText
    rule: str
    present: int
    satisfied: bool
    child: int | None = None
    exempt: str | None = None
    unless_on_file: tuple[str, ...] = ()
    unless_declared: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "type": self.type,
            "count": self.count,
            "subject": self.subject,
            "alternatives": list(self.alternatives),
            "satisfied": self.satisfied,
            "rule": self.rule,
            "present": self.present,
            "child": self.child,
            "label": self.label.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class CompletenessReport:
    """The judgement on one dossier on one day.

    Attributes:
        required: What must be handed in; what an exemption lifts stands in ``lifted``.
        amounts: Results of the form's calculations and deadlines, with their formulas.
    """

    findings: tuple[Finding, ...]
    required: tuple[Requirement, ...]
    lifted: tuple[Requirement, ...]
    amounts: Mapping[str, object]
    declarations: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing or wrong; warnings do not count."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "complete": self.complete,
            "findings": [finding.as_dict() for finding in self.findings],
            "required": [requirement.as_dict() for requirement in self.required],
            "lifted": [requirement.as_dict() for requirement in self.lifted],
            "amounts": dict(self.amounts),
            "declarations": list(self.declarations),
        }


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
    attachments = [one for one in dossier.attachments if not one.declined]
    required, lifted, document_findings = _judge_documents(spec, dossier, attachments, scope)
    deadlines = list(_judge_deadlines(spec, scope, on))
    findings = [
        *_unreadable_answers(unreadable or {}),
        *_missing_answers(spec, dossier, scope, set(unreadable or {})),
        *_broken_rules(spec, scope),
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
    message = LocalizedText(
        ar="لم تتم تعبئة «{label}» في «{block}». املؤوا هذه الخانة.",
        fr="« {label} » n'est pas rempli dans « {block} ». Remplissez cette case.",
    ).fill(label=_without_mark(one.label), block=block)
    return Finding("missing_answer", Severity.ERROR, subject, message, one.source or "required")


def _without_mark(label: LocalizedText) -> LocalizedText:
    def plain(text: str) -> str:
        for mark in ("(1)", "(2)", "(3)", "(4)", "(*)"):
            text = text.replace(mark, "")
        return text.strip()

    return LocalizedText(plain(label.ar), plain(label.fr))


# --- rules and deadlines ------------------------------------------------------------------------


def _rows(spec: FormSpec, per: str | None, scope: Scope) -> Iterator[tuple[int | None, str, Scope]]:
    """One (number, subject, scope) per row of a group, or a single one for the whole form."""
    if per is None:
        yield None, "", scope
        return
    group = spec.group(per)
    if not holds(group.when, scope):
        return
    for row in scope.variables[per]:
        yield row["n"], f"{per}.{row['n']}", scope.with_variables(**{group.item: row})


def _broken_rules(spec: FormSpec, scope: Scope) -> Iterator[Finding]:
    for rule in spec.rules:
        for number, subject, row_scope in _rows(spec, rule.per, scope):
            if holds(rule.when, row_scope) and not rule.check.holds(row_scope):
                yield _rule_finding(rule, number, subject)


def _rule_finding(rule: Rule, number: int | None, subject: str) -> Finding:
    message = rule.message.fill(n=number, child=number)
    where = f"{rule.id}: {rule.source}" if rule.source else rule.id
    return Finding("rule_broken", rule.severity, subject or rule.subject, message, where)


def _judge_deadlines(
    spec: FormSpec, scope: Scope, on: date
) -> Iterator[tuple[Finding | None, dict[str, object] | None]]:
    for deadline in spec.deadlines:
        for number, subject, row_scope in _rows(spec, deadline.per, scope):
            if holds(deadline.when, row_scope):
                yield _judge_deadline(deadline, number, subject, row_scope, on)


def _judge_deadline(
    deadline: Deadline, number: int | None, subject: str, scope: Scope, on: date
) -> tuple[Finding | None, dict[str, object] | None]:
    from core.calendar_rules import add_months

    started = deadline.starts.evaluate(scope)
    if not started:
        return None, None
    start = date.fromisoformat(started)
    limit = add_months(start, deadline.months)
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
        child=number, n=number, months=deadline.months, limit=_written(limit), effect=_written(effect)
    )
    rule = f"{deadline.id}: {deadline.source}" if deadline.source else deadline.id
    return Finding("late", Severity.WARNING, subject or deadline.id, message, rule), facts


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# --- documents ----------------------------------------------------------------------------------


def _judge_documents(
    spec: FormSpec, dossier: Dossier, attachments: list[Attachment], scope: Scope
) -> tuple[list[Requirement], list[Requirement], list[Finding]]:
    required: list[Requirement] = []
    lifted: list[Requirement] = []
    findings: list[Finding] = []
    free = list(attachments)
    demands = [
        (document, number, subject)
        for document in spec.documents
        for number, subject, row_scope in _rows(spec, document.per, scope)
        if holds(document.when, row_scope)
    ]
    demands.sort(key=lambda demand: demand[1] is None)
    for document, number, subject in demands:
        exempt = _exemption(document, dossier)
        taken = _take(document, number, free)
        accepted, doubts = _accepted(document, taken, scope)
        requirement = Requirement(
            document_id=document.id,
            type=document.type,
            count=document.count,
            subject=subject or document.subject,
            alternatives=document.alternatives,
            label=document.label,
            rule=document.rule,
            present=len(taken),
            satisfied=len(accepted) >= document.count,
            child=number,
            exempt=exempt,
            unless_on_file=document.unless_on_file,
            unless_declared=document.unless_declared,
        )
        if exempt:
            lifted.append(requirement)
            continue
        required.append(requirement)
        findings += doubts
        if len(taken) < document.count:
            findings.append(_missing_document(spec, document, requirement))
    order = {document.id: place for place, document in enumerate(spec.documents)}
    required.sort(key=lambda one: (order[one.document_id], one.child or 0))
    return required, lifted, findings


def _exemption(document: RequiredDocument, dossier: Dossier) -> str | None:
    if dossier.on_file & set(document.unless_on_file):
        return "on_file"
    if dossier.declared & set(document.unless_declared):
        return "declared"
    return None


def _take(document: RequiredDocument, number: int | None, free: list[Attachment]) -> list[Attachment]:
    """Assign attachments to one demand, each to one demand only.

    Those marked for this row come first; those marked for no row may serve any.
    """
    types = (document.type, *document.alternatives)
    fitting = [one for one in free if one.type in types and (number is None or one.child in (None, number))]
    fitting.sort(key=lambda one: one.child is None)
    taken = fitting if number is None else fitting[: document.count]
    for one in taken:
        free.remove(one)
    return taken


def _accepted(
    document: RequiredDocument, taken: list[Attachment], scope: Scope
) -> tuple[list[Attachment], list[Finding]]:
    """Judge the documents by their facts; an unread one counts as supplied, to be looked at."""
    if document.accept_when is None:
        return taken, []
    accepted: list[Attachment] = []
    findings: list[Finding] = []
    for one in taken:
        verdict = _facts_satisfy(document.accept_when, one, scope)
        if verdict is not False:
            accepted.append(one)
        if verdict is None:
            findings.append(_to_check(document))
        elif verdict is False:
            message = document.accept_message or document.label
            findings.append(
                Finding("document_not_accepted", Severity.ERROR, document.id, message, document.rule)
            )
    return accepted, findings


def _facts_satisfy(condition: Condition, attachment: Attachment, scope: Scope) -> bool | None:
    """True or False by the facts read; None when a fact it needs was not read."""
    try:
        return bool(condition.evaluate(scope.with_variables(document=_numeric(attachment.facts))))
    except EVALUATION_ERRORS:
        return None


def _numeric(facts: Mapping[str, object]) -> dict[str, Any]:
    """Facts as expressions see them: numbers as numbers, however a reader wrote them down."""

    def seen(value: object) -> object:
        if isinstance(value, Mapping) and "value" in value:
            value = value["value"]
        if isinstance(value, str):
            text = value.strip().removesuffix("%").strip().replace(",", ".")
            try:
                number = float(text)
            except ValueError:
                return value
            return int(number) if number.is_integer() and len(text) < 9 else number
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    return {name: seen(value) for name, value in facts.items()}


def _to_check(document: RequiredDocument) -> Finding:
    message = LocalizedText(
        ar="سيتحقق أحد الموظفين من هذه الوثيقة: «{label}».",
        fr="Un agent vérifiera ce document : « {label} ».",
    ).fill(label=document.label)
    return Finding("document_to_check", Severity.INFO, document.id, message, document.rule)


def _missing_document(spec: FormSpec, document: RequiredDocument, requirement: Requirement) -> Finding:
    short = requirement.count - requirement.present
    if requirement.child is not None and document.per is not None:
        group = spec.group(document.per)
        message = LocalizedText(
            ar="ينقص بالنسبة لـ«{row}»: {label}.", fr="Il manque pour « {row} » : {label}."
        ).fill(row=group.item_label.fill(n=requirement.child), label=_bare(document.label))
    elif requirement.count > 1:
        message = LocalizedText(
            ar="ينقص ({short} من {count}): {label}.", fr="Il manque ({short} sur {count}) : {label}."
        ).fill(short=short, count=requirement.count, label=_bare(document.label))
    else:
        message = LocalizedText(ar="ينقص: {label}.", fr="Il manque : {label}.").fill(
            label=_bare(document.label)
        )
    return Finding("missing_document", Severity.ERROR, document.id, message, document.rule)


def _bare(label: LocalizedText) -> LocalizedText:
    return LocalizedText(label.ar.rstrip(" .؛;"), label.fr.rstrip(" .;"))


# --- amounts ------------------------------------------------------------------------------------


def _amounts(spec: FormSpec, scope: Scope) -> dict[str, object]:
    """The form's calculations in order; later ones may use earlier results as ``calc.<id>``."""
    results: dict[str, object] = {}
    calculated: dict[str, Any] = {}
    day = date.fromisoformat(scope.variables["on"])
    for calculation in spec.calculations:
        running = scope.with_variables(calc=dict(calculated))
        if not holds(calculation.when, running):
            continue
        value = calculation.value.evaluate(running)
        calculated[calculation.id] = value
        results[calculation.id] = {
            "value": _rounded(value),
            "unit": calculation.unit,
            "label": calculation.label.as_dict(),
            "formula": calculation.value.expression,
            "source": calculation.source,
        }
    if results:
        used = [p for p in spec.parameters if any(p.id in c.value.expression for c in spec.calculations)]
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


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 2)
    return value

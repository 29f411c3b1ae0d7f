"""Judges the documents: which are demanded, which attachments satisfy them, what exempts from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds
from core.dossier import Attachment, Dossier
from core.findings import Finding, Requirement
from core.form_spec import FormSpec, RequiredDocument, Severity
from core.localized_text import LocalizedText


def rows_of(spec: FormSpec, per: str | None, scope: Scope) -> Iterator[tuple[int | None, str, Scope]]:
    """One (number, subject, scope) per row of a group, or a single one for the whole form."""
    if per is None:
        yield None, "", scope
        return
    group = spec.group(per)
    if not holds(group.when, scope):
        return
    for row in scope.variables[per]:
        yield row["n"], f"{per}.{row['n']}", scope.with_variables(**{group.item: row})


def parameters_in(scope: Scope) -> SimpleNamespace:
    """The parameters in force, as messages name them: ``{param.maximum_children}``."""
    return SimpleNamespace(**scope.variables["param"])


def judge_documents(
    spec: FormSpec, dossier: Dossier, attachments: list[Attachment], scope: Scope
) -> tuple[list[Requirement], list[Requirement], list[Finding]]:
    """Tell what must be handed in, what an exemption lifts, and what is missing or not good.

    Each attachment serves one demand only; demands of a single row choose first.
    """
    required: list[Requirement] = []
    lifted: list[Requirement] = []
    findings: list[Finding] = []
    free = list(attachments)
    demands = [
        (document, number, subject)
        for document in spec.documents
        for number, subject, row_scope in rows_of(spec, document.per, scope)
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
            accepted=len(accepted),
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
        findings += _softened(doubts) if requirement.satisfied else doubts
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


def _softened(doubts: list[Finding]) -> list[Finding]:
    """What is wrong with one document matters no more once another one satisfies the demand."""
    return [replace(doubt, severity=Severity.INFO) for doubt in doubts]


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
            message = (document.accept_message or document.label).fill(param=parameters_in(scope))
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

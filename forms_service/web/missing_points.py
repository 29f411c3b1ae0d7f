"""What is missing, in plain words: what it is, why it is asked, where it is mended; codes only for who looks."""

from __future__ import annotations

from dataclasses import dataclass

from core.completeness import CompletenessReport, Finding, Requirement
from core.form_spec import RequiredDocument, Severity
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web import tasks
from forms_service.web.applicant import Opened
from forms_service.web.languages import language, translate
from forms_service.web.presentation import type_name
from forms_service.web.why_asked import why_asked

_NO_RULE = frozenset({"required", "kind", "attachments"})


@dataclass(frozen=True, slots=True)
class Missing:
    """One finding as its person reads it.

    Attributes:
        url: Where it is mended; None when nothing can be changed any more.
        why: Why it is asked of this person.
        wording: The demand as the form words it.
        rule: The rule behind it, by its code.
    """

    finding: Finding
    words: str
    url: str | None
    why: str | None = None
    wording: str | None = None
    rule: str | None = None


def missing_points(one: Opened, report: CompletenessReport, severities: set[Severity]) -> list[Missing]:
    """The findings of some severities, in the report's order."""
    needs = _demands_in_order(report)
    points = []
    for finding in tasks.open_findings(one.view, one.scope, report):
        waiting = needs.get(finding.subject, []) if finding.code == "missing_document" else []
        need = waiting.pop(0) if waiting else None
        if finding.severity in severities:
            points.append(_of_document(one, finding, need) if need else _of_answers(one, finding))
    return points


def _demands_in_order(report: CompletenessReport) -> dict[str, list[Requirement]]:
    """The demands that are not met, by document: findings about them come in the order of the rows."""
    needs: dict[str, list[Requirement]] = {}
    for need in sorted(report.required, key=lambda one: one.child or 0):
        if need.present < need.count:
            needs.setdefault(need.document_id, []).append(need)
    return needs


def _of_document(one: Opened, finding: Finding, need: Requirement) -> Missing:
    url = tasks.place_of(one.view, one.scope, finding) if one.view.may_edit else None
    row = row_name(one.view, need)
    name = type_name(need.type)
    return Missing(
        finding,
        translate("missing.document_of", row=row, name=name)
        if row
        else translate("missing.document", name=name),
        f"{url}-{need.child}" if url and need.child else url,
        why=why_asked(one.view, need),
        wording=finding.message.in_language(language()),
        rule=need.rule,
    )


def _of_answers(one: Opened, finding: Finding) -> Missing:
    return Missing(
        finding,
        tasks.worded(one.spec, finding).in_language(language()),
        tasks.place_of(one.view, one.scope, finding) if one.view.may_edit else None,
        rule=finding.rule if finding.rule and finding.rule not in _NO_RULE else None,
    )


def row_name(view: DossierView, need: Requirement) -> str | None:
    """Whose document is demanded, where a form asks for one of every child."""
    document = next((one for one in view.spec.documents if one.id == need.document_id), None)
    if document is None or document.per is None or need.child is None:
        return None
    return view.row_label(document.per, need.child).in_language(language())


def paper_of_whom(view: DossierView, paper: AttachmentView) -> str | None:
    """The child a paper is filed under, by number and by name as far as it was answered."""
    document = next((one for one in view.spec.documents if one.per and paper.type in _types(one)), None)
    if paper.child is None or document is None or document.per is None:
        return str(paper.child) if paper.child else None
    return view.row_label(document.per, paper.child).in_language(language())


def _types(document: RequiredDocument) -> tuple[str, ...]:
    return (document.type, *document.alternatives)

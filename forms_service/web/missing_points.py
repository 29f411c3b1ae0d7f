"""What is missing, in plain words: what it is, why it is asked, where it is mended; codes only for who looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from core.completeness import CompletenessReport, Finding, Requirement
from core.form_spec import RequiredDocument, Severity
from forms_service.services.staff_words import state_alone
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web import tasks
from forms_service.web.applicant import Opened
from forms_service.web.languages import language, translate
from forms_service.web.papers_in_question import of_another_kind, other_kind_words, remarked
from forms_service.web.presentation import type_name
from forms_service.web.why_asked import why_asked

_NO_RULE = frozenset({"required", "kind", "attachments"})


@dataclass(frozen=True, slots=True)
class Missing:
    """One finding as its person reads it, or the empty answers of one page together.

    Attributes:
        inside: The answers that are empty, where one page lacks several; each leads to its question.
        url: Where it is mended; None when nothing can be changed any more.
        label / where: The answer's name alone, and the page it stands on.
        why: Why it is asked of this person.
        wording: The demand as the form words it.
        rule: The rule behind it, by its code.
    """

    finding: Finding
    words: str
    url: str | None
    label: str = ""
    where: str = ""
    why: str | None = None
    wording: str | None = None
    rule: str | None = None
    inside: tuple[Missing, ...] = ()


def missing_points(one: Opened, report: CompletenessReport, severities: set[Severity]) -> list[Missing]:
    """The findings of some severities, in the report's order."""
    needs = _demands_in_order(report)
    points = []
    for finding in tasks.open_findings(one.view, one.scope, report):
        waiting = needs.get(finding.subject, []) if finding.code == "missing_document" else []
        need = waiting.pop(0) if waiting else None
        if finding.severity in severities:
            points.append(_of_document(one, finding, need) if need else _of_answers(one, finding))
    return [_of_page(list(same)) for _, same in groupby(points, key=_page_lacking_answers)]


def _page_lacking_answers(point: Missing) -> tuple[str, str]:
    """Empty answers of one page are one point; everything else stands for itself."""
    if point.finding.code != "missing_answer" or point.url is None:
        return "point", str(id(point))
    return "page", point.url.partition("#")[0]


def _of_page(points: list[Missing]) -> Missing:
    first = points[0]
    if len(points) == 1:
        return first
    url = str(first.url).partition("#")[0]
    words = translate("missing.answers_of", where=first.where, n=len(points))
    return replace(first, words=words, url=url, rule=None, inside=tuple(points))


def remarks_on_papers(one: Opened, report: CompletenessReport) -> list[Missing]:
    """What is to be looked at on papers that came, each leading to its paper."""
    base = tasks.key_url(one.view.id, tasks.DOCUMENTS) if one.view.may_edit else None
    return [
        Missing(
            finding,
            translate(
                "other_kind.remark",
                name=type_name(paper.type or paper.declared_type),
                told=finding.message.in_language(language()),
            ),
            f"{base}#attachment-{paper.id}" if base else None,
        )
        for paper, finding in remarked(one.view, report)
    ]


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
    words = translate("missing.document", name=name)
    if need.count > 1:
        words = translate("missing.documents", name=name, short=need.count - need.present, count=need.count)
    if row:
        words = translate("missing.document_of", row=row, name=name)
    if (instead := of_another_kind(one.view, need)) is not None:
        words = other_kind_words(instead, need, row, one.view.may_edit)
    return Missing(
        finding,
        words,
        f"{url}-{need.child}" if url and need.child else url,
        why=why_asked(one.view, need),
        wording=finding.message.in_language(language()),
        rule=need.rule,
    )


def _of_answers(one: Opened, finding: Finding) -> Missing:
    said = tasks.worded(one.spec, finding)
    words = (said if one.view.may_edit else state_alone(said)).in_language(language())
    label, where = tasks.label_of(one.spec, finding.subject), tasks.page_of(one.view, finding.subject)
    if finding.code == "missing_answer" and label == where:  # a page named as its only question
        words = translate("missing.answer", name=label)
    return Missing(
        finding,
        words,
        tasks.place_of(one.view, one.scope, finding) if one.view.may_edit else None,
        label=label,
        where=where,
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

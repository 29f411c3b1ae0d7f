"""Remarks for whoever cannot follow their advice: agents, and applicants once they have deposited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from core.completeness import MISSING_ANSWER, CompletenessReport
from core.localized_text import LocalizedText

ON_THE_LIST = LocalizedText(" في لائحة الصفحات التي تنتظر", " dans la liste des pages à identifier")
"""Where remarks about a stack's pages send a clerk to say whose a page is."""


def without_way(remark: LocalizedText) -> LocalizedText:
    """The remark for whoever has the list of waiting pages before them: say whose it is, here."""
    return LocalizedText(remark.ar.replace(ON_THE_LIST.ar, ""), remark.fr.replace(ON_THE_LIST.fr, ""))


def state_alone(remark: LocalizedText) -> LocalizedText:
    """The remark without the advice to the sender at its end; any other remark as it is."""
    for advice in _advice():
        if remark.fr.endswith(advice.fr) and remark.ar.endswith(advice.ar):
            return LocalizedText(
                _ended(remark.ar.removesuffix(advice.ar)), _ended(remark.fr.removesuffix(advice.fr))
            )
    return remark


def told_to_staff(report: CompletenessReport) -> CompletenessReport:
    """The judgement of a dossier for those who look at it without filling it in."""
    findings = (replace(one, message=state_alone(one.message)) for one in report.findings)
    return replace(report, findings=tuple(findings))


def _ended(state: str) -> str:
    return state.rstrip(" \u00a0\u202f:.") + "."


@cache
def _advice() -> tuple[LocalizedText, ...]:
    return tuple(_advice_in_sentences())


def _advice_in_sentences() -> Iterator[LocalizedText]:
    """What follows the state in every sentence that tells a sender what to do."""
    from forms_service.ocr.attachments.warnings import SENTENCES
    from forms_service.ocr.page_messages import PAGE_SENTENCES, PageCode
    from forms_service.ocr.picture_quality import Flaw, what_to_do
    from forms_service.services.answers_to_confirm import TO_CONFIRM
    from forms_service.services.identity_doubts import NOT_IN_REQUEST, WHOSE_PAPER

    for flaw in Flaw:
        yield _after(what_to_do(flaw), ":")
    told = (*SENTENCES.values(), *(PAGE_SENTENCES[PageCode(c)] for c in ("partly_outside", "missing_page")))
    for sentence in (*told, WHOSE_PAPER, NOT_IN_REQUEST, MISSING_ANSWER, TO_CONFIRM):
        yield _after(sentence, ". ")


def _after(sentence: LocalizedText, mark: str) -> LocalizedText:
    return LocalizedText(sentence.ar.partition(mark)[2], sentence.fr.partition(mark)[2])

"""Answers that were read on paper and wait for a person: they are not empty, they are to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.extraction import Verdict
from core.findings import Finding
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from forms_service.storage.models import ExtractionRow

TO_CONFIRM = LocalizedText(
    "«{label}»: قُرئت على الورقة ({value}) وتنتظر التحقق. قارنوها بالصورة، ثم أكدوها أو صححوها.",
    "« {label} » : lu sur le papier ({value}), à vérifier. Comparez avec l'image, puis confirmez ou corrigez.",
)


def with_read_answers(
    spec: FormSpec, findings: Iterable[Finding], readings: Iterable[ExtractionRow]
) -> tuple[Finding, ...]:
    """The findings; an answer called missing although it was read says what was read and waits."""
    waiting = {
        one.field_id: one.raw
        for one in readings
        if one.decision is None and one.verdict == Verdict.REVIEW.value and one.raw.strip()
    }
    labels = {one.id: one.label for one in spec.fields() if one.label}
    return tuple(
        replace(one, code="answer_to_confirm", message=_told(labels, one.subject, waiting[one.subject]))
        if one.code == "missing_answer" and one.subject in waiting and one.subject in labels
        else one
        for one in findings
    )


def _told(labels: Mapping[str, LocalizedText], subject: str, value: str) -> LocalizedText:
    return TO_CONFIRM.fill(label=labels[subject], value=f"\u2068{value}\u2069")  # in letters of its own

"""What a correction slip tells its reader: whose it is, why each thing is asked again, what is held now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.completeness import CompletenessReport
from core.correction_slip import SlipRequest, answer_field, demand_of, row_of
from core.field_kinds import Answer
from core.form_spec import FormSpec, RequiredDocument, Severity
from core.localized_text import Language, LocalizedText, Script
from forms_service.locales import both, has
from forms_service.services.presenting import current_answers, shown
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, CorrectionRow, DossierRow

if TYPE_CHECKING:
    from forms_service.render.slip_blocks import SlipNotes

_HELD = LocalizedText("في ملفكم: {value}", "Dans votre dossier : {value}")
_NOT_ANSWERED = LocalizedText("لم تجيبوا عن هذا السؤال بعد.", "Vous n'y avez pas encore répondu.")
_NOT_SUPPLIED = LocalizedText("لم تُقدَّم بعد.", "Pas encore fournie.")
_FORM_ITSELF = "form"
"""The signed form among the documents: its pages are kept as scans, not as attachments."""

_AGAIN = LocalizedText("المرجو تقديمها من جديد.", "À fournir de nouveau.")
_ELSEWHERE = LocalizedText(
    "وأكملوا على الشاشة أو في الوكالة: {labels}.", "À compléter à l'écran ou en agence : {labels}."
)


def slip_notes(
    session: Session,
    row: DossierRow,
    spec: FormSpec,
    request: SlipRequest,
    correction: CorrectionRow,
    report: CompletenessReport,
    zone: ZoneInfo,
) -> SlipNotes:
    """Everything printed on the slip of a request beside its boxes."""
    from forms_service.render.slip_blocks import SlipNotes

    said = {one.subject: one.message for one in report.findings if one.severity is Severity.ERROR}
    held = current_answers(session, row, spec)
    uploads = DossierRepository(session).attachments(row.id)
    demands = [one for one in spec.documents if one.id in request.asked.documents]
    return SlipNotes(
        holder=row.owner_name,
        asked_on=f"{correction.asked_at.astimezone(zone):%d/%m/%Y}",
        message=_message(spec, correction, request.left_out, Language(row.language)),
        answers={
            name: _about_answer(spec, name, said, held, correction.reasons)
            for name in request.asked.fields
            if name != spec.signature_field
        },
        documents={one.id: _about_document(spec, one, correction.documents, uploads) for one in demands},
    )


def _message(spec: FormSpec, correction: CorrectionRow, left_out: Iterable[str], language: Language) -> str:
    """The reviewer's words, and what cannot be answered on the slip."""
    labels = [words.in_language(language) for name in left_out if (words := _label(spec, name)) is not None]
    if not labels:
        return correction.message
    joined = ("، " if language is Language.AR else ", ").join(labels)
    return f"{correction.message} {_ELSEWHERE.in_language(language).format(labels=joined)}".strip()


def _label(spec: FormSpec, name: str) -> LocalizedText | None:
    field = answer_field(spec, name)
    if field is not None:
        return field.label
    named = {one.id: one.label for one in spec.facts} | {one.id: one.label for one in spec.groups}
    return named.get(name)


def _about_answer(
    spec: FormSpec,
    name: str,
    said: Mapping[str, LocalizedText],
    held: Mapping[str, Answer],
    reasons: Mapping[str, str],
) -> LocalizedText:
    """What is wrong with an answer, as the reviewer or the rules say, and what the dossier holds."""
    field = answer_field(spec, name)
    twin = field.twin if field is not None else None
    code = reasons.get(name) or reasons.get(twin or "")
    reason = both(f"answer_reason.{code}") if code else said.get(name) or said.get(twin or "")
    value = _held(spec, name, held) or _held(spec, twin or "", held)
    if value is None:
        return reason or _NOT_ANSWERED
    stated = _HELD.fill(value=value)
    return LocalizedText(f"{reason.ar} {stated.ar}", f"{reason.fr} {stated.fr}") if reason else stated


def _held(spec: FormSpec, name: str, held: Mapping[str, Answer]) -> LocalizedText | None:
    """What the dossier holds, a name that is kept in both scripts in each reader's own."""
    field, value = answer_field(spec, name), held.get(name)
    if field is None or value is None:
        return None
    stated, other = shown(field, value, ""), held.get(field.twin or "")
    if not isinstance(other, str):
        return stated
    return LocalizedText(stated.ar, other) if field.script is Script.ARAB else LocalizedText(other, stated.fr)


def _about_document(
    spec: FormSpec, demand: RequiredDocument, subjects: Iterable[str], uploads: Iterable[AttachmentRow]
) -> LocalizedText:
    """For which rows a document is asked again, and why the one handed in was declined."""
    rows = _rows(spec, demand, subjects)
    types = {demand.type, *demand.alternatives}
    supplied = [
        one for one in uploads if one.type in types and (not rows or one.child is None or one.child in rows)
    ]
    declined = [one.decision_reason for one in supplied if one.decision == "refused" and one.decision_reason]
    unsaid = _AGAIN if supplied or demand.type == _FORM_ITSELF else _NOT_SUPPLIED
    reason = _worded(declined[-1]) if declined else unsaid
    named = rows_concerned(spec, demand, subjects)
    return (
        reason if named is None else LocalizedText(f"{named.ar} – {reason.ar}", f"{named.fr} – {reason.fr}")
    )


def rows_concerned(spec: FormSpec, demand: RequiredDocument, subjects: Iterable[str]) -> LocalizedText | None:
    """Which child a demand such as ``birth.2`` is for, in words; None when it is for none in particular.

    The slip's code names demands only, so the paper must say it.
    """
    rows = _rows(spec, demand, subjects)
    if not rows or demand.per is None:
        return None
    label = spec.group(demand.per).item_label
    return LocalizedText(
        "، ".join(label.fill(n=number).ar for number in rows),
        ", ".join(label.fill(n=number).fr for number in rows),
    )


def _rows(spec: FormSpec, demand: RequiredDocument, subjects: Iterable[str]) -> list[int]:
    asked = [name for name in subjects if demand_of(spec, name) is demand]
    return sorted({number for name in asked if (number := row_of(spec, name)) is not None})


def _worded(reason: str) -> LocalizedText:
    """The reviewer's coded reason in both languages; one in their own words as it is."""
    return both(f"reason.{reason}") if has(f"reason.{reason}") else LocalizedText(reason, reason)

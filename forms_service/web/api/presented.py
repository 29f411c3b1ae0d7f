"""Views of the use cases as the shapes of the interface."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel

from core.completeness import CompletenessReport
from core.dossier import STATE_LABELS, FieldValue
from core.errors import InvalidValue
from core.localized_text import LocalizedText
from core.receipt import DepositReceipt
from forms_service.locales import both
from forms_service.services.complements import Complement
from forms_service.services.correction_progress import CorrectionProgress
from forms_service.services.views import (
    Actor,
    AttachmentView,
    DossierSummary,
    DossierView,
    ExtractionView,
    ReceiptStanding,
)


def summary(one: DossierSummary) -> dict[str, Any]:
    """One line of a list of dossiers."""
    return {
        "id": one.id,
        "reference": one.reference,
        "form": one.form_id,
        "version": one.version,
        "title": one.title,
        "state": one.state,
        "state_label": STATE_LABELS[one.state],
        "language": one.language,
        "name": one.owner_name,
        "registration": one.registration,
        "opened_at": one.opened_at,
        "changed_at": one.changed_at,
        "deposited_at": one.deposited_at,
        "to_review": one.to_review,
        "reading": one.reading,
    }


def dossier(
    view: DossierView, progress: CorrectionProgress | None, answer_by: date | None = None
) -> dict[str, Any]:
    """Everything about one dossier."""
    return {
        "id": view.id,
        "reference": view.reference,
        "form": view.spec.id,
        "version": view.spec.version,
        "state": view.state,
        "state_label": STATE_LABELS[view.state],
        "language": view.language,
        "revision": view.revision,
        "editable": view.may_edit,
        "name": view.owner_name,
        "opened_at": view.opened_at,
        "changed_at": view.changed_at,
        "deposited_at": view.deposited_at,
        "physical_check": view.physical_check,
        "decision_note": view.decision_note,
        "answers": {name: _answer(one) for name, one in view.dossier.values.items()},
        "facts": dict(view.dossier.facts),
        "groups": {name: [dict(row) for row in rows] for name, rows in view.dossier.groups.items()},
        "given": {name: _answer(one) for name, one in view.given.items()},
        "typed": {**view.raw, **{_row_place(place): text for place, text in view.group_raw.items()}},
        "problems": [
            *mistakes(view.problems),
            *mistakes({_row_place(place): text for place, text in view.group_problems.items()}),
        ],
        "on_file": sorted(view.dossier.on_file),
        "declared": sorted(view.dossier.declared),
        "attachments": [attachment(one) for one in view.attachments],
        "correction": correction(view, progress, answer_by),
    }


def _answer(one: FieldValue) -> dict[str, Any]:
    return {"value": one.value, "origin": one.origin, "confidence": one.confidence, "at": one.at}


def correction(
    view: DossierView, progress: CorrectionProgress | None, answer_by: date | None
) -> dict[str, Any] | None:
    """The latest request for a correction, and how far its answer has come."""
    asked = view.correction
    if asked is None:
        return None
    done = {**progress.fields, **progress.documents} if progress is not None else {}
    every = (*asked.fields, *asked.documents)
    return {
        "at": asked.at,
        "message": asked.message,
        "fields": list(asked.fields),
        "documents": list(asked.documents),
        "reasons": dict(asked.reasons),
        "answered": asked.answered,
        "answer_by": answer_by,
        "done": [one for one in every if done.get(one, asked.answered)],
        "open": [one for one in every if not done.get(one, asked.answered)],
    }


def _row_place(place: tuple[str, int, str]) -> str:
    return ".".join(map(str, place))


def mistakes(problems: Mapping[str, LocalizedText]) -> list[dict[str, Any]]:
    """What is wrong, by field."""
    return [{"place": place, "message": text} for place, text in problems.items()]


def attachment(one: AttachmentView) -> dict[str, Any]:
    """One upload, with every fact's confidence beside it."""
    told = {name: getattr(one, name) for name in _OF_ATTACHMENT}
    facts = {
        name: {"value": value, "confidence": one.fact_confidences.get(name)}
        for name, value in one.facts.items()
    }
    return {**told, "warnings": list(one.warnings), "facts": facts}


_OF_ATTACHMENT = (
    "id",
    "filename",
    "media_type",
    "size",
    "type",
    "declared_type",
    "child",
    "status",
    "message",
    "valid_until",
    "confidence",
    "pages",
    "is_form",
    "is_slip",
    "made_on_screen",
    "decision",
    "decision_reason",
    "uploaded_at",
)


def attachments(papers: Iterable[AttachmentView]) -> dict[str, Any]:
    """The papers of a dossier."""
    papers = list(papers)
    return {
        "items": [attachment(one) for one in papers],
        "reading": sum(not one.status.is_final for one in papers),
    }


def reading(one: ExtractionView, actor: Actor) -> dict[str, Any]:
    """One answer read from paper; who settled it is only told to staff."""
    return {
        "id": one.id,
        "field": one.field_id,
        "label": one.label,
        "raw": one.raw,
        "value": one.value,
        "shown": one.shown,
        "confidence": one.confidence,
        "verdict": one.verdict,
        "reason": one.reason,
        "attachment": one.scan_id,
        "page": one.page,
        "box_px": list(one.box),
        "crop_available": one.crop_available,
        "current": one.current,
        "conflicts": one.conflicts,
        "decision": one.decision,
        "decided_by": one.decided_by if actor.is_staff else None,
        "decided_at": one.decided_at,
    }


def completeness(report: CompletenessReport) -> dict[str, Any]:
    """The judgement, in the shape of the command line."""
    return report.as_dict()


def complement(held: Complement | None) -> dict[str, Any]:
    """What may be added to a deposited dossier; nothing when it takes or lacks nothing."""
    if held is None:
        return {"open": False, "missing": [], "added": [], "to_confirm": False}
    return {
        "open": True,
        "missing": list(held.missing),
        "added": [attachment(one) for one in held.added],
        "to_confirm": held.to_confirm,
    }


def history(view: DossierView, actor: Actor) -> dict[str, Any]:
    """What happened to a dossier; who did it, and its details, are only told to staff."""
    staff = actor.is_staff
    return {
        "state": view.state,
        "state_label": STATE_LABELS[view.state],
        "events": [
            {
                "at": one.at,
                "action": one.action,
                "by": one.actor_name if staff else None,
                "details": dict(one.details) if staff else {},
            }
            for one in view.events
        ],
    }


def receipt(one: DepositReceipt, standing: ReceiptStanding | None) -> dict[str, Any]:
    """What a receipt states."""
    return {
        "reference": one.reference,
        "form": one.form_id,
        "version": one.form_version,
        "name": one.applicant_name,
        "registration": one.registration,
        "request_type": one.request_type,
        "deposited_at": one.deposited_at,
        "completed_at": one.completed_at,
        "received": list(one.received),
        "missing": list(one.missing),
        "claimed": list(one.claimed),
        "physical_check": one.physical_check,
        "control_code": one.control_code(),
        "digest": one.digest(),
        "standing": standing,
    }


# --- answers that carry a revision or lead on -------------------------------------------------------


def revised(shape: type[BaseModel], data: dict[str, Any], revision: int, status: int = 200) -> Response:
    """An answer with the revision of its dossier in ``ETag``, for the next ``If-Match``."""
    answer = jsonify(shape.model_validate(data).model_dump(mode="json"))
    answer.status_code = status
    answer.headers["ETag"] = f'"{revision}"'
    return answer


def cursor(at: datetime, row_id: str) -> str:
    """Where a list goes on, as a word that stands in an address as it is."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def read_cursor(word: str | None) -> tuple[datetime, str] | None:
    """Time and id of the last line seen.

    Raises:
        InvalidValue: ``wrong_cursor``: it is none of ours.
    """
    if not word:
        return None
    try:
        text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        at, _, row_id = text.partition("|")
        found = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        raise InvalidValue(both("api.wrong_cursor"), code="wrong_cursor") from None
    if found.tzinfo is None or not row_id:
        raise InvalidValue(both("api.wrong_cursor"), code="wrong_cursor")
    return found, row_id

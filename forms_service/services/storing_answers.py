"""One read or corrected value into the dossier, wherever it belongs: a field, or a row of a group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.dossier import Origin
from core.field_kinds import Answer
from core.form_spec import FormSpec, Group
from core.localized_text import LocalizedText
from forms_service.services.childrens_papers import settle_children
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, ExtractionRow
from forms_service.storage.name_index import NameIndex

_NAMES = ("latin_name", "arabic_name")


def put_field(
    session: Session,
    dossier: DossierRow,
    spec: FormSpec,
    field_id: str,
    value: Answer,
    *,
    origin: Origin,
    by: str | None,
    at: datetime,
    confidence: float | None = None,
    raw: str | None = None,
    problem: LocalizedText | None = None,
) -> None:
    """Let a value take over; ``raw`` and ``problem`` keep what was written when it is not valid."""
    repository = DossierRepository(session)
    place = group_place(spec, field_id)
    if place is None:
        current = repository.answers(dossier.id).get((FIELD, field_id))
        repository.put_answer(
            dossier,
            FIELD,
            field_id,
            value=value,
            origin=origin,
            by=by,
            at=at,
            confidence=confidence,
            raw=raw,
            problem=problem,
            replaces=current,
        )
        index_name(session, dossier, spec, field_id, value)
    else:
        said = value if raw is None else raw
        _put_cell(repository, dossier, place, said, origin=origin, by=by, at=at, confidence=confidence)
        session.flush()
        settle_children(session, dossier, spec)
    session.flush()


def _put_cell(
    repository: DossierRepository,
    dossier: DossierRow,
    place: tuple[Group, int, str],
    said: Answer,
    **given: Any,
) -> None:
    """Let one answer of a row take over, beside all others of the group as they are."""
    group, number, name = place
    held = repository.groups(dossier.id).get(group.id)
    rows: list[dict[str, Any]] = [dict(one) for one in held.rows] if held else []
    rows += [{} for _ in range(number - len(rows))]
    rows[number - 1][name] = said
    repository.put_group(dossier, group.id, rows, replaces=held, settled=(number, name), **given)


def index_name(session: Session, dossier: DossierRow, spec: FormSpec, field_id: str, value: Answer) -> None:
    """Let the dossier be found under a name it now holds, if the answer is one."""
    if any(one.id == field_id and one.kind in _NAMES for one in spec.fields()):
        NameIndex(session).put(dossier.id, field_id, str(value or ""))


def extraction_row(
    row_id: str, attachment: AttachmentRow, found: Mapping[str, Any], position: int
) -> ExtractionRow:
    """What was read of one answer, as it is kept beside the picture it was read from."""
    value = found["value"]
    return ExtractionRow(
        id=row_id,
        dossier_id=attachment.dossier_id,
        attachment_id=attachment.id,
        position=position,
        field_id=found["field_id"],
        raw=found["raw"],
        value=None if value is None else {"value": value},
        confidence=found["confidence"],
        page=found["page"],
        box=found["box"],
        verdict=found["verdict"],
        engine=found["engine"],
        reason=found["reason"],
        evidence=found.get("evidence"),
    )


def group_place(spec: FormSpec, field_id: str) -> tuple[Group, int, str] | None:
    """(group, row from 1, relative id) of a printed row's field; None for a field outside groups."""
    for group in spec.groups:
        prefix = f"{group.id}."
        if not field_id.startswith(prefix):
            continue
        number, _, name = field_id.removeprefix(prefix).partition(".")
        if number.isascii() and number.isdigit() and name:
            return group, int(number), name
    return None

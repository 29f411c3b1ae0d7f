"""How far the answer to a request for a correction has come, however it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.correction_slip import answer_field, demand_of, row_of
from core.dossier import Attachment
from core.form_spec import FormSpec
from forms_service.services.presenting import supplied
from forms_service.services.storing_answers import group_place
from forms_service.storage.dossiers import FACT, FIELD, DossierRepository
from forms_service.storage.models import CorrectionRow, DossierRow, GroupRow


@dataclass(frozen=True, slots=True)
class CorrectionProgress:
    """What of a request was answered since, by what the request names.

    An answer that was read from paper and waits for a person's eyes counts as given.
    """

    fields: Mapping[str, bool]
    documents: Mapping[str, bool]

    @property
    def complete(self) -> bool:
        """Whether nothing that was asked is still open."""
        return all(self.fields.values()) and all(self.documents.values())

    def open_fields(self) -> list[str]:
        """The answers nobody has given yet."""
        return [name for name, done in self.fields.items() if not done]


def progress_of(
    session: Session, dossier: DossierRow, spec: FormSpec, correction: CorrectionRow
) -> CorrectionProgress:
    """Tell what was answered since a request; to answer a name in either script is to answer it."""
    repository = DossierRepository(session)
    uploads = repository.attachments(dossier.id)
    since = {one.id for one in uploads if one.uploaded_at >= correction.asked_at}
    read = {one.field_id for one in repository.extractions(dossier.id) if one.attachment_id in since}
    changed = _changed(session, dossier, spec, correction)
    given = read | changed
    fields = {}
    for name in correction.fields:
        field = answer_field(spec, name)
        twin = field.twin if field is not None else None
        fields[name] = name in given or twin in given
    papers = [one for upload in uploads if upload.id in since and (one := supplied(upload)) is not None]
    documents = {name: _is_supplied(spec, name, papers) for name in correction.documents}
    return CorrectionProgress(fields, documents)


def _changed(session: Session, dossier: DossierRow, spec: FormSpec, correction: CorrectionRow) -> set[str]:
    """Ids of the answers, facts, groups and group answers that were given after the request."""
    repository = DossierRepository(session)
    found = {
        name
        for (space, name), one in repository.answers(dossier.id).items()
        if space in (FIELD, FACT) and one.given_at > correction.asked_at
    }
    for group_id, held in repository.groups(dossier.id).items():
        if held.given_at <= correction.asked_at:
            continue
        found.add(group_id)
        before = _rows_at(session, dossier, group_id, correction)
        for name in correction.fields:
            place = group_place(spec, name)
            if place is not None and place[0].id == group_id:
                _, number, field = place
                if _cell(held.rows, number, field) != _cell(before, number, field):
                    found.add(name)
    return found


def _rows_at(
    session: Session, dossier: DossierRow, group_id: str, correction: CorrectionRow
) -> Sequence[Mapping[str, object]]:
    query = select(GroupRow).where(
        GroupRow.dossier_id == dossier.id,
        GroupRow.group_id == group_id,
        GroupRow.given_at <= correction.asked_at,
    )
    row = session.scalar(query.order_by(GroupRow.id.desc()).limit(1))
    return row.rows if row is not None else ()


def _cell(rows: Sequence[Mapping[str, object]], number: int, name: str) -> object:
    return rows[number - 1].get(name) if number <= len(rows) else None


def _is_supplied(spec: FormSpec, subject: str, papers: Sequence[Attachment]) -> bool:
    demand, child = demand_of(spec, subject), row_of(spec, subject)
    if demand is None:
        return False
    types = {demand.type, *demand.alternatives}
    return any(
        paper.type in types and paper.counts and (child is None or paper.child in (None, child))
        for paper in papers
    )

"""One person, one form, two dossiers: told to whoever handles either, and left to them.

The same sheets scanned on two days, or a form filled again because nobody answered, become two dossiers.
Nothing is merged or refused for that: asking twice can be right, and a number may be misread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.form_spec import FormSpec
from forms_service.services.base import UseCases, may_see
from forms_service.services.left_pages import FILED
from forms_service.services.presenting import read_dossier
from forms_service.services.views import Actor
from forms_service.storage.models import AttachmentRow, DossierRow, LeftPageRow, StackSheetRow

_OVER = frozenset({DossierState.REFUSED.value, DossierState.CLOSED.value})
"""Whoever was refused or whose request was closed may ask again."""

_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class OtherDossier:
    """Another dossier of the same person on the same form.

    Attributes:
        at: When it was deposited; when it was begun while it is a draft.
        same_stack: Whether both hold sheets of one scanned stack.
    """

    id: str
    reference: str
    state: DossierState
    at: datetime
    deposited: bool
    same_stack: bool


class SamePerson(UseCases):
    """Finding dossiers that may be about the same thing."""

    def other_dossiers(self, actor: Actor, dossier_id: str) -> list[OtherDossier]:
        """The person's other dossiers of the form that this one may repeat, the latest first (at most 5).

        The registration number tells the person.  One that is not decided yet always counts, unless
        nothing was ever done in it; an accepted one counts where it declared a row (a child) that this
        one declares again, or the form has no rows.  Nobody is told of a dossier they may not see.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            if not row.registration:
                return []
            spec = self.spec_of(row)
            mine = _declared_rows(session, row, spec)
            stacks = stacks_of(session, row.id)
            query = select(DossierRow).where(
                DossierRow.registration == row.registration,
                DossierRow.form_id == row.form_id,
                DossierRow.id != row.id,
                DossierRow.state.not_in(_OVER),
            )
            return [
                _told(one, bool(stacks & stacks_of(session, one.id)))
                for one in session.scalars(query.order_by(DossierRow.changed_at.desc()))
                if may_see(actor, one) and self._repeats(session, one, spec, mine)
            ][:_MOST_TOLD]

    def _repeats(
        self, session: Session, other: DossierRow, spec: FormSpec, mine: frozenset[tuple[str, str, object]]
    ) -> bool:
        if other.state != DossierState.ACCEPTED:
            return other.revision > 0
        return not spec.groups or bool(mine & _declared_rows(session, other, self.spec_of(other)))


def _declared_rows(session: Session, row: DossierRow, spec: FormSpec) -> frozenset[tuple[str, str, object]]:
    """The dates that tell the rows of a dossier's groups apart: the days its children were born."""
    groups = read_dossier(session, row, spec).dossier.groups
    return frozenset(
        (group.id, field.id, value)
        for group in spec.groups
        for answers in groups.get(group.id, ())
        for field in group.fields
        if field.kind == "date" and isinstance(value := answers.get(field.id), str)
    )


def stacks_of(session: Session, dossier_id: str) -> set[str]:
    """The stacks a dossier holds sheets of, filed by themselves or by a clerk's hand."""
    by_itself = select(StackSheetRow.intake_id).where(StackSheetRow.dossier_id == dossier_id)
    by_hand = (
        select(LeftPageRow.intake_id)
        .join(AttachmentRow, AttachmentRow.id == LeftPageRow.attachment_id)
        .where(AttachmentRow.dossier_id == dossier_id, LeftPageRow.outcome == FILED)
    )
    return set(session.scalars(by_itself.union(by_hand)))


def _told(row: DossierRow, same_stack: bool) -> OtherDossier:
    at, deposited = row.deposited_at or row.opened_at, row.deposited_at is not None
    return OtherDossier(row.id, row.reference, DossierState(row.state), at, deposited, same_stack)

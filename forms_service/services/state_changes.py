"""Notices every change of a dossier's state, wherever it is made, until its transaction ends.

Whoever wants to be told must not depend on each use case remembering to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session, object_session

from forms_service.storage.models import DossierRow

_KEY = "state_changes"


@dataclass(frozen=True, slots=True)
class StateChange:
    """A dossier came to another state; ``before`` is None when it was opened."""

    dossier: DossierRow
    before: str | None
    after: str


def changes_in(session: Session) -> list[StateChange]:
    """The changes of a transaction so far, in order; each is told once."""
    session.flush()
    found: list[StateChange] = session.info.pop(_KEY, [])
    return found


@event.listens_for(DossierRow.state, "set")
def _changed(dossier: DossierRow, after: str, before: object, _initiator: object) -> None:
    session = object_session(dossier)
    if session is not None and isinstance(before, str) and before != after:
        session.info.setdefault(_KEY, []).append(StateChange(dossier, str(before), str(after)))


@event.listens_for(Session, "pending_to_persistent")
def _opened(session: Session, instance: object) -> None:
    if isinstance(instance, DossierRow):
        session.info.setdefault(_KEY, []).append(StateChange(instance, None, instance.state))

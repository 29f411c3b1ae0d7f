"""The record of every change: who, when, what was done to which dossier, never what it contains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_service.storage.models import AuditRow

SYSTEM_ID = "system"
SYSTEM_NAME = "—"


def record(
    session: Session,
    *,
    at: datetime,
    actor_id: str,
    actor_name: str,
    action: str,
    dossier_id: str | None,
    details: Mapping[str, object] | None = None,
    revision: int | None = None,
) -> None:
    """Write one line in the same transaction as the change it tells of.

    Args:
        revision: The dossier's after the change, so that it can be told what came after one looked.
    """
    session.add(
        AuditRow(
            dossier_id=dossier_id,
            at=at,
            actor_id=actor_id,
            actor_name=actor_name,
            action=action,
            details=dict(details or {}),
            revision=revision,
        )
    )


def history(session: Session, dossier_id: str) -> list[AuditRow]:
    """Everything that was done to a dossier, oldest first."""
    return list(
        session.scalars(select(AuditRow).where(AuditRow.dossier_id == dossier_id).order_by(AuditRow.id))
    )

"""The record of every change: who, when, what was done to which dossier, never what it contains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_service.storage.models import AuditRow

SYSTEM_ID = "system"
SYSTEM_NAME = "—"

_TOLD = """
    opened answered answers_reused answers_filled exemptions_noted uploaded removed read reading_failed found_in_file
    refiled kept_as_sent slip_not_expected deposited complemented receipt_revoked

    step_taken step_by_time

    start_review taken_over put_back value_settled document_decided request_correction receive_paper
    decision_proposed decision_returned decision_withdrawn accept refuse close

    blanks_printed stack_scanned stack_given_up page_identified page_discarded draft_discarded

    newsletter_sent account_opened staff_account_opened account_changed account_closed account_reopened
    address_changed notifications_set password_changed password_reset password_code_sent

    token_made token_revoked webhook_added webhook_stopped webhook_sent_again

    rehearsed rehearsal_asked record_read record_exported
"""
ACTIONS = frozenset(_TOLD.split())
"""Everything the record can tell, by code; each has its words (``event.…``) in both languages."""


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
        action: One of ``ACTIONS``: what has no words there could not be told to whoever reads the record.
        revision: The dossier's after the change, so that it can be told what came after one looked.

    Raises:
        ValueError: The record knows no such action.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is missing from audit.ACTIONS")
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

"""The record: who, when, what was done to or seen of which dossier, never what it contains.

Each line becomes a link of one chain when its transaction ends (``close_lines``): positions without gaps, each
with the hash of the one before (``core.record_chain``).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from core import record_chain
from forms_service.storage.audit_models import AuditLinkRow, AuditNameRow
from forms_service.storage.models import AuditRow

SYSTEM_ID = "system"
SYSTEM_NAME = "—"

_TOLD = """
    opened answered answers_reused answers_filled exemptions_noted uploaded removed read reading_failed reading_again
    found_in_file
    refiled kept_as_sent slip_not_expected deposited complemented receipt_revoked

    step_taken step_by_time

    start_review taken_over put_back value_settled document_decided request_correction receive_paper
    decision_proposed decision_returned decision_withdrawn accept refuse close

    blanks_printed stack_scanned stack_given_up page_identified page_discarded draft_discarded

    newsletter_sent account_opened staff_account_opened account_changed account_closed account_reopened
    address_changed notifications_set password_changed password_reset password_code_sent

    second_step_added second_step_removed second_step_reset recovery_codes_made recovery_code_used
    passkey_doubted outside_account_linked

    token_made token_revoked webhook_added webhook_stopped webhook_sent_again

    dead_letter_retried dead_letter_set_aside infected_refused infected_found

    erased erasure_asked erasure_declined erasure_withdrawn erasure_lapsed
    hold_placed hold_lifted data_exported account_erased

    rehearsed rehearsal_asked record_read record_exported

    dossier_viewed papers_viewed paper_downloaded list_viewed people_searched figures_exported
    day_sealed record_verified service_started sign_in_tried signed_in backup_made backup_restored
"""
ACTIONS = frozenset(_TOLD.split())
"""Everything the record can tell, by code; each has its words (``event.…``) in both languages."""


WATCHED = frozenset(("dossier_viewed", "papers_viewed", "paper_downloaded", "list_viewed", "people_searched"))
"""What tells of somebody who looked: it changes nothing, so it is told apart from what was done."""

_LINES, _NAMES, _WRITING = "record_lines", "record_names", "record_writing"
_CHAIN_LOCK = 0x5245434F
"""Key of PostgreSQL's advisory lock under which links are added («RECO»)."""


def open_lines(session: Session) -> None:
    """Let lines be written in this transaction, whose end links them."""
    session.info[_WRITING] = True


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
        ValueError: The record knows no such action, or nothing would link the line at the end.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is missing from audit.ACTIONS")
    if not session.info.get(_WRITING):
        raise ValueError("lines of the record are written in Database.writing")
    row = AuditRow(
        dossier_id=dossier_id,
        at=at,
        actor_id=actor_id,
        who=_name_of(session, actor_id, actor_name),
        action=action,
        details=json.loads(json.dumps(dict(details or {}), allow_nan=False)),
        revision=revision,
    )
    session.add(row)
    session.info.setdefault(_LINES, []).append(row)


def close_lines(session: Session) -> None:
    """Link the lines of this transaction to the chain; nothing but its commit may follow.

    SQLite has one writer at a time.  On PostgreSQL a lock is held from here to the end of the transaction, so
    that no two of them continue the same line; it is taken last, when all the work is done.
    """
    session.flush()
    lines: list[AuditRow] = session.info.pop(_LINES, [])
    session.info.pop(_NAMES, None)
    lines = [row for row in lines if row in session]  # what a savepoint took back was never written
    if not lines:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    position, previous = head(session)
    links = []
    for row in lines:
        position += 1
        previous = record_chain.digest(chained(row, position, previous))
        links.append({"position": position, "audit_id": row.id, "hash": previous})
    session.execute(insert(AuditLinkRow), links)


def head(session: Session) -> tuple[int, str]:
    """Position and hash of the chain's last line."""
    query = select(AuditLinkRow.position, AuditLinkRow.hash).order_by(AuditLinkRow.position.desc()).limit(1)
    last = session.execute(query).one_or_none()
    return (last.position, last.hash) if last else (0, record_chain.BEGINNING)


def chained(row: AuditRow, position: int, previous: str) -> dict[str, object]:
    """A line as it is hashed."""
    return record_chain.line_of(
        position=position,
        previous=previous,
        at=row.at,
        actor=row.actor_id,
        name=row.who.digest,
        action=row.action,
        dossier=row.dossier_id,
        revision=row.revision,
        details=row.details,
    )


def erase_name(session: Session, actor_id: str, at: datetime) -> int:
    """Take somebody's name out of the whole record; the chain holds, and says «erased» where it stood.

    Returns:
        How many spellings of the name were erased; none where there was none left.
    """
    there = select(func.count()).where(AuditNameRow.actor_id == actor_id, AuditNameRow.name.is_not(None))
    found = session.scalar(there) or 0
    session.execute(
        update(AuditNameRow)
        .where(AuditNameRow.actor_id == actor_id, AuditNameRow.name.is_not(None))
        .values(name=None, salt=None, erased_at=at)
    )
    return found


def history(session: Session, dossier_id: str) -> list[AuditRow]:
    """Everything that was done to a dossier, oldest first; who merely looked is told by ``looks``."""
    done = select(AuditRow).where(AuditRow.dossier_id == dossier_id, AuditRow.action.not_in(WATCHED))
    return list(session.scalars(done.order_by(AuditRow.id)))


def _name_of(session: Session, actor_id: str, name: str) -> AuditNameRow:
    """The row that stands for a name: the one there is, or a new one with a salt of its own."""
    known: dict[tuple[str, str], AuditNameRow] = session.info.setdefault(_NAMES, {})
    if (found := known.get((actor_id, name))) is not None and found in session:
        return found
    with session.no_autoflush:
        theirs = session.scalars(select(AuditNameRow).where(AuditNameRow.actor_id == actor_id))
        row = next((one for one in theirs if one.name == name), None)
    if row is None:
        salt = secrets.token_hex(record_chain.SALT_BYTES)
        row = AuditNameRow(
            digest=record_chain.commitment(salt, name), actor_id=actor_id, salt=salt, name=name
        )
        session.add(row)
    known[actor_id, name] = row
    return row

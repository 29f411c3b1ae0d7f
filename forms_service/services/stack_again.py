"""Begins a stack again that was given up, as long as no clerk has begun to settle its sheets by hand."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_service.services.stack_parts import FILED, files_of, sheets_of
from forms_service.storage.models import IntakeRow, LeftPageRow


def is_untouched(session: Session, stack: IntakeRow) -> bool:
    """Whether a stack was given up and every sheet of it that was not filed still waits for a clerk.

    Once a clerk has settled one, the others are settled that way too: no sheet is filed twice.
    """
    settled = select(func.count()).where(LeftPageRow.intake_id == stack.id, LeftPageRow.outcome.is_not(None))
    return stack.state == "failed" and session.scalar(settled) == 0


def begin_stack_again(session: Session, stack: IntakeRow) -> None:
    """Take back, in the caller's transaction, whatever was only listed because nobody could sort it."""
    for left in session.scalars(select(LeftPageRow).where(LeftPageRow.intake_id == stack.id)):
        session.delete(left)
    for file in files_of(session, stack.id):
        if file.earlier is not None or not file.object_key:
            continue
        if not file.pages:
            file.message, file.pages = None, None
        for row in sheets_of(session, stack.id, file.number):
            if row.fate == FILED:
                continue
            if row.seen.keys() <= {"page"}:  # nobody looked at it
                session.delete(row)
            else:
                row.fate, row.message = None, None
    stack.state = "waiting"

"""Notes, in the transaction that gives a job up, that nobody tries it any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from forms_service.storage.job_models import DeadLetterRow

DEAD, RETRIED, SET_ASIDE, SETTLED = "dead", "retried", "set_aside", "settled"

ENDED_WORKER = "ended_worker"
"""Cause: the worker itself ended each time the job was under way."""

ENDED_READER = "ended_reader"
"""Cause: the process that opens the paper ended each time without a result."""

OUT_OF_TIME = "out_of_time"
"""Cause: it took all the time one paper may take; trying again at once would take it again."""

FAILED = "failed"
"""Cause: an error each time, which is no outage."""

ENGINE = "engine"
"""Cause: the task engine itself could not begin it."""

CAUSES = (ENDED_WORKER, ENDED_READER, OUT_OF_TIME, FAILED, ENGINE)


def letter_id(task: str, key: str) -> str:
    """What a dead letter is called."""
    return f"{task}:{key}"


def note_dead_letter(
    session: Session,
    *,
    at: datetime,
    task: str,
    key: str,
    cause: str,
    attempts: int,
    dossier_id: str | None = None,
) -> None:
    """Put a job on the list of those a person has to act on; one that was tried again comes back to it."""
    row = session.get(DeadLetterRow, letter_id(task, key), with_for_update=True)
    if row is None:
        row = DeadLetterRow(id=letter_id(task, key), task=task, key=key, turns=0)
        session.add(row)
    row.dossier_id, row.cause, row.attempts = dossier_id, cause, attempts
    row.state, row.at, row.settled_by, row.settled_at = DEAD, at, None, None

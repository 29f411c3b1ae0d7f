"""Rows that are about to be changed: held until the end of the transaction, and seen as they are by then.

SQLite lets one writer in at a time, so everything a writing transaction read stays true.  On PostgreSQL a row may
have changed while one waited for it: what the session had read of it before would be an old state.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from sqlalchemy import Select, event, text
from sqlalchemy.orm import ORMExecuteState, Session


class WritingSession(Session):
    """A transaction that may change things; what it locks it reads anew, keeping changes of its own."""


def to_be_changed(session: Session, query: Select[Any]) -> Select[Any]:
    """The query, holding its rows where the session may change them; a reader only looks whether one could."""
    return query.with_for_update() if isinstance(session, WritingSession) else query


def lock_of(session: Session) -> Literal[True] | None:
    """For ``session.get(…, with_for_update=…)`` where a reader may ask as well."""
    return True if isinstance(session, WritingSession) else None


def holds_name(session: Session, name: str) -> bool:
    """Hold a name that has no row yet until the end of the transaction; False where that takes no waiting.

    Whoever is about to make the row looks again once this returned True: another may have made it.
    """
    if not isinstance(session, WritingSession) or session.get_bind().dialect.name != "postgresql":
        return False  # SQLite lets one writer in at a time
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": key})
    return True


@event.listens_for(WritingSession, "do_orm_execute")
def _read_anew(state: ORMExecuteState) -> None:
    if state.is_select and getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)

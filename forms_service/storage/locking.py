"""Rows that are about to be changed: held until the end of the transaction, and seen as they are by then.

SQLite lets one writer in at a time, so everything a writing transaction read stays true.  On PostgreSQL a row may
have changed while one waited for it: what the session had read of it before would be an old state.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, event
from sqlalchemy.orm import ORMExecuteState, Session


class WritingSession(Session):
    """A transaction that may change things; what it locks it reads anew, keeping changes of its own."""


def to_be_changed(session: Session, query: Select[Any]) -> Select[Any]:
    """The query, holding its rows where the session may change them; a reader only looks whether one could."""
    return query.with_for_update() if isinstance(session, WritingSession) else query


@event.listens_for(WritingSession, "do_orm_execute")
def _read_anew(state: ORMExecuteState) -> None:
    if state.is_select and getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)

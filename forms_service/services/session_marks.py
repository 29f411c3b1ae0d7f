"""What tells the sessions that count from those that were ended all at once, whatever clocks say.

A session carries the mark that its account had when it began, and counts while the account has the same.  Marks
are compared for being the same, never with a clock: hosts whose clocks differ, or one that goes back, neither bring
a session back nor keep a new one out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from forms_service.services.base import UseCases
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow

_NEXT = timedelta(microseconds=1)


class SessionMarks(UseCases):
    """Ending all sessions of an account."""

    def session_mark(self, actor: Actor) -> str:
        """What a session of theirs carries that begins now.

        Whoever just gave a password gets the mark it was known by: if all sessions are ended in the meantime,
        because the password was somebody else's as well, theirs does not begin.
        """
        if actor.mark is not None:
            return actor.mark
        with self.database.reading() as session:
            return mark_of(session.get(HolderRow, actor.id))

    def end_sessions(self, session: Session, account_id: str) -> HolderRow:
        """Let no session count that began before, in the caller's transaction; gives the row that says so.

        The mark only ever grows: none that was left comes back when a clock does.
        """
        holder = session.get(HolderRow, account_id, with_for_update=True)
        if holder is None:
            holder = HolderRow(account_id=account_id, notify_by=[])
            session.add(holder)
        last = holder.sessions_from
        holder.sessions_from = self.now() if last is None else max(self.now(), last + _NEXT)
        return holder


def mark_of(holder: HolderRow | None) -> str:
    """The mark that sessions of this holder must carry; empty as long as theirs were never ended."""
    return holder.sessions_from.isoformat() if holder is not None and holder.sessions_from else ""


def is_still_good(holder: HolderRow | None, mark: str | None, since: datetime) -> bool:
    """Whether what carries that mark, and began then, was not ended since.

    Args:
        mark: None where it carries none: it began in a version that went by the moment alone, and nobody is to be
            signed out by an update, or by a host of that version beside this one.
    """
    if mark is not None:
        return mark == mark_of(holder)
    return holder is None or holder.sessions_from is None or since >= holder.sessions_from

"""What somebody had typed when their session ended, kept for an hour so that it can be shown again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete

from forms_service.services.base import UseCases
from forms_service.services.views import Actor
from forms_service.storage.models import KeptTypingRow

KEPT_FOR = timedelta(hours=1)
Typed = Sequence[tuple[str, str]]
"""Names and texts of the boxes of a page, as they were sent."""


class KeptTyping(UseCases):
    """Keeping typed text over the end of a session; one page per person, the latest."""

    def keep_typing(self, actor: Actor, place: str, typed: Typed) -> None:
        """Keep what was typed in the form sent to ``place``; it is not an answer until the person saves it."""
        now = self.now()
        with self.database.writing() as session:
            session.execute(delete(KeptTypingRow).where(KeptTypingRow.kept_at < now - KEPT_FOR))
            pairs = [[name, text] for name, text in typed]
            session.merge(KeptTypingRow(account_id=actor.id, place=place[:255], typed=pairs, kept_at=now))

    def latest_typing(self, actor: Actor) -> tuple[str, list[tuple[str, str]]] | None:
        """Where the person had typed, and what; None when nothing (recent) is kept."""
        with self.database.reading() as session:
            row = session.get(KeptTypingRow, actor.id)
            if row is None or row.kept_at < self.now() - KEPT_FOR:
                return None
            return row.place, [(name, text) for name, text in row.typed]

    def forget_typing(self, actor: Actor, place: str) -> None:
        """Forget it: the person has saved it."""
        kept = self.latest_typing(actor)
        if kept is None or kept[0] != place[:255]:
            return
        with self.database.writing() as session:
            session.execute(delete(KeptTypingRow).where(KeptTypingRow.account_id == actor.id))

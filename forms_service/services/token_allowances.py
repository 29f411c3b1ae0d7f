"""How many requests a token may send in a minute: one count for all processes, at the cost of few writes.

Writing a line for every request would make readers wait for the database's one writer.  So a process
takes a block of requests at a time out of the minute's allowance and spends it in memory.  What it does
not spend is lost at the end of the minute: a token may get a little less than its limit, never more.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from forms_service.services.base import UseCases
from forms_service.storage.api_models import TokenAllowanceRow

_SECONDS = 60
_BLOCKS = 20
"""Blocks that a minute's allowance is taken in: at most so many writes a minute for a token."""

_USED_UP = -1
"""Held in place of what is left once the minute has nothing more: refusing costs the database nothing."""

_MOST_HELD = 10_000


class TokenAllowances(UseCases):
    """Counting what tokens ask."""

    def __init__(self, adapters: Any) -> None:
        super().__init__(adapters)
        self._held: dict[str, tuple[int, int]] = {}  # by token: the minute, and what is left of the block
        self._counting = threading.Lock()

    def wait_before_request(self, token_id: str) -> int:
        """Count one request of a token: 0 when it may be answered, else the seconds until it may."""
        now = self.now()
        minute = _minute(now)
        with self._counting:
            held_minute, left = self._held.get(token_id, (minute, 0))
            if held_minute != minute:
                left = 0
            if left == 0:
                left = self._take_block(token_id, minute) or _USED_UP
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            self._held[token_id] = (minute, left - 1 if left > 0 else _USED_UP)
        return 0 if left > 0 else _SECONDS - int(now.timestamp()) % _SECONDS

    def _take_block(self, token_id: str, minute: int) -> int:
        """Requests this process may answer now: a block, or what is left of the minute's allowance."""
        most = self.adapters.config.requests_a_minute
        try:
            with self.database.writing() as session:
                row = session.get(TokenAllowanceRow, token_id, with_for_update=True)
                if row is None:
                    row = TokenAllowanceRow(token_id=token_id, minute=minute, granted=0)
                    session.add(row)
                if row.minute < minute:
                    row.minute, row.granted = minute, 0
                block = min(max(1, most // _BLOCKS), max(0, most - row.granted))
                row.granted += block
                return block
        except IntegrityError:  # another process counted the token's first request at this moment
            return self._take_block(token_id, minute)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // _SECONDS

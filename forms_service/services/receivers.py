"""Which receivers of webhooks have enough to do, so that a slow one does not hold up the others.

Each worker keeps this for itself: a receiver gets a few messages at a time from it, and one that did not
answer rests for a while, longer each time.  What has to wait is handed over for later and no attempt is
counted: nothing is lost, and nobody waits for somebody else's server.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

AT_ONCE = 2
"""Messages that one worker has under way to one receiver; jobs leave room for more than this."""

_LONGEST_WAIT_S = 60.0
_LONGEST_REST_S = 600.0
_SILENT = frozenset({"timeout", "no_connection", "unknown_host"})
"""Problems that cost whoever sends time, and will with the next message too."""


@dataclass(slots=True)
class _Receiver:
    under_way: int = 0
    silences: int = 0
    rests_until: datetime | None = None


class Receivers:
    """The receivers as one worker knows them."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._known: dict[str, _Receiver] = {}
        self._lock = threading.Lock()

    def begin(self, webhook_id: str, now: datetime, turn: int) -> float:
        """0 when a message may go to that receiver now, and is counted; else the seconds until it may try.

        Args:
            turn: How often this message was asked to wait already.
        """
        with self._lock:
            one = self._known.setdefault(webhook_id, _Receiver())
            if one.rests_until is not None and now < one.rests_until:
                return max(1.0, (one.rests_until - now).total_seconds())
            if one.under_way >= AT_ONCE:
                return min(_LONGEST_WAIT_S, 2.0 ** (min(turn, 10) + 1))
            one.under_way += 1
            return 0.0

    def end(self, webhook_id: str, now: datetime, problem: str | None) -> None:
        """Tell how a message fared that ``begin`` let go."""
        with self._lock:
            one = self._known[webhook_id]
            one.under_way -= 1
            if problem not in _SILENT:
                one.silences, one.rests_until = 0, None
            elif one.rests_until is None or now >= one.rests_until:  # of two at once only one counts
                one.silences += 1
                rest_s = min(_LONGEST_REST_S, self._pause_s * 2 ** min(one.silences - 1, 10))
                one.rests_until = now + timedelta(seconds=rest_s)
            if one.under_way == 0 and one.rests_until is None:
                del self._known[webhook_id]

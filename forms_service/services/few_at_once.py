"""Work that a page waits for and that weighs much: a few at once, and nobody waits long for a turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.messages import say


class TooBusy(FormsError):
    """Others are being served; nothing was done.

    Attributes:
        retry_after_s: Seconds until it may be tried again.
    """

    code = "too_busy"

    def __init__(self, message: LocalizedText, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class FewAtOnce:
    """Turns at heavy work: who waits for one holds a thread that serves pages, so it waits only shortly.

    Args:
        most: How many may be at it at once in this process.
        wait_seconds: How long a turn is waited for.
    """

    def __init__(self, most: int, wait_seconds: float = 3.0) -> None:
        self._turns = threading.BoundedSemaphore(most)
        self._wait_seconds = wait_seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a turn.

        Raises:
            TooBusy: None came free.
        """
        if not self._turns.acquire(timeout=self._wait_seconds):
            raise TooBusy(say("too_busy"), retry_after_s=10)
        try:
            yield
        finally:
            self._turns.release()

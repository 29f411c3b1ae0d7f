"""Puts the service together as soon as what it stands on is there: after a power cut the database may be last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from forms_service.storage.outages import passes_at_start

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0

T = TypeVar("T")
log = structlog.get_logger(__name__)


def as_soon_as_possible(build: Callable[[], T], stop: threading.Event) -> T | None:
    """What ``build`` gives, tried again while the database or the store is away; None when asked to stop before.

    One line of the log says what is waited for, and one that it came back.

    Raises:
        Exception: What waiting does not mend, such as a wrong setting, at once.
    """
    pause_s, waited_for = _FIRST_PAUSE_S, None
    while not stop.is_set():
        try:
            built = build()
        except Exception as error:
            what = passes_at_start(error)
            if what is None:
                raise
            if what != waited_for:
                log.warning("waiting to start", outage=what, error=type(error).__name__)
                waited_for = what
        else:
            if waited_for is not None:
                log.info("waited for what was away", outage=waited_for)
            return built
        stop.wait(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    return None

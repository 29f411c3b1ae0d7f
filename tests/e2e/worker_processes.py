"""Real workers on the installation of a test, and waiting for what they do."""

from __future__ import annotations

import time
from collections.abc import Callable

from paper_office import Agency

from tests.backends import environment_of
from tests.started_quickly import HURRIED_WORKER, Quick, start


def start_worker(agency: Agency) -> Quick:
    """A worker; there may be one alive at a time."""
    return start(HURRIED_WORKER, environment=environment_of(agency.application.config))


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"did not happen within {seconds} s"
        time.sleep(0.02)

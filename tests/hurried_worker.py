"""The service's worker, which takes over from a killed one within two seconds, and tries letters again soon.

For tests with one living worker: on a busy machine, two with so short a lease could each take the other for dead.
"""

from __future__ import annotations

from functools import partial

from forms_service import jobs, worker
from forms_service.services import letters

HURRIED_LEASE_S, HURRIED_BEAT_S = 1.5, 0.2


def hurry() -> None:
    """Let this process's workers beat, and miss beats, sooner."""
    jobs.BEAT_SECONDS = HURRIED_BEAT_S
    letters.DELAYS_S = tuple(one / 10 for one in letters.DELAYS_S)
    worker.Worker = partial(jobs.Worker, lease_seconds=HURRIED_LEASE_S)  # type: ignore[misc,assignment]


if __name__ == "__main__":
    hurry()
    worker.run()

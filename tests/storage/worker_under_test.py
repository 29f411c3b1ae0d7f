"""A worker process that tests start and kill: ``python worker_under_test.py FOLDER``.

Its jobs write a line when they begin and when they end; a job waits while the file ``hold`` is there (a
stack while ``hold-stacks`` is), and the job ``poison`` kills its own process.  It gives up sooner than the
service does: how often and after which pauses is proved in ``tests/failures/test_job_attempts.py``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from forms_service import job_attempts, jobs
from forms_service.jobs import Worker
from forms_service.storage.database import Database

MOST_STARTS = 2


def main(folder: Path) -> None:
    def note(line: str) -> None:
        with (folder / "log").open("a") as log:
            log.write(f"{line}\n")

    def work(key: str) -> None:
        note(f"begin {key}")
        if key == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        if key == "faulty":
            raise RuntimeError("cannot be read")
        while (folder / "hold").exists():
            time.sleep(0.02)
        note(f"end {key}")

    def sort_stack(key: str) -> None:
        note(f"begin {key}")
        while (folder / "hold-stacks").exists():
            time.sleep(0.02)
        note(f"end {key}")

    jobs.BEAT_SECONDS = 0.2
    job_attempts.MOST_STARTS, job_attempts.PAUSES_S = MOST_STARTS, (0.02, 0.02, 0.02)
    database = Database(f"sqlite:///{folder / 'forms.sqlite'}")
    worker = Worker(
        database,
        tasks={"work": work, "sort_stack": sort_stack},
        given_up=lambda task, key, cause, attempts: note(f"given up {task} {key} {cause} {attempts}"),
        polling_seconds=0.05,
        lease_seconds=1.0,
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.start()
    note("ready")
    stop.wait(120)
    worker.stop()
    note("stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

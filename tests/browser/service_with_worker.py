"""A running service as an installation has it: pages from one process, papers read by a worker's own.

The processes in which that worker reads each begin with the reader loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.serving import make_server

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.web import create_app

ROOT = Path(__file__).parents[2]
DAY_OF_THE_SAMPLES = datetime(2026, 3, 1, 9, tzinfo=UTC)
_WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from forms_service import bootstrap, worker
from tests.quick_readings import quick_readings
back = timedelta(seconds=float(sys.argv[1]))
bootstrap._now = lambda: datetime.now(UTC) - back
with quick_readings():
    worker.run()
"""


@dataclass(frozen=True)
class ServiceWithWorker:
    """Where it answers, and what is behind its pages."""

    application: Application
    address: str

    @property
    def settings(self) -> dict[str, str]:
        """What another process is told to work on the same data."""
        config = self.application.config
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FORMS_DATA_DIR": str(config.data_folder),
            "FORMS_SPEC_DIR": str(config.spec_folder),
        }


@contextmanager
def serving(application: Application) -> Iterator[str]:
    """Answer on a free loopback port until the block ends; gives the address."""
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=30)
        application.close()


@contextmanager
def service_with_worker(config: Config) -> Iterator[ServiceWithWorker]:
    """Run both until the block ends, on the samples' day: their papers and children do not grow older."""
    back = datetime.now(UTC) - DAY_OF_THE_SAMPLES
    application = build(config, clock=lambda: datetime.now(UTC) - back)
    with serving(application) as address:
        running = ServiceWithWorker(application, address)
        worker = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(back.total_seconds())],
            env=running.settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield running
        finally:
            worker.terminate()
            worker.wait(timeout=60)

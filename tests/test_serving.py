from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import structlog

from core.errors import FormsError
from forms_service import serving
from forms_service.config import Config
from forms_service.service_manager import announce_ready
from forms_service.serving import accept_on, listen_on, require_free


def test_a_taken_address_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FormsError) as caught:
            require_free("127.0.0.1", taken.getsockname()[1])
    said = caught.value.message
    assert "n'est pas disponible" in said.fr and "غير متاح" in said.ar
    assert "--port" in said.fr and "--port" in said.ar


def test_of_two_services_started_together_one_gets_the_address_and_the_other_is_told() -> None:
    with listen_on("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        second = listen_on("127.0.0.1", port)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=10)  # while the database is waited for
        accept_on(first)
        with pytest.raises(FormsError) as caught:
            accept_on(second)
    assert caught.value.code == "address_taken" and f"127.0.0.1:{port}" in caught.value.message.fr


def test_what_a_supervisor_started_ends_with_it_however_it_ends() -> None:
    program = (
        "import sys, time; from forms_service.processes import Child\n"
        "child = Child('sleeper', [sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "child.start(); print(child.pid, flush=True); time.sleep(300)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    started = psutil.Process(int(supervisor.stdout.readline()))
    supervisor.kill()
    supervisor.communicate()
    with suppress(psutil.NoSuchProcess):
        started.wait(timeout=30)
    assert not started.is_running() or started.status() == psutil.STATUS_ZOMBIE


def test_the_service_manager_is_told_once_that_the_service_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        announce_ready()
        assert manager.recv(100) == b"READY=1"
        announce_ready()
        manager.setblocking(False)
        with pytest.raises(BlockingIOError):
            manager.recv(100)


def test_a_service_manager_that_went_away_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    with structlog.testing.capture_logs() as told:
        announce_ready()
    assert [one["event"] for one in told] == ["the service manager was not told"]


def test_the_service_is_announced_when_its_second_web_process_is_the_first_that_can_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may go away again just between the look at it and the first web process."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr(serving, "_PAUSE_BEFORE_RESTART_S", 0.0)
    monkeypatch.setattr(serving, "announce_leaving", lambda: None)
    fails_once = (
        "import os, sys, time; from pathlib import Path\n"
        f"folder = Path({str(tmp_path)!r}); first = folder / 'first'\n"
        "if not first.exists(): first.touch(); sys.exit(1)\n"
        "(folder / f'answers-{os.getpid()}-1').touch(); time.sleep(300)"
    )
    supervisor = serving._Supervisor(Config(data_folder=tmp_path), listen_on("127.0.0.1", 0), 1, 0, 1)
    monkeypatch.setattr(supervisor, "_web_command", lambda: [sys.executable, "-S", "-c", fails_once])
    announced: list[int] = []

    def announce() -> None:
        announced.append(supervisor._current[0].pid)
        supervisor._asked(supervisor._stop)

    usual = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    too_late = threading.Timer(30, supervisor._asked, [supervisor._stop])
    too_late.start()
    try:
        supervisor.run(announce)
    finally:
        too_late.cancel()
        for number, handler in usual.items():
            signal.signal(number, handler)
    assert len(announced) == 1 and (tmp_path / "first").exists()

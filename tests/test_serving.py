from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from core.errors import FormsError
from forms_service.service_manager import announce_ready
from forms_service.serving import require_free


def test_a_taken_address_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FormsError) as caught:
            require_free("127.0.0.1", taken.getsockname()[1])
    said = caught.value.message
    assert "n'est pas disponible" in said.fr and "غير متاح" in said.ar
    assert "--port" in said.fr and "--port" in said.ar


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

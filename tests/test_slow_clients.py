"""Senders who are slow on purpose keep nobody out: the service answers others meanwhile and hangs up on them."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from forms_service import slow_clients

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 60
"""Enough on the busiest machine: without the worker's limits the tests would wait for ever."""

THREADS = 2


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{number}", "--threads", str(THREADS)]
    command += ["--worker-class", "forms_service.slow_clients.PatientWorker", "--log-level", "error"]
    server = subprocess.Popen(
        [*command, "tests.hurried_app:app"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        limit = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", number), 1).close()
                break
            except OSError:
                assert time.monotonic() < limit and server.poll() is None
                time.sleep(0.05)
        yield number
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def ask(port: int, body: bytes = b"") -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        line.request("POST", "/", body)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def until_hung_up(line: socket.socket, letters: bytes = b"") -> bytes:
    """Go on sending a letter now and then until the other side has had enough; gives what it said."""
    line.settimeout(0.2)
    limit, said = time.monotonic() + PATIENCE_S, b""
    while time.monotonic() < limit:
        try:
            if letters:
                line.sendall(letters)
            more = line.recv(4096)
            if not more:
                return said
            said += more
        except TimeoutError:
            continue
        except OSError:
            return said
    raise AssertionError("nobody hung up")


def trickle(lines: list[socket.socket], enough: threading.Event) -> None:
    """Take a little of each answer now and then."""
    while not enough.wait(0.1):
        for line in lines:
            with suppress(OSError):
                line.recv(500, socket.MSG_DONTWAIT)


BEGINNINGS = {
    "nothing": (b"", b""),
    "a first line that does not end": (b"GET /", b"x"),
    "headers without end": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    "a body that trickles": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n", b"x"),
    "a body that never comes": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n", b""),
    "pieces that trickle": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    ),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_slow_senders_keep_nobody_out(port: int, name: str) -> None:
    beginning, letters = BEGINNINGS[name]
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE_S))
            for _ in range(3 * THREADS)
        ]
        for one in slow:
            one.sendall(beginning)
        assert ask(port, b"x" * 100) == (200, b"100")
        until_hung_up(slow[0], letters)


@pytest.mark.parametrize("kind", ["", "?file"])
def test_slow_readers_keep_nobody_out(port: int, kind: str) -> None:
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE_S))
            for _ in range(3 * THREADS)
        ]
        for one in slow:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(b"GET /90000000%b HTTP/1.1\r\nHost: x\r\n\r\n" % kind.encode())
        enough = threading.Event()
        stack.callback(enough.set)
        threading.Thread(target=trickle, args=(slow, enough), daemon=True).start()
        assert ask(port, b"x" * 100) == (200, b"100")


@pytest.mark.parametrize("kind", ["", "?file"])
def test_a_large_answer_that_keeps_being_taken_arrives_whole(port: int, kind: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    for size in (5_000_000, 7):  # and the connection serves the next request
        line.request("GET", f"/{size}{kind}")
        assert len(line.getresponse().read()) == size
    line.close()


def test_a_large_body_that_keeps_coming_arrives_whole(port: int) -> None:
    assert ask(port, bytes(3_000_000)) == (200, b"3000000")


@pytest.mark.parametrize(
    ("seconds", "received", "others_wait", "late"),
    [
        (9.0, 10, 0, False),
        (11.0, 10, 0, True),
        (19.0, 200, 0, False),
        (60.0, 40 * 8 * 1024 + 1000, 0, False),
        (60.0, 39 * 8 * 1024, 0, True),
        (6.0, 200 * 1024, 8, False),
        (6.0, 20 * 1024, 8, True),
    ],
)
def test_a_weak_line_may_take_its_time_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch, seconds: float, received: int, others_wait: int, late: bool
) -> None:
    now = 1000.0
    monkeypatch.setattr(slow_clients.time, "monotonic", lambda: now)
    arrivals = slow_clients.Arrivals(8)
    for _ in range(others_wait):
        arrivals.begin()
    with socket.socket() as line:
        timed = slow_clients.TimedSocket(line, arrivals)
        if received > 100:
            timed._note(b"POST / HTTP/1.1\r\nHost: x\r")
            timed._note(b"\n\r\n")
        timed._note(bytes(received))
        now += seconds
        assert timed._is_late() is late

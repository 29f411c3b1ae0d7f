"""A gunicorn worker that no sender can hold up by being slow.

A thread serves one request at a time and would wait for its bytes for ever: a few connections that send a
letter now and then would keep everybody out.  Here a request has so much time for its first line and
headers, and then must keep arriving; the fewer threads are left, the faster.  An answer must keep being
taken at the same pace.  A connection that sends nothing takes no thread at all.
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from types import SimpleNamespace
from typing import IO, Any

from gunicorn.workers import gthread

HEADER_SECONDS = 10.0
"""From the first byte to the last of line and headers; a browser sends them in one piece."""

GRACE_SECONDS, LEAST_BYTES_PER_SECOND = 20.0, 8 * 1024
"""How long a body, or an answer, may take whatever its size, and how fast it moves on average after that: a weak
phone does."""

HURRIED_GRACE_SECONDS, HURRIED_BYTES_PER_SECOND = 4.0, 64 * 1024
"""The same while nearly every thread waits for somebody's bytes."""

_UNREAD_BYTES = 128 * 1024
"""What the kernel keeps of an answer for whoever does not take it: little, so that it is soon known who is slow."""

_PIECE_BYTES = 256 * 1024
_LOOKED_AGAIN_AFTER_S = 0.5


class Arrivals:
    """How many threads wait just now for somebody's bytes, or for somebody to take an answer."""

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads - max(1, threads // 4))
        self._count = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """One more waits for its bytes."""
        with self._lock:
            self._count += 1

    def end(self) -> None:
        """It waits no longer."""
        with self._lock:
            self._count -= 1

    @property
    def are_pressing(self) -> bool:
        """Whether so many threads wait that others would find none."""
        return self._count >= self._most


class TimedSocket:
    """A connection whose requests must arrive in time; one that does not is as if it had been closed."""

    def __init__(self, sock: socket.socket, arrivals: Arrivals) -> None:
        self._sock = sock
        self._arrivals = arrivals
        self.begin()

    def begin(self) -> None:
        """From now on the next request is timed."""
        self._since = time.monotonic()
        self._received = 0
        self._head, self._is_body = b"", False

    def recv(self, size: int) -> bytes:
        """The next bytes; nothing when they take too long."""
        self._arrivals.begin()
        try:
            while True:
                self._sock.settimeout(_LOOKED_AGAIN_AFTER_S)
                try:
                    came = self._sock.recv(size)
                except TimeoutError:
                    came = None
                if came is not None:
                    self._note(came)
                if self._is_late():
                    return b""
                if came is not None:
                    return came
        finally:
            self._arrivals.end()
            self._sock.setblocking(True)

    def _note(self, came: bytes) -> None:
        self._received += len(came)
        if not self._is_body:
            self._is_body = b"\r\n\r\n" in self._head + came
            self._head = came[-3:]

    def _is_late(self) -> bool:
        took = time.monotonic() - self._since
        if not self._is_body and took > HEADER_SECONDS:
            return True
        return _is_slow(took, self._received, self._arrivals)


class TimedAnswer:
    """A connection whose other side must go on taking the answer; one that does not is as if it had hung up.

    Only waiting counts, not the making of the answer; and only bytes taken while it waits, for the first
    ones go into the kernel's buffers, read or not.
    """

    def __init__(self, sock: socket.socket, arrivals: Arrivals) -> None:
        self._sock = sock
        self._arrivals = arrivals
        self._waited_seconds = 0.0
        self._taken = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            ConnectionResetError: It is taken too slowly.
        """
        rest = memoryview(data)
        self._arrivals.begin()
        try:
            while rest:
                rest = rest[self._send(rest) :]
        finally:
            self._arrivals.end()
            self._sock.setblocking(True)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> None:
        """Send a part of a file, piece by piece, under the same terms."""
        file.seek(offset)
        left = count
        while left is None or left > 0:
            piece = file.read(_PIECE_BYTES if left is None else min(left, _PIECE_BYTES))
            if not piece:
                return
            self.sendall(piece)
            left = None if left is None else left - len(piece)

    def _send(self, data: memoryview) -> int:
        """Send what is taken now, or after a wait."""
        self._sock.setblocking(False)
        try:
            return self._sock.send(data)
        except BlockingIOError:
            pass
        since = time.monotonic()
        self._sock.settimeout(_LOOKED_AGAIN_AFTER_S)
        try:
            taken = self._sock.send(data)
        except TimeoutError:
            taken = 0
        self._waited_seconds += time.monotonic() - since
        self._taken += taken
        if _is_slow(self._waited_seconds, self._taken, self._arrivals):
            raise ConnectionResetError(errno.ECONNRESET, "the answer is taken too slowly")
        return taken


def _is_slow(seconds: float, moved: int, arrivals: Arrivals) -> bool:
    """Whether so few bytes in that time keep others waiting."""
    grace, rate = GRACE_SECONDS, LEAST_BYTES_PER_SECOND
    if arrivals.are_pressing:
        grace, rate = HURRIED_GRACE_SECONDS, HURRIED_BYTES_PER_SECOND
    return seconds > grace and moved < (seconds - grace) * rate


class _Connection(gthread.TConn):  # type: ignore[misc]
    """A connection that is timed from its first byte."""

    arrivals: Arrivals

    def init(self) -> None:
        if self.initialized:
            return
        super().init()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)
        unreader = getattr(self.parser, "unreader", None)
        if unreader is not None:
            unreader.sock = self.timed = TimedSocket(self.sock, self.arrivals)


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """Serves requests in threads, and nobody for ever."""

    def init_process(self) -> None:
        """Begin to count what arrives."""
        self.arrivals = Arrivals(self.cfg.threads)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection; it gets a thread once it has sent something."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        connection = _Connection(self.cfg, client, address, listener.getsockname())
        connection.arrivals = self.arrivals
        self.enqueue_req(connection)

    def handle(self, conn: Any) -> Any:
        """Serve one request of a connection, unless nothing of it is there yet."""
        if not conn.initialized and not conn.data_ready and not conn.wait_for_data(0):
            return gthread._DEFER
        if conn.initialized and (timed := getattr(conn, "timed", None)) is not None:
            timed.begin()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer one request, to whoever takes the answer."""
        answered = SimpleNamespace(
            sock=TimedAnswer(conn.sock, self.arrivals), client=conn.client, server=conn.server
        )
        return super().handle_request(req, answered)

"""A server that speaks clamd's protocol, word for word as clamd 1.4 was seen to speak it.

The real one takes 700 MB and half a minute to start with the signatures of the world; it was tried once
with a signature of its own (docs/operations/uploads.md) and answers the same.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HARM = b"This stands for a virus in tests: " + b"TEST-FILE-OF-FORMS-SERVICE"
"""No scanner of the world knows it: machines that work on this code are left in peace."""


class ClamdStandIn(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Finds ``HARM``; can be told to fail in clamd's ways."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Conversation)
        self.behaviour = "scan"
        self.longest = 60 * 1024 * 1024
        self.scanned: list[int] = []
        self.hold = threading.Event()


class _Conversation(socketserver.StreamRequestHandler):
    server: ClamdStandIn

    def handle(self) -> None:
        if self.server.behaviour == "hang up":
            return
        if self.server.behaviour == "silent":
            self.server.hold.wait(30)
            return
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > self.server.longest:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(len(content))
        self.wfile.write(self._said(content))

    def _said(self, content: bytes) -> bytes:
        if self.server.behaviour == "out of memory":
            return b"stream: Can't allocate memory ERROR\0"
        if self.server.behaviour == "limits":
            return b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0"
        return b"stream: Forms.Test.UNOFFICIAL FOUND\0" if HARM in content else b"stream: OK\0"


@contextmanager
def clamd(folder: Path) -> Iterator[ClamdStandIn]:
    """A scanner that listens on ``folder / clamd``."""
    path = folder / "clamd"
    path.unlink(missing_ok=True)
    with ClamdStandIn(path) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        try:
            yield server
        finally:
            server.hold.set()
            server.shutdown()
            serving.join()
            path.unlink(missing_ok=True)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

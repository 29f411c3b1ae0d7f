"""Tells at once whether a process still lives that began something, however it ended.

Each process holds a lock on a file of its own; the kernel drops it with the process, after a ``kill -9``
as after a power cut.  Record locks are not inherited: a child that outlives its parent holds nothing.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

_KEPT_SECONDS = 24 * 3600
_MARK = "~"


class LivingProcesses:
    """The processes that share a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._mine: tuple[int, str] | None = None  # our process id, and the name we hold
        self._held: int | None = None

    def mine(self) -> str:
        """The name of this process, which it holds as long as it lives."""
        with self._lock:
            if self._mine is None or self._mine[0] != os.getpid():  # a forked child needs a name of its own
                self._mine = (os.getpid(), self._hold())
            return self._mine[1]

    def lives(self, name: str) -> bool:
        """Whether that process lives; also when it runs where nobody here can tell."""
        if self._mine is not None and self._mine == (os.getpid(), name):
            return True
        try:
            descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return name.rpartition(_MARK)[0] != _host()
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
        except OSError:
            return True
        finally:
            os.close(descriptor)

    def _hold(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sweep()
        name = f"{_host()}{_MARK}{secrets.token_hex(8)}"
        self._held = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.lockf(self._held, fcntl.LOCK_EX)
        return name

    def _sweep(self) -> None:
        """Forget the files of processes that died long ago: without a file of this host they count as dead."""
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _KEPT_SECONDS and not self.lives(path.name):
                    path.unlink()


def _host() -> str:
    return "".join(one if one.isalnum() or one in ".-" else "-" for one in socket.gethostname())[:40]

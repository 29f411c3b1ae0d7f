"""The processes of a supervisor: started, asked to leave in their own time, and ended when that is over."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from forms_service.ending_with_parent import end_with
from forms_service.metrics import forget_process


@dataclass
class Child:
    """One process.

    Attributes:
        inherited: Files it inherits, such as the listening socket.
        at_ease: The signal on which it finishes what it has begun, however long that takes, and ends.
    """

    name: str
    command: Sequence[str]
    inherited: tuple[int, ...] = ()
    at_ease: signal.Signals = signal.SIGTERM
    _running: subprocess.Popen[bytes] | None = field(default=None)
    _until: float = field(default=float("inf"))

    @property
    def pid(self) -> int:
        """The process' number; 0 before it was started."""
        return self._running.pid if self._running else 0

    def start(self) -> None:
        """Start it, once more after it ended."""
        if self._running is not None:
            forget_process(self._running.pid)
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        environment.pop("NOTIFY_SOCKET", None)  # the supervisor speaks for all
        self._running = subprocess.Popen(
            self.command,
            env=environment,
            pass_fds=self.inherited,
            preexec_fn=partial(
                end_with, os.getpid(), signal.SIGTERM
            ),  # else it would hold the address, unwatched
        )

    def has_ended(self) -> bool:
        """Whether it does not run."""
        return self._running is None or self._running.poll() is not None

    def let_go(self, longest_s: float) -> None:
        """Ask it to finish what it has begun and to end, within that time at most."""
        self._until = time.monotonic() + longest_s
        if self._running is not None and not self.has_ended():
            self._running.send_signal(self.at_ease)

    def has_left(self) -> bool:
        """Whether it ended after it was let go; one that takes too long is ended."""
        if not self.has_ended() and time.monotonic() > self._until:
            self.kill()
        if self.has_ended() and self._running is not None:
            forget_process(self._running.pid)
        return self.has_ended()

    def terminate(self) -> None:
        """Ask it to end soon."""
        if self._running is not None and not self.has_ended():
            self._running.terminate()

    def wait(self, seconds: float) -> bool:
        """Whether it ended within that time."""
        if self._running is None:
            return True
        try:
            self._running.wait(timeout=max(0.1, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it now."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()


def end_all(children: Sequence[Child], longest_s: float) -> None:
    """Ask all of them to end, and end those that have not after that time."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + longest_s
    for child in children:
        if not child.wait(deadline - time.monotonic()):
            child.kill()

"""A first look at an upload while its sender waits: is the picture good, is it the right paper?

Reading proper takes seconds and waits its turn; what the sender can still mend must be told at once.
The look happens in a process of its own, as everything that opens uploads: bare environment, limits on
time, memory and output, one upload each.  One process stands ready with its libraries loaded and copies
itself for each upload (``looking_child.py``), so that a look costs no start.  It tells what it finds
line by line; what was told when the sender's time is over counts for the answer, and the look goes on
for those who look again.  A look never refuses an upload because of a failure of its own: then nothing
is told, and the reading tells it later.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import structlog

from core.localized_text import LocalizedText
from forms_service.looking_child import LIMITS
from forms_service.reading_process import ReadingRequest, child_environment

LOOK_SECONDS = 1.5
"""What one request may spend on looks: the answer must be there within two seconds."""

LATER_SECONDS = LIMITS.wall_seconds
"""What a look may take once its sender has the answer: less than the queue of readings, mostly."""

_MOST_AT_ONCE = 3
_MOST_LATER_BYTES = 128 * 1024 * 1024
"""Uploads kept in memory for a look after the answer; whatever comes beyond is left to the reading."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a first look told.

    Attributes:
        refusal: Why the file cannot be opened at all (a password, a broken file), if so.
        warnings: What the sender should mend; nothing of it keeps the paper out.
        rest: Where the time allowed did not suffice: all that is told in the end, or nothing.
    """

    refusal: LocalizedText | None = None
    warnings: tuple[LocalizedText, ...] = ()
    rest: Future[Looked] | None = field(default=None, compare=False)


class FirstLook(Protocol):
    """What use cases need of a first look."""

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        """Look at an upload for at most that long; whatever goes wrong, nothing is raised."""
        ...

    def get_ready(self) -> None:
        """Start whatever would cost the first sender time."""
        ...

    def close(self) -> None:
        """End whatever stands ready."""
        ...


class NoLook:
    """Looks at nothing: for commands and tests that have nobody waiting."""

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        """Tell nothing."""
        return Looked()

    def get_ready(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing stands ready."""


@dataclass
class _Ready:
    """The process that copies itself for each look, and the line on which it is asked."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def end(self) -> None:
        self.control.close()
        self.process.kill()
        self.process.wait()


@dataclass
class _Look:
    """One look that is being taken; closing it ends the copy that takes it."""

    listener: socket.socket
    refusal: LocalizedText | None = None
    warnings: list[LocalizedText] = field(default_factory=list)
    is_over: bool = False
    _kept: bytes = b""
    _length: int = 0

    def gather(self, until: float) -> Looked:
        """Everything told so far, waiting until that moment at most."""
        while not self.is_over and (left := until - time.monotonic()) > 0:
            self.listener.settimeout(left)
            try:
                told = self.listener.recv(65536)
            except TimeoutError:
                break
            self._length += len(told)
            *lines, self._kept = (self._kept + told).split(b"\n")
            self.is_over = not told or self._length > LIMITS.output_bytes
            self.is_over = not all([self._take(line) for line in lines]) or self.is_over
        return Looked(self.refusal, tuple(self.warnings))

    def _take(self, line: bytes) -> bool:
        """Keep one line and say whether more may come; it is not trusted to keep to its own format."""
        try:
            told = json.loads(line)
        except ValueError:
            return False
        match told:
            case {"refusal": {"ar": str(ar), "fr": str(fr)}}:
                self.refusal = LocalizedText(ar, fr)
            case {"warning": {"ar": str(ar), "fr": str(fr)}}:
                self.warnings.append(LocalizedText(ar, fr))
            case {"whole": True}:
                return False
        return True

    def close(self) -> None:
        self.listener.close()


@dataclass
class LookingProcess:
    """Looks in processes of their own, made in no time by one that stands ready."""

    scratch: Path
    _ready: _Ready | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_MOST_AT_ONCE)
    )
    _afterwards: threading.Lock = field(default_factory=threading.Lock)
    _later_bytes: int = 0
    _closed: bool = False

    def get_ready(self) -> None:
        """Start the process that makes the others, unless it runs."""
        with self._lock:
            if not self._closed:
                self._running()

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        """Look at an upload for at most that long; whatever goes wrong, nothing is raised."""
        until = time.monotonic() + seconds
        if seconds <= 0 or not self._turns.acquire(timeout=seconds):
            return self._later(request, original)
        try:
            look = self._begin(request, original)
        except OSError as error:  # no process, no room: the reading proper will tell
            self._turns.release()
            log.warning("no first look", error=type(error).__name__)
            return Looked()
        looked = self._gathered(look, until)
        if look.is_over:
            self._end(look)
            return looked
        rest: Future[Looked] = Future()
        self._aside(self._go_on, look, rest)
        return replace(looked, rest=rest)

    def close(self) -> None:
        """End the process that stands ready, and with it the looks being taken."""
        with self._lock:
            self._closed = True
            ready, self._ready = self._ready, None
        if ready is not None:
            ready.end()

    def _later(self, request: ReadingRequest, original: bytes) -> Looked:
        """Look once there is a turn, one upload after another so that new senders find one."""
        with self._lock:
            if self._closed or self._later_bytes + len(original) > _MOST_LATER_BYTES:
                return Looked()
            self._later_bytes += len(original)
        rest: Future[Looked] = Future()
        self._aside(self._look_later, request, original, rest)
        return Looked(rest=rest)

    def _look_later(self, request: ReadingRequest, original: bytes, rest: Future[Looked]) -> None:
        try:
            with self._afterwards, self._turns:
                look = self._begin(request, original)
                try:
                    told = self._gathered(look, time.monotonic() + LATER_SECONDS)
                finally:
                    look.close()
        except OSError:
            told = Looked()
        finally:
            with self._lock:
                self._later_bytes -= len(original)
        rest.set_result(told)

    def _go_on(self, look: _Look, rest: Future[Looked]) -> None:
        told = self._gathered(look, time.monotonic() + LATER_SECONDS)
        self._end(look)
        rest.set_result(told)

    def _gathered(self, look: _Look, until: float) -> Looked:
        try:
            return look.gather(until)
        except OSError:  # what was told before counts
            look.is_over = True
            return Looked(look.refusal, tuple(look.warnings))

    def _end(self, look: _Look) -> None:
        look.close()
        self._turns.release()

    @staticmethod
    def _aside(work: Any, *given: Any) -> None:
        threading.Thread(target=work, args=given, name="look-on", daemon=True).start()

    def _begin(self, request: ReadingRequest, original: bytes) -> _Look:
        """Hand the question to a copy of the process that stands ready.

        Raises:
            OSError: There is no such process and none can be started.
        """
        question = os.memfd_create("upload")
        with os.fdopen(question, "w+b") as asked:
            asked.write(json.dumps(asdict(request)).encode() + b"\n" + original)
            asked.seek(0)
            listener, answering = socket.socketpair()
            try:
                with answering:
                    self._hand_over(answering.fileno(), question)
            except OSError:
                listener.close()
                raise
        return _Look(listener)

    def _hand_over(self, *handed: int) -> None:
        with self._lock:
            if self._closed:
                raise OSError("closed")
            try:
                socket.send_fds(self._running(), [b"?"], list(handed))
            except OSError:  # it ended since it was last asked
                self._ready, ended = None, self._ready
                if ended is not None:
                    ended.end()
                socket.send_fds(self._running(), [b"?"], list(handed))

    def _running(self) -> socket.socket:
        """The line to the process that stands ready, started if need be; hold the lock."""
        if self._ready is not None and self._ready.process.poll() is not None:
            self._ready.end()
            self._ready = None
        if self._ready is None:
            self._ready = self._start()
        return self._ready.control

    def _start(self) -> _Ready:
        self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        control, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.settimeout(LOOK_SECONDS)
        with its_end:
            process = subprocess.Popen(
                [sys.executable, "-m", "forms_service.looking_child", str(its_end.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.scratch,
                env=child_environment(self.scratch),
                start_new_session=True,
                close_fds=True,
                pass_fds=[its_end.fileno()],
            )
        return _Ready(process, control)

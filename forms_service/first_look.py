"""A first look at an upload while its sender waits: is the picture good, is it the right paper?

Reading proper takes seconds and waits its turn; what the sender can still mend must be told at once.
The look happens in a process of its own, as everything that opens uploads: bare environment, limits on
time, memory and output, one upload each.  One such process stands ready beforehand, its libraries
loaded, so that a look costs no start.  It tells what it finds line by line; when the time allowed is
over it is ended, and what was told by then counts.  A look never refuses an upload because of a failure
of its own: then nothing is told, and the reading tells it later.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import structlog

from core.localized_text import LocalizedText
from forms_service.config import MEBIBYTE, ReadingLimits
from forms_service.reading_process import ReadingRequest, child_environment, restrict

LOOK_SECONDS = 1.5
"""What one request may spend on looks: the answer must be there within two seconds."""

LATER_SECONDS = 20.0
"""What a look may take once its sender has the answer: less than the queue of readings, mostly."""

LIMITS = ReadingLimits(
    wall_seconds=15.0, cpu_seconds=10, memory_bytes=2048 * MEBIBYTE, output_bytes=8 * MEBIBYTE
)
_MOST_AT_ONCE = 2

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a first look told.

    Attributes:
        refusal: Why the file cannot be opened at all (a password, a broken file), if so.
        warnings: What the sender should mend; nothing of it keeps the paper out.
        whole: Whether every page was looked at in the time allowed.
    """

    refusal: LocalizedText | None = None
    warnings: tuple[LocalizedText, ...] = ()
    whole: bool = False


class FirstLook(Protocol):
    """What use cases need of a first look."""

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        """Look at an upload for at most that long; whatever goes wrong, nothing is raised."""
        ...

    def look_on(self, request: ReadingRequest, original: bytes, tell: Callable[[Looked], None]) -> None:
        """Look again after the answer was sent, with time enough, and tell what is found; returns at once."""
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

    def look_on(self, request: ReadingRequest, original: bytes, tell: Callable[[Looked], None]) -> None:
        """Tell nothing."""

    def get_ready(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing stands ready."""


@dataclass
class _Ready:
    """A process that waits for its one upload."""

    process: subprocess.Popen[bytes]
    folder: Path

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class LookingProcess:
    """Looks in processes of their own, one of which always stands ready."""

    scratch: Path
    _ready: _Ready | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_MOST_AT_ONCE)
    )
    _afterwards: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))
    _closed: bool = False

    def get_ready(self) -> None:
        """Start the process that will take the next upload, unless one stands ready."""
        with self._lock:
            if self._ready is None and not self._closed:
                self._ready = self._start()

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        """Look at an upload for at most that long; whatever goes wrong, nothing is raised."""
        until = time.monotonic() + seconds
        if seconds <= 0 or not self._turns.acquire(timeout=seconds):
            return Looked()
        try:
            child = self._take()
            try:
                (child.folder / "original").write_bytes(original)
                return _gathered(_lines(child.process, request, until))
            finally:
                child.end()
        except OSError:  # no process, no room: the reading proper will tell
            return Looked()
        finally:
            self._turns.release()
            with suppress(OSError):
                self.get_ready()

    def look_on(self, request: ReadingRequest, original: bytes, tell: Callable[[Looked], None]) -> None:
        """Look again in the background, one upload at a time so that new senders find a free turn.

        Whatever goes wrong, nothing is told: the reading will.
        """

        def look() -> None:
            with self._afterwards:
                if self._closed:
                    return
                looked = self.look(request, original, LATER_SECONDS)
            try:
                tell(looked)
            except Exception as error:  # the paper is kept and will be read; a remark less is no loss
                log.warning("look not told", error=type(error).__name__)

        threading.Thread(target=look, name="look-on", daemon=True).start()

    def close(self) -> None:
        """End the process that stands ready."""
        with self._lock:
            self._closed = True
            ready, self._ready = self._ready, None
        if ready is not None:
            ready.end()

    def _take(self) -> _Ready:
        with self._lock:
            ready, self._ready = self._ready, None
        if ready is not None and ready.process.poll() is None:
            return ready
        if ready is not None:
            ready.end()
        return self._start()

    def _start(self) -> _Ready:
        self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(prefix="look-", dir=self.scratch))
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "forms_service.first_look", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=child_environment(folder),
                start_new_session=True,
                close_fds=True,
            )
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return _Ready(process, folder)


def _lines(process: subprocess.Popen[bytes], request: ReadingRequest, until: float) -> Iterator[Any]:
    """What the child tells, line by line, until it is done or the time is over."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both were asked for
    process.stdin.write(json.dumps(asdict(request)).encode() + b"\n")
    process.stdin.flush()
    kept = b""
    while (left := until - time.monotonic()) > 0:
        if not select.select([process.stdout], [], [], left)[0]:
            return
        told = os.read(process.stdout.fileno(), 65536)
        if not told or len(kept) > LIMITS.output_bytes:
            return
        *lines, kept = (kept + told).split(b"\n")
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                return


def _gathered(told: Iterator[Any]) -> Looked:
    """The child's lines as one answer; it is not trusted to keep to its own format."""
    refusal, whole = None, False
    warnings: list[LocalizedText] = []
    for one in told:
        match one:
            case {"refusal": {"ar": str(ar), "fr": str(fr)}}:
                refusal = LocalizedText(ar, fr)
            case {"warning": {"ar": str(ar), "fr": str(fr)}}:
                warnings.append(LocalizedText(ar, fr))
            case {"whole": True}:
                whole = True
                break
    return Looked(refusal, tuple(warnings), whole)


# --- in the child ---------------------------------------------------------------------------------


def main(folder: Path) -> None:
    """Load everything, wait for one request, tell what is found, end."""
    restrict(LIMITS)
    from forms_service.upload_look import look_over, warm_up

    warm_up()
    line = sys.stdin.buffer.readline()  # ends empty when the parent is gone
    if not line:
        return
    signal.alarm(int(LIMITS.wall_seconds))  # the kernel ends a look that outlives its parent
    asked = json.loads(line)
    asked["pages"] = tuple(asked["pages"])
    original = (folder / "original").read_bytes()
    (folder / "original").unlink()  # nothing of it lies about, even if the parent is killed now
    for told in look_over(ReadingRequest(**asked), original):
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

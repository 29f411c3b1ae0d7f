"""Reading one upload in a process of its own, so that no paper can take the service down with it.

The parent (``run_reading``) starts ``python -m forms_service.reading_process FOLDER`` with a bare
environment, limits on time, memory and output, and its own process group, and reads ``result.json``
from the folder.  The child locks itself in before it opens anything (``isolation``): no network, no files
but its programs, the specs and that folder.  It dies with its parent.  Whatever happens, the parent gets
an answer or a ``ReadingFailed``, and the original is not touched.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from forms_service.ending_with_parent import end_with
from forms_service.isolation import lock_in
from forms_service.isolation.required import REQUIRED, NotLockedIn
from forms_service.reading_limits import ReadingLimits

_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TESSDATA_PREFIX",
    "TZ",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "FORMS_TEXT_ENGINE",
    "FORMS_LEXICONS",
    REQUIRED,
)
OUT_OF_TIME = "out_of_time"
MOST_LEFT_OUT = 3
"""Pages of one upload that may be left out before the whole is given up, while there is time: each costs
two failed readings, a page of a paper three."""

_TRIES, _TRIES_OF_A_PAPER = 2, 3
"""How often a page may end the reading before it is left out.  A page of a paper is read another way each
time: its single lines by a program of their own, then only as a whole (see ``ocr.attachments``)."""

_MOST_FAILURES = _TRIES_OF_A_PAPER * MOST_LEFT_OUT
"""Failed readings of one upload, whichever pages they ended at, before the whole is given up."""

_MOST_WALL_TIMES = 3
"""All readings of one upload together may take this many times what one may: others wait for the slot."""

_DISK_FULL = 75
"""How the child ends when the disk was full: that is no fault of the paper, and passes."""

_NOT_LOCKED_IN = 77
"""How the child ends, having opened nothing, where it cannot be locked in and that is required."""

_AT_PAGE, _OF_A_PAPER = "at-page", "paper"


class ReadingFailed(Exception):
    """The child gave no result: killed, out of time or memory, or a fault of the code.

    ``page`` is the page (from 1) it was reading, where it said so, ``of_a_paper`` whether as a page of a
    paper: those are read another way when it is tried again.
    """

    def __init__(self, reason: str, page: int | None = None, *, of_a_paper: bool = False) -> None:
        self.reason = reason
        self.page = page
        self.of_a_paper = of_a_paper
        super().__init__(reason)

    @property
    def for_good(self) -> bool:
        """Whether trying again at once could only end alike, while others wait."""
        return self.reason == OUT_OF_TIME

    @property
    def cause(self) -> str:
        """What a person is told of it once nobody tries any more; a code of ``storage.dead_letters``."""
        return OUT_OF_TIME if self.reason == OUT_OF_TIME else "ended_reader"


@dataclass(frozen=True, slots=True)
class ReadingRequest:
    """What to read and for which dossier.

    Attributes:
        mode: ``read`` reads an upload for a dossier; ``sheets`` looks at sheets of a stack; ``papers``
            cuts groups of them out as files; ``leaves`` cuts single ones out as pictures; ``receipt``
            finds the code on a picture of a receipt; ``copy`` makes a copy that can do no harm.
        form_id / version / reference: Of the dossier, to tell its pages from others'.
        document_type: What the person said it is, or None.
        on: Day (ISO) that validity is judged on.
        pages: The pages to look at or to cut out, from 1.
        groups: The pages of each paper to cut out, from 1.
        left_out: Pages not to be opened, for each of them ended the reading too often, and why.
        ended_at: The page that each failed reading of this upload ended at.
        page_seconds: What one page may take before the reading is ended.
    """

    mode: str
    filename: str
    spec_folder: str
    form_id: str = ""
    version: int = 0
    reference: str = ""
    document_type: str | None = None
    on: str = ""
    pages: tuple[int, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    left_out: tuple[tuple[int, str], ...] = ()
    ended_at: tuple[int, ...] = ()
    page_seconds: int = 90


@dataclass(frozen=True, slots=True)
class ReadingOutcome:
    """What the child found; image names in ``result`` are files in ``folder``."""

    result: dict[str, Any]
    folder: Path

    def image(self, name: str) -> bytes:
        """The bytes of one image of the result."""
        if Path(name).name != name:
            raise ReadingFailed("bad image name")
        return (self.folder / name).read_bytes()


@contextmanager
def run_reading(
    request: ReadingRequest, original: bytes, limits: ReadingLimits, scratch: Path
) -> Iterator[ReadingOutcome]:
    """Read an upload in a child, in a folder under ``scratch`` that is gone when the block ends.

    Raises:
        ReadingFailed: The child gave no result.
        NotLockedIn: Nothing may be opened on this machine.
    """
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="reading-", dir=scratch))
    try:
        (folder / "original").write_bytes(original)
        (folder / "request.json").write_text(json.dumps({**asdict(request), "limits": asdict(limits)}))
        _run_child(folder, limits)
        yield ReadingOutcome(_result(folder), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_reading_of_pages(
    request: ReadingRequest, original: bytes, limits: ReadingLimits, scratch: Path
) -> Iterator[ReadingOutcome]:
    """As ``run_reading``, but a page that ends the child costs itself a retry, then is left out.

    Raises:
        ReadingFailed: The child gave no result, and no single page can be blamed for it; or too many
            readings failed, or they took too long together.
    """
    ended_at: list[int] = []
    deadline = time.monotonic() + _MOST_WALL_TIMES * limits.wall_seconds
    with ExitStack() as stack:
        while True:
            try:
                outcome = stack.enter_context(run_reading(request, original, limits, scratch))
                break
            except ReadingFailed as failure:
                is_enough = len(request.left_out) >= MOST_LEFT_OUT or len(ended_at) >= _MOST_FAILURES
                if failure.page is None or is_enough:
                    raise
                left_seconds = deadline - time.monotonic()
                if left_seconds <= 0:
                    raise
                limits = replace(limits, wall_seconds=min(limits.wall_seconds, left_seconds))
                ended_at.append(failure.page)
                request = replace(request, ended_at=tuple(ended_at))
                tries = _TRIES_OF_A_PAPER if failure.of_a_paper else _TRIES
                if ended_at.count(failure.page) >= tries:
                    why = (failure.page, failure.reason)
                    request = replace(request, left_out=(*request.left_out, why))
        yield outcome


def _failed(reason: str, folder: Path) -> ReadingFailed:
    """What is known of an ended reading: why, and at which page."""
    with suppress(OSError, ValueError):
        page, _, what = (folder / _AT_PAGE).read_text().partition(" ")
        return ReadingFailed(reason, int(page), of_a_paper=what == _OF_A_PAPER)
    return ReadingFailed(reason)


def sweep(scratch: Path, limits: ReadingLimits) -> None:
    """Remove what readings left behind whose worker was killed: papers must not lie about."""
    too_old = time.time() - 3 * limits.wall_seconds
    for folder in (*scratch.glob("reading-*"), *scratch.glob("look-*")):
        with suppress(FileNotFoundError):  # another worker sweeps too
            if folder.stat().st_mtime < too_old:
                shutil.rmtree(folder, ignore_errors=True)


def _run_child(folder: Path, limits: ReadingLimits) -> None:
    environment = child_environment(folder) | {"FORMS_PARENT": str(os.getpid())}
    with (folder / "stderr").open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "forms_service.reading_process", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=folder,
            env=environment,
            start_new_session=True,
            close_fds=True,
        )
        try:
            code = child.wait(timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            raise _failed(OUT_OF_TIME, folder) from None
        finally:
            _end_group(child)
    if code == _DISK_FULL:
        raise OSError(errno.ENOSPC, "no space left for reading")
    if code == _NOT_LOCKED_IN:
        raise NotLockedIn
    if code != 0:
        raise _failed(_why(code), folder)


def child_environment(folder: Path) -> dict[str, str]:
    """All that a process which opens uploads learns of its parent's environment: no secret of it."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment |= {"ORT_DISABLE_TELEMETRY": "1", "HOME": str(folder), "TMPDIR": str(folder)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return environment


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started (an OCR program)."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _why(code: int) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return OUT_OF_TIME
    if code == -signal.SIGKILL:
        return "killed"
    return f"signal_{-code}" if code < 0 else f"exit_{code}"


def _result(folder: Path) -> dict[str, Any]:
    try:
        result = json.loads((folder / "result.json").read_text())
    except (OSError, ValueError):
        raise ReadingFailed("no_result") from None
    if not isinstance(result, dict):
        raise ReadingFailed("no_result")
    return result


# --- in the child ---------------------------------------------------------------------------------


def begin_page(folder: Path, page: int | None, seconds: int, *, of_a_paper: bool = False) -> None:
    """Say which page (from 1) is at work, and let the kernel end this process if it takes too long."""
    at_work = "" if page is None else f"{page} {_OF_A_PAPER}" if of_a_paper else str(page)
    (folder / _AT_PAGE).write_text(at_work)
    signal.alarm(0 if page is None else seconds)


def main(folder: Path) -> None:
    """Read what the folder asks for and leave ``result.json`` there, whole or not at all."""
    die_with_parent()
    asked = json.loads((folder / "request.json").read_text())
    limits = ReadingLimits(**asked.pop("limits"))
    lock_in(folder, [Path(asked["spec_folder"])])
    die_with_parent()  # the kernel forgets it when powers change
    restrict(limits)
    request = replace(ReadingRequest(**asked), page_seconds=limits.page_seconds)
    original = (folder / "original").read_bytes()
    if request.mode == "sheets":
        from forms_service.stack_sorting import look_at_sheets as read
    elif request.mode == "papers":
        from forms_service.stack_sorting import cut_papers as read
    elif request.mode == "leaves":
        from forms_service.stack_sorting import cut_leaves as read
    elif request.mode == "receipt":
        from forms_service.receipt_scan import scan_receipt as read
    elif request.mode == "copy":
        from forms_service.clean_copy import make_clean_copy as read
    else:
        from forms_service.upload_reading import read_upload as read
    result = read(request, original, folder)
    draft = folder / "result.draft"
    draft.write_text(json.dumps(result, ensure_ascii=False))
    draft.rename(folder / "result.json")


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends, even by ``kill -9``."""
    die_with(int(os.environ.get("FORMS_PARENT", os.getppid())))


def die_with(parent: int) -> None:
    """As ``die_with_parent``, for a process that knows its parent's number."""
    end_with(parent, signal.SIGKILL)


def restrict(limits: ReadingLimits) -> None:
    """Limit what this process may use; the kernel enforces it."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit(_DISK_FULL)
    except NotLockedIn:
        sys.exit(_NOT_LOCKED_IN)

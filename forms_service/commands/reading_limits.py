"""Keeps a command that reads somebody's file within the memory and time the service allows a reading."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.reading_limits import ReadingLimits

_TOO_LONG = LocalizedText(
    ar="استغرقت القراءة أكثر من {seconds} ثانية فأُوقفت. الملف لم يتغير. قسموه، "
    "أو حددوا مدة أطول في FORMS_READING_SECONDS.",
    fr="La lecture a pris plus de {seconds} s et a été arrêtée. Le fichier est inchangé. Divisez-le, "
    "ou fixez une durée plus longue par FORMS_READING_SECONDS.",
)
_TOO_MUCH = LocalizedText(
    ar="تطلبت القراءة ذاكرة تفوق {mebibytes} ميبيبايت فأُوقفت. الملف لم يتغير. قسموه أو صغروا صوره.",
    fr="La lecture a demandé plus de {mebibytes} Mio de mémoire et a été arrêtée. Le fichier est inchangé. "
    "Divisez-le ou réduisez ses images.",
)

_UNHEARD_SECONDS = 10.0
"""What a decoder is given to hear that its time is over."""


@contextmanager
def within_limits(limits: ReadingLimits, files: int = 1) -> Iterator[None]:
    """Read as many files as given: each may take the time of one reading, all of them its memory.

    Raises:
        UnreadableDocument: ``reading_timed_out``, ``reading_too_large``.
    """
    seconds = limits.wall_seconds * files

    def end(_signal: int, _frame: object) -> NoReturn:
        raise UnreadableDocument(_TOO_LONG.fill(seconds=round(seconds)), code="reading_timed_out")

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _memory_in_use() + limits.memory_bytes
    resource.setrlimit(
        resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )
    is_timed = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, end) if is_timed else None
    at_last = threading.Timer(seconds + _UNHEARD_SECONDS, _end_at_once, (round(seconds),))
    at_last.daemon = True
    at_last.start()
    try:
        if is_timed:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    except MemoryError as error:
        megabytes = limits.memory_bytes // 1024 // 1024
        raise UnreadableDocument(_TOO_MUCH.fill(mebibytes=megabytes), code="reading_too_large") from error
    finally:
        at_last.cancel()
        if is_timed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _end_at_once(seconds: int) -> None:
    """A decoder that never comes back hears no signal: nothing but the end of the process ends it."""
    told = _TOO_LONG.fill(seconds=seconds)
    with suppress(OSError):
        os.write(2, f"{told.ar}\n{told.fr}\n".encode())
    os._exit(1)


def _memory_in_use() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")

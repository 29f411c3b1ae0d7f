"""Real readings in locked processes that need not load the reader first: half of what reading a small page takes.

Everything else is as in the service: limits, isolation, what is told of an end.  How a reading that crashes, hangs
or loses its worker ends is proved on processes that are started as the service starts them.
"""

from __future__ import annotations

import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from forms_service import reading_process
from tests.started_quickly import Quick, begin

_READER = (
    "forms_service.upload_reading",
    "forms_service.reading_papers",
    "forms_service.stack_sorting",
    "forms_service.typed_form_pages",
    "forms_service.receipt_scan",
    "forms_service.clean_copy",
    "forms_service.ocr.scan",
    "forms_service.ocr.picture_quality",
    "forms_service.render.form_pdf",
)


class _Reading(Quick):
    """One reading, and how it ended."""

    def __init__(self, process: int, code: Path) -> None:
        super().__init__(process)
        self._code, self._ended = code, -int(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        super().wait(timeout)
        with suppress(FileNotFoundError, ValueError):
            self._ended = int(self._code.read_text())
            self._code.unlink()
        return self._ended


def _begin(command: list[str], *, cwd: Path, env: dict[str, str], **_: Any) -> _Reading:
    code = Path(tempfile.gettempdir()) / f"reading-ended-{secrets.token_hex(8)}"
    _, _, program, *arguments = command
    process = begin(_READER, program, arguments, env, cwd / "stderr", cwd, code)
    return _Reading(process, code)


@contextmanager
def quick_readings() -> Iterator[None]:
    """Let this process's readings begin at once until the block ends."""
    quick = SimpleNamespace(
        Popen=_begin, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    with patch.object(reading_process, "subprocess", quick):
        yield

"""A command that reads a file stops with a plain message at the limits of the service's own readings."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time

import pytest

from core.errors import UnreadableDocument
from forms_service.commands.reading_limits import within_limits
from forms_service.config import MEBIBYTE, ReadingLimits


def test_a_reading_that_takes_too_long_is_stopped_and_says_so() -> None:
    with pytest.raises(UnreadableDocument) as stopped, within_limits(ReadingLimits(wall_seconds=0.2)):
        time.sleep(60)
    assert stopped.value.code == "reading_timed_out"
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_each_file_has_its_own_time() -> None:
    with within_limits(ReadingLimits(wall_seconds=30), files=3):
        assert 30 < signal.getitimer(signal.ITIMER_REAL)[0] <= 90


def test_a_reading_that_wants_too_much_memory_is_stopped_and_says_so() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    limits = ReadingLimits(memory_bytes=64 * MEBIBYTE)
    with pytest.raises(UnreadableDocument) as stopped, within_limits(limits):
        bytearray(200 * MEBIBYTE)
    assert stopped.value.code == "reading_too_large"
    assert "64" in stopped.value.message.fr
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_decoder_that_hears_no_signal_ends_with_the_command() -> None:
    """It works outside Python, where nothing can interrupt it but the end of the process."""
    code = (
        "import ctypes, signal\n"
        "from forms_service.commands import reading_limits\n"
        "from forms_service.config import ReadingLimits\n"
        "reading_limits._UNHEARD_SECONDS = 0.2\n"
        "with reading_limits.within_limits(ReadingLimits(wall_seconds=0.1)):\n"
        "    signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "    ctypes.CDLL(None).sleep(600)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "FORMS_READING_SECONDS" in ended.stderr and "استغرقت" in ended.stderr

"""The child process of ``page_text``: limits itself, then becomes the recogniser, which reads stdin.

It is started by its path, without the rest of the service, and loads nothing: a page is read in half the time.
"""

from __future__ import annotations

import os
import resource
import sys


def _limit(memory_mb: int, seconds: int) -> None:
    memory = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Let the recogniser read the page on stdin and write its table to stdout."""
    languages, mode, models, memory_mb, seconds = sys.argv[1:6]
    _limit(int(memory_mb), int(seconds))
    how = ["-l", languages, "--psm", mode, "--tessdata-dir", models]
    os.execvp("tesseract", ["tesseract", "stdin", "stdout", *how, "tsv"])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()

"""Whether this process was asked to stop: it answers what still comes, and says that it is not ready for more."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from forms_service.metrics import SHARED_FOLDER

_here = threading.Event()


def leave() -> None:
    """Say from now on that this process leaves."""
    _here.set()


def announce_leaving() -> None:
    """Let every process of this host's ``serve`` say so; ``serve`` ends them after that."""
    leave()
    if folder := os.environ.get(SHARED_FOLDER):
        _sign(folder).touch()


def is_leaving() -> bool:
    """Whether this process, or the ``serve`` it belongs to, was asked to stop."""
    folder = os.environ.get(SHARED_FOLDER)
    return _here.is_set() or bool(folder and _sign(folder).exists())


def _sign(folder: str) -> Path:
    return Path(folder) / "leaving"

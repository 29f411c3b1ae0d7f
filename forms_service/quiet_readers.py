"""Keeps what libraries remark on damaged files off the error stream; commands need it before they need logs."""

from __future__ import annotations

import logging


def quieten_readers() -> None:
    """Keep the PDF readers from remarking on every damaged upload; we say ourselves what is wrong."""
    for name in ("pypdf", "pyhanko", "pikepdf"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

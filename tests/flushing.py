"""What tests write need not survive a power cut: thousands of commits and files of theirs would wait for the disk.

Only in the tests' own process, and where nobody asks what is flushed and when.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from forms_service.storage import database

_PREPARE_SQLITE, _FSYNC = database._prepare_sqlite, os.fsync


def _prepare_without_waiting(connection: sqlite3.Connection, record: object) -> None:
    _PREPARE_SQLITE(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def nothing_flushed() -> Iterator[None]:
    """Let databases opened and files written in this block be left to the system."""
    with (
        patch.object(database, "_prepare_sqlite", _prepare_without_waiting),
        patch.object(os, "fsync", lambda _file: None),
    ):
        yield


@contextmanager
def all_flushed() -> Iterator[None]:
    """As the service does, for as long as the databases opened in this block are used."""
    with patch.object(database, "_prepare_sqlite", _PREPARE_SQLITE), patch.object(os, "fsync", _FSYNC):
        yield

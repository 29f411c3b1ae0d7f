"""What is away at the start is waited for; what a person has to set right is told at once."""

from __future__ import annotations

import errno
import sqlite3
import threading

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from forms_service import waiting_to_start
from forms_service.logs import prepare_logs
from forms_service.storage.database import Database
from forms_service.storage.objects import ObjectsUnavailable
from forms_service.storage.outages import DATABASE, passes_at_start
from forms_service.waiting_to_start import as_soon_as_possible


def refused(told: str) -> OperationalError:
    return OperationalError("connect", {}, psycopg.OperationalError(told))


def test_a_database_that_comes_later_is_waited_for_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_to_start, "_FIRST_PAUSE_S", 0.001)
    prepare_logs()  # a command that ran in this process may have silenced what is below an error
    away = [ObjectsUnavailable("no answer"), *[refused("connection refused")] * 3]

    def build() -> str:
        if away:
            raise away.pop()
        return "built"

    with capture_logs() as lines:
        assert as_soon_as_possible(build, threading.Event()) == "built"
    assert [one.get("outage") for one in lines] == ["database", "objects", "objects"]


def test_nobody_waits_once_asked_to_stop() -> None:
    stop = threading.Event()

    def build() -> str:
        stop.set()
        raise refused("connection refused")

    assert as_soon_as_possible(build, stop) is None


def test_a_server_that_is_not_there_passes() -> None:
    with pytest.raises(OperationalError) as caught, Database("postgresql://f@127.0.0.1:1/f").reading() as one:
        one.connection()
    assert passes_at_start(caught.value) == DATABASE


@pytest.mark.parametrize(
    "error",
    [
        refused('FATAL:  password authentication failed for user "forms"'),
        refused('FATAL:  database "forms" does not exist'),
        OperationalError("connect", {}, sqlite3.OperationalError("unable to open database file")),
        OSError(errno.EROFS, "Read-only file system"),
        ValueError("a setting"),
    ],
)
def test_a_wrong_setting_ends_the_start_at_once(error: Exception) -> None:
    def build() -> str:
        raise error

    with pytest.raises(type(error)):
        as_soon_as_possible(build, threading.Event())

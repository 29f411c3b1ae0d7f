"""What is out of order for everybody costs no job anything; what fails for itself is given up and told of."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError

from forms_service import job_attempts
from forms_service.job_attempts import MOST_STARTS, MOST_WAITS_ALONE, Attempts, Stopping
from forms_service.jobs import FINISHED_KEPT_DAYS, forget_finished, prepare_tables
from forms_service.storage.database import Database
from forms_service.storage.dead_letters import ENDED_WORKER, FAILED
from forms_service.storage.job_models import JobRunRow
from forms_service.storage.objects import ObjectsUnavailable
from forms_service.storage.outages import DATABASE, DISK, OBJECTS, outage

JOB = "read_upload:a"
_LONG_AGO = datetime(2026, 2, 20, tzinfo=UTC)


class Work:
    """A job that fails as it is told, once for each error, and what became of it."""

    def __init__(self, database: Database) -> None:
        self.errors: list[BaseException] = []
        self.tries = 0
        self.given_up: list[tuple[str, str, str, int]] = []
        self.stop = threading.Event()
        self.database = database
        self.attempts = Attempts(database, "executor", lambda *told: self.given_up.append(told), self.stop)

    def task(self, _key: str) -> None:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)

    def carry_out(self) -> None:
        self.attempts.carry_out(JOB, "read_upload", "a", self.task)

    def starts(self) -> int:
        with self.database.reading() as session:
            row = session.get(JobRunRow, JOB)
            return row.starts if row else 0

    def begun(self, times: int) -> None:
        """Leave the count of a job behind as workers do that end with it."""
        with self.database.writing() as session:
            session.merge(JobRunRow(job=JOB, starts=times, executor_id="dead", begun_at=_LONG_AGO))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    monkeypatch.setattr(job_attempts, "PAUSES_S", (0.001, 0.001, 0.001))
    monkeypatch.setattr(job_attempts, "_LONGEST_PAUSE_S", 0.002)
    database = Database(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    database.migrate(tmp_path, prepare_tables)
    yield Work(database)
    database.close()


def database_error(told: str) -> OperationalError:
    return OperationalError("select 1", {}, sqlite3.OperationalError(told))


OUTAGES = [
    (database_error("database or disk is full"), DATABASE),
    (database_error("database is locked"), DATABASE),
    (database_error("unable to open database file"), DATABASE),
    (ObjectsUnavailable("no answer"), OBJECTS),
    (OperationalError("select 1", {}, psycopg.errors.QueryCanceled()), DATABASE),
    (OperationalError("select 1", {}, psycopg.errors.IdleInTransactionSessionTimeout()), DATABASE),
    (InternalError("insert", {}, psycopg.errors.ReadOnlySqlTransaction()), DATABASE),
    (OSError(errno.ENOSPC, "No space left on device"), DISK),
    (OSError(errno.EIO, "Input/output error"), OBJECTS),
]


@pytest.mark.parametrize("error", [OUTAGES[-2][0], OUTAGES[-1][0]])
def test_an_outage_that_one_job_alone_sees_is_its_own_failure(work: Work, error: Exception) -> None:
    work.attempts.all_well = lambda: True
    work.errors = [error] * 99
    work.carry_out()
    assert work.given_up == [("read_upload", "a", FAILED, MOST_WAITS_ALONE + 1)]
    assert (work.tries, work.starts()) == (MOST_WAITS_ALONE + 1, 0)


def test_whoever_waits_for_what_everybody_lacks_is_not_alone(work: Work) -> None:
    answers = [OSError("the store is away"), False] * 15

    def all_well() -> bool:
        told = answers.pop()
        if isinstance(told, OSError):
            raise told
        return told

    work.attempts.all_well = all_well
    work.errors = [OUTAGES[-2][0]] * 30
    work.carry_out()
    assert (work.tries, work.given_up) == (31, [])


def test_database_and_bucket_speak_for_everybody(work: Work) -> None:
    work.attempts.all_well = lambda: True
    work.errors = [database_error("database is locked"), ObjectsUnavailable("no answer")] * 15
    work.carry_out()
    assert (work.tries, work.given_up) == (31, [])


@pytest.mark.parametrize(("error", "what"), OUTAGES)
def test_an_outage_is_waited_out_however_long_it_lasts(work: Work, error: Exception, what: str) -> None:
    assert outage(error) == what
    work.errors = [error] * 9
    work.carry_out()
    assert (work.tries, work.given_up, work.starts()) == (10, [], 0)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a fault"),
        database_error("no such table: dossier"),
        FileNotFoundError(2, "no file"),
        ProgrammingError("select", {}, sqlite3.ProgrammingError("wrong")),
    ],
)
def test_what_fails_for_itself_is_tried_again_then_given_up(work: Work, error: Exception) -> None:
    assert outage(error) is None
    work.errors = [error] * 9
    work.carry_out()
    assert work.tries == 4
    assert work.given_up == [("read_upload", "a", FAILED, 4)]
    assert work.starts() == 0


def test_what_fails_once_succeeds_the_next_time(work: Work) -> None:
    work.errors = [RuntimeError("a moment's weakness")]
    work.carry_out()
    assert (work.tries, work.given_up) == (2, [])


def test_what_cannot_succeed_is_not_tried_again(work: Work) -> None:
    hopeless = RuntimeError("it took all the time there is")
    hopeless.for_good, hopeless.cause = True, "out_of_time"
    work.errors = [hopeless]
    work.carry_out()
    assert (work.tries, work.given_up) == (1, [("read_upload", "a", "out_of_time", 1)])


def test_a_job_that_ended_its_worker_each_time_is_not_begun_again(work: Work) -> None:
    work.begun(MOST_STARTS)
    work.carry_out()
    assert (work.tries, work.given_up) == (0, [("read_upload", "a", ENDED_WORKER, MOST_STARTS)])
    assert work.starts() == 0, "whoever has it tried again begins from nothing"


def test_a_job_that_was_once_less_often_begun_is_tried_and_its_count_forgotten(work: Work) -> None:
    work.begun(MOST_STARTS - 1)
    work.carry_out()
    assert (work.tries, work.given_up, work.starts()) == (1, [], 0)


def test_giving_up_waits_for_the_database_too(work: Work) -> None:
    told, fails = work.given_up, [database_error("database is locked")] * 3

    def give_up(*what: object) -> None:
        if fails:
            raise fails.pop()
        told.append(what)  # type: ignore[arg-type]

    work.attempts.given_up = give_up
    work.begun(MOST_STARTS)
    work.carry_out()
    assert told == [("read_upload", "a", ENDED_WORKER, MOST_STARTS)], "and the poison was not begun meanwhile"
    assert work.tries == 0


def test_whoever_stops_during_an_outage_holds_nothing_against_the_job(work: Work) -> None:
    work.errors = [ObjectsUnavailable("no answer")]
    work.stop.set()
    with pytest.raises(Stopping):
        work.carry_out()
    assert (work.starts(), work.given_up, work.attempts.running()) == (0, [], [])


def test_what_the_engine_keeps_of_jobs_that_ended_long_ago_is_forgotten(work: Work) -> None:
    now, day_ms = datetime(2026, 11, 1, tzinfo=UTC), 86_400_000
    ago = {days: int(now.timestamp() * 1000) - days * day_ms for days in (FINISHED_KEPT_DAYS + 1, 3)}
    rows = [
        ("old", "SUCCESS", ago[FINISHED_KEPT_DAYS + 1]),
        ("given up", "CANCELLED", ago[FINISHED_KEPT_DAYS + 1]),
        ("to be told of", "ERROR", ago[FINISHED_KEPT_DAYS + 1]),
        ("new", "SUCCESS", ago[3]),
        ("waits", "ENQUEUED", None),
    ]
    insert = text("insert into workflow_status (workflow_uuid, status, completed_at) values (:job, :is, :at)")
    with work.database.writing() as session:
        for job, state, at in rows:
            session.execute(insert, {"job": job, "is": state, "at": at})
    assert (forget_finished(work.database, now), forget_finished(work.database, now)) == (2, 0)
    with work.database.reading() as session:
        left = set(session.scalars(text("select workflow_uuid from workflow_status")))
    assert left == {"to be told of", "new", "waits"}


def test_of_two_suspects_one_is_carried_out_at_a_time(work: Work) -> None:
    """A sound job that was under way beside a poisonous one gets its turn alone, and ends."""
    under_way, most, lock = [0], [0], threading.Lock()
    both = threading.Barrier(2, timeout=0.2)

    def task(_key: str) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        with suppress(threading.BrokenBarrierError):
            both.wait()
        with lock:
            under_way[0] -= 1

    jobs = ("sort_stack:s", "read_upload:p")
    with work.database.writing() as session:
        for job in jobs:
            session.add(JobRunRow(job=job, starts=2, executor_id="dead", begun_at=_LONG_AGO))
    threads = [
        threading.Thread(target=work.attempts.carry_out, args=(job, *job.split(":"), task)) for job in jobs
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == [1]
    assert work.given_up == []

"""Carries jobs out: waits out what passes, tries again what fails, and gives up what never ends well.

What is out of order for everybody (the database, the store, a full disk) is waited for and costs a job
nothing.  How often a job was begun without ever ending is counted in the database: one that ends its
worker each time is known by that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from random import uniform

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from forms_service.living_workers import database_now
from forms_service.storage.database import Database
from forms_service.storage.dead_letters import ENDED_WORKER, FAILED
from forms_service.storage.job_models import JobRunRow
from forms_service.storage.objects import ObjectsUnavailable
from forms_service.storage.outages import outage

MOST_STARTS = 5
"""How often a job may be begun without ever ending: then it is taken for what ends its worker."""

_SUSPECT_FROM = 2
"""From so many starts without an end on, a job is carried out beside no other of which that is true as well:
a poisonous one cannot take a sound one with it for ever."""

PAUSES_S = (0.5, 1.5, 4.5)
"""Pauses between attempts at a job that fails for itself; after one more it is given up."""

_LONGEST_PAUSE_S = 15.0
"""Pauses during an outage double up to this: no job is given up for it, however long it lasts."""

MOST_WAITS_ALONE = 12
"""So many waits in a row, some two minutes, after which disk and store were in order: then it is the job itself
that fills its scratch, or whose paper lies on a bad sector, and it counts as failed."""

log = structlog.get_logger(__name__)


class Stopping(BaseException):
    """The worker is asked to stop: no outcome is noted, and another worker begins the job again."""


@dataclass
class Attempts:
    """The attempts of one worker.

    Attributes:
        given_up: Told task, key, cause and number of attempts of a job that is not tried again.
        stop: Set once the worker is to end.
        all_well: Whether disk and store are in order now: what one job alone sees is no outage.
    """

    database: Database
    executor_id: str
    given_up: Callable[[str, str, str, int], None]
    stop: threading.Event
    all_well: Callable[[], bool] = lambda: False
    _running: set[str] = field(default_factory=set)
    _one_suspect: threading.Lock = field(default_factory=threading.Lock)

    def running(self) -> list[str]:
        """The jobs that are under way here."""
        return sorted(self._running.copy())

    def carry_out(self, job: str, name: str, key: str, task: Callable[[str], None]) -> None:
        """Try a job until it ends or is given up.

        Raises:
            Stopping: The worker ends first.
        """
        self._running.add(job)
        waits_alone = 0
        try:
            for pause_s in _outage_pauses():
                try:
                    self._try(job, name, key, task)
                    return
                except Exception as error:
                    what = outage(error)
                    if what is None:
                        log.error("job broken", task=name, key=key, error=type(error).__name__)
                        raise
                    log.warning("job waits", task=name, key=key, outage=what, error=type(error).__name__)
                    waits_alone = waits_alone + 1 if self._is_alone_with(error) else 0
                if waits_alone > MOST_WAITS_ALONE:
                    self._give_up(name, key, FAILED, waits_alone)
                    self.forget(job)
                    return
                with suppress(Exception):  # what ends its worker while it waits was not the job
                    self.forget(job)
                self._pause(pause_s)
        finally:
            self._running.discard(job)

    def forget(self, job: str) -> None:
        """Count the starts of a job anew: this one ended, or nobody may hold against it that it did not."""
        with self.database.writing() as session:
            session.execute(delete(JobRunRow).where(JobRunRow.job == job))

    def _is_alone_with(self, error: Exception) -> bool:
        """Whether only this job seems to see that outage; database and bucket speak for everybody."""
        if not isinstance(error, OSError) or isinstance(error, ObjectsUnavailable):
            return False
        try:
            return self.all_well()
        except Exception:
            return False

    def _try(self, job: str, name: str, key: str, task: Callable[[str], None]) -> None:
        failures, done = 0, False
        while not done:
            if failures:
                self._pause(PAUSES_S[failures - 1])
            with self._alone_if_suspect(job):
                starts = self._count(job)
                if starts > MOST_STARTS:
                    self._give_up(name, key, ENDED_WORKER, starts - 1)
                    done = True
                else:
                    try:
                        task(key)
                        done = True
                    except Exception as error:
                        if outage(error) is not None:
                            raise
                        failures += 1
                        done = self._is_hopeless(name, key, error, failures)
                self.forget(job)

    def _is_hopeless(self, name: str, key: str, error: Exception, failures: int) -> bool:
        """Whether a job that failed for itself is not tried again; then it is given up."""
        log.warning("job failed", task=name, key=key, error=type(error).__name__, times=failures)
        hopeless = failures > len(PAUSES_S) or bool(getattr(error, "for_good", False))
        if hopeless:
            self._give_up(name, key, getattr(error, "cause", FAILED), failures)
        return hopeless

    def _give_up(self, name: str, key: str, cause: str, attempts: int) -> None:
        log.error("job given up", task=name, key=key, cause=cause, attempts=attempts)
        for pause_s in _outage_pauses():
            try:
                self.given_up(name, key, cause, attempts)
                return
            except Exception as error:
                if outage(error) is None:
                    raise
            self._pause(pause_s)

    def _pause(self, seconds: float) -> None:
        if self.stop.wait(seconds * uniform(0.8, 1.2)):  # noqa: S311 - so that not all come back at once
            raise Stopping

    @contextmanager
    def _alone_if_suspect(self, job: str) -> Iterator[None]:
        """Carry a job that may be what ended its worker out beside no other such job."""
        with self.database.reading() as session:
            row = session.get(JobRunRow, job)
        is_suspect = row is not None and row.starts >= _SUSPECT_FROM
        with self._one_suspect if is_suspect else nullcontext():
            yield

    def _count(self, job: str) -> int:
        """Note that a job is begun; gives how often it was without coming to an end."""
        while True:
            try:
                with self.database.writing() as session:
                    row = session.get(JobRunRow, job, with_for_update=True)
                    if row is None:
                        row = JobRunRow(job=job, starts=0)
                        session.add(row)
                    row.starts += 1
                    row.executor_id, row.begun_at = self.executor_id, database_now(session)
                    session.flush()
                    return row.starts
            except IntegrityError:  # somebody who takes this worker for dead began it at the same moment
                continue


def _outage_pauses() -> Iterator[float]:
    pause_s = PAUSES_S[0]
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

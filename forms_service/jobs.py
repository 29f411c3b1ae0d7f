"""The one port to the task engine (DBOS): work is handed over inside the transaction that needs it.

A job is named by its task and a key: handing the same key over twice gives one job.  Jobs run at
least once; what they store must therefore be the same when they run again.

Recovery of a dead worker's jobs on other hosts is ours: every worker keeps a heartbeat row, and each
of them hands the work of every executor that no longer beats back to the queue (``living_workers``).  It
looks at the whole state each time and not at events, because recovery that reacts once can strand work.

What is out of order for everybody (the database, the store, a full disk) is waited for and costs a job
nothing.  What fails for itself, or ends its worker each time, is given up and becomes a dead letter.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from forms_service.job_attempts import Attempts
from forms_service.living_workers import LivingWorkers, engine_table
from forms_service.logs import about_job, request_id
from forms_service.storage.database import Database
from forms_service.storage.dead_letters import ENGINE

QUEUE = "reading"
LONG_WORK = {
    "sort_stack": "sorting",
    "send_letter": "sending",
    "deliver_webhook": "webhooks",
    "rehearse_form": "rehearsing",
}
"""Tasks with a queue of their own: whoever sends one paper, or waits for a code, must not wait for fifty sheets."""

AT_ONCE = {"deliver_webhook": 8}
"""How many of a long task one worker has under way, where it is not one: these only wait for other servers."""

APPLICATION = "forms-service"
APPLICATION_VERSION = "1"
"""Constant on purpose: a version taken from the code would leave old jobs unclaimed after an update."""

BEAT_SECONDS = 1.0
LEASE_SECONDS = 6.0
_BEATS_PER_ROUND = 20
ROUND_SECONDS = 30.0
"""How often a worker looks for what is due by the clock: days, not seconds, are counted there."""

FINISHED_KEPT_DAYS = 30
_FORGOTTEN_AT_ONCE = 500
"""How long the task engine's rows of jobs that ended stay, and how many go in one round of one worker."""

_TURN = "#"

log = structlog.get_logger(__name__)


class Jobs(Protocol):
    """What use cases need of a task engine."""

    def enqueue(
        self, session: Session, task: str, key: str, delay_seconds: float = 0.0, turn: int = 0
    ) -> None:
        """Hand a job over; it exists exactly if the session's transaction commits.

        It begins after ``delay_seconds`` at the earliest.  A job that was given up is another one when it is
        handed over with the next ``turn``.
        """
        ...


class DbosJobs:
    """Hands jobs over to DBOS; the web process is only ever this client."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._client: Any = None
        self._lock = threading.Lock()

    def enqueue(
        self, session: Session, task: str, key: str, delay_seconds: float = 0.0, turn: int = 0
    ) -> None:
        """Hand a job over inside the caller's transaction; a known key gives the job there is."""
        later = {"delay_seconds": delay_seconds} if delay_seconds > 0 else {}
        self._dbos().enqueue_in_transaction(
            session,
            {
                "workflow_name": task,
                "queue_name": LONG_WORK.get(task, QUEUE),
                "workflow_id": _job(task, key, turn),
                "app_version": APPLICATION_VERSION,
                "application_name": APPLICATION,
                **later,  # type: ignore[typeddict-item]
            },
            key,
            request_id(),
        )

    def close(self) -> None:
        """Give the client's connections back."""
        if self._client is not None:
            self._client.destroy()
            self._client = None

    def _dbos(self) -> Any:
        with self._lock:
            if self._client is None:
                from dbos import DBOSClient, DBOSPortableJSONSerializer

                self._client = DBOSClient(
                    system_database_url=self._url,
                    serializer=DBOSPortableJSONSerializer(),
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,
                )
            return self._client


def prepare_tables(database_url: str) -> None:
    """Make or migrate the task engine's own tables."""
    from dbos import run_dbos_database_migrations

    quieten_engine()
    run_dbos_database_migrations(database_url)


def _job(task: str, key: str, turn: int) -> str:
    return f"{task}:{key}{_TURN}{turn}" if turn else f"{task}:{key}"


def _task_and_key(job: str) -> tuple[str, str]:
    task, _, key = job.partition(":")
    return task, key.partition(_TURN)[0]


def quieten_engine() -> None:
    """Keep the engine's chatter out of our logs: it may carry arguments."""
    import logging

    logging.getLogger("dbos").setLevel(logging.ERROR)


def forget_finished(database: Database, now: datetime) -> int:
    """Delete some of the task engine's rows of jobs that ended long ago; gives how many."""
    before = int((now - timedelta(days=FINISHED_KEPT_DAYS)).timestamp() * 1000)
    with database.reading() as session:
        table = engine_table(session)
        found = f"select workflow_uuid from {table} where status in {_ENDED} and completed_at < :before"  # noqa: S608
        jobs = session.scalars(text(f"{found} limit {_FORGOTTEN_AT_ONCE}"), {"before": before}).all()
    if jobs:
        forget = text(f"delete from {table} where workflow_uuid in :jobs and status in {_ENDED}")  # noqa: S608
        with database.writing() as session:
            session.execute(forget.bindparams(bindparam("jobs", expanding=True)), {"jobs": sorted(jobs)})
    return len(jobs)


def queues_of(tasks: Iterable[str], slots: int) -> dict[str, int]:
    """Where a worker that carries out these tasks looks for work, and how much of it at once.

    What it does not carry out stays in its queue for others.
    """
    return {
        LONG_WORK.get(task, QUEUE): AT_ONCE.get(task, 1) if task in LONG_WORK else slots for task in tasks
    }


class Worker:
    """One worker process: runs jobs, beats, and takes over the work of the dead."""

    def __init__(
        self,
        database: Database,
        tasks: Mapping[str, Callable[[str], None]],
        given_up: Callable[[str, str, str, int], None],
        slots: int = 1,
        polling_seconds: float = 0.2,
        lease_seconds: float = LEASE_SECONDS,
        round_of_time: Callable[[], object] | None = None,
        round_seconds: float = ROUND_SECONDS,
        all_well: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare a worker that runs ``tasks`` (by name; each gets the job's key).

        ``given_up`` is called with task, key, cause (of ``storage.dead_letters``) and number of attempts of a
        job that will not be tried again; it may be called more than once.  ``slots`` jobs run at once, and
        ``AT_ONCE`` more of each kind of long work.  A worker that has not beaten for ``lease_seconds`` counts
        as dead; jobs must bear that this is a mistake.

        ``round_of_time`` does what is due by the clock alone; every worker calls it at its start and
        every ``round_seconds``, so it must bear being called by several at once and being cut off.
        ``all_well`` tells whether disk and store are in order, where a job says they are not.
        """
        self.executor_id = f"{socket.gethostname()[:44]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._database = database
        self._tasks = tasks
        self._given_up = given_up
        self._slots = slots
        self._polling_seconds = polling_seconds
        self._workers = LivingWorkers(database, self.executor_id, lease_seconds)
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._beating: threading.Thread | None = None
        self._round_of_time = round_of_time
        self._round_seconds = round_seconds
        self._in_time: threading.Thread | None = None
        self._attempts = Attempts(database, self.executor_id, given_up, self._stop, all_well)

    def start(self) -> None:
        """Begin to work; returns at once."""
        self._workers.beat()
        self._launch()
        self._beating = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        self._beating.start()
        if self._round_of_time is not None:
            self._in_time = threading.Thread(target=self._keep_time, name="time", daemon=True)
            self._in_time.start()
        log.info("worker started", executor=self.executor_id, slots=self._slots)

    def stop(self, wait_seconds: int = 20) -> bool:
        """Finish what runs (up to a limit) and leave; unfinished work goes to the others, who begin it at once.

        Returns:
            Whether everything ended; what did not is still running in this process, to no effect.
        """
        from dbos import DBOS

        self._stop.set()
        DBOS.destroy(workflow_completion_timeout_sec=wait_seconds)
        self._ended.set()
        if self._beating is not None:
            self._beating.join(timeout=2 * BEAT_SECONDS)
        if self._in_time is not None:
            self._in_time.join(timeout=wait_seconds)
        cut_off = self._attempts.running()
        try:
            self._leave_behind(cut_off)
        except Exception as error:  # the others find out by themselves
            log.warning("worker could not say that it stops", error=type(error).__name__)
        log.info("worker stopped", executor=self.executor_id, cut_off=len(cut_off))
        return not cut_off

    def _leave_behind(self, cut_off: list[str]) -> None:
        """Hand back what this worker claimed; a restart is held against no job."""
        for job in cut_off:
            self._attempts.forget(job)
        claimed = self._workers.claimed()
        self._workers.hand_back({job: by for job, by in claimed.items() if by == self.executor_id})
        self._workers.leave()

    def _launch(self) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer

        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self._database.url,
                "application_version": APPLICATION_VERSION,
                "executor_id": self.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
                "run_migrations": False,
            }
        )
        for name, task in self._tasks.items():
            self._register(name, task)
        queues = queues_of(self._tasks, self._slots)
        DBOS.listen_queues(list(queues))
        DBOS.launch()
        quieten_engine()
        for queue, at_once in queues.items():
            DBOS.register_queue(
                queue,
                worker_concurrency=at_once,
                polling_interval_sec=self._polling_seconds,
                on_conflict="always_update",
            )

    def _register(self, name: str, task: Callable[[str], None]) -> None:
        from dbos import DBOS

        @DBOS.workflow(name=name, max_recovery_attempts=None)  # counted by us: see ``_count``
        def workflow(key: str, asked_by: str = "") -> None:
            with about_job(str(DBOS.workflow_id), asked_by):
                self._attempts.carry_out(str(DBOS.workflow_id), name, key, task)

    # --- beats ----------------------------------------------------------------------------------

    def _keep_beating(self) -> None:
        beats = 0
        while not self._ended.wait(BEAT_SECONDS):
            beats += 1
            try:
                self._workers.beat()  # also while it finishes: else the others would begin the same anew
                if self._stop.is_set():
                    continue
                self._take_over()
                if beats % _BEATS_PER_ROUND == 0:
                    self._give_up_unbegun()
            except Exception as error:  # the next beat tries again: a beat must never end the worker
                log.warning("heartbeat failed", error=type(error).__name__)

    def _keep_time(self) -> None:
        assert self._round_of_time is not None  # noqa: S101 - the thread is only made for it
        while True:
            try:
                self._round_of_time()
                forget_finished(self._database, datetime.now(UTC))
            except Exception as error:  # the next round tries again
                log.warning("round of time failed", error=type(error).__name__)
            if self._stop.wait(self._round_seconds):
                return

    def _take_over(self) -> None:
        orphans = self._workers.orphans(self._attempts.running())
        if orphans:
            log.warning("taking over", jobs=len(orphans), executors=sorted(set(orphans.values())))
            self._workers.hand_back(orphans)

    def _give_up_unbegun(self) -> None:
        """Tell of the jobs that the engine itself ended: nobody else would ever look."""
        with self._database.reading() as session:
            table = engine_table(session)
            query = f"select workflow_uuid from {table} where status in {_ENDED_BY_ENGINE}"  # noqa: S608
            ended = list(session.scalars(text(query)))
        for job in ended:
            self._given_up(*_task_and_key(job), ENGINE, 1)
            self._attempts.forget(job)
            with self._database.writing() as session:
                told = f"update {table} set status = 'CANCELLED' where workflow_uuid = :job"  # noqa: S608
                session.execute(text(told), {"job": job})


_ENDED = "('SUCCESS', 'CANCELLED')"
_ENDED_BY_ENGINE = "('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')"

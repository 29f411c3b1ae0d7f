"""The one port to the task engine (DBOS): work is handed over inside the transaction that needs it.

A job is named by its task and a key: handing the same key over twice gives one job.  Jobs run at
least once; what they store must therefore be the same when they run again.

Recovery of a dead worker's jobs on other hosts is ours: every worker keeps a heartbeat row, and each
of them hands the work of every executor without a fresh heartbeat back to the queue.  It looks at the
whole state each time and not at events, because recovery that reacts once can strand work.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from forms_service.storage.database import Database
from forms_service.storage.models import WorkerLeaseRow

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

MAX_RECOVERY_ATTEMPTS = 3
BEAT_SECONDS = 1.0
LEASE_SECONDS = 6.0
_BEATS_PER_ROUND = 5
ROUND_SECONDS = 30.0
"""How often a worker looks for what is due by the clock: days, not seconds, are counted there."""

log = structlog.get_logger(__name__)


class Jobs(Protocol):
    """What use cases need of a task engine."""

    def enqueue(self, session: Session, task: str, key: str, delay_seconds: float = 0.0) -> None:
        """Hand a job over; it exists exactly if the session's transaction commits.

        It begins after ``delay_seconds`` at the earliest.
        """
        ...


class DbosJobs:
    """Hands jobs over to DBOS; the web process is only ever this client."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._client: Any = None
        self._lock = threading.Lock()

    def enqueue(self, session: Session, task: str, key: str, delay_seconds: float = 0.0) -> None:
        """Hand a job over inside the caller's transaction; a known key gives the job there is."""
        later = {"delay_seconds": delay_seconds} if delay_seconds > 0 else {}
        self._dbos().enqueue_in_transaction(
            session,
            {
                "workflow_name": task,
                "queue_name": LONG_WORK.get(task, QUEUE),
                "workflow_id": f"{task}:{key}",
                "app_version": APPLICATION_VERSION,
                "application_name": APPLICATION,
                **later,  # type: ignore[typeddict-item]
            },
            key,
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
                )
            return self._client


def prepare_tables(database_url: str) -> None:
    """Make or migrate the task engine's own tables."""
    from dbos import run_dbos_database_migrations

    quieten_engine()
    run_dbos_database_migrations(database_url)


def quieten_engine() -> None:
    """Keep the engine's chatter out of our logs: it may carry arguments."""
    import logging

    logging.getLogger("dbos").setLevel(logging.ERROR)


class Worker:
    """One worker process: runs jobs, beats, and takes over the work of the dead."""

    def __init__(
        self,
        database: Database,
        tasks: Mapping[str, Callable[[str], None]],
        given_up: Callable[[str, str], None],
        slots: int = 1,
        polling_seconds: float = 0.2,
        lease_seconds: float = LEASE_SECONDS,
        round_of_time: Callable[[], object] | None = None,
        round_seconds: float = ROUND_SECONDS,
    ) -> None:
        """Prepare a worker that runs ``tasks`` (by name; each gets the job's key).

        ``given_up`` is called with task and key of a job that will not be tried again; it may be
        called more than once.  ``slots`` jobs run at once, and ``AT_ONCE`` more of each kind of long work.
        A worker that has not beaten for ``lease_seconds`` counts as dead; jobs must bear that this
        is a mistake.

        ``round_of_time`` does what is due by the clock alone; every worker calls it at its start and
        every ``round_seconds``, so it must bear being called by several at once and being cut off.
        """
        self.executor_id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._database = database
        self._tasks = tasks
        self._given_up = given_up
        self._slots = slots
        self._polling_seconds = polling_seconds
        self._lease_seconds = lease_seconds
        self._stop = threading.Event()
        self._beating: threading.Thread | None = None
        self._round_of_time = round_of_time
        self._round_seconds = round_seconds
        self._in_time: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work; returns at once."""
        self._beat()
        self._launch()
        self._beating = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        self._beating.start()
        if self._round_of_time is not None:
            self._in_time = threading.Thread(target=self._keep_time, name="time", daemon=True)
            self._in_time.start()
        log.info("worker started", executor=self.executor_id, slots=self._slots)

    def stop(self, wait_seconds: int = 20) -> None:
        """Finish what runs (up to a limit) and leave; unfinished work goes to the others."""
        from dbos import DBOS

        self._stop.set()
        DBOS.destroy(workflow_completion_timeout_sec=wait_seconds)
        if self._beating is not None:
            self._beating.join(timeout=2 * BEAT_SECONDS)
        if self._in_time is not None:
            self._in_time.join(timeout=wait_seconds)
        with self._database.writing() as session:
            session.execute(delete(WorkerLeaseRow).where(WorkerLeaseRow.executor_id == self.executor_id))
        log.info("worker stopped", executor=self.executor_id)

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
        queues = {QUEUE: self._slots} | {
            LONG_WORK[task]: AT_ONCE.get(task, 1) for task in self._tasks if task in LONG_WORK
        }
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

        @DBOS.step(
            name=f"{name}.step", retries_allowed=True, max_attempts=4, interval_seconds=0.5, backoff_rate=3.0
        )
        def step(key: str) -> None:
            task(key)

        @DBOS.workflow(name=name, max_recovery_attempts=MAX_RECOVERY_ATTEMPTS)
        def workflow(key: str) -> None:
            try:
                step(key)
            except Exception as error:
                log.error("job given up", task=name, key=key, error=type(error).__name__)
                self._given_up(name, key)

    def _keep_beating(self) -> None:
        beats = 0
        while not self._stop.wait(BEAT_SECONDS):
            beats += 1
            try:
                self._beat()
                self._take_over()
                if beats % _BEATS_PER_ROUND == 0:
                    self._give_up_poison()
            except Exception as error:  # the next beat tries again: a beat must never end the worker
                log.warning("heartbeat failed", error=type(error).__name__)

    def _keep_time(self) -> None:
        assert self._round_of_time is not None  # noqa: S101 - the thread is only made for it
        while True:
            try:
                self._round_of_time()
            except Exception as error:  # the next round tries again
                log.warning("round of time failed", error=type(error).__name__)
            if self._stop.wait(self._round_seconds):
                return

    def _beat(self) -> None:
        now = datetime.now(UTC)
        with self._database.writing() as session:
            lease = session.get(WorkerLeaseRow, self.executor_id)
            if lease is None:
                session.add(
                    WorkerLeaseRow(
                        executor_id=self.executor_id,
                        host=socket.gethostname(),
                        pid=os.getpid(),
                        started_at=now,
                        beat_at=now,
                    )
                )
            else:
                lease.beat_at = now
            long_dead = now - timedelta(seconds=100 * self._lease_seconds)
            session.execute(delete(WorkerLeaseRow).where(WorkerLeaseRow.beat_at < long_dead))

    def _take_over(self) -> None:
        from dbos import DBOS

        orphaned = self._executors_at_work() - self._living()
        if orphaned:
            log.warning("taking over", executors=sorted(orphaned))
            DBOS._recover_pending_workflows(sorted(orphaned))

    def _give_up_poison(self) -> None:
        """Tell of the jobs that ended their worker every time: somebody has to look."""
        from dbos import DBOS

        for workflow in DBOS.list_workflows(status="MAX_RECOVERY_ATTEMPTS_EXCEEDED", load_input=False):
            task, _, key = workflow.workflow_id.partition(":")
            self._given_up(task, key)

    def _living(self) -> set[str]:
        fresh = datetime.now(UTC) - timedelta(seconds=self._lease_seconds)
        with self._database.reading() as session:
            return set(
                session.scalars(select(WorkerLeaseRow.executor_id).where(WorkerLeaseRow.beat_at >= fresh))
            )

    def _executors_at_work(self) -> set[str]:
        with self._database.reading() as session:
            schema = "dbos." if session.get_bind().dialect.name == "postgresql" else ""
            query = f"select distinct executor_id from {schema}workflow_status where status = 'PENDING'"  # noqa: S608
            return {executor for (executor,) in session.execute(text(query)) if executor}

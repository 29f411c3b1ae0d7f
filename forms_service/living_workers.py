"""Which workers live, told by watching their beats, and the work of those that do not.

No two clocks are ever compared: whoever watches measures by its own steady clock how long another's beat has
not changed.  A clock that jumps, or hosts whose clocks differ, make nobody look dead.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from forms_service.storage.database import Database
from forms_service.storage.models import WorkerLeaseRow

_LEASES_KEPT = 100
"""For how many times the length of a lease the row of a dead worker stays, for whoever looks what happened."""


@dataclass
class LivingWorkers:
    """The workers on one database, as one of them sees them."""

    database: Database
    executor_id: str
    lease_seconds: float
    clock: Callable[[], float] = time.monotonic
    _beats: dict[str, tuple[object, float]] = field(default_factory=dict)
    _stranded: dict[str, float] = field(default_factory=dict)
    _looked_at: float = float("-inf")

    def beat(self) -> None:
        """Show that this worker lives, by the database's clock."""
        with self.database.writing() as session:
            lease = session.get(WorkerLeaseRow, self.executor_id)
            if lease is not None:
                lease.beat_at = database_now(session)
                return
            session.add(
                WorkerLeaseRow(
                    executor_id=self.executor_id,
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    started_at=database_now(session),
                    beat_at=database_now(session),
                )
            )

    def leave(self) -> None:
        """Say that this worker will not beat again."""
        with self.database.writing() as session:
            session.execute(delete(WorkerLeaseRow).where(WorkerLeaseRow.executor_id == self.executor_id))

    def orphans(self, running: Collection[str]) -> dict[str, str]:
        """Jobs that nobody carries out although somebody claimed them, with who did.

        Those of a worker whose beat has not changed for a whole lease while this one watched; and those
        that this one claimed but does not carry out, for instance because it could not note their end.

        Args:
            running: The jobs that this worker carries out.
        """
        with self.database.reading() as session:
            rows = session.execute(select(WorkerLeaseRow.executor_id, WorkerLeaseRow.beat_at))
            beats = {executor: beat for executor, beat in rows}
            claimed = _claimed(session)
        now = self.clock()
        if (
            now - self._looked_at > self.lease_seconds / 2
        ):  # nobody was watched meanwhile, so nobody is judged
            self._beats.clear()
            self._stranded.clear()
        self._looked_at = now
        dead = self._dead(beats, {*beats, *claimed.values()}, now)
        mine = [job for job, by in claimed.items() if by == self.executor_id and job not in running]
        self._stranded = {job: self._stranded.get(job, now) for job in mine}
        stranded = {job for job, since in self._stranded.items() if now - since >= 2 * self.lease_seconds}
        return {job: by for job, by in claimed.items() if by in dead or job in stranded}

    def hand_back(self, jobs: Mapping[str, str]) -> None:
        """Let whoever is free begin these jobs, unless somebody else claimed them since."""
        with self.database.writing() as session:
            for job, executor in jobs.items():
                session.execute(text(_HAND_BACK.format(_schema(session))), {"job": job, "executor": executor})

    def claimed(self) -> dict[str, str]:
        """Every job that somebody claimed and has not noted the end of, with who did."""
        with self.database.reading() as session:
            return _claimed(session)

    def _dead(self, beats: Mapping[str, object], known: set[str], now: float) -> set[str]:
        for executor in known:
            beat, seen = beats.get(executor), self._beats.get(executor)
            if seen is None or seen[0] != beat:
                self._beats[executor] = (beat, now)
        self._beats = {one: seen for one, seen in self._beats.items() if one in known}
        silent = {one: now - since for one, (_, since) in self._beats.items() if one != self.executor_id}
        self._forget({one for one, seconds in silent.items() if seconds >= _LEASES_KEPT * self.lease_seconds})
        return {one for one, seconds in silent.items() if seconds >= self.lease_seconds}

    def _forget(self, gone: set[str]) -> None:
        if gone:
            with self.database.writing() as session:
                session.execute(delete(WorkerLeaseRow).where(WorkerLeaseRow.executor_id.in_(gone)))


_HAND_BACK = (
    "update {}workflow_status set status = 'ENQUEUED', owner_xid = null, started_at_epoch_ms = null "
    "where workflow_uuid = :job and executor_id = :executor and status = 'PENDING'"
)
"""What the task engine itself does to recover a job, in a statement that fails at once while the database is away."""


def database_now(session: Session) -> Any:
    """The present by the clock that all hosts share, to be written; on SQLite there is but one host."""
    return func.clock_timestamp() if session.get_bind().dialect.name == "postgresql" else datetime.now(UTC)


def engine_table(session: Session) -> str:
    """The name of the task engine's table of jobs."""
    return f"{_schema(session)}workflow_status"


def _schema(session: Session) -> str:
    return "dbos." if session.get_bind().dialect.name == "postgresql" else ""


def _claimed(session: Session) -> dict[str, str]:
    query = f"select workflow_uuid, executor_id from {engine_table(session)} where status = 'PENDING'"  # noqa: S608
    return {job: executor for job, executor in session.execute(text(query)) if executor}

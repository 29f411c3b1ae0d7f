"""What the task engine's tables say of the work: what waits and since when, what is under way and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, case, func, select
from sqlalchemy.orm import Session

_WAITING, _RUNNING, _DELAYED = "ENQUEUED", "PENDING", "DELAYED"
_DONE = "SUCCESS"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The work of one task.

    Attributes:
        waiting: Jobs that could be begun now.
        running: Jobs that a worker has taken.
        later: Jobs that are not to begin before a later moment: further attempts.
        oldest_at: Since when the oldest of those that could be begun waits.
    """

    task: str
    waiting: int
    running: int
    later: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobAtWork:
    """One job that a worker has taken."""

    executor_id: str
    task: str
    job: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class JobDone:
    """One job that ended, and how long it took from its beginning."""

    task: str
    job: str
    seconds: float
    at: datetime


def queue_lines(session: Session) -> list[QueueLine]:
    """Every task with work, by name."""
    jobs = _jobs(session)
    could_begin = func.coalesce(jobs.c.delay_until_epoch_ms, jobs.c.created_at)
    query = (
        select(
            jobs.c.name,
            func.sum(case((jobs.c.status == _WAITING, 1), else_=0)),
            func.sum(case((jobs.c.status == _RUNNING, 1), else_=0)),
            func.sum(case((jobs.c.status == _DELAYED, 1), else_=0)),
            func.min(case((jobs.c.status == _WAITING, could_begin))),
        )
        .where(jobs.c.status.in_((_WAITING, _RUNNING, _DELAYED)))
        .group_by(jobs.c.name)
        .order_by(jobs.c.name)
    )
    return [
        QueueLine(task or "", int(waiting), int(running), int(later), _moment(oldest))
        for task, waiting, running, later, oldest in session.execute(query)
    ]


def jobs_at_work(session: Session) -> list[JobAtWork]:
    """Every job that a worker has taken, the oldest first."""
    jobs = _jobs(session)
    query = (
        select(jobs.c.executor_id, jobs.c.name, jobs.c.workflow_uuid, jobs.c.started_at_epoch_ms)
        .where(jobs.c.status == _RUNNING)
        .order_by(jobs.c.started_at_epoch_ms)
    )
    return [
        JobAtWork(executor or "", task or "", job, _moment(since))
        for executor, task, job, since in session.execute(query)
    ]


def slow_jobs(
    session: Session, since: datetime, least_s: float, tasks: Sequence[str], most: int
) -> list[JobDone]:
    """The jobs of some tasks that ended since then and took longest, if they took at least that long."""
    jobs = _jobs(session)
    took_ms = jobs.c.completed_at - jobs.c.started_at_epoch_ms
    query = (
        select(jobs.c.name, jobs.c.workflow_uuid, took_ms, jobs.c.completed_at)
        .where(
            jobs.c.status == _DONE,
            jobs.c.completed_at >= int(since.timestamp() * 1000),
            jobs.c.name.in_(tasks),
            took_ms >= int(least_s * 1000),
        )
        .order_by(took_ms.desc())
        .limit(most)
    )
    return [
        JobDone(task, job, ms / 1000, datetime.fromtimestamp(at / 1000, UTC))
        for task, job, ms, at in session.execute(query)
    ]


def _jobs(session: Session) -> Table:
    schema = "dbos" if session.get_bind().dialect.name == "postgresql" else None
    return Table(
        "workflow_status",
        MetaData(schema=schema),
        Column("workflow_uuid", Text),
        Column("status", Text),
        Column("name", Text),
        Column("executor_id", Text),
        Column("created_at", BigInteger),
        Column("started_at_epoch_ms", BigInteger),
        Column("completed_at", BigInteger),
        Column("delay_until_epoch_ms", BigInteger),
    )


def _moment(ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None

"""How the service itself does: the work that waits, who works at it, what was slow and what failed."""

from __future__ import annotations

import shutil
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from core.errors import DossierError
from forms_service.jobs import LEASE_SECONDS
from forms_service.services.base import READ_UPLOAD, SORT_STACK
from forms_service.services.dead_letters import DeadLetter, DeadLetters
from forms_service.services.readiness import Readiness
from forms_service.services.views import Actor
from forms_service.services.webhooks import DEAD, WAITING
from forms_service.storage.account_models import LetterRow
from forms_service.storage.api_models import WebhookDeliveryRow
from forms_service.storage.audit_models import RecordSealRow
from forms_service.storage.models import AuditRow, LeftPageRow, WorkerLeaseRow
from forms_service.storage.queue_state import (
    JobAtWork,
    JobDone,
    QueueLine,
    jobs_at_work,
    queue_lines,
    slow_jobs,
)
from forms_service.storage.watching_models import SlowPageRow

BACKUP_MADE = "backup_made"
"""How the record calls a backup that was made."""

ASIDE_REASONS = ("sent_again", "unreadable", "not_needed", "trial")
"""Why work is taken off the list without being tried again: codes, for the record keeps them for ever."""

_A_DAY = timedelta(days=1)
_KEPT = timedelta(days=7)
_MOST_SLOW = 10
_LONG_WAIT = timedelta(minutes=10)
_LITTLE_ROOM = 0.10
_BACKUP_IS_OLD = timedelta(days=2)
_PAGES_WAIT_LONG = timedelta(days=30)
"""A page that nobody files keeps its whole stack, sheets of other people among it (``forgetting``)."""


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """The work in the database, for figures.

    Attributes:
        letters_failed / webhooks_failed: Given up during the last day.
        backup_at: When the last backup was made, as far as that was recorded.
        unsaved_since: That, or the beginning of the record where none was ever made; None before both.
        pages_since: Since when the oldest page of a stack waits for a clerk to say whose it is.
    """

    queue: list[QueueLine]
    workers: int
    dead_letters: int
    letters_waiting: int
    letters_failed: int
    webhooks_waiting: int
    webhooks_failed: int
    database_bytes: int
    backup_at: datetime | None
    unsaved_since: datetime | None
    pages_since: datetime | None


@dataclass(frozen=True, slots=True)
class LivingWorker:
    """A worker with a fresh heartbeat, and what it is at."""

    host: str
    pid: int
    since: datetime
    jobs: tuple[JobAtWork, ...]


@dataclass(frozen=True, slots=True)
class SlowPage:
    """An endpoint whose answers took long during the last day: how often, how long at most, and when."""

    endpoint: str
    times: int
    milliseconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Everything the operators' page tells.

    Attributes:
        troubles: Codes of what is not well, the gravest first; nothing when all is well.
        parts: What requests need, and whether it is there.
        letters_worst: Why messages of the last day failed or wait for a further attempt, with how many.
        free_bytes / all_bytes: Room where this host keeps its data.
        seal_at: When the last one was made.
    """

    at: datetime
    troubles: tuple[str, ...]
    parts: dict[str, bool]
    work: WorkFacts
    workers: tuple[LivingWorker, ...]
    slow_pages: tuple[SlowPage, ...]
    slow_jobs: tuple[JobDone, ...]
    dead: tuple[DeadLetter, ...]
    letters_worst: tuple[tuple[str, int], ...]
    free_bytes: int
    all_bytes: int
    seal_at: datetime | None


class Watching(DeadLetters, Readiness):
    """What operators look at first when something seems wrong."""

    def service_status(self, actor: Actor) -> ServiceStatus:
        """How everything does now; for operators."""
        self.require_role(actor, "operator")
        now, parts = self.now(), self.readiness()
        room = shutil.disk_usage(self.adapters.config.data_folder)
        dead, stopped = tuple(self.dead_letters(actor)), self.count_dead_letters()
        with self.database.reading() as session:
            work = self._work_facts(session, max(stopped, len(dead)))
            workers = _living_workers(session, now)
            sealed = session.scalar(select(func.max(RecordSealRow.sealed_at)))
            slow_s = self.adapters.config.watching.slow_reading_s
            slow = slow_jobs(session, now - _A_DAY, slow_s, (READ_UPLOAD, SORT_STACK), _MOST_SLOW)
            return ServiceStatus(
                at=now,
                troubles=_troubles(parts, work, now, room.free / room.total),
                parts=parts,
                work=work,
                workers=workers,
                slow_pages=_slow_pages(session, now),
                slow_jobs=tuple(slow),
                dead=dead,
                letters_worst=_why_letters_wait(session, now),
                free_bytes=room.free,
                all_bytes=room.total,
                seal_at=sealed,
            )

    def work_facts(self) -> WorkFacts:
        """The work in the database, for the figures of monitoring."""
        dead = self.count_dead_letters()
        with self.database.reading() as session:
            return self._work_facts(session, dead)

    def retry_all_dead_letters(self, actor: Actor) -> int:
        """Have all that is listed tried again, whatever somebody else does meanwhile; tell how many are."""
        done = 0
        for one in self.dead_letters(actor):
            try:
                self.retry_dead_letter(actor, one.id)
            except DossierError as error:
                if error.code != "not_dead":
                    raise
            else:
                done += 1
        return done

    def note_slow_page(self, endpoint: str, milliseconds: int, request: str) -> None:
        """Remember for some days that an answer took long."""
        now = self.now()
        with self.database.writing() as session:
            session.execute(delete(SlowPageRow).where(SlowPageRow.at < now - _KEPT))
            session.add(
                SlowPageRow(
                    at=now,
                    endpoint=endpoint[:100],
                    milliseconds=milliseconds,
                    host=socket.gethostname(),
                    request=request,
                )
            )

    # --- details --------------------------------------------------------------------------------

    def _work_facts(self, session: Session, dead: int) -> WorkFacts:
        now = self.now()
        alive = now - timedelta(seconds=LEASE_SECONDS)
        letter, delivery = LetterRow, WebhookDeliveryRow
        unsent = (letter.sent_at.is_(None), letter.given_up_at.is_(None))
        failed = (letter.given_up_at >= now - _A_DAY, letter.problem != "no address")
        backup_at = session.scalar(select(func.max(AuditRow.at)).where(AuditRow.action == BACKUP_MADE))
        return WorkFacts(
            queue=queue_lines(session),
            workers=_count(session, WorkerLeaseRow, WorkerLeaseRow.beat_at >= alive),
            dead_letters=dead,
            letters_waiting=_count(session, letter, *unsent),
            letters_failed=_count(session, letter, *failed),
            webhooks_waiting=_count(session, delivery, delivery.state == WAITING),
            webhooks_failed=_count(
                session, delivery, delivery.state == DEAD, delivery.tried_at >= now - _A_DAY
            ),
            database_bytes=_database_bytes(session),
            backup_at=backup_at,
            unsaved_since=backup_at or session.scalar(select(func.min(AuditRow.at))),
            pages_since=session.scalar(
                select(func.min(LeftPageRow.scanned_at)).where(LeftPageRow.outcome.is_(None))
            ),
        )


def _count(session: Session, row: type, *chosen: object) -> int:
    return session.scalar(select(func.count()).select_from(row).where(*chosen)) or 0  # type: ignore[arg-type]


def _database_bytes(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(text("select pg_database_size(current_database())")) or 0)
    pages = session.scalar(text("select page_count from pragma_page_count()")) or 0
    return int(pages) * int(session.scalar(text("select page_size from pragma_page_size()")) or 0)


def _living_workers(session: Session, now: datetime) -> tuple[LivingWorker, ...]:
    alive = now - timedelta(seconds=LEASE_SECONDS)
    leases = session.scalars(
        select(WorkerLeaseRow)
        .where(WorkerLeaseRow.beat_at >= alive)
        .order_by(WorkerLeaseRow.host, WorkerLeaseRow.started_at)
    )
    at_work = jobs_at_work(session)
    return tuple(
        LivingWorker(
            one.host,
            one.pid,
            one.started_at,
            tuple(job for job in at_work if job.executor_id == one.executor_id),
        )
        for one in leases
    )


def _slow_pages(session: Session, now: datetime) -> tuple[SlowPage, ...]:
    row = SlowPageRow
    query = (
        select(row.endpoint, func.count(), func.max(row.milliseconds), func.max(row.at))
        .where(row.at >= now - _A_DAY)
        .group_by(row.endpoint)
        .order_by(func.max(row.milliseconds).desc())
        .limit(_MOST_SLOW)
    )
    return tuple(SlowPage(*found) for found in session.execute(query))


def _why_letters_wait(session: Session, now: datetime) -> tuple[tuple[str, int], ...]:
    row = LetterRow
    query = (
        select(row.problem, func.count())
        .where(
            row.sent_at.is_(None),
            row.problem.is_not(None),
            row.problem != "no address",
            row.written_at >= now - _A_DAY,
        )
        .group_by(row.problem)
        .order_by(func.count().desc())
        .limit(5)
    )
    return tuple((problem or "", number) for problem, number in session.execute(query))


def _troubles(parts: dict[str, bool], work: WorkFacts, now: datetime, room: float) -> tuple[str, ...]:
    """What is not well, the gravest first."""
    waits = [one.oldest_at for one in work.queue if one.oldest_at]
    found = {
        "database": not parts["database"] or not parts["migrations"],
        "store": not parts["store"],
        "keys": not parts["keys"],
        "room": room < _LITTLE_ROOM,
        "no_worker": work.workers == 0,
        "queue": bool(waits) and now - min(waits) > _LONG_WAIT,
        "dead": work.dead_letters > 0,
        "backup": work.unsaved_since is not None and now - work.unsaved_since > _BACKUP_IS_OLD,
        "stacks": work.pages_since is not None and now - work.pages_since > _PAGES_WAIT_LONG,
        "letters": work.letters_failed > 0,
        "webhooks": work.webhooks_failed > 0,
    }
    return tuple(code for code, is_so in found.items() if is_so)

"""Tables about background work: what is being tried now, and what nobody tries any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base


class JobRunRow(Base):
    """A job that was begun and has not ended, and how often it was begun.

    The row goes with the end of the job, whatever that is; what ended its process leaves it behind, and
    so a job that ends its process every time is known by its count.
    """

    __tablename__ = "job_run"
    job: Mapped[str] = mapped_column(String(200), primary_key=True)
    starts: Mapped[int]
    executor_id: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]


class DeadLetterRow(Base):
    """A job that nobody tries any more, until a person has it tried again or puts it aside.

    ``id`` is task and key; ``state`` is ``dead``, ``retried``, ``set_aside`` or, without a person, ``settled``;
    ``turns`` how often somebody had it tried again.
    """

    __tablename__ = "dead_letter"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    task: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(128))
    dossier_id: Mapped[str | None] = mapped_column(String(32), index=True)
    cause: Mapped[str] = mapped_column(String(32))
    attempts: Mapped[int]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    turns: Mapped[int] = mapped_column(default=0)
    settled_by: Mapped[str | None] = mapped_column(String(32))
    settled_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_dead_letter_state", "state", "at"),)

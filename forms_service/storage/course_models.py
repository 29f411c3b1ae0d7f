"""Tables of the courses of requests: what was done in them, what time will do, the papers they ended in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedJson, SealedText


class CourseEventRow(Base):
    """One step of a dossier's course: who did what when, or which timer went off, and why.

    ``kind`` is ``action`` or ``timer``; ``code_id`` names the one-time code that an action sent.
    """

    __tablename__ = "course_event"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8))
    action: Mapped[str] = mapped_column(String(64))
    from_step: Mapped[str] = mapped_column(String(64))
    to_step: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[str] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(SealedText("course_event.by_name"))
    note: Mapped[str | None] = mapped_column(SealedText("course_event.note"))
    code_id: Mapped[str | None] = mapped_column(String(32))


class CourseTimerRow(Base):
    """Something time will do to a dossier in its present step; ``due_on`` is empty while the day is not known.

    ``ended_at`` is set in the transaction that does it, or that leaves the step: it happens once or not at all.
    """

    __tablename__ = "course_timer"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    step: Mapped[str] = mapped_column(String(64))
    timer: Mapped[str] = mapped_column(String(64))
    due_on: Mapped[date | None] = mapped_column(Date)
    reckoned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_course_timer_due", "ended_at", "due_on"),)


class OutcomePaperRow(Base):
    """A paper made for the applicant: its words in both languages as they were on that day."""

    __tablename__ = "outcome_paper"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    paper: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(SealedJson("outcome_paper.content"))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(SealedText("outcome_paper.issued_by"))

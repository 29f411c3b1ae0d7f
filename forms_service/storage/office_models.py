"""Tables of the office's own work: names to search by, decisions that wait for a second pair of eyes, rehearsals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import PinnedText, SealedText


class NameWordRow(Base):
    """One word under which a dossier is found; ``source`` is the answer it comes from.

    ``sound`` is the same for every spelling of a name, in either script (``core.name_sounds``).  All lie
    sealed: ``start`` and ``stem`` are the first letters, by which words are found that begin alike.
    """

    __tablename__ = "name_word"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    source: Mapped[str] = mapped_column(String(128))
    word: Mapped[str] = mapped_column(PinnedText("name_word.word", 400))
    sound: Mapped[str] = mapped_column(PinnedText("name_word.sound", 400), index=True)
    start: Mapped[str] = mapped_column(
        PinnedText("name_word.start", 64), default="", server_default="", index=True
    )
    stem: Mapped[str] = mapped_column(
        PinnedText("name_word.stem", 64), default="", server_default="", index=True
    )

    __table_args__ = (Index("ix_name_word_source", "dossier_id", "source"),)


class AccountWordRow(Base):
    """One word under which an account is found by its holder's name; as ``NameWordRow``."""

    __tablename__ = "account_word"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    word: Mapped[str] = mapped_column(PinnedText("account_word.word", 400))
    sound: Mapped[str] = mapped_column(PinnedText("account_word.sound", 400), index=True)
    start: Mapped[str] = mapped_column(PinnedText("account_word.start", 64), index=True)
    stem: Mapped[str] = mapped_column(PinnedText("account_word.stem", 64), index=True)


class DecisionProposalRow(Base):
    """A decision that another reviewer must confirm.

    ``outcome`` and ``note`` are those of the decision; ``settled`` is ``confirmed``, ``returned`` or
    ``withdrawn`` once somebody did.  ``revision`` is the dossier's when it was proposed: a dossier that
    changed since must be looked at again.
    """

    __tablename__ = "decision_proposal"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(SealedText("decision_proposal.note"))
    despite_gaps: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(String(32))
    proposed_at: Mapped[datetime]
    settled: Mapped[str | None] = mapped_column(String(16), index=True)
    settled_by: Mapped[str | None] = mapped_column(String(32))
    settled_at: Mapped[datetime | None]
    settled_note: Mapped[str | None] = mapped_column(SealedText("decision_proposal.settled_note"))


class RehearsalRunRow(Base):
    """A rehearsal that was asked for: ``done`` of its ``copies`` are read.

    ``state`` is ``waiting``, ``running``, ``done`` or ``failed``.
    """

    __tablename__ = "rehearsal_run"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[int]
    variant: Mapped[str] = mapped_column(String(64), default="")
    copies: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]

    __table_args__ = (Index("ix_rehearsal_run_form", "form_id", "form_version", "asked_at"),)


class RehearsalRow(Base):
    """How well a version of a form was read back when it was rehearsed; ``digest`` is that of the spec."""

    __tablename__ = "rehearsal"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[int]
    variant: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64))
    copies: Mapped[int]
    figures: Mapped[dict[str, Any]]
    rehearsed_at: Mapped[datetime]

    __table_args__ = (Index("ix_rehearsal_form", "form_id", "form_version"),)

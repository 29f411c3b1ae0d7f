"""Tables of account holders: how they are reached, their one-time codes, and messages on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedRecord, SealedText


class HolderRow(Base):
    """Who holds an account and how to reach them; accounts that staff opened may have none.

    ``notify_by`` lists the channels that tell of a dossier's progress.  Only sessions that carry
    ``sessions_from`` count: it grows each time all are ended, and is compared with no clock.  ``second_step``
    says whether a password alone lets nobody in.
    """

    __tablename__ = "account_holder"
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    first_name: Mapped[str] = mapped_column(
        SealedText("account_holder.first_name"), default="", server_default=""
    )
    identity_number: Mapped[str | None] = mapped_column(SealedText("account_holder.identity_number"))
    birth: Mapped[str | None] = mapped_column(SealedText("account_holder.birth"))
    phone: Mapped[str | None] = mapped_column(SealedText("account_holder.phone"))
    email: Mapped[str | None] = mapped_column(SealedText("account_holder.email"))
    language: Mapped[str] = mapped_column(String(2), default="ar", server_default="ar")
    notify_by: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    sessions_from: Mapped[datetime | None]
    second_step: Mapped[bool] = mapped_column(default=False, server_default="0")


class OneTimeCodeRow(Base):
    """One code that was sent, or that only seems so: ``usable`` is false where nobody may come in by it.

    ``fingerprint`` is keyed: six digits cannot be tried out on a copy of this table.  ``sealed`` holds
    what the code is to confirm (the answers of a new account, a new address).
    """

    __tablename__ = "one_time_code"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[dict[str, Any] | str] = mapped_column(SealedRecord("one_time_code.sealed"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    usable: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    wrong: Mapped[int] = mapped_column(default=0)
    passed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One attempt at something that is limited; ``subject`` is a keyed fingerprint, never a name."""

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (Index("ix_attempt_subject_at", "subject", "at"),)


class EndedSessionRow(Base):
    """A session that somebody ended: the cookie that holds it may have been copied, and counts no more."""

    __tablename__ = "ended_session"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[datetime]


_UNSENT = text("sent_at IS NULL AND given_up_at IS NULL")
_GIVEN_UP = text("given_up_at IS NOT NULL")


class LetterRow(Base):
    """A message on its way.  ``sealed`` (address, subject, text) is emptied once it left or was given up."""

    __tablename__ = "letter"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    occasion: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    dossier_id: Mapped[str | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    sealed: Mapped[dict[str, Any] | str | None] = mapped_column(SealedRecord("letter.sealed"))
    written_at: Mapped[datetime]
    useless_after: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(64))

    # Counted at each look of monitoring; letters of requests stay for years.
    __table_args__ = (
        Index("ix_letter_waiting", "written_at", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
        Index("ix_letter_given_up_at", "given_up_at", sqlite_where=_GIVEN_UP, postgresql_where=_GIVEN_UP),
    )

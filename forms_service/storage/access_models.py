"""Tables of the second step of a sign-in, of accounts of an outside provider, and of what was used up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedRecord


class CodeAppRow(Base):
    """An application that shows a code every half minute.

    ``sealed`` holds the secret it shares with us; ``last_step`` is the half minute of the latest code that
    counted, so that none counts twice.  Until ``confirmed_at`` it is only offered.
    """

    __tablename__ = "code_app"
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    sealed: Mapped[dict[str, Any] | str] = mapped_column(SealedRecord("code_app.sealed"))
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class PasskeyRow(Base):
    """A passkey: the public half of a key that a telephone, a computer or a small device keeps."""

    __tablename__ = "passkey"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    credential_digest: Mapped[str] = mapped_column(String(64), unique=True)
    credential_id: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    doubted_at: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """One code on paper for whoever lost the rest; only a keyed fingerprint is kept."""

    __tablename__ = "recovery_code"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    used_at: Mapped[datetime | None]


class OutsideIdentityRow(Base):
    """Who an account is at the fund's own identity provider."""

    __tablename__ = "outside_identity"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), unique=True)
    linked_at: Mapped[datetime]


class UsageRow(Base):
    """How much of something one subject used in one span of time, such as bytes in a day.

    ``subject`` is a keyed fingerprint; ``span`` the number of the span since the epoch.
    """

    __tablename__ = "usage"
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    span: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[datetime] = mapped_column(index=True)

"""The tables around the record: names that may be erased, the links of the chain, the seals of days.

Nothing is ever changed or taken away in ``audit`` and ``audit_link``: triggers of the database refuse it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedText


class AuditNameRow(Base):
    """A name that lines of the record stand by, with its salt; both are empty once it is erased.

    ``digest`` is what the lines hold: salt and name hashed.  It stays, and without the salt tells nothing.
    """

    __tablename__ = "audit_name"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    actor_id: Mapped[str] = mapped_column(String(32), index=True)
    salt: Mapped[str | None] = mapped_column(SealedText("audit_name.salt"))
    name: Mapped[str | None] = mapped_column(SealedText("audit_name.name"))
    erased_at: Mapped[datetime | None]


class AuditLinkRow(Base):
    """Where a line stands in the chain, and its hash (``core.record_chain``); made at the end of its transaction.

    Positions begin at 1 and have no gaps, whatever was rolled back or killed.
    """

    __tablename__ = "audit_link"
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class RecordSealRow(Base):
    """A day that was closed: everything up to line ``last`` with its hash, signed.

    ``content`` is exactly what was signed (canonical JSON); the signature, the time-stamp's token and the
    certificates are base64 and PEM.  Only what an outside party adds later may be added: the time-stamp, and
    when the seal was left outside this machine.
    """

    __tablename__ = "record_seal"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, unique=True)
    last: Mapped[int]
    sealed_at: Mapped[datetime]
    content: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(Text)
    certificates: Mapped[str] = mapped_column(Text)
    time_stamp: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(String(32))
    left_at: Mapped[datetime | None]

"""Tables of the data keys, wrapped by a master key that no database holds, and of how far sealing anew has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base


class DataKeyRow(Base):
    """One data key; ``master`` names the master key that ``wrapped`` it."""

    __tablename__ = "data_key"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped: Mapped[str] = mapped_column(Text)
    master: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]


class ResealingRow(Base):
    """How far one place (a table, or the papers) was gone through for the key of that number.

    ``reached`` is the last primary key that was looked at, as JSON; ``held_until`` keeps other workers from
    going through it meanwhile.
    """

    __tablename__ = "resealing"
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    reached: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]

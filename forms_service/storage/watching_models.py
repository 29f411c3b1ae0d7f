"""Tables of those who watch the service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base


class SlowPageRow(Base):
    """An answer that took long: which endpoint and when, never for whom or with what in its address."""

    __tablename__ = "slow_page"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    endpoint: Mapped[str] = mapped_column(String(100))
    milliseconds: Mapped[int]
    host: Mapped[str] = mapped_column(String(255))
    request: Mapped[str] = mapped_column(String(36))

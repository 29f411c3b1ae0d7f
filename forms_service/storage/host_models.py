"""Table of what the machines of one installation must have in common."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base


class SharedByHostsRow(Base):
    """A key or a store that the first machine began with; ``fingerprint`` is empty where a setting gives it."""

    __tablename__ = "shared_by_hosts"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    host: Mapped[str] = mapped_column(String(255))
    noted_at: Mapped[datetime]

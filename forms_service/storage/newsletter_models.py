"""Table of those who asked for the newsletter: an address, sealed, and nothing else about anybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base


class SubscriberRow(Base):
    """One mailbox; ``fingerprint`` is keyed and finds it again, ``confirmed_at`` is None until its owner said so."""

    __tablename__ = "newsletter_subscriber"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

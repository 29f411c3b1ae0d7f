"""Table of those who asked for the newsletter: an address, sealed, and nothing else about anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedRecord


class SubscriberRow(Base):
    """One mailbox; ``fingerprint`` is keyed and finds it again, ``confirmed_at`` is None until its owner said so."""

    __tablename__ = "newsletter_subscriber"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[dict[str, Any] | str] = mapped_column(SealedRecord("newsletter_subscriber.sealed"))
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

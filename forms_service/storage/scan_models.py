"""What a virus scanner said of each file, by its content: the same bytes are asked about once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from forms_service.storage.models import Base


class VirusScanRow(Base):
    """The last answer on one original.

    Where there is no row nobody asked yet: such a file is not scanned, as one of verdict ``not_scanned`` is.
    ``told`` is the virus's name, or why nothing was scanned.
    """

    __tablename__ = "virus_scan"
    object_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16), index=True)
    told: Mapped[str] = mapped_column(String(120))
    scanned_at: Mapped[datetime]


def verdicts(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """What is known of some files, by key; what is not among them is not scanned."""
    query = select(VirusScanRow.object_key, VirusScanRow.verdict).where(
        VirusScanRow.object_key.in_(set(keys))
    )
    return {key: verdict for key, verdict in session.execute(query)}

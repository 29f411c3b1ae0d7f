"""What a virus scanner said of each file, by its content: the same bytes are asked about once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from forms_service.storage.models import Base, only_where

NEVER_ASKED = "never_asked"


class VirusScanRow(Base):
    """The last answer on one original.

    Of verdict ``not_scanned`` are those nobody asked about yet, too.  ``told`` is the virus's name, or why nothing
    was scanned; from ``due_at`` on the scanner is asked again, none once there is an answer.
    """

    __tablename__ = "virus_scan"
    object_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16), index=True)
    told: Mapped[str] = mapped_column(String(120))
    scanned_at: Mapped[datetime]
    due_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_virus_scan_due_at", "due_at", **only_where("due_at IS NOT NULL")),)


def expect_scan(session: Session, key: str, not_scanned: str, at: datetime) -> None:
    """Let the scanner be asked about a file from that moment on, unless it was already; two may do so at once."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"object_key": key, "verdict": not_scanned, "told": NEVER_ASKED, "scanned_at": at, "due_at": at}
    session.execute(insert(VirusScanRow).values(row).on_conflict_do_nothing())


def verdicts(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """What is known of some files, by key; what is not among them is not scanned."""
    query = select(VirusScanRow.object_key, VirusScanRow.verdict).where(
        VirusScanRow.object_key.in_(set(keys))
    )
    return {key: verdict for key, verdict in session.execute(query)}

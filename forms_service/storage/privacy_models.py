"""Tables of what was let go and what must stay: erasures with their proof, legal holds, objects that left.

A dossier whose ``erased_at`` is set is what the figures count and nothing else.  No query finds it unless it
says that it wants erased ones too (``ERASED_TOO``): nobody has to remember to leave them out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from forms_service.storage.models import Base, DossierRow
from forms_service.storage.sealed_columns import SealedText

ERASED_TOO: dict[str, Any] = {"erased_too": True}
"""Execution options of a query that must find erased dossiers as well."""


@event.listens_for(Session, "do_orm_execute")
def _leave_out_erased(asked: ORMExecuteState) -> None:
    if asked.is_select and not asked.is_column_load and not asked.execution_options.get("erased_too"):
        hidden = with_loader_criteria(DossierRow, DossierRow.erased_at.is_(None), include_aliases=True)
        asked.statement = asked.statement.options(hidden)


class ErasureRow(Base):
    """One dossier that was let go: by which rule, what went, and since when that is proved.

    ``rule`` is the retention it was done by, with the digest of the form's rules; nothing where somebody
    asked for it.  ``removed`` counts rows by table, ``objects`` lists the digests of the files that nothing
    else refers to and of the scanned stacks its sheets lay in, ``receipts`` those of the receipts, so that
    one somebody shows can be told genuine.  ``proved_at`` is empty while a file is still there.
    ``agreed_by`` is the second person who let a decided dossier go that ``asked_by`` asked for.
    """

    __tablename__ = "erasure"
    dossier_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), index=True)
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[int]
    spec_digest: Mapped[str] = mapped_column(String(64))
    occasion: Mapped[str] = mapped_column(String(16))
    ending: Mapped[str] = mapped_column(String(16))
    rule: Mapped[dict[str, Any] | None]
    asked_by: Mapped[str | None] = mapped_column(String(32))
    agreed_by: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(SealedText("erasure.reason"))
    erased_at: Mapped[datetime] = mapped_column(index=True)
    removed: Mapped[dict[str, Any]]
    objects: Mapped[list[Any]]
    shared_objects: Mapped[int] = mapped_column(default=0)
    receipts: Mapped[list[Any]]
    proved_at: Mapped[datetime | None] = mapped_column(index=True)


class LegalHoldRow(Base):
    """A dossier that must not be let go, whatever its form says: a court or an inquiry asks for it."""

    __tablename__ = "legal_hold"
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(SealedText("legal_hold.reason"))
    placed_by: Mapped[str] = mapped_column(String(32))
    placed_at: Mapped[datetime]


class ErasureAskingRow(Base):
    """A decided dossier that one operator asked to let go, and that waits for a second one to agree."""

    __tablename__ = "erasure_asking"
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(SealedText("erasure_asking.reason"))
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(index=True)


class RemovedObjectRow(Base):
    """A file that left the store a short while ago, or is about to: whoever refers to it anew looks for it.

    ``removed_at`` is empty until it left: the note is committed first, so that no kill comes between.
    """

    __tablename__ = "removed_object"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    removed_at: Mapped[datetime | None] = mapped_column(index=True)

"""What programs ask for: dossiers a page at a time, and the receipt as data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.errors import DossierError
from core.receipt import DepositReceipt
from forms_service.messages import say
from forms_service.services.base import UseCases
from forms_service.services.presenting import summaries
from forms_service.services.receipt_checks import receipt_from_payload
from forms_service.services.review_queue import QUEUE_STATES
from forms_service.services.views import Actor, DossierSummary
from forms_service.storage.models import DossierRow

Seen = tuple[datetime, str]
"""Time and id of the last line of the page before."""


class Listings(UseCases):
    """Lists that go on where the last page ended, whatever changed meanwhile."""

    def own_dossiers(self, actor: Actor, seen: Seen | None, limit: int) -> list[DossierSummary]:
        """The person's own dossiers, latest change first."""
        return self._latest(seen, limit, DossierRow.owner_id == actor.id)

    def agency_dossiers(self, actor: Actor, seen: Seen | None, limit: int) -> list[DossierSummary]:
        """Every dossier, latest change first, for clerks."""
        self.require_role(actor, "clerk")
        return self._latest(seen, limit)

    def waiting_dossiers(self, actor: Actor, seen: Seen | None, limit: int) -> list[DossierSummary]:
        """Dossiers that wait for a reviewer, oldest deposit first."""
        self.require_role(actor, "reviewer")
        at, row_id = DossierRow.deposited_at, DossierRow.id
        query = select(DossierRow).where(DossierRow.state.in_([one.value for one in QUEUE_STATES]))
        if seen is not None:
            query = query.where((at > seen[0]) | ((at == seen[0]) & (row_id > seen[1])))
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(at, row_id).limit(limit))
            return summaries(session, rows, self.catalogue)

    def latest_receipt(self, actor: Actor, dossier_id: str) -> DepositReceipt:
        """What the latest receipt of a dossier states.

        Raises:
            DossierError: ``no_receipt``.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            if row.receipt is None:
                raise DossierError(say("no_receipt"), code="no_receipt")
            return receipt_from_payload(row.receipt)

    def _latest(
        self, seen: Seen | None, limit: int, *conditions: ColumnElement[bool]
    ) -> list[DossierSummary]:
        at, row_id = DossierRow.changed_at, DossierRow.id
        query = select(DossierRow).where(*conditions)
        if seen is not None:
            query = query.where((at < seen[0]) | ((at == seen[0]) & (row_id < seen[1])))
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(at.desc(), row_id.desc()).limit(limit))
            return summaries(session, rows, self.catalogue)

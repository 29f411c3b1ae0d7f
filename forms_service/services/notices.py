"""Tells applicants, by the channels they chose, that their request moved on.

A notice names the first name and the reference, nothing else: what is decided is read in the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.localized_text import Language, LocalizedText
from core.standard_flow import standard_flow
from forms_service.locales import both
from forms_service.services.account_opening import addresses
from forms_service.services.letters import Letters
from forms_service.services.state_changes import StateChange
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow, LetterRow
from forms_service.storage.models import DossierRow

OCCASIONS = {
    (step.stage, standard_flow().step(action.to).stage): occasion
    for step, action in standard_flow().actions()
    for occasion in action.notify
    if action.to is not None
}
"""What the standard course tells of which change; the others are the applicant's own doing."""

FLOW_OCCASION = "flow."
"""Begins the occasions whose words a form declares; the rest is the notice's id."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One message about a dossier: what it told, by which channel, and whether it left.

    Attributes:
        sent_at: None while it waits, and when it was given up.
    """

    subject: LocalizedText
    channel: str
    written_at: datetime
    sent_at: datetime | None
    given_up: bool


class Notices(Letters):
    """Writing notices."""

    def notices(self, actor: Actor, dossier_id: str) -> list[NoticeView]:
        """The messages about one dossier, oldest first, for whoever may see it."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            query = select(LetterRow).where(LetterRow.dossier_id == row.id).order_by(LetterRow.written_at)
            return [
                NoticeView(
                    self._subject_of_letter(session, row, one.occasion),
                    one.channel,
                    one.written_at,
                    one.sent_at,
                    one.given_up_at is not None,
                )
                for one in session.scalars(query)
            ]

    def tell_owners(self, session: Session, changes: Iterable[StateChange]) -> None:
        """Write to the owners of the dossiers that came to another state, in that transaction."""
        for change in changes:
            if change.before is None or self.spec_of(change.dossier).flow is not None:
                continue  # a course of its own sends what it declares
            occasion = OCCASIONS.get((DossierState(change.before), DossierState(change.after)))
            if occasion is not None:
                self.tell_owner(session, change.dossier, occasion)

    def _subject_of_letter(self, session: Session, row: DossierRow, occasion: str) -> LocalizedText:
        if not occasion.startswith(FLOW_OCCASION):
            return both(f"letter.{occasion}.subject", reference=row.reference)
        return self.subject_of_notice(session, row, occasion.removeprefix(FLOW_OCCASION))  # type: ignore[attr-defined, no-any-return]

    def tell_owner(self, session: Session, dossier: DossierRow, occasion: str) -> None:
        """Write to the owner of one dossier, by every channel they want to be told by."""
        holder = session.get(HolderRow, dossier.owner_id) if dossier.owner_id else None
        if holder is None:
            return
        language = Language(holder.language)
        page = f"{self.adapters.config.public_url}/{language.value}/dossiers/{dossier.id}/status"
        for channel, address in addresses(holder).items():
            if channel in holder.notify_by:
                self.write_letter(
                    session,
                    channel=channel,
                    address=address,
                    language=language,
                    occasion=occasion,
                    values={
                        "first_name": holder.first_name,
                        "reference": dossier.reference,
                        "address": page,
                    },
                    account_id=holder.account_id,
                    dossier_id=dossier.id,
                )

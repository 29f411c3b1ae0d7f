"""Letting a decided request go because its person asked: one operator asks, another one agrees.

Nobody can take away what was decided alone, whoever they deceived or whatever they have to hide: the asking
and the agreement are two presses of two people, both named in the record and in the erasure's proof.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from core.privacy import Ending
from core.stages import FINAL_STATES
from forms_service.messages import say
from forms_service.services.base import SYSTEM
from forms_service.services.erasures import AGAIN, ASKED, MOST_AT_ONCE, OWN_DRAFT, Asking, Erasure, Erasures
from forms_service.services.views import Actor
from forms_service.storage.models import AccountRow, DossierRow
from forms_service.storage.privacy_models import ErasureAskingRow, LegalHoldRow

ASKING_HOLDS = timedelta(days=30)
"""How long a second person has to agree; after that it must be asked anew."""

_ASKED_BY_SOMEBODY = (ASKED, OWN_DRAFT, AGAIN)


@dataclass(frozen=True, slots=True)
class WaitingErasure:
    """A request that somebody asked to let go; ``asked_by_name`` is empty where the machine's console asked."""

    reference: str
    form_id: str
    reason: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    until: datetime


class AgreedErasures(Erasures):
    """Asking, agreeing and declining; and doing again what was agreed on before a backup was restored."""

    def erase_on_request(self, actor: Actor, reference: str, reason: str) -> Erasure | None:
        """Let a draft go because its person asked; of what was decided, ask a second person first.

        Returns:
            The erasure of a draft; nothing where it waits for somebody else to agree.

        Raises:
            DossierError: ``unknown_reference``; ``reason_needed``; ``held_by_law``; ``still_in_hand``: nobody
                decided on it yet; ``asked_already``.
        """
        self.require_role(actor, "operator")
        if not (why := reason.strip()[:500]):
            raise DossierError(say("letter_needed"), code="reason_needed")
        with self.database.writing() as session:
            row = self._by_reference(session, reference)
            dossier_id = row.id
            if row.state != DossierState.DRAFT:
                self._note_asking(session, row, actor, why)
                return None
            self._erase(session, row, Ending.ERASE, Asking(ASKED, actor, reason=why))
        self._settle_erasure(dossier_id)
        return self.erasure_of(actor, reference)

    def agree_to_erasure(self, actor: Actor, reference: str) -> Erasure:
        """Let a decided request go that somebody else asked for; both are named in its proof.

        Raises:
            DossierError: ``unknown_reference``; ``nothing_asked``: nobody did, or its term is over;
                ``second_person_needed``; ``held_by_law``; ``still_in_hand``.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row, asked = self._asked_for(session, reference)
            if asked.asked_by == actor.id:
                raise DossierError(say("second_person_needed"), code="second_person_needed")
            _must_be_decided(row)
            dossier_id = row.id
            both = Asking(ASKED, actor, reason=asked.reason, asked_by=asked.asked_by, agreed_by=actor.id)
            self._erase(session, row, Ending.ANONYMISE, both)
        self._settle_erasure(dossier_id)
        return self.erasure_of(actor, reference)

    def decline_erasure(self, actor: Actor, reference: str) -> None:
        """Keep a request that somebody asked to let go; whoever asked takes it back so.

        Raises:
            DossierError: ``unknown_reference``; ``nothing_asked``.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row, asked = self._asked_for(session, reference)
            is_own = asked.asked_by == actor.id
            self.note(session, row, actor, "erasure_withdrawn" if is_own else "erasure_declined")
            session.delete(asked)

    def waiting_erasures(self, actor: Actor, most: int = MOST_AT_ONCE) -> list[WaitingErasure]:
        """What waits for a second person, the one whose term ends first before the others."""
        self.require_role(actor, "operator")
        query = (
            select(ErasureAskingRow, DossierRow.reference, DossierRow.form_id, AccountRow.name)
            .join(DossierRow, DossierRow.id == ErasureAskingRow.dossier_id)
            .join(AccountRow, AccountRow.id == ErasureAskingRow.asked_by, isouter=True)
            .where(ErasureAskingRow.asked_at > self.now() - ASKING_HOLDS)
            .order_by(ErasureAskingRow.asked_at)
            .limit(most)
        )
        with self.database.reading() as session:
            return [
                WaitingErasure(
                    reference,
                    form_id,
                    one.reason,
                    one.asked_by,
                    name or "",
                    one.asked_at,
                    one.asked_at + ASKING_HOLDS,
                )
                for one, reference, form_id, name in session.execute(query)
            ]

    def who_erased(self, actor: Actor, erasures: Iterable[Erasure]) -> dict[str, str]:
        """The names of those who asked for erasures and agreed to them, by account."""
        self.require_role(actor, "operator")
        ids = {one for erasure in erasures for one in (erasure.asked_by, erasure.agreed_by) if one}
        with self.database.reading() as session:
            named = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(ids))
            return {one.id: one.name for one in session.execute(named)}

    def let_askings_lapse(self, most: int = MOST_AT_ONCE) -> int:
        """Take away what nobody agreed to within the term; gives how many."""
        late = select(ErasureAskingRow).where(ErasureAskingRow.asked_at <= self.now() - ASKING_HOLDS)
        with self.database.reading() as session:
            if session.scalar(late.limit(1)) is None:
                return 0
        with self.database.writing() as session:
            found = session.scalars(late.limit(most).with_for_update(skip_locked=True)).all()
            for one in found:
                self.note(session, session.get(DossierRow, one.dossier_id), SYSTEM, "erasure_lapsed")
                session.delete(one)
            return len(found)

    # --- after a restore ------------------------------------------------------------------------

    def proof_for_later(self, erasure: Erasure) -> str:
        """What makes a line of a kept list believed after a restore: only this service can have written it."""
        return self._proof(
            erasure.dossier_id,
            erasure.reference,
            erasure.occasion,
            erasure.asked_by,
            erasure.agreed_by,
            erasure.erased_at.isoformat(timespec="seconds"),
        )

    def erase_again(self, actor: Actor, line: Mapping[str, object]) -> Erasure | None:
        """Let a request go that was let go before, and that a restored backup brought back.

        Two people agreed on it, or it was a draft and is one again; one at the machine is enough to do it again.

        Args:
            line: One of the kept list, with its proof.

        Returns:
            Its erasure; nothing where there is nothing to do: it is still gone, came after the backup, or went
            by rule and goes so again.

        Raises:
            DossierError: ``not_proved_erased``, also of what one person let go and was decided since;
                ``held_by_law``; ``still_in_hand``: the backup is older than the decision.
        """
        self.require_role(actor, "operator")
        told = {name: None if line.get(name) is None else str(line[name]) for name in _TOLD_IN_LISTS}
        if told["occasion"] not in _ASKED_BY_SOMEBODY:
            return None
        if not hmac.compare_digest(self._proof(*told.values()).encode(), str(line.get("proof")).encode()):
            raise DossierError(say("not_proved_erased"), code="not_proved_erased")
        dossier_id, reason = str(told["dossier"]), line.get("reason")
        with self.database.writing() as session:
            row = session.scalar(select(DossierRow).where(DossierRow.id == dossier_id).with_for_update())
            if row is None:
                return None
            is_draft = row.state == DossierState.DRAFT
            if not is_draft:
                _must_be_decided(row)
                if not told["agreed_by"]:  # one person let a draft go; restored, it was decided since
                    raise DossierError(say("not_proved_erased"), code="not_proved_erased")
            again = Asking(
                AGAIN,
                actor,
                reason=str(reason) if reason else None,
                asked_by=told["asked_by"],
                agreed_by=told["agreed_by"],
            )
            reference = row.reference
            self._erase(session, row, Ending.ERASE if is_draft else Ending.ANONYMISE, again)
        self._settle_erasure(dossier_id)
        return self.erasure_of(actor, reference)

    def _proof(self, *told: str | None) -> str:
        return self.adapters.seal.fingerprint("erasure", *(one or "" for one in told))

    # --- details --------------------------------------------------------------------------------

    def _note_asking(self, session: Session, row: DossierRow, actor: Actor, reason: str) -> None:
        _must_be_decided(row)
        if session.get(LegalHoldRow, row.id) is not None:
            raise DossierError(say("held_by_law"), code="held_by_law")
        asked = session.get(ErasureAskingRow, row.id)
        if asked is not None and self._still_holds(asked):
            raise DossierError(say("asked_already"), code="asked_already")
        session.merge(
            ErasureAskingRow(dossier_id=row.id, reason=reason, asked_by=actor.id, asked_at=self.now())
        )
        self.note(session, row, actor, "erasure_asked")

    def _asked_for(self, session: Session, reference: str) -> tuple[DossierRow, ErasureAskingRow]:
        row = self._by_reference(session, reference)
        asked = session.get(ErasureAskingRow, row.id)
        if asked is None or not self._still_holds(asked):
            why = "asked_too_long_ago" if asked else "nothing_asked"
            raise DossierError(say(why), code="nothing_asked")
        return row, asked

    def _still_holds(self, asked: ErasureAskingRow) -> bool:
        return self.now() < asked.asked_at + ASKING_HOLDS


_TOLD_IN_LISTS = ("dossier", "reference", "occasion", "asked_by", "agreed_by", "erased_at")
"""What the proof of a line covers, in this order, by its name in the list."""


def _must_be_decided(row: DossierRow) -> None:
    if row.state not in FINAL_STATES:
        raise DossierError(say("still_in_hand"), code="still_in_hand")

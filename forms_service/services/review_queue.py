"""The dossiers that wait for reviewers: how old, due when, how doubtful, and in whose hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from forms_service.services.due_days import DueDays
from forms_service.services.presenting import summaries
from forms_service.services.views import Actor, DossierSummary
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, DossierRow
from forms_service.storage.office_models import DecisionProposalRow

QUEUE_STATES = (
    DossierState.SUBMITTED,
    DossierState.UNDER_REVIEW,
    DossierState.PHYSICAL_CHECK_PENDING,
)
ORDERS = ("age", "deadline", "doubt")
MINE, NOBODY, OTHERS, MY_CONFIRMATION = "mine", "nobody", "others", "second"
HOLDERS = (MINE, NOBODY, OTHERS, MY_CONFIRMATION)
ON_LINE = "-"
"""Stands for the agency of dossiers that no agency opened."""

PAGE = 50
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QueueWish:
    """How the queue is to be ordered and narrowed; empty words narrow nothing."""

    order: str = "age"
    form: str = ""
    state: str = ""
    agency: str = ""
    holder: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, and how much there is."""

    dossiers: tuple[DossierSummary, ...]
    total: int
    page: int
    pages: int
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """As much of a waiting dossier as its place in the queue depends on."""

    id: str
    form_id: str
    deposited_at: datetime | None


class ReviewQueue(DueDays):
    """Looking for the next dossier."""

    def queue(self, actor: Actor) -> list[DossierSummary]:
        """Dossiers that wait for a reviewer, oldest deposit first, with the number of doubtful fields."""
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            rows = DossierRepository(session).queue([one.value for one in QUEUE_STATES])
            return summaries(session, rows, self.catalogue)

    def queue_page(self, actor: Actor, wish: QueueWish) -> QueuePage:
        """The queue as somebody wishes to see it, with who holds what and until when it is due."""
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            waiting = self._narrowed(session, actor, wish)
            proposed = _proposed(session)
            if wish.holder == MY_CONFIRMATION:
                waiting = [one for one in waiting if proposed.get(one.id, actor.id) != actor.id]
            waiting = self._ordered(session, waiting, wish.order)
            pages = max(1, -(-len(waiting) // PAGE))
            page = min(max(wish.page, 1), pages)
            shown = _rows(session, [one.id for one in waiting[(page - 1) * PAGE : page * PAGE]])
            people = _people(session, shown, proposed)
            asked = self.corrections_of(session, [one.id for one in shown])
            lines = [
                replace(
                    line,
                    due_on=self.decision_due(row.form_id, row.deposited_at, asked.get(row.id, ())),
                    agency=people[row.opened_by].agency if row.opened_by in people else "",
                    holder=_name(people, row.held_by),
                    proposed_by=_name(people, proposed.get(row.id)),
                )
                for row, line in zip(shown, summaries(session, shown, self.catalogue), strict=True)
            ]
            return QueuePage(tuple(lines), len(waiting), page, pages, agencies(session))

    # --- details --------------------------------------------------------------------------------

    def _narrowed(self, session: Session, actor: Actor, wish: QueueWish) -> list[_Waiting]:
        """What of the queue is wished, oldest first; only what ordering it takes is read of each."""
        states = [one.value for one in QUEUE_STATES if wish.state in ("", one.value)]
        query = select(DossierRow.id, DossierRow.form_id, DossierRow.deposited_at)
        query = query.where(DossierRow.state.in_(states))
        if wish.form:
            query = query.where(DossierRow.form_id == wish.form)
        if wish.holder == MINE:
            query = query.where(DossierRow.held_by == actor.id)
        elif wish.holder == NOBODY:
            query = query.where(DossierRow.held_by.is_(None))
        elif wish.holder == OTHERS:
            query = query.where(DossierRow.held_by.is_not(None), DossierRow.held_by != actor.id)
        elif wish.holder == MY_CONFIRMATION:
            waiting = select(DecisionProposalRow.dossier_id).where(DecisionProposalRow.settled.is_(None))
            query = query.where(DossierRow.id.in_(waiting))
        if wish.agency:
            staff = select(AccountRow.id).where(
                AccountRow.agency == ("" if wish.agency == ON_LINE else wish.agency)
            )
            query = query.where(DossierRow.opened_by.in_(staff))
        found = session.execute(query.order_by(DossierRow.deposited_at, DossierRow.id))
        return [_Waiting(*one) for one in found]

    def _ordered(self, session: Session, waiting: list[_Waiting], order: str) -> list[_Waiting]:
        ids = [one.id for one in waiting]
        if order == "deadline":
            asked = self.corrections_of(session, ids)

            def due(one: _Waiting) -> tuple[date, datetime]:
                day = self.decision_due(one.form_id, one.deposited_at, asked.get(one.id, ()))
                return day or date.max, one.deposited_at or _LONG_AGO

            return sorted(waiting, key=due)
        if order == "doubt":
            doubts = DossierRepository(session).doubts(ids)
            return sorted(waiting, key=lambda one: -doubts.get(one.id, 0))
        return waiting


def _rows(session: Session, ids: list[str]) -> list[DossierRow]:
    """Those dossiers, in that order."""
    found = {one.id: one for one in session.scalars(select(DossierRow).where(DossierRow.id.in_(ids)))}
    return [found[one] for one in ids]


def agencies(session: Session) -> tuple[str, ...]:
    """The agencies that accounts belong to."""
    found = session.scalars(select(AccountRow.agency).where(AccountRow.agency != "").distinct())
    return tuple(sorted(found))


def _proposed(session: Session) -> dict[str, str]:
    """Who proposed the decision that waits, by dossier."""
    query = select(DecisionProposalRow.dossier_id, DecisionProposalRow.proposed_by).where(
        DecisionProposalRow.settled.is_(None)
    )
    return {dossier: person for dossier, person in session.execute(query)}


def _people(session: Session, rows: Iterable[DossierRow], proposed: dict[str, str]) -> dict[str, AccountRow]:
    ids = {one for row in rows for one in (row.opened_by, row.held_by, proposed.get(row.id)) if one}
    return {one.id: one for one in session.scalars(select(AccountRow).where(AccountRow.id.in_(ids)))}


def _name(people: dict[str, AccountRow], account_id: str | None) -> str:
    row = people.get(account_id or "")
    return row.name if row else ""

"""The dossiers that wait for reviewers: how old, due when, how doubtful, and in whose hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from forms_service.services.base import UseCases
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


class ReviewQueue(UseCases):
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
            rows = self._narrowed(session, actor, wish)
            proposed = _proposed(session)
            if wish.holder == MY_CONFIRMATION:
                rows = [one for one in rows if proposed.get(one.id, actor.id) != actor.id]
            rows = self._ordered(session, rows, wish.order)
            pages = max(1, -(-len(rows) // PAGE))
            page = min(max(wish.page, 1), pages)
            shown = rows[(page - 1) * PAGE : page * PAGE]
            people = _people(session, shown, proposed)
            lines = [
                replace(
                    line,
                    due_on=self.due_on(row),
                    agency=people[row.opened_by].agency if row.opened_by in people else "",
                    holder=_name(people, row.held_by),
                    proposed_by=_name(people, proposed.get(row.id)),
                )
                for row, line in zip(shown, summaries(session, shown, self.catalogue), strict=True)
            ]
            return QueuePage(tuple(lines), len(rows), page, pages, agencies(session))

    def due_on(self, row: DossierRow) -> date | None:
        """The last day for a decision; None before the deposit."""
        if row.deposited_at is None:
            return None
        days = self.adapters.config.days_to_decide(row.form_id)
        return row.deposited_at.astimezone(self.zone).date() + timedelta(days=days)

    # --- details --------------------------------------------------------------------------------

    def _narrowed(self, session: Session, actor: Actor, wish: QueueWish) -> list[DossierRow]:
        states = [one.value for one in QUEUE_STATES if wish.state in ("", one.value)]
        query = select(DossierRow).where(DossierRow.state.in_(states))
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
        return list(session.scalars(query.order_by(DossierRow.deposited_at, DossierRow.id)))

    def _ordered(self, session: Session, rows: list[DossierRow], order: str) -> list[DossierRow]:
        if order == "deadline":
            return sorted(rows, key=lambda row: (self.due_on(row) or date.max, row.deposited_at or _LONG_AGO))
        if order == "doubt":
            doubts = DossierRepository(session).doubts([one.id for one in rows])
            return sorted(rows, key=lambda row: -doubts.get(row.id, 0))
        return rows


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

"""The dossiers that wait for reviewers: how old, due when, how doubtful, and in whose hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from core.dates_in_text import fold_digits
from core.dossier import DossierState
from core.receipt import normalize_reference
from forms_service.services.due_days import DueDays
from forms_service.services.parts_of_lists import Cut, cut_of
from forms_service.services.presenting import summaries
from forms_service.services.views import Actor, DossierSummary
from forms_service.storage.dossiers import DossierRepository, counted_doubts
from forms_service.storage.models import AccountRow, AuditRow, DossierRow, ExtractionRow
from forms_service.storage.office_models import DecisionProposalRow

QUEUE_STATES = (
    DossierState.SUBMITTED,
    DossierState.UNDER_REVIEW,
    DossierState.PHYSICAL_CHECK_PENDING,
)
FOUND_STATES = (
    *QUEUE_STATES,
    DossierState.CORRECTION_REQUESTED,
    DossierState.ACCEPTED,
    DossierState.REFUSED,
    DossierState.CLOSED,
)
"""Every state a deposited dossier may be found in again: what waits for somebody else, and what was decided."""

ORDERS = ("age", "deadline", "doubt")
MINE, NOBODY, OTHERS, MY_CONFIRMATION, RULED_BY_ME = "mine", "nobody", "others", "second", "ruled"
HOLDERS = (MINE, NOBODY, OTHERS, MY_CONFIRMATION, RULED_BY_ME)
_RULINGS = ("request_correction", "accept", "refuse", "close", "decision_proposed", "decision_returned")
ON_LINE = "-"
"""Stands for the agency of dossiers that no agency opened."""

PAGE = 50
_MOST_FOUND = 500


@dataclass(frozen=True, slots=True)
class QueueWish:
    """How the queue is to be ordered and narrowed; empty words narrow nothing.

    A search, a state and what one ruled on oneself look beyond the dossiers that wait.

    Attributes:
        search: A reference, registration number or name, or the beginning of a number.
    """

    order: str = "age"
    form: str = ""
    state: str = ""
    agency: str = ""
    holder: str = ""
    page: int = 1
    search: str = ""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, and how much there is."""

    dossiers: tuple[DossierSummary, ...]
    total: int
    page: int
    pages: int
    agencies: tuple[str, ...]


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
            wished = _wished(actor, wish)
            if wish.search.strip():
                wished.append(DossierRow.id.in_(_searched(DossierRepository(session), wish.search)))
            total = session.scalar(select(func.count()).select_from(DossierRow).where(*wished)) or 0
            cut = cut_of(total, wish.page, PAGE)
            shown = _rows(session, self._on_page(session, wished, wish.order, cut))
            proposed = _proposed(session, [one.id for one in shown])
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
            return QueuePage(tuple(lines), total, cut.page, cut.pages, agencies(session))

    # --- details --------------------------------------------------------------------------------

    def _on_page(
        self, session: Session, wished: list[ColumnElement[bool]], order: str, cut: Cut
    ) -> list[str]:
        """Ids of the dossiers of one page, in order."""
        by_age = (DossierRow.deposited_at, DossierRow.id)
        query = select(DossierRow.id).where(*wished)
        if order == "deadline":
            return self._by_deadline(session, wished)[cut.before : cut.before + cut.size]
        if order == "doubt":
            counted = counted_doubts(ExtractionRow.dossier_id.in_(query)).subquery()
            query = query.outerjoin(counted, counted.c.dossier_id == DossierRow.id)
            query = query.order_by(func.coalesce(counted.c.doubts, 0).desc(), *by_age)
        else:
            query = query.order_by(*by_age)
        return list(session.scalars(query.limit(cut.size).offset(cut.before)))

    def _by_deadline(self, session: Session, wished: list[ColumnElement[bool]]) -> list[str]:
        """Every dossier by its last day: corrections let the time stand still, which no database reckons."""
        asked = self.corrections_of(session, select(DossierRow.id).where(*wished))
        waiting = session.execute(
            select(DossierRow.id, DossierRow.form_id, DossierRow.deposited_at)
            .where(*wished)
            .order_by(DossierRow.deposited_at, DossierRow.id)
        ).all()
        due = {
            row.id: self.decision_due(row.form_id, row.deposited_at, asked.get(row.id, ())) or date.max
            for row in waiting
        }
        return sorted(due, key=lambda one: due[one])  # those of one day stay in the order of their deposit


def _wished(actor: Actor, wish: QueueWish) -> list[ColumnElement[bool]]:
    """What of the dossiers is wished."""
    wide = bool(wish.state or wish.search.strip()) or wish.holder == RULED_BY_ME
    states = FOUND_STATES if wide else QUEUE_STATES
    found = [DossierRow.state.in_([one.value for one in states if wish.state in ("", one.value)])]
    if wide:
        found.append(DossierRow.deposited_at.is_not(None))
    if wish.form:
        found.append(DossierRow.form_id == wish.form)
    if wish.holder == MINE:
        found.append(DossierRow.held_by == actor.id)
    elif wish.holder == NOBODY:
        found.append(DossierRow.held_by.is_(None))
    elif wish.holder == OTHERS:
        found += [DossierRow.held_by.is_not(None), DossierRow.held_by != actor.id]
    elif wish.holder == MY_CONFIRMATION:
        by_others = select(DecisionProposalRow.dossier_id).where(
            DecisionProposalRow.settled.is_(None), DecisionProposalRow.proposed_by != actor.id
        )
        found.append(DossierRow.id.in_(by_others))
    elif wish.holder == RULED_BY_ME:
        ruled = select(AuditRow.dossier_id).where(
            AuditRow.actor_id == actor.id, AuditRow.action.in_(_RULINGS)
        )
        found.append(DossierRow.id.in_(ruled))
    if wish.agency:
        agency = "" if wish.agency == ON_LINE else wish.agency
        found.append(DossierRow.opened_by.in_(select(AccountRow.id).where(AccountRow.agency == agency)))
    return found


def _searched(repository: DossierRepository, search: str) -> list[str]:
    """Ids of the dossiers that a reference, a number or a name means."""
    words = fold_digits(" ".join(search.split()))
    if reference := normalize_reference(words):
        row = repository.find_by_reference(reference)
        return [row.id] if row else []
    number = "".join(words.split())
    rows = [] if any(map(str.isdigit, number)) else repository.by_name(words, _MOST_FOUND)
    return [one.id for one in rows or repository.by_number(number, _MOST_FOUND)]


def _rows(session: Session, ids: list[str]) -> list[DossierRow]:
    """Those dossiers, in that order."""
    found = {one.id: one for one in session.scalars(select(DossierRow).where(DossierRow.id.in_(ids)))}
    return [found[one] for one in ids]


def agencies(session: Session) -> tuple[str, ...]:
    """The agencies that accounts belong to."""
    named = literal_column(
        "account.agency <> ''"
    )  # as its index says it: SQLite knows no value that is bound
    found = session.scalars(select(AccountRow.agency).where(named).distinct())
    return tuple(sorted(found))


def _proposed(session: Session, dossier_ids: list[str]) -> dict[str, str]:
    """Who proposed the decision that waits, by dossier."""
    query = select(DecisionProposalRow.dossier_id, DecisionProposalRow.proposed_by).where(
        DecisionProposalRow.settled.is_(None), DecisionProposalRow.dossier_id.in_(dossier_ids)
    )
    return {dossier: person for dossier, person in session.execute(query)}


def _people(session: Session, rows: Iterable[DossierRow], proposed: dict[str, str]) -> dict[str, AccountRow]:
    ids = {one for row in rows for one in (row.opened_by, row.held_by, proposed.get(row.id)) if one}
    return {one.id: one for one in session.scalars(select(AccountRow).where(AccountRow.id.in_(ids)))}


def _name(people: dict[str, AccountRow], account_id: str | None) -> str:
    row = people.get(account_id or "")
    return row.name if row else ""

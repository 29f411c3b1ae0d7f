"""The record of changes, for operators: who did what when, narrowed and in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.receipt import normalize_reference
from forms_service.services.base import UseCases
from forms_service.services.days_in_reach import within_reach
from forms_service.services.views import Actor
from forms_service.storage.models import AuditRow, DossierRow

PAGE = 100
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class RecordWish:
    """What of the record somebody wishes to see; empty words narrow nothing."""

    since: date | None = None
    until: date | None = None
    action: str = ""
    person: str = ""
    reference: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One change."""

    at: datetime
    person: str
    action: str
    reference: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of the record, the latest change first."""

    lines: tuple[RecordLine, ...]
    total: int
    page: int
    pages: int
    actions: tuple[str, ...]


class Records(UseCases):
    """Reading the record of changes; reading it is on record as well."""

    def record_page(self, actor: Actor, wish: RecordWish) -> RecordPage:
        """One page of what was done."""
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            conditions = self._conditions(wish)
            total = session.scalar(select(func.count()).select_from(AuditRow).where(*conditions)) or 0
            pages = max(1, -(-total // PAGE))
            page = min(max(wish.page, 1), pages)
            lines = _lines(session, conditions, PAGE, (page - 1) * PAGE)
            actions = session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action))
            return RecordPage(tuple(lines), total, page, pages, tuple(actions))

    def record_lines(self, actor: Actor, wish: RecordWish) -> list[RecordLine]:
        """Everything of the record that is wished, for a file; taking it out is itself put on record."""
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            lines = list(_lines(session, self._conditions(wish), MOST_EXPORTED, 0))
        with self.database.writing() as session:
            self.note(session, None, actor, "record_exported", {"lines": len(lines)})
        return lines

    def _conditions(self, wish: RecordWish) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wish.since:
            found.append(AuditRow.at >= self.start_of(wish.since))
        if wish.until:
            found.append(AuditRow.at < self.start_of(within_reach(wish.until) + timedelta(days=1)))
        if wish.action:
            found.append(AuditRow.action == wish.action)
        if wish.person:
            found.append(func.lower(AuditRow.actor_name).contains(wish.person.lower(), autoescape=True))
        if wish.reference:
            reference = normalize_reference(wish.reference) or wish.reference
            dossiers = select(DossierRow.id).where(DossierRow.reference == reference)
            found.append(AuditRow.dossier_id.in_(dossiers))
        return found

    def start_of(self, day: date) -> datetime:
        """The first moment of a day where the fund is."""
        return datetime.combine(within_reach(day), time(), self.zone)


def _lines(
    session: Session, conditions: list[ColumnElement[bool]], limit: int, offset: int
) -> Iterator[RecordLine]:
    query = (
        select(AuditRow, DossierRow.reference)
        .join(DossierRow, DossierRow.id == AuditRow.dossier_id, isouter=True)
        .where(*conditions)
        .order_by(AuditRow.id.desc())
        .limit(limit)
        .offset(offset)
    )
    for row, reference in session.execute(query):
        yield RecordLine(row.at, row.actor_name, row.action, reference or "", dict(row.details))

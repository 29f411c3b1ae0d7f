"""The record of changes, for operators: who did what when, narrowed and in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from core.receipt import normalize_reference
from forms_service.services.base import UseCases
from forms_service.services.days_in_reach import within_reach
from forms_service.services.views import Actor
from forms_service.storage.audit import ACTIONS
from forms_service.storage.audit_models import AuditNameRow
from forms_service.storage.models import AccountRow, AuditRow, DossierRow
from forms_service.storage.name_index import AccountNames

PAGE = 50
_AT_ONCE = 2_000
_ACCOUNTS = ("account", "proposed_by", "asked_by", "agreed_by")


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
    """One change; ``people`` has the names of those its details point to."""

    at: datetime
    person: str
    action: str
    reference: str
    details: Mapping[str, object]
    form_id: str = ""
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of the record, the latest change first."""

    lines: tuple[RecordLine, ...]
    total: int
    page: int
    pages: int
    actions: tuple[str, ...]


_MOST_PEOPLE = 1000


class Records(UseCases):
    """Reading the record of changes; who looks at it or takes it away is on record as well."""

    def record_page(self, actor: Actor, wish: RecordWish) -> RecordPage:
        """One page of what was done."""
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            conditions = self._conditions(wish)
            total = session.scalar(select(func.count()).select_from(AuditRow).where(*conditions)) or 0
            pages = max(1, -(-total // PAGE))
            page = min(max(wish.page, 1), pages)
            shown = session.execute(_query(conditions).limit(PAGE).offset((page - 1) * PAGE)).all()
            lines = _lines(session, shown)
            found = RecordPage(tuple(lines), total, page, pages, tuple(sorted(ACTIONS)))
        with self.database.writing() as session:
            self.note(session, None, actor, "record_read", {"page": page, **_narrowing(wish)})
        return found

    def record_lines(self, actor: Actor, wish: RecordWish) -> Iterator[RecordLine]:
        """Everything of the record that is wished, for a file, read while it is taken.

        Taking it out is itself put on record, before the first line is given.
        """
        self.require_role(actor, "operator")
        conditions = self._conditions(wish)
        with self.database.writing() as session:
            total = session.scalar(select(func.count()).select_from(AuditRow).where(*conditions)) or 0
            latest = session.scalar(select(func.max(AuditRow.id))) or 0
            self.note(session, None, actor, "record_exported", {"lines": total, **_narrowing(wish)})
        return self._every_line([*conditions, AuditRow.id <= latest])

    def _every_line(self, conditions: list[ColumnElement[bool]]) -> Iterator[RecordLine]:
        below: list[ColumnElement[bool]] = []
        while True:
            with self.database.reading() as session:
                rows = session.execute(_query([*conditions, *below]).limit(_AT_ONCE)).all()
                lines = _lines(session, rows)
            yield from lines
            if len(rows) < _AT_ONCE:
                return
            below = [AuditRow.id < rows[-1][0].id]

    def _conditions(self, wish: RecordWish) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wish.since:
            found.append(AuditRow.at >= self.start_of(wish.since))
        if wish.until:
            found.append(AuditRow.at < self.start_of(within_reach(wish.until) + timedelta(days=1)))
        if wish.action:
            found.append(AuditRow.action == wish.action)
        if wish.person:
            found.append(AuditRow.actor_id.in_(self._people_named(wish.person)))
        if wish.reference:
            reference = normalize_reference(wish.reference) or wish.reference
            dossiers = select(DossierRow.id).where(DossierRow.reference == reference)
            found.append(AuditRow.dossier_id.in_(dossiers))
        return found

    def _people_named(self, name: str) -> set[str]:
        """Ids of those who are called so; names lie sealed, so accounts are found by the index of their words.

        Whoever acts without an account, as on the command line, is one of a few: their names are compared here.
        """
        nobodys = select(AuditNameRow).where(AuditNameRow.actor_id.not_in(select(AccountRow.id)))
        with self.database.reading() as session:
            found = set(AccountNames(session).find(name, _MOST_PEOPLE))
            others = session.scalars(nobodys.where(AuditNameRow.name.is_not(None)))
            return found | {one.actor_id for one in others if name.lower() in (one.name or "").lower()}

    def start_of(self, day: date) -> datetime:
        """The first moment of a day where the fund is."""
        return datetime.combine(within_reach(day), time(), self.zone)


def _query(conditions: list[ColumnElement[bool]]) -> Select[tuple[AuditRow, str | None, str | None]]:
    return (
        select(AuditRow, DossierRow.reference, DossierRow.form_id)
        .join(DossierRow, DossierRow.id == AuditRow.dossier_id, isouter=True)
        .where(*conditions)
        .order_by(AuditRow.id.desc())
    )


def _lines(
    session: Session, rows: Sequence[Row[tuple[AuditRow, str | None, str | None]]]
) -> list[RecordLine]:
    """The lines as they are told, with the names of the accounts they were about."""
    ids = {str(row.details[key]) for row, _, _ in rows for key in _ACCOUNTS if row.details.get(key)}
    named = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(ids))
    names = {one.id: one.name for one in session.execute(named)} if ids else {}
    return [
        RecordLine(
            row.at,
            row.actor_name,
            row.action,
            reference or "",
            dict(row.details),
            form_id or "",
            {one: names[one] for key in _ACCOUNTS if (one := str(row.details.get(key))) in names},
        )
        for row, reference, form_id in rows
    ]


def _narrowing(wish: RecordWish) -> dict[str, object]:
    """By what somebody narrowed the record: the event by its code, of the rest only that it was asked for."""
    asked = [name for name in ("since", "until", "person", "reference") if getattr(wish, name)]
    return {**({"by": asked} if asked else {}), **({"event": wish.action} if wish.action else {})}

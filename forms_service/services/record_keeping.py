"""The record as evidence: taken out whole so that anybody can check it offline, and checked where it lies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from core.record_chain import BEGINNING, FORMAT, line_of, moment
from core.record_check import Checked, Finding, Record, RecordCheck
from forms_service.locales import both
from forms_service.receipt_keys import find_keys
from forms_service.record_seals import SealCheck, sign
from forms_service.services.base import SYSTEM, UseCases
from forms_service.services.days_in_reach import within_reach
from forms_service.services.views import Actor
from forms_service.storage import audit
from forms_service.storage.audit_models import AuditLinkRow, AuditNameRow, RecordSealRow
from forms_service.storage.models import AuditRow

_AT_ONCE = 2_000
_MOST_AT_A_LOOK = 5_000
"""How many lines after the last seal are checked each time an operator looks at the record's page."""

_NOT_WHOLE = '"whole":false'
"""How the canonical form of a seal says that the lines it closes were found broken."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One day that was closed; ``problem`` is why the time-stamp is not there yet."""

    number: int
    day: date
    last: int
    sealed_at: datetime
    head: str
    late: bool
    whole: bool
    stamped: bool
    problem: str
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the record stands: the last line, how far it is checked, the last seal.

    Attributes:
        checked_to: Every line up to it follows from the one before: of sealed days checked when they were
            sealed, of those after it now.
        overdue: Days that are over and not sealed yet.
    """

    last: int
    head: str
    checked_to: int
    finding: Finding | None
    seal: Seal | None
    unsealed: int
    overdue: int
    stamps: bool
    leaves: bool


class RecordKeeping(UseCases):
    """Takes the record out, checks it, and tells how it stands."""

    def export_record(
        self, actor: Actor, since: date | None = None, until: date | None = None
    ) -> Iterator[bytes]:
        """The record as JSON Lines with what is needed to check it; read while it is taken.

        The taking is put on record before the first line is given.
        """
        if actor is not SYSTEM:
            self.require_role(actor, "operator")
        with self.database.writing() as session:
            narrowed = [name for name, day in (("since", since), ("until", until)) if day]
            by: dict[str, object] = {"by": narrowed} if narrowed else {}
            self.note(session, None, actor, "record_exported", {"what": "chain", **by})
        return self._exported(since, until)

    def verify_record(self) -> Checked:
        """Check the whole record in the database, its names and its seals.

        Whoever has the machine may ask; that it was asked, and what was found, is on record.
        """
        with self.database.reading() as session:
            last, _ = audit.head(session)
        found = self._checked((0, BEGINNING), self.record_lines_between(1, last))
        if found.is_whole:
            found.finding = self._first_outside(last)
        if found.is_whole and found.last < last:
            found.finding = Finding("cut", found.last + 1, until=last)
        with self.database.writing() as session:
            self.note(session, None, SYSTEM, "record_verified", {"line": found.last, "whole": found.is_whole})
        return found

    def chain_state(self, actor: Actor) -> ChainState:
        """How the record stands, for the operators' page."""
        self.require_role(actor, "operator")
        evidence = self.adapters.config.evidence
        with self.database.reading() as session:
            last, head = audit.head(session)
            by_number = select(RecordSealRow).order_by(RecordSealRow.number)
            row = session.scalar(select(RecordSealRow).order_by(RecordSealRow.number.desc()).limit(1))
            broken = session.scalar(by_number.where(RecordSealRow.content.contains(_NOT_WHOLE)).limit(1))
            first_day = self._first_day(session)
        seal = _seal(row) if row else None
        sealed = (seal.last, seal.head) if seal else (0, BEGINNING)
        until = min(last, sealed[0] + _MOST_AT_A_LOOK)
        tail = self._checked(sealed, self.record_lines_between(sealed[0] + 1, until, seals=False))
        finding = tail.finding
        if broken is not None:
            finding = Finding("seal_broken", broken.last, day=broken.day.isoformat())
        elif finding is None:
            finding = self._found_later()
        done = seal.day if seal else (first_day - timedelta(days=1) if first_day else None)
        overdue = max(0, (self.today() - timedelta(days=1) - done).days) if done else 0
        return ChainState(
            last=last,
            head=head,
            checked_to=tail.last or sealed[0],
            finding=finding,
            seal=seal,
            unsealed=last - sealed[0],
            overdue=overdue,
            stamps=bool(evidence.time_stamp_url),
            leaves=evidence.leaves,
        )

    def check_sealed_again(self, seal: RecordSealRow) -> Finding | None:
        """What is wrong by now with a day that was closed, its lines and its seal; None when all is as it was."""
        with self.database.reading() as session:
            before = session.get(RecordSealRow, seal.number - 1)
        if before is None and seal.number > 1:
            return Finding("seal_missing", seal.last, day=seal.day.isoformat())
        start = (before.last, json.loads(before.content)["head"]) if before else (0, BEGINNING)
        found = self._checked(start, self.record_lines_between(start[0] + 1, seal.last))
        if found.is_whole and (found.last or start[0]) < seal.last:
            return Finding("cut", (found.last or start[0]) + 1, until=seal.last)
        return found.finding

    def _found_later(self) -> Finding | None:
        """What the nightly check found in a day that was whole when it was closed, if it is still so."""
        latest = select(AuditRow.details).where(AuditRow.action == "record_verified")
        with self.database.reading() as session:
            told = session.scalar(latest.order_by(AuditRow.at.desc()).limit(1))
            if not told or told.get("whole") or "day" not in told:
                return None
            day = date.fromisoformat(told["day"])
            seal = session.scalar(select(RecordSealRow).where(RecordSealRow.day == day))
        return self.check_sealed_again(seal) if seal else None

    # --- reading the chain ----------------------------------------------------------------------

    def record_lines_between(self, first: int, last: int, *, seals: bool = True) -> Iterator[Record]:
        """The lines from one position to another, with their seals behind them, in little memory."""
        closing = self._seals_between(first, last) if seals else iter(())
        seal = next(closing, None)
        position = first - 1
        with self.database.reading() as session:
            before = session.get(AuditLinkRow, position)
        previous = before.hash if before else BEGINNING
        while position < last:
            with self.database.reading() as session:
                rows = session.execute(_lines_after(position).limit(min(_AT_ONCE, last - position))).all()
            for row in rows:
                if row.position != position + 1:
                    yield {"missing": {"first": position + 1, "last": row.position - 1}}
                yield _record(row, previous)
                position, previous = row.position, row.hash
                while seal is not None and seal.last <= position:
                    yield as_record(seal)
                    seal = next(closing, None)
            if not rows:
                return

    def _seals_between(self, first: int, last: int) -> Iterator[RecordSealRow]:
        number = 0
        while True:
            query = select(RecordSealRow).where(
                RecordSealRow.number > number, RecordSealRow.last >= first, RecordSealRow.last <= last
            )
            with self.database.reading() as session:
                rows = session.scalars(query.order_by(RecordSealRow.number).limit(_AT_ONCE)).all()
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            number = rows[-1].number

    def _exported(self, since: date | None, until: date | None) -> Iterator[bytes]:
        with self.database.reading() as session:
            last, head = audit.head(session)
            first = 1 if since is None else self._first_of(session, since)
            if until is not None:
                last, head = self._last_of(session, until)
            before = session.get(AuditLinkRow, first - 1)
            sealed = select(func.count()).where(RecordSealRow.last >= first, RecordSealRow.last <= last)
            header = {
                "record": FORMAT,
                "exported_at": moment(self.now()),
                "first": first,
                "last": max(last, first - 1),
                "lines": max(0, last - first + 1),
                "seals": session.scalar(sealed) or 0,
                "previous": before.hash if before else BEGINNING,
                "head": head if last >= first else (before.hash if before else BEGINNING),
                "how": both("record_check.how").as_dict(),
            }
        yield _row({"header": header, **sign(header, self.adapters.signer())})
        for record in self.record_lines_between(first, last):
            yield _row(record)

    def _first_of(self, session: Session, day: date) -> int:
        """The first line after all that were noted before a day."""
        return self.position_before(session, self._start(day)) + 1

    def _last_of(self, session: Session, day: date) -> tuple[int, str]:
        position = self.position_before(session, self._start(within_reach(day) + timedelta(days=1)))
        link = session.get(AuditLinkRow, position)
        return (position, link.hash) if link else (0, BEGINNING)

    def position_before(self, session: Session, at: datetime) -> int:
        """Where the last line stands that was noted before a moment; 0 when there is none."""
        latest = select(AuditRow.id).where(AuditRow.at < at).order_by(AuditRow.at.desc(), AuditRow.id.desc())
        found = session.scalar(
            select(AuditLinkRow.position).where(AuditLinkRow.audit_id == latest.limit(1).scalar_subquery())
        )
        return found or 0

    def _start(self, day: date) -> datetime:
        return datetime.combine(within_reach(day), datetime.min.time(), self.zone)

    def _first_day(self, session: Session) -> date | None:
        query = select(AuditRow.at).join(AuditLinkRow, AuditLinkRow.audit_id == AuditRow.id)
        at = session.scalar(query.where(AuditLinkRow.position == 1))
        return at.astimezone(self.zone).date() if at else None

    def _first_outside(self, last: int) -> Finding | None:
        """A line that was put into the table past the chain, by whoever could write there."""
        lines = select(func.count()).select_from(AuditRow).scalar_subquery()
        links = select(func.count()).select_from(AuditLinkRow).scalar_subquery()
        with self.database.reading() as session:
            return Finding("outside", last) if session.scalar(select(lines - links)) else None

    def _checked(self, previous: tuple[int, str], records: Iterator[Record]) -> Checked:
        """Check records of the database, which have no rows, after a line that is known."""
        config = self.adapters.config
        judge = SealCheck(find_keys(config.keys_folder), config.evidence.authorities)
        return RecordCheck(judge, previous).run(((0, one) for one in records), with_header=False)


def as_record(seal: RecordSealRow) -> Record:
    """A seal as it stands in an export and leaves this machine."""
    return {
        "seal": json.loads(seal.content),
        "signature": seal.signature,
        "certificates": seal.certificates,
        "time_stamp": seal.time_stamp,
    }


def _row(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines_after(position: int) -> Select[Any]:
    return (
        select(
            AuditLinkRow.position,
            AuditLinkRow.hash,
            AuditRow.at,
            AuditRow.actor_id,
            AuditRow.name_digest,
            AuditRow.action,
            AuditRow.dossier_id,
            AuditRow.revision,
            AuditRow.details,
            AuditNameRow.salt,
            AuditNameRow.name,
            AuditNameRow.erased_at,
        )
        .join(AuditRow, AuditRow.id == AuditLinkRow.audit_id)
        .join(AuditNameRow, AuditNameRow.digest == AuditRow.name_digest)
        .where(AuditLinkRow.position > position)
        .order_by(AuditLinkRow.position)
    )


def _record(row: Row[Any], previous: str) -> Record:
    """A line as it stands in an export."""
    line = line_of(
        position=row.position,
        previous=previous,
        at=row.at,
        actor=row.actor_id,
        name=row.name_digest,
        action=row.action,
        dossier=row.dossier_id,
        revision=row.revision,
        details=row.details,
    )
    erased = {"erased_at": moment(row.erased_at) if row.erased_at else None}
    name = {"salt": row.salt, "name": row.name} if row.salt is not None else erased
    return {"line": line, "hash": row.hash, "name": name}


def _seal(row: RecordSealRow) -> Seal:
    content = json.loads(row.content)
    return Seal(
        row.number,
        row.day,
        row.last,
        row.sealed_at,
        content["head"],
        content["late"],
        content["whole"],
        row.time_stamp is not None,
        row.problem or "",
        row.left_at,
    )

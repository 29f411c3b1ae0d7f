"""Closes each day of the record: head and count, signed, the time stamped by an authority, and sent away.

Every worker does this on its rounds; whoever comes first closes the day.  Days that were missed are closed
later, one by one, and say so.  A time-stamp that could not be had is asked for again.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from core.errors import FormsError
from core.record_chain import BEGINNING, canonical, digest, moment
from forms_service.locales import both
from forms_service.record_seals import sign, stamped_digest
from forms_service.sending import EMAIL, Letter, NotSent
from forms_service.services.base import SYSTEM, Adapters
from forms_service.services.record_keeping import RecordKeeping, as_record
from forms_service.storage.audit_models import AuditLinkRow, RecordSealRow
from forms_service.time_stamps import TimeStampError, ask_for

SETTLED_AFTER = timedelta(minutes=10)
"""How long after midnight a day is closed: whatever began before it has ended by then."""

LATE_AFTER = timedelta(days=1)
_DAYS_A_ROUND = 31
_PAUSE = timedelta(minutes=5)
"""How long nobody is asked again who could not be reached."""
_WAIT_FOR_STAMP = timedelta(hours=1)
"""How long a seal waits for its time-stamp before it leaves without one."""

NIGHTS = 30
"""Within how many nights every day that was ever closed is checked again, as long as a night's share stays small."""

_LINES_A_NIGHT = 200_000

log = structlog.get_logger(__name__)


class Seals(RecordKeeping):
    """Closes days."""

    def __init__(self, adapters: Adapters) -> None:
        super().__init__(adapters)
        self._not_before: dict[str, datetime] = {}
        self._sealing = threading.Lock()

    def close_days(self) -> int:
        """Close every day that is over, have the time stamped, and let seals leave; gives how many were closed."""
        with self._sealing:
            closed = self._close_open_days()
            if closed:
                self._look_again()
            self._stamp_seals()
            self._send_seals_away()
            return closed

    # --- closing --------------------------------------------------------------------------------

    def _close_open_days(self) -> int:
        closed = 0
        try:
            while closed < _DAYS_A_ROUND and self._close_next_day():
                closed += 1
        except FormsError as error:  # a key that expired, say: the page shows that days stay open
            log.error("days of the record stay open", reason=error.code)
        return closed

    def _look_again(self) -> None:
        """Check a share of the days closed earlier, a different one each night: who alters old lines is found."""
        with self.database.reading() as session:
            last = session.scalar(select(RecordSealRow).order_by(RecordSealRow.number.desc()).limit(1))
            nights = max(NIGHTS, last.last // _LINES_A_NIGHT + 1) if last else NIGHTS
            turn = self.today().toordinal() % nights
            due = select(RecordSealRow).where(RecordSealRow.number % nights == turn)
            seals = session.scalars(due.order_by(RecordSealRow.number)).all()
        for seal in seals:
            finding = self.check_sealed_again(seal)
            if finding is None:
                continue
            log.error("a sealed day is broken", day=seal.day.isoformat(), line=finding.position)
            details = {"day": seal.day.isoformat(), "line": finding.position, "whole": False}
            with self.database.writing() as session:
                self.note(session, None, SYSTEM, "record_verified", details)

    def _close_next_day(self) -> bool:
        """Close the first day that is over and open; False when there is none."""
        with self.database.reading() as session:
            before = session.scalar(select(RecordSealRow).order_by(RecordSealRow.number.desc()).limit(1))
            day = before.day + timedelta(days=1) if before else self._first_day(session)
            if day is None or self.now() < self._start(day + timedelta(days=1)) + SETTLED_AFTER:
                return False
            reached = self.position_before(session, self._start(day + timedelta(days=1)))
        last = max(reached, before.last if before else 0)
        row = self._sealed(day, last, before)
        try:
            with self.database.writing() as session:
                session.add(row)
                whole = json.loads(row.content)["whole"]
                details = {"day": day.isoformat(), "line": last, "whole": whole}
                self.note(session, None, SYSTEM, "day_sealed", details)
        except IntegrityError:  # another worker closed it a moment before
            log.info("day was sealed by another worker", day=day.isoformat())
        return True

    def _sealed(self, day: date, last: int, before: RecordSealRow | None) -> RecordSealRow:
        """The seal of a day, over lines that are checked first."""
        start = (before.last, json.loads(before.content)["head"]) if before else (0, BEGINNING)
        checked = self._checked(start, self.record_lines_between(start[0] + 1, last, seals=False))
        if not checked.is_whole or (checked.last or start[0]) < last:
            log.error("the record is broken", day=day.isoformat(), line=checked.last)
        signer = self.adapters.signer()
        now = self.now()
        content = {
            "day": day.isoformat(),
            "first": start[0] + 1,
            "head": self._head_at(last),
            "key": signer.keys.key_id,
            "last": last,
            "late": now > self._start(day + timedelta(days=1)) + LATE_AFTER,
            "lines": last - start[0],
            "number": before.number + 1 if before else 1,
            "previous": digest(json.loads(before.content)) if before else BEGINNING,
            "sealed_at": moment(now),
            "whole": checked.is_whole and (checked.last or start[0]) == last,
        }
        signed = sign(content, signer)
        return RecordSealRow(
            number=content["number"],
            day=day,
            last=last,
            sealed_at=now,
            content=canonical(content).decode(),
            signature=signed["signature"],
            certificates=signed["certificates"],
        )

    def _head_at(self, position: int) -> str:
        with self.database.reading() as session:
            link = session.get(AuditLinkRow, position)
        return link.hash if link else BEGINNING

    # --- time -----------------------------------------------------------------------------------

    def _stamp_seals(self) -> None:
        evidence = self.adapters.config.evidence
        if not evidence.time_stamp_url or not self._may_try("stamp"):
            return
        for seal in self._open_seals(RecordSealRow.time_stamp.is_(None)):
            try:
                token = ask_for(evidence.time_stamp_url, stamped_digest(seal.signature), evidence.authorities)
            except TimeStampError as error:
                self._stamped(seal.number, None, error.reason)
                self._not_before["stamp"] = self.now() + _PAUSE
                log.warning("seal not time-stamped", day=seal.day.isoformat(), reason=error.reason)
                return
            self._stamped(seal.number, base64.b64encode(token).decode(), None)

    def _stamped(self, number: int, token: str | None, problem: str | None) -> None:
        with self.database.writing() as session:
            row = session.get_one(RecordSealRow, number)
            if row.time_stamp is None:
                row.problem = problem
                if token is not None:
                    row.time_stamp, row.left_at = token, None  # it leaves again, with its time

    # --- leaving --------------------------------------------------------------------------------

    def _send_seals_away(self) -> None:
        evidence = self.adapters.config.evidence
        if not evidence.leaves or not self._may_try("leave"):
            return
        for seal in self._open_seals(RecordSealRow.left_at.is_(None)):
            waits = evidence.time_stamp_url and self.now() - seal.sealed_at < _WAIT_FOR_STAMP
            if seal.time_stamp is None and waits:
                continue
            try:
                self._send_away(seal)
            except (OSError, NotSent) as error:
                self._not_before["leave"] = self.now() + _PAUSE
                log.warning("seal did not leave", day=seal.day.isoformat(), reason=type(error).__name__)
                return
            with self.database.writing() as session:
                session.get_one(RecordSealRow, seal.number).left_at = self.now()

    def _send_away(self, seal: RecordSealRow) -> None:
        evidence, record = self.adapters.config.evidence, as_record(seal)
        text = json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n"
        if evidence.seals_folder is not None:
            _write_whole(evidence.seals_folder / f"seal-{seal.day.isoformat()}.json", text)
        if evidence.seals_mailbox:
            said = both("seals.letter", day=seal.day.isoformat(), line=seal.last)
            subject = both("seals.subject", day=seal.day.isoformat())
            self.adapters.carriers[EMAIL].send(
                Letter(
                    f"seal-{seal.number}",
                    EMAIL,
                    evidence.seals_mailbox,
                    f"{subject.fr} / {subject.ar}",
                    f"{said.ar}\n\n{said.fr}\n\n{text}",
                    "fr",
                )
            )

    def _open_seals(self, what: ColumnElement[bool]) -> Sequence[RecordSealRow]:
        query = select(RecordSealRow).where(what).order_by(RecordSealRow.number)
        with self.database.reading() as session:
            return session.scalars(query.limit(_DAYS_A_ROUND)).all()

    def _may_try(self, what: str) -> bool:
        not_before = self._not_before.get(what)
        return not_before is None or self.now() >= not_before


def _write_whole(path: Path, text: str) -> None:
    """A file that is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)

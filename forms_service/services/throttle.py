"""How often something may be tried, counted in one place for every process of the service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, text, tuple_
from sqlalchemy.orm import Session

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.locales import both
from forms_service.services.base import UseCases
from forms_service.storage.account_models import AttemptRow

_A_DAY = 24 * 60


class TooManyAttempts(FormsError):
    """Somebody must wait before trying that again; nothing was done."""

    code = "too_many_attempts"


@dataclass(frozen=True, slots=True)
class Limit:
    """How often one subject may do one thing within a time."""

    name: str
    most: int
    minutes: int

    def wait(self) -> LocalizedText:
        """What somebody is told who reached it."""
        if self.minutes >= _A_DAY:
            return both("account.too_many_today")
        return both("account.too_many", n=self.minutes)


SIGN_IN_HERE = Limit("sign_in_here", 6, 10)
"""Failures with one login from one place of the network, or from one browser its holder knows."""

SIGN_IN = Limit("sign_in", 30, 60)
"""Failures with one login from all places together, browsers that its holder knows left out."""

SIGN_IN_FROM = Limit("sign_in_from", 100, 10)
"""Failures from one place of the network: behind it may be an office, or a carrier's whole town."""

PROOF = Limit("proof", 6, 10)
"""Wrong passwords of somebody who is signed in and wants to change what only its holder may."""

SECOND_STEP = Limit("second_step", 6, 10)
"""Wrong second steps of one account: whoever tries them knows its password."""

SECOND_STEP_A_DAY = Limit("second_step_a_day", 30, _A_DAY)
"""The same in a day: of a million codes three count at a time, and nobody may try them through."""

CODE_HERE = Limit("code_here", 4, 15)
"""Codes asked for one registration number from one place, or from one browser its holder knows."""

CODE_FOR = Limit("code_for", 12, 60)
"""Codes asked for one registration number from all places, whether it has an account or not."""

CODE_TO = Limit("code_to", 6, 60)
"""Codes sent to one telephone or mailbox."""

OPENING_TO = Limit("opening_to", 8, _A_DAY)
"""Openings with one telephone or mailbox: each of them tells whether a number has an account."""

CODE_FROM = Limit("code_from", 60, 60)
"""Codes asked for from one place of the network that nobody wrote back: behind it may be a whole town."""

LOOKUP_FROM = Limit("lookup_from", 60, 10)
"""Questions to the fund's registers by visitors from one place: none may try numbers and birthdays through."""

_LONGEST = timedelta(minutes=_A_DAY)


class Counted(NamedTuple):
    """One attempt that was counted, to be forgiven; an id alone may be given again once its row is gone."""

    limit: str
    id: int
    subject: str


class Throttle(UseCases):
    """Counting attempts; a subject is kept as a keyed fingerprint only."""

    def count_attempt(self, session: Session, *limits: tuple[Limit, str]) -> list[Counted]:
        """Count one attempt for each limit and its subject; gives by what to forgive it.

        An empty subject is not counted.  Of many at once no more are let through than one after the
        other: on SQLite one transaction writes at a time, on PostgreSQL those of one subject wait here.

        Raises:
            TooManyAttempts: One of them is reached; then nothing is counted.
        """
        now = self.now()
        session.execute(delete(AttemptRow).where(AttemptRow.at < now - _LONGEST))
        subjects = [(one, self._subject(one, who)) for one, who in limits if who]
        _one_at_a_time(session, [subject for _, subject in subjects])
        for limit, subject in subjects:
            since = now - timedelta(minutes=limit.minutes)
            held = select(func.count()).where(AttemptRow.subject == subject, AttemptRow.at > since)
            if (session.scalar(held) or 0) >= limit.most:
                raise TooManyAttempts(limit.wait())
        rows = {limit.name: AttemptRow(subject=subject, at=now) for limit, subject in subjects}
        session.add_all(rows.values())
        session.flush()
        return [Counted(name, row.id, row.subject) for name, row in rows.items()]

    def forgive(self, session: Session, counted: Iterable[Counted]) -> None:
        """Forget one attempt that turned out to be no failure, and none of anybody else's."""
        rows = [(one.id, one.subject) for one in counted]
        session.execute(delete(AttemptRow).where(tuple_(AttemptRow.id, AttemptRow.subject).in_(rows)))

    def forgive_attempts(self, session: Session, *limits: tuple[Limit, str]) -> None:
        """Forget all attempts of somebody who turned out to be the right person."""
        subjects = [self._subject(limit, who) for limit, who in limits]
        session.execute(delete(AttemptRow).where(AttemptRow.subject.in_(subjects)))

    def _subject(self, limit: Limit, who: str) -> str:
        return self.adapters.seal.fingerprint("attempt", limit.name, who.casefold())


def at_place(client: str, login: str) -> str:
    """The subject «this login from this place of the network»; a place never holds the separator."""
    return f"{client}\0{login}"


def _one_at_a_time(session: Session, subjects: list[str]) -> None:
    """Let whoever counts the same subject wait until this transaction ends.

    PostgreSQL's transactions do not see one another's attempts: each would count, and all pass.  SQLite
    lets one transaction write at a time anyway.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for subject in sorted(subjects):  # always in the same order: two can never wait for each other
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _lock_key(subject)})


def _lock_key(subject: str) -> int:
    """A key of PostgreSQL's advisory locks (64 bits, signed) out of a fingerprint."""
    return int.from_bytes(bytes.fromhex(subject[:16]), signed=True)

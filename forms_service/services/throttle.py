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
from forms_service.services.base import CLOCKS_APART, UseCases
from forms_service.storage.access_models import UsageRow
from forms_service.storage.account_models import AttemptRow

_A_DAY = 24 * 60


class UsedUp(FormsError):
    """What somebody may use in a span of time is used up; nothing was done.

    Attributes:
        retry_after_s: Seconds until it may be tried again.
    """

    code = "used_up"

    def __init__(self, message: LocalizedText, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


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


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in which something is used up, and what is said when it is."""

    name: str
    seconds: int
    said: str


FILES_A_DAY = Span("files", _A_DAY * 60, "used_up.files")
BYTES_A_DAY = Span("bytes", _A_DAY * 60, "used_up.bytes")
COSTLY = Span("costly", 60, "used_up.pace")
"""Requests for what costs much, of one account; and of one place of the network."""

COSTLY_FROM = Span("costly_from", 60, "used_up.pace")

SIGN_IN_HERE = Limit("sign_in_here", 6, 10)
"""Failures with one login from one place of the network, or from one browser its holder knows."""

SIGN_IN = Limit("sign_in", 30, 60)
"""Failures with one login from all places together, browsers that its holder knows left out."""

SIGN_IN_FROM = Limit("sign_in_from", 100, 10)
"""Failures from one place of the network: behind it may be an office, or a carrier's whole town."""

PROVIDER_FROM = Limit("provider_from", 100, 10)
"""Answers of the fund's provider brought from one place that let nobody in: each costs a question to it."""

PROOF = Limit("proof", 6, 10)
"""Wrong passwords of somebody who is signed in and wants to change what only its holder may."""

SECOND_STEP = Limit("second_step", 6, 10)
"""Wrong second steps of one account: whoever tries them knows its password."""

SECOND_STEP_A_DAY = Limit("second_step_a_day", 30, _A_DAY)
"""The same in a day: of a million codes three count at a time, and nobody may try them through."""

PASSKEY_HERE = Limit("passkey_here", 30, 10)
"""Passkeys shown in vain for one account from one place: none can be guessed, but each try is written down."""

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
            held = select(func.count()).where(
                AttemptRow.subject == subject,
                AttemptRow.at > since,
                AttemptRow.at
                < now + CLOCKS_APART,  # of before the clock went back: they would count until then
            )
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

    def alone(self, session: Session, name: str) -> None:
        """Let whoever does the same under that name wait until the caller's transaction ends."""
        _one_at_a_time(session, [self.adapters.seal.fingerprint("alone", name)])

    def refuse_used_up(self, session: Session, span: Span, who: str, amount: int, most: int) -> None:
        """Look whether that much is left, counting nothing.

        Raises:
            UsedUp: It is not.
        """
        now = int(self.now().timestamp())
        subject = self.adapters.seal.fingerprint("usage", span.name, who)
        row = session.get(UsageRow, (subject, now // span.seconds))
        if who and most and (row.amount if row is not None else 0) + amount > most:
            raise UsedUp(both(span.said), span.seconds - now % span.seconds)

    def use_up(
        self, session: Session, span: Span, who: str, amount: int, most: int, *, at_most: bool = False
    ) -> int:
        """Count what somebody uses in this span of time, in the caller's transaction; gives what was granted.

        It counts when that transaction commits and not otherwise; of many at once no more is granted than
        one after the other, whichever processes ask.

        Args:
            most: What they may use in the span; 0 for as much as they like.
            at_most: Grant what is left, if that is less, instead of refusing.

        Raises:
            UsedUp: That much is not left.
        """
        if not who or not most or not amount:
            return amount
        now = self.now()
        number = int(now.timestamp()) // span.seconds
        subject = self.adapters.seal.fingerprint("usage", span.name, who)
        _one_at_a_time(session, [subject])
        row = session.get(UsageRow, (subject, number), with_for_update=True)
        used = row.amount if row is not None else 0
        granted = min(amount, most - used) if at_most else amount
        if granted <= 0 or used + granted > most:
            raise UsedUp(both(span.said), span.seconds - int(now.timestamp()) % span.seconds)
        if row is None:
            session.execute(delete(UsageRow).where(UsageRow.ends_at < now))
            ends_at = now + timedelta(seconds=span.seconds)
            session.add(UsageRow(subject=subject, span=number, amount=granted, ends_at=ends_at))
        else:
            row.amount = used + granted
        session.flush()
        return granted

    def give_back(self, session: Session, span: Span, who: str, amount: int) -> None:
        """Count something in this span of time no longer, since it came to nothing."""
        number = int(self.now().timestamp()) // span.seconds
        subject = self.adapters.seal.fingerprint("usage", span.name, who)
        row = session.get(UsageRow, (subject, number), with_for_update=True)
        if row is not None:
            row.amount = max(0, row.amount - amount)

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

"""How often something may be tried, counted in one place for every process of the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import FormsError
from forms_service.locales import both
from forms_service.services.base import UseCases
from forms_service.storage.account_models import AttemptRow


class TooManyAttempts(FormsError):
    """Somebody must wait before trying that again; nothing was done."""

    code = "too_many_attempts"


@dataclass(frozen=True, slots=True)
class Limit:
    """How often one subject may do one thing within a time."""

    name: str
    most: int
    minutes: int


SIGN_IN = Limit("sign_in", 6, 10)
"""Failures with one login, whoever asks; success forgives them."""

SIGN_IN_FROM = Limit("sign_in_from", 40, 10)
"""Failures from one place of the network: behind it may be a whole office."""

CODE_FOR = Limit("code_for", 4, 15)
"""Codes asked for one registration number, whether it has an account or not."""

CODE_TO = Limit("code_to", 6, 60)
"""Codes sent to one telephone or mailbox."""

CODE_FROM = Limit("code_from", 30, 60)
"""Codes asked for from one place of the network."""

_LONGEST = timedelta(minutes=60)


class Throttle(UseCases):
    """Counting attempts; a subject is kept as a keyed fingerprint only."""

    def count_attempt(self, session: Session, *limits: tuple[Limit, str]) -> None:
        """Count one attempt for each limit and its subject; an empty subject is not counted.

        Raises:
            TooManyAttempts: One of them is reached; then nothing is counted.
        """
        now = self.now()
        session.execute(delete(AttemptRow).where(AttemptRow.at < now - _LONGEST))
        subjects = [(one, self._subject(one, who)) for one, who in limits if who]
        for limit, subject in subjects:
            since = now - timedelta(minutes=limit.minutes)
            held = select(func.count()).where(AttemptRow.subject == subject, AttemptRow.at > since)
            if (session.scalar(held) or 0) >= limit.most:
                raise TooManyAttempts(both("account.too_many", n=limit.minutes))
        session.add_all(AttemptRow(subject=subject, at=now) for _, subject in subjects)

    def forgive_attempts(self, session: Session, limit: Limit, who: str) -> None:
        """Forget the attempts of somebody who turned out to be the right person."""
        session.execute(delete(AttemptRow).where(AttemptRow.subject == self._subject(limit, who)))

    def _subject(self, limit: Limit, who: str) -> str:
        return self.adapters.seal.fingerprint("attempt", limit.name, who.casefold())

"""One-time codes: six digits that prove who holds a telephone or a mailbox.

A code that must not let anybody in (no such account, the wrong papers) is made and counted like any
other, so that nobody learns from the pages which accounts exist.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.errors import FormsError
from core.field_kinds.base import western_digits
from forms_service.messages import say
from forms_service.services.base import CLOCKS_APART
from forms_service.services.letters import Letters
from forms_service.services.throttle import CODE_FROM, Counted, Throttle
from forms_service.storage.account_models import OneTimeCodeRow
from forms_service.storage.locking import lock_of

DIGITS = 6
LIFETIME = timedelta(minutes=10)
MOST_WRONG = 5
TIME_TO_CHOOSE = timedelta(minutes=20)
"""How long after the right code a password may still be chosen."""

_KEPT_FOR = timedelta(days=1)
_SENT_TWICE_WITHIN = timedelta(minutes=1)

_SHARED, _TYPED_BY = "counted", "typed_by"
_OWN_NOTES = frozenset({_SHARED, _TYPED_BY})
"""What the sealed record of a code holds besides what the code confirms."""


class CodePurpose(StrEnum):
    """What the right code is good for."""

    OPEN = "open"
    RESET = "reset"
    ADDRESS = "address"
    STEP = "step"
    VISIT = "visit"


class CodeGone(FormsError):
    """The code was used, or is too old: a new one is to be asked for."""

    code = "code_gone"


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The digits are not the ones that were sent."""

    tries_left: int


def _shared(counted: Iterable[Counted]) -> list[Counted]:
    return [one for one in counted if one.limit == CODE_FROM.name]


class OneTimeCodes(Letters, Throttle):
    """Making codes, and letting people in by them."""

    def make_code(
        self,
        session: Session,
        purpose: CodePurpose,
        channel: str,
        record: dict[str, Any],
        *,
        account_id: str | None = None,
        usable: bool = True,
        counted: Iterable[Counted] = (),
    ) -> tuple[str, str]:
        """A new code in the caller's transaction: its id, and the digits to send.

        Args:
            record: What the code is to confirm; it is kept sealed.
            usable: False for a code nobody is sent.
            counted: What asking for it counted for: whoever writes it back used up nothing that others of
                the same place of the network share.
        """
        now = self.now()
        session.execute(delete(OneTimeCodeRow).where(OneTimeCodeRow.made_at < now - _KEPT_FOR))
        code_id = self.new_id()
        digits = f"{self.adapters.pick(10**DIGITS):0{DIGITS}d}"
        session.add(
            OneTimeCodeRow(
                id=code_id,
                purpose=purpose.value,
                account_id=account_id,
                channel=channel,
                sealed={**record, _SHARED: [list(one) for one in _shared(counted)]},
                fingerprint=self._fingerprint(code_id, digits),
                usable=usable,
                made_at=now,
                expires_at=now + LIFETIME,
                wrong=0,
            )
        )
        session.flush()
        return code_id, digits

    def try_code(self, code_id: str, typed: str, browser: str = "") -> WrongCode | None:
        """Try a code; None when it is right.  Spaces and Arabic digits are forgiven.

        Args:
            browser: A secret of the browser it is typed in: the right code counts there and nowhere else.
                Whoever asked for a code knows its id too, and need not be who holds the telephone.

        Raises:
            CodeGone: It is too old, was used, or was tried too often.
        """
        digits = "".join(western_digits(typed).split())
        with self.database.writing() as session:
            row = session.get(OneTimeCodeRow, code_id, with_for_update=True)
            if row is None or row.used_at or row.wrong >= MOST_WRONG or self._has_run_out(row):
                raise CodeGone(say("code_gone"))
            right = hmac.compare_digest(row.fingerprint, self._fingerprint(code_id, digits))
            if right and row.usable:
                row.passed_at = row.passed_at or self.now()
                record = self.adapters.seal.record(row.sealed)
                self.forgive(session, [Counted(*one) for one in record.get(_SHARED, [])])
                row.sealed = {**record, _TYPED_BY: browser}
                return None
            row.wrong += 1
            return WrongCode(MOST_WRONG - row.wrong)

    def passed_code(
        self,
        session: Session,
        code_id: str,
        purpose: CodePurpose,
        account_id: str | None = None,
        browser: str = "",
    ) -> OneTimeCodeRow:
        """The code somebody got right a short while ago, to be used once, in the caller's transaction.

        Args:
            browser: The secret of the browser that goes on, as ``try_code`` was given it.
            account_id: Of whoever is signed in, where the code must be theirs.

        Raises:
            CodeGone: There is none.
        """
        row = session.get(OneTimeCodeRow, code_id, with_for_update=lock_of(session))
        if row is None or row.purpose != purpose or row.used_at or row.passed_at is None:
            raise CodeGone(say("code_gone"))
        if account_id is not None and row.account_id != account_id:
            raise CodeGone(say("code_gone"))
        is_late = (
            not timedelta(0) <= self.now() + CLOCKS_APART - row.passed_at <= TIME_TO_CHOOSE + CLOCKS_APART
        )
        if is_late or not hmac.compare_digest(self._typed_by(row), browser):
            raise CodeGone(say("code_gone"))
        return row

    def unpassed_code(self, session: Session, code_id: str) -> OneTimeCodeRow:
        """A code that somebody still waits for, however old.

        Raises:
            CodeGone: There is none.
        """
        row = session.get(OneTimeCodeRow, code_id)
        if row is None or row.used_at or row.passed_at:
            raise CodeGone(say("code_gone"))
        return row

    def confirmed(self, row: OneTimeCodeRow) -> dict[str, Any]:
        """What the code confirms."""
        return {
            name: said
            for name, said in self.adapters.seal.record(row.sealed).items()
            if name not in _OWN_NOTES
        }

    def use_code(self, row: OneTimeCodeRow) -> None:
        """Let a code serve no second time, and forget what it confirmed."""
        row.used_at = self.now()
        row.sealed = {_TYPED_BY: self._typed_by(row)}

    def used_just_now(
        self, session: Session, code_id: str, purpose: CodePurpose, browser: str
    ) -> OneTimeCodeRow | None:
        """The code that this very browser used a moment ago: what it sent was sent twice; None for any other."""
        row = session.get(OneTimeCodeRow, code_id)
        if row is None or row.purpose != purpose or row.used_at is None or not browser:
            return None
        is_fresh = abs(self.now() - row.used_at) <= _SENT_TWICE_WITHIN
        return row if is_fresh and hmac.compare_digest(self._typed_by(row), browser) else None

    def _has_run_out(self, row: OneTimeCodeRow) -> bool:
        """Whether its time is over, or was another's: a clock that went back would make it last longer."""
        return self.now() > row.expires_at or row.made_at > self.now() + CLOCKS_APART

    def _typed_by(self, row: OneTimeCodeRow) -> str:
        return str(self.adapters.seal.record(row.sealed).get(_TYPED_BY, ""))

    def _fingerprint(self, code_id: str, digits: str) -> str:
        return self.adapters.seal.fingerprint("code", code_id, digits)

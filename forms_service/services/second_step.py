"""The second step of a sign-in: a code from an application, a passkey, or a code kept on paper.

A password lets nobody in whose account has one.  Whoever must have one (a setting names the roles) sets
it up at their first sign-in and reaches nothing else before.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import DossierError, FormsError, InvalidValue
from core.field_kinds.base import western_digits
from forms_service.locales import both
from forms_service.sealing import Unsealable
from forms_service.services.access_tokens import revoke_all_tokens
from forms_service.services.account_care import AccountCare
from forms_service.services.throttle import SECOND_STEP, SECOND_STEP_A_DAY
from forms_service.services.views import Actor
from forms_service.storage.access_models import CodeAppRow, PasskeyRow, RecoveryCodeRow
from forms_service.storage.account_models import EndedSessionRow
from forms_service.storage.models import AccountRow

TIME_FOR_THE_STEP = timedelta(minutes=10)
"""How long after the password the second step may be taken."""

FRESH = timedelta(minutes=15)
"""How long after a sign-in whoever has no password here may change their second step."""

OFFERED_FOR = timedelta(minutes=15)
"""How long the secret of an application is offered: what somebody saw of it is worth nothing to them later."""

RECOVERY_CODES = 10
_HALF_MINUTE = 30
_USED, _USED_KEPT = "used", 100
"""The half minutes whose codes counted last, should the clock go back to them."""

_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 3, 4


log = structlog.get_logger(__name__)


class WrongSecondStep(FormsError):
    """The code or key is not the right one, or counted already; nobody was let in."""

    code = "wrong_second_step"


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """One passkey as its holder sees it; ``doubted_at`` says since when it may be a copy."""

    id: str
    name: str
    made_at: datetime
    used_at: datetime | None
    doubted_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """What an account has for its second step."""

    app_since: datetime | None
    passkeys: tuple[PasskeyView, ...]
    codes_left: int
    required: bool

    @property
    def any(self) -> bool:
        """Whether a password alone lets nobody in."""
        return self.app_since is not None or bool(self.passkeys)

    @property
    def usable_passkeys(self) -> bool:
        """Whether a passkey can be shown."""
        return any(one.doubted_at is None for one in self.passkeys)


class SecondStepOfSignIn(AccountCare):
    """Setting a second step up, and taking it."""

    def second_steps(self, actor: Actor) -> SecondSteps:
        """What the account has, and whether its roles must have something."""
        with self.database.reading() as session:
            return self._steps(session, actor.id, bool(actor.roles & self._roles_with_a_step()))

    def prove_holder(self, actor: Actor, password: str, since: datetime) -> None:
        """Make sure that the holder sits there before their second step changes.

        Args:
            since: When the session began: accounts without a password here must have come in just now.

        Raises:
            InvalidValue: ``wrong_password``; ``sign_in_again``.
            TooManyAttempts: The password was guessed at too often.
        """
        with self.database.reading() as session:
            has_password = self._password_counts(session, actor.id)
        if has_password:
            self._prove(actor, password)
        elif self.now() - since > FRESH:
            raise InvalidValue(both("second.sign_in_again"), code="sign_in_again")

    def asks_for_password(self, actor: Actor) -> bool:
        """Whether ``prove_holder`` looks at a password."""
        with self.database.reading() as session:
            return self._password_counts(session, actor.id)

    # --- an application that shows codes ----------------------------------------------------------

    def offered_app(self, actor: Actor) -> tuple[str, str]:
        """The secret of an application that is to be set up, and the address its QR code holds.

        The same for ``OFFERED_FOR``, until it is confirmed: whoever reloads the page need not scan again.

        Raises:
            DossierError: ``app_there``: there is one already.
        """
        with self.database.writing() as session:
            row = session.get(CodeAppRow, actor.id, with_for_update=True)
            if row is not None and row.confirmed_at is not None:
                raise DossierError(both("second.app_there"), code="app_there")
            secret = self._still_offered(row)
            if secret is None:
                secret = self._drawn_secret()
                if row is None:
                    row = CodeAppRow(account_id=actor.id, last_step=0)
                    session.add(row)
                row.sealed, row.made_at = {"secret": secret}, self.now()
            login = session.get_one(AccountRow, actor.id).login
        address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="CNSS")
        return secret, address

    def confirm_app(self, actor: Actor, typed: str) -> list[str]:
        """Count the application from now on; gives recovery codes when it is the first second step.

        Raises:
            WrongSecondStep: The code is not the one it shows now, or the secret is offered no more.
            TooManyAttempts: Codes were guessed at too often.
        """
        with self.database.writing() as session:
            self.count_attempt(session, (SECOND_STEP, actor.id))
        with self.database.writing() as session:
            row = session.get(CodeAppRow, actor.id, with_for_update=True)
            if row is None or row.confirmed_at is not None:
                raise WrongSecondStep(both("second.wrong_code"))
            if self._still_offered(row) is None:
                raise WrongSecondStep(both("second.app.late"))
            if not self._counts(row, _digits(typed)):
                raise WrongSecondStep(both("second.wrong_code"))
            row.confirmed_at = self.now()
            self.forgive_attempts(session, (SECOND_STEP, actor.id))
            return self.second_step_added(session, actor, "app")

    def remove_app(self, actor: Actor) -> None:
        """Let the application count no more.

        Raises:
            DossierError: ``second_step_needed``: it is the last, and the role must have one.
        """
        with self.database.writing() as session:
            row = session.get(CodeAppRow, actor.id, with_for_update=True)
            if row is not None:
                session.delete(row)
                session.flush()
                self.second_step_removed(session, actor, "app")

    # --- taking it ----------------------------------------------------------------------------------

    def take_second_step(self, account_id: str, typed: str) -> Actor:
        """Let in whoever typed the application's code, or one of the recovery codes.

        Every attempt is counted before it is looked at; a code counts once.

        Raises:
            WrongSecondStep: It is none of them, or counted already.
            TooManyAttempts: Too many were tried for this account.
        """
        plain = _digits(typed)
        with self.database.writing() as session:
            self.count_attempt(session, (SECOND_STEP, account_id), (SECOND_STEP_A_DAY, account_id))
        with self.database.writing() as session:
            try:
                right, said = self._app_code_counts(session, account_id, plain), "second.wrong_code"
            except Unsealable:
                right, said = False, "second.secret_changed"
                log.error("an application of codes was sealed with another FORMS_SECRET_KEY")
            if not (right or self._recovers(session, account_id, plain)):
                raise WrongSecondStep(both(said))
            self.forgive_attempts(session, (SECOND_STEP, account_id), (SECOND_STEP_A_DAY, account_id))
        actor = self.actor(account_id)
        if actor is None:
            raise WrongSecondStep(both("second.wrong_code"))
        return actor

    def new_recovery_codes(self, actor: Actor) -> list[str]:
        """Other recovery codes in place of all there were; they are shown this once.

        Raises:
            DossierError: ``no_second_step``: there is nothing to recover.
        """
        with self.database.writing() as session:
            if not self._steps(session, actor.id, False).any:
                raise DossierError(both("second.none_yet"), code="no_second_step")
            codes = self._draw_recovery_codes(session, actor.id)
            self.note(session, None, actor, "recovery_codes_made", {"account": actor.id})
        return codes

    def reset_second_step(self, actor: Actor, account_id: str) -> None:
        """Take all second steps of a colleague away who lost them; they are told, and set up new ones.

        Their sessions end and their programs' tokens count no more.

        Raises:
            DossierError: ``unknown_account``, ``no_second_step``; ``own_second_step``.
        """
        self.require_role(actor, "operator")
        if account_id == actor.id:
            raise DossierError(both("second.not_own"), code="own_second_step")
        with self.database.writing() as session:
            row = session.get(AccountRow, account_id)
            if row is None:
                raise DossierError(both("error.404.what"), code="unknown_account")
            if not self._steps(session, account_id, False).any:
                raise DossierError(both("second.none_there"), code="no_second_step")
            for table in (CodeAppRow, PasskeyRow, RecoveryCodeRow):
                session.execute(delete(table).where(table.account_id == account_id))
            self._step_is(session, account_id, there=False)
            revoke_all_tokens(session, account_id, self.now())
            self.note(session, None, actor, "second_step_reset", {"account": account_id})
            self._tell_holder(session, account_id, "second_step_reset")

    # --- for whatever is a second step ----------------------------------------------------------------

    def second_step_added(self, session: Session, actor: Actor, kind: str) -> list[str]:
        """Note one more in the caller's transaction; gives recovery codes with the first.

        Whoever came in by the password alone before is signed out everywhere else.
        """
        held = select(func.count()).where(RecoveryCodeRow.account_id == actor.id)
        codes = [] if session.scalar(held) else self._draw_recovery_codes(session, actor.id)
        self._step_is(session, actor.id, there=True)
        self.note(session, None, actor, "second_step_added", {"account": actor.id, "step": kind})
        self._tell_holder(session, actor.id, "second_step_added")
        return codes

    def second_step_removed(self, session: Session, actor: Actor, kind: str) -> None:
        """Note one less in the caller's transaction.

        Raises:
            DossierError: ``second_step_needed``.
        """
        left = self._steps(session, actor.id, False)
        if not left.any:
            if actor.roles & self._roles_with_a_step():
                raise DossierError(both("second.needed"), code="second_step_needed")
            session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == actor.id))
            self._step_is(session, actor.id, there=False)
        self.note(session, None, actor, "second_step_removed", {"account": actor.id, "step": kind})
        self._tell_holder(session, actor.id, "second_step_removed")

    def spend(self, challenge: str) -> None:
        """Let a challenge be answered once.

        Raises:
            WrongSecondStep: It was answered before.
        """
        fingerprint = self.adapters.seal.fingerprint("challenge", challenge)
        try:
            with self.database.writing() as session:
                session.add(EndedSessionRow(fingerprint=fingerprint, ended_at=self.now()))
        except IntegrityError:
            raise WrongSecondStep(both("second.wrong_key")) from None

    def _steps(self, session: Session, account_id: str, required: bool) -> SecondSteps:
        app = session.get(CodeAppRow, account_id)
        keys = session.scalars(
            select(PasskeyRow).where(PasskeyRow.account_id == account_id).order_by(PasskeyRow.made_at)
        )
        left = select(func.count()).where(
            RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used_at.is_(None)
        )
        return SecondSteps(
            app.confirmed_at if app else None,
            tuple(PasskeyView(one.id, one.name, one.made_at, one.used_at, one.doubted_at) for one in keys),
            session.scalar(left) or 0,
            required,
        )

    def _step_is(self, session: Session, account_id: str, *, there: bool) -> None:
        """Keep beside the account whether there is one: every page asks; other sessions end."""
        self.end_sessions(session, account_id).second_step = there
        session.flush()

    def _still_offered(self, row: CodeAppRow | None) -> str | None:
        """The secret that may still be confirmed; None when another must be drawn."""
        if row is None or self.now() - row.made_at > OFFERED_FOR:
            return None
        try:
            return str(self.adapters.seal.record(row.sealed)["secret"])
        except Unsealable:
            return None

    def _app_code_counts(self, session: Session, account_id: str, typed: str) -> bool:
        row = session.get(CodeAppRow, account_id, with_for_update=True)
        return row is not None and row.confirmed_at is not None and self._counts(row, typed)

    def _counts(self, row: CodeAppRow, typed: str) -> bool:
        """Whether that is the code of this half minute or of the one beside it, later than the last that counted."""
        now = int(self.now().timestamp()) // _HALF_MINUTE
        record = self.adapters.seal.record(row.sealed)
        shown = pyotp.TOTP(str(record["secret"]))
        right = [
            step
            for step in (now - 1, now, now + 1)
            if hmac.compare_digest(shown.generate_otp(step).encode(), typed.encode())
        ]
        used = list(record.get(_USED, ()))
        # later than any this clock could have shown: it went back, and what counted tells what must not count again
        went_back = row.last_step > now + 1
        fresh = [step for step in right if (step not in used if went_back else step > row.last_step)]
        if not fresh:
            return False
        row.sealed = {**record, _USED: [*used, fresh[-1]][-_USED_KEPT:]}
        row.last_step = max(row.last_step, fresh[-1])
        return True

    def _recovers(self, session: Session, account_id: str, typed: str) -> bool:
        """Use up the recovery code that was typed, if it is one."""
        spent = session.execute(
            update(RecoveryCodeRow)
            .where(
                RecoveryCodeRow.fingerprint == self._recovery(account_id, typed),
                RecoveryCodeRow.account_id == account_id,
                RecoveryCodeRow.used_at.is_(None),
            )
            .values(used_at=self.now())
        )
        if not spent.rowcount:  # type: ignore[attr-defined]
            return False
        actor = Actor(account_id, session.get_one(AccountRow, account_id).name, frozenset())
        self.note(session, None, actor, "recovery_code_used", {"account": account_id})
        self._tell_holder(session, account_id, "recovery_code_used")
        return True

    def _draw_recovery_codes(self, session: Session, account_id: str) -> list[str]:
        session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
        codes = [self._drawn_in_groups(_PLAIN, _GROUPS, _GROUP_LENGTH) for _ in range(RECOVERY_CODES)]
        session.add_all(
            RecoveryCodeRow(fingerprint=self._recovery(account_id, _digits(one)), account_id=account_id)
            for one in codes
        )
        session.flush()
        return codes

    def _recovery(self, account_id: str, plain: str) -> str:
        return self.adapters.seal.fingerprint("recovery", account_id, plain)

    def _drawn_in_groups(self, letters: str, groups: int, length: int) -> str:
        pick = self.adapters.pick
        return "-".join("".join(letters[pick(len(letters))] for _ in range(length)) for _ in range(groups))

    def _drawn_secret(self) -> str:
        """160 bits in the letters that such applications take."""
        return self._drawn_in_groups("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 1, 32)


def _digits(typed: str) -> str:
    """What was typed without what people put between: spaces, dashes, capitals."""
    return "".join(one for one in western_digits(typed).casefold() if one.isalnum())

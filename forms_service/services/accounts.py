"""Who may sign in: applicants by their registration number, staff by their name."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import DossierError, InvalidValue
from core.field_kinds import KINDS
from core.field_kinds.base import western_digits
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from forms_service.messages import say
from forms_service.services.access_tokens import revoke_all_tokens
from forms_service.services.base import CLOCKS_APART, SYSTEM
from forms_service.services.known_devices import KnownDevices
from forms_service.services.session_marks import is_still_good, mark_of
from forms_service.services.sign_in_record import SignInRecord
from forms_service.services.throttle import SIGN_IN, SIGN_IN_FROM, SIGN_IN_HERE, Limit, Throttle, at_place
from forms_service.services.views import Actor
from forms_service.storage.access_models import OutsideIdentityRow
from forms_service.storage.account_models import EndedSessionRow, HolderRow
from forms_service.storage.models import AccountRow

MINIMUM_PASSWORD_LENGTH = 10
LONGEST_SESSION = timedelta(hours=12)
"""However busy: a copied cookie must not stay good by being used.  What was typed is kept (``kept_typing``)."""

_FEWEST_CHARACTERS = 5
_RUNS = "01234567890123456789 98765432109876543210 azertyuiopqsdfghjklmwxcvbn qwertyuiopasdfghjklzxcvbnm"
"""What is typed by running along the keys."""

REGISTRATION = FieldSpec(
    id="registration",
    kind="registration_number",
    label=LocalizedText("رقم التسجيل", "N° d'immatriculation"),
    script=Script.ANY,
)
_hasher = PasswordHasher()
_one_at_a_time = threading.Semaphore(2)
"""Argon2 takes 64 MiB a verification on purpose; a storm of sign-ins must not exhaust the machine."""


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")


class Accounts(KnownDevices, Throttle, SignInRecord):
    """Signing in and signing up."""

    def sign_in(self, login: str, password: str, client: str = "", device: str = "") -> Actor | None:
        """Who this is, or None; failures are counted, so that nobody tries passwords out.

        Every attempt is counted before its password is looked at: many at once gain nothing.  One that
        succeeds is forgiven, and with it the holder's own failures from there.

        Args:
            client: Where on the network the attempt comes from; empty where that tells nothing.
            device: What ``remember_device`` gave this browser, if it shows anything.

        Raises:
            TooManyAttempts: This login, or this place of the network, must wait.
        """
        with self.database.writing() as session:
            own, others = self._counted_for(session, plain_login(login), client, device)
            counted = self.count_attempt(session, own, *others)
            self.note_attempt(session, plain_login(login))
        actor = self.authenticate(login, password)
        if actor is not None:
            with self.database.writing() as session:
                self.forgive(session, counted)
                self.forgive_attempts(session, own)
                self._hash_as_hard_as_today(session, actor.id, password)
                session.get_one(AccountRow, actor.id).used_at = self.now()
        return actor

    def _counted_for(
        self, session: Session, login: str, client: str, device: str
    ) -> tuple[tuple[Limit, str], tuple[tuple[Limit, str], ...]]:
        """What an attempt counts for: the one who tries, and what strangers share."""
        if known := self.known_device(session, login, device):
            return (SIGN_IN_HERE, known), ()
        return (SIGN_IN_HERE, at_place(client, login)), ((SIGN_IN, login), (SIGN_IN_FROM, client))

    def authenticate(self, login: str, password: str) -> Actor | None:
        """Who this is, or None; an unknown login takes as long as a wrong password."""
        with self.database.reading() as session:
            both = select(AccountRow, HolderRow).outerjoin(HolderRow, HolderRow.account_id == AccountRow.id)
            found = session.execute(both.where(AccountRow.login == plain_login(login))).one_or_none()
            row, holder = found or (None, None)  # read at once: a mark of later would outlive this password
            counts = self._password_counts(session, row.id if row else "")
        known = counts & _verifies(row.password_hash if row else _hash_of_nobody(), password)
        if not known or row is None or not self._may_come_in(row):
            return None
        return replace(_actor(row), mark=mark_of(holder))

    def actor(
        self,
        actor_id: str,
        since: datetime | None = None,
        session_id: str = "",
        *,
        mark: str | None = "",
        proved: bool = True,
    ) -> Actor | None:
        """The person of that id, as they are now; None for an account that is closed.

        Args:
            since: When the session began; one that lasted longer than a working day has ended.
            mark: What ``session_mark`` gave it; all sessions end when that becomes another.  None for one
                that was begun before there were marks.
            session_id: What tells the session from others; one that was signed out has ended.
            proved: Whether a second step was taken in it; without one, accounts that have one are nobody.
        """
        if since and not -CLOCKS_APART <= self.now() - since <= LONGEST_SESSION:
            return None  # too long, or begun before the clock went back: it would last longer than any may
        with self.database.reading() as session:
            row = session.get(AccountRow, actor_id)
            if row is None or not self._may_come_in(row):
                return None
            if session_id and session.get(EndedSessionRow, self._session_fingerprint(session_id)):
                return None
            holder = session.get(HolderRow, actor_id) if since else None
            if since and not is_still_good(holder, mark, since):
                return None
            if proved or since is None:
                return _actor(row)
            if holder and holder.second_step:
                return None
            return replace(_actor(row), must_add_second_step=bool(self._roles_with_a_step() & set(row.roles)))

    def has_second_step(self, actor: Actor) -> bool:
        """Whether a password alone does not let them in."""
        with self.database.reading() as session:
            holder = session.get(HolderRow, actor.id)
            return holder is not None and holder.second_step

    def end_session(self, session_id: str) -> None:
        """Let a session count no more, whoever kept a copy of its cookie."""
        now = self.now()
        over = now - LONGEST_SESSION - 2 * CLOCKS_APART  # for every host: its clock and this one may be apart
        with self.database.writing() as session:
            session.execute(delete(EndedSessionRow).where(EndedSessionRow.ended_at < over))
            fingerprint = self._session_fingerprint(session_id)
            session.merge(EndedSessionRow(fingerprint=fingerprint, ended_at=now))

    def register_applicant(self, registration: str, password: str, name: str) -> Actor:
        """Open an account for an insured person.

        Raises:
            InvalidValue: The number, the password or the name is not usable.
            DossierError: ``login_taken``.
        """
        number = KINDS["registration_number"].parse(registration, REGISTRATION)
        if number is None:
            raise InvalidValue(say("registration_needed"), code="registration_needed")
        return self.add_account(str(number), password, name, {"applicant"})

    def add_account(self, login: str, password: str, name: str, roles: Collection[str]) -> Actor:
        """Open an account with those roles; as ``register_applicant`` for what it refuses."""
        refuse_weak_password(password, [login])
        password_hash = hashed(password)
        try:
            with self.database.writing() as session:
                row = self.new_account(session, login, name, roles, password_hash)
        except IntegrityError:
            raise DossierError(say("login_taken"), code="login_taken") from None
        return _actor(row)

    def new_account(
        self, session: Session, login: str, name: str, roles: Collection[str], password_hash: str
    ) -> AccountRow:
        """Add an account in the caller's transaction.

        Raises:
            InvalidValue: There is no name.
            IntegrityError: The login is taken.
        """
        name = " ".join(name.split())
        if not name:
            raise InvalidValue(say("name_needed"), code="name_needed")
        row = AccountRow(
            id=self.new_id(),
            login=plain_login(login),
            name=name[:200],
            roles=sorted(roles),
            password_hash=password_hash,
            created_at=self.now(),
        )
        session.add(row)
        session.flush()
        self.note(session, None, SYSTEM, "account_opened", {"account": row.id, "roles": row.roles})
        return row

    def set_password(
        self,
        session: Session,
        account: AccountRow,
        password_hash: str,
        by: Actor | None = None,
        *,
        knew_the_old: bool = False,
    ) -> Actor:
        """Give an account another password in the caller's transaction; its sessions end.

        Unless the holder proved to know the one before, its programs' tokens count no more either:
        whoever had got in could have made one.

        Args:
            by: Who chose it when that is not the holder, who then must choose another one at once.
        """
        account.password_hash = password_hash
        account.must_change_password = by is not None
        holder = self.end_sessions(session, account.id)
        self.forgive_attempts(session, (SIGN_IN, account.login))
        ended = 0 if knew_the_old else revoke_all_tokens(session, account.id, self.now())
        action = "password_changed" if by is None else "password_reset"
        told = {"account": account.id, **({"tokens_revoked": ended} if ended else {})}
        self.note(session, None, by or _actor(account), action, told)
        return replace(_actor(account), mark=mark_of(holder))

    def _hash_as_hard_as_today(self, session: Session, account_id: str, password: str) -> None:
        """Keep the password as hard to try out as is asked for now, while it is known in plain."""
        row = session.get_one(AccountRow, account_id)
        if _hasher.check_needs_rehash(row.password_hash):
            row.password_hash = hashed(password)

    def _password_counts(self, session: Session, account_id: str) -> bool:
        """Whether an account may come in by a password: a setting can leave that to the provider."""
        provider = self.adapters.config.provider
        if provider is None or provider.local_password:
            return True
        query = select(OutsideIdentityRow.account_id).where(OutsideIdentityRow.account_id == account_id)
        return session.scalar(query) is None

    def _roles_with_a_step(self) -> frozenset[str]:
        return self.adapters.config.access.second_step_roles

    def _session_fingerprint(self, session_id: str) -> str:
        return self.adapters.seal.fingerprint("session", session_id)

    def _may_come_in(self, row: AccountRow | None) -> bool:
        return row is not None and row.disabled_at is None


def refuse_weak_password(password: str, known: Iterable[str]) -> None:
    """Refuse a password that is short, plain, or what others know of its owner.

    Args:
        known: The login and whatever else stands in the account.

    Raises:
        InvalidValue: ``weak_password``.
    """
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidValue(say("weak_password", minimum=MINIMUM_PASSWORD_LENGTH), code="weak_password")
    bare = "".join(one for one in western_digits(password).casefold() if one.isalnum())
    guessed = {"".join(c for c in one.casefold() if c.isalnum()) for one in known}
    if len(set(bare)) < _FEWEST_CHARACTERS or bare in guessed or bare in _RUNS:
        raise InvalidValue(say("plain_password"), code="weak_password")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _one_at_a_time:
        return _hasher.hash(password)


def verifies(password_hash: str, password: str) -> bool:
    """Whether it is the password of that hash; takes as long either way."""
    return _verifies(password_hash, password)


def _verifies(password_hash: str, password: str) -> bool:
    with _one_at_a_time:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def plain_login(login: str) -> str:
    """A login as it is kept: western digits, small letters."""
    return western_digits(login).strip().lower()[:64]


def _actor(row: AccountRow) -> Actor:
    return Actor(row.id, row.name, frozenset(row.roles), must_change_password=row.must_change_password)

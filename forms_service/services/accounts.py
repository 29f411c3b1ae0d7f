"""Who may sign in: applicants by their registration number, staff by their name."""

from __future__ import annotations

import threading
from collections.abc import Collection
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.errors import DossierError, InvalidValue
from core.field_kinds import KINDS
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from forms_service.services.base import SYSTEM, UseCases
from forms_service.services.messages import say
from forms_service.services.views import Actor
from forms_service.storage.models import AccountRow

MINIMUM_PASSWORD_LENGTH = 10
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


class Accounts(UseCases):
    """Signing in and signing up."""

    def authenticate(self, login: str, password: str) -> Actor | None:
        """Who this is, or None; an unknown login takes as long as a wrong password."""
        with self.database.reading() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.login == _plain_login(login)))
        if not _verifies(row.password_hash if row else _hash_of_nobody(), password) or row is None:
            return None
        return _actor(row)

    def actor(self, actor_id: str) -> Actor | None:
        """The person of that id, as they are now."""
        with self.database.reading() as session:
            row = session.get(AccountRow, actor_id)
            return _actor(row) if row else None

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
        if len(password) < MINIMUM_PASSWORD_LENGTH:
            raise InvalidValue(say("weak_password", minimum=MINIMUM_PASSWORD_LENGTH), code="weak_password")
        name = " ".join(name.split())
        if not name:
            raise InvalidValue(say("name_needed"), code="name_needed")
        row = AccountRow(
            id=self.new_id(),
            login=_plain_login(login),
            name=name[:200],
            roles=sorted(roles),
            password_hash=_hasher.hash(password),
            created_at=self.now(),
        )
        try:
            with self.database.writing() as session:
                session.add(row)
                session.flush()
                self.note(session, None, SYSTEM, "account_opened", {"account": row.id, "roles": row.roles})
        except IntegrityError:
            raise DossierError(say("login_taken"), code="login_taken") from None
        return _actor(row)


def _verifies(password_hash: str, password: str) -> bool:
    with _one_at_a_time:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _plain_login(login: str) -> str:
    from core.field_kinds.base import western_digits

    return western_digits(login).strip().lower()[:64]


def _actor(row: AccountRow) -> Actor:
    return Actor(row.id, row.name, frozenset(row.roles))

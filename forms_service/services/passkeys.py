"""Passkeys: a key in a telephone, a computer or a small device, unlocked by its owner's finger or PIN.

Nothing that could be copied from us opens an account: we keep the public half only, and every answer is
bound to this service's name and to a challenge that counts once.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import DossierError, InvalidValue
from forms_service.locales import both
from forms_service.services.second_step import SecondStepOfSignIn, WrongSecondStep
from forms_service.services.throttle import PASSKEY_HERE, at_place
from forms_service.services.views import Actor
from forms_service.storage.access_models import PasskeyRow
from forms_service.storage.models import AccountRow

if TYPE_CHECKING:
    from forms_service.passkey_answers import Place

MOST_PASSKEYS = 10
_LONGEST_NAME = 60


class Passkeys(SecondStepOfSignIn):
    """Registering passkeys, and coming in by them."""

    def passkeys_work_here(self) -> bool:
        """Whether browsers allow passkeys at the service's address: they want a name, and a closed line."""
        parts = urlsplit(self.adapters.config.public_url)
        host = parts.hostname or ""
        named = bool(host) and ":" not in host and not host.replace(".", "").isdigit()
        return named and (parts.scheme == "https" or host == "localhost")

    def passkey_to_register(self, actor: Actor) -> tuple[str, str]:
        """What the browser is to be asked for a new passkey, as JSON, and the challenge in it."""
        with self.database.reading() as session:
            held = self._passkeys(session, actor.id)
            login = session.get_one(AccountRow, actor.id).login
        ids = [one.credential_id for one in held]
        return self._place().ask_to_register(login, actor.id, actor.name, ids)

    def add_passkey(self, actor: Actor, name: str, answer: str, challenge: str) -> list[str]:
        """Count a passkey from now on; gives recovery codes when it is the first second step.

        Raises:
            InvalidValue: ``passkey_name``.
            DossierError: ``too_many_passkeys``.
            WrongSecondStep: The browser's answer is none to this challenge.
        """
        name = _named(name)
        self.spend(challenge)
        from forms_service.passkey_answers import NoPasskey

        try:
            made = self._place().registered(answer, challenge)
        except NoPasskey:
            raise WrongSecondStep(both("second.key_not_added")) from None
        with self.database.writing() as session:
            held = self._passkeys(session, actor.id)
            if len(held) >= MOST_PASSKEYS:
                raise DossierError(both("second.too_many_keys", n=MOST_PASSKEYS), code="too_many_passkeys")
            digest = _digest(made.credential_id)
            if session.scalar(select(PasskeyRow.id).where(PasskeyRow.credential_digest == digest)):
                raise WrongSecondStep(both("second.key_not_added"))
            session.add(
                PasskeyRow(
                    id=self.new_id(),
                    account_id=actor.id,
                    credential_digest=digest,
                    credential_id=made.credential_id,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    name=name,
                    made_at=self.now(),
                )
            )
            session.flush()
            return self.second_step_added(session, actor, "passkey")

    def passkey_to_show(self, account_id: str) -> tuple[str, str]:
        """What the browser is to be asked to come in by a passkey, as JSON, and the challenge in it."""
        with self.database.reading() as session:
            held = [one for one in self._passkeys(session, account_id) if one.doubted_at is None]
        return self._place().ask_to_show(one.credential_id for one in held)

    def take_passkey(self, account_id: str, answer: str, challenge: str, client: str = "") -> Actor:
        """Let in whoever has one of the account's passkeys and unlocked it.

        A key whose counter runs backwards has a copy somewhere: it counts no more, and its holder is told.

        Tries are counted by place: whoever makes them elsewhere does not keep the holder out.

        Raises:
            WrongSecondStep: It is none of them, or no answer to this challenge.
            TooManyAttempts: Too many were made for this account from that place of the network.
        """
        here = (PASSKEY_HERE, at_place(client, account_id))
        with self.database.writing() as session:
            self.count_attempt(session, here)
        self.spend(challenge)
        with self.database.writing() as session:
            known = self._verified(session, account_id, answer, challenge)
            if known:
                self.forgive_attempts(session, here)
        actor = self.actor(account_id) if known else None
        if actor is None:
            raise WrongSecondStep(both("second.wrong_key"))
        return actor

    def rename_passkey(self, actor: Actor, passkey_id: str, name: str) -> None:
        """Call a passkey something else.

        Raises:
            InvalidValue: ``passkey_name``.
            DossierError: ``unknown_passkey``.
        """
        name = _named(name)
        with self.database.writing() as session:
            self._own(session, actor, passkey_id).name = name

    def remove_passkey(self, actor: Actor, passkey_id: str) -> None:
        """Let a passkey count no more.

        Raises:
            DossierError: ``unknown_passkey``; ``second_step_needed``: it is the last.
        """
        with self.database.writing() as session:
            session.delete(self._own(session, actor, passkey_id))
            session.flush()
            self.second_step_removed(session, actor, "passkey")

    def _verified(self, session: Session, account_id: str, answer: str, challenge: str) -> bool:
        row = self._shown(session, account_id, answer)
        if row is None:
            return False
        from forms_service.passkey_answers import NoPasskey

        try:
            count = self._place().counted(answer, challenge, row.public_key)
        except NoPasskey:
            return False
        counts = count or row.sign_count
        if counts and count <= row.sign_count:
            row.doubted_at = self.now()
            actor = Actor(account_id, session.get_one(AccountRow, account_id).name, frozenset())
            self.note(session, None, actor, "passkey_doubted", {"account": account_id})
            self._tell_holder(session, account_id, "passkey_doubted")
            return False
        row.sign_count, row.used_at = count, self.now()
        return True

    def _shown(self, session: Session, account_id: str, answer: str) -> PasskeyRow | None:
        """The passkey an answer names, if it is one of the account's and above doubt."""
        from forms_service.passkey_answers import credential_named

        credential_id = credential_named(answer)
        query = select(PasskeyRow).where(PasskeyRow.credential_digest == _digest(credential_id))
        row = session.scalar(query.with_for_update())
        if row is None or row.account_id != account_id or row.doubted_at is not None:
            return None
        return row

    def _passkeys(self, session: Session, account_id: str) -> list[PasskeyRow]:
        query = select(PasskeyRow).where(PasskeyRow.account_id == account_id).order_by(PasskeyRow.made_at)
        return list(session.scalars(query))

    def _own(self, session: Session, actor: Actor, passkey_id: str) -> PasskeyRow:
        row = session.get(PasskeyRow, passkey_id)
        if row is None or row.account_id != actor.id:
            raise DossierError(both("error.404.what"), code="unknown_passkey")
        return row

    def _place(self) -> Place:
        """The address keys are bound to; the library behind it is slow to load, and few processes need it."""
        from forms_service.passkey_answers import Place

        return Place(self.adapters.config.public_url)


def _digest(credential_id: str) -> str:
    return hashlib.sha256(credential_id.encode()).hexdigest()


def _named(name: str) -> str:
    name = " ".join(name.split())[:_LONGEST_NAME]
    if not name:
        raise InvalidValue(both("second.name_needed"), code="passkey_name")
    return name

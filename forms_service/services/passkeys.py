"""Passkeys: a key in a telephone, a computer or a small device, unlocked by its owner's finger or PIN.

Nothing that could be copied from us opens an account: we keep the public half only, and every answer is
bound to this service's name and to a challenge that counts once.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.errors import DossierError, InvalidValue
from forms_service.locales import both
from forms_service.services.second_step import SecondStepOfSignIn, WrongSecondStep
from forms_service.services.views import Actor
from forms_service.storage.access_models import PasskeyRow
from forms_service.storage.models import AccountRow

MOST_PASSKEYS = 10
_LONGEST_NAME = 60
_LONGEST_ANSWER = 20_000
_VERIFIED = UserVerificationRequirement.REQUIRED
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError)
"""What an answer that is none makes the library raise."""


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
        options = generate_registration_options(
            rp_id=self._service_name(),
            rp_name="CNSS",
            user_name=login,
            user_id=actor.id.encode(),
            user_display_name=actor.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_VERIFIED
            ),
            exclude_credentials=[_described(one) for one in held],
        )
        return options_to_json(options), bytes_to_base64url(options.challenge)

    def add_passkey(self, actor: Actor, name: str, answer: str, challenge: str) -> list[str]:
        """Count a passkey from now on; gives recovery codes when it is the first second step.

        Raises:
            InvalidValue: ``passkey_name``.
            DossierError: ``too_many_passkeys``.
            WrongSecondStep: The browser's answer is none to this challenge.
        """
        name = _named(name)
        self.spend(challenge)
        try:
            made = verify_registration_response(
                credential=_short(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._service_name(),
                expected_origin=self._origin(),
                require_user_verification=True,
            )
        except _MALFORMED:
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
                    credential_id=bytes_to_base64url(made.credential_id),
                    public_key=bytes_to_base64url(made.credential_public_key),
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
        options = generate_authentication_options(
            rp_id=self._service_name(),
            allow_credentials=[_described(one) for one in held],
            user_verification=_VERIFIED,
        )
        return options_to_json(options), bytes_to_base64url(options.challenge)

    def take_passkey(self, account_id: str, answer: str, challenge: str) -> Actor:
        """Let in whoever has one of the account's passkeys and unlocked it.

        A key whose counter runs backwards has a copy somewhere: it counts no more, and its holder is told.

        Raises:
            WrongSecondStep: It is none of them, or no answer to this challenge.
        """
        self.spend(challenge)
        with self.database.writing() as session:
            known = self._verified(session, account_id, answer, challenge)
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
        try:
            shown = verify_authentication_response(
                credential=_short(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._service_name(),
                expected_origin=self._origin(),
                credential_public_key=base64url_to_bytes(row.public_key),
                credential_current_sign_count=0,  # compared below: a copy is not merely refused
                require_user_verification=True,
            )
        except _MALFORMED:
            return False
        counts = shown.new_sign_count or row.sign_count
        if counts and shown.new_sign_count <= row.sign_count:
            row.doubted_at = self.now()
            actor = Actor(account_id, session.get_one(AccountRow, account_id).name, frozenset())
            self.note(session, None, actor, "passkey_doubted", {"account": account_id})
            self._tell_holder(session, account_id, "passkey_doubted")
            return False
        row.sign_count, row.used_at = shown.new_sign_count, self.now()
        return True

    def _shown(self, session: Session, account_id: str, answer: str) -> PasskeyRow | None:
        """The passkey an answer names, if it is one of the account's and above doubt."""
        from webauthn.helpers import parse_authentication_credential_json

        try:
            credential_id = parse_authentication_credential_json(_short(answer)).raw_id
        except _MALFORMED:
            return None
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

    def _service_name(self) -> str:
        return urlsplit(self.adapters.config.public_url).hostname or ""

    def _origin(self) -> str:
        parts = urlsplit(self.adapters.config.public_url)
        return f"{parts.scheme}://{parts.netloc}"


def _described(row: PasskeyRow) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _named(name: str) -> str:
    name = " ".join(name.split())[:_LONGEST_NAME]
    if not name:
        raise InvalidValue(both("second.name_needed"), code="passkey_name")
    return name


def _short(answer: str) -> str:
    """The browser's answer, unless it is longer than any can be."""
    return answer if len(answer) <= _LONGEST_ANSWER else ""

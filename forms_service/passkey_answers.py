"""What a browser is asked about passkeys, and what its answers are worth; loaded when the first one is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_LONGEST_ANSWER = 20_000
_VERIFIED = UserVerificationRequirement.REQUIRED
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError)
"""What an answer that is none makes the library raise."""


class NoPasskey(ValueError):
    """The answer is none to that challenge, or nobody unlocked the key."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """The public half of a key, as it is kept."""

    credential_id: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Place:
    """The address that passkeys are bound to."""

    public_url: str

    @property
    def name(self) -> str:
        """The host's name."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def origin(self) -> str:
        """The address without what follows the host."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def ask_to_register(self, login: str, account_id: str, name: str, held: Iterable[str]) -> tuple[str, str]:
        """What the browser is asked for a new passkey, as JSON, and the challenge in it."""
        options = generate_registration_options(
            rp_id=self.name,
            rp_name="CNSS",
            user_name=login,
            user_id=account_id.encode(),
            user_display_name=name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_VERIFIED
            ),
            exclude_credentials=_described(held),
        )
        return options_to_json(options), bytes_to_base64url(options.challenge)

    def ask_to_show(self, held: Iterable[str]) -> tuple[str, str]:
        """What the browser is asked to come in by one of these passkeys, and the challenge in it."""
        options = generate_authentication_options(
            rp_id=self.name, allow_credentials=_described(held), user_verification=_VERIFIED
        )
        return options_to_json(options), bytes_to_base64url(options.challenge)

    def registered(self, answer: str, challenge: str) -> NewPasskey:
        """The passkey a browser made.

        Raises:
            NoPasskey: It made none.
        """
        try:
            made = verify_registration_response(
                credential=_short(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.name,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _MALFORMED:
            raise NoPasskey from None
        return NewPasskey(
            bytes_to_base64url(made.credential_id),
            bytes_to_base64url(made.credential_public_key),
            made.sign_count,
        )

    def counted(self, answer: str, challenge: str, public_key: str) -> int:
        """How often the shown passkey says it was used; whoever kept an earlier number compares.

        Raises:
            NoPasskey: It is not that key's answer.
        """
        try:
            shown = verify_authentication_response(
                credential=_short(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.name,
                expected_origin=self.origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except _MALFORMED:
            raise NoPasskey from None
        return shown.new_sign_count


def credential_named(answer: str) -> str:
    """The id of the passkey an answer speaks of; empty when it speaks of none."""
    try:
        return bytes_to_base64url(parse_authentication_credential_json(_short(answer)).raw_id)
    except _MALFORMED:
        return ""


def _described(held: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in held]


def _short(answer: str) -> str:
    """The browser's answer, unless it is longer than any can be."""
    return answer if len(answer) <= _LONGEST_ANSWER else ""

"""The fund's own identity provider (OpenID Connect): where people are sent to, and what its answers are worth.

Code flow with PKCE.  What comes back counts only when it is signed by the provider's present key, meant
for this service, of this moment, and the answer to the very question that was asked.
"""

from __future__ import annotations

import base64
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from core.errors import FormsError
from forms_service.locales import both
from forms_service.provider_settings import ProviderSettings

if TYPE_CHECKING:  # most installations have no provider: what speaks with one is loaded when it is asked
    from joserfc.jwk import KeySet
    from joserfc.jwt import Token

_PATIENCE_S = 10.0
_AT_ONCE = 2
_TURN_S = 3.0
_ASKED_AGAIN_AFTER = timedelta(seconds=30)
"""What a provider that does not answer may cost: two threads for its time, and then none for half a minute."""

_LARGEST = 1024 * 1024
_LEEWAY_S = 60
_SIGNATURES = ("RS256", "PS256", "ES256", "EdDSA")
"""How tokens may be signed: never unsigned, never with a secret that somebody else may know."""

_MFA = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "sc", "pin"})
"""Values of ``amr`` (RFC 8176) that tell of a second step."""


class ProviderRefused(FormsError):
    """The provider's answer is not worth an entry; nobody came in."""

    code = "provider_refused"


class ProviderNotReached(FormsError):
    """The provider does not answer, or with nonsense."""

    code = "provider_not_reached"


@dataclass(frozen=True, slots=True)
class Question:
    """What is kept while somebody is at the provider: only the answer to it counts."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def drawn(cls) -> Question:
        """A question nobody can guess."""
        from authlib.common.security import generate_token

        return cls(generate_token(32), generate_token(32), generate_token(64))


@dataclass(frozen=True, slots=True)
class OutsidePerson:
    """Whom the provider speaks of.

    Attributes:
        subject: Who they are there, for ever.
        login: The user name of their account here, if the token says one.
        name: Their name.
        groups: The groups they are in; None when the token does not say.
        took_second_step: Whether the provider says that they took one.
    """

    subject: str
    login: str
    name: str
    groups: tuple[str, ...] | None
    took_second_step: bool


class IdentityProvider:
    """Asks the provider, and looks at its answers."""

    def __init__(self, settings: ProviderSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._silent_until: datetime | None = None

    def place_to_ask(self, question: Question, back: str) -> str:
        """Where somebody is sent to say who they are.

        Raises:
            ProviderNotReached: The provider does not tell.
        """
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": self.settings.scopes,
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": create_s256_code_challenge(question.verifier),
            "code_challenge_method": "S256",
        }
        return _with(str(self._said()["authorization_endpoint"]), asked)

    def place_to_leave(self, back: str) -> str | None:
        """Where somebody ends their session at the provider; None when it has no such place."""
        endpoint = self._said().get("end_session_endpoint")
        if not endpoint:
            return None
        return _with(str(endpoint), {"client_id": self.settings.client_id, "post_logout_redirect_uri": back})

    def person(self, code: str, question: Question, back: str) -> OutsidePerson:
        """Who came back with that code.

        Raises:
            ProviderRefused: The code or the token is not worth an entry.
            ProviderNotReached: The provider does not answer.
        """
        told = self._post(
            str(self._said()["token_endpoint"]),
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "client_id": self.settings.client_id,
                "code_verifier": question.verifier,
            },
        )
        token, access = told.get("id_token"), told.get("access_token")
        if not isinstance(token, str):
            raise self.refused()
        return self.checked(token, question.nonce, access if isinstance(access, str) else "")

    def checked(self, token: str, nonce: str, access_token: str = "") -> OutsidePerson:
        """Whom an ID token speaks of.

        Raises:
            ProviderRefused: Its signature, issuer, audience, time or nonce is wrong.
        """
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        decoded = self._decoded(token)
        wanted = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
        }
        known = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, wanted, known)
        try:
            claims.validate(now=int(self._clock().timestamp()), leeway=_LEEWAY_S)
        except (AuthlibBaseError, JoseError, ValueError, TypeError):
            raise self.refused() from None
        subject = claims.get("sub")
        if not nonce or not isinstance(subject, str) or not subject:
            raise self.refused()
        return self._person(subject, claims)

    def _person(self, subject: str, claims: Mapping[str, Any]) -> OutsidePerson:
        groups = claims.get(self.settings.roles_claim) if self.settings.roles_claim else None
        if isinstance(groups, str):
            groups = groups.split()
        amr = claims.get("amr")
        return OutsidePerson(
            subject,
            str(claims.get(self.settings.login_claim) or ""),
            str(claims.get("name") or ""),
            tuple(str(one) for one in groups) if isinstance(groups, list) else None,
            isinstance(amr, list) and bool(_MFA & {str(one) for one in amr}),
        )

    def _decoded(self, token: str) -> Token:
        """The token, signed by a key the provider has now: keys change, and are asked for again then."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=list(_SIGNATURES), strict_check_header=False)
        for again in (False, True):
            try:
                return jwt.decode(token, self._key_set(again), registry=registry)
            except (JoseError, ValueError):
                if again:
                    raise self.refused() from None
        raise self.refused()

    def _key_set(self, again: bool) -> KeySet:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self._lock:
            keys = None if again else self._keys
        if keys is None:
            try:
                keys = KeySet.import_key_set(self._get(str(self._said()["jwks_uri"])))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise self._not_reached() from None
            with self._lock:
                self._keys = keys
        return keys

    def _said(self) -> Mapping[str, Any]:
        """What the provider says of itself; it must be the one that was meant."""
        with self._lock:
            said = self._metadata
        if said is None:
            said = self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if said.get("issuer") != self.settings.issuer or not all(said.get(one) for one in needed):
                raise self._not_reached()
            with self._lock:
                self._metadata = said
        return said

    def _get(self, address: str) -> dict[str, Any]:
        return self._asked(urllib.request.Request(address))  # noqa: S310 - from settings, or the provider itself

    def _post(self, address: str, form: Mapping[str, str]) -> dict[str, Any]:
        pair = f"{quote(self.settings.client_id, safe='')}:{quote(self.settings.secret(), safe='')}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        return self._asked(urllib.request.Request(address, urlencode(form).encode(), headers))  # noqa: S310

    def _asked(self, request: urllib.request.Request) -> dict[str, Any]:
        """What the provider answers; while it is silent nobody waits for it, and never do many at once."""
        if self._is_silent() or not self._turns.acquire(timeout=_TURN_S):
            raise self._not_reached()
        try:
            if self._is_silent():  # found out while this one waited for its turn
                raise self._not_reached()
            told = self._answer(request)
        finally:
            self._turns.release()
        if not isinstance(told, dict):
            raise self._not_reached()
        return told

    def _answer(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310
                return json.loads(answer.read(_LARGEST))
        except urllib.error.HTTPError as error:  # it answers: a code that was made up must not silence it
            if 400 <= error.code < 500 and request.data is not None:
                raise self.refused() from None
            raise self._not_reached() from None
        except OSError:
            self._silent_until = self._clock() + _ASKED_AGAIN_AFTER
            raise self._not_reached() from None
        except ValueError:
            raise self._not_reached() from None

    def _is_silent(self) -> bool:
        until = self._silent_until
        return until is not None and self._clock() < until

    def refused(self) -> ProviderRefused:
        """What is told of an answer that lets nobody in."""
        return ProviderRefused(both("provider.refused", name=self.settings.name))

    def _not_reached(self) -> ProviderNotReached:
        return ProviderNotReached(both("provider.not_reached", name=self.settings.name))


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

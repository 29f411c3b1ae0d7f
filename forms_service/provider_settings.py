"""Settings of the identity provider (OpenID Connect) that staff may come in by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from forms_service.access_settings import STAFF, WrongAccessSetting

HERE, AMR, PROVIDER = "here", "amr", "provider"
"""Who asks for the second step: this service; this service unless the provider says it did; the provider."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The provider, what it is told, and whom its people are here.

    Attributes:
        issuer: Its address, as it stands in its tokens.
        client_id: What this service is called there.
        secret_file: File with the secret that proves it.
        name: What the button calls it.
        login_claim: Claim that holds the user name of an account opened here before.
        roles_claim: Claim that lists groups; empty: accounts keep the roles they have here.
        roles: The role that each of those groups gives.
        opens_accounts: Whether somebody unknown with a known group gets an account at once.
        local_password: Whether accounts that came by the provider may also come in by a password.
        second_step: ``here``, ``amr`` or ``provider``.
        scopes: What the provider is asked for.
    """

    issuer: str
    client_id: str
    secret_file: Path
    name: str = ""
    login_claim: str = "preferred_username"
    roles_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    opens_accounts: bool = False
    local_password: bool = True
    second_step: str = HERE
    scopes: str = "openid profile email"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ProviderSettings | None:
        """Read the ``FORMS_OIDC_…`` settings; None when no provider is named.

        Raises:
            WrongAccessSetting: One of them is not usable.
        """

        def text(name: str, default: str = "") -> str:
            return environment.get(name, "").strip() or default

        def flag(name: str, default: str) -> bool:
            return _one_of(name, text(name, default).lower(), "1", "0", "true", "false") in ("1", "true")

        issuer = text("FORMS_OIDC_ISSUER")
        if not issuer:
            return None
        _refuse_plain_issuer(issuer)
        for name in ("FORMS_OIDC_CLIENT_ID", "FORMS_OIDC_CLIENT_SECRET_FILE"):
            if not text(name):
                raise _wrong(name, "", "…")
        settings = cls(
            issuer=issuer,
            client_id=text("FORMS_OIDC_CLIENT_ID"),
            secret_file=Path(text("FORMS_OIDC_CLIENT_SECRET_FILE")),
            name=text("FORMS_OIDC_NAME", urlsplit(issuer).hostname or issuer),
            login_claim=text("FORMS_OIDC_LOGIN_CLAIM", "preferred_username"),
            roles_claim=text("FORMS_OIDC_ROLES_CLAIM"),
            roles=_roles(text("FORMS_OIDC_ROLES")),
            opens_accounts=flag("FORMS_OIDC_OPENS_ACCOUNTS", "0"),
            local_password=flag("FORMS_OIDC_LOCAL_PASSWORD", "1"),
            second_step=_one_of(
                "FORMS_OIDC_SECOND_STEP", text("FORMS_OIDC_SECOND_STEP", HERE), HERE, AMR, PROVIDER
            ),
            scopes=text("FORMS_OIDC_SCOPES", "openid profile email"),
        )
        settings._check()
        return settings

    def secret(self) -> str:
        """The secret, read when it is needed, so that no dump of the settings shows it.

        Raises:
            WrongAccessSetting: Its file cannot be read, or is empty.
        """
        try:
            secret = self.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            secret = ""
        if not secret:
            raise _wrong("FORMS_OIDC_CLIENT_SECRET_FILE", str(self.secret_file), "…")
        return secret

    def _check(self) -> None:
        self.secret()
        if self.roles_claim and not self.roles:
            raise _wrong("FORMS_OIDC_ROLES", "", "agents=clerk controle=reviewer")
        if self.opens_accounts and not self.roles_claim:
            raise _wrong("FORMS_OIDC_ROLES_CLAIM", "", "groups")
        if "openid" not in self.scopes.split():
            raise _wrong("FORMS_OIDC_SCOPES", self.scopes, "openid profile email")


def _refuse_plain_issuer(issuer: str) -> None:
    """Tokens over an open line could be read and changed; a provider on this very machine is for trying out."""
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise _wrong("FORMS_OIDC_ISSUER", issuer, "https://…")


def _roles(text: str) -> dict[str, str]:
    found = {}
    for word in text.replace(",", " ").split():
        group, _, role = word.rpartition("=")
        if not group or role not in STAFF:
            raise _wrong("FORMS_OIDC_ROLES", word, f"agents=clerk … ({' '.join(sorted(STAFF))})")
        found[group] = role
    return found


def _one_of(name: str, value: str, *words: str) -> str:
    if value not in words:
        raise _wrong(name, value, " / ".join(words))
    return value


def _wrong(name: str, value: str, expected: str) -> WrongAccessSetting:
    return WrongAccessSetting(f"{name}: {value!r} ({expected})")

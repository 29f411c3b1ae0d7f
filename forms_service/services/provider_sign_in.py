"""Coming in by the fund's own identity provider: which account somebody is, and with which roles."""

from __future__ import annotations

import secrets
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_service.access_settings import STAFF
from forms_service.identity_provider import IdentityProvider, OutsidePerson, ProviderRefused, Question
from forms_service.locales import both
from forms_service.provider_settings import AMR, PROVIDER
from forms_service.services.accounts import hashed, plain_login
from forms_service.services.second_step import SecondStepOfSignIn
from forms_service.services.views import Actor
from forms_service.storage.access_models import OutsideIdentityRow
from forms_service.storage.models import AccountRow


class UnknownOutside(ProviderRefused):
    """The provider knows them, and nobody here does."""

    code = "unknown_outside"


class ProviderSignIn(SecondStepOfSignIn):
    """Signing in by the provider; an applicant's account is never reached this way."""

    @cached_property
    def identity_provider(self) -> IdentityProvider | None:
        """The provider; None when no setting names one."""
        settings = self.adapters.config.provider
        return IdentityProvider(settings, self.now) if settings else None

    def sign_in_outside(self, code: str, question: Question, back: str) -> tuple[Actor, bool]:
        """Who came back from the provider, and whether its second step is enough.

        Raises:
            ProviderRefused: Its answer is not worth an entry.
            UnknownOutside: No account here is theirs, and none is opened.
            ProviderNotReached: It does not answer.
        """
        provider = self.identity_provider
        if provider is None:
            raise ProviderRefused(both("error.404.what"))
        person = provider.person(code, question, back)
        try:
            with self.database.writing() as session:
                account = self._account_of(session, person)
                self._take_roles(session, account, person)
                account.used_at = self.now()
        except IntegrityError:  # the same person came in twice at this moment
            raise self._nobody_here() from None
        actor = self.actor(account.id)
        if actor is None:
            raise self._nobody_here()
        asked = provider.settings.second_step
        return actor, asked == PROVIDER or (asked == AMR and person.took_second_step)

    def _account_of(self, session: Session, person: OutsidePerson) -> AccountRow:
        settings = self.adapters.config.provider
        assert settings is not None  # noqa: S101 - or nobody would have come from it
        fingerprint = self.adapters.seal.fingerprint("outside", settings.issuer, person.subject)
        known = session.get(OutsideIdentityRow, fingerprint)
        if known is not None:
            return session.get_one(AccountRow, known.account_id)
        account = self._to_be_linked(session, person) or self._opened(session, person)
        session.add(OutsideIdentityRow(fingerprint=fingerprint, account_id=account.id, linked_at=self.now()))
        session.flush()
        self.note(session, None, _as(account), "outside_account_linked", {"account": account.id})
        return account

    def _to_be_linked(self, session: Session, person: OutsidePerson) -> AccountRow | None:
        """The staff account of that user name, unless it is somebody else's at the provider."""
        if not person.login:
            return None
        row = session.scalar(select(AccountRow).where(AccountRow.login == plain_login(person.login)))
        if row is None:
            return None
        taken = select(OutsideIdentityRow.account_id).where(OutsideIdentityRow.account_id == row.id)
        if not set(row.roles) <= STAFF or row.disabled_at is not None or session.scalar(taken):
            raise self._nobody_here()
        return row

    def _opened(self, session: Session, person: OutsidePerson) -> AccountRow:
        """A new account, where the setting allows it and a group gives a role; nobody knows its password."""
        settings, roles = self.adapters.config.provider, self._roles_of(person)
        login = plain_login(person.login)
        if settings is None or not settings.opens_accounts or not roles or not login or login.isdecimal():
            raise self._nobody_here()
        password_hash = hashed(secrets.token_urlsafe(48))
        return self.new_account(session, login, person.name or login, roles, password_hash)

    def _roles_of(self, person: OutsidePerson) -> list[str]:
        settings = self.adapters.config.provider
        given = settings.roles if settings else {}
        return sorted({given[group] for group in person.groups or () if group in given})

    def _take_roles(self, session: Session, account: AccountRow, person: OutsidePerson) -> None:
        """Give the account the roles of its groups; whoever is in none of them any more does not come in."""
        settings = self.adapters.config.provider
        if settings is None or not settings.roles_claim:
            return
        roles = self._roles_of(person)
        if not roles:
            raise self._nobody_here()
        if roles != sorted(account.roles):
            told = {"account": account.id, "roles": roles, "roles_before": sorted(account.roles)}
            account.roles = roles
            self.note(session, None, _as(account), "account_changed", told)

    def _nobody_here(self) -> UnknownOutside:
        settings = self.adapters.config.provider
        return UnknownOutside(both("provider.unknown", name=settings.name if settings else ""))


def _as(account: AccountRow) -> Actor:
    return Actor(account.id, account.name, frozenset(account.roles))

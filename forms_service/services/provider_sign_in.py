"""Coming in by the fund's own identity provider: which account somebody is, and with which roles."""

from __future__ import annotations

import secrets
from functools import cached_property

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_service.access_settings import STAFF
from forms_service.identity_provider import IdentityProvider, OutsidePerson, ProviderRefused, Question
from forms_service.locales import both
from forms_service.provider_settings import AMR, PROVIDER
from forms_service.services.accounts import hashed, plain_login
from forms_service.services.second_step import SecondStepOfSignIn
from forms_service.services.throttle import PROVIDER_FROM
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

    def is_linked_outside(self, actor: Actor) -> bool:
        """Whether the account comes in by the provider."""
        with self.database.reading() as session:
            return self._is_linked(session, actor.id)

    def link_outside(self, actor: Actor, code: str, question: Question, back: str, client: str = "") -> None:
        """Let whoever came back from the provider come in to this account by it from now on.

        The caller has made sure that the holder sits there, by what opens the account here: a user name at the
        provider proves nothing, for names may be changed there.  A link that is there is replaced.

        Raises:
            ProviderRefused: The answer is not worth an entry.
            UnknownOutside: It speaks of another user name, or of somebody who has another account.
            ProviderNotReached: It does not answer.
            TooManyAttempts: Too many answers were brought from that place.
        """
        person = self._person(code, question, back, client)
        refusal = UnknownOutside(both("provider.link.refused", name=self._provider_name()))
        try:
            with self.database.writing() as session:
                account = session.get_one(AccountRow, actor.id)
                fingerprint = self._identity_of(person)
                known = session.get(OutsideIdentityRow, fingerprint)
                if (
                    not set(account.roles) <= STAFF
                    or account.disabled_at is not None
                    or not person.login
                    or account.login != plain_login(person.login)
                    or (known is not None and known.account_id != account.id)
                ):
                    raise refusal
                if known is None:
                    mine = delete(OutsideIdentityRow).where(OutsideIdentityRow.account_id == account.id)
                    session.execute(mine)  # it may be of before the service's secret key changed
                    self._link_identity(session, account, fingerprint)
        except IntegrityError:  # the same moment, another session
            raise refusal from None

    def sign_in_outside(
        self, code: str, question: Question, back: str, client: str = ""
    ) -> tuple[Actor, bool]:
        """Who came back from the provider, and whether its second step is enough.

        Args:
            client: Their place of the network; what is brought from one in vain is counted.

        Raises:
            ProviderRefused: Its answer is not worth an entry.
            UnknownOutside: No account here is theirs, and none is opened.
            ProviderNotReached: It does not answer.
            TooManyAttempts: Too many answers were brought from that place.
        """
        person = self._person(code, question, back, client)
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
        settings = self.adapters.config.provider
        asked = settings.second_step if settings else None
        return actor, asked == PROVIDER or (asked == AMR and person.took_second_step)

    def _person(self, code: str, question: Question, back: str, client: str) -> OutsidePerson:
        """Whom the provider speaks of; a question to it is counted before it is asked."""
        provider = self.identity_provider
        if provider is None:
            raise ProviderRefused(both("error.404.what"))
        with self.database.writing() as session:
            counted = self.count_attempt(session, (PROVIDER_FROM, client))
        person = provider.person(code, question, back)
        if counted:
            with self.database.writing() as session:
                self.forgive(session, counted)
        return person

    def _account_of(self, session: Session, person: OutsidePerson) -> AccountRow:
        """The account that was linked to that person, or is opened now; never another's by its name alone."""
        fingerprint = self._identity_of(person)
        known = session.get(OutsideIdentityRow, fingerprint)
        if known is not None:
            return session.get_one(AccountRow, known.account_id)
        account = self._opened(session, person)
        self._link_identity(session, account, fingerprint)
        return account

    def _identity_of(self, person: OutsidePerson) -> str:
        settings = self.adapters.config.provider
        assert settings is not None  # noqa: S101 - or nobody would have come from it
        return self.adapters.seal.fingerprint("outside", settings.issuer, person.subject)

    def _link_identity(self, session: Session, account: AccountRow, fingerprint: str) -> None:
        session.add(OutsideIdentityRow(fingerprint=fingerprint, account_id=account.id, linked_at=self.now()))
        session.flush()
        self.note(session, None, _as(account), "outside_account_linked", {"account": account.id})

    def _is_linked(self, session: Session, account_id: str) -> bool:
        taken = select(OutsideIdentityRow.account_id).where(OutsideIdentityRow.account_id == account_id)
        return session.scalar(taken) is not None

    def _opened(self, session: Session, person: OutsidePerson) -> AccountRow:
        """A new account, where the setting allows it and a group gives a role; nobody knows its password."""
        settings, roles = self.adapters.config.provider, self._roles_of(person)
        login = plain_login(person.login)
        if settings is None or not settings.opens_accounts or not roles or not login or login.isdecimal():
            raise self._nobody_here()
        if session.scalar(select(AccountRow.id).where(AccountRow.login == login)) is not None:
            raise self._nobody_here()  # somebody has it; its holder links it
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
        return UnknownOutside(both("provider.unknown", name=self._provider_name()))

    def _provider_name(self) -> str:
        settings = self.adapters.config.provider
        return settings.name if settings else ""


def _as(account: AccountRow) -> Actor:
    return Actor(account.id, account.name, frozenset(account.roles))

"""«My account»: what is known of its holder, how they are told of their requests, and changing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.errors import InvalidValue
from core.localized_text import Language, LocalizedText
from forms_service.messages import say
from forms_service.sending import CHANNELS, EMAIL, SMS
from forms_service.services.account_answers import checked_address
from forms_service.services.account_opening import AccountOpening, addresses
from forms_service.services.accounts import hashed, refuse_weak_password, verifies
from forms_service.services.one_time_codes import CodePurpose
from forms_service.services.throttle import CODE_FOR, CODE_FROM, CODE_TO, PROOF
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow
from forms_service.storage.models import AccountRow


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as its holder sees it; ``notify_by`` lists the channels that tell of requests."""

    login: str
    name: str
    phone: str
    email: str
    language: Language
    notify_by: frozenset[str]

    def address(self, channel: str) -> str:
        """Where that channel leads; empty when nowhere."""
        return {SMS: self.phone, EMAIL: self.email}.get(channel, "")


class AccountCare(AccountOpening):
    """Looking after one's own account."""

    def account(self, actor: Actor) -> AccountView:
        """What is known of the account of whoever acts."""
        with self.database.reading() as session:
            row = session.get_one(AccountRow, actor.id)
            holder = session.get(HolderRow, actor.id)
            if holder is None:
                return AccountView(row.login, row.name, "", "", Language.AR, frozenset())
            return AccountView(
                row.login,
                row.name,
                holder.phone or "",
                holder.email or "",
                Language(holder.language),
                frozenset(holder.notify_by) & addresses(holder).keys(),
            )

    def change_password(self, actor: Actor, current: str, new: str) -> Actor:
        """Put a new password in place of the current one; every other session ends.

        Raises:
            InvalidValue: ``wrong_password``, ``weak_password``; ``same_password``.
            TooManyAttempts: The current one was guessed at too often.
        """
        self._prove(actor, current)
        if new == current:
            raise InvalidValue(say("same_password"), code="same_password")
        view = self.account(actor)
        refuse_weak_password(new, [view.login, view.phone, view.email, view.name])
        password_hash = hashed(new)
        with self.database.writing() as session:
            account = session.get_one(AccountRow, actor.id)
            changed = self.set_password(session, account, password_hash, knew_the_old=True)
            self._tell_holder(session, actor.id, "password_changed")
        return changed

    def begin_address_change(
        self, actor: Actor, channel: str, raw: str, password: str, language: Language, client: str = ""
    ) -> tuple[str, LocalizedText | None]:
        """Send a code to a new telephone number or e-mail address: its id, or what is wrong with it.

        Raises:
            InvalidValue: ``wrong_password``.
            TooManyAttempts: Too many codes were asked for.
        """
        address, problem = checked_address(channel, raw)
        if problem is not None:
            return "", problem
        self._prove(actor, password)
        with self.database.writing() as session:
            counted = self.count_attempt(
                session, (CODE_FOR, actor.id), (CODE_TO, address), (CODE_FROM, client)
            )
            record = {"address": address, "language": language.value}
            code_id, digits = self.make_code(
                session, CodePurpose.ADDRESS, channel, record, account_id=actor.id, counted=counted
            )
            self._send_code(session, "code_address", channel, address, language, digits)
        return code_id, None

    def finish_address_change(self, actor: Actor, code_id: str, browser: str = "") -> AccountView:
        """Keep the address that a passed code confirms; the one it replaces is told, a last time, and the others.

        Raises:
            CodeGone: No such code of this person was passed a short while ago.
        """
        with self.database.writing() as session:
            code = self.passed_code(session, code_id, CodePurpose.ADDRESS, actor.id, browser)
            record = self.confirmed(code)
            holder = self._holder(session, actor)
            before = addresses(holder)
            replaced = before.get(code.channel)
            if replaced and replaced != record["address"]:
                self._tell_holder(session, actor.id, "address_replaced", {code.channel})
            if replaced != record["address"]:
                occasion = "address_changed" if replaced else "address_added"
                self._tell_holder(session, actor.id, occasion, before.keys() - {code.channel})
            if code.channel == SMS:
                holder.phone = record["address"]
            else:
                holder.email = record["address"]
            if not before:
                holder.language, holder.notify_by = record["language"], [code.channel]
            self.use_code(code)
            self.note(session, None, actor, "address_changed", {"channel": code.channel})
        return self.account(actor)

    def set_notifications(self, actor: Actor, channels: Iterable[str], language: Language) -> AccountView:
        """Keep by which channels, and in which language, this person is told of their requests."""
        with self.database.writing() as session:
            holder = self._holder(session, actor)
            wanted = set(channels) & addresses(holder).keys()
            holder.notify_by = [one for one in CHANNELS if one in wanted]
            holder.language = language.value
            self.note(session, None, actor, "notifications_set", {"channels": holder.notify_by})
        return replace(self.account(actor), language=language)

    def _holder(self, session: Session, actor: Actor) -> HolderRow:
        holder = session.get(HolderRow, actor.id)
        if holder is None:
            holder = HolderRow(account_id=actor.id, notify_by=[])
            session.add(holder)
        return holder

    def _prove(self, actor: Actor, password: str) -> None:
        """Make sure that the holder is still the one who sits there."""
        with self.database.writing() as session:
            row = session.get_one(AccountRow, actor.id)
            self.count_attempt(session, (PROOF, actor.id))
        if not verifies(row.password_hash, password):
            raise InvalidValue(say("wrong_password"), code="wrong_password")
        with self.database.writing() as session:
            self.forgive_attempts(session, (PROOF, actor.id))

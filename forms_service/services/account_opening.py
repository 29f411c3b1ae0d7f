"""Opening an account and choosing a forgotten password anew: who asks, a code, then the password.

The pages answer alike whether an account exists or not; what is true is told by message, to the
address that was given and, when an account is meant that is somebody's already, to its holder.  Whoever
reads messages at the address they gave can thus tell; how often is limited (decision 33).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import DossierError
from core.localized_text import Language
from forms_service.locales import both
from forms_service.messages import say
from forms_service.sending import CHANNELS, EMAIL, SMS
from forms_service.services.account_answers import Problems, checked_opening, registration
from forms_service.services.accounts import (
    Accounts,
    hashed,
    plain_login,
    refuse_weak_password,
    verifies,
)
from forms_service.services.known_identity import identity_fields
from forms_service.services.one_time_codes import LIFETIME, CodeGone, CodePurpose, OneTimeCodes
from forms_service.services.presenting import read_dossier
from forms_service.services.session_marks import mark_of
from forms_service.services.throttle import (
    CODE_FOR,
    CODE_FROM,
    CODE_HERE,
    CODE_TO,
    OPENING_TO,
    SIGN_IN_HERE,
    Limit,
    at_place,
)
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow, LetterRow, OneTimeCodeRow
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, DossierRow

_GIVEN = "given"

INSURED = "insured"
"""The fund's register of the insured, by registration number."""
_PROVES = ("identity_number", "birth", "phone")
"""What whoever opens an account must say as that register does, as far as it says anything."""


class AccountOpening(OneTimeCodes, Accounts):
    """Coming in by a code."""

    # --- open -----------------------------------------------------------------------------------

    def begin_opening(
        self, raw: Mapping[str, object], language: Language, client: str = ""
    ) -> tuple[str, Problems]:
        """Send a code to somebody who opens an account: its id, or what is wrong with the answers.

        Args:
            client: Where on the network the request comes from; empty where that tells nothing.

        Raises:
            TooManyAttempts: Too many codes were asked for this number, address or client.
        """
        answers, problems = checked_opening(raw, self.today())
        if problems:
            return "", problems
        with self.database.writing() as session:
            return self._send_opening_code(session, answers, language, client), {}

    def finish_opening(self, code_id: str, password: str, browser: str = "") -> Actor:
        """Open the account that a passed code confirms; sent twice, it is opened once.

        Args:
            browser: As ``try_code`` was given it.

        Raises:
            CodeGone: No such code was passed a short while ago in this browser.
            InvalidValue: The password is not usable.
            DossierError: ``login_taken``: somebody was faster.
        """
        try:
            return self._open_by_code(code_id, password, browser)
        except CodeGone:
            return self._sent_twice(code_id, CodePurpose.OPEN, password, browser)

    def _open_by_code(self, code_id: str, password: str, browser: str) -> Actor:
        with self.database.reading() as session:
            facts = self.confirmed(self.passed_code(session, code_id, CodePurpose.OPEN, browser=browser))
        refuse_weak_password(password, facts.values())
        hashed_password = hashed(password)
        try:
            with self.database.writing() as session:
                code = self.passed_code(session, code_id, CodePurpose.OPEN, browser=browser)
                account = self._new_account(session, facts, hashed_password)
                self._tell_holder(session, account.id, "account_opened")
                code.account_id = account.id
                self.use_code(code)
        except IntegrityError:
            raise DossierError(say("login_taken"), code="login_taken") from None
        actor = self.actor(account.id)
        assert actor is not None  # noqa: S101 - it was committed just now
        return actor

    def _sent_twice(self, code_id: str, purpose: CodePurpose, password: str, browser: str) -> Actor:
        """Whom this very browser gave this very password a moment ago.

        A double click sends a password twice and shows what is answered to the second.  Nobody comes in so
        whom the password would not let in, and the browser shows a secret of its session.

        Raises:
            CodeGone: Nobody did.
            TooManyAttempts: That browser tried passwords.
        """
        with self.database.writing() as session:
            code = self.used_just_now(session, code_id, purpose, browser)
            # First the mark, then the password: never one of later.
            mark = mark_of(session.get(HolderRow, code.account_id)) if code else ""
            account = session.get(AccountRow, code.account_id) if code else None
            if account is None:
                raise CodeGone(say("code_gone"))
            account_id, password_hash = account.id, account.password_hash
            counted = self.count_attempt(session, (SIGN_IN_HERE, at_place(browser, account.login)))
        if not verifies(password_hash, password):
            raise CodeGone(say("code_gone"))
        with self.database.writing() as session:
            self.forgive(session, counted)
        actor = self.actor(account_id)
        if actor is None:
            raise CodeGone(say("code_gone"))
        return replace(actor, mark=mark)

    # --- forgotten password ---------------------------------------------------------------------

    def begin_reset(
        self, login: str, channel: str, language: Language, client: str = "", device: str = ""
    ) -> tuple[str, Problems]:
        """Send a code to the holder of an account: its id, whether there is such an account or not.

        Args:
            device: What ``remember_device`` gave this browser, if it shows anything: whatever strangers
                asked for, its holder may have a code.

        Raises:
            TooManyAttempts: As ``begin_opening``.
        """
        name = plain_login(login)
        if not name:
            return "", {registration().id: say("answer_needed")}
        with self.database.writing() as session:
            if known := self.known_device(session, name, device):
                counted = self.count_attempt(session, (CODE_HERE, known))
            else:
                counted = self.count_attempt(session, *_asked_by_anybody(name, client))
            account = session.scalar(select(AccountRow).where(AccountRow.login == name))
            holder = session.get(HolderRow, account.id) if account else None
            reached = addresses(holder)
            usable = bool(reached) and self._may_come_in(account)
            usable &= account is not None and self._password_counts(session, account.id)
            chosen = channel if channel in reached else next(iter(reached), SMS)
            again = {"login": name, "channel": channel, "language": language.value}
            code_id, digits = self.make_code(
                session,
                CodePurpose.RESET,
                channel if channel in CHANNELS else SMS,
                again,
                account_id=account.id if account else None,
                usable=usable,
                counted=counted,
            )
            address = reached[chosen] if usable else ""
            self._send_code(session, "code_reset", chosen, address, language, digits)
        return code_id, {}

    def send_given_code(self, session: Session, account: AccountRow, sender_id: str) -> bool:
        """Send a code to a holder who did not ask for it; False when they cannot be reached or may not come in.

        Raises:
            TooManyAttempts: That sender sent them codes enough.
        """
        holder = session.get(HolderRow, account.id)
        reached = addresses(holder)
        if holder is None or not reached or not self._may_come_in(account):
            return False
        if not self._password_counts(session, account.id):
            return False
        self.count_attempt(session, (CODE_HERE, at_place(sender_id, account.login)))
        channel, address = next(iter(reached.items()))
        language = Language(holder.language)
        again = {"login": account.login, "channel": channel, "language": language.value, _GIVEN: True}
        code_id, digits = self.make_code(session, CodePurpose.RESET, channel, again, account_id=account.id)
        page = f"{self.adapters.config.public_url}/{language.value}/account/code/{code_id}"
        self._send_code(session, "code_given", channel, address, language, digits, page)
        return True

    def is_given_code(self, code_id: str) -> bool:
        """Whether an operator had that code sent: only then does an address lead to the page for it.

        To a code that somebody asked for, no address leads: they could send it to whoever gets the digits.
        """
        with self.database.reading() as session:
            row = session.get(OneTimeCodeRow, code_id)
            return row is not None and bool(self.confirmed(row).get(_GIVEN))

    def finish_reset(self, code_id: str, password: str, browser: str = "") -> Actor:
        """Give the account a new password and end its sessions; as ``finish_opening`` for the rest."""
        try:
            return self._reset_by_code(code_id, password, browser)
        except CodeGone:
            return self._sent_twice(code_id, CodePurpose.RESET, password, browser)

    def _reset_by_code(self, code_id: str, password: str, browser: str) -> Actor:
        with self.database.reading() as session:
            account_id = self.passed_code(session, code_id, CodePurpose.RESET, browser=browser).account_id
            account = session.get_one(AccountRow, account_id)
            refuse_weak_password(password, [account.login])
        hashed_password = hashed(password)
        with self.database.writing() as session:
            code = self.passed_code(session, code_id, CodePurpose.RESET, browser=browser)
            account = session.get_one(AccountRow, account_id)
            actor = self.set_password(session, account, hashed_password)
            self._tell_holder(session, account.id, "password_changed")
            self.use_code(code)
        return actor

    def send_another_code(self, code_id: str, client: str = "", device: str = "") -> str:
        """Send a new code for the same purpose; the one before serves no more.

        Raises:
            CodeGone: There is nothing to send another one for.
            TooManyAttempts: As ``begin_opening``.
        """
        with self.database.reading() as session:
            row = self.unpassed_code(session, code_id)
            facts = self.confirmed(row)
            purpose = row.purpose
        if purpose == CodePurpose.RESET:
            new_id, _ = self.begin_reset(
                facts["login"], facts["channel"], Language(facts["language"]), client, device
            )
        else:
            with self.database.writing() as session:
                new_id = self._send_opening_code(session, facts, Language(facts["language"]), client)
        with self.database.writing() as session:
            self.use_code(session.get_one(OneTimeCodeRow, code_id))
        return new_id

    # --- details --------------------------------------------------------------------------------

    def _send_opening_code(
        self, session: Session, answers: dict[str, str], language: Language, client: str
    ) -> str:
        number, channel = answers["registration"], answers["channel"]
        address = answers["phone" if channel == SMS else "email"]
        counted = self.count_attempt(
            session, *_asked_by_anybody(number, client), (CODE_TO, address), (OPENING_TO, address)
        )
        account = session.scalar(select(AccountRow).where(AccountRow.login == number))
        usable = account is None and not self._belongs_to_another(session, answers)
        record = {**answers, "language": language.value}
        code_id, digits = self.make_code(
            session, CodePurpose.OPEN, channel, record, usable=usable, counted=counted
        )
        if usable:
            self._send_code(session, "code_open", channel, address, language, digits)
            return code_id
        holder = session.get(HolderRow, account.id) if account else None
        own = address in addresses(holder).values()
        occasion = "account_known" if own else "account_refused"
        self._write(session, occasion, channel, address, language)
        if account is not None and not own and not self._told_lately(session, account.id):
            self._tell_holder(session, account.id, "account_tried")
        return code_id

    def _told_lately(self, session: Session, account_id: str) -> bool:
        """Whether the holder heard of somebody's try today: strangers must not ring them again and again."""
        told = select(LetterRow.id).where(
            LetterRow.account_id == account_id,
            LetterRow.occasion == "account_tried",
            LetterRow.written_at > self.now() - timedelta(days=1),
        )
        return session.scalar(told.limit(1)) is not None

    def _send_code(
        self,
        session: Session,
        occasion: str,
        channel: str,
        address: str,
        language: Language,
        digits: str,
        page: str = "",
    ) -> None:
        self.write_letter(
            session,
            channel=channel,
            address=address,
            language=language,
            occasion=occasion,
            values={
                "digits": digits,
                "minutes": str(int(LIFETIME.total_seconds()) // 60),
                "address": page,
            },
            worth=LIFETIME,
        )

    def _write(
        self,
        session: Session,
        occasion: str,
        channel: str,
        address: str,
        language: Language,
        account_id: str | None = None,
        whom: str = "letter.whom.applicant",
    ) -> None:
        """``whom`` names, in the language files, who is told of what was not done by the holder."""
        self.write_letter(
            session,
            channel=channel,
            address=address,
            language=language,
            occasion=occasion,
            values={
                "address": f"{self.adapters.config.public_url}/{language.value}/sign-in",
                "whom": both(whom).in_language(language),
            },
            account_id=account_id,
        )

    def _tell_holder(
        self, session: Session, account_id: str, occasion: str, channels: Collection[str] = CHANNELS
    ) -> None:
        """Write to the addresses of an account, whatever its holder wants to be told of requests."""
        holder, account = session.get(HolderRow, account_id), session.get(AccountRow, account_id)
        whom = "letter.whom.applicant" if account and "applicant" in account.roles else "letter.whom.staff"
        for channel, address in addresses(holder).items():
            if channel in channels:
                language = Language(holder.language) if holder else Language.AR
                self._write(session, occasion, channel, address, language, account_id, whom)

    def _belongs_to_another(self, session: Session, answers: Mapping[str, str]) -> bool:
        """Whether the fund knows another card, birth or telephone under this number, or papers at an agency do."""
        for known in self.adapters.registers.rows(INSURED, answers["registration"]):
            if any(known.get(one) and str(known[one]) != answers.get(one) for one in _PROVES):
                return True
        papers = DossierRow.owner_id.is_(None)
        for row in DossierRepository(session).listed(
            DossierRow.registration == answers["registration"], papers, limit=20
        ):
            spec = self.spec_of(row)
            number_field = spec.applicant_fields["registration"]
            block = number_field.rpartition(".")[0]
            said = read_dossier(session, row, spec).dossier.answers()
            if said.get(number_field) != answers["registration"]:
                continue
            for one in identity_fields(spec):
                wanted = {"identity_number": "identity_number", "date": "birth"}.get(one.kind)
                if (
                    wanted
                    and one.id.startswith(f"{block}.")
                    and said.get(one.id, answers[wanted]) != answers[wanted]
                ):
                    return True
        return False

    def _new_account(self, session: Session, facts: Mapping[str, str], password_hash: str) -> AccountRow:
        name = f"{facts['first_name']} {facts['last_name']}"
        account = self.new_account(session, facts["registration"], name, {"applicant"}, password_hash)
        session.add(
            HolderRow(
                account_id=account.id,
                first_name=facts["first_name"],
                identity_number=facts["identity_number"],
                birth=facts["birth"],
                phone=facts.get("phone") if facts["channel"] == SMS else None,
                email=facts.get("email") if facts["channel"] == EMAIL else None,
                language=facts["language"],
                notify_by=[facts["channel"]],
            )
        )
        session.flush()
        return account


def _asked_by_anybody(login: str, client: str) -> tuple[tuple[Limit, str], ...]:
    """What a code counts for that a browser asks for which its holder does not know."""
    return (CODE_HERE, at_place(client, login)), (CODE_FOR, login), (CODE_FROM, client)


def addresses(holder: HolderRow | None) -> dict[str, str]:
    """Where a holder can be reached, by channel."""
    if holder is None:
        return {}
    known = {SMS: holder.phone, EMAIL: holder.email}
    return {channel: address for channel, address in known.items() if address}

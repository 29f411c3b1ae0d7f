"""Who works here: opening, closing and changing the accounts of staff; every change is on record."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import DossierError, InvalidValue
from forms_service.messages import say
from forms_service.services.account_opening import AccountOpening, addresses
from forms_service.services.accounts import hashed, plain_login
from forms_service.services.parts_of_lists import Part, cut_of
from forms_service.services.views import ROLES, Actor
from forms_service.storage.account_models import HolderRow
from forms_service.storage.dossiers import of_any_role
from forms_service.storage.models import AccountRow

PAGE = 50
STAFF_ROLES = tuple(one for one in ROLES if one != "applicant")
_UNAMBIGUOUS = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_GROUPS, _GROUP_LENGTH = 4, 4


@dataclass(frozen=True, slots=True)
class UserView:
    """One account as an operator sees it; ``reached`` lists the channels by which a code comes to its holder."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    agency: str
    created_at: datetime
    disabled_at: datetime | None
    reached: tuple[str, ...] = ()

    @property
    def takes_given_password(self) -> bool:
        """Whether an operator may choose its password: never that of somebody's own requests."""
        return "applicant" not in self.roles

    @property
    def is_staff(self) -> bool:
        """Whether it belongs to somebody of the fund."""
        return bool(set(self.roles) & set(STAFF_ROLES))


class Users(AccountOpening):
    """Looking after accounts."""

    def users(self, actor: Actor, words: str = "", page: int = 1) -> Part[UserView]:
        """The staff by name, a page at a time.

        Args:
            words: The account of that login, whoever holds it, and the staff whose names contain the words.
                The staff are few: their names, which lie sealed, are opened and compared here.
        """
        self.require_role(actor, "operator")
        wished = of_any_role(STAFF_ROLES)
        if words:
            wished |= AccountRow.login == plain_login(words)
        with self.database.reading() as session:
            named = session.execute(select(AccountRow.name, AccountRow.login, AccountRow.id).where(wished))
            found = sorted(
                (name, login, account_id)
                for name, login, account_id in named
                if words.lower() in name.lower() or login == plain_login(words)
            )
            cut = cut_of(len(found), page, PAGE)
            shown = [one[-1] for one in found[cut.before : cut.before + PAGE]]
            rows = {
                one.id: one for one in session.scalars(select(AccountRow).where(AccountRow.id.in_(shown)))
            }
            return cut.of([_view(rows[one]) for one in shown])

    def user(self, actor: Actor, account_id: str) -> UserView:
        """One account.

        Raises:
            DossierError: ``unknown_account``.
        """
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            view = _view(self._account_row(session, account_id))
            return replace(view, reached=tuple(addresses(session.get(HolderRow, account_id))))

    def open_staff_account(
        self, actor: Actor, login: str, name: str, roles: Collection[str], agency: str = ""
    ) -> tuple[UserView, str]:
        """Open an account for a colleague; gives it with a first password, which they must change at once.

        Raises:
            InvalidValue: ``login_needed``, ``login_spaces``, ``name_needed``, ``role_needed``.
            DossierError: ``login_taken``.
        """
        self.require_role(actor, "operator")
        _refuse_login(login)
        chosen, password = _checked(roles), self._new_password()
        password_hash = hashed(password)
        try:
            with self.database.writing() as session:
                row = self.new_account(session, login, name, chosen, password_hash)
                row.agency = " ".join(agency.split())[:64]
                row.must_change_password = True
                self._noted(session, actor, row, "staff_account_opened", {"roles": chosen})
        except IntegrityError:
            said = say("staff_login_taken", login=plain_login(login))
            raise DossierError(said, code="login_taken") from None
        return _view(row), password

    def change_user(
        self, actor: Actor, account_id: str, name: str, roles: Collection[str], agency: str
    ) -> None:
        """Give a colleague another name, other roles, another agency.

        Raises:
            DossierError: ``last_operator`` when nobody would be left to look after accounts.
        """
        self.require_role(actor, "operator")
        chosen, name = _checked(roles), " ".join(name.split())[:200]
        if not name:
            raise InvalidValue(say("name_needed"), code="name_needed")
        with self.database.writing() as session:
            row = self._account_row(session, account_id)
            if not _view(row).is_staff:
                raise DossierError(say("not_allowed"), code="not_allowed")
            if "operator" not in chosen:
                self._refuse_last(session, row)
            before = sorted(row.roles)
            row.name, row.roles, row.agency = name, chosen, " ".join(agency.split())[:64]
            self._noted(session, actor, row, "account_changed", {"roles": chosen, "roles_before": before})

    def close_account(self, actor: Actor, account_id: str) -> None:
        """Let nobody come in with an account any more; what was done with it stays on record.

        Raises:
            DossierError: ``own_account``; ``last_operator``.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row = self._account_row(session, account_id)
            self._refuse_last(session, row)
            _refuse_own(actor, account_id)
            if row.disabled_at is None:
                row.disabled_at = self.now()
                self._noted(session, actor, row, "account_closed", {})

    def reopen_account(self, actor: Actor, account_id: str) -> None:
        """Let somebody come in again."""
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row = self._account_row(session, account_id)
            if row.disabled_at is not None:
                row.disabled_at = None
                self._noted(session, actor, row, "account_reopened", {})

    def reset_password(self, actor: Actor, account_id: str) -> str:
        """Give a colleague a new password; its sessions end, its holder is told and must choose another.

        Raises:
            DossierError: ``password_is_theirs``: an applicant's, by which their requests would lie open;
                ``own_account``.
        """
        self.require_role(actor, "operator")
        _refuse_own(actor, account_id)
        password = self._new_password()
        password_hash = hashed(password)
        with self.database.writing() as session:
            row = self._account_row(session, account_id)
            if not _view(row).takes_given_password:
                raise DossierError(say("password_is_theirs"), code="password_is_theirs")
            self.set_password(session, row, password_hash, by=actor)
            self._tell_holder(session, row.id, "password_given")
        return password

    def send_password_code(self, actor: Actor, account_id: str) -> None:
        """Send the holder of an account a code, by which they choose a new password and nobody else does.

        Raises:
            DossierError: ``nowhere_to_send``: no address of theirs is known, or the account is closed.
            TooManyAttempts: This operator sent them codes enough.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row = self._account_row(session, account_id)
            if not self.send_given_code(session, row, actor.id):
                raise DossierError(say("nowhere_to_send"), code="nowhere_to_send")
            self._noted(session, actor, row, "password_code_sent", {})

    # --- details --------------------------------------------------------------------------------

    def _account_row(self, session: Session, account_id: str) -> AccountRow:
        row = session.get(AccountRow, account_id)
        if row is None:
            raise DossierError(say("unknown_account"), code="unknown_account")
        return row

    def _refuse_last(self, session: Session, row: AccountRow) -> None:
        """Whoever looks after accounts last keeps that role: nobody else could give it back."""
        if "operator" not in row.roles or row.disabled_at is not None:
            return
        others = select(AccountRow.id).where(
            AccountRow.id != row.id, AccountRow.disabled_at.is_(None), of_any_role(("operator",))
        )
        if session.scalar(others.limit(1)) is None:
            raise DossierError(say("last_operator"), code="last_operator")

    def _noted(
        self, session: Session, actor: Actor, row: AccountRow, action: str, details: dict[str, object]
    ) -> None:
        self.note(session, None, actor, action, {"account": row.id, **details})

    def _new_password(self) -> str:
        return new_password(self.adapters.pick)


def new_password(pick: Callable[[int], int]) -> str:
    """A password nobody can guess, easy to read out and to copy."""
    groups = (
        "".join(_UNAMBIGUOUS[pick(len(_UNAMBIGUOUS))] for _ in range(_GROUP_LENGTH))
        for _ in range(_PASSWORD_GROUPS)
    )
    return "-".join(groups)


def _refuse_own(actor: Actor, account_id: str) -> None:
    """One slip would sign out whoever looks after accounts, and a password of their own is changed with the old one."""
    if account_id == actor.id:
        raise DossierError(say("own_account"), code="own_account")


def _refuse_login(login: str) -> None:
    """Staff sign in with one word: nobody hears a space, and numbers are the insured's."""
    plain = plain_login(login)
    if not plain or plain.isdecimal():
        raise InvalidValue(say("staff_login_needed"), code="login_needed")
    if plain != "".join(plain.split()):
        raise InvalidValue(say("staff_login_spaces", proposed=".".join(plain.split())), code="login_spaces")


def _checked(roles: Collection[str]) -> list[str]:
    chosen = sorted(set(roles) & set(STAFF_ROLES))
    if not chosen:
        raise InvalidValue(say("role_needed"), code="role_needed")
    return chosen


def _view(row: AccountRow) -> UserView:
    return UserView(
        row.id, row.login, row.name, tuple(row.roles), row.agency, row.created_at, row.disabled_at
    )

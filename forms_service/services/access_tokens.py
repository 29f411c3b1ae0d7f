"""Tokens by which programs act as an account: made once, shown once, limited by scopes and time.

A token never allows more than its account: scopes say which doors it may knock at, and the one check
of every use case says whether they open.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from core.errors import DossierError, InvalidValue
from core.localized_text import LocalizedText
from forms_service.services.base import UseCases
from forms_service.services.parts_of_lists import Part, part_of
from forms_service.services.views import Actor
from forms_service.storage.api_models import AccessTokenRow
from forms_service.storage.models import AccountRow

_T = LocalizedText

SCOPES: Mapping[str, frozenset[str]] = {
    "dossiers:read": frozenset({"applicant", "clerk", "reviewer"}),
    "dossiers:write": frozenset({"applicant", "clerk"}),
    "agency": frozenset({"clerk"}),
    "review": frozenset({"reviewer"}),
    "office": frozenset({"operator"}),
    "authoring": frozenset({"author", "operator"}),
    "webhooks": frozenset({"applicant", "clerk", "reviewer", "operator"}),
}
"""Every scope, with the roles of which an account must have one."""

SCOPE_LABELS: Mapping[str, LocalizedText] = {
    "dossiers:read": _T("الاطلاع على الملفات", "lire les dossiers"),
    "dossiers:write": _T("فتح الملفات وتعبئتها وإيداعها", "ouvrir, remplir et déposer des dossiers"),
    "agency": _T("عمل الوكالة: البحث والمسح والأوراق", "travail d'agence : recherche, scans, papiers"),
    "review": _T("دراسة الملفات والبت فيها", "examiner les dossiers et décider"),
    "office": _T("الأرقام وسجل العمليات", "chiffres et journal des opérations"),
    "authoring": _T("فحص الاستمارات وتجربة قراءتها", "contrôler les formulaires et en essayer la lecture"),
    "webhooks": _T("التوصل بالإشعارات", "recevoir les notifications"),
}

LONGEST_DAYS, USUAL_DAYS = 366, 90
PAGE = 50
_PREFIX = "cnss_"
_LONGEST_NAME = 100
_NOTED_EVERY = timedelta(minutes=1)

NO_ACCOUNT = _T(
    "لا يوجد حساب باسم الدخول {login}. لم يُنشأ أي رمز. تحققوا من الاسم.",
    "Aucun compte n'a l'identifiant {login}. Aucun jeton n'a été créé. Vérifiez l'identifiant.",
)
NO_NAME = _T(
    "سموا الرمز لتعرفوا فيما بعد أي برنامج يستعمله.",
    "Nommez le jeton : vous saurez quel programme l'emploie.",
)
NO_SCOPE = _T(
    "حددوا صلاحية واحدة على الأقل يسمح بها هذا الحساب: {allowed}. لم يُنشأ أي رمز.",
    "Choisissez au moins un droit, parmi ceux que ce compte permet : {allowed}. Aucun jeton n'a été créé.",
)
WRONG_DAYS = _T(
    "مدة الصلاحية من يوم واحد إلى {most} يوما. لم يُنشأ أي رمز.",
    "La durée va de 1 à {most} jours. Aucun jeton n'a été créé.",
)
NO_TOKEN = _T("لا يوجد رمز بهذا المعرف.", "Aucun jeton ne porte cet identifiant.")


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token as lists show it; nobody can see the token itself again."""

    id: str
    account: str
    login: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Whether a program may still use it."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token lets a program do: act as ``actor``, within ``scopes``."""

    actor: Actor
    token_id: str
    scopes: frozenset[str]
    expires_at: datetime


def scopes_for(roles: Collection[str]) -> list[str]:
    """The scopes an account of these roles may give away."""
    return [scope for scope, needed in SCOPES.items() if needed & set(roles)]


def _tokens_for(actor: Actor) -> Select[tuple[AccessTokenRow, AccountRow]]:
    query = select(AccessTokenRow, AccountRow).join(AccountRow, AccountRow.id == AccessTokenRow.account_id)
    if "operator" not in actor.roles:
        query = query.where(AccessTokenRow.account_id == actor.id)
    return query.order_by(AccessTokenRow.made_at.desc(), AccessTokenRow.id)


class AccessTokens(UseCases):
    """Making, checking and revoking tokens."""

    def make_token(
        self, actor: Actor, name: str, scopes: Collection[str], days: int = USUAL_DAYS, login: str = ""
    ) -> tuple[str, TokenView]:
        """Make a token; gives it this once.

        Args:
            login: Whose account it acts as, for operators; the person's own otherwise.

        Raises:
            DossierError: ``not_allowed``, ``unknown_account``.
            InvalidValue: ``token_name``, ``token_scopes``, ``token_days``.
        """
        name = " ".join(name.split())[:_LONGEST_NAME]
        if not name:
            raise InvalidValue(NO_NAME, code="token_name")
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidValue(WRONG_DAYS.fill(most=LONGEST_DAYS), code="token_days")
        token, now = _PREFIX + secrets.token_urlsafe(32), self.now()
        with self.database.writing() as session:
            account = self._account(session, actor, login)
            allowed = scopes_for(account.roles)
            if not scopes or not set(scopes) <= set(allowed):
                raise InvalidValue(NO_SCOPE.fill(allowed=", ".join(allowed)), code="token_scopes")
            row = AccessTokenRow(
                id=self.new_id(),
                account_id=account.id,
                name=name,
                digest=_digest(token),
                scopes=[one for one in SCOPES if one in scopes],
                made_by=actor.id,
                made_at=now,
                expires_at=now + timedelta(days=days),
            )
            session.add(row)
            details = {"token": row.id, "account": account.id, "scopes": row.scopes}
            self.note(session, None, actor, "token_made", details, now)
            return token, _view(row, account)

    def tokens(self, actor: Actor) -> list[TokenView]:
        """The person's tokens, all of them for operators; the latest first."""
        with self.database.reading() as session:
            return [_view(token, account) for token, account in session.execute(_tokens_for(actor))]

    def tokens_page(self, actor: Actor, page: int = 1) -> Part[TokenView]:
        """The same, a page at a time."""
        with self.database.reading() as session:
            cut, rows = part_of(session, _tokens_for(actor), page, PAGE)
            return cut.of([_view(token, account) for token, account in rows])

    def revoke_token(self, actor: Actor, token_id: str) -> TokenView:
        """Let a token count no longer, from now on; revoking again changes nothing.

        Raises:
            DossierError: ``unknown_token``: there is none, or it is somebody else's.
        """
        with self.database.writing() as session:
            row = session.get(AccessTokenRow, token_id, with_for_update=True)
            if row is None or ("operator" not in actor.roles and row.account_id != actor.id):
                raise DossierError(NO_TOKEN, code="unknown_token")
            if row.revoked_at is None:
                row.revoked_at = self.now()
                self.note(session, None, actor, "token_revoked", {"token": row.id}, row.revoked_at)
            return _view(row, session.get_one(AccountRow, row.account_id))

    def grant(self, token: str) -> Grant | None:
        """What a token allows now; None when it is unknown, revoked, or its time is over."""
        now = self.now()
        with self.database.reading() as session:
            row = session.scalar(select(AccessTokenRow).where(AccessTokenRow.digest == _digest(token)))
        if row is None or row.revoked_at is not None or now >= row.expires_at:
            return None
        actor = self.actor(row.account_id)  # type: ignore[attr-defined]
        if actor is None:
            return None
        if row.used_at is None or now - row.used_at >= _NOTED_EVERY:
            with self.database.writing() as session:
                session.get_one(AccessTokenRow, row.id).used_at = now
        scopes = frozenset(row.scopes) & set(scopes_for(actor.roles))
        return Grant(actor, row.id, scopes, row.expires_at)

    def _account(self, session: Session, actor: Actor, login: str) -> AccountRow:
        if login:
            self.require_role(actor, "operator")
            row = session.scalar(select(AccountRow).where(AccountRow.login == login.strip().lower()))
            if row is None:
                raise DossierError(NO_ACCOUNT.fill(login=login[:64]), code="unknown_account")
            return row
        own = session.get(AccountRow, actor.id)
        if own is None:
            raise DossierError(NO_ACCOUNT.fill(login=actor.name), code="unknown_account")
        return own


def revoke_all_tokens(session: Session, account_id: str, at: datetime) -> int:
    """Let no token of an account count any longer, in the caller's transaction; gives how many counted."""
    ended = session.execute(
        update(AccessTokenRow)
        .where(AccessTokenRow.account_id == account_id, AccessTokenRow.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _digest(token: str) -> str:
    """Tokens are long and drawn at random: a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _view(row: AccessTokenRow, account: AccountRow) -> TokenView:
    return TokenView(
        row.id,
        account.name,
        account.login,
        row.name,
        tuple(row.scopes),
        row.made_at,
        row.expires_at,
        row.revoked_at,
        row.used_at,
    )

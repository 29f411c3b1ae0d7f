"""What the service forgets by itself: requests whose time is over, and all that serves for a while only.

One round, run by every worker, does all of it in small pieces; cut off anywhere, the next one goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Delete, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from core.privacy import Ending
from core.stages import FINAL_STATES
from forms_service.messages import say
from forms_service.services.account_care import AccountCare
from forms_service.services.accounts import LONGEST_SESSION
from forms_service.services.agreed_erasures import AgreedErasures
from forms_service.services.erasures import MOST_AT_ONCE, OWN_DRAFT, Asking
from forms_service.services.kept_typing import KEPT_FOR as TYPING_KEPT
from forms_service.services.views import Actor
from forms_service.storage import audit
from forms_service.storage.account_models import (
    AttemptRow,
    EndedSessionRow,
    HolderRow,
    LetterRow,
    OneTimeCodeRow,
)
from forms_service.storage.api_models import (
    AccessTokenRow,
    KeptAnswerRow,
    TokenAllowanceRow,
    WebhookDeliveryRow,
    WebhookRow,
)
from forms_service.storage.models import (
    AccountRow,
    DossierRow,
    IntakeRow,
    KeptTypingRow,
    LeftPageRow,
    StackFileRow,
    StackOriginalRow,
    StackSheetRow,
)
from forms_service.storage.newsletter_models import SubscriberRow
from forms_service.storage.object_references import note_unused
from forms_service.storage.personal_data import account_tables

log = structlog.get_logger(__name__)

CODES_KEPT = timedelta(days=1)
ATTEMPTS_KEPT = timedelta(days=1)
LETTERS_KEPT = timedelta(days=90)
TOKENS_KEPT = timedelta(days=90)
DELIVERIES_KEPT = timedelta(days=30)
UNCONFIRMED_KEPT = timedelta(days=7)
STACKS_KEPT = timedelta(days=90)
"""What serves for a while only, and for how long; docs/operations/privacy.md tells it table by table."""

_PAUSE = timedelta(minutes=5)
"""Between two rounds of one worker that found nothing to let go."""

_STACKS_AT_ONCE = 5


class Forgetting(AgreedErasures, AccountCare):
    """The round of forgetting, and the account that somebody closes."""

    _next_round: datetime | None = None

    def forget(self) -> int:
        """Do what is due: let requests go, prove it, forget what served its time; gives how much was done.

        Safe to call by many at once and to be cut off; what fails is tried again by the next round.

        Raises:
            Exception: The first that made a step fail, once the others are done.
        """
        now = self.now()
        if self._next_round is not None and now < self._next_round <= now + _PAUSE:
            return 0
        steps: tuple[Callable[[], int], ...] = (
            self.erase_what_is_due,
            self.let_askings_lapse,
            self.forget_stacks,
            self.note_unnamed,
            self.remove_what_left,
            self.prove_erasures,
            self.forget_what_served,
            self.forget_unused_accounts,
        )
        done, failed = 0, None
        for step in steps:
            try:
                done += step()
            except Exception as error:  # one must not keep the others from their time
                log.error("forgetting failed", step=step.__name__, error=type(error).__name__)
                failed = failed or error
        self._next_round = None if done >= MOST_AT_ONCE and not failed else now + _PAUSE
        if failed is not None:
            raise failed
        return done

    # --- what serves for a while ----------------------------------------------------------------

    def forget_what_served(self) -> int:
        """Delete codes, attempts, sessions, tokens and messages that serve no more; gives how many rows."""
        done = 0
        for statement in self._served():
            with self.database.writing() as session:
                done += session.execute(statement).rowcount
        with self.database.writing() as session:
            self._forget_removed_objects(session)
        return done

    def _served(self) -> Iterator[Delete]:
        now = self.now()
        yield delete(KeptTypingRow).where(KeptTypingRow.kept_at < now - TYPING_KEPT)
        yield delete(OneTimeCodeRow).where(OneTimeCodeRow.made_at < now - CODES_KEPT)
        yield delete(AttemptRow).where(AttemptRow.at < now - ATTEMPTS_KEPT)
        yield delete(EndedSessionRow).where(EndedSessionRow.ended_at < now - LONGEST_SESSION)
        yield delete(KeptAnswerRow).where(KeptAnswerRow.begun_at < now - self.adapters.config.answers_kept)
        old = now - TOKENS_KEPT
        over = select(AccessTokenRow.id).where(
            or_(AccessTokenRow.expires_at < old, AccessTokenRow.revoked_at < old)
        )
        yield delete(TokenAllowanceRow).where(TokenAllowanceRow.token_id.in_(over))
        yield delete(AccessTokenRow).where(
            or_(AccessTokenRow.expires_at < old, AccessTokenRow.revoked_at < old)
        )
        told = WebhookDeliveryRow.made_at < now - DELIVERIES_KEPT
        yield delete(WebhookDeliveryRow).where(told, WebhookDeliveryRow.state != "waiting")
        stopped = WebhookRow.stopped_at < now - DELIVERIES_KEPT
        ended = select(WebhookRow.id).where(stopped)
        yield delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id.in_(ended))
        yield delete(WebhookRow).where(stopped)
        left = and_(LetterRow.sealed.is_(None), LetterRow.written_at < now - LETTERS_KEPT)
        yield delete(LetterRow).where(left, LetterRow.dossier_id.is_(None))
        yield delete(SubscriberRow).where(
            SubscriberRow.confirmed_at.is_(None), SubscriberRow.asked_at < now - UNCONFIRMED_KEPT
        )

    # --- stacks ---------------------------------------------------------------------------------

    def forget_stacks(self) -> int:
        """Delete stacks of scans whose sheets all lie where they belong, and their originals; gives how many."""
        waiting = exists().where(LeftPageRow.intake_id == IntakeRow.id, LeftPageRow.outcome.is_(None))
        over = IntakeRow.scanned_at < self.now() - STACKS_KEPT
        query = select(IntakeRow.id).where(over, IntakeRow.state.in_(("done", "failed")), ~waiting)
        query = query.where(IntakeRow.id.not_in(self.set_aside()))
        with self.database.reading() as session:
            found = list(session.scalars(query.limit(_STACKS_AT_ONCE)))
        for stack_id in found:
            try:
                self._forget_stack(stack_id)
            except Exception as error:
                self.leave_for_later(stack_id, error)
        return len(found)

    def _forget_stack(self, stack_id: str) -> None:
        with self.database.writing() as session:
            if session.get(IntakeRow, stack_id, with_for_update=True) is None:
                return
            files = session.scalars(select(StackFileRow).where(StackFileRow.intake_id == stack_id)).all()
            pages = session.scalars(select(LeftPageRow).where(LeftPageRow.intake_id == stack_id)).all()
            keys = {one.object_key for one in files} | {one.original_object for one in pages}
            keys |= {one.page_object for one in pages if one.page_object}
            for table in (LeftPageRow, StackSheetRow, StackFileRow):
                session.execute(delete(table).where(table.intake_id == stack_id))
            session.execute(delete(IntakeRow).where(IntakeRow.id == stack_id))
            unused = note_unused(session, keys)
            session.execute(delete(StackOriginalRow).where(StackOriginalRow.object_key.in_(unused)))

    # --- accounts -------------------------------------------------------------------------------

    def forget_unused_accounts(self) -> int:
        """Empty the accounts of applicants that lie unused and have no request any more; gives how many."""
        before = self.now() - timedelta(days=self.adapters.config.unused_account_days)
        owns = exists().where(DossierRow.owner_id == AccountRow.id)
        unused = or_(
            AccountRow.used_at < before, and_(AccountRow.used_at.is_(None), AccountRow.created_at < before)
        )
        query = select(AccountRow).where(unused, AccountRow.password_hash != "", ~owns).limit(MOST_AT_ONCE)
        with self.database.reading() as session:
            found = [one.id for one in session.scalars(query) if set(one.roles) == {"applicant"}]
        for account_id in found:
            with self.database.writing() as session:
                row = session.get(AccountRow, account_id, with_for_update=True)
                if row is not None and row.password_hash:
                    self._empty_account(session, row)
        return len(found)

    def close_own_account(self, actor: Actor, password: str) -> None:
        """Close one's own account: drafts are erased, the rest is kept as long as its procedure says.

        Raises:
            InvalidValue: ``wrong_password``.
            TooManyAttempts: The password was guessed at too often.
            DossierError: ``not_allowed`` for staff; ``still_in_hand``: a request waits for the fund, which must
                be able to reach its person; ``held_by_law``.
        """
        if actor.roles != frozenset({"applicant"}):
            raise DossierError(say("not_allowed"), code="not_allowed")
        self._prove(actor, password)
        drafts = []
        with self.database.writing() as session:
            query = select(DossierRow).where(DossierRow.owner_id == actor.id).with_for_update()
            rows = session.scalars(query).all()
            if any(one.state != DossierState.DRAFT and one.state not in FINAL_STATES for one in rows):
                raise DossierError(say("account_in_use"), code="still_in_hand")
            for row in rows:
                if row.state == DossierState.DRAFT:
                    drafts.append(row.id)
                    self._erase(session, row, Ending.ERASE, Asking(OWN_DRAFT, actor))
            self._empty_account(session, session.get_one(AccountRow, actor.id))
        for dossier_id in drafts:
            self._settle_erasure(dossier_id)

    def _empty_account(self, session: Session, row: AccountRow) -> None:
        """Leave nothing of an account but that there was one; whoever held it may open another."""
        at = self.now()
        self.note(session, None, Actor(row.id, row.name, frozenset()), "account_erased", {"account": row.id})
        session.flush()
        audit.erase_name(session, row.id, at)
        tokens = select(AccessTokenRow.id).where(AccessTokenRow.account_id == row.id)
        session.execute(delete(TokenAllowanceRow).where(TokenAllowanceRow.token_id.in_(tokens)))
        hooks = select(WebhookRow.id).where(WebhookRow.account_id == row.id)
        session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id.in_(hooks)))
        for table, column in account_tables():
            if table.name != HolderRow.__tablename__:
                session.execute(delete(table).where(column == row.id))
        session.execute(delete(HolderRow).where(HolderRow.account_id == row.id))
        row.login, row.name, row.agency = f"closed-{row.id}", "", ""
        row.password_hash, row.disabled_at, row.used_at = "", at, None

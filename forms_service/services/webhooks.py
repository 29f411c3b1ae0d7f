"""Webhooks: who wants to be told of what, and what became of every message."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.dossier import STATE_LABELS, DossierState
from core.errors import DossierError, InvalidValue
from core.localized_text import LocalizedText
from forms_service.services.base import UseCases
from forms_service.services.parts_of_lists import Part, part_of
from forms_service.services.views import Actor
from forms_service.storage.api_models import WebhookDeliveryRow, WebhookRow
from forms_service.storage.models import AccountRow, DossierRow
from forms_service.webhook_sending import check_address, new_secret

_T = LocalizedText

OPENED = "dossier.opened"
EVENTS: Mapping[str, LocalizedText] = {OPENED: _T("فُتح ملف", "dossier ouvert")} | {
    f"dossier.{state.value}": label
    for state, label in STATE_LABELS.items()
    if state is not DossierState.DRAFT
}
"""Every event one may ask for: a dossier was opened, or came to a state."""

PAGE = 50
WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
DELIVER_WEBHOOK = "deliver_webhook"
"""Name of the task that sends a message; its key is the message's id and the number of the attempt."""

MOST_WEBHOOKS = 20

WRONG_EVENTS = _T(
    "حددوا حدثا واحدا على الأقل من اللائحة: {known}. لم يُسجل أي شيء.",
    "Choisissez au moins un événement parmi : {known}. Rien n'a été enregistré.",
)
NO_WEBHOOK = _T(
    "هذا الإشعار غير موجود أو لا يخصكم.", "Cette notification n'existe pas ou n'est pas la vôtre."
)
TOO_MANY = _T(
    "لهذا الحساب {most} عنوانا للإشعار من قبل. أوقفوا ما لا تحتاجونه منها.",
    "Ce compte a déjà {most} adresses de notification. Arrêtez celles qui ne servent plus.",
)
NOT_DEAD = _T(
    "هذه الرسالة ليست ضمن الرسائل المتعذرة. لم يتغير شيء.",
    "Ce message n'est pas parmi ceux qui ont échoué. Rien n'a été modifié.",
)


@dataclass(frozen=True, slots=True)
class WebhookView:
    """One address that is told, with the messages that still wait and those that could not be sent."""

    id: str
    account: str
    url: str
    events: tuple[str, ...]
    made_at: datetime
    stopped_at: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One message; ``problem`` is a stable code, ``due_at`` the next attempt."""

    id: str
    webhook_id: str
    url: str
    event_id: str
    event: str
    dossier_id: str | None
    reference: str | None
    state: str
    attempts: int
    status: int | None
    problem: str | None
    made_at: datetime
    tried_at: datetime | None
    due_at: datetime | None


def _addresses_for(actor: Actor) -> Select[tuple[WebhookRow]]:
    stopped, at = WebhookRow.stopped_at.is_not(None), WebhookRow.made_at
    query = select(WebhookRow).order_by(stopped, at.desc(), WebhookRow.id)
    return query if "operator" in actor.roles else query.where(WebhookRow.account_id == actor.id)


class Webhooks(UseCases):
    """Asking to be told, and looking after messages."""

    def add_webhook(self, actor: Actor, url: str, events: Collection[str]) -> tuple[WebhookView, str]:
        """Tell an address of every such change of a dossier the person may see; gives the secret this once.

        Raises:
            InvalidValue: ``webhook_address``, ``webhook_events``.
            DossierError: ``too_many_webhooks``; ``not_allowed`` to whom no dossier is ever shown: they would
                wait for messages that never come.
        """
        self.require_role(actor, "applicant", "clerk", "reviewer")
        check_address(url, self.adapters.config.webhook_private)
        if not events or not set(events) <= set(EVENTS):
            raise InvalidValue(WRONG_EVENTS.fill(known=", ".join(EVENTS)), code="webhook_events")
        secret = new_secret()
        with self.database.writing() as session:
            mine = (WebhookRow.account_id == actor.id, WebhookRow.stopped_at.is_(None))
            if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_WEBHOOKS:
                raise DossierError(TOO_MANY.fill(most=MOST_WEBHOOKS), code="too_many_webhooks")
            row = WebhookRow(
                id=self.new_id(),
                account_id=actor.id,
                url=url,
                events=[one for one in EVENTS if one in events],
                secret={"secret": secret},
                made_at=self.now(),
            )
            session.add(row)
            self.note(session, None, actor, "webhook_added", {"webhook": row.id, "events": row.events})
            session.flush()
            return _view(session, row), secret

    def webhooks(self, actor: Actor) -> list[WebhookView]:
        """The person's addresses, all of them for operators; stopped ones last."""
        with self.database.reading() as session:
            return _views(session, session.scalars(_addresses_for(actor)).all())

    def webhooks_page(self, actor: Actor, page: int = 1) -> Part[WebhookView]:
        """The same, a page at a time."""
        with self.database.reading() as session:
            cut, rows = part_of(session, _addresses_for(actor), page, PAGE)
            return cut.of(_views(session, [row for (row,) in rows]))

    def webhook(self, actor: Actor, webhook_id: str) -> WebhookView:
        """One address.

        Raises:
            DossierError: ``unknown_webhook``.
        """
        with self.database.reading() as session:
            return _view(session, self._webhook(session, actor, webhook_id))

    def stop_webhook(self, actor: Actor, webhook_id: str) -> None:
        """Tell an address no more; what still waits for it is not sent."""
        with self.database.writing() as session:
            row = self._webhook(session, actor, webhook_id)
            if row.stopped_at is None:
                row.stopped_at = self.now()
                self.note(session, None, actor, "webhook_stopped", {"webhook": row.id}, row.stopped_at)

    def deliveries(
        self,
        actor: Actor,
        webhook_id: str | None = None,
        state: str | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[DeliveryView]:
        """Messages to one address or to all of the person's, the latest first.

        Args:
            before: Time and id of the last message seen, to go on from there.
        """
        query = (
            select(WebhookDeliveryRow, WebhookRow, DossierRow.reference)
            .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
            .join(DossierRow, DossierRow.id == WebhookDeliveryRow.dossier_id, isouter=True)
        )
        if "operator" not in actor.roles:
            query = query.where(WebhookRow.account_id == actor.id)
        if webhook_id is not None:
            query = query.where(WebhookDeliveryRow.webhook_id == webhook_id)
        if state is not None:
            query = query.where(WebhookDeliveryRow.state == state)
        made_at, row_id = WebhookDeliveryRow.made_at, WebhookDeliveryRow.id
        if before is not None:
            query = query.where((made_at < before[0]) | ((made_at == before[0]) & (row_id < before[1])))
        with self.database.reading() as session:
            rows = session.execute(query.order_by(made_at.desc(), row_id.desc()).limit(limit)).all()
            return [_delivery(row, webhook, reference) for row, webhook, reference in rows]

    def send_again(self, actor: Actor, delivery_id: str) -> DeliveryView:
        """Try a message once more that was given up.

        Raises:
            DossierError: ``unknown_webhook``, ``not_dead``.
        """
        with self.database.writing() as session:
            row = session.get(WebhookDeliveryRow, delivery_id, with_for_update=True)
            if row is None:
                raise DossierError(NO_WEBHOOK, code="unknown_webhook")
            webhook = self._webhook(session, actor, row.webhook_id)
            if row.state != DEAD or webhook.stopped_at is not None:
                raise DossierError(NOT_DEAD, code="not_dead")
            self.note(session, None, actor, "webhook_sent_again", {"delivery": row.id})
            self.hand_over(session, row, 0.0)
            reference = session.scalar(select(DossierRow.reference).where(DossierRow.id == row.dossier_id))
            return _delivery(row, webhook, reference)

    def hand_over(self, session: Session, row: WebhookDeliveryRow, pause_s: float, turn: int = 0) -> None:
        """Let a worker try a message once ``pause_s`` is over, in the caller's transaction.

        Args:
            turn: How often this attempt was asked to wait for its receiver.
        """
        row.state = WAITING
        row.due_at = self.now() + timedelta(seconds=pause_s)
        key = f"{row.id}.{row.attempts}" + (f".{turn}" if turn else "")
        self.adapters.jobs.enqueue(session, DELIVER_WEBHOOK, key, delay_seconds=pause_s)

    # --- details --------------------------------------------------------------------------------

    def _webhook(self, session: Session, actor: Actor, webhook_id: str) -> WebhookRow:
        row = session.get(WebhookRow, webhook_id)
        if row is None or ("operator" not in actor.roles and row.account_id != actor.id):
            raise DossierError(NO_WEBHOOK, code="unknown_webhook")
        return row


def _view(session: Session, row: WebhookRow) -> WebhookView:
    return _views(session, [row])[0]


def _views(session: Session, rows: Sequence[WebhookRow]) -> list[WebhookView]:
    """The addresses with whose they are and what waits for them, asked once for all."""
    state, webhook_id = WebhookDeliveryRow.state, WebhookDeliveryRow.webhook_id
    counted = select(webhook_id, state, func.count()).where(
        webhook_id.in_([one.id for one in rows]), state.in_((WAITING, DEAD))
    )
    number = {(one, of): count for one, of, count in session.execute(counted.group_by(webhook_id, state))}
    named = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_({one.account_id for one in rows}))
    names = {account: name for account, name in session.execute(named)}
    return [
        WebhookView(
            row.id,
            names[row.account_id],
            row.url,
            tuple(row.events),
            row.made_at,
            row.stopped_at,
            number.get((row.id, WAITING), 0),
            number.get((row.id, DEAD), 0),
        )
        for row in rows
    ]


def _delivery(row: WebhookDeliveryRow, webhook: WebhookRow, reference: str | None) -> DeliveryView:
    return DeliveryView(
        row.id,
        row.webhook_id,
        webhook.url,
        row.event_id,
        row.event,
        row.dossier_id,
        reference,
        row.state,
        row.attempts,
        row.status,
        row.problem,
        row.made_at,
        row.tried_at,
        row.due_at,
    )

"""Messages to webhooks: written in the transaction of the change they tell of, sent until they arrive.

A receiver that is down loses nothing: every attempt that fails hands the next one over, each pause
four times as long, and what never arrives is kept where a person sees it.  A message may come twice;
its id tells.
"""

from __future__ import annotations

import json
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_service.sealing import Unsealable
from forms_service.services.base import Adapters, may_see
from forms_service.services.receivers import Receivers
from forms_service.services.state_changes import StateChange, changes_in
from forms_service.services.views import Actor
from forms_service.services.webhooks import DEAD, DELIVER_WEBHOOK, DELIVERED, OPENED, WAITING, Webhooks
from forms_service.storage.api_models import WebhookDeliveryRow, WebhookRow
from forms_service.storage.dead_letters import FAILED, note_dead_letter
from forms_service.storage.models import DossierRow
from forms_service.webhook_sending import Sent, send

MOST_ATTEMPTS = 8
"""With a first pause of ten seconds the last attempt comes fifteen hours after the first."""

_LONGER_EACH_TIME = 4
log = structlog.get_logger(__name__)


class WebhookDelivery(Webhooks):
    """Announcing changes and sending the messages."""

    def __init__(self, adapters: Adapters) -> None:
        super().__init__(adapters)
        self._receivers = Receivers(adapters.config.webhook_pause_s)

    def announce_changes(self, session: Session) -> None:
        """Write a message to everybody who wants to know what a transaction changed, before it commits."""
        changes = changes_in(session)
        if not changes:
            return
        self.tell_owners(session, changes)  # type: ignore[attr-defined]
        active = list(session.scalars(select(WebhookRow).where(WebhookRow.stopped_at.is_(None))))
        actors = {one: self.actor(one) for one in {row.account_id for row in active}}  # type: ignore[attr-defined]
        for change in changes:
            event, event_id = _event(change), self.new_id()
            for row in active:
                actor: Actor | None = actors[row.account_id]
                if event in row.events and actor is not None and may_see(actor, change.dossier):
                    self._write_message(session, row, event, event_id, change)

    def deliver_webhook(self, key: str) -> None:
        """Try to send one message (``delivery.attempt``); one that has arrived is not sent again.

        Where its receiver has enough to do or rests, it is handed over for later (``delivery.attempt.turn``).
        """
        delivery_id, attempt, turn = _parts(key)
        with self.database.reading() as session:
            row = session.get(WebhookDeliveryRow, delivery_id)
            webhook = session.get_one(WebhookRow, row.webhook_id) if row is not None else None
        if row is None or webhook is None or row.state != WAITING or row.attempts != attempt:
            return
        wait_s = self._receivers.begin(webhook.id, self.now(), turn)
        if wait_s:
            self._postpone(delivery_id, attempt, turn + 1, wait_s)
            return
        sent = Sent(problem="no_connection")
        try:
            sent = self._send_message(row, webhook)
        finally:
            self._receivers.end(webhook.id, self.now(), sent.problem)
        self._note_attempt(delivery_id, attempt, sent)

    def give_up_webhook(self, key: str, cause: str = FAILED, attempts: int = 1) -> None:
        """Keep a message among the dead ones whose sending ended the worker each time."""
        delivery_id, attempt, _ = _parts(key)
        with self.database.writing() as session:
            row = session.get(WebhookDeliveryRow, delivery_id, with_for_update=True)
            if row is not None and row.state == WAITING and row.attempts == attempt:
                row.attempts += 1
                row.state, row.problem, row.due_at = DEAD, "given_up", None
                note_dead_letter(
                    session,
                    at=self.now(),
                    task=DELIVER_WEBHOOK,
                    key=row.id,
                    cause=cause,
                    attempts=attempts,
                    dossier_id=row.dossier_id,
                )

    # --- details --------------------------------------------------------------------------------

    def _write_message(
        self, session: Session, webhook: WebhookRow, event: str, event_id: str, change: StateChange
    ) -> None:
        now = self.now()
        row = WebhookDeliveryRow(
            id=self.new_id(),
            webhook_id=webhook.id,
            event_id=event_id,
            event=event,
            dossier_id=change.dossier.id,
            body=json.dumps(_message(change, event, now), ensure_ascii=False),
            state=WAITING,
            attempts=0,
            made_at=now,
        )
        session.add(row)
        session.flush()
        self.hand_over(session, row, 0.0)

    def _send_message(self, row: WebhookDeliveryRow, webhook: WebhookRow) -> Sent:
        if webhook.stopped_at is not None:
            return Sent(problem="stopped")
        try:
            secret = str(self.adapters.seal.record(webhook.secret)["secret"])
        except Unsealable:
            return Sent(problem="secret_lost")
        return send(
            webhook.url,
            secret,
            row.event_id,
            int(self.now().timestamp()),
            row.body.encode(),
            self.adapters.config.webhook_private,
        )

    def _postpone(self, delivery_id: str, attempt: int, turn: int, wait_s: float) -> None:
        with self.database.writing() as session:
            row = session.get_one(WebhookDeliveryRow, delivery_id, with_for_update=True)
            if row.state == WAITING and row.attempts == attempt:
                self.hand_over(session, row, wait_s, turn)

    def _note_attempt(self, delivery_id: str, attempt: int, sent: Sent) -> None:
        with self.database.writing() as session:
            row = session.get_one(WebhookDeliveryRow, delivery_id, with_for_update=True)
            if row.state != WAITING or row.attempts != attempt:
                return
            row.attempts, row.tried_at = attempt + 1, self.now()
            row.status, row.problem, row.due_at = sent.status, sent.problem, None
            if sent.arrived:
                row.state = DELIVERED
            elif row.attempts >= MOST_ATTEMPTS or sent.problem in ("stopped", "secret_lost"):
                row.state = DEAD
                log.warning("webhook given up", delivery=row.id, status=sent.status, problem=sent.problem)
            else:
                pause_s = self.adapters.config.webhook_pause_s * _LONGER_EACH_TIME**attempt
                self.hand_over(session, row, pause_s)


def _parts(key: str) -> tuple[str, int, int]:
    """Delivery, number of the attempt, and how often that was asked to wait."""
    delivery_id, _, rest = key.partition(".")
    attempt, _, turn = rest.partition(".")
    return delivery_id, int(attempt), int(turn or 0)


def _event(change: StateChange) -> str:
    return OPENED if change.before is None else f"dossier.{change.after}"


def _message(change: StateChange, event: str, at: datetime) -> dict[str, object]:
    """What a receiver is told: which dossier came to which state, and nothing of what it contains."""
    row: DossierRow = change.dossier
    return {
        "type": event,
        "timestamp": at.isoformat(timespec="milliseconds"),
        "data": {
            "dossier": row.id,
            "reference": row.reference,
            "form": row.form_id,
            "version": row.form_version,
            "state": change.after,
            "previous_state": change.before,
            "revision": row.revision,
        },
    }

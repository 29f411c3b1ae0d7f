"""The tables of the programming interface: tokens, answers kept for repeated requests, webhooks.

Of a token only its digest is kept, of a webhook's secret and of answers only the sealed text: whoever
steals the database can neither act as somebody nor sign in our name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forms_service.storage.models import Base
from forms_service.storage.sealed_columns import SealedRecord, SealedText


class AccessTokenRow(Base):
    """A token by which a program acts as an account, within its scopes; ``digest`` is that of the token."""

    __tablename__ = "access_token"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class TokenAllowanceRow(Base):
    """How many requests of a token were allowed in one minute, counted from the epoch, so far."""

    __tablename__ = "token_allowance"
    token_id: Mapped[str] = mapped_column(ForeignKey("access_token.id"), primary_key=True)
    minute: Mapped[int]
    granted: Mapped[int]


class KeptAnswerRow(Base):
    """One request with an idempotency key, and the answer it got.

    ``stage`` is ``begun``, ``effective`` (what it does is committed), ``answered`` or ``lost``; ``attempt`` names
    whoever carries it out now, so that of two only one can commit, and ``process`` where.  ``body`` is sealed.
    """

    __tablename__ = "kept_answer"
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    attempt: Mapped[str] = mapped_column(String(32))
    process: Mapped[str | None] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(16))
    begun_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class WebhookRow(Base):
    """An address that is told of changes.  ``secret`` is sealed; a stopped one keeps its deliveries."""

    __tablename__ = "webhook"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    url: Mapped[str] = mapped_column(SealedText("webhook.url"))
    events: Mapped[list[Any]]
    secret: Mapped[dict[str, Any] | str] = mapped_column(SealedRecord("webhook.secret"))
    made_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None] = mapped_column(index=True)


class WebhookDeliveryRow(Base):
    """One message to one address: waiting, ``delivered``, or ``dead`` once it was tried often enough."""

    __tablename__ = "webhook_delivery"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[str] = mapped_column(String(32), index=True)
    event: Mapped[str] = mapped_column(String(64))
    dossier_id: Mapped[str | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    body: Mapped[str] = mapped_column(SealedText("webhook_delivery.body"))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    problem: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_webhook_delivery_listed", "webhook_id", "made_at"),
        Index("ix_webhook_delivery_state", "state", "made_at"),
    )

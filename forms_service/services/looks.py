"""Who looked: staff who see a dossier, its papers or lists of people leave a line in the record.

One line tells of a quarter of an hour: whoever turns the pages of a dossier does not write hundreds of lines,
and nobody sees anything for longer than that without another one.  A look that cannot be recorded is
refused: evidence comes before convenience (``docs/decisions/0049``).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.errors import FormsError
from forms_service.locales import both
from forms_service.services.base import Adapters, UseCases, may_see
from forms_service.services.kept_answers import beside_the_attempt
from forms_service.services.views import Actor
from forms_service.storage.audit import WATCHED, record
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, AuditRow

TOLD_AGAIN_AFTER = timedelta(minutes=15)
"""How long one line stands for every further look of the same person at the same thing."""

_MOST_REMEMBERED = 20_000
_MOST_TOLD = 500


class NotRecorded(FormsError):
    """Something was to be seen and could not be put on record, so it is not shown."""

    code = "not_recorded"


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody is about to see.

    Attributes:
        action: One of ``audit.WATCHED``.
        details: Which paper, which list, what was searched by: codes and ids, never contents.
        apart: Tells two searches apart while one is remembered; it is not written down.
    """

    action: str
    dossier_id: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    apart: str = ""


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Somebody who looked at a dossier: who, as what, when first in a quarter of an hour, and at what."""

    at: datetime
    actor_id: str
    name: str
    roles: frozenset[str]
    agency: str
    action: str
    details: Mapping[str, object]


class Looks(UseCases):
    """Writes down who looked, and tells it."""

    def __init__(self, adapters: Adapters) -> None:
        super().__init__(adapters)
        self._remembered: OrderedDict[object, datetime] = OrderedDict()
        self._guard = threading.Lock()

    def note_look(self, actor: Actor, look: Look) -> None:
        """Put on record what somebody is about to see, unless a line of this quarter of an hour tells it.

        Raises:
            NotRecorded: The line could not be written; what was asked for must not be shown.
        """
        now = self.now()
        key = (
            actor.id,
            look.action,
            look.dossier_id,
            tuple(sorted(map(str, look.details.items()))),
            look.apart,
        )
        if self._is_remembered(key, now):
            return
        try:
            if look.apart or not self._is_told(actor, look, now):
                self._write_look(actor, look, now)
        except (SQLAlchemyError, OSError) as error:
            raise NotRecorded(both("looks.not_recorded")) from error
        self._remember(key, now)

    def may_look(self, actor: Actor, dossier_id: str) -> bool:
        """Whether there is such a dossier, and this person may see it."""
        with self.database.reading() as session:
            row = DossierRepository(session).find(dossier_id)
            return row is not None and may_see(actor, row)

    def who_looked(self, actor: Actor, dossier_id: str) -> tuple[SeenBy, ...]:
        """Everybody of the staff who saw a dossier or its papers, the latest first.

        For whoever may see the dossier: its owner above all.

        Raises:
            DossierError: ``not_yours``.
        """
        with self.database.reading() as session:
            dossier = self.get_dossier(session, actor, dossier_id)
            looks = select(AuditRow).where(
                AuditRow.dossier_id == dossier.id,
                AuditRow.action.in_(WATCHED),
                AuditRow.actor_id != (dossier.owner_id or ""),
            )
            rows = session.scalars(looks.order_by(AuditRow.id.desc()).limit(_MOST_TOLD)).all()
            people = select(AccountRow).where(AccountRow.id.in_({row.actor_id for row in rows}))
            accounts = {one.id: one for one in session.scalars(people)}
        return tuple(_seen_by(row, accounts.get(row.actor_id)) for row in rows)

    # --- details --------------------------------------------------------------------------------

    def _is_told(self, actor: Actor, look: Look, now: datetime) -> bool:
        """Whether another process put the same look on record a short while ago."""
        told = select(AuditRow.details).where(
            AuditRow.actor_id == actor.id,
            AuditRow.at > now - TOLD_AGAIN_AFTER,
            AuditRow.action == look.action,
            AuditRow.dossier_id == look.dossier_id,
        )
        with self.database.reading() as session:
            return any(dict(one) == dict(look.details) for one in session.scalars(told))

    def _write_look(self, actor: Actor, look: Look, now: datetime) -> None:
        """One line, without a revision: who looks changes nothing."""
        with beside_the_attempt(), self.database.writing() as session:
            record(
                session,
                at=now,
                actor_id=actor.id,
                actor_name=actor.name,
                action=look.action,
                dossier_id=look.dossier_id,
                details=look.details,
            )

    def _is_remembered(self, key: object, now: datetime) -> bool:
        with self._guard:
            at = self._remembered.get(key)
        return at is not None and timedelta() <= now - at < TOLD_AGAIN_AFTER

    def _remember(self, key: object, now: datetime) -> None:
        with self._guard:
            self._remembered[key] = now
            self._remembered.move_to_end(key)
            while len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)


def _seen_by(row: AuditRow, account: AccountRow | None) -> SeenBy:
    roles = frozenset(account.roles) if account else frozenset()
    agency = account.agency if account else ""
    return SeenBy(row.at, row.actor_id, row.actor_name, roles, agency, row.action, dict(row.details))

"""How much an account may send in a day and have open at once, and how fast anybody may ask for what costs much.

Staff scan stacks all day: what limits applicants does not hinder them.  A file is counted before its bytes are
kept, and stays counted when it is refused afterwards.
"""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from forms_service.locales import both
from forms_service.services.kept_answers import beside_the_attempt
from forms_service.services.throttle import (
    BYTES_A_DAY,
    COSTLY,
    COSTLY_FROM,
    FILES_A_DAY,
    Span,
    Throttle,
    UsedUp,
)
from forms_service.services.views import Actor
from forms_service.storage.models import DossierRow

_BLOCKS = 20
"""Blocks that a minute's allowance is taken in: readers seldom wait for the database's one writer."""

_MOST_HELD = 10_000


class Quotas(Throttle):
    """Counting what is used up."""

    def __init__(self, adapters: Any) -> None:
        super().__init__(adapters)
        self._granted: dict[tuple[str, str], tuple[int, int]] = {}
        self._granting = threading.Lock()

    def count_upload(self, session: Session, actor: Actor, size: int) -> None:
        """Count a file that is about to be kept.

        Raises:
            UsedUp: The account sent as much as it may today.
        """
        files, most = self._a_day(actor)
        self.use_up(session, FILES_A_DAY, actor.id, 1, files)
        self.use_up(session, BYTES_A_DAY, actor.id, size, most)

    def uncount_upload(self, session: Session, actor: Actor, size: int) -> None:
        """Take back what was counted for a file that the store did not keep."""
        self.give_back(session, FILES_A_DAY, actor.id, 1)
        self.give_back(session, BYTES_A_DAY, actor.id, size)

    def refuse_more_bytes(self, session: Session, actor: Actor, size: int) -> None:
        """Refuse a file before its bytes are kept; as ``count_upload`` for what it refuses."""
        files, most = self._a_day(actor)
        self.refuse_used_up(session, FILES_A_DAY, actor.id, 1, files)
        self.refuse_used_up(session, BYTES_A_DAY, actor.id, size, most)

    def _a_day(self, actor: Actor) -> tuple[int, int]:
        """Files and bytes an account may send in a day; 0 for as much as it likes."""
        access = self.adapters.config.access
        if "clerk" in actor.roles:
            return 0, access.staff_upload_bytes_a_day
        return access.upload_files_a_day, access.upload_bytes_a_day

    def refuse_more_open(self, session: Session, owner_id: str, actor: Actor) -> None:
        """Refuse another application to an applicant who began many and deposited none.

        Raises:
            DossierError: ``too_many_open``.
        """
        most = self.adapters.config.access.open_dossiers
        if not most or owner_id != actor.id or "clerk" in actor.roles:
            return
        self.alone(session, f"drafts of {owner_id}")
        held = select(func.count()).where(
            DossierRow.owner_id == owner_id, DossierRow.state == DossierState.DRAFT.value
        )
        if (session.scalar(held) or 0) >= most:
            raise DossierError(both("used_up.dossiers"), code="too_many_open")

    def pace_costly(self, account_id: str, client: str) -> None:
        """Count one request for what costs much.

        Raises:
            UsedUp: The account, or that place of the network, asks too fast.
        """
        access = self.adapters.config.access
        self._pace(COSTLY, account_id, access.costly_a_minute)
        self._pace(COSTLY_FROM, client, access.costly_a_minute_from)

    def _pace(self, span: Span, who: str, most: int) -> None:
        """Spend one of a block that this process took out of the allowance all processes share.

        A block is taken outside the lock: a slow write keeps nobody waiting who has some left.
        """
        if not who or not most:
            return
        minute = int(self.now().timestamp()) // span.seconds
        if self._spent(span, who, minute):
            return
        try:
            granted = self._block(span, who, most)
        except UsedUp:
            if self._spent(span, who, minute):  # another thread has just taken the last block
                return
            raise
        self._spent(span, who, minute, granted)

    def _spent(self, span: Span, who: str, minute: int, granted: int = 0) -> bool:
        """Spend one of what is held for this minute and was granted now; whether there was one."""
        with self._granting:
            held, left = self._granted.get((span.name, who), (minute, 0))
            left = (left if held == minute else 0) + granted
            if left < 1:
                return False
            if len(self._granted) >= _MOST_HELD:
                self._granted.clear()
            self._granted[span.name, who] = (minute, left - 1)
            return True

    def _block(self, span: Span, who: str, most: int) -> int:
        for last in (False, True):
            try:
                with beside_the_attempt(), self.database.writing() as session:
                    return self.use_up(session, span, who, max(1, most // _BLOCKS), most, at_most=True)
            except IntegrityError:  # another process counted the first request of this minute
                if last:
                    raise
        raise UsedUp(both(span.said), span.seconds)

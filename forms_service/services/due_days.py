"""Until when a decision is due, and until when an applicant is asked to answer.

The sources say how long a decision may take (60 days by law 55-19 at most) and are silent on what a
request for a correction does to that time.  Proposed here: it stands still while the applicant has the
dossier, for nobody can decide then; an office that knows better sets it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms_service.config import CLOCK_RESTARTS, CLOCK_RUNS
from forms_service.services.base import UseCases
from forms_service.storage.models import CorrectionRow

Asked = tuple[datetime, datetime | None]
"""When a correction was asked for, and when it was answered."""


class DueDays(UseCases):
    """Telling days."""

    def answer_due(self, asked_at: datetime) -> date:
        """Last day an applicant is asked to answer by; a later answer is taken all the same."""
        return self._day(asked_at) + timedelta(days=self.adapters.config.correction_days)

    def decision_due(
        self, form_id: str, deposited_at: datetime | None, corrections: Iterable[Asked] = ()
    ) -> date | None:
        """Last day for a decision; None before the deposit."""
        if deposited_at is None:
            return None
        config = self.adapters.config
        first, rounds = self._day(deposited_at), sorted(corrections)
        allowed = timedelta(days=config.days_to_decide(form_id))
        if config.correction_clock == CLOCK_RUNS or not rounds:
            return first + allowed
        if config.correction_clock == CLOCK_RESTARTS:
            return self._day(rounds[-1][1] or self.now()) + allowed
        waited = sum((self._day(end or self.now()) - self._day(begin)).days for begin, end in rounds)
        return first + allowed + timedelta(days=waited)

    def corrections_of(
        self, session: Session, dossier_ids: Sequence[str] | Select[tuple[str]]
    ) -> dict[str, list[Asked]]:
        """The requests for a correction, by dossier; those never asked for one are left out.

        Args:
            dossier_ids: The dossiers, or how the database finds them.
        """
        query = select(CorrectionRow.dossier_id, CorrectionRow.asked_at, CorrectionRow.answered_at)
        found: dict[str, list[Asked]] = {}
        for dossier_id, asked, answered in session.execute(
            query.where(CorrectionRow.dossier_id.in_(dossier_ids))
        ):
            found.setdefault(dossier_id, []).append((asked, answered))
        return found

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

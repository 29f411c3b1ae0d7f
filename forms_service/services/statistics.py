"""How the service does: arrivals, waiting, reading and completeness, for a period and a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median, quantiles

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.correction_slip import answer_field
from core.localized_text import LocalizedText
from forms_service.services.days_in_reach import within_reach
from forms_service.services.decisions import REJECTED
from forms_service.services.records import Records
from forms_service.services.views import Actor
from forms_service.storage.dossiers import in_review
from forms_service.storage.models import AttachmentRow, AuditRow, DossierRow, ExtractionRow

LONGEST_DAYS = 366
_WAITING_STEPS = (1, 3, 7, 15, 30, 60)
_FEWEST_FOR_SHARE = 2


@dataclass(frozen=True, slots=True)
class FieldReading:
    """How one field is read: how often, taken without a person, and what persons made of the rest.

    Attributes:
        read: Readings of boxes that were filled in; an empty box is neither read nor taken.
        corrected: Readings that a reviewer put right.
        mended: Readings that somebody else put right before the review: applicants, or clerks for them.
    """

    form_id: str
    field_id: str
    label: LocalizedText
    read: int
    taken: int
    doubtful: int
    corrected: int
    mended: int
    asked_again: int

    @property
    def taken_share(self) -> float:
        """Share that nobody had to look at."""
        return self.taken / self.read if self.read else 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Days from the deposit to the decision, of the dossiers decided; None when there are too few."""

    decided: int
    median_days: float | None
    nine_in_ten_days: float | None
    steps: tuple[tuple[int | None, int], ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything the page of figures shows."""

    since: date
    until: date
    form: str
    arrivals: tuple[tuple[date, int], ...]
    waiting: Waiting
    open_now: int
    complete_at_first: int
    first_deposits: int
    fields: tuple[FieldReading, ...]


class StatisticsWork(Records):
    """Counting."""

    def statistics(self, actor: Actor, since: date, until: date, form: str = "") -> Statistics:
        """The figures of the deposits from one day to another; a longer period is cut to a year."""
        self.require_role(actor, "operator")
        until = within_reach(until)
        since = max(min(since, until), until - timedelta(days=LONGEST_DAYS - 1))
        start, end = self.start_of(since), self.start_of(until + timedelta(days=1))
        chosen = [DossierRow.deposited_at >= start, DossierRow.deposited_at < end]
        if form:
            chosen.append(DossierRow.form_id == form)
        with self.database.reading() as session:
            moments = session.execute(
                select(DossierRow.deposited_at, DossierRow.decided_at).where(*chosen)
            ).all()
            per_day = Counter(one.deposited_at.astimezone(self.zone).date() for one in moments)
            days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
            complete, first = _first_deposits(session, chosen, start)
            return Statistics(
                since=since,
                until=until,
                form=form,
                arrivals=tuple((day, per_day.get(day, 0)) for day in days),
                waiting=_waiting(
                    (one.decided_at - one.deposited_at).total_seconds() / 86400
                    for one in moments
                    if one.decided_at
                ),
                open_now=sum(one.decided_at is None for one in moments),
                complete_at_first=complete,
                first_deposits=first,
                fields=tuple(self._fields(session, chosen)),
            )

    def _fields(self, session: Session, chosen: list) -> Iterable[FieldReading]:
        """Every field that was read, those that cost persons most first."""
        settled = ExtractionRow.decided_by.is_not(None)
        corrected = settled & (ExtractionRow.decision == "corrected")
        taken_back = select(AttachmentRow.id).where(
            AttachmentRow.removed_at.is_not(None)
        )  # few, unlike papers
        counted = (
            select(
                DossierRow.form_id,
                ExtractionRow.field_id,
                func.count().label("read"),
                func.sum(case((ExtractionRow.verdict == "accept", 1), else_=0)).label("taken"),
                func.sum(case((ExtractionRow.verdict == "review", 1), else_=0)).label("doubtful"),
                func.sum(case((corrected & in_review(), 1), else_=0)).label("corrected"),
                func.sum(case((corrected & ~in_review(), 1), else_=0)).label("mended"),
                func.sum(case((settled & (ExtractionRow.decision == REJECTED), 1), else_=0)).label(
                    "asked_again"
                ),
            )
            .join(DossierRow, DossierRow.id == ExtractionRow.dossier_id)
            .where(*chosen, ExtractionRow.attachment_id.not_in(taken_back))
            .where(ExtractionRow.verdict != "empty")
            .group_by(DossierRow.form_id, ExtractionRow.field_id)
        )
        specs = {one.id: one for one in self.catalogue.forms()}
        found = []
        for row in session.execute(counted):
            spec = specs.get(row.form_id)
            field = answer_field(spec, row.field_id) if spec else None
            label = field.label if field else LocalizedText(row.field_id, row.field_id)
            numbers = (
                int(row.read),
                int(row.taken),
                int(row.doubtful),
                int(row.corrected),
                int(row.mended),
                int(row.asked_again),
            )
            found.append(FieldReading(row.form_id, row.field_id, label, *numbers))
        return sorted(found, key=lambda one: (-one.doubtful, -one.corrected, one.field_id))


def _first_deposits(session: Session, chosen: list, start: datetime) -> tuple[int, int]:
    """How many first deposits were complete, and how many there were.

    None of them is on record before ``start``: what happened earlier need not be looked at.
    """
    first = (
        select(func.min(AuditRow.id))
        .join(DossierRow, DossierRow.id == AuditRow.dossier_id)
        .where(AuditRow.action == "deposited", AuditRow.at >= start, *chosen)
        .group_by(AuditRow.dossier_id)
    )
    complete = case((AuditRow.details["complete"].as_boolean(), 1), else_=0)
    counted = select(func.sum(complete), func.count()).where(AuditRow.id.in_(first))
    whole, every = session.execute(counted).one()
    return int(whole or 0), int(every)


def _waiting(days: Iterable[float]) -> Waiting:
    waited = sorted(max(0.0, one) for one in days)
    bounds = (*_WAITING_STEPS, None)
    steps, rest = [], list(waited)
    for bound in bounds:
        within = [one for one in rest if bound is None or one <= bound]
        steps.append((bound, len(within)))
        rest = rest[len(within) :]
    nine = quantiles(waited, n=10, method="inclusive")[-1] if len(waited) >= _FEWEST_FOR_SHARE else None
    return Waiting(len(waited), median(waited) if waited else None, nine, tuple(steps))

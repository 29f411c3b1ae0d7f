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
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from forms_service.services.base import ID_LETTERS
from forms_service.services.days_in_reach import within_reach
from forms_service.services.decisions import REJECTED
from forms_service.services.records import Records
from forms_service.services.views import Actor
from forms_service.storage.dossiers import in_review
from forms_service.storage.models import AttachmentRow, AuditRow, DossierRow, ExtractionRow
from forms_service.storage.privacy_models import ERASED_TOO

LONGEST_DAYS = 366
MOST_FOR_FIELDS = 3_000
"""So many deposits tell how each field is read.  Of a period with more, about as many are drawn: a share of five in a
hundred is then right to less than a point, and the page does not take longer the more people deposit."""
_WAITING_STEPS = (1, 3, 7, 15, 30, 60)
_FEWEST_FOR_SHARE = 2
_DAYS_ONE_BY_ONE, _DAYS_BY_WEEK = 31, 120


@dataclass(frozen=True, slots=True)
class FieldReading:
    """How one field is read: how often, taken without a person, and what persons made of the rest.

    Attributes:
        part: The part of the form it stands in: other parts have fields of the same name.
        read: Readings of boxes that were filled in; an empty box is neither read nor taken.
        corrected: Readings that a reviewer put right.
        mended: Readings that somebody else put right before the review: applicants, or clerks for them.
    """

    form_id: str
    field_id: str
    label: LocalizedText
    part: LocalizedText
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
class FirstDeposits:
    """How many first deposits of a day, a week or a month there were, and how many of them were complete."""

    since: date
    complete: int
    deposits: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything the page of figures shows.

    Attributes:
        drawn: How many deposits, drawn at random, the figures by field are counted on; None for all of them.
    """

    since: date
    until: date
    form: str
    arrivals: tuple[tuple[date, int], ...]
    waiting: Waiting
    open_now: int
    complete_at_first: int
    first_deposits: int
    fields: tuple[FieldReading, ...]
    completeness: tuple[FirstDeposits, ...] = ()
    drawn: int | None = None


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
                select(DossierRow.id, DossierRow.deposited_at, DossierRow.decided_at).where(*chosen),
                execution_options=ERASED_TOO,
            ).all()
            per_day = Counter(one.deposited_at.astimezone(self.zone).date() for one in moments)
            bound = _bound_of_draw(len(moments))
            days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
            first = [
                (at.astimezone(self.zone).date(), whole)
                for at, whole in _first_deposits(session, chosen, start)
            ]
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
                complete_at_first=sum(whole for _, whole in first),
                first_deposits=len(first),
                fields=tuple(self._fields(session, [*chosen, DossierRow.id < bound] if bound else chosen)),
                completeness=_by_span(first, len(days)),
                drawn=sum(one.id < bound for one in moments) if bound else None,
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
        for row in session.execute(counted, execution_options=ERASED_TOO):
            spec = specs.get(row.form_id)
            label, part = _named(spec, row.field_id)
            numbers = (
                int(row.read),
                int(row.taken),
                int(row.doubtful),
                int(row.corrected),
                int(row.mended),
                int(row.asked_again),
            )
            found.append(FieldReading(row.form_id, row.field_id, label, part, *numbers))
        return sorted(found, key=lambda one: (-one.doubtful, -one.corrected, one.field_id))


def _bound_of_draw(deposits: int) -> str | None:
    """The id below which those lie that are drawn: ids are random, so any part of them is a fair draw."""
    if deposits <= MOST_FOR_FIELDS:
        return None
    place = max(1, MOST_FOR_FIELDS * len(ID_LETTERS) ** 4 // deposits)
    letters = ""
    for _ in range(4):
        place, rest = divmod(place, len(ID_LETTERS))
        letters = ID_LETTERS[rest] + letters
    return letters


def _named(spec: FormSpec | None, field_id: str) -> tuple[LocalizedText, LocalizedText]:
    """What a field and the part of the form it stands in are called; a field that is no more, by its code."""
    field = answer_field(spec, field_id) if spec else None
    if spec is None or field is None:
        return LocalizedText(field_id, field_id), LocalizedText("", "")
    for section in spec.sections:
        if any(one.id == field_id for one in section.fields()):
            return field.label, section.heading or LocalizedText("", "")
    group = next((one for one in spec.groups if field_id.startswith(f"{one.id}.")), None)
    return field.label, group.label if group else LocalizedText("", "")


def _first_deposits(session: Session, chosen: list, start: datetime) -> Iterable[tuple[datetime, bool]]:
    """When each first deposit was, and whether it was complete.

    None of them is on record before ``start``: what happened earlier need not be looked at.
    """
    first = (
        select(func.min(AuditRow.id))
        .where(AuditRow.action == "deposited", AuditRow.at >= start)
        .where(AuditRow.dossier_id.in_(select(DossierRow.id).where(*chosen)))
        .group_by(AuditRow.dossier_id)
    )
    complete = case((AuditRow.details["complete"].as_boolean(), 1), else_=0)
    told = select(AuditRow.at, complete).where(AuditRow.id.in_(first))
    for at, whole in session.execute(told, execution_options=ERASED_TOO):
        yield at, bool(whole)


def _by_span(first: list[tuple[date, bool]], days: int) -> tuple[FirstDeposits, ...]:
    """The first deposits day by day; of a longer period week by week, of a long one month by month."""
    spans: dict[date, list[bool]] = {}
    for day, whole in sorted(first):
        week, month = day - timedelta(days=day.weekday()), day.replace(day=1)
        begins = day if days <= _DAYS_ONE_BY_ONE else week if days <= _DAYS_BY_WEEK else month
        spans.setdefault(begins, []).append(whole)
    return tuple(FirstDeposits(begins, sum(found), len(found)) for begins, found in spans.items())


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

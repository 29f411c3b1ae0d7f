"""The counter's day: receipts of a whole stack at once, paper files that come in, and what was done today."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from core.dossier import EDITABLE_STATES, DossierState
from core.errors import DossierError, FormsError
from core.localized_text import LocalizedText
from core.receipt import normalize_reference
from forms_service.messages import say
from forms_service.services.clerk import ClerkWork
from forms_service.services.days_in_reach import within_reach
from forms_service.services.presenting import summaries
from forms_service.services.same_person import stacks_of
from forms_service.services.views import Actor, DossierSummary, StackSummary
from forms_service.storage.audit import WATCHED
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, AuditRow, DossierRow, IntakeRow

_MOST_AWAITED = 50


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One dossier of a stack and whether its receipt can be handed over.

    Attributes:
        reading: Uploads that are still being read: what they say is not known yet.
        missing_pages: Pages of the form that did not come.
        lacking: Documents and answers still missing; the receipt names them.
        to_confirm: Answers read in doubt that wait for somebody to confirm them.
        repeats: Whether another dossier of this person on this form comes before it in the stack.
    """

    id: str
    reference: str
    person: str
    title: LocalizedText
    state: DossierState
    reading: int
    missing_pages: tuple[int, ...]
    lacking: int
    deposited: bool
    registration: str = ""
    to_confirm: int = 0
    repeats: bool = False

    @property
    def ready(self) -> bool:
        """Whether it can be deposited with its whole form read, and is not asked a second time."""
        return not (self.deposited or self.reading or self.missing_pages or self.repeats)


@dataclass(frozen=True, slots=True)
class Handover:
    """The receipts of a stack: those to be issued, and those issued."""

    stack: StackSummary
    lines: tuple[HandoverLine, ...]

    @property
    def issued(self) -> int:
        """How many receipts there are to print."""
        return sum(one.deposited for one in self.lines)


@dataclass(frozen=True, slots=True)
class DayLine:
    """One dossier that somebody of the agency worked on that day; ``done`` are codes of events."""

    at: datetime
    dossier: DossierSummary
    done: tuple[str, ...]
    by: tuple[str, ...]


class Counter(ClerkWork):
    """Work at the counter beyond one dossier."""

    # --- a stack's receipts ---------------------------------------------------------------------

    def handover(self, actor: Actor, stack_id: str) -> Handover:
        """The dossiers of a stack, with what keeps a receipt from being handed over.

        Raises:
            DossierError: ``unknown_stack``.
        """
        view = self.stack(actor, stack_id)
        lines: list[HandoverLine] = []
        others = self._alike(actor, [one.id for one in view.dossiers])
        waiting = {one.id: len(self.answers_to_confirm(actor, one.id)) for one in view.dossiers}  # type: ignore[attr-defined]
        with self.database.reading() as session:
            unread = DossierRepository(session).unread([one.id for one in view.dossiers])
            for one in view.dossiers:
                row = session.get_one(DossierRow, one.id)
                report = self.assess(session, row)  # type: ignore[attr-defined]
                lines.append(
                    HandoverLine(
                        one.id,
                        one.reference,
                        row.owner_name or one.person,
                        one.title,
                        DossierState(row.state),
                        unread.get(one.id, 0),
                        one.missing,
                        sum(finding.severity == "error" for finding in report.findings),
                        DossierState(row.state) not in EDITABLE_STATES,
                        row.registration,
                        waiting[one.id],
                        any(line.id in others.get(one.id, ()) for line in lines),
                    )
                )
        return Handover(view.summary, tuple(lines))

    def _alike(self, actor: Actor, dossier_ids: Sequence[str]) -> dict[str, set[str]]:
        """Which dossiers may be about the same thing, asked only where one number stands twice among them."""
        with self.database.reading() as session:
            asked = select(DossierRow.id, DossierRow.registration, DossierRow.form_id).where(
                DossierRow.id.in_(dossier_ids), DossierRow.registration != ""
            )
            whose = {one: (number, form) for one, number, form in session.execute(asked)}
        often = Tally(whose.values())
        return {
            one: {other.id for other in self.other_dossiers(actor, one)}  # type: ignore[attr-defined]
            for one, person in whose.items()
            if often[person] > 1
        }

    def deposit_stack(
        self, actor: Actor, stack_id: str, dossier_ids: Sequence[str], forms_seen: bool
    ) -> list[tuple[str, LocalizedText]]:
        """Deposit the named dossiers of a stack, each on its own; gives those refused, with why.

        Args:
            forms_seen: Whether the clerk says that the signed forms are there: they hold the declaration.

        Raises:
            DossierError: ``unknown_stack``, ``declaration_needed``.
        """
        ours = {one.id: one.reference for one in self.stack(actor, stack_id).dossiers}
        if not forms_seen:
            raise DossierError(say("declaration_needed"), code="declaration_needed")
        refused = []
        for dossier_id in dossier_ids:
            if dossier_id not in ours:
                raise DossierError(say("not_yours"), code="not_yours")
            try:
                self.deposit(actor, dossier_id, True)  # type: ignore[attr-defined]
            except FormsError as error:
                refused.append((ours[dossier_id], error.message))
        return refused

    def stack_receipts(self, actor: Actor, stack_id: str) -> bytes:
        """Every receipt of a stack in one file to print, in the order of the stack.

        Raises:
            DossierError: ``no_receipt`` when none was issued yet.
        """
        from forms_service.render.printed_together import printed_together

        keys = []
        with self.database.reading() as session:
            for one in self.stack(actor, stack_id).dossiers:
                key = session.get_one(DossierRow, one.id).receipt_object
                if key is not None:
                    keys.append(key)
        if not keys:
            raise DossierError(say("no_receipt"), code="no_receipt")
        return printed_together(self.objects.get(key) for key in keys)

    def stack_of(self, actor: Actor, dossier_id: str) -> str | None:
        """The latest stack that brought sheets of a dossier, for the way back to its receipts; None without."""
        if "clerk" not in actor.roles:
            return None
        with self.database.reading() as session:
            brought = stacks_of(session, self.get_dossier(session, actor, dossier_id).id)
            latest = select(IntakeRow.id).where(IntakeRow.id.in_(brought))
            return session.scalar(latest.order_by(IntakeRow.scanned_at.desc()).limit(1))

    # --- paper files ----------------------------------------------------------------------------

    def awaited_papers(self, actor: Actor) -> list[DossierSummary]:
        """Dossiers drawn for a check whose paper file has not come, the oldest deposit first."""
        self.require_role(actor, "clerk")
        with self.database.reading() as session:
            rows = DossierRepository(session).queue(
                [DossierState.PHYSICAL_CHECK_PENDING.value], _MOST_AWAITED
            )
            return summaries(session, rows, self.catalogue)

    def receive_paper_of(self, actor: Actor, reference: str) -> str:
        """Note that the paper file of a reference was brought; gives the reference as it is printed.

        Raises:
            DossierError: ``no_such_dossier``; ``wrong_state`` when no paper file is awaited.
        """
        self.require_role(actor, "clerk")
        printed = normalize_reference(reference)
        with self.database.reading() as session:
            row = DossierRepository(session).find_by_reference(printed) if printed else None
        if row is None or printed is None:
            raise DossierError(say("no_such_dossier"), code="no_such_dossier")
        self.receive_paper(actor, row.id)  # type: ignore[attr-defined]
        return printed

    # --- the day --------------------------------------------------------------------------------

    def day_list(self, actor: Actor, day: date) -> list[DayLine]:
        """What this clerk and the colleagues of the same agency did that day, dossier by dossier."""
        self.require_role(actor, "clerk")
        start = datetime.combine(within_reach(day), time(), self.zone)
        with self.database.reading() as session:
            me = session.get_one(AccountRow, actor.id)
            colleagues = select(AccountRow.id).where(AccountRow.id == me.id)
            if me.agency:
                colleagues = select(AccountRow.id).where(AccountRow.agency == me.agency)
            events = session.scalars(
                select(AuditRow)
                .where(
                    AuditRow.actor_id.in_(colleagues),
                    AuditRow.at >= start,
                    AuditRow.at < start + timedelta(days=1),
                    AuditRow.dossier_id.is_not(None),
                    AuditRow.action.not_in(WATCHED),
                )
                .order_by(AuditRow.id)
            ).all()
            found: dict[str, list[AuditRow]] = {}
            for one in events:
                found.setdefault(one.dossier_id or "", []).append(one)
            rows = session.scalars(select(DossierRow).where(DossierRow.id.in_(found))).all()
            lines = {one.id: one for one in summaries(session, rows, self.catalogue)}
            return [_day_line(lines[dossier_id], every) for dossier_id, every in found.items()]


def _day_line(dossier: DossierSummary, events: Sequence[AuditRow]) -> DayLine:
    return DayLine(
        events[0].at,
        dossier,
        tuple(dict.fromkeys(one.action for one in events)),
        tuple(dict.fromkeys(one.actor_name for one in events)),
    )

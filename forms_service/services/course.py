"""The course of a request for whoever follows it or moves it on, and what time does to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.errors import DossierError
from core.flow import CHECK_CODE, COMPLETE, REASON, SEND_CODE, Action
from core.flow_engine import (
    Asked,
    due_day,
    elapse,
    possible,
    take,
    to_accept,
    why_not,
)
from core.localized_text import Language, LocalizedText
from core.stages import DossierEvent
from forms_service.messages import say
from forms_service.sending import SMS
from forms_service.services.account_opening import addresses
from forms_service.services.base import SYSTEM
from forms_service.services.course_moves import TIMER, Standing, roles_towards
from forms_service.services.course_shown import shown_in
from forms_service.services.course_steps import step_of
from forms_service.services.course_told import awaited, reason_of_coming, taken, way
from forms_service.services.course_views import (
    CourseView,
    OfferView,
    OutcomePaperView,
)
from forms_service.services.deposits import Deposits, Taking
from forms_service.services.one_time_codes import LIFETIME, CodeGone, CodePurpose, OneTimeCodes
from forms_service.services.throttle import CODE_FOR, CODE_TO
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow
from forms_service.storage.course_models import CourseEventRow, CourseTimerRow, OutcomePaperRow
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import DossierRow

log = structlog.get_logger(__name__)

DEPOSITS = frozenset({DossierEvent.DEPOSIT, DossierEvent.DEPOSIT_WITH_PHYSICAL_CHECK})
OUTCOMES = {
    DossierEvent.ACCEPT: "accepted",
    DossierEvent.REFUSE: "refused",
    DossierEvent.CLOSE: "closed",
}
MOST_AT_ONCE = 200
"""Timers one round runs; what is left comes next."""


class Courses(Deposits, OneTimeCodes):
    """Showing a course, taking its actions, letting its time pass."""

    # --- look -----------------------------------------------------------------------------------

    def course(self, actor: Actor, dossier_id: str) -> CourseView:
        """Where a dossier stands, what may be done with it and what comes next, for whoever may see it.

        Raises:
            DossierError: ``not_yours``.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            here = self.standing(session, row)
            step = here.flow.step(here.position.step)
            roles = roles_towards(actor, row)
            events = self._events(session, row)
            words = self.words_of(session, row, here, reason_of_coming(here, events)) if here.is_own else None
            return CourseView(
                is_own=here.is_own,
                step=step.id,
                label=step.label,
                stage=step.stage,
                text=words.fill(step.text) if words and step.text else None,
                way=tuple(way(here, events)),
                shows=tuple(shown_in(step, words)) if words else (),
                offers=tuple(self._offers(session, row, here, actor)) if here.is_own else (),
                awaited=tuple(awaited(here, roles)),
                taken=tuple(taken(here, events, for_staff=actor.is_staff)),
                papers=tuple(self._papers(session, row)),
            )

    def outcome_paper_pdf(self, actor: Actor, dossier_id: str, paper_id: str) -> bytes:
        """One paper that was made for the applicant, in both languages.

        Raises:
            DossierError: ``unknown_document``, ``not_yours``.
        """
        from forms_service.render.outcome_paper import render_outcome

        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            paper = session.get(OutcomePaperRow, paper_id)
            if paper is None or paper.dossier_id != row.id:
                raise DossierError(say("unknown_document"), code="unknown_document")
            content, language = paper.content, Language(row.language)
        return render_outcome(content, language)

    # --- act ------------------------------------------------------------------------------------

    def take_action(
        self,
        actor: Actor,
        dossier_id: str,
        action_id: str,
        *,
        accepted: Collection[str] = (),
        reason: str = "",
        code: str = "",
        expected_revision: int | None = None,
    ) -> str:
        """Do an action of the course; gives the step the dossier stands in then.

        Work that the service does itself (the deposit, a decision) is done by the use case it belongs to.

        Raises:
            DossierError: What the course refuses, each with its reason: ``wrong_state``, ``not_allowed``,
                ``not_yet``, ``not_complete``, ``declaration_needed``, ``reason_needed``, ``wrong_code``.
        """
        asked = Asked(frozenset(), frozenset(accepted), reason.strip())
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            here = self.standing(session, row)
            action = here.flow.step(here.position.step).action(action_id)
            asked = replace(asked, roles=roles_towards(actor, row))
            if action is not None and COMPLETE in action.requires:
                asked = replace(asked, is_complete=self._is_complete(session, row, actor, (action,)))
            code_id = self._code_sent(session, row) if action and action.code == CHECK_CODE else None
            coded = replace(asked, code_is_right=True)
            refusal = why_not(here.flow, here.position, action_id, coded, here.scope)
            if refusal is not None:
                raise DossierError(refusal.message, code=refusal.code)
            take(here.spec, here.flow, here.position, action_id, coded, here.scope)
        asked = replace(asked, code_is_right=self._is_right(code_id, code))
        if action is not None and action.does in DEPOSITS:
            self.deposit(actor, dossier_id, True, Taking(action_id, asked, code_id))
        elif action is not None and (event := self._work_of(actor, row, here, action)) is not None:
            self._do(actor, dossier_id, event, asked.reason, expected_revision)
        else:
            self._take(actor, dossier_id, action_id, asked, code_id, expected_revision)
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            return step_of(row, self.spec_of(row))

    def use_step_code(self, session: Session, code_id: str) -> None:
        """Let a code that was right serve no second time, in the caller's transaction."""
        try:
            self.use_code(self.passed_code(session, code_id, CodePurpose.STEP))
        except CodeGone as gone:
            raise DossierError(gone.message, code="wrong_code") from None

    # --- time -----------------------------------------------------------------------------------

    def run_due_timers(self) -> int:
        """Do what time does to dossiers, as far as it is due; gives how much was done.

        Each timer is a transaction of its own that also says it is done: one that was cut off is done the
        next time, and none twice, however many workers look.
        """
        with self.database.reading() as session:
            waiting = list(session.scalars(self._due_query()))
        done = 0
        for timer_id in waiting:
            try:
                done += self._run_timer(timer_id)
            except Exception as error:  # one dossier must not keep the others waiting
                log.error("timer failed", timer=timer_id, error=type(error).__name__)
        return done

    # --- details --------------------------------------------------------------------------------

    def _take(
        self,
        actor: Actor,
        dossier_id: str,
        action_id: str,
        asked: Asked,
        code_id: str | None,
        expected_revision: int | None,
    ) -> None:
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if actor.is_staff:
                self.refuse_changed(session, actor, row, expected_revision)  # type: ignore[attr-defined]
            self.refuse_while_proposed(session, row)  # type: ignore[attr-defined]
            here = self.standing(session, row)
            move = take(here.spec, here.flow, here.position, action_id, asked, here.scope)
            action = here.flow.step(here.position.step).action(action_id)
            if code_id is not None:
                self.use_step_code(session, code_id)
            sent = None
            if action is not None and action.code == SEND_CODE:
                sent = self._send_step_code(session, row, actor, action, here)
            details = {"action": action_id, "step": move.step.id}
            at = self.touch(session, row, actor, "step_taken", details)
            self.advance(session, row, actor, action_id, move, note=asked.reason, at=at, code_id=sent)

    def _work_of(self, actor: Actor, row: DossierRow, here: Standing, action: Action) -> DossierEvent | None:
        """The work of the service that an action sets going; a decision that takes two is one, declared or not."""
        if action.does is None and "reviewer" in actor.roles and self.needs_second(row):  # type: ignore[attr-defined]
            return here.flow.ends_by(here.position.step, action)
        return action.does

    def _do(
        self, actor: Actor, dossier_id: str, event: DossierEvent, reason: str, expected_revision: int | None
    ) -> None:
        """Let the use case do it that does it in every course."""
        if event in OUTCOMES:
            self.decide(  # type: ignore[attr-defined]
                actor,
                dossier_id,
                OUTCOMES[event],
                reason,
                despite_gaps=bool(reason),
                expected_revision=expected_revision,
            )
        elif event is DossierEvent.START_REVIEW:
            self.start_review(actor, dossier_id)  # type: ignore[attr-defined]
        elif event is DossierEvent.RECEIVE_PAPER:
            self.receive_paper(actor, dossier_id)  # type: ignore[attr-defined]
        else:
            self.request_correction(actor, dossier_id, (), (), reason)  # type: ignore[attr-defined]

    def _is_complete(
        self, session: Session, row: DossierRow, actor: Actor, actions: Iterable[Action]
    ) -> bool:
        """Whether nothing is missing; what a deposit itself brings about is not missing before it."""
        if any(one.does in DEPOSITS for one in actions):
            return self.complete_once_declared(session, row, actor)
        return self.assess(session, row).complete

    def _offers(self, session: Session, row: DossierRow, here: Standing, actor: Actor) -> Iterator[OfferView]:
        step = here.flow.step(here.position.step)
        asked = Asked(roles_towards(actor, row))
        if any(COMPLETE in one.requires for one in step.actions):
            asked = replace(asked, is_complete=self._is_complete(session, row, actor, step.actions))
        texts = {one.id: one.text for one in here.spec.declarations}
        for offer in possible(here.flow, here.position, asked, here.scope):
            action = offer.action
            yield OfferView(
                id=action.id,
                label=action.label,
                to=action.to,
                why_not=offer.refusal.message if offer.refusal else None,
                accepts=tuple(
                    (one, texts[one]) for one in to_accept(here.spec, action, here.position, here.scope)
                ),
                asks_reason=REASON in action.requires or action.does is DossierEvent.REQUEST_CORRECTION,
                asks_code=action.code == CHECK_CODE,
                sends_code=action.code == SEND_CODE,
                does=action.does,
            )

    def _events(self, session: Session, row: DossierRow) -> list[CourseEventRow]:
        query = select(CourseEventRow).where(CourseEventRow.dossier_id == row.id)
        return list(session.scalars(query.order_by(CourseEventRow.id)))

    def _papers(self, session: Session, row: DossierRow) -> Iterator[OutcomePaperView]:
        query = select(OutcomePaperRow).where(OutcomePaperRow.dossier_id == row.id)
        for one in session.scalars(query.order_by(OutcomePaperRow.issued_at.desc(), OutcomePaperRow.id)):
            yield OutcomePaperView(one.id, LocalizedText(**one.content["title"]), one.issued_at)

    def _code_sent(self, session: Session, row: DossierRow) -> str | None:
        """The code that was sent last for this dossier."""
        query = (
            select(CourseEventRow.code_id)
            .where(CourseEventRow.dossier_id == row.id, CourseEventRow.code_id.is_not(None))
            .order_by(CourseEventRow.id.desc())
        )
        return session.scalar(query.limit(1))

    def _is_right(self, code_id: str | None, typed: str) -> bool:
        if code_id is None or not typed.strip():
            return False
        try:
            return self.try_code(code_id, typed) is None
        except CodeGone:
            return False

    def _send_step_code(
        self, session: Session, row: DossierRow, actor: Actor, action: Action, here: Standing
    ) -> str:
        """Send a one-time code to the phone the answers name, or to the account's own."""
        holder = session.get(HolderRow, row.owner_id) if row.owner_id else None
        answers = here.dossier.answers() if here.dossier else {}
        phone = answers.get(action.code_to) if action.code_to else addresses(holder).get(SMS)
        if not phone:
            raise DossierError(say("no_phone_for_code"), code="no_phone_for_code")
        self.count_attempt(session, (CODE_FOR, row.id), (CODE_TO, str(phone)))
        code_id, digits = self.make_code(
            session, CodePurpose.STEP, SMS, {"dossier": row.id}, account_id=actor.id
        )
        self.write_letter(
            session,
            channel=SMS,
            address=str(phone),
            language=Language(holder.language if holder else row.language),
            occasion="code_step",
            values={
                "digits": digits,
                "minutes": str(int(LIFETIME.total_seconds()) // 60),
                "reference": row.reference,
            },
            worth=LIFETIME,
        )
        return code_id

    def _due_query(self):  # type: ignore[no-untyped-def]
        today = self.today()
        began = datetime.combine(today, time.min, self.zone)
        stale = CourseTimerRow.reckoned_at < DossierRow.changed_at
        unknown = and_(CourseTimerRow.due_on.is_(None), CourseTimerRow.reckoned_at < began)
        return (
            select(CourseTimerRow.id)
            .join(DossierRow, DossierRow.id == CourseTimerRow.dossier_id)
            .where(CourseTimerRow.ended_at.is_(None), or_(CourseTimerRow.due_on <= today, stale, unknown))
            .order_by(CourseTimerRow.due_on, CourseTimerRow.id)
            .limit(MOST_AT_ONCE)
        )

    def _run_timer(self, timer_id: int) -> bool:
        with self.database.writing() as session:
            waiting = session.get(CourseTimerRow, timer_id)
            if waiting is None:
                return False
            row = DossierRepository(session).find(waiting.dossier_id, to_change=True)
            session.refresh(waiting)
            if row is None or waiting.ended_at is not None:
                return False
            now, here = self.now(), self.standing(session, row)
            step = here.flow.step(here.position.step)
            timer = next((one for one in step.timers if one.id == waiting.timer), None)
            if step.id != waiting.step or timer is None:
                waiting.ended_at = now
                return False
            waiting.due_on, waiting.reckoned_at = due_day(timer, here.scope), now
            if waiting.due_on is None or waiting.due_on > self.today():
                return False
            waiting.ended_at = now
            move = elapse(here.flow, here.position, timer)
            details = {"timer": timer.id, "step": move.step.id}
            at = self.touch(session, row, SYSTEM, "step_by_time", details)
            self.advance(session, row, SYSTEM, timer.id, move, kind=TIMER, at=at)
            return True

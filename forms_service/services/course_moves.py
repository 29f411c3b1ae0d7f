"""Moves a dossier along its course: the one place where its step and its stage change.

Whoever does something, and time itself, comes through here: the engine of ``core.flow_engine`` says where
it leads, and the step, what happened, what time does next, the messages and the papers are written in one
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.conditions import Scope
from core.deposit import applicant_of, name_of_applicant
from core.dossier import Dossier
from core.flow import Flow, FlowNotice
from core.flow_engine import (
    Asked,
    Move,
    Position,
    doing,
    due_day,
    flow_scope,
    take,
)
from core.flow_words import FlowWords
from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from core.scope import build_scope
from core.stages import EDITABLE_STATES, FINAL_STATES, DossierEvent, DossierState
from forms_service.sending import EMAIL
from forms_service.services.account_opening import addresses
from forms_service.services.course_steps import course_of, step_of
from forms_service.services.notices import FLOW_OCCASION, Notices
from forms_service.services.outcome_content import content_of
from forms_service.services.presenting import read_dossier
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow
from forms_service.storage.course_models import CourseEventRow, CourseTimerRow, OutcomePaperRow
from forms_service.storage.models import DossierRow, HonourDeclarationRow

ACTION, TIMER = "action", "timer"
_NOTHING = Scope({}, {})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dossier stands, and what the expressions and texts of its course see on that day."""

    spec: FormSpec
    flow: Flow
    position: Position
    scope: Scope
    dossier: Dossier | None = None

    @property
    def is_own(self) -> bool:
        """Whether the form declares the course itself."""
        return self.spec.flow is not None


def roles_towards(actor: Actor, row: DossierRow) -> frozenset[str]:
    """What somebody is to one dossier: the applicant is its owner and nobody else."""
    own = {"applicant"} if row.owner_id is not None and row.owner_id == actor.id else set()
    return (actor.roles - {"applicant"}) | own


class CourseMoves(Notices):
    """Finding out where a dossier stands, and leading it on."""

    def standing(self, session: Session, row: DossierRow, spec: FormSpec | None = None) -> Standing:
        """Where a dossier stands today; expressions see nothing in the standard course, which has none."""
        spec = spec or self.spec_of(row)
        flow, step = course_of(spec), step_of(row, spec)
        if spec.flow is None:
            return Standing(spec, flow, Position(step), _NOTHING)
        events = list(
            session.scalars(
                select(CourseEventRow).where(CourseEventRow.dossier_id == row.id).order_by(CourseEventRow.id)
            )
        )
        came = next((one.at for one in reversed(events) if one.from_step != one.to_step), row.opened_at)
        position = Position(
            step,
            self._local_day(came),
            self._local_day(row.deposited_at) if row.deposited_at else None,
            {one.action: self._local_day(one.at) for one in events if one.kind == ACTION},
            self._accepted(session, row, flow, events),
        )
        dossier = read_dossier(session, row, spec).dossier
        seen = build_scope(spec, dossier, self.today(), figures_on=position.deposited)
        scope = flow_scope(spec, flow, seen, position)
        return Standing(spec, flow, position, scope, dossier)

    def led_to(
        self, session: Session, row: DossierRow, actor: Actor, event: DossierEvent, asked: Asked | None = None
    ) -> tuple[str, Move]:
        """The action by which a work of the service is done now, and where it leads.

        Raises:
            DossierError: ``wrong_state``, ``not_allowed``, ``not_yet`` and the other refusals of the course.
        """
        here = self.standing(session, row)
        closed = next((one for one in here.flow.steps if one.stage is DossierState.CLOSED), None)
        if event is DossierEvent.CLOSE and here.is_own and row.state == DossierState.DRAFT and closed:
            return event.value, Move(closed)  # a draft opened by mistake, whatever its course
        asked = replace(asked or Asked(frozenset()), roles=roles_towards(actor, row))
        if not here.is_own and here.flow.doing(here.position.step, event):
            asked = replace(asked, reason=asked.reason or "–")  # each use case asks for its reason itself
        action = doing(here.flow, here.position, event, asked, here.scope)
        return action.id, take(here.spec, here.flow, here.position, action.id, asked, here.scope)

    def advance(
        self,
        session: Session,
        row: DossierRow,
        actor: Actor,
        action_id: str,
        move: Move,
        *,
        kind: str = ACTION,
        note: str = "",
        at: datetime | None = None,
        code_id: str | None = None,
    ) -> None:
        """Lead a dossier on, in the caller's transaction, with everything that follows from it."""
        spec = self.spec_of(row)
        before, moment = step_of(row, spec), at or self.now()
        if spec.flow is not None:
            row.step = move.step.id
        row.state = move.step.stage.value
        session.add(
            CourseEventRow(
                dossier_id=row.id,
                at=moment,
                kind=kind,
                action=action_id,
                from_step=before,
                to_step=move.step.id,
                by_id=actor.id,
                by_name=actor.name,
                note=note or None,
                code_id=code_id,
            )
        )
        session.flush()
        if spec.flow is None:
            return
        if move.step.stage in FINAL_STATES and row.decided_at is None:
            row.decided_at, row.decision_note = moment, note or row.decision_note
            row.held_by = row.held_at = None
        self._keep_accepted(session, row, actor, spec, move.accepted, moment)
        here = self.standing(session, row, spec)
        self._reckon_timers(session, row, here, left=before != move.step.id)
        words = self.words_of(session, row, here, note)
        for notice_id in move.notify:
            self._send(session, row, spec.flow.notice(notice_id), words)
        for paper_id in move.issues:
            content = content_of(spec.flow.paper(paper_id), words)
            session.add(
                OutcomePaperRow(
                    id=self.new_id(),
                    dossier_id=row.id,
                    paper=paper_id,
                    content=content,
                    issued_at=moment,
                    issued_by=actor.name,
                )
            )
        session.flush()

    def begin_course(self, session: Session, row: DossierRow, spec: FormSpec) -> None:
        """Put a new dossier at the start of its form's own course."""
        if spec.flow is not None:
            row.step = spec.flow.start
            session.flush()
            self._reckon_timers(session, row, self.standing(session, row, spec), left=True)

    def words_of(self, session: Session, row: DossierRow, here: Standing, reason: str = "") -> FlowWords:
        """What fills the texts of a course for one dossier."""
        dossier = here.dossier or read_dossier(session, row, here.spec).dossier
        answers = dossier.answers()
        applicant = applicant_of(here.spec, here.scope)
        name = name_of_applicant(applicant, answers, self.holder_of(session, row, applicant, dossier))  # type: ignore[attr-defined]
        same = {"reference": row.reference, "registration": row.registration, "reason": reason}
        more = {one: LocalizedText(said, said) for one, said in same.items()}
        more["applicant"] = name if name.fr else LocalizedText(row.owner_name, row.owner_name)
        return FlowWords(here.spec, here.flow, here.scope, {**answers, **dossier.facts}, more)

    def subject_of_notice(self, session: Session, row: DossierRow, notice_id: str) -> LocalizedText:
        """What a declared notice is about, as it would be said today."""
        here = self.standing(session, row)
        notice = next((one for one in here.flow.notices if one.id == notice_id), None)
        if notice is None or notice.subject is None:
            return LocalizedText(row.reference, row.reference)
        return self.words_of(session, row, here).fill(notice.subject)

    # --- details --------------------------------------------------------------------------------

    def _accepted(
        self, session: Session, row: DossierRow, flow: Flow, events: Sequence[CourseEventRow]
    ) -> frozenset[str]:
        """What was accepted since the request was last open for answers: a deposit that mends one is accepted anew."""
        stages = {one.id: one.stage for one in flow.steps}
        query = select(HonourDeclarationRow.declaration).where(HonourDeclarationRow.dossier_id == row.id)
        for one in reversed(events):
            if (
                stages.get(one.from_step) not in EDITABLE_STATES
                and stages.get(one.to_step) in EDITABLE_STATES
            ):
                query = query.where(HonourDeclarationRow.declared_at > one.at)
                break
        return frozenset(session.scalars(query))

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _keep_accepted(
        self,
        session: Session,
        row: DossierRow,
        actor: Actor,
        spec: FormSpec,
        accepted: Collection[str],
        at: datetime,
    ) -> None:
        """Who accepted what, when, and in which very words."""
        for one in spec.declarations:
            if one.id in accepted:
                session.add(
                    HonourDeclarationRow(
                        dossier_id=row.id,
                        declaration=one.id,
                        text=one.text.as_dict(),
                        declared_by=actor.id,
                        declared_at=at,
                    )
                )

    def _reckon_timers(self, session: Session, row: DossierRow, here: Standing, *, left: bool) -> None:
        """Let time do in the present step what it declares, and nothing of the step that was left."""
        now = self.now()
        open_timers = {
            one.timer: one
            for one in session.scalars(
                select(CourseTimerRow).where(
                    CourseTimerRow.dossier_id == row.id, CourseTimerRow.ended_at.is_(None)
                )
            )
        }
        if left:
            for one in open_timers.values():
                one.ended_at = now
            open_timers = {}
        for timer in here.flow.step(here.position.step).timers:
            day = due_day(timer, here.scope)
            if timer.id in open_timers:
                open_timers[timer.id].due_on, open_timers[timer.id].reckoned_at = day, now
            elif left:
                session.add(
                    CourseTimerRow(
                        dossier_id=row.id,
                        step=here.position.step,
                        timer=timer.id,
                        due_on=day,
                        reckoned_at=now,
                    )
                )

    def _send(self, session: Session, row: DossierRow, notice: FlowNotice, words: FlowWords) -> None:
        """Write a notice to the address given for it, else to the owner's own."""
        holder = session.get(HolderRow, row.owner_id) if row.owner_id else None
        language = Language(holder.language if holder else row.language)
        first_name = holder.first_name if holder else ""
        page = f"{self.adapters.config.public_url}/{language.value}/dossiers/{row.id}/status"
        personal = {"first_name": first_name, "address": page}
        more = {**words.more, **{name: LocalizedText(said, said) for name, said in personal.items()}}
        filled = replace(words, more=more)
        for channel, address in _receivers(notice, holder, words).items():
            self.write_letter(
                session,
                channel=channel,
                address=address,
                language=language,
                occasion=f"{FLOW_OCCASION}{notice.id}",
                values={"first_name": first_name},
                words=declared_words(notice, filled, channel, language),
                account_id=holder.account_id if holder else None,
                dossier_id=row.id,
            )


def _receivers(notice: FlowNotice, holder: HolderRow | None, words: FlowWords) -> dict[str, str]:
    """Addresses by channel: the mailbox that was given for the answer, the channel it must go by, else the chosen."""
    given = words.answers.get(notice.mailbox) if notice.mailbox else None
    if given:
        return {EMAIL: str(given)}
    reached = addresses(holder)
    if notice.channel in reached:
        return {str(notice.channel): reached[str(notice.channel)]}
    return {one: reached[one] for one in reached if holder is not None and one in holder.notify_by}


def declared_words(
    notice: FlowNotice, words: FlowWords, channel: str, language: Language
) -> tuple[str, str] | None:
    """Subject and text of a notice as its form declares them; None where the service has its own words."""
    if notice.subject is None or notice.text is None:
        return None
    if channel != EMAIL:
        return "", words.fill(notice.sms or notice.subject).in_language(language)
    return words.fill(notice.subject).in_language(language), words.fill(notice.text).in_language(language)

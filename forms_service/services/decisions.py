"""The decision that ends a review: what it passes over, and the second reviewer who confirms it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.completeness import CompletenessReport
from core.dossier import DossierEvent, DossierState
from core.errors import DossierError
from core.flow_engine import Asked
from core.form_spec import Severity
from core.localized_text import Language, LocalizedText
from forms_service.locales import both
from forms_service.messages import say
from forms_service.services.base import CLOSED_STATES
from forms_service.services.course_moves import CourseMoves
from forms_service.services.four_eyes import CONFIRMED, RETURNED, WITHDRAWN, FourEyes, open_proposal
from forms_service.services.made_forms import MADE_ON_SCREEN
from forms_service.services.presenting import FORM, find_field, open_doubts, supplied
from forms_service.services.staff_words import state_alone
from forms_service.services.views import Actor
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import CorrectionRow, DossierRow, ExtractionRow
from forms_service.storage.office_models import DecisionProposalRow

OUTCOMES = {
    "accepted": DossierEvent.ACCEPT,
    "refused": DossierEvent.REFUSE,
    "closed": DossierEvent.CLOSE,
}
REJECTED = "rejected"
"""Decision on a reading whose answer is to be asked again."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing an acceptance passes over: a field, document or upload, and what is wrong with it."""

    subject: str
    message: LocalizedText


class Decisions(FourEyes, CourseMoves):
    """Deciding dossiers, alone or by two."""

    def acceptance_gaps(
        self, actor: Actor, dossier_id: str, report: CompletenessReport | None = None
    ) -> list[Gap]:
        """What an acceptance would pass over: everything missing or wrong, papers nobody ruled on.

        Args:
            report: What ``completeness`` has just told of the dossier, so that it is not judged twice.
        """
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            return self._gaps(session, self.get_dossier(session, actor, dossier_id), report)

    def decide(
        self,
        actor: Actor,
        dossier_id: str,
        outcome: str,
        note: str = "",
        despite_gaps: bool = False,
        expected_revision: int | None = None,
    ) -> bool:
        """End the review: ``accepted``, ``refused`` or ``closed``; the last two say why.

        Accepting a dossier with gaps takes ``despite_gaps`` and a reason; what was passed over is
        named in the history and in the decision.  Where two must agree the decision waits for another
        reviewer; tells whether it stands.

        Raises:
            DossierError: ``unsettled_values`` when readings still wait for a person's eyes;
                ``accepted_despite_gaps`` when something is missing and nobody said why that is right;
                ``changed_by_another`` when somebody else changed the dossier since ``expected_revision``.
        """
        self.require_role(actor, "reviewer")
        event = OUTCOMES.get(outcome)
        if event is None:
            raise DossierError(say("unknown_outcome", outcome=outcome), code="unknown_outcome")
        note = note.strip()
        if event is not DossierEvent.ACCEPT and not note:
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            self.led_to(session, row, actor, event, Asked(frozenset(), reason=note))
            self.refuse_while_proposed(session, row)
            self.refuse_changed(session, actor, row, expected_revision)
            if not self.needs_second(row):
                self._carry_out(session, row, actor, outcome, note, despite_gaps)
                return True
            self._propose(session, row, actor, outcome, note, despite_gaps)
            return False

    def confirm_decision(self, actor: Actor, dossier_id: str) -> None:
        """Let a decision that another reviewer proposed stand.

        Raises:
            DossierError: ``no_proposal``, ``own_proposal``, ``proposal_outdated``.
        """
        with self.database.writing() as session:
            row, waiting = self._proposal_in(session, actor, dossier_id)
            if waiting.proposed_by == actor.id:
                raise DossierError(say("own_proposal"), code="own_proposal")
            if waiting.revision != row.revision:
                raise DossierError(say("proposal_outdated"), code="proposal_outdated")
            self._carry_out(session, row, actor, waiting.outcome, waiting.note, waiting.despite_gaps)
            self._settle_proposal(waiting, actor, CONFIRMED)

    def return_decision(self, actor: Actor, dossier_id: str, note: str) -> None:
        """Send a proposed decision back to the one who proposed it, and say why."""
        note = note.strip()
        if not note:
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            row, waiting = self._proposal_in(session, actor, dossier_id)
            if waiting.proposed_by == actor.id:
                raise DossierError(say("own_proposal"), code="own_proposal")
            self._settle_proposal(waiting, actor, RETURNED, note)
            self.touch(session, row, actor, "decision_returned", {"outcome": waiting.outcome})

    def withdraw_decision(self, actor: Actor, dossier_id: str) -> None:
        """Take one's own proposal back; the dossier is under review as before."""
        with self.database.writing() as session:
            row, waiting = self._proposal_in(session, actor, dossier_id)
            if waiting.proposed_by != actor.id:
                raise DossierError(say("not_allowed"), code="not_allowed")
            self._settle_proposal(waiting, actor, WITHDRAWN)
            self.touch(session, row, actor, "decision_withdrawn", {"outcome": waiting.outcome})

    # --- for the other use cases of reviewers ---------------------------------------------------

    def move(
        self,
        session: Session,
        row: DossierRow,
        actor: Actor,
        event: DossierEvent,
        details: dict[str, object],
        note: str = "",
    ) -> None:
        """Lead the dossier to its next state in the caller's transaction."""
        asked = Asked(frozenset(), reason=note)
        action, move = self.led_to(session, row, actor, event, asked)
        at = self.touch(session, row, actor, event.value, details)
        self.advance(session, row, actor, action, move, note=note, at=at)

    def refuse_closed(self, dossier: DossierRow) -> None:
        """Refuse to change a dossier that was decided."""
        if DossierState(dossier.state) in CLOSED_STATES:
            raise DossierError(say("already_closed"), code="wrong_state")

    # --- details --------------------------------------------------------------------------------

    def _propose(
        self, session: Session, row: DossierRow, actor: Actor, outcome: str, note: str, despite_gaps: bool
    ) -> None:
        gaps = self._checked_gaps(session, row, outcome, note, despite_gaps)
        at = self.touch(session, row, actor, "decision_proposed", _told_of(outcome, gaps))
        session.add(
            DecisionProposalRow(
                dossier_id=row.id,
                outcome=outcome,
                note=note,
                despite_gaps=despite_gaps,
                revision=row.revision,
                proposed_by=actor.id,
                proposed_at=at,
            )
        )

    def _carry_out(
        self, session: Session, row: DossierRow, actor: Actor, outcome: str, note: str, despite_gaps: bool
    ) -> None:
        gaps = self._checked_gaps(session, row, outcome, note, despite_gaps)
        details = _told_of(outcome, gaps)
        waiting = open_proposal(session, row.id)
        if waiting is not None:
            details["proposed_by"] = waiting.proposed_by
        self.move(session, row, actor, OUTCOMES[outcome], details, note)
        row.decision_note = _with_gaps(note, gaps, Language(row.language)) or None
        row.decided_at = row.changed_at
        row.held_by = row.held_at = None

    def _checked_gaps(
        self, session: Session, row: DossierRow, outcome: str, note: str, despite_gaps: bool
    ) -> list[Gap]:
        """What an acceptance passes over, once nothing keeps it from being decided."""
        if OUTCOMES[outcome] is not DossierEvent.ACCEPT:
            return []
        doubts = open_doubts(session, row, self.spec_of(row))
        if doubts:
            raise DossierError(both("review.unsettled", n=doubts), code="unsettled_values")
        gaps = self._gaps(session, row)
        if gaps and not (despite_gaps and note):
            raise DossierError(say("accepted_despite_gaps"), code="accepted_despite_gaps")
        return gaps

    def _proposal_in(
        self, session: Session, actor: Actor, dossier_id: str
    ) -> tuple[DossierRow, DecisionProposalRow]:
        self.require_role(actor, "reviewer")
        row = self.get_dossier(session, actor, dossier_id, to_change=True)
        waiting = open_proposal(session, row.id)
        if waiting is None:
            raise DossierError(say("no_proposal"), code="no_proposal")
        return row, waiting

    def _settle_proposal(
        self, waiting: DecisionProposalRow, actor: Actor, settled: str, note: str | None = None
    ) -> None:
        waiting.settled, waiting.settled_by, waiting.settled_at = settled, actor.id, self.now()
        waiting.settled_note = note

    def _gaps(self, session: Session, row: DossierRow, report: CompletenessReport | None = None) -> list[Gap]:
        report = report or self.assess(session, row)  # type: ignore[attr-defined]
        errors = [one for one in report.findings if one.severity is Severity.ERROR]
        found = [Gap(one.subject, state_alone(one.message)) for one in errors]
        types = self.catalogue.document_types()
        for paper in DossierRepository(session).attachments(row.id):
            counted = supplied(paper)
            if counted is not None and paper.decision is None and paper.origin != MADE_ON_SCREEN:
                name = types.label_of(counted.type) if counted.type != FORM else both("documents.the_form")
                found.append(Gap(f"attachment-{paper.id}", say("not_ruled_on", label=name)))
        return [*found, *self._still_to_ask(session, row)]

    def _still_to_ask(self, session: Session, row: DossierRow) -> list[Gap]:
        """Answers a reviewer wants to have asked again, which no request asked for since."""
        requests = session.scalars(select(CorrectionRow).where(CorrectionRow.dossier_id == row.id)).all()
        rejected = session.scalars(
            select(ExtractionRow).where(
                ExtractionRow.dossier_id == row.id, ExtractionRow.decision == REJECTED
            )
        )
        found = []
        for one in rejected:
            if one.decided_at and any(request.asked_at >= one.decided_at for request in requests):
                continue
            field = find_field(self.spec_of(row), one.field_id)
            label = field.label if field else LocalizedText(one.field_id, one.field_id)
            found.append(Gap(f"value-{one.id}", say("asked_again_only", label=label)))
        return found


def _told_of(outcome: str, gaps: list[Gap]) -> dict[str, object]:
    """What the record tells of a decision: its outcome, and what it passes over."""
    despite = [one.subject for one in gaps]
    return {"outcome": outcome, "despite": despite} if despite else {"outcome": outcome}


def _with_gaps(note: str, gaps: list[Gap], language: Language) -> str:
    """The decision as the applicant reads it: the reason, then what was passed over."""
    if not gaps:
        return note
    listed = "\n".join(f"– {one.message.in_language(language)}" for one in gaps)
    return f"{note}\n{say('accepted_although').in_language(language)}\n{listed}"

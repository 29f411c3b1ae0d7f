"""What a reviewer does: look at what was read, accept or correct it, judge documents, decide."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.dossier import DossierEvent, DossierState, Origin, next_state
from core.errors import DossierError, InvalidValue
from core.field_kinds import Answer, kind_of
from core.form_spec import FormSpec, Severity
from core.localized_text import Language, LocalizedText
from core.scope import is_blank
from forms_service.locales import both
from forms_service.services.base import CLOSED_STATES, UseCases, may_edit
from forms_service.services.made_forms import MADE_ON_SCREEN
from forms_service.services.messages import say
from forms_service.services.presenting import (
    FORM,
    current_answers,
    extraction_views,
    find_field,
    open_doubts,
    shown,
    summaries,
    supplied,
)
from forms_service.services.reading_evidence import keep_outcome
from forms_service.services.standing_readings import shows_paper
from forms_service.services.storing_answers import put_field
from forms_service.services.uploads import narrowed
from forms_service.services.views import Actor, DossierSummary, ExtractionView, ReadingStatus
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import CorrectionRow, DossierRow, ExtractionRow, PageRow

QUEUE_STATES = (
    DossierState.SUBMITTED,
    DossierState.UNDER_REVIEW,
    DossierState.PHYSICAL_CHECK_PENDING,
)
OUTCOMES = {
    "accepted": DossierEvent.ACCEPT,
    "refused": DossierEvent.REFUSE,
    "closed": DossierEvent.CLOSE,
}
ANSWER_REASONS = ("unreadable", "differs", "incomplete", "doubtful")
"""Why an answer is asked again: codes of the sentences ``answer_reason``."""

CROP_MARGIN = 0.7
"""Paper shown around a box, as a share of its height: strokes may leave it, and its label tells what it is."""

LEAST_CROP_MARGIN_PX = 55
"""Around a tick box: enough to see the words beside it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing an acceptance passes over: a field, document or upload, and what is wrong with it."""

    subject: str
    message: LocalizedText


class ReviewerWork(UseCases):
    """Reviewing dossiers."""

    # --- look -----------------------------------------------------------------------------------

    def queue(self, actor: Actor) -> list[DossierSummary]:
        """Dossiers that wait for a reviewer, oldest deposit first, with the number of doubtful fields."""
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            rows = DossierRepository(session).queue([one.value for one in QUEUE_STATES])
            return summaries(session, rows, self.catalogue)

    def extractions(self, actor: Actor, dossier_id: str) -> list[ExtractionView]:
        """Everything read from the pages of a dossier, in the order of the form."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            return extraction_views(session, row, self.spec_of(row))

    def crop(self, actor: Actor, extraction_id: str) -> bytes:
        """The piece of the page an answer was read from, as a PNG.

        Raises:
            DossierError: ``unknown_page`` when it was not read from an image.
        """
        with self.database.reading() as session:
            row = self._extraction(session, actor, extraction_id)
            page = session.get(PageRow, (row.attachment_id, row.page))
            box = tuple(row.box) if shows_paper(row) else None
        if page is None or box is None:
            raise DossierError(say("unknown_page"), code="unknown_page")
        return _cut(self.objects.get(page.image_object), box)

    def scan_page(self, actor: Actor, dossier_id: str, scan_id: str, page: int) -> bytes:
        """One page (from 0) of a scan as a PNG; the boxes of the extractions are in its pixels."""
        with self.database.reading() as session:
            row = self.get_attachment(session, actor, dossier_id, scan_id)
            found = session.get(PageRow, (row.id, page))
        if found is None:
            raise DossierError(say("unknown_page"), code="unknown_page")
        return narrowed(self.objects.get(found.image_object), 10_000)

    # --- settle what was read -------------------------------------------------------------------

    def accept_value(self, actor: Actor, extraction_id: str) -> None:
        """Take a read value over into the dossier.

        Raises:
            DossierError: ``nothing_to_accept``, ``changed_meanwhile``, ``wrong_state``.
        """
        with self.database.writing() as session:
            row, dossier, spec = self._to_settle(session, actor, extraction_id)
            if row.value is None:
                raise DossierError(say("nothing_to_accept"), code="nothing_to_accept")
            self._settle(session, actor, row, dossier, spec, row.value["value"], "accepted")

    def correct_value(
        self, actor: Actor, extraction_id: str, text: str, leave_empty: bool = False
    ) -> LocalizedText | None:
        """Put the right value in place of a read one; gives the problem when it is not valid.

        Emptying an answer the dossier holds takes ``leave_empty``: an erased box is more often a
        slip.  The earlier answer stays in the history.
        """
        with self.database.writing() as session:
            row, dossier, spec = self._to_settle(session, actor, extraction_id)
            field = find_field(spec, row.field_id)
            if field is None:
                raise DossierError(say("unknown_field", fields=row.field_id), code="unknown_field")
            try:
                value = kind_of(field).parse(text, field)
            except InvalidValue as problem:
                return problem.message
            held = current_answers(session, dossier, spec).get(row.field_id)
            if value in (None, "", []) and not is_blank(held) and not leave_empty:
                return say("empty_to_confirm", value=shown(field, held, ""))
            self._settle(session, actor, row, dossier, spec, value, "corrected")
            return None

    # --- judge ----------------------------------------------------------------------------------

    def start_review(self, actor: Actor, dossier_id: str) -> None:
        """Take a dossier in hand; taking one that is in hand already changes nothing."""
        self.require_role(actor, "reviewer")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if row.state != DossierState.UNDER_REVIEW:
                self._move(session, row, actor, DossierEvent.START_REVIEW, {})

    def receive_paper(self, actor: Actor, dossier_id: str) -> None:
        """Note that the paper file of a dossier drawn for a check was brought."""
        self.require_role(actor, "clerk", "reviewer")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            self._move(session, row, actor, DossierEvent.RECEIVE_PAPER, {})

    def decide_document(
        self, actor: Actor, dossier_id: str, attachment_id: str, accepted: bool, reason: str | None = None
    ) -> None:
        """Accept or refuse one document; a refusal says why."""
        self.require_role(actor, "reviewer")
        if not accepted and not (reason or "").strip():
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            dossier = self.get_dossier(session, actor, dossier_id, to_change=True)
            self._refuse_closed(dossier)
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
            if accepted and row.status == ReadingStatus.REFUSED:
                raise DossierError(say("unusable_document"), code="unusable_document")
            row.decision = "accepted" if accepted else "refused"
            row.decision_reason = (reason or "").strip() or None
            row.decided_by = actor.id
            details = {"attachment": row.id, "decision": row.decision}
            row.decided_at = self.touch(session, dossier, actor, "document_decided", details)

    def request_correction(
        self,
        actor: Actor,
        dossier_id: str,
        fields: Iterable[str],
        documents: Iterable[str],
        message: str,
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        """Give the dossier back to the applicant with what is to be mended.

        Args:
            reasons: Why an answer is asked again, by field: one of ``ANSWER_REASONS``.
        """
        self.require_role(actor, "reviewer")
        asked = (sorted(set(fields)), sorted(set(documents)), message.strip())
        if not any(asked):
            raise DossierError(say("reason_needed"), code="reason_needed")
        why = {name: code for name, code in (reasons or {}).items() if name in asked[0] and code}
        if not set(why.values()) <= set(ANSWER_REASONS):
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            details: dict[str, object] = {"fields": asked[0], "documents": asked[1]}
            self._move(session, row, actor, DossierEvent.REQUEST_CORRECTION, details)
            session.add(
                CorrectionRow(
                    dossier_id=row.id,
                    fields=asked[0],
                    documents=asked[1],
                    reasons=why,
                    message=asked[2],
                    asked_by=actor.id,
                    asked_at=row.changed_at,
                )
            )

    def acceptance_gaps(self, actor: Actor, dossier_id: str) -> list[Gap]:
        """What an acceptance would pass over: everything missing or wrong, papers nobody ruled on."""
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            return self._gaps(session, self.get_dossier(session, actor, dossier_id))

    def decide(
        self, actor: Actor, dossier_id: str, outcome: str, note: str = "", despite_gaps: bool = False
    ) -> None:
        """End the review: ``accepted``, ``refused`` or ``closed``; the last two say why.

        Accepting a dossier with gaps takes ``despite_gaps`` and a reason; what was passed over is
        named in the history and in the decision.

        Raises:
            DossierError: ``unsettled_values`` when readings still wait for a person's eyes;
                ``accepted_despite_gaps`` when something is missing and nobody said why that is right.
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
            gaps = self._gaps(session, row) if event is DossierEvent.ACCEPT else []
            details: dict[str, object] = {"outcome": outcome}
            if gaps:
                details["despite"] = [one.subject for one in gaps]
            self._move(session, row, actor, event, details)
            doubts = open_doubts(session, row, self.spec_of(row)) if event is DossierEvent.ACCEPT else 0
            if doubts:  # undoes the move as well
                raise DossierError(both("review.unsettled", n=doubts), code="unsettled_values")
            if gaps and not (despite_gaps and note):
                raise DossierError(say("accepted_despite_gaps"), code="accepted_despite_gaps")
            row.decision_note = _with_gaps(note, gaps, Language(row.language)) or None
            row.decided_at = row.changed_at

    # --- details --------------------------------------------------------------------------------

    def _move(
        self, session: Session, row: DossierRow, actor: Actor, event: DossierEvent, details: dict[str, object]
    ) -> None:
        row.state = next_state(DossierState(row.state), event).value
        self.touch(session, row, actor, event.value, details)

    def _gaps(self, session: Session, row: DossierRow) -> list[Gap]:
        report = self.assess(session, row)  # type: ignore[attr-defined]
        found = [Gap(one.subject, one.message) for one in report.findings if one.severity is Severity.ERROR]
        types = self.catalogue.document_types()
        for paper in DossierRepository(session).attachments(row.id):
            counted = supplied(paper)
            if counted is not None and paper.decision is None and paper.origin != MADE_ON_SCREEN:
                name = types.label_of(counted.type) if counted.type != FORM else both("documents.the_form")
                found.append(Gap(f"attachment-{paper.id}", say("not_ruled_on", label=name)))
        return found

    def _refuse_closed(self, dossier: DossierRow) -> None:
        if DossierState(dossier.state) in CLOSED_STATES:
            raise DossierError(say("already_closed"), code="wrong_state")

    def _extraction(self, session: Session, actor: Actor, extraction_id: str) -> ExtractionRow:
        row = session.get(ExtractionRow, extraction_id)
        if row is None:
            raise DossierError(say("not_yours"), code="not_yours")
        self.get_attachment(session, actor, row.dossier_id, row.attachment_id)
        return row

    def _to_settle(
        self, session: Session, actor: Actor, extraction_id: str
    ) -> tuple[ExtractionRow, DossierRow, FormSpec]:
        """An extraction the person may settle: reviewers, and owners while they may edit."""
        row = self._extraction(session, actor, extraction_id)
        dossier = self.get_dossier(session, actor, row.dossier_id, to_change=True)
        if not may_edit(actor, dossier):
            self.require_role(actor, "reviewer")
            self._refuse_closed(dossier)
        session.refresh(row)
        if row.decided_by not in (None, actor.id):
            raise DossierError(say("already_decided"), code="changed_meanwhile")
        return row, dossier, self.spec_of(dossier)

    def _settle(
        self,
        session: Session,
        actor: Actor,
        row: ExtractionRow,
        dossier: DossierRow,
        spec: FormSpec,
        value: Answer,
        decision: str,
    ) -> None:
        details = {"extraction": row.id, "field": row.field_id, "decision": decision}
        row.decided_at = self.touch(session, dossier, actor, "value_settled", details)
        row.decision, row.decided_by = decision, actor.id
        if "reviewer" in actor.roles and not may_edit(actor, dossier):
            origin = Origin.REVIEWER
            keep_outcome(session, row, value, self.new_id)
        else:
            origin = Origin.SCAN if decision == "accepted" else Origin.SCREEN
        put_field(
            session,
            dossier,
            spec,
            row.field_id,
            value,
            origin=origin,
            confidence=row.confidence if decision == "accepted" else None,
            by=actor.id,
            at=row.decided_at,
        )


def _with_gaps(note: str, gaps: list[Gap], language: Language) -> str:
    """The decision as the applicant reads it: the reason, then what was passed over."""
    if not gaps:
        return note
    listed = "\n".join(f"– {one.message.in_language(language)}" for one in gaps)
    return f"{note}\n{say('accepted_although').in_language(language)}\n{listed}"


def _cut(png: bytes, box: tuple[int, ...]) -> bytes:
    from PIL import Image

    left, top, right, bottom = box
    margin = max(LEAST_CROP_MARGIN_PX, round(CROP_MARGIN * (bottom - top)))
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        area = (
            max(0, left - margin),
            max(0, top - margin),
            min(image.width, right + margin),
            min(image.height, bottom + margin),
        )
        piece = image.crop(area)
    out = io.BytesIO()
    piece.save(out, "PNG")
    return out.getvalue()

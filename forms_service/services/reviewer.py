"""What a reviewer does: look at what was read, accept or correct it, judge documents, decide."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from core.correction_slip import answer_field, demand_of
from core.dossier import EDITABLE_STATES, DossierEvent, DossierState, Origin, fact_fields
from core.errors import DossierError, InvalidValue
from core.field_kinds import Answer, kind_of
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.scope import is_blank
from forms_service.messages import say
from forms_service.services.base import may_edit
from forms_service.services.decisions import REJECTED, Decisions
from forms_service.services.expected_revisions import revision_was_said
from forms_service.services.presenting import current_answers, extraction_views, find_field, shown
from forms_service.services.reading_evidence import keep_outcome
from forms_service.services.review_queue import ReviewQueue
from forms_service.services.standing_readings import settled_in_review, shows_paper
from forms_service.services.storing_answers import put_field
from forms_service.services.uploads import narrowed
from forms_service.services.views import Actor, ExtractionView, ReadingStatus
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, CorrectionRow, DossierRow, ExtractionRow, PageRow

ANSWER_REASONS = ("unreadable", "differs", "incomplete", "doubtful")
"""Why an answer is asked again: codes of the sentences ``answer_reason``."""

DOCUMENT_REASONS = ("unreadable", "wrong_document", "expired", "other_person", "incomplete", "not_certified")
"""Why a document is declined: codes of the sentences ``reason``, which the applicant reads in either language."""

CROP_MARGIN = 0.7
"""Paper shown around a box, as a share of its height: strokes may leave it, and its label tells what it is."""

LEAST_CROP_MARGIN_PX = 55
"""Around a tick box: enough to see the words beside it."""


class ReviewerWork(ReviewQueue, Decisions):
    """Reviewing dossiers."""

    # --- look -----------------------------------------------------------------------------------

    def extractions(self, actor: Actor, dossier_id: str) -> list[ExtractionView]:
        """Everything read from the pages of a dossier, in the order of the form."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            return extraction_views(session, row, self.spec_of(row))

    def crop(self, actor: Actor, dossier_id: str, extraction_id: str) -> bytes:
        """The piece of the page an answer of this dossier was read from, as a PNG.

        Raises:
            DossierError: ``unknown_page`` when it was not read from an image; ``not_yours`` also for an answer
                of another dossier, whoever may see both: who looked is told of the dossier that is named.
        """
        with self.database.reading() as session:
            row = self._extraction(session, actor, extraction_id)
            if row.dossier_id != dossier_id:
                raise DossierError(say("not_yours"), code="not_yours")
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

    def page_sizes(self, actor: Actor, dossier_id: str) -> dict[tuple[str, int], tuple[int, int]]:
        """Width and height in pixels of every page of the form, by scan and page from 0."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            repository = DossierRepository(session)
            scans = [one.id for one in repository.attachments(row.id) if one.is_form]
            keys = {
                (scan, one.number): one.image_object
                for scan, every in repository.pages(scans).items()
                for one in every
                if one.form_page
            }
        return {place: _png_size(self.objects.beginning(key, _PNG_HEAD)) for place, key in keys.items()}

    # --- settle what was read -------------------------------------------------------------------

    def accept_value(self, actor: Actor, extraction_id: str, expected_revision: int | None = None) -> None:
        """Take a read value over into the dossier.

        Raises:
            DossierError: ``nothing_to_accept``, ``changed_meanwhile``, ``changed_by_another``, ``wrong_state``.
        """
        with self.database.writing() as session:
            row, dossier, spec = self._to_settle(session, actor, extraction_id, expected_revision)
            if row.value is None:
                raise DossierError(say("nothing_to_accept"), code="nothing_to_accept")
            self._settle(session, actor, row, dossier, spec, row.value["value"], "accepted")

    def correct_value(
        self,
        actor: Actor,
        extraction_id: str,
        text: str,
        leave_empty: bool = False,
        expected_revision: int | None = None,
    ) -> LocalizedText | None:
        """Put the right value in place of a read one; gives the problem when it is not valid.

        Emptying an answer the dossier holds takes ``leave_empty``: an erased box is more often a
        slip.  The earlier answer stays in the history.
        """
        with self.database.writing() as session:
            row, dossier, spec = self._to_settle(session, actor, extraction_id, expected_revision)
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

    def reject_value(
        self, actor: Actor, extraction_id: str, reason: str, expected_revision: int | None = None
    ) -> None:
        """Note that an answer must be asked again, and why; the request for a correction will ask it.

        Args:
            reason: One of ``ANSWER_REASONS``.
        """
        self.require_role(actor, "reviewer")
        if reason not in ANSWER_REASONS:
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            row, dossier, _ = self._to_settle(session, actor, extraction_id, expected_revision)
            details = {"extraction": row.id, "field": row.field_id, "decision": REJECTED, "reason": reason}
            row.decided_at = self.touch(session, dossier, actor, "value_settled", details)
            row.decision, row.decision_reason, row.decided_by = REJECTED, reason, actor.id

    # --- judge ----------------------------------------------------------------------------------

    def start_review(self, actor: Actor, dossier_id: str) -> None:
        """Take a dossier in hand; taking one that is in hand already changes nothing."""
        self.require_role(actor, "reviewer")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if row.state != DossierState.UNDER_REVIEW:
                self.hold(row, actor)
                self.move(session, row, actor, DossierEvent.START_REVIEW, {})

    def receive_paper(self, actor: Actor, dossier_id: str) -> None:
        """Note that the paper file of a dossier drawn for a check was brought."""
        self.require_role(actor, "clerk", "reviewer")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            self.move(session, row, actor, DossierEvent.RECEIVE_PAPER, {})

    def decide_document(
        self,
        actor: Actor,
        dossier_id: str,
        attachment_id: str,
        accepted: bool,
        reason: str | None = None,
        expected_revision: int | None = None,
    ) -> None:
        """Accept or refuse one document; a refusal says why, by one of ``DOCUMENT_REASONS``."""
        self.require_role(actor, "reviewer")
        if not accepted and reason not in DOCUMENT_REASONS:
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            dossier = self.get_dossier(session, actor, dossier_id, to_change=True)
            self.refuse_closed(dossier)
            self.refuse_while_proposed(session, dossier)
            self.refuse_changed(session, actor, dossier, expected_revision, ("attachment", attachment_id))
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
            if accepted and row.status == ReadingStatus.REFUSED:
                raise DossierError(say("unusable_document"), code="unusable_document")
            row.decision = "accepted" if accepted else "refused"
            row.decision_reason = None if accepted else reason
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
        expected_revision: int | None = None,
    ) -> None:
        """Give the dossier back to the applicant with what is to be mended.

        Args:
            fields: Answers and facts by their ids, rows as ``children.1.birth``, a group by its own.
            reasons: Why an answer is asked again, by field: one of ``ANSWER_REASONS``.

        Raises:
            DossierError: ``reason_needed``; ``unknown_field``, ``unknown_document_type``: nobody could ever
                mend what the form does not ask; ``changed_by_another``, ``wrong_state``.
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
            self.refuse_while_proposed(session, row)
            self.refuse_changed(session, actor, row, expected_revision)
            _refuse_unasked(self.spec_of(row), asked[0], asked[1])
            row.held_by = row.held_at = None
            details: dict[str, object] = {"fields": asked[0], "documents": asked[1]}
            self.move(session, row, actor, DossierEvent.REQUEST_CORRECTION, details)
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

    # --- details --------------------------------------------------------------------------------

    def _extraction(self, session: Session, actor: Actor, extraction_id: str) -> ExtractionRow:
        row = session.get(ExtractionRow, extraction_id)
        if row is None:
            raise DossierError(say("not_yours"), code="not_yours")
        self.get_attachment(session, actor, row.dossier_id, row.attachment_id)
        return row

    def _to_settle(
        self, session: Session, actor: Actor, extraction_id: str, expected_revision: int | None = None
    ) -> tuple[ExtractionRow, DossierRow, FormSpec]:
        """An extraction the person may settle: reviewers, and owners while they may edit.

        What was kept or mended before the dossier came back from whoever prepares it is a reviewer's to
        judge.  What a colleague decided may be mended by whoever saw that decision; who does not say
        what they saw does not write over it.
        """
        row = self._extraction(session, actor, extraction_id)
        dossier = self.get_dossier(session, actor, row.dossier_id, to_change=True)
        if not may_edit(actor, dossier):
            self.require_role(actor, "reviewer")
            self.refuse_closed(dossier)
        session.refresh(row)
        said = expected_revision is not None or revision_was_said(dossier.id)
        by_another = row.decided_by not in (None, actor.id) and not self._is_to_judge(session, dossier, row)
        if by_another and not said:
            raise DossierError(say("already_decided"), code="changed_meanwhile")
        self.refuse_while_proposed(session, dossier)
        self.refuse_changed(session, actor, dossier, expected_revision, ("field", row.field_id))
        return row, dossier, self.spec_of(dossier)

    def _is_to_judge(self, session: Session, dossier: DossierRow, row: ExtractionRow) -> bool:
        """Whether somebody settled a reading while preparing a dossier that has been handed in since."""
        account = session.get(AccountRow, row.decided_by)
        in_review = settled_in_review(row, dossier, account.roles if account else ())
        return not in_review and DossierState(dossier.state) not in EDITABLE_STATES

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
        row.decision, row.decision_reason, row.decided_by = decision, None, actor.id
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


def _refuse_unasked(spec: FormSpec, fields: Iterable[str], documents: Iterable[str]) -> None:
    """Refuse to ask for what the form asks of no applicant: the dossier would wait for it for ever."""
    whole = {one.id for one in (*spec.groups, *fact_fields(spec))}
    unknown = []
    for name in fields:
        field = answer_field(spec, name)
        if name not in whole and (field is None or field.office):
            unknown.append(name)
    if unknown:
        raise DossierError(say("unknown_field", fields=", ".join(unknown)), code="unknown_field")
    for name in documents:
        if demand_of(spec, name) is None:
            raise DossierError(say("unknown_document_type", type=name), code="unknown_document_type")


_PNG_HEAD = 24
"""Bytes of a PNG up to its height."""


def _png_size(png: bytes) -> tuple[int, int]:
    """Width and height stand first in every PNG, so nothing is decoded."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


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

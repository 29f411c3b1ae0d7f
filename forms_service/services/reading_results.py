"""What a reading found goes into the dossier: once, whole, and never over what a person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core.dossier import Origin
from core.extraction import Verdict
from core.field_kinds import Answer
from core.findings import Requirement
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.scope import build_scope
from forms_service.messages import say
from forms_service.reading_process import (
    OUT_OF_TIME,
    ReadingFailed,
    ReadingOutcome,
    ReadingRequest,
    run_reading_of_pages,
)
from forms_service.services.base import CLOSED_STATES, READ_UPLOAD, SYSTEM
from forms_service.services.childrens_papers import settle_children
from forms_service.services.correction_slips import CorrectionSlips
from forms_service.services.identity_doubts import WHOSE_PAPER, belongs_to, is_identity_type
from forms_service.services.papers_compared import names_another, person_named, person_of
from forms_service.services.presenting import FORM, as_paper, current_answers, find_field, read_dossier
from forms_service.services.same_answer import says_the_same
from forms_service.services.standing_readings import is_unseen
from forms_service.services.storing_answers import extraction_row, put_field
from forms_service.services.views import ReadingStatus
from forms_service.services.virus_scans import VirusScans
from forms_service.storage.dead_letters import FAILED, note_dead_letter
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, PageRow

log = structlog.get_logger(__name__)

_UNREAD = (ReadingStatus.WAITING.value, ReadingStatus.READING.value)
_MACHINE_MADE = {Origin.PDF: {Origin.PDF, Origin.SCAN}, Origin.SCAN: frozenset()}
"""Which held answers a new one may take over from: a form typed later from an earlier reading."""


class ReadingResults(VirusScans, CorrectionSlips):
    """The worker's side of an upload."""

    def read_upload(self, attachment_id: str) -> None:
        """Read one upload; a second time changes nothing.

        A reading that fails is tried again by the task engine, unless it ran out of time; what is
        stored meanwhile is only that it is being read.
        """
        request = self._begin(attachment_id)
        if request is None:
            return
        asked, original_key = request
        if not self.may_be_opened(original_key):
            return
        original = self.objects.get(original_key)
        config = self.adapters.config
        try:
            with run_reading_of_pages(asked, original, config.reading, config.scratch_folder) as outcome:
                self._store(attachment_id, outcome)
        except ReadingFailed as failure:
            log.warning("reading failed", attachment=attachment_id, reason=failure.reason)
            if failure.reason != OUT_OF_TIME:
                raise
            # What took all its time once takes it every time, and others are waiting.
            self.give_up_reading(attachment_id, OUT_OF_TIME, 1)

    def give_up_reading(self, attachment_id: str, cause: str = FAILED, attempts: int = 1) -> None:
        """Note that nobody will try again: a person has to look.  Doing so twice changes nothing."""
        with self.database.writing() as session:
            held = _held_unread(session, attachment_id)
            if held is None:
                return
            row, dossier = held
            row.status = ReadingStatus.FAILED.value
            row.type = row.type or row.declared_type
            row.message = say("reading_failed").as_dict()
            at = self.touch(session, dossier, SYSTEM, "reading_failed", {"attachment": row.id})
            note_dead_letter(
                session,
                at=at,
                task=READ_UPLOAD,
                key=row.id,
                cause=cause,
                attempts=attempts,
                dossier_id=dossier.id,
            )

    # --- details --------------------------------------------------------------------------------

    def _begin(self, attachment_id: str) -> tuple[ReadingRequest, str] | None:
        with self.database.writing() as session:
            row = session.get(AttachmentRow, attachment_id, with_for_update=True)
            if row is None or row.status not in _UNREAD or row.removed_at is not None:
                return None
            row.status = ReadingStatus.READING.value
            dossier = session.get_one(DossierRow, row.dossier_id)
            return self.reading_request(dossier, row.filename, row.declared_type), row.object_key

    def _store(self, attachment_id: str, outcome: ReadingOutcome) -> None:
        """Keep images first, then everything else in one transaction."""
        result = outcome.result
        images = [self.objects.put(outcome.image(page["image"])) for page in result["pages"]]
        with self.database.writing() as session:
            repository = DossierRepository(session)
            held = _held_unread(session, attachment_id)
            if held is None:
                return
            row, dossier = held
            spec = self.spec_of(dossier)
            elsewhere = {page for other in result["others"] for page in other["pages"]}
            shown = [(page, image) for page, image in zip(result["pages"], images, strict=True)]
            own = [one for number, one in enumerate(shown) if number not in elsewhere]
            self._store_pages(session, row, own or shown)
            self._describe(session, row, dossier, spec, result)
            for other in result["others"]:
                self._file_other(session, row, dossier, spec, other, [shown[page] for page in other["pages"]])
            details = {"attachment": row.id, "status": row.status, "type": row.type}
            at = self.touch(session, dossier, SYSTEM, "read", details)
            if row.status == ReadingStatus.REFUSED:
                repository.drop_refused_copies(row, at)
            if result["status"] == ReadingStatus.READ:
                self._take_over(session, row, dossier, spec, result)
            settle_children(session, dossier, spec)
            if result["slips"]:
                self.take_slip(session, row, dossier, spec, result)
            session.flush()
            self.refresh_applicant(session, dossier, spec)

    def _file_other(
        self,
        session: Session,
        row: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        other: Mapping[str, Any],
        pages: Sequence[tuple[Mapping[str, Any], str]],
    ) -> None:
        """File a further document of the same file beside it, as if it had been sent for itself."""
        held = len(DossierRepository(session).attachments(dossier.id))
        if held >= self.adapters.config.max_uploads:
            document = self.catalogue.document_types().label_of(other["document_class"])
            row.warnings = [*row.warnings, say("other_not_filed", document=document).as_dict()]
            return
        beside = AttachmentRow(
            id=self.new_id(),
            dossier_id=row.dossier_id,
            position=held + 1,
            filename=row.filename,
            media_type=row.media_type,
            size=row.size,
            object_key=row.object_key,
            status=ReadingStatus.READING.value,
            facts={},
            warnings=[],
            uploaded_by=row.uploaded_by,
            uploaded_at=row.uploaded_at,
        )
        session.add(beside)
        session.flush()
        self._store_pages(session, beside, pages)
        found = {"status": ReadingStatus.READ.value, "is_form": False, "message": None, **other}
        self._describe(session, beside, dossier, spec, found)
        details = {"attachment": beside.id, "beside": row.id, "type": beside.type}
        self.touch(session, dossier, SYSTEM, "found_in_file", details)

    def _store_pages(
        self, session: Session, row: AttachmentRow, pages: Sequence[tuple[Mapping[str, Any], str]]
    ) -> None:
        for number, (page, image) in enumerate(pages):
            session.add(
                PageRow(
                    attachment_id=row.id,
                    number=number,
                    image_object=image,
                    form_id=page["form"],
                    form_version=page["version"],
                    form_page=page["form_page"] if page["ours"] else None,
                    form_pages=page["form_pages"] if page["ours"] else None,
                    variant=page["variant"],
                    reference=page["reference"],
                    registered=page["registered"],
                )
            )
        session.flush()

    def _describe(
        self,
        session: Session,
        row: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        result: Mapping[str, Any],
    ) -> None:
        row.status = result["status"]
        row.is_form = bool(result["is_form"])
        row.message = result["message"]
        row.facts = result["facts"]
        row.fact_confidences = result["fact_confidences"]
        row.valid_until = result["valid_until"]
        row.confidence = result["confidence"]
        row.seen_as = result.get("seen_as") if row.declared_type not in (None, FORM) else None
        warnings = list(result["warnings"])
        if row.is_form:
            row.type = FORM if result["signed_paper"] else None
        else:
            row.type = self._role_of(session, row, dossier, spec, result["document_class"])
            if row.declared_type == FORM and not warnings and row.status != "refused":
                warnings.append(say("not_the_form").as_dict())
            if row.type is None and self._is_identity(result["document_class"]):
                warnings.append(WHOSE_PAPER.as_dict())
        row.warnings = warnings

    def _role_of(
        self,
        session: Session,
        row: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        document_class: str | None,
    ) -> str | None:
        """The type of a document: what the person said, else that of the demand it fits.

        Of several demands the one for the child with the birth date on the paper comes first, then
        those that nothing meets yet.
        """
        types = self.catalogue.document_types()
        if row.declared_type not in (None, FORM):
            roles = {row.declared_type}
        else:
            roles = {one.id for one in types.types_of_class(document_class)} if document_class else set()
        born_on_that_day = self._rows_born(session, dossier, row.facts.get("birth"))
        fitting = [
            one for one in self.assess(session, dossier).required if roles & {one.type, *one.alternatives}
        ]
        fitting.sort(key=lambda one: (one.child not in born_on_that_day, one.satisfied))
        if row.declared_type in (None, FORM) and self._is_identity(document_class) and len(fitting) > 1:
            fitting = self._of_that_person(session, row, dossier, spec, fitting)
            if not fitting:
                return None
        for one in fitting:
            return next(role for role in (one.type, *one.alternatives) if role in roles)
        known = [one.type for one in spec.documents if one.type in roles] or sorted(roles)
        return known[0] if known else None

    def _is_identity(self, document_class: str | None) -> bool:
        """Whether papers of that look say who somebody is."""
        types = self.catalogue.document_types()
        roles = types.types_of_class(document_class) if document_class else ()
        return any(is_identity_type(one.id, types) for one in roles)

    def _of_that_person(
        self,
        session: Session,
        row: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        demands: Sequence[Requirement],
    ) -> list[Requirement]:
        """The demand for the person an identity paper names; none when it may be several people's.

        Where its number tells nothing, a name that is surely another's still does.
        """
        held = read_dossier(session, dossier, spec).dossier
        scope = build_scope(spec, held, self.day_of_deposit(dossier))
        declared = {one.id: one for one in spec.documents}
        paper, answers = as_paper(row, ""), held.answers()

        def fitting(one: Requirement) -> bool | None:
            demand = declared[one.document_id]
            verdict = belongs_to(spec, demand, row.facts, held, scope)
            person = person_named(answers, f"{person_of(spec, demand, scope)}.")
            return False if verdict is None and names_another(paper, person) else verdict

        fits = [(one, fitting(one)) for one in demands]
        sure = [one for one, verdict in fits if verdict]
        possible = [one for one, verdict in fits if verdict is None and not one.satisfied]
        if sure:
            return sure[:1]
        return possible if len(possible) == 1 else []

    def _rows_born(self, session: Session, dossier: DossierRow, birth: object) -> set[int]:
        """Rows of groups (children) whose birth date is the one on the paper."""
        groups = read_dossier(session, dossier, self.spec_of(dossier)).dossier.groups
        return {
            number
            for rows in groups.values()
            for number, one in enumerate(rows, start=1)
            if birth is not None and one.get("birth") == birth
        }

    def _take_over(
        self,
        session: Session,
        row: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        result: Mapping[str, Any],
    ) -> None:
        """Fill empty answers with sure values; everything else waits for a person."""
        order = {one.id: place for place, one in enumerate(spec.printed_fields())}
        held = current_answers(session, dossier, spec)
        stored = DossierRepository(session).answers(dossier.id)
        closed = dossier.state in {one.value for one in CLOSED_STATES}
        origin = Origin(result["origin"])
        filled: list[str] = []
        for one in result["extractions"]:
            field_id = one["field_id"]
            if one.get("slip") or find_field(spec, field_id) is None:
                continue
            extraction = extraction_row(self.new_id(), row, one, order.get(field_id, len(order)))
            current = stored.get((FIELD, field_id))
            typed_badly = current is not None and current.raw is not None
            replaceable = current is not None and Origin(current.origin) in _MACHINE_MADE[origin]
            value: Answer = one["value"]
            known = held.get(field_id)
            if value is not None and says_the_same(find_field(spec, field_id), value, known):
                extraction.verdict, extraction.decision = Verdict.ACCEPT.value, "filled"
            elif (held.get(field_id) is not None or typed_badly) and not replaceable:
                # What the picture does not show differs from nothing.
                if extraction.verdict != Verdict.EMPTY and not is_unseen(one["raw"], value, one["reason"]):
                    extraction.verdict, extraction.reason = Verdict.REVIEW.value, "conflict"
            elif extraction.verdict == Verdict.ACCEPT and not closed:
                self._fill(session, dossier, spec, one, origin)
                extraction.decision = "filled"
                filled.append(field_id)
            if extraction.decision:
                extraction.decided_at = dossier.changed_at
            session.add(extraction)
        if filled:
            details = {"attachment": row.id, "fields": filled, "origin": origin.value}
            self.note(session, dossier, SYSTEM, "answers_filled", details)

    def _fill(
        self, session: Session, dossier: DossierRow, spec: FormSpec, found: Mapping[str, Any], origin: Origin
    ) -> None:
        problem = found.get("problem")
        put_field(
            session,
            dossier,
            spec,
            found["field_id"],
            found["value"],
            origin=origin,
            by=None,
            at=dossier.changed_at,
            confidence=found["confidence"],
            raw=found["raw"] if problem else None,
            problem=LocalizedText(problem["ar"], problem["fr"]) if problem else None,
        )


def _held_unread(session: Session, attachment_id: str) -> tuple[AttachmentRow, DossierRow] | None:
    """An upload that nobody has read yet, held with its dossier; a worker taken for dead may be at it too."""
    known = session.get(AttachmentRow, attachment_id)
    if known is None:
        return None
    dossier = DossierRepository(session).find(known.dossier_id, to_change=True)  # first, as everywhere
    row = session.get(AttachmentRow, attachment_id, with_for_update=True)
    if dossier is None or row is None or row.status not in _UNREAD:
        return None
    return row, dossier

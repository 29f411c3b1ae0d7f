"""Correction slips: printed for an open request, and read back into what it asked, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.correction_slip import (
    SLIP_SIGNATURE,
    AskedAgain,
    SlipRequest,
    answer_field,
    asked_by,
    requested,
    slip_fields,
)
from core.dossier import DossierState, Origin
from core.errors import DossierError
from core.extraction import Verdict
from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from forms_service.services.applicant import ApplicantWork
from forms_service.services.base import SYSTEM
from forms_service.services.correction_progress import CorrectionProgress, progress_of
from forms_service.services.made_forms import CORRECTION_SLIP
from forms_service.services.presenting import current_answers
from forms_service.services.same_answer import says_the_same
from forms_service.services.slip_notes import slip_notes
from forms_service.services.standing_readings import is_unseen
from forms_service.services.storing_answers import extraction_row, group_place, put_field
from forms_service.services.views import Actor
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AttachmentRow, CorrectionRow, DossierRow
from forms_service.storage.row_origins import given_at as cell_given_at

_T = LocalizedText

NOTHING_OPEN = _T(
    "هذه قسيمة تصحيح، لكن الملف {reference} لا ينتظر أي تصحيح الآن. لم يتغير أي جواب، والورقة محفوظة. "
    "اطلعوا على حالة الملف.",
    "C'est un bulletin de correction, mais le dossier {reference} n'attend aucune correction. "
    "Aucune réponse n'a été modifiée et la feuille est conservée. Consultez l'état du dossier.",
)
EARLIER_REQUEST = _T(
    "هذه القسيمة تعود إلى طلب تصحيح سابق: تسأل عما لم يعد مطلوبا. لم يتغير أي جواب، والورقة محفوظة. "
    "اطبعوا القسيمة الحالية من ملفكم واملؤوها.",
    "Ce bulletin répond à une demande de correction antérieure : il porte sur ce qui n'est plus demandé. Aucune "
    "réponse n'a été modifiée et la feuille est conservée. Imprimez le bulletin actuel depuis le dossier.",
)
WITHOUT_DOSSIER = _T(
    "هذه قسيمة تصحيح، ولا يوجد ملف بمرجعها. أصلها محفوظ. حددوا صاحبها في لائحة الصفحات التي تنتظر.",
    "C'est un bulletin de correction dont la référence ne désigne aucun dossier. L'original est conservé. "
    "Dites à qui il est dans la liste des pages à identifier.",
)
TAKEN = _T(
    "قرئت قسيمة التصحيح. راجعوا الأجوبة ثم أودعوا الطلب من جديد.",
    "Le bulletin de correction est lu. Vérifiez les réponses, puis déposez à nouveau la demande.",
)
STILL_ASKED = _T(
    "قرئت قسيمة التصحيح، وما زال ينتظر الجواب: {labels}. ما قرئ محفوظ. أكملوا الباقي ثم أودعوا الطلب من جديد.",
    "Le bulletin de correction est lu ; il reste à répondre à : {labels}. Ce qui est lu est conservé. "
    "Complétez le reste, puis déposez à nouveau la demande.",
)
UNSIGNED = _T(
    "لا يظهر أي إمضاء على قسيمة التصحيح. وقعوها وأرسلوها من جديد، أو صرحوا بصحة الأجوبة عند الإيداع.",
    "Aucune signature n'est visible sur le bulletin. Signez-le et renvoyez-le, ou déclarez vos réponses exactes "
    "lors du dépôt.",
)
NO_SLIP_TO_PRINT = _T(
    "لا ينتظر هذا الملف أي تصحيح، ولذلك لا توجد قسيمة لطبعها. اطلعوا على حالة الملف.",
    "Ce dossier n'attend aucune correction : il n'y a pas de bulletin à imprimer. Consultez l'état du dossier.",
)


@dataclass(frozen=True, slots=True)
class _Slip:
    """What slips said, sorted: the answers that were asked for, and whether anybody signed."""

    answers: tuple[Mapping[str, Any], ...]
    is_signed: bool


class CorrectionSlips(ApplicantWork):
    """Printing slips, judging what comes back, telling how far a correction has come."""

    def correction_slip_pdf(self, actor: Actor, dossier_id: str) -> bytes:
        """The slip of the open request, for the applicant, the agency or the reviewer to print.

        Raises:
            DossierError: ``no_correction_open``.
        """
        from forms_service.render.correction_slip import render_slip

        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            correction = open_correction(session, row)
            if correction is None:
                raise DossierError(NO_SLIP_TO_PRINT, code="no_correction_open")
            spec, request = self.spec_of(row), slip_request(self.spec_of(row), correction)
            report = self.assess(session, row)
            notes = slip_notes(session, row, spec, request, correction, report, self.zone)
            reference, language = row.reference, Language(row.language)
        return render_slip(spec, request.asked, reference, notes, language)

    def correction_progress(self, actor: Actor, dossier_id: str) -> CorrectionProgress | None:
        """What of the open request has been answered; None when nothing is asked."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            correction = open_correction(session, row)
            return None if correction is None else progress_of(session, row, self.spec_of(row), correction)

    # --- what comes back ------------------------------------------------------------------------

    def take_slip(
        self,
        session: Session,
        attachment: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        result: Mapping[str, Any],
    ) -> None:
        """Let what a slip says take the place of what was rejected; the rest waits for a person.

        Only what the open request asks is touched.  An answer that somebody gave since then is not
        replaced: both are shown to a person.
        """
        if not attachment.type:
            attachment.origin = CORRECTION_SLIP
        problem = slip_refusal(session, dossier, spec, result["slips"])
        if problem is not None:
            self._say(attachment, problem)
            details = {"attachment": attachment.id}
            self.note(session, dossier, SYSTEM, "slip_not_expected", details, dossier.changed_at)
            return
        correction = open_correction(session, dossier)
        assert correction is not None  # noqa: S101 - slip_refusal() tells when there is none
        slip = _sorted(result["extractions"], spec, slip_request(spec, correction).asked)
        self._store_slip(session, attachment, dossier, spec, correction, slip.answers)
        session.flush()
        if not slip.is_signed:
            attachment.warnings = [*attachment.warnings, UNSIGNED.as_dict()]
        waiting = progress_of(session, dossier, spec, correction).open_fields()
        labels = _labels(spec, waiting)
        self._say(attachment, STILL_ASKED.fill(labels=labels) if labels else TAKEN)

    def _say(self, attachment: AttachmentRow, words: LocalizedText) -> None:
        """Tell what became of the slip: as the upload's message, or beside that of form pages with it."""
        if attachment.type:
            attachment.warnings = [*attachment.warnings, words.as_dict()]
        else:
            attachment.message = words.as_dict()

    def _store_slip(
        self,
        session: Session,
        attachment: AttachmentRow,
        dossier: DossierRow,
        spec: FormSpec,
        correction: CorrectionRow,
        answers: Sequence[Mapping[str, Any]],
    ) -> None:
        order = {one.id: place for place, one in enumerate(slip_fields(spec))}
        held = current_answers(session, dossier, spec)
        given_since = _given_since(session, dossier, spec, correction, [one["field_id"] for one in answers])
        filled = []
        for one in answers:
            field_id, field = one["field_id"], answer_field(spec, one["field_id"])
            row = extraction_row(self.new_id(), attachment, one, order[field_id])
            same = one["value"] is not None and says_the_same(field, one["value"], held.get(field_id))
            if field_id in given_since and same:
                row.verdict, row.decision = Verdict.ACCEPT.value, "filled"
            elif field_id in given_since and not is_unseen(one["raw"], one["value"], one["reason"]):
                row.verdict, row.reason = Verdict.REVIEW.value, "conflict"
            elif one["value"] is not None and (same or row.verdict == Verdict.ACCEPT):
                put_field(
                    session,
                    dossier,
                    spec,
                    field_id,
                    one["value"],
                    origin=Origin.SCAN,
                    by=None,
                    at=dossier.changed_at,
                    confidence=one["confidence"],
                )
                row.verdict, row.decision = Verdict.ACCEPT.value, "filled"
                filled.append(field_id)
            row.decided_at = dossier.changed_at if row.decision else None
            session.add(row)
        if filled:
            details = {"attachment": attachment.id, "fields": filled, "origin": Origin.SCAN.value}
            self.note(session, dossier, SYSTEM, "answers_filled", details)


def open_correction(session: Session, row: DossierRow) -> CorrectionRow | None:
    """The request the dossier waits for an answer to; None when it waits for none."""
    if row.state != DossierState.CORRECTION_REQUESTED:
        return None
    found = DossierRepository(session).correction(row.id)
    return found if found is not None and found.answered_at is None else None


def slip_request(spec: FormSpec, correction: CorrectionRow) -> SlipRequest:
    """What of a request paper can ask."""
    return requested(spec, correction.fields, correction.documents)


def slip_refusal(
    session: Session, row: DossierRow, spec: FormSpec, codes: Iterable[str]
) -> LocalizedText | None:
    """Why nothing is taken from slips of these codes; None when the open request asks all they ask.

    A slip may ask less than the request: somebody may print one for a part of it.
    """
    correction = open_correction(session, row)
    if correction is None:
        return NOTHING_OPEN.fill(reference=row.reference)
    wanted = set(slip_request(spec, correction).asked.fields)
    for code in codes:
        asked = asked_by(spec, code)
        if asked is None or not set(asked.fields) <= wanted:
            return EARLIER_REQUEST
    return None


# --- details ---------------------------------------------------------------------------------------


def _sorted(extractions: Iterable[Mapping[str, Any]], spec: FormSpec, asked: AskedAgain) -> _Slip:
    on_slip = [one for one in extractions if one.get("slip")]
    signatures = {SLIP_SIGNATURE, spec.signature_field}
    signed = any(one["value"] is True for one in on_slip if one["field_id"] in signatures)
    return _Slip(tuple(one for one in on_slip if one["field_id"] in asked.fields), signed)


def _given_since(
    session: Session,
    dossier: DossierRow,
    spec: FormSpec,
    correction: CorrectionRow,
    field_ids: Iterable[str],
) -> set[str]:
    """The answers given, on screen or on paper, after the request: they are answers to it already."""
    repository = DossierRepository(session)
    answers, groups = repository.answers(dossier.id), repository.groups(dossier.id)
    found = set()
    for field_id in field_ids:
        place = group_place(spec, field_id)
        if place is None:
            held = answers.get((FIELD, field_id))
            given_at = held.given_at if held else None
        else:
            rows = groups.get(place[0].id)
            given_at = cell_given_at(rows, place[1], place[2]) if rows else None
        if given_at is not None and given_at > correction.asked_at:
            found.add(field_id)
    return found


def _labels(spec: FormSpec, field_ids: Iterable[str]) -> LocalizedText | None:
    named = [one for name in field_ids if (one := answer_field(spec, name)) is not None]
    if not named:
        return None
    french = dict.fromkeys(one.label.fr for one in named)
    arabic = dict.fromkeys(one.label.ar for one in named)
    return LocalizedText("، ".join(arabic), ", ".join(french))

"""Answers read on paper that wait for whoever wrote them: kept as read, or mended, by that person.

Only what is doubtful is asked, and only of answers the form asks on screen: signatures, the office's
boxes and blocks that do not apply stay with the reviewer.  What somebody typed gives way to what the
paper says only where that person says so of that very answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from core.completeness import applies
from core.conditions import holds
from core.correction_slip import answer_field
from core.dossier import Dossier
from core.errors import DossierError, InvalidValue
from core.field_kinds import Answer, kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText
from core.scope import build_scope
from forms_service.messages import say
from forms_service.ocr.doubts import Doubt
from forms_service.services.base import may_edit
from forms_service.services.made_forms import made_beside_signature
from forms_service.services.presenting import extraction_views, find_field, read_dossier
from forms_service.services.reviewer import ReviewerWork
from forms_service.services.views import Actor, ExtractionView
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import DossierRow, ExtractionRow

_NOT_ASKED = frozenset({"signature", "office_text"})
_NOTHING_SEEN = frozenset({Doubt.OUTSIDE_PICTURE.value, Doubt.BOX_NOT_SEEN.value})

READ, TYPED = "read", "typed"
"""What a person keeps of an answer: what stands on the paper, or what was typed before."""


class ConfirmingAnswers(ReviewerWork):
    """Going through doubtful readings before the deposit."""

    def answers_to_confirm(self, actor: Actor, dossier_id: str) -> list[ExtractionView]:
        """What was read, is in doubt and waits for this person, in the order of the form."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            return self._to_confirm(session, row) if may_edit(actor, row) else []

    def confirm_answers(
        self,
        actor: Actor,
        dossier_id: str,
        kept: Mapping[str, str],
        mended: Mapping[str, str] | None = None,
        expected_revision: int | None = None,
    ) -> dict[str, LocalizedText]:
        """Settle readings by their ids; gives the problems of those that stay open.

        What was settled meanwhile is passed over, so that sending a page twice changes nothing.

        Args:
            kept: ``READ`` for what stands on the paper, ``TYPED`` for what was typed before.
            mended: The right answers where neither is right; they count before ``kept``.

        Raises:
            DossierError: ``wrong_state``; ``changed_meanwhile`` when one of these answers was changed
                after ``expected_revision``.  Nothing is stored then.
        """
        mended = mended or {}
        with self.database.writing() as session:
            dossier = self.get_editable(session, actor, dossier_id)
            spec = self.spec_of(dossier)
            waiting = {one.id: one for one in self._to_confirm(session, dossier)}
            asked = [one for one in waiting.values() if one.id in kept or one.id in mended]
            self._refuse_changed_answers(session, dossier, asked, expected_revision)
            problems: dict[str, LocalizedText] = {}
            settled: set[str] = set()
            for one in asked:
                problem = (
                    say("one_reading_only")
                    if one.field_id in settled
                    else self._confirm(session, actor, dossier, spec, one, kept.get(one.id), mended)
                )
                if problem is None:
                    settled.add(one.field_id)
                else:
                    problems[one.id] = problem
            if len(problems) < len(asked):
                self.refresh_applicant(session, dossier, spec)  # type: ignore[attr-defined]
            return problems

    # --- details --------------------------------------------------------------------------------

    def _to_confirm(self, session: Session, row: DossierRow) -> list[ExtractionView]:
        spec = self.spec_of(row)
        held = read_dossier(session, row, spec).dossier
        asked = _AskedNow(spec, held, self.day_of_deposit(row))  # type: ignore[attr-defined]
        every = extraction_views(session, row, spec)
        settled = {one.field_id for one in every if one.decided_by}
        return [
            one
            for one in every
            if one.verdict == "review" and one.decision is None and one.field_id not in settled
            if asked(one.field_id) and _asks_something(one)
        ]

    def _refuse_changed_answers(
        self,
        session: Session,
        dossier: DossierRow,
        asked: Collection[ExtractionView],
        expected_revision: int | None,
    ) -> None:
        if expected_revision is None:
            return
        repository = DossierRepository(session)
        answers, groups = repository.answers(dossier.id), repository.groups(dossier.id)
        for one in asked:
            current = answers.get((FIELD, one.field_id)) or groups.get(one.field_id.partition(".")[0])
            if current is not None and current.revision > expected_revision:
                raise DossierError(say("changed_meanwhile", what=one.label), code="changed_meanwhile")

    def _confirm(
        self,
        session: Session,
        actor: Actor,
        dossier: DossierRow,
        spec: FormSpec,
        one: ExtractionView,
        kept: str | None,
        mended: Mapping[str, str],
    ) -> LocalizedText | None:
        row = session.get_one(ExtractionRow, one.id)
        field = find_field(spec, one.field_id)
        if field is None:
            return say("unknown_field", fields=one.field_id)
        if one.id not in mended and kept == TYPED:
            self._leave_typed(session, actor, dossier, row)
            return None
        text = mended.get(one.id)
        value, problem = _parsed(spec, field, one, text)
        if problem is None:
            decision = "accepted" if text is None else "corrected"
            self._settle(session, actor, row, dossier, spec, value, decision)
        return problem

    def _leave_typed(self, session: Session, actor: Actor, dossier: DossierRow, row: ExtractionRow) -> None:
        """The answer stays exactly as it was typed; that somebody looked at the paper is noted."""
        details = {"extraction": row.id, "field": row.field_id, "decision": "corrected"}
        row.decided_at = self.touch(session, dossier, actor, "value_settled", details)
        row.decision, row.decided_by = "corrected", actor.id


def _parsed(
    spec: FormSpec, field: FieldSpec, one: ExtractionView, text: str | None
) -> tuple[Answer, LocalizedText | None]:
    """The value as read, or as mended, and what is wrong with it."""
    from forms_service.render.answer_misfits import misfits

    if text is None and one.value is not None:
        return one.value, None
    try:
        value = kind_of(field).parse(one.raw if text is None else text, field)
    except InvalidValue as problem:
        return None, problem.message
    return value, misfits(spec, {one.field_id: value}).get(one.field_id)


def _asks_something(one: ExtractionView) -> bool:
    """Whether there is anything to confirm: words that were read, or ink that nobody could read.

    What was typed and agrees with the paper is no question, nor is what the paper does not show.
    """
    if one.current is not None:
        return one.conflicts
    read = one.value is not None or bool(one.raw.strip())
    return read or (one.crop_available and one.reason not in _NOTHING_SEEN)


class _AskedNow:
    """Which fields of a form are asked on screen as a dossier stands; rows of groups by their full ids."""

    def __init__(self, spec: FormSpec, dossier: Dossier, on: date) -> None:
        scope = build_scope(spec, dossier, on)
        self._spec = spec
        self._groups = {one.id for one in spec.groups if holds(one.when, scope)}
        self._fields = {
            one.id
            for section in spec.sections
            for one in section.fields()
            if applies(section, one, scope) and not made_beside_signature(one, section)
        }

    def __call__(self, field_id: str) -> bool:
        field = answer_field(self._spec, field_id)
        if field is None or field.office or field.kind in _NOT_ASKED:
            return False
        return field_id in self._fields or field_id.partition(".")[0] in self._groups

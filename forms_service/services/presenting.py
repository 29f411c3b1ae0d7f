"""Rows become what screens and rules see: the core's dossier, views and summaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.correction_slip import answer_field
from core.dossier import Attachment, Dossier, DossierState, FieldValue, Origin, parse_answers
from core.extraction import Verdict
from core.field_kinds import Answer, kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Language, LocalizedText, listed
from core.scope import build_scope
from forms_service.messages import say
from forms_service.services.base import may_edit
from forms_service.services.course_steps import step_label
from forms_service.services.identity_doubts import WHOSE_PAPER, papers_in_doubt
from forms_service.services.made_forms import CORRECTION_SLIP, MADE_ON_SCREEN
from forms_service.services.same_answer import says_the_same
from forms_service.services.standing_readings import (
    UNSEEN,
    is_open,
    settled_in_review,
    shows_paper,
    standing_readings,
)
from forms_service.services.views import (
    Actor,
    AttachmentView,
    CorrectionRequest,
    DossierSummary,
    DossierView,
    EventView,
    ExtractionView,
    ReadingStatus,
    ScanView,
)
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage import audit
from forms_service.storage.dossiers import FACT, FIELD, DossierRepository, localized
from forms_service.storage.models import (
    AccountRow,
    AnswerRow,
    AttachmentRow,
    CorrectionRow,
    DossierRow,
    ExtractionRow,
    GroupRow,
    PageRow,
)
from forms_service.storage.row_origins import origin_of
from forms_service.storage.scan_models import verdicts
from forms_service.virus_scan import ScanVerdict

FORM = "form"
"""Document type of signed pages of the form itself."""

AMONG_COLLEAGUES = frozenset(
    {"taken_over", "put_back", "decision_proposed", "decision_returned", "decision_withdrawn"}
)
"""What reviewers settle among themselves: the applicant is told the decision once it stands."""

BLANK_PAPER = "blank"
"""What a paper that bears no writing was seen as: it is none of the papers asked for."""

SURE_FACT = 0.8
"""Confidence from which a fact read on a paper may contradict an answer."""

_ASKED_BY_PAGE: dict[tuple[str, int, str, str], Mapping[int, frozenset[str]]] = {}
"""By version and variant of a form, which are never edited: laying one out takes a while."""


@dataclass(frozen=True, slots=True)
class ReadDossier:
    """A dossier as the rules see it, and what was typed that is not valid."""

    dossier: Dossier
    raw: Mapping[str, str]
    problems: Mapping[str, LocalizedText]
    group_raw: Mapping[tuple[str, int, str], str]
    group_problems: Mapping[tuple[str, int, str], LocalizedText]
    given: Mapping[str, FieldValue]

    def unreadable(self) -> dict[str, LocalizedText]:
        """Every problem by subject, rows as ``children.1.birth``, for the completeness report."""
        rows = {f"{g}.{n}.{f}": text for (g, n, f), text in self.group_problems.items()}
        return {**self.problems, **rows}


def read_dossier(session: Session, row: DossierRow, spec: FormSpec) -> ReadDossier:
    """Put a dossier together from its rows."""
    repository = DossierRepository(session)
    answers = repository.answers(row.id)
    stored = repository.groups(row.id)
    groups, group_raw, group_problems = read_groups(spec, stored)
    fields = {name: one for (space, name), one in answers.items() if space == FIELD}
    dossier = Dossier(
        form_id=row.form_id,
        version=row.form_version,
        values={name: field_value(one) for name, one in fields.items() if one.value is not None},
        groups=groups,
        facts={
            name: one.value["value"]
            for (space, name), one in answers.items()
            if space == FACT and one.value is not None
        },
        attachments=tuple(filter(None, map(supplied, repository.attachments(row.id)))),
        on_file=frozenset(row.on_file),
        declared=frozenset(row.declared),
        state=DossierState(row.state),
        reference=row.reference,
    )
    return ReadDossier(
        dossier,
        {name: one.raw for (_, name), one in answers.items() if one.raw is not None},
        {name: text for (_, name), one in answers.items() if (text := localized(one.problem))},
        group_raw,
        group_problems,
        _given(answers, stored, groups),
    )


def _given(
    answers: Mapping[tuple[str, str], AnswerRow],
    stored: Mapping[str, GroupRow],
    groups: Mapping[str, tuple[Mapping[str, Answer], ...]],
) -> dict[str, FieldValue]:
    """Facts, and answers of rows by their full ids, each with its provenance."""
    facts = {name: field_value(one) for (space, name), one in answers.items() if space == FACT and one.value}
    return facts | {
        f"{group_id}.{number}.{name}": replace(origin_of(stored[group_id], number, name), value=value)
        for group_id, rows in groups.items()
        for number, row in enumerate(rows, start=1)
        for name, value in row.items()
    }


def field_value(row: AnswerRow) -> FieldValue:
    """One stored answer with its provenance."""
    value: Answer = row.value["value"] if row.value else None
    return FieldValue(value, Origin(row.origin), row.confidence, row.given_by, row.given_at.isoformat())


def read_groups(
    spec: FormSpec, stored: Mapping[str, GroupRow]
) -> tuple[
    dict[str, tuple[Mapping[str, Answer], ...]],
    dict[tuple[str, int, str], str],
    dict[tuple[str, int, str], LocalizedText],
]:
    """Parse the rows of every group; rows are kept as typed, so nothing is lost by a wrong date."""
    parsed: dict[str, tuple[Mapping[str, Answer], ...]] = {}
    raw: dict[tuple[str, int, str], str] = {}
    problems: dict[tuple[str, int, str], LocalizedText] = {}
    for group in spec.groups:
        rows = []
        for number, typed in enumerate(stored[group.id].rows if group.id in stored else (), start=1):
            answers, wrong = parse_answers(group.fields, typed)
            rows.append(answers)
            for name, problem in wrong.items():
                raw[group.id, number, name] = str(typed[name])
                problems[group.id, number, name] = problem.message
        parsed[group.id] = tuple(rows)
    return parsed, raw, problems


def supplied(row: AttachmentRow) -> Attachment | None:
    """What an upload counts as; a refused one was not supplied, an unread one was.

    A form typed in a PDF gives its answers but is not the signed form, whatever it was sent as.
    A page without any writing is no paper.
    """
    if row.seen_as == BLANK_PAPER and row.decision != "accepted":
        return None
    only_answers = row.is_form and row.type is None and row.status == ReadingStatus.READ
    document_type = None if only_answers else row.type or row.declared_type
    if document_type is None or row.status == ReadingStatus.REFUSED:
        return None
    return as_paper(row, document_type)


def as_paper(row: AttachmentRow, document_type: str) -> Attachment:
    """What was read on an upload, as what it counts as."""
    return Attachment(
        type=document_type,
        child=row.child,
        facts=dict(row.facts),
        file=row.filename,
        id=row.id,
        declined=row.decision == "refused",
        unsure=frozenset(one for one, sure in row.fact_confidences.items() if sure < SURE_FACT),
        seen_as=None if row.decision == "accepted" else row.seen_as,
    )


def dossier_view(
    session: Session, row: DossierRow, spec: FormSpec, catalogue: SpecCatalogue, actor: Actor
) -> DossierView:
    """Everything a screen needs of one dossier."""
    repository = DossierRepository(session)
    read = read_dossier(session, row, spec)
    uploads = repository.attachments(row.id)
    pages = repository.pages([one.id for one in uploads])
    # a paper that staff put in is nobody's failed attempt: it stays in sight though it cannot be used
    handed_in = {one.id for one in uploads if one.uploaded_by != row.owner_id}
    scanned = verdicts(session, [one.object_key for one in uploads])
    infected = {one.id for one in uploads if scanned.get(one.object_key) == ScanVerdict.INFECTED}
    scope = build_scope(spec, read.dossier, (row.deposited_at or row.changed_at).date())
    unplaced = [as_paper(one, "") for one in uploads if WHOSE_PAPER.as_dict() in one.warnings]
    doubts = papers_in_doubt(spec, read.dossier, scope, catalogue.document_types(), unplaced)
    return DossierView(
        id=row.id,
        reference=row.reference,
        state=DossierState(row.state),
        language=Language(row.language),
        spec=spec,
        dossier=read.dossier,
        revision=row.revision,
        attachments=tuple(
            _doubted(one, doubts[one.id]) if one.id in doubts else one
            for one in _marked_later(row, _attachment_views(spec, uploads, pages, scanned))
            if may_edit(actor, row) or one.status != ReadingStatus.REFUSED or one.id in handed_in | infected
        ),
        scans=tuple(scan_view(one, pages[one.id]) for one in uploads if one.is_form),
        events=tuple(
            event_view(one)
            for one in audit.history(session, row.id)
            if actor.is_staff or one.action not in AMONG_COLLEAGUES
        ),
        owner_name=row.owner_name,
        registration=row.registration,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        deposited_at=row.deposited_at,
        receipt_available=row.receipt_object is not None,
        may_edit=may_edit(actor, row),
        physical_check=row.physical_check,
        correction=correction_view(repository.correction(row.id)),
        decision_note=row.decision_note,
        raw=read.raw,
        problems=read.problems,
        group_raw=read.group_raw,
        group_problems=read.group_problems,
        given=read.given,
    )


def _doubted(one: AttachmentView, doubt: LocalizedText) -> AttachmentView:
    """With the doubt on whose it is; who is named there need not be asked for."""
    return replace(one, warnings=(*(told for told in one.warnings if told != WHOSE_PAPER), doubt))


def _attachment_views(
    spec: FormSpec,
    uploads: Sequence[AttachmentRow],
    pages: Mapping[str, Sequence[PageRow]],
    scanned: Mapping[str, str],
) -> tuple[AttachmentView, ...]:
    """The uploads; the latest one with pages of the form says which pages are still to come."""
    views = [
        replace(
            attachment_view(
                one, 0 if scanned.get(one.object_key) == ScanVerdict.INFECTED else len(pages[one.id])
            ),
            virus_scan=scanned.get(one.object_key, ScanVerdict.NOT_SCANNED.value),
        )
        for one in uploads
    ]
    on_paper = [one for one in uploads if one.origin != MADE_ON_SCREEN]
    missing = missing_pages(spec, [page for one in on_paper for page in pages[one.id]])
    with_form = [one.id for one in on_paper if any(page.form_page for page in pages[one.id])]
    if missing and with_form:
        place = next(place for place, one in enumerate(uploads) if one.id == with_form[-1])
        told = say("missing_pages", pages=listed(map(str, missing)))
        views[place] = replace(views[place], warnings=(*views[place].warnings, told))
    return tuple(views)


def _marked_later(row: DossierRow, views: Iterable[AttachmentView]) -> Iterator[AttachmentView]:
    """The uploads, those that came after the deposit marked; its time is kept to the second."""
    since = row.deposited_at + timedelta(seconds=1) if row.deposited_at else None
    for one in views:
        later = since is not None and one.uploaded_at > since and not one.made_on_screen
        yield replace(one, added_later=later)


def missing_pages(spec: FormSpec, pages: Sequence[PageRow]) -> list[int]:
    """Pages of the form that ask what no page of any upload shows, once any page of it came.

    Pages that only inform stay with the applicant.  Where pages of a large print and of a usual one
    came, the numbers are those of the print of which most came.
    """
    seen: dict[str, set[int]] = {}
    for page in pages:
        if page.form_page and asked_by_page(spec, page.variant):
            seen.setdefault(page.variant, set()).add(page.form_page)
    if not seen:
        return []
    shown = {
        field_id
        for variant, numbers in seen.items()
        for number in numbers
        for field_id in asked_by_page(spec, variant).get(number, ())
    }
    main = max(seen, key=lambda variant: len(seen[variant]))
    return [number for number, asked in asked_by_page(spec, main).items() if not asked <= shown]


def asked_by_page(spec: FormSpec, variant: str) -> Mapping[int, frozenset[str]]:
    """The fields that each page of a print of the form asks; nothing for a paper that is no whole form."""
    key = (spec.id, spec.version, spec.digest, variant)
    if key not in _ASKED_BY_PAGE:
        from forms_service.render.layout import VARIANTS, lay_out

        layout = lay_out(spec, variant).layout if variant in VARIANTS else None
        _ASKED_BY_PAGE[key] = {
            page: frozenset(place.field_id for place in layout.on_page(page))
            for page in (layout.pages_with_answers() if layout else ())
        }
    return _ASKED_BY_PAGE[key]


def attachment_view(row: AttachmentRow, pages: int) -> AttachmentView:
    """One upload as screens show it."""
    return AttachmentView(
        id=row.id,
        filename=row.filename,
        media_type=row.media_type,
        size=row.size,
        type=row.type,
        declared_type=row.declared_type,
        child=row.child,
        status=ReadingStatus(row.status),
        message=localized(row.message),
        facts=dict(row.facts),
        warnings=tuple(LocalizedText(one["ar"], one["fr"]) for one in row.warnings),
        valid_until=date.fromisoformat(row.valid_until) if row.valid_until else None,
        confidence=row.confidence,
        pages=pages,
        is_form=row.is_form,
        decision=row.decision,
        decision_reason=row.decision_reason,
        uploaded_at=row.uploaded_at,
        made_on_screen=row.origin == MADE_ON_SCREEN,
        is_slip=row.origin == CORRECTION_SLIP,
        fact_confidences=dict(row.fact_confidences),
        unplaced_identity=row.type is None and WHOSE_PAPER.as_dict() in row.warnings,
        seen_as=None if row.decision == "accepted" else row.seen_as,
    )


def scan_view(row: AttachmentRow, pages: Sequence[PageRow]) -> ScanView:
    """An upload with pages of the form, for the page viewer."""
    return ScanView(
        row.id, row.filename, ReadingStatus(row.status), len(pages), tuple(one.form_page for one in pages)
    )


def event_view(row: Any) -> EventView:
    """One line of the history."""
    return EventView(row.at, row.actor_name, row.action, dict(row.details))


def correction_view(row: CorrectionRow | None) -> CorrectionRequest | None:
    """The request for a complement, if there is one."""
    if row is None:
        return None
    return CorrectionRequest(
        row.asked_at,
        tuple(row.fields),
        tuple(row.documents),
        row.message,
        row.answered_at is not None,
        dict(row.reasons),
    )


def summaries(session: Session, rows: Iterable[DossierRow], catalogue: SpecCatalogue) -> list[DossierSummary]:
    """One line for each dossier, in the order given."""
    rows = list(rows)
    repository = DossierRepository(session)
    doubts = _doubts(session, rows, catalogue)
    unread = repository.unread([row.id for row in rows])
    return [
        DossierSummary(
            id=row.id,
            reference=row.reference,
            form_id=row.form_id,
            version=row.form_version,
            title=catalogue.get(row.form_id, row.form_version).title,
            state=DossierState(row.state),
            step_label=step_label(row, catalogue.get(row.form_id, row.form_version)),
            language=Language(row.language),
            owner_name=row.owner_name,
            registration=row.registration,
            opened_at=row.opened_at,
            changed_at=row.changed_at,
            deposited_at=row.deposited_at,
            to_review=doubts.get(row.id, 0),
            reading=unread.get(row.id, 0),
        )
        for row in rows
    ]


def _doubts(session: Session, rows: Sequence[DossierRow], catalogue: SpecCatalogue) -> dict[str, int]:
    """``open_doubts`` of each that has some; pages are compared only where the index does not tell."""
    repository = DossierRepository(session)
    told = repository.open_readings([row.id for row in rows], UNSEEN)
    unsure = repository.doubts([one for one, waiting in told.items() if waiting is None])
    return {one: waiting for one, waiting in told.items() if waiting} | {
        row.id: open_doubts(session, row, catalogue.get(row.form_id, row.form_version))
        for row in rows
        if unsure.get(row.id)
    }


def extraction_views(session: Session, dossier: DossierRow, spec: FormSpec) -> list[ExtractionView]:
    """What was read from a dossier's pages, beside what the dossier holds; no answer twice."""
    return _views(session, dossier, spec, *_standing(session, dossier, spec))


def open_doubts(session: Session, dossier: DossierRow, spec: FormSpec) -> int:
    """How many unsure readings still wait for a reviewer's eyes."""
    found, current = _standing(session, dossier, spec)
    if not any(one.decided_by for one in found):
        return sum(is_open(one) for one in found)
    views = _views(session, dossier, spec, found, current)
    return sum(one.is_doubtful and one.verdict is Verdict.REVIEW for one in views)


def _standing(
    session: Session, row: DossierRow, spec: FormSpec
) -> tuple[list[ExtractionRow], dict[str, Answer]]:
    """The readings that stand, and the answers in force."""
    held = read_dossier(session, row, spec).dossier
    found = DossierRepository(session).extractions(row.id)
    current = _answers_of(held)
    day = (row.deposited_at or row.changed_at).date()
    return standing_readings(spec, held, current, found, day), current


def _views(
    session: Session,
    dossier: DossierRow,
    spec: FormSpec,
    found: Sequence[ExtractionRow],
    current: Mapping[str, Answer],
) -> list[ExtractionView]:
    people = _people(session, {one.decided_by for one in found if one.decided_by})
    return [_extraction_view(one, dossier, spec, current, people) for one in found]


def current_answers(session: Session, dossier: DossierRow, spec: FormSpec) -> dict[str, Answer]:
    """The valid answers in force, rows of groups under their full ids (``children.1.birth``)."""
    return _answers_of(read_dossier(session, dossier, spec).dossier)


def _answers_of(dossier: Dossier) -> dict[str, Answer]:
    answers = dict(dossier.answers())
    for group_id, rows in dossier.groups.items():
        for number, row in enumerate(rows, start=1):
            answers |= {f"{group_id}.{number}.{name}": value for name, value in row.items()}
    return answers


def find_field(spec: FormSpec, field_id: str) -> FieldSpec | None:
    """The field of that id, rows of groups included; None when the form has none."""
    return answer_field(spec, field_id)


def _people(session: Session, ids: set[str]) -> dict[str, Actor]:
    accounts = {one: session.get(AccountRow, one) for one in ids}
    nobody = Actor(audit.SYSTEM_ID, audit.SYSTEM_NAME, frozenset())
    return {
        one: Actor(row.id, row.name, frozenset(row.roles)) if row else nobody for one, row in accounts.items()
    }


def _extraction_view(
    row: ExtractionRow,
    dossier: DossierRow,
    spec: FormSpec,
    current: Mapping[str, Answer],
    people: Mapping[str, Actor],
) -> ExtractionView:
    who = people.get(row.decided_by or "")
    field = find_field(spec, row.field_id)
    value: Answer = row.value["value"] if row.value else None
    held = current.get(row.field_id)
    left, top, right, bottom = row.box
    return ExtractionView(
        id=row.id,
        field_id=row.field_id,
        label=field.label if field else LocalizedText(row.field_id, row.field_id),
        raw=row.raw,
        value=value,
        shown=shown(field, value, row.raw),
        confidence=row.confidence,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        scan_id=row.attachment_id,
        page=row.page,
        box=(left, top, right, bottom),
        crop_available=shows_paper(row),
        current=held,
        conflicts=value is not None and _differs(field, held, value, row),
        decision=row.decision,
        decided_by=who.name if who else None,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        settled_in_review=who is not None and settled_in_review(row, dossier, who.roles),
    )


def _differs(field: FieldSpec | None, held: Answer, read: Answer, row: ExtractionRow) -> bool:
    if held is None:
        return row.decision == "corrected"  # emptied on purpose; else nobody answered yet
    return not says_the_same(field, held, read)


def shown(field: FieldSpec | None, value: Answer, raw: str) -> LocalizedText:
    """A value as a person reads it; what was seen when it is no value."""
    if field is None or value is None:
        return LocalizedText(raw, raw)
    kind = kind_of(field)
    return LocalizedText(kind.to_screen(value, field, Language.AR), kind.to_screen(value, field, Language.FR))

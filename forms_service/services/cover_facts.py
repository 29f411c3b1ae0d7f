"""What a dossier's cover sheet states: who, which documents came and which did not, what is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from core.completeness import CompletenessReport
from core.deposit import NOBODY, AccountHolder, applicant_of, name_of_applicant
from core.document_types import DocumentTypes
from core.dossier import STATE_LABELS, Dossier
from core.findings import Finding, Requirement
from core.form_spec import FormSpec, Group, Severity
from core.localized_text import LocalizedText
from core.scope import build_scope
from forms_service.render.cover_documents import CoverDocument
from forms_service.render.cover_sheet import CoverSheet, numbers_in_words

_T = LocalizedText
OF_ROWS = _T("{group}: {rows}", "{group} : {rows}")
TO_FILL_IN = _T("«{block}»: املؤوا {labels}.", "« {block} » : remplir {labels}.")
TO_CORRECT = _T("«{block}»: صححوا {labels}.", "« {block} » : corriger {labels}.")
LATE = _T(
    "انقضى أجل الإيداع. يبقى الطلب مقبولا: أودعوه دون تأخير.",
    "Le délai de dépôt est passé. La demande reste recevable : déposez-la sans attendre.",
)
LATE_ROWS = _T(
    "انقضى أجل الإيداع ({group}: {rows}). يبقى الطلب مقبولا: أودعوه دون تأخير.",
    "Le délai de dépôt est passé ({group} : {rows}). La demande reste recevable : déposez-la sans attendre.",
)
THE_FORM = _T("الاستمارة", "le formulaire")
THE_SIGNED_FORM = _T("استمارة الطلب موقعة", "Formulaire de demande signé")
FORM = "form"

_IN_THE_TABLE = "missing_document"
"""Findings of this code are told by the table of documents."""


def cover_facts(
    spec: FormSpec,
    dossier: Dossier,
    report: CompletenessReport,
    *,
    reference: str,
    printed_at: datetime,
    types: DocumentTypes,
    holder: AccountHolder = NOBODY,
    registration: str = "",
    opened_at: datetime | None = None,
    deposited_at: datetime | None = None,
    completed_at: datetime | None = None,
    physical_check: bool = False,
) -> CoverSheet:
    """Draw a cover sheet up from a dossier and the judgement on it.

    Args:
        holder: Whose account it is, for applicants whose name the form does not ask or is not answered whole.
        registration: The number known from elsewhere, where no answer gives it.
    """
    answers = dossier.answers()
    day = (deposited_at or printed_at).date()
    applicant = applicant_of(spec, build_scope(spec, dossier, day))
    number = answers.get(applicant.registration) or answers.get(spec.applicant_fields["registration"])
    return CoverSheet(
        form_id=spec.id,
        form_version=spec.version,
        reference=reference,
        form_title=spec.title,
        request_type=spec.receipt_type,
        applicant_name=name_of_applicant(applicant, answers, holder),
        registration=str(number or registration),
        state=STATE_LABELS[dossier.state],
        printed_at=printed_at,
        opened_at=None if deposited_at else opened_at,
        deposited_at=deposited_at,
        completed_at=completed_at,
        deadline=None if deposited_at else first_deadline(report),
        physical_check=physical_check,
        documents=(*_demanded(spec, dossier, report, types), *_others(spec, dossier, types)),
        to_do=tuple(left_to_do(spec, report, is_deposited=deposited_at is not None)),
    )


def first_deadline(report: CompletenessReport) -> date | None:
    """The first day on which a right runs out, of those that have not passed."""
    effects = report.amounts.get("effects", [])
    assert isinstance(effects, list)  # noqa: S101 - the completeness report builds it
    days = [date.fromisoformat(one["limit"]) for one in effects if not one["late"]]
    return min(days, default=None)


# --- documents ------------------------------------------------------------------------------------


def _demanded(
    spec: FormSpec, dossier: Dossier, report: CompletenessReport, types: DocumentTypes
) -> Iterator[CoverDocument]:
    """One line a demand, in the order of the form; what is demanded of each row is counted together.

    The document's own name stands there, not the demand's wording: a counter needs it short.
    """
    declined = Counter(one.type for one in dossier.attachments if one.declined)
    by_document: dict[str, list[Requirement]] = {one.id: [] for one in spec.documents}
    for need in (*report.required, *report.lifted):
        by_document.setdefault(need.document_id, []).append(need)
    groups = {one.id: one.per for one in spec.documents}
    for document_id, needs in by_document.items():
        if not needs:
            continue
        per = groups.get(document_id)
        to_hand_in = [one for one in needs if one.exempt is None]
        lacking = [one for one in to_hand_in if one.accepted < one.count]
        refused = sum(declined[name] for name in {needs[0].type, *needs[0].alternatives})
        yield CoverDocument(
            label=THE_SIGNED_FORM if needs[0].type == FORM else types.label_of(needs[0].type),
            required=sum(one.count for one in needs),
            received=sum(one.present for one in needs),
            missing=sum(one.count - one.accepted for one in lacking),
            on_file=sum(one.count for one in needs if one.exempt is not None),
            to_redo=refused + sum(one.present - one.accepted for one in lacking),
            rows=_rows(spec.group(per), needs) if per else None,
            missing_rows=numbers_in_words([one.child for one in lacking if one.child])
            if per and lacking
            else None,
        )


def _rows(group: Group, needs: Iterable[Requirement]) -> LocalizedText:
    return OF_ROWS.fill(group=group.label, rows=numbers_in_words([one.child for one in needs if one.child]))


def _others(spec: FormSpec, dossier: Dossier, types: DocumentTypes) -> Iterator[CoverDocument]:
    """Papers that nobody asked for lie in the dossier too."""
    asked = {name for one in spec.documents for name in (one.type, *one.alternatives)}
    came = Counter(
        one.seen_as or one.type
        for one in dossier.attachments
        if not one.declined and (one.seen_as or one.type not in asked)
    )
    for document_type, count in came.items():
        yield CoverDocument(types.label_of(document_type), required=0, received=count, missing=0)


# --- what is left ---------------------------------------------------------------------------------


def left_to_do(spec: FormSpec, report: CompletenessReport, *, is_deposited: bool) -> Iterator[LocalizedText]:
    """What is wrong besides missing documents, in few lines: fields are named together, block by block."""
    errors = [one for one in report.findings if one.severity is Severity.ERROR and one.code != _IN_THE_TABLE]
    for code, wording in (("missing_answer", TO_FILL_IN), ("unreadable_answer", TO_CORRECT)):
        yield from _block_by_block(spec, [one for one in errors if one.code == code], wording)
    others = [one.message for one in errors if one.code not in ("missing_answer", "unreadable_answer")]
    yield from dict.fromkeys(others)
    late = [one for one in report.findings if one.code == "late"]
    if late and not is_deposited:
        yield _late(spec, late)


def _late(spec: FormSpec, late: Iterable[Finding]) -> LocalizedText:
    """Every missed deadline in one line; how far back payment reaches is said on the screens."""
    rows = [one.subject.split(".") for one in late]
    numbers = [int(number) for _, number in (row for row in rows if len(row) == 2) if number.isdigit()]
    groups = [one for one in spec.groups if any(row[0] == one.id for row in rows)]
    if not numbers or not groups:
        return LATE
    return LATE_ROWS.fill(group=groups[0].label, rows=numbers_in_words(numbers))


def _block_by_block(
    spec: FormSpec, findings: Iterable[Finding], wording: LocalizedText
) -> Iterator[LocalizedText]:
    by_block: dict[str, tuple[LocalizedText, list[LocalizedText]]] = {}
    for finding in findings:
        key, block, label = _place(spec, finding.subject)
        by_block.setdefault(key, (block, []))[1].append(label)
    for block, labels in by_block.values():
        named = list(dict.fromkeys(labels))
        listed = LocalizedText("، ".join(one.ar for one in named), ", ".join(one.fr for one in named))
        yield wording.fill(block=block, labels=listed)


def _place(spec: FormSpec, subject: str) -> tuple[str, LocalizedText, LocalizedText]:
    """(key of the block, its name, the field's name) of an answer that is missing."""
    for section in spec.sections:
        for one in section.fields():
            if one.id == subject:
                return section.id, section.heading or THE_FORM, one.label
    for group in spec.groups:
        number, _, _ = subject.removeprefix(f"{group.id}.").partition(".")
        for one in group.fields:
            if subject == f"{group.id}.{number}.{one.id}":
                return f"{group.id}.{number}", group.item_label.fill(n=number), one.label
    fact = next((one for one in spec.facts if one.id == subject), None)
    return "facts", THE_FORM, fact.label if fact else LocalizedText(subject, subject)

"""What a dossier's cover sheet states: who, which documents came and which did not, what is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from core.completeness import CompletenessReport
from core.deposit import applicant_name, applicant_of
from core.document_types import DocumentTypes
from core.dossier import STATE_LABELS, Dossier
from core.findings import Finding, Requirement
from core.form_spec import FormSpec, Group, Severity
from core.localized_text import LocalizedText
from core.scope import build_scope
from forms_service.render.cover_sheet import CoverDocument, CoverSheet, numbers_in_words

_T = LocalizedText
OF_ROWS = _T("{group}: {rows}", "{group} : {rows}")
TO_FILL_IN = _T("«{block}»: املؤوا {labels}.", "« {block} » : remplir {labels}.")
THE_FORM = _T("الاستمارة", "le formulaire")
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
    holder: str = "",
    registration: str = "",
    opened_at: datetime | None = None,
    deposited_at: datetime | None = None,
    completed_at: datetime | None = None,
    physical_check: bool = False,
) -> CoverSheet:
    """Draw a cover sheet up from a dossier and the judgement on it.

    Args:
        holder: Name of the account, for applicants whose name the form does not ask.
        registration: The number known from elsewhere, where no answer gives it.
    """
    answers = dossier.answers()
    day = (deposited_at or printed_at).date()
    applicant = applicant_of(spec, build_scope(spec, dossier, day))
    name = applicant_name(applicant.name, answers)
    number = answers.get(applicant.registration) or answers.get(spec.applicant_fields["registration"])
    return CoverSheet(
        form_id=spec.id,
        form_version=spec.version,
        reference=reference,
        form_title=spec.title,
        request_type=spec.receipt_type,
        applicant_name=name if name.fr else LocalizedText(holder, holder),
        registration=str(number or registration),
        state=STATE_LABELS[dossier.state],
        printed_at=printed_at,
        opened_at=None if deposited_at else opened_at,
        deposited_at=deposited_at,
        completed_at=completed_at,
        deadline=None if deposited_at else first_deadline(report),
        physical_check=physical_check,
        documents=(*_demanded(spec, dossier, report), *_others(spec, dossier, types)),
        to_do=tuple(left_to_do(spec, report, is_deposited=deposited_at is not None)),
    )


def first_deadline(report: CompletenessReport) -> date | None:
    """The first day on which a right runs out, of those that have not passed."""
    effects = report.amounts.get("effects", [])
    assert isinstance(effects, list)  # noqa: S101 - the completeness report builds it
    days = [date.fromisoformat(one["limit"]) for one in effects if not one["late"]]
    return min(days, default=None)


# --- documents ------------------------------------------------------------------------------------


def _demanded(spec: FormSpec, dossier: Dossier, report: CompletenessReport) -> Iterator[CoverDocument]:
    """One line a demand, in the order of the form; what is demanded of each row is counted together."""
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
            label=needs[0].label,
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
    came = Counter(one.type for one in dossier.attachments if not one.declined and one.type not in asked)
    for document_type, count in came.items():
        yield CoverDocument(types.label_of(document_type), required=0, received=count, missing=0)


# --- what is left ---------------------------------------------------------------------------------


def left_to_do(spec: FormSpec, report: CompletenessReport, *, is_deposited: bool) -> Iterator[LocalizedText]:
    """What is wrong besides missing documents; empty fields are named together, block by block."""
    errors = [one for one in report.findings if one.severity is Severity.ERROR and one.code != _IN_THE_TABLE]
    empty = [one for one in errors if one.code == "missing_answer"]
    yield from _to_fill_in(spec, empty)
    yield from (one.message for one in errors if one.code != "missing_answer")
    if not is_deposited:
        yield from (one.message for one in report.findings if one.code == "late")


def _to_fill_in(spec: FormSpec, empty: Iterable[Finding]) -> Iterator[LocalizedText]:
    by_block: dict[str, tuple[LocalizedText, list[LocalizedText]]] = {}
    for finding in empty:
        key, block, label = _place(spec, finding.subject)
        by_block.setdefault(key, (block, []))[1].append(label)
    for block, labels in by_block.values():
        listed = LocalizedText("، ".join(one.ar for one in labels), ", ".join(one.fr for one in labels))
        yield TO_FILL_IN.fill(block=block, labels=listed)


def _place(spec: FormSpec, subject: str) -> tuple[str, LocalizedText, LocalizedText]:
    """(key of the block, its name, the field's name) of an answer that is missing."""
    for section in spec.sections:
        for one in section.fields():
            if one.id == subject:
                return section.id, section.title or THE_FORM, one.label
    group_id, _, rest = subject.partition(".")
    number, _, name = rest.partition(".")
    group = spec.group(group_id)
    label = next(one.label for one in group.fields if one.id == name)
    return f"{group_id}.{number}", group.item_label.fill(n=number), label

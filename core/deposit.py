"""What a deposit receipt says of a dossier: who, what was received, what is still missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.completeness import CompletenessReport
from core.conditions import Scope, holds
from core.document_types import DocumentTypes
from core.dossier import Dossier
from core.field_kinds import Answer
from core.form_spec import Applicant, FormSpec
from core.localized_text import LocalizedText
from core.receipt import DepositReceipt, ReceiptDocument
from core.scope import build_scope

PART_NOT_GIVEN = "…"
"""Stands for a part of a name that nobody gave."""

DECLARED_ON_SCREEN = LocalizedText(
    ar="الاستمارة (بتصريح على الشاشة يقوم مقام التوقيع)",
    fr="Le formulaire (déclaration à l'écran tenant lieu de signature)",
)
"""The form nobody signed by hand, as a receipt names it."""


def applicant_of(spec: FormSpec, scope: Scope) -> Applicant:
    """Which answers name the person who asks: the insured, or somebody in their stead."""
    for other in spec.applicants:
        if holds(other.when, scope):
            return other
    names = tuple(filter(None, spec.applicant_fields["name"].split(",")))
    return Applicant(names, spec.applicant_fields["registration"])


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """The name of the account that a dossier, or the registration number in it, belongs to.

    Attributes:
        is_certain: Whether it is this person's beyond doubt: not where a machine alone read the number.
    """

    name: str = ""
    is_certain: bool = True


NOBODY = AccountHolder()


def applicant_name(ids: tuple[str, ...], answers: Mapping[str, Answer]) -> LocalizedText:
    """The applicant's name in both scripts, whole wherever the answers give it whole in one of them.

    The order is the spec's: surname first, as on the fund's own papers.  A part given in neither script
    leaves a mark, so that nobody takes a first name for the name.
    """
    latin = {one: str(answers[one]) for one in ids if answers.get(one)}
    arabic = {one: str(answers[f"{one}.ar"]) for one in ids if answers.get(f"{one}.ar")}
    if not latin and not arabic:
        return LocalizedText("", "")

    def joined(own: Mapping[str, str], other: Mapping[str, str]) -> str:
        if len(own) < len(ids) == len(other):
            own = other
        return " ".join(own.get(one) or other.get(one) or PART_NOT_GIVEN for one in ids)

    return LocalizedText(ar=joined(arabic, latin), fr=joined(latin, arabic))


def name_of_applicant(
    applicant: Applicant, answers: Mapping[str, Answer], holder: AccountHolder
) -> LocalizedText:
    """The applicant's name for papers that others will hold in their hands: never somebody else's.

    What was answered counts.  The account's name stands where the answers give no whole name: on the
    account's word where it is certain whose it is, else only if the parts that are known say the same.
    """
    given = [
        words
        for script in ("", ".ar")
        if (words := {one for part in applicant.name for one in _words(answers.get(f"{part}{script}"))})
    ]
    is_whole = bool(applicant.name) and all(
        answers.get(part) or answers.get(f"{part}.ar") for part in applicant.name
    )
    agrees = any(words <= _words(holder.name) for words in given)
    if holder.name and not is_whole and (agrees or (holder.is_certain and not given)):
        return LocalizedText(holder.name, holder.name)
    return applicant_name(applicant.name, answers)


def _words(text: object) -> set[str]:
    return set(str(text or "").casefold().split())


def numbers_an_employer(spec: FormSpec) -> bool:
    """Whether the applicant's number is an employer's affiliation number, not a person's registration."""
    field_id = spec.applicant_fields["registration"]
    return any(one.id == field_id and one.kind == "affiliation_number" for one in spec.fields())


def receipt_for(
    spec: FormSpec,
    dossier: Dossier,
    report: CompletenessReport,
    *,
    reference: str,
    deposited_at: datetime,
    physical_check: bool,
    types: DocumentTypes,
    holder: AccountHolder = NOBODY,
    completed_at: datetime | None = None,
    made_on_screen: Collection[str] = (),
) -> DepositReceipt:
    """Draw up the receipt of one deposit; the same facts on screen, on paper and in the QR code.

    Args:
        deposited_at: Moment of the first deposit, which stays the date of the request.
        holder: Whose account it is, for applicants whose name the form does not ask or is not answered whole.
        completed_at: Moment of a later deposit that complements the first.
        made_on_screen: Types of papers that nobody signed by hand: the declaration on screen stands for it.
    """
    answers = dossier.answers()
    applicant = applicant_of(spec, build_scope(spec, dossier, deposited_at.date()))
    number = answers.get(applicant.registration) or answers.get(spec.applicant_fields["registration"])
    return DepositReceipt(
        reference=reference,
        form_id=spec.id,
        form_version=spec.version,
        applicant_name=_name_on_receipt(spec, applicant, answers, holder),
        registration=str(number or ""),
        request_type=spec.receipt_type,
        deposited_at=deposited_at,
        received=tuple(
            replace(one, label=DECLARED_ON_SCREEN) if one.type in made_on_screen else one
            for one in _received(dossier, report, types)
        ),
        missing=tuple(
            ReceiptDocument(one.type, one.label, one.count - one.accepted, one.child)
            for one in report.required
            if one.accepted < one.count
        ),
        physical_check=physical_check,
        completed_at=completed_at,
        affiliation=numbers_an_employer(spec),
        claimed=tuple(ReceiptDocument(one.type, one.label, one.count, one.child) for one in report.lifted),
    )


def _name_on_receipt(
    spec: FormSpec, applicant: Applicant, answers: Mapping[str, Answer], holder: AccountHolder
) -> LocalizedText:
    name = name_of_applicant(applicant, answers, holder)
    if name.fr or applicant.name:
        return name
    # A form that does not ask their name: it then asks the insured person's.
    return applicant_name(tuple(spec.applicant_fields["name"].split(",")), answers)


def _received(
    dossier: Dossier, report: CompletenessReport, types: DocumentTypes
) -> tuple[ReceiptDocument, ...]:
    supplied = Counter(
        (one.seen_as or one.type, one.child if one.counts else None)
        for one in dossier.attachments
        if not one.declined
    )
    _name_the_rows(supplied, report)
    order = {
        name: place for place, one in enumerate(report.required) for name in (one.type, *one.alternatives)
    }
    ranked = sorted(supplied.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1] or 0))
    return tuple(
        ReceiptDocument(document_type, types.label_of(document_type), count, child)
        for (document_type, child), count in ranked
    )


def _name_the_rows(supplied: Counter[tuple[str, int | None]], report: CompletenessReport) -> None:
    """Say of papers that nobody marked for a child which child they were counted for."""
    for one in report.required:
        if one.child is None:
            continue
        types = (one.type, *one.alternatives)
        unmarked = one.present - sum(supplied[name, one.child] for name in types)
        for name in types:
            moved = max(0, min(unmarked, supplied[name, None]))
            supplied[name, one.child] += moved
            supplied[name, None] -= moved
            unmarked -= moved
    for key in [key for key, count in supplied.items() if not count]:
        del supplied[key]

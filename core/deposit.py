"""What a deposit receipt says of a dossier: who, what was received, what is still missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from core.completeness import CompletenessReport
from core.document_types import DocumentTypes
from core.dossier import Dossier
from core.field_kinds import Answer
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.receipt import DepositReceipt, ReceiptDocument


def applicant_name(spec: FormSpec, answers: Mapping[str, Answer]) -> LocalizedText:
    """The applicant's name in both scripts; a missing one is said in the other.

    The order is the spec's: surname first, as on the fund's own papers.
    """
    ids = spec.applicant_fields["name"].split(",")
    latin = " ".join(str(answers[one]) for one in ids if answers.get(one))
    arabic = " ".join(str(answers[f"{one}.ar"]) for one in ids if answers.get(f"{one}.ar"))
    return LocalizedText(ar=arabic or latin, fr=latin or arabic)


def receipt_for(
    spec: FormSpec,
    dossier: Dossier,
    report: CompletenessReport,
    *,
    reference: str,
    deposited_at: datetime,
    physical_check: bool,
    types: DocumentTypes,
) -> DepositReceipt:
    """Draw up the receipt of one deposit; the same facts on screen, on paper and in the QR code."""
    answers = dossier.answers()
    return DepositReceipt(
        reference=reference,
        form_id=spec.id,
        form_version=spec.version,
        applicant_name=applicant_name(spec, answers),
        registration=str(answers.get(spec.applicant_fields["registration"]) or ""),
        request_type=spec.receipt_type,
        deposited_at=deposited_at,
        received=_received(dossier, report, types),
        missing=tuple(
            ReceiptDocument(one.type, one.label, one.count - one.present, one.child)
            for one in report.required
            if one.present < one.count
        ),
        physical_check=physical_check,
    )


def _received(
    dossier: Dossier, report: CompletenessReport, types: DocumentTypes
) -> tuple[ReceiptDocument, ...]:
    supplied = Counter((one.type, one.child) for one in dossier.attachments if not one.declined)
    order = {
        name: place for place, one in enumerate(report.required) for name in (one.type, *one.alternatives)
    }
    ranked = sorted(supplied.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1] or 0))
    return tuple(
        ReceiptDocument(document_type, types.label_of(document_type), count, child)
        for (document_type, child), count in ranked
    )

"""A dossier that lies in a file, as the source of a reviewer's summary: nothing read, nothing decided."""

from __future__ import annotations

from datetime import datetime

from core.completeness import CompletenessReport
from core.deposit import applicant_name, applicant_of
from core.dossier import Attachment, Dossier
from core.form_spec import FormSpec
from core.localized_text import Language
from core.scope import build_scope
from forms_service.services.presenting import FORM
from forms_service.services.summary_facts import SummarySource
from forms_service.services.views import AttachmentView, DossierView, ReadingStatus


def summary_of_file(
    spec: FormSpec, dossier: Dossier, report: CompletenessReport, reference: str, at: datetime
) -> SummarySource:
    """The source of a summary of a dossier that lies in a file: nothing was read, nobody decided."""
    answers = dict(dossier.answers())
    for group_id, rows in dossier.groups.items():
        for number, row in enumerate(rows, start=1):
            answers |= {f"{group_id}.{number}.{name}": value for name, value in row.items()}
    scope = build_scope(spec, dossier, at.date())
    applicant = applicant_of(spec, scope)
    number_given = answers.get(applicant.registration) or answers.get(spec.applicant_fields["registration"])
    view = DossierView(
        id=reference,
        reference=reference,
        state=dossier.state,
        language=Language.AR,
        spec=spec,
        dossier=dossier,
        revision=0,
        attachments=tuple(_in_file(place, one, at) for place, one in enumerate(dossier.attachments)),
        scans=(),
        events=(),
        owner_name=applicant_name(applicant.name, answers).fr,
        opened_at=at,
        changed_at=at,
        deposited_at=None,
        receipt_available=False,
        may_edit=False,
    )
    return SummarySource(view, report, scope, (), answers, (), {}, {}, str(number_given or ""))


def _in_file(place: int, one: Attachment, at: datetime) -> AttachmentView:
    return AttachmentView(
        id=one.id or str(place),
        filename=one.file or "",
        media_type="",
        size=0,
        type=one.type,
        declared_type=one.type,
        child=one.child,
        status=ReadingStatus.READ,
        message=None,
        facts=one.facts,
        warnings=(),
        valid_until=None,
        confidence=None,
        pages=0,
        is_form=one.type == FORM,
        decision="refused" if one.declined else None,
        decision_reason=None,
        uploaded_at=at,
    )

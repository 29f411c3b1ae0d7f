"""Papers that came and may not serve: of another kind, blurred, out of date; told where what is missing is told."""

from __future__ import annotations

from core.completeness import CompletenessReport, Finding, Requirement
from core.form_spec import Severity
from forms_service.services.paper_notes import remarks
from forms_service.services.presenting import BLANK_PAPER
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web.languages import translate
from forms_service.web.presentation import FORM, type_name

REMARK = "paper_remark"
"""Code of the finding that stands for a remark on a paper."""


def of_another_kind(view: DossierView, need: Requirement) -> AttachmentView | None:
    """The upload that was sent for a demand and clearly is no such paper."""
    types = {need.type, *need.alternatives}
    for one in view.attachments:
        if one.seen_as and one.declared_type in types and one.child in (None, need.child):
            return one
    return None


def other_kind_words(one: AttachmentView, need: Requirement, row: str | None, may_edit: bool = True) -> str:
    """That it does not count, what it is, and what to do, in one sentence.

    Args:
        may_edit: Whether its sender may still say that it is the paper asked for: after the deposit only another
            paper helps.
    """
    name = type_name(need.type)
    wanted = translate("physical_check.of_whom", paper=name, whom=row) if row else name
    if one.seen_as == BLANK_PAPER:
        return translate("other_kind.blank", file=one.filename, name=wanted)
    sentence = "other_kind.missing" if may_edit else "other_kind.missing_after"
    return translate(sentence, file=one.filename, seen=type_name(one.seen_as), name=wanted)


def remarked(view: DossierView, report: CompletenessReport) -> list[tuple[AttachmentView, Finding]]:
    """Papers that count though something about them is to be looked at, each with its first remark.

    What the report tells already is not told twice.
    """
    told = {one.message.fr for one in report.findings}
    found = []
    for one in view.attachments:
        if one.status == "refused" or one.seen_as or one.decision or one.is_form or one.type == FORM:
            continue
        left = [remark for remark in remarks(one.warnings) if remark.fr not in told]
        if left:
            found.append((one, Finding(REMARK, Severity.WARNING, one.id, left[0], "")))
    return found

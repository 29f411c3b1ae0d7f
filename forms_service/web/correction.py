"""What a reviewer may ask to mend: the answers and documents this dossier calls for, wrong ones ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from core.completeness import CompletenessReport
from core.conditions import Scope
from core.findings import Requirement
from core.form_spec import FieldSpec, FormSpec, Group, Severity
from core.localized_text import Language
from core.scope import row_variables
from forms_service.services.views import AttachmentView, DossierView
from forms_service.web import screens
from forms_service.web.languages import language
from forms_service.web.presentation import FORM, type_name
from forms_service.web.rows_to_describe import rows_to_describe


@dataclass(frozen=True, slots=True)
class Askable:
    """One thing the applicant may be asked to mend."""

    subject: str
    label: str
    said: str
    ticked: bool


def document_subject(document_id: str, child: int | None) -> str:
    """How a request names a document: ``birth``, or ``birth.2`` for the second row."""
    return f"{document_id}.{child}" if child else document_id


def named_document(spec: FormSpec, subject: str) -> tuple[str, str] | None:
    """The words and the place on the page of documents (``#doc-birth-2``) of what a request names."""
    for document in spec.documents:
        number = subject.removeprefix(f"{document.id}.")
        if subject != document.id and not (number != subject and number.isascii() and number.isdigit()):
            continue
        words = type_name(document.type)
        if document.type == FORM:
            return words, "#the-form"
        if document.per is None:
            return words, f"#doc-{document.id}"
        if subject == document.id:
            return words, ""
        row = spec.group(document.per).item_label.fill(n=int(number)).in_language(language())
        return f"{row} – {words}", f"#doc-{document.id}-{number}"
    return None


def row_name(spec: FormSpec, subject: str) -> str | None:
    """The row (``child 2``) an answer belongs to; None outside groups."""
    for group in spec.groups:
        number = subject.removeprefix(f"{group.id}.").partition(".")[0]
        if subject.startswith(f"{group.id}.") and number.isascii() and number.isdigit():
            return group.item_label.fill(n=int(number)).in_language(language())
    return None


def place_name(spec: FormSpec, one: FieldSpec) -> str:
    """The heading an answer stands under, where its own label does not tell it from others; else nothing."""
    return place_names(spec).get(one.id, "")


def place_names(spec: FormSpec) -> dict[str, str]:
    """The headings (``place_name``) of all answers that need one, by field."""
    every = [*spec.fields(), *(inner for group in spec.groups for inner in group.fields)]
    labels = {one.id: screens.plain_label(one.label, spec).in_language(language()) for one in every}
    often = Counter(screens.plain_label(one.label, spec).in_language(language()) for one in every)
    return {
        one.id: section.heading.in_language(language())
        for section in reversed(spec.sections)
        if section.heading
        for one in section.fields()
        if often[labels[one.id]] > 1
    }


def askable_fields(view: DossierView, scope: Scope, report: CompletenessReport) -> list[Askable]:
    """The answers asked of this applicant, rows included; missing and wrong ones ticked."""
    wrong = {one.subject for one in report.findings if one.severity is Severity.ERROR}
    for rows in rows_to_describe(view):  # the number is right: who they are is what is asked
        if rows.group.count_field in wrong and rows.described < rows.declared:
            wrong = wrong - {rows.group.count_field} | {rows.group.id}
    spec, places = view.spec, place_names(view.spec)
    found = [
        _askable(one.id, one, view.dossier.answers().get(one.id), places.get(one.id, ""), wrong)
        for section in screens.asked_sections(spec, scope)
        for one in screens.asked_fields(section, scope)
        if not (one.twin and one.id.endswith(".ar") and one.id not in wrong)
    ]
    found += [
        _askable(one.id, one, view.dossier.facts.get(one.id), "", wrong)
        for one in screens.asked_facts(spec, scope)
    ]
    for group in screens.asked_groups(spec, scope):
        found += _rows(group, view, scope, wrong)
    return found


def _rows(group: Group, view: DossierView, scope: Scope, wrong: set[str]) -> Iterator[Askable]:
    if group.id in wrong:
        yield Askable(group.id, group.label.in_language(language()), "", True)
    for number, row in enumerate(view.dossier.groups.get(group.id, ()), start=1):
        seen = scope.with_variables(**{group.item: row_variables(group, row, number, scope)})
        name = group.row_label(number, row).in_language(language())
        for one in screens.row_fields(group, seen):
            yield _askable(f"{group.id}.{number}.{one.id}", one, row.get(one.id), name, wrong)


def _askable(subject: str, one: FieldSpec, value: object, where: str, wrong: set[str]) -> Askable:
    words = one.label.in_language(language())
    script_language = Language.AR if one.kind == "arabic_name" else language()
    said = "" if value is None else screens.on_screen(one, value, script_language)
    return Askable(subject, f"{where} – {words}" if where else words, said, subject in wrong)


def askable_documents(view: DossierView, report: CompletenessReport) -> list[Askable]:
    """The documents this dossier calls for; missing ones and those declined are ticked."""
    order = {document.id: place for place, document in enumerate(view.spec.documents)}
    every = sorted(
        (*report.required, *report.lifted), key=lambda one: (order[one.document_id], one.child or 0)
    )
    declined = [one for one in view.attachments if one.decision == "refused"]
    short = {(one.document_id, one.child) for one in report.required if not one.satisfied}
    return [
        Askable(
            document_subject(one.document_id, one.child),
            document_label(view.spec, one),
            "",
            (one.document_id, one.child) in short or any(_serves(paper, one) for paper in declined),
        )
        for one in every
    ]


def _serves(paper: AttachmentView, need: Requirement) -> bool:
    return (paper.type or paper.declared_type) in (need.type, *need.alternatives) and (
        need.child is None or paper.child in (None, need.child)
    )


def document_label(spec: FormSpec, need: Requirement) -> str:
    """What is demanded, and for which row."""
    words = need.label.in_language(language())
    document = next(one for one in spec.documents if one.id == need.document_id)
    if need.child is None or document.per is None:
        return words
    row = spec.group(document.per).item_label.fill(n=need.child).in_language(language())
    return f"{row} – {words}"

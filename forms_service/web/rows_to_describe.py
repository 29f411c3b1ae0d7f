"""Children who are declared by number and described nowhere: how many, where to, and whom the papers name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.form_spec import FormSpec, Group
from core.localized_text import Script
from core.scope import build_scope
from forms_service.services.rows_on_papers import ProposedRow, proposed_rows, stands_on_no_paper
from forms_service.services.views import DossierView
from forms_service.web import screens
from forms_service.web.languages import language


@dataclass(frozen=True, slots=True)
class RowsToDescribe:
    """One group of which fewer rows are described than are declared.

    Attributes:
        declared: How many the form declares; 0 where only papers tell of any.
        described: How many are described.
        on_papers: How many more the papers name.
    """

    group: Group
    declared: int
    described: int
    on_papers: int

    @property
    def lacking(self) -> int:
        """How many are still to be described."""
        return max(self.declared - self.described, self.on_papers)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row as the page offers it: what was read, and whether that is in doubt, by line."""

    attachment_id: str
    filename: str
    pages: int
    lines: tuple[tuple[str, str, bool], ...]


def rows_to_describe(view: DossierView) -> list[RowsToDescribe]:
    """The groups that no paper describes and that still lack rows."""
    scope = build_scope(view.spec, view.dossier, view.changed_at.date())
    found = []
    for group in screens.asked_groups(view.spec, scope):
        if stands_on_no_paper(group):
            declared = view.dossier.answers().get(str(group.count_field))
            described = len(view.dossier.groups.get(group.id, ()))
            on_papers = len(proposed_rows(view.spec, view.dossier, group))
            count = int(str(declared)) if str(declared).isdigit() else 0
            found.append(RowsToDescribe(group, count, described, on_papers))
    return [one for one in found if one.lacking > 0]


def proposals(view: DossierView, group: Group) -> list[Proposal]:
    """The rows that papers name, as the page of the group offers them."""
    uploads = {one.id: one for one in view.attachments}
    return [
        Proposal(
            one.attachment_id,
            uploads[one.attachment_id].filename,
            uploads[one.attachment_id].pages,
            tuple(_lines(view.spec, group, one)),
        )
        for one in proposed_rows(view.spec, view.dossier, group)
        if one.attachment_id in uploads
    ]


def _lines(spec: FormSpec, group: Group, one: ProposedRow) -> Iterator[tuple[str, str, bool]]:
    """What was read, by its name; a name in two scripts is one line."""
    told = {field.id: field for field in group.fields if field.id in one.answers}
    for field in told.values():
        if field.twin in told and field.script is not Script.ARAB:
            continue
        both = [field, *([told[field.twin]] if field.twin in told else [])]
        said = [
            screens.on_screen(each, one.answers[each.id], language()) or str(one.answers[each.id])
            for each in both
        ]
        label = screens.plain_label(field.label, spec).in_language(language())
        yield label, " – ".join(f"\u2068{text}\u2069" for text in said), any(e.id in one.unsure for e in both)

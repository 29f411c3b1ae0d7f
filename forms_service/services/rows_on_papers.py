"""Rows of a group (children) that stand on no paper form but on their own papers: proposed, never taken.

Somebody who hands in paper declares a number of children; who they are stands on their birth extracts.
Each is offered to whoever looks after the dossier and becomes a row only when a person says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.dossier import Attachment, Dossier
from core.field_kinds import Answer
from core.form_spec import FormSpec, Group
from forms_service.services.childrens_papers import row_named
from forms_service.services.papers_compared import BIRTH, says_a_name


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """One row as a paper tells it.

    Attributes:
        attachment_id: The upload it was read on.
        answers: By field of the group, as far as the paper answers it.
        unsure: Fields of which the reading is in doubt.
    """

    attachment_id: str
    answers: Mapping[str, Answer]
    unsure: frozenset[str]


def stands_on_no_paper(group: Group) -> bool:
    """Whether the printed form has only the number of the rows and no room for any."""
    return group.count_field is not None and group.printed_rows == 0


def proposed_rows(spec: FormSpec, dossier: Dossier, group: Group) -> list[ProposedRow]:
    """The rows that papers name and nobody has described yet, each once, in the order of the papers."""
    described = list(dossier.groups.get(group.id, ()))
    found: list[ProposedRow] = []
    for paper in _papers_of(spec, dossier, group):
        told = {one.id: paper.facts[one.id] for one in group.fields if paper.facts.get(one.id)}
        known = [*described, *(one.answers for one in found)]
        if told and row_named(paper, known) is None and len(known) < group.maximum:
            found.append(ProposedRow(str(paper.id), told, paper.unsure & told.keys()))  # type: ignore[arg-type]
    return found


def _papers_of(spec: FormSpec, dossier: Dossier, group: Group) -> Iterator[Attachment]:
    """Usable papers of one row each that name a person and that nothing places with a row yet."""
    kinds = {kind for one in spec.documents if one.per == group.id for kind in (one.type, *one.alternatives)}
    for one in dossier.attachments:
        loose = one.type in kinds and one.id and one.child is None
        if loose and not one.declined and not one.seen_as and (one.facts.get(BIRTH) or says_a_name(one)):
            yield one

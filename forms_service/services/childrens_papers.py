"""Which child each paper is of: settled anew whenever the children become known better.

People scan first and answer later, and the children stand on no paper form.  What was read of a paper is
kept, so the children typed afterwards tell whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.dossier import Attachment
from core.field_kinds import Answer
from core.form_spec import FormSpec
from forms_service.services.papers_compared import BIRTH, names_another, person_named, says_a_name
from forms_service.services.presenting import read_dossier, supplied
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import DossierRow


def settle_children(session: Session, dossier: DossierRow, spec: FormSpec) -> None:
    """Mark every paper that is asked of each row of a group with the row (child) it names, or with none.

    What a person placed, or a reviewer decided on, stays where it is.
    """
    group_of = {kind: one.per for one in spec.documents if one.per for kind in (one.type, *one.alternatives)}
    papers = [
        one
        for one in DossierRepository(session).attachments(dossier.id)
        if one.type in group_of and one.declared_child is None and one.decision is None
    ]
    if not papers:
        return
    groups = read_dossier(session, dossier, spec).dossier.groups
    for one in papers:
        read = supplied(one)
        if read is not None:
            one.child = row_named(read, groups.get(str(group_of[str(one.type)]), ()))


def rows_kept(before: Sequence[object], after: Sequence[object]) -> dict[int, int]:
    """Where each row (from 1) stands now; a row that is gone is left out.

    Rows are known by what they say.  As many rows as before, or more, are the same ones edited or added
    to; of fewer, those that say the same in the same order are the ones that stayed.
    """
    if len(after) >= len(before):
        return {number: number for number in range(1, len(before) + 1)}
    kept: dict[int, int] = {}
    for number, row in enumerate(before, start=1):
        if len(kept) < len(after) and row == after[len(kept)]:
            kept[number] = len(kept) + 1
    if len(kept) == len(after):
        return kept
    return {number: number for number in range(1, len(after) + 1)}


def follow_rows(
    session: Session, dossier: DossierRow, spec: FormSpec, group_id: str, kept: Mapping[int, int]
) -> None:
    """Move the papers of a group along with its rows; those of a row that is gone wait for a place."""
    kinds = {kind for one in spec.documents if one.per == group_id for kind in (one.type, *one.alternatives)}
    for one in DossierRepository(session).attachments(dossier.id):
        if (one.type or one.declared_type) in kinds:
            one.child = kept.get(one.child) if one.child else one.child
            one.declared_child = kept.get(one.declared_child) if one.declared_child else None


def row_named(paper: Attachment, rows: Sequence[Mapping[str, Answer]]) -> int | None:
    """The one row (from 1) that a paper names; None where it names none, or might name several.

    The day of birth decides; the name tells twins apart, and speaks alone where no day was read.
    """
    birth = paper.facts.get(BIRTH)
    if birth is None and not says_a_name(paper):
        return None
    found = [number for number, row in enumerate(rows, start=1) if birth in (None, row.get(BIRTH))]
    if birth is None or len(found) > 1:
        found = [number for number in found if not names_another(paper, person_named(rows[number - 1]))]
    return found[0] if len(found) == 1 else None

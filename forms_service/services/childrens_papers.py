"""Which child each paper is of: settled anew whenever the children become known better.

People scan first and answer later, and the children stand on no paper form.  What was read of a paper is
kept, so the children typed afterwards tell whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

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
    """Where each row (from 1) stands now; a row that is gone, or that nobody can tell from others, is left out.

    Rows are known by what they say, those that moved past others too.  Between them, as many other rows as
    before are the same ones edited; of more or fewer nobody knows which is which, so none is guessed.
    """
    steady = _same_in_order(before, after)
    kept = dict(steady)
    for old, row in enumerate(before, start=1):
        free = [new for new, one in enumerate(after, start=1) if one == row and new not in kept.values()]
        if old not in kept and free:
            kept[old] = free[0]
    bounds = [(0, 0), *steady, (len(before) + 1, len(after) + 1)]
    for (old, new), (old_end, new_end) in pairwise(bounds):
        others = [number for number in range(old + 1, old_end) if number not in kept]
        places = [number for number in range(new + 1, new_end) if number not in kept.values()]
        if len(others) == len(places):
            kept.update(zip(others, places, strict=True))
    return dict(sorted(kept.items()))


def _same_in_order(before: Sequence[object], after: Sequence[object]) -> list[tuple[int, int]]:
    """The most pairs (old number, new number) of equal rows in the same order, of those most in their place."""
    best: dict[tuple[int, int], tuple[int, int, list[tuple[int, int]]]] = {}
    nothing: tuple[int, int, list[tuple[int, int]]] = (0, 0, [])
    for old in range(len(before), 0, -1):
        for new in range(len(after), 0, -1):
            choices = [best.get((old + 1, new), nothing), best.get((old, new + 1), nothing)]
            if before[old - 1] == after[new - 1]:
                pairs, in_place, rest = best.get((old + 1, new + 1), nothing)
                choices.append((pairs + 1, in_place + (old == new), [(old, new), *rest]))
            best[old, new] = max(choices, key=lambda one: one[:2])
    return best.get((1, 1), nothing)[2]


def follow_rows(
    session: Session,
    dossier: DossierRow,
    spec: FormSpec,
    group_id: str,
    kept: Mapping[int, int],
    rows_before: int,
) -> None:
    """Move the papers of a group along with its rows; those of a row that is gone wait for a place.

    Papers come before their children are typed too: a number that no row had yet stays as it was said.
    """
    kinds = {kind for one in spec.documents if one.per == group_id for kind in (one.type, *one.alternatives)}

    def now(number: int | None) -> int | None:
        if not number:
            return number
        return kept.get(number, number if number > rows_before else None)

    for one in DossierRepository(session).attachments(dossier.id):
        if (one.type or one.declared_type) in kinds:
            one.child, one.declared_child = now(one.child), now(one.declared_child)


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

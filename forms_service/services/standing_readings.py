"""Which readings of a dossier stand for their fields when a page came more than once or was cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from core.completeness import applies
from core.conditions import holds
from core.correction_slip import answer_field
from core.dossier import Dossier
from core.extraction import Verdict
from core.field_kinds import Answer
from core.form_spec import FormSpec
from core.scope import build_scope
from forms_service.ocr.doubts import Doubt
from forms_service.services.same_answer import says_the_same
from forms_service.storage.models import DossierRow, ExtractionRow

UNSEEN = frozenset({Doubt.OUTSIDE_PICTURE.value, Doubt.BOX_NOT_SEEN.value})
"""Reasons with which a reading may say that its page did not show the box at all."""

_SLIVER_PX = 3


def is_unseen(raw: str, value: Answer, reason: str | None) -> bool:
    """Whether the page did not show the field's box, so that nothing was read from it."""
    return value is None and not raw and reason in UNSEEN


def shows_paper(row: ExtractionRow) -> bool:
    """Whether a reading has a piece of the page to show that is its own.

    Of a box outside the picture at most a sliver is there, and around it stands another box's answer.
    """
    left, top, right, bottom = row.box
    least = _SLIVER_PX if row.reason == Doubt.OUTSIDE_PICTURE else 0
    return right - left > least and bottom - top > least


def standing_readings(
    spec: FormSpec,
    dossier: Dossier,
    current: Mapping[str, Answer],
    rows: Sequence[ExtractionRow],
    on: date,
) -> list[ExtractionRow]:
    """The readings a person needs to see, in the order given: no field is asked twice for one answer.

    Of pages that say the same, the one somebody decided on or that was read best stands for all;
    pages that say different things all stand.  A box that a page did not show is asked only if no
    other page shows it and its block applies.

    Args:
        current: The answers in force, rows of groups under their full ids.
    """
    by_field: dict[str, list[ExtractionRow]] = {}
    for one in rows:
        by_field.setdefault(one.field_id, []).append(one)
    standing: set[str] = set()
    unseen: list[ExtractionRow] = []
    for field_id, every in by_field.items():
        seen = [one for one in every if one.decided_by or not _unseen(one)]
        if len(seen) == 1:
            standing.add(seen[0].id)
        elif seen:
            standing |= {one.id for one in _one_for_each_answer(spec, field_id, current.get(field_id), seen)}
        else:
            unseen.append(every[-1])
    if unseen:
        idle = _fields_not_asked(spec, dossier, on)
        standing |= {one.id for one in unseen if one.field_id not in idle}
    return [one for one in rows if one.id in standing]


def settled_in_review(row: ExtractionRow, dossier: DossierRow, roles: Collection[str]) -> bool:
    """Whether the person who settled a reading did so as its reviewer, not as whoever prepares the dossier.

    Nobody reviews before the first deposit, whatever else their account may do.

    Args:
        roles: Of the account that settled it.
    """
    if row.decided_by is None or "reviewer" not in roles:
        return False
    deposited, decided = dossier.deposited_at, row.decided_at
    return deposited is not None and (decided is None or decided >= deposited)


def is_open(row: ExtractionRow) -> bool:
    """Whether a reading still waits for the first person's eyes."""
    return row.verdict == Verdict.REVIEW and row.decision is None


def _unseen(row: ExtractionRow) -> bool:
    return is_unseen(row.raw, _value(row), row.reason)


def _one_for_each_answer(
    spec: FormSpec, field_id: str, held: Answer, rows: Iterable[ExtractionRow]
) -> Iterable[ExtractionRow]:
    field = answer_field(spec, field_id)
    best: list[ExtractionRow] = []

    def rank(row: ExtractionRow) -> tuple[bool, bool, bool, bool, float]:
        filled = row.decided_by is None and row.decision is not None
        in_force = says_the_same(field, _value(row), held)
        by_person, sure = row.decided_by is not None, row.verdict == Verdict.ACCEPT
        # What was taken over and is no longer the answer leaves the word to a page that asks.
        return (by_person, filled and in_force, not filled, sure, row.confidence)

    for one in rows:
        for place, other in enumerate(best):
            value, known = _value(one), _value(other)
            same = one.raw == other.raw if value is None or known is None else False
            if (value is None) == (known is None) and (same or says_the_same(field, value, known)):
                best[place] = max(other, one, key=rank)
                break
        else:
            best.append(one)
    return best


def _value(row: ExtractionRow) -> Answer:
    value: Answer = row.value["value"] if row.value else None
    return value


def _fields_not_asked(spec: FormSpec, dossier: Dossier, on: date) -> set[str]:
    """Fields of blocks that do not apply to what the dossier says now; rows of groups by their full ids."""
    scope = build_scope(spec, dossier, on)
    fields = {
        one.id
        for section in spec.sections
        for one in section.fields()
        if not one.office and not applies(section, one, scope)
    }
    rows = {
        f"{group.id}.{number}.{one.id}"
        for group in spec.groups
        if not holds(group.when, scope)
        for number in range(1, group.maximum + 1)
        for one in group.fields
    }
    return fields | rows

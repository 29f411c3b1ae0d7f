"""Check that a spec promises no longer answers than its boxes on paper take."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from core.errors import InvalidValue
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText
from core.placement import FormLayout, Placement, WidgetKind
from forms_service.render.page_blocks import LayoutProblem
from forms_service.render.value_fitting import capacity_of, takes_capitals


def limit_problems(spec: FormSpec, layout: FormLayout) -> list[LayoutProblem]:
    """The fields that accept answers which their boxes cannot take, in the order of the paper."""
    return [
        problem
        for subject, field in _declared_fields(spec)
        for placement in layout.of_field(field.id)[:1]
        if (problem := _problem_of(subject, field, placement)) is not None
    ]


def _declared_fields(spec: FormSpec) -> Iterator[tuple[str, FieldSpec]]:
    """Printed fields with the id they are declared by; the rows of a group are all alike."""
    rows = {f"{group.id}.1.": f"{group.id}." for group in spec.groups}
    later_rows = tuple(
        f"{group.id}.{row}." for group in spec.groups for row in range(2, group.printed_rows + 1)
    )
    for field in spec.printed_fields():
        if not field.id.startswith(later_rows):
            row = next((row for row in rows if field.id.startswith(row)), "")
            yield rows.get(row, "") + field.id.removeprefix(row), field


def _problem_of(subject: str, field: FieldSpec, placement: Placement) -> LayoutProblem | None:
    limit = field.max_length or kind_of(field).max_length or 0
    if placement.widget is WidgetKind.COMB:
        cells = placement.comb or 1
        longest = max(limit, _longest_in_cells(field, cells))
        if longest > cells:
            return _problem(subject, _TOO_FEW_CELLS, _TOO_FEW_CELLS_ENGLISH, longest, cells)
    elif placement.widget is WidgetKind.TEXT and limit and not takes_capitals(field, placement, limit):
        room = capacity_of(field, placement).characters
        return _problem(subject, _TOO_SMALL, _TOO_SMALL_ENGLISH, limit, room)
    return None


def _longest_in_cells(field: FieldSpec, cells: int) -> int:
    """Length of the kind's sample, or one more than the cells when such a number is accepted.

    A limit of the field's own is what counts: the sample of free text says nothing against it.
    """
    kind = kind_of(field)
    samples = [] if field.max_length else [kind.sample]
    if field.maximum is not None:
        samples.append(field.maximum)
    with contextlib.suppress(InvalidValue):
        samples.append(kind.parse("9" * (cells + 1), field))
    return max((len(kind.to_paper(one, field)) for one in samples if one is not None), default=0)


def _problem(subject: str, words: LocalizedText, english: str, longest: int, room: int) -> LayoutProblem:
    filled = {"subject": subject, "longest": longest, "room": room}
    return LayoutProblem(subject, None, 0.0, words.fill(**filled), english.format(**filled))


_TOO_SMALL = LocalizedText(
    ar="تقبل الخانة «{subject}» أجوبة قد يبلغ عدد حروفها {longest}، ومكانها على الورق يسع نحو {room} ولو "
    "بخط صغير: اجعلوا max_length: {room} أو أقل، أو وسّعوا الخانة، أو زيدوا سطورها.",
    fr="« {subject} » accepte des réponses de {longest} caractères, mais sa case n'en contient qu'environ "
    "{room} de largeur ordinaire, même en petit : mettez max_length: {room} ou moins, élargissez la case "
    "ou donnez-lui plus de lignes.",
)
_TOO_FEW_CELLS = LocalizedText(
    ar="تقبل الخانة «{subject}» أجوبة قد يبلغ عدد رموزها {longest}، وعدد مربعاتها على الورق {room}: "
    "حدّدوا طول الجواب (max_length أو maximum) أو زيدوا المربعات (comb).",
    fr="« {subject} » accepte des réponses de {longest} caractères pour {room} cases : limitez la réponse "
    "(max_length ou maximum) ou donnez-lui plus de cases (comb).",
)
_TOO_SMALL_ENGLISH = (
    "{subject!r} takes answers of {longest} characters, but its box holds only about {room} of ordinary width, "
    "even set small: put max_length: {room} or less, widen the box or give it more lines"
)
_TOO_FEW_CELLS_ENGLISH = (
    "{subject!r} takes answers of {longest} characters for {room} cells: limit the answer (max_length or maximum) "
    "or give it more cells (comb)"
)

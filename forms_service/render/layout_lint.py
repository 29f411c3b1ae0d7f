"""What a designer would remark on a form's paper before it is printed.

``layout_problems`` says what does not fit; this adds what fits but does not serve: boxes too small
for a hand, rows and columns out of balance, labels shrunk to their smallest, crowded or empty pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec, Section, StaticText, TextStyle
from core.localized_text import Script
from core.placement import Placement, WidgetKind
from forms_service.render.field_boxes import PrintedField, printed_fields
from forms_service.render.layout import VARIANTS, PrintedForm, lay_out, layout_problems
from forms_service.render.lint_advice import Advice, AdviceSeverity, advise, in_large_print
from forms_service.render.office_corner import office_field
from forms_service.render.paper_grid import COLUMN_GAP, CONTENT_WIDTH, MIN_CELL, density
from forms_service.render.wording_lint import wording_advice
from forms_service.render.wordings import text_subject

_LEAST_LINE_MM = 7.0
_LEAST_TICK_GAP_MM = 1.0
_SIGNATURE_MM = (50.0, 15.0)
_HAND_MM = {
    "latin_name": 40.0,
    "arabic_name": 40.0,
    "address": 70.0,
    "email": 60.0,
    "city": 40.0,
    "country": 30.0,
    "amount": 30.0,
    "office_text": 30.0,
    "text": 40.0,
}
"""Length of line that an ordinary answer takes in handwriting; the two forms of the fund give more."""

_SPARE_FACTOR = 1.6
"""A neighbour this much wider than a hand needs could give some of its width away."""

_LEAST_ROW_SHARE = 0.5
_TIGHT = 0.1
_TOLERANCE_MM = 0.02
_HEADER_LINES = 2


_SAID_BY_MISFIT = ("text_off_page", "text_over_text", "label_at_floor")
"""Remarks that say again what an overflow of the same wording has said."""


def layout_advice(spec: FormSpec) -> list[Advice]:
    """Everything that lint has to say of a form's paper: first what does not fit, then what could be better.

    Of the other prints only what spoils them is said, and only where the usual one is not spoilt too.
    """
    remarks = _print_advice(spec, "")
    known = {(one.code, one.subject) for one in remarks}
    for variant in VARIANTS:
        for one in _print_advice(spec, variant) if variant else ():
            if one.severity is AdviceSeverity.ERROR and (one.code, one.subject) not in known:
                remarks.append(in_large_print(one))
    return remarks


def _print_advice(spec: FormSpec, variant: str) -> list[Advice]:
    unfit = [
        Advice("does_not_fit", AdviceSeverity.ERROR, one.subject, one.message, one.english)
        for one in layout_problems(spec, variant)
    ]
    misfits = {one.subject for one in unfit}
    return unfit + [
        one
        for one in printed_form_advice(lay_out(spec, variant))
        if one.code not in _SAID_BY_MISFIT or one.subject not in misfits
    ]


def printed_form_advice(form: PrintedForm) -> list[Advice]:
    """What could be better on a form as it is laid out; each remark once, where it is first met."""
    spec = form.spec
    remarks = [*_boxes(form), *_rows(form), *_blocks(spec), *_names(spec), *_density(form)]
    remarks += wording_advice(form)
    if len(spec.header) > _HEADER_LINES:
        remarks.append(advise("header_not_printed", f"header {_HEADER_LINES + 1}"))
    first_of_each = {(one.code, one.subject): one for one in reversed(remarks)}
    return [one for one in remarks if first_of_each[one.code, one.subject] is one]


# --- one box ---------------------------------------------------------------------------------------


def _boxes(form: PrintedForm) -> Iterator[Advice]:
    later_rows = tuple(
        f"{group.id}.{row}." for group in form.spec.groups for row in range(2, group.printed_rows + 1)
    )
    for field in form.spec.printed_fields():
        placements = form.layout.of_field(field.id)
        if field.id.startswith(later_rows) or not placements:
            continue
        subject = declared_id(form.spec, field.id)
        match placements[0].widget:
            case WidgetKind.COMB:
                yield from _comb_advice(subject, placements[0])
            case WidgetKind.TICK:
                yield from _tick_advice(subject, placements)
            case WidgetKind.SIGNATURE:
                yield from _signature_advice(subject, placements[0])
            case _:
                yield from _line_advice(subject, placements[0])


def declared_id(spec: FormSpec, field_id: str) -> str:
    """The id a printed field is declared by: ``children.birth`` for ``children.2.birth``."""
    for group in spec.groups:
        if field_id.startswith(group.id + "."):
            row, _, name = field_id.removeprefix(group.id + ".").partition(".")
            return f"{group.id}.{name}" if row.isdigit() else field_id
    return field_id


def _comb_advice(subject: str, placement: Placement) -> Iterator[Advice]:
    cell = placement.box.width / (placement.comb or 1)
    if cell < MIN_CELL - _TOLERANCE_MM:
        yield advise("narrow_cells", subject, room=f"{cell:.1f}")


def _tick_advice(subject: str, placements: Sequence[Placement]) -> Iterator[Advice]:
    frames = [one.frame or one.box for one in placements]
    for number, first in enumerate(frames):
        for second in frames[number + 1 :]:
            across = max(first.x, second.x) - min(first.right, second.right)
            down = max(first.y, second.y) - min(first.bottom, second.bottom)
            gap = max(across, down)
            if gap < _LEAST_TICK_GAP_MM - _TOLERANCE_MM:
                yield advise("ticks_too_close", subject, room=f"{max(gap, 0.0):.1f}")
                return


def _signature_advice(subject: str, placement: Placement) -> Iterator[Advice]:
    frame = placement.frame or placement.box
    width, height = _SIGNATURE_MM
    if frame.width < width or frame.height < height:
        yield advise(
            "small_signature",
            subject,
            width=f"{frame.width:.0f}",
            height=f"{frame.height:.0f}",
            need_width=f"{width:.0f}",
            need_height=f"{height:.0f}",
        )


def _line_advice(subject: str, placement: Placement) -> Iterator[Advice]:
    frame = placement.frame or placement.box
    line = frame.height / max(1, placement.lines)
    if line < _LEAST_LINE_MM - _TOLERANCE_MM:
        yield advise("low_lines", subject, room=f"{line:.1f}")


# --- one row ---------------------------------------------------------------------------------------


def _rows(form: PrintedForm) -> Iterator[Advice]:
    in_head = office_field(form.spec)
    for section in form.spec.sections:
        for row in section.rows:
            if isinstance(row, StaticText):
                continue
            columns = printed_fields(row, section.title)
            if columns and columns[0].main is not in_head:
                yield from _row_advice(form, columns, [column.main.id for column in columns])
    for group in form.spec.groups:
        if group.printed_rows:
            columns = printed_fields(group.fields, None)
            yield from _row_advice(
                form, columns, [f"{group.id}.1.{column.main.id}" for column in columns], in_table=True
            )


def _row_advice(
    form: PrintedForm, columns: Sequence[PrintedField], ids: Sequence[str], *, in_table: bool = False
) -> Iterator[Advice]:
    places = [form.layout.of_field(field_id)[0] for field_id in ids]
    spares = {
        declared_id(form.spec, field_id): _written_mm(place) - _hand_need(column.main) * _SPARE_FACTOR
        for column, place, field_id in zip(columns, places, ids, strict=True)
        if place.widget is WidgetKind.TEXT
    }
    for column, place, field_id in zip(columns, places, ids, strict=True):
        subject = declared_id(form.spec, field_id)
        others = {other: spare for other, spare in spares.items() if other != subject and spare > 0}
        yield from _narrow_advice(subject, column.main, place, others)
    kinds = {column.widget for column in columns}
    if in_table or kinds & {WidgetKind.TICK, WidgetKind.SIGNATURE}:
        return
    used = sum((place.frame or place.box).width for place in places) + COLUMN_GAP * (len(places) - 1)
    if used < _LEAST_ROW_SHARE * CONTENT_WIDTH:
        yield advise("idle_row", declared_id(form.spec, ids[0]), share=round(100 * used / CONTENT_WIDTH))


def _narrow_advice(
    subject: str, field: FieldSpec, place: Placement, others: dict[str, float]
) -> Iterator[Advice]:
    room, need = max(0.0, _written_mm(place)), _hand_need(field)
    is_short = place.widget is WidgetKind.TEXT and room < need - 0.5
    is_least = place.widget is WidgetKind.COMB and room / (place.comb or 1) < MIN_CELL + 0.1
    if (is_short or is_least) and others:
        other, spare = max(others.items(), key=lambda item: item[1])
        yield advise("squeezed", subject, room=f"{room:.0f}", other=other, spare=f"{spare:.0f}")
    elif is_short:
        yield advise("narrow_for_hand", subject, room=f"{room:.0f}", need=f"{need:.0f}")


def _written_mm(place: Placement) -> float:
    """Length of line an answer may take, all lines together."""
    return place.box.width * max(1, place.lines)


def _hand_need(field: FieldSpec) -> float:
    limit = field.max_length or kind_of(field).max_length
    need = _HAND_MM.get(field.kind, 0.0)
    return min(need, 8.0 + limit * 4.0) if limit else need


# --- blocks, names and pages -----------------------------------------------------------------------


def _blocks(spec: FormSpec) -> Iterator[Advice]:
    followed_by_group = {group.after_section for group in spec.groups if group.printed_rows}
    for section in spec.sections:
        if section.title is not None and not section.footnotes and not _is_printed(section):
            if section.id not in followed_by_group:
                yield advise("lonely_heading", section.id)
            continue
        last = section.rows[-1] if section.rows else None
        if isinstance(last, StaticText) and last.style is TextStyle.HEADING:
            yield advise("lonely_heading", text_subject(section.id, len(section.rows)))
    opening = spec.sections[0] if spec.sections else None
    if opening is not None and opening.title is None and len(opening.rows) == 1:
        first = [one for one in opening.fields() if one.printed]
        if len(first) == 1 and first[0].office and office_field(spec) is None:
            yield advise("office_box_in_body", first[0].id)


def _is_printed(section: Section) -> bool:
    return any(isinstance(row, StaticText) or any(one.printed for one in row) for row in section.rows)


def _names(spec: FormSpec) -> Iterator[Advice]:
    fields = [(one.id, one) for one in spec.fields()]
    fields += [(f"{group.id}.{one.id}", one) for group in spec.groups for one in group.fields]
    for subject, one in fields:
        if one.kind in ("latin_name", "arabic_name") and one.twin is None and not one.office:
            other = Script.ARAB if one.script is Script.LATN else Script.LATN
            if not _has_counterpart(subject, fields, other):
                yield advise("missing_twin", subject)


def _has_counterpart(subject: str, fields: Sequence[tuple[str, FieldSpec]], script: Script) -> bool:
    """Whether the same name stands beside it as a field of its own, such as ``last`` and ``last_ar``."""
    stem = subject.removesuffix("_ar").removesuffix(".ar").removesuffix("_fr")
    return any(
        one.script is script and other != subject and other.startswith(stem) and one.kind.endswith("_name")
        for other, one in fields
    )


def _density(form: PrintedForm) -> Iterator[Advice]:
    tight, roomy = density(0.0).box_height, density(1.0).box_height
    for page in range(1, form.layout.pages + 1):
        heights = [
            (one.frame or one.box).height
            for one in form.layout.on_page(page)
            if one.widget is WidgetKind.COMB
        ]
        if heights and (min(heights) - tight) / (roomy - tight) < _TIGHT:
            first = form.layout.on_page(page)[0].field_id
            yield advise("dense_page", declared_id(form.spec, _not_office(form, page) or first), page=page)


def _not_office(form: PrintedForm, page: int) -> str | None:
    head = office_field(form.spec)
    ids = (one.field_id for one in form.layout.on_page(page) if head is None or one.field_id != head.id)
    return next(ids, None)

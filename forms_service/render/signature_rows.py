"""A statement, the warning that goes with it, and the signature beside both."""

from __future__ import annotations

from core.form_spec import FieldSpec, StaticText, TextStyle
from core.placement import BoxMm, WidgetKind
from forms_service.render.artwork import Element, Piece, Role
from forms_service.render.field_boxes import PrintedField, paint_box, printed_fields
from forms_service.render.field_rows import (
    columns_across,
    label_band,
    label_words,
    paint_column,
    statement_height,
)
from forms_service.render.page_blocks import Block, Setting
from forms_service.render.running_text import notice_block

_GAP = 1.0
_MOST_GROWTH = 8.0
"""How much taller the signature may become to make room for the warning beside it."""


def signed_statement(row: tuple[FieldSpec, ...], notice: StaticText, setting: Setting) -> Block | None:
    """Set a statement over its warning, left of the signature.

    Gives None when the row is not a statement and a signature, or when the warning is too long to
    stand beside it; both are then set one under the other.
    """
    columns = printed_fields(row, None)
    if not _is_signed_statement(columns) or notice.style is not TextStyle.NOTICE:
        return None
    statement, signature = columns
    (left, left_width), (right, right_width) = columns_across(columns, setting)
    band = label_band([signature], [right_width], setting)
    path = (Element(Role.PARAGRAPH, f"{statement.main.id}.notice"),)
    size = setting.density.label_pt + 0.2
    warning = notice_block(notice.text, setting, path, left, left + left_width, size)
    said = statement_height(statement, left_width, setting)
    own_height = band.height + setting.density.signature_height
    height = max(own_height, said + _GAP + warning.height)
    if height > own_height + _MOST_GROWTH:
        return None
    room = height - warning.height - _GAP
    pieces, placements = paint_column(statement, BoxMm(left, (room - said) / 2, left_width, said), setting)
    pieces += [piece.moved(height - warning.height) for piece in warning.placed_pieces()]
    words: list[Piece] = [*label_words(signature, right, right_width, band, setting)]
    drawn, placed = paint_box(
        signature, BoxMm(right, band.height, right_width, height - band.height), setting.sizes
    )
    return Block(
        height,
        (*pieces, *words, *drawn),
        (*placements, *placed),
        gap_before=max(setting.density.row_gap, setting.density.section_gap),
    )


def _is_signed_statement(columns: list[PrintedField]) -> bool:
    return (
        len(columns) == 2
        and columns[0].widget is WidgetKind.TICK
        and not columns[0].main.choices
        and columns[1].widget is WidgetKind.SIGNATURE
    )

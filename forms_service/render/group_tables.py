"""The printed rows of a repeatable group, as a table: one line per child or per instalment."""

from __future__ import annotations

from core.form_spec import FieldSpec, Group, StaticText, TextStyle, printed_group_row
from core.localized_text import Language, LocalizedText
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM, Align, Element, Panel, Piece, Role, Slot, Words, within
from forms_service.render.continued_sections import continuing
from forms_service.render.field_boxes import PrintedField, least_width, most_width, paint_box, printed_fields
from forms_service.render.field_rows import field_rows, placed_columns, shared_widths
from forms_service.render.page_blocks import Block, Setting, box_too_narrow, too_wide
from forms_service.render.paper_grid import (
    ARABIC_EM,
    CONTENT_WIDTH,
    LEFT,
    OUTLINE,
)
from forms_service.render.running_text import section_bar, text_block
from forms_service.render.structure import HEAD_ROW
from forms_service.render.tick_boxes import paint_ticks, tick_outline, tick_placement, ticks_of
from forms_service.render.typography import METRICS

_NUMBER = LocalizedText(ar="رقم", fr="N°")
_NUMBER_WIDTH = 7.0
_HEAD_GRAY = 0.94
_CELL_PADDING = 1.0
_TICK_GROWTH = 1.5


def group_blocks(group: Group, setting: Setting) -> list[Block]:
    """The title, the head and every printed row of a group; nothing when it is asked on screen only."""
    if not group.printed_rows:
        return []
    first = printed_group_row(group, 1)
    columns = printed_fields(first, None)
    if setting.sizes.splits_rows:
        return _rows_one_by_one(group, setting)
    places = _columns(group, columns, setting)
    table = Element(Role.TABLE, group.id)
    blocks = [
        section_bar(group.id, group.label, (), setting),
        _head(group, columns, places, setting).within(table, Element(Role.ROW, HEAD_ROW)),
    ]
    blocks += [
        _row(number, printed_group_row(group, number), places, setting).within(
            table, Element(Role.ROW, str(number))
        )
        for number in range(1, group.printed_rows + 1)
    ]
    place = Element(Role.SECTION, f"group.{group.id}")
    return [block.within(place) for block in blocks]


def _rows_one_by_one(group: Group, setting: Setting) -> list[Block]:
    """The rows as small forms of their own, where a table would be wider than the page."""
    place = Element(Role.SECTION, f"group.{group.id}")
    blocks = [section_bar(group.id, group.label, (), setting)]
    for number in range(1, group.printed_rows + 1):
        name = LocalizedText(ar=f"{_NUMBER.ar} {number}", fr=f"{_NUMBER.fr} {number}")
        title = LocalizedText(ar=f"{group.label.ar} – {name.ar}", fr=f"{group.label.fr} – {name.fr}")
        heading = text_block(StaticText(name, TextStyle.HEADING), setting, key=f"row.{number}")
        rows = field_rows(printed_group_row(group, number), None, setting)
        blocks += [heading, *continuing(list(rows), title, setting)]
    return [block.within(place) for block in blocks]


def _columns(group: Group, columns: list[PrintedField], setting: Setting) -> list[tuple[float, float]]:
    """Left edge and width of the table's columns; labels stand on two lines, so boxes rule."""
    room = CONTENT_WIDTH - _NUMBER_WIDTH
    least = [_least_cell(column, setting) for column in columns]
    if sum(least) > room:
        setting.problems.append(box_too_narrow(group.id, sum(least) - room))
        return placed_columns([width * room / sum(least) for width in least], LEFT + _NUMBER_WIDTH, 0.0)
    most = [
        narrowest * _TICK_GROWTH if column.widget is WidgetKind.TICK else most_width(column, setting)
        for column, narrowest in zip(columns, least, strict=True)
    ]
    weights = [column.main.width * len(column.fields) for column in columns]
    return placed_columns(shared_widths(room, weights, least, most), LEFT + _NUMBER_WIDTH, 0.0)


def _least_cell(column: PrintedField, setting: Setting) -> float:
    if column.widget is WidgetKind.TICK and not column.main.choices:
        widest = max(line.width for line in column.labels(setting.density.label_pt))
        return max(3 * setting.sizes.tick_size, widest + 2 * _CELL_PADDING)
    return least_width(column, setting) * len(column.fields)


def _head(
    group: Group, columns: list[PrintedField], places: list[tuple[float, float]], setting: Setting
) -> Block:
    size = setting.density.label_pt
    height = 2 * size * POINT_MM * 1.25 + 1.2
    pieces: list[Piece] = within(_number_head(height, size), Element(Role.HEAD_CELL, "number"))
    for column, (x, width) in zip(columns, places, strict=True):
        path = (Element(Role.HEAD_CELL, column.main.id),)
        pieces.append(Panel(BoxMm(x, 0, width, height), _HEAD_GRAY, 0.0, OUTLINE))
        room = width - 2 * _CELL_PADDING
        widest = max(line.width for line in column.labels(size))
        fitted = max(setting.sizes.label_floor_pt, size * min(1.0, room / widest))
        french, arabic = column.labels(fitted)
        for line in (french, arabic):
            if line.width > room + 0.05:
                setting.problems.append(
                    too_wide(f"{group.id}.{column.main.id}", line.language, line.width - room)
                )
        middle = x + width / 2
        step = fitted * POINT_MM * 1.25
        first = height / 2 - 0.1 * step
        pieces += arabic.enlarged(min(ARABIC_EM, room / arabic.width)).pieces(
            middle, first, Align.CENTRE, path=path
        )
        pieces += french.pieces(middle, first + step, Align.CENTRE, path=path)
    return Block(height, tuple(pieces), keep_with_next=True)


def _number_head(height: float, size: float) -> list[Piece]:
    """The head of the column that numbers the rows."""
    middle, step = LEFT + _NUMBER_WIDTH / 2, size * POINT_MM * 1.25
    first = height / 2 - 0.1 * step
    return [
        Words(_NUMBER.ar, middle, first, size, Language.AR, Align.CENTRE),
        Words(_NUMBER.fr, middle, first + step, size, Language.FR, Align.CENTRE),
    ]


def _row(
    number: int, fields: tuple[FieldSpec, ...], places: list[tuple[float, float]], setting: Setting
) -> Block:
    height = setting.density.box_height
    size = setting.density.label_pt
    baseline = (height + METRICS.cap_height * size * POINT_MM) / 2
    heads = (Element(Role.HEAD_CELL, "number"),)
    middle = LEFT + _NUMBER_WIDTH / 2
    pieces: list[Piece] = [
        Words(str(number), middle, baseline, size, Language.FR, Align.CENTRE, bold=True, path=heads)
    ]
    placements: list[Placement] = []
    for column, (x, width) in zip(printed_fields(fields, None), places, strict=True):
        cell = BoxMm(x, 0, width, height)
        if column.widget is WidgetKind.TICK:
            drawn, placed = _tick_cell(column, cell, setting)
        else:
            drawn, placed = paint_box(column, cell, setting.sizes)
            drawn = [Panel(cell, None, 0.0, OUTLINE), *drawn]
        pieces += within(drawn, Element(Role.CELL, column.main.id))
        placements += placed
    return Block(height, tuple(pieces), tuple(placements))


def _tick_cell(column: PrintedField, cell: BoxMm, setting: Setting) -> tuple[list[Piece], list[Placement]]:
    outline = Panel(cell, 1.0, 0.0, OUTLINE)
    middle = cell.y + cell.height / 2
    ticks = ticks_of(column.main)
    if column.main.choices:
        drawn, placed = paint_ticks(
            ticks, cell.x + _CELL_PADDING, middle, cell.width - _CELL_PADDING, setting
        )
        return [outline, *drawn], placed
    left = cell.x + (cell.width - setting.sizes.tick_size) / 2
    placement = tick_placement(ticks[0], left, middle, setting.sizes)
    return [outline, tick_outline(placement), Slot(ticks[0].field_id)], [placement]

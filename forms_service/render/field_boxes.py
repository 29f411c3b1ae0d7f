"""One printed box: its label in two languages, its outline, its cells and its place.

A ``PrintedField`` is what takes one column of a row: usually one field, or the two fields of a name
kept in both scripts, which share one outline.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import Language, LocalizedText, Script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import Element, Line, Panel, Path, Piece, Role, Slot
from forms_service.render.labels import LabelLine, label_lines
from forms_service.render.page_blocks import Setting
from forms_service.render.paper_grid import (
    BOX_INSET,
    HAIRLINE,
    OUTLINE,
    USUAL_PRINT,
    PrintSizes,
)
from forms_service.render.tick_boxes import natural_ticks_width, ticks_of

LABEL_GAP = 2.5
"""White between the French and the Arabic label of one box."""

_DATE_CELLS = 8
_GROUP_LINE = 0.45
"""Between day, month and year."""

_NARROWEST_TICKS = 60.0
_NARROWEST_TICK = 30.0
_WIDEST_WISH = 120.0


@dataclass(frozen=True, slots=True)
class PrintedField:
    """What takes one column of a row on paper.

    Attributes:
        fields: One field, or the Latin and the Arabic field of one name, in this order.
        has_label: False when the section's title already says it.
    """

    fields: tuple[FieldSpec, ...]
    has_label: bool = True

    @property
    def main(self) -> FieldSpec:
        """The field whose label, width and kind rule."""
        return self.fields[0]

    @property
    def widget(self) -> WidgetKind:
        """What stands on paper."""
        if self.main.comb:
            return WidgetKind.COMB
        widget = kind_of(self.main).widget
        return WidgetKind.TEXT if widget is WidgetKind.COMB else widget  # comb: 0 asks for a plain box

    def labels(self, size_pt: float) -> tuple[LabelLine, LabelLine]:
        """The French and the Arabic label."""
        bold = self.widget in (WidgetKind.SIGNATURE, WidgetKind.TICK)
        return label_lines(self.main.label, self.main.footnotes, size_pt, bold=bold)

    def label_path(self, language: Language) -> Path:
        """The label's place in the document's structure."""
        return (Element(Role.PARAGRAPH, f"{self.main.id}.{language}"),)

    def label_width(self, size_pt: float) -> float:
        """Room that both labels need on one line."""
        if not self.has_label:
            return 0.0
        return sum(line.width for line in self.labels(size_pt)) + LABEL_GAP


def printed_fields(row: tuple[FieldSpec, ...], section_title: LocalizedText | None) -> list[PrintedField]:
    """The columns of a row: fields without a place on paper are left out, twins share a column."""
    printed = [field for field in row if field.printed]
    by_id = {field.id: field for field in printed}
    columns = []
    for field in printed:
        twin = by_id.get(field.twin or "")
        if twin is not None and field.script is Script.ARAB:
            continue
        has_label = not _is_said_by(field, section_title)
        columns.append(PrintedField((field, twin) if twin else (field,), has_label))
    return columns


def _is_said_by(field: FieldSpec, title: LocalizedText | None) -> bool:
    is_tick = kind_of(field).widget is WidgetKind.TICK
    if is_tick and not field.choices:
        return True
    return is_tick and title is not None and field.label == title


def least_width(column: PrintedField, setting: Setting) -> float:
    """The narrowest column in which a hand can still fill the box in.

    Where labels may not shrink, the column takes the longer of them as well.
    """
    sizes = setting.sizes
    if column.widget is WidgetKind.TICK:
        ticks = ticks_of(column.main)
        natural = natural_ticks_width(ticks, setting.density.tick_pt, sizes)
        return min(natural, _NARROWEST_TICKS) if len(ticks) > 1 else _NARROWEST_TICK
    if column.widget is WidgetKind.COMB:
        least = comb_width(column.main, sizes.min_cell)
    else:
        least = sizes.narrowest_text * (len(column.fields) if sizes.splits_rows else 1)
    if sizes.splits_rows and column.has_label:
        least = max(least, *(line.width for line in column.labels(setting.density.label_pt)))
    return least


def wished_width(column: PrintedField, setting: Setting) -> float:
    """The narrowest column in which the label stands on one line as well."""
    if column.widget is WidgetKind.TICK:
        natural = natural_ticks_width(ticks_of(column.main), setting.density.tick_pt, setting.sizes)
        return max(min(natural, _WIDEST_WISH), least_width(column, setting))
    return max(least_width(column, setting), column.label_width(setting.density.label_pt))


def most_width(column: PrintedField, setting: Setting) -> float:
    """The widest column that is of use; text takes all it can get."""
    if column.widget is WidgetKind.COMB:
        return max(comb_width(column.main, setting.sizes.target_cell), wished_width(column, setting))
    return float("inf")


def comb_width(field: FieldSpec, cell: float) -> float:
    """Width of a comb's outline with cells of ``cell`` millimetres."""
    return (field.comb or 1) * cell + 2 * BOX_INSET


def box_width(column: PrintedField, width: float, setting: Setting) -> float:
    """Width of the outline in a column: a comb with cells wide enough leaves the rest white."""
    if column.widget is not WidgetKind.COMB:
        return width
    return min(width, comb_width(column.main, setting.sizes.max_cell))


def box_height(column: PrintedField, setting: Setting) -> float:
    """Height of the outline: a line, several lines, or room for a signature."""
    if column.widget is WidgetKind.SIGNATURE:
        return setting.density.signature_height
    return setting.density.box_height + (column.main.lines - 1) * setting.sizes.extra_line


def paint_box(
    column: PrintedField, frame: BoxMm, sizes: PrintSizes = USUAL_PRINT
) -> tuple[list[Piece], list[Placement]]:
    """Draw the outline of a text, a comb or a signature and say where its answers go."""
    if column.widget is WidgetKind.COMB:
        return _paint_comb(column.main, frame, sizes)
    pieces: list[Piece] = [Panel(frame, 1.0, 0.0, OUTLINE)]
    if len(column.fields) == 1:
        field = column.main
        place = Placement(
            field.id, 0, frame.inset(BOX_INSET), column.widget, field.script, lines=field.lines, frame=frame
        )
        if column.widget is not WidgetKind.SIGNATURE:
            pieces.append(Slot(field.id))
        return pieces, [place]
    middle = frame.x + frame.width / 2
    pieces += [
        Line(middle, frame.y, middle, frame.y + 1.0, HAIRLINE),
        Line(middle, frame.bottom - 1.0, middle, frame.bottom, HAIRLINE),
        *(Slot(field.id) for field in column.fields),
    ]
    half = frame.width / 2
    boxes = (BoxMm(frame.x, frame.y, half, frame.height), BoxMm(middle, frame.y, half, frame.height))
    return pieces, [
        Placement(field.id, 0, box.inset(BOX_INSET), WidgetKind.TEXT, field.script, lines=1, frame=frame)
        for field, box in zip(column.fields, boxes, strict=True)
    ]


def _paint_comb(field: FieldSpec, column: BoxMm, sizes: PrintSizes) -> tuple[list[Piece], list[Placement]]:
    cells = field.comb or 1
    width = min(column.width, comb_width(field, sizes.max_cell))
    frame = BoxMm(column.x, column.y, width, column.height)
    box = frame.inset(BOX_INSET)
    pieces: list[Piece] = [Panel(frame, 1.0, 0.0, OUTLINE)]
    is_date = field.kind == "date" and cells == _DATE_CELLS
    for number in range(1, cells):
        x = box.x + number * box.width / cells
        is_group_end = is_date and number in (2, 4)
        pieces.append(Line(x, frame.y, x, frame.bottom, _GROUP_LINE if is_group_end else HAIRLINE))
    pieces.append(Slot(field.id))
    return pieces, [Placement(field.id, 0, box, WidgetKind.COMB, field.script, comb=cells, frame=frame)]


def overlong_label(column: PrintedField, width: float, size_pt: float) -> list[tuple[Language, float]]:
    """Languages whose label alone is wider than the column, with the excess in millimetres."""
    return [
        (line.language, line.width - width)
        for line in column.labels(size_pt)
        if column.has_label and line.width > width + 0.05
    ]

"""A row of boxes: how wide each is, how its labels are set, and what it becomes on paper."""

from __future__ import annotations

from dataclasses import dataclass

from core.form_spec import FieldSpec
from core.localized_text import Language, LocalizedText
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM, Align, Panel, Piece, Slot, Words
from forms_service.render.field_boxes import (
    LABEL_GAP,
    PrintedField,
    box_height,
    box_width,
    comb_width,
    least_width,
    most_width,
    overlong_label,
    paint_box,
    printed_fields,
    wished_width,
)
from forms_service.render.page_blocks import Block, Setting, box_too_narrow, too_wide
from forms_service.render.paper_grid import (
    ARABIC_EM,
    CENTRE,
    COLUMN_GAP,
    CONTENT_WIDTH,
    LEFT,
    OFFICE_GRAY,
    RIGHT,
)
from forms_service.render.running_text import balanced_lines
from forms_service.render.tick_boxes import paint_ticks, tick_outline, tick_placement, ticks_height, ticks_of
from forms_service.render.typography import METRICS, text_width_mm

_ONE_LINE_SHRINK = 0.86
"""Labels are shrunk to this share of their size before they are set on two lines."""

_LABEL_RISE_EM = 0.36
"""From the gap over a box to the baseline of its label: tails of Arabic letters never touch the box."""

_LABEL_RISE_OVER_TICKS_EM = 0.1

_STATEMENT_GAP = 2.2
_SIGNATURE_LEFT = CENTRE + 3.0


@dataclass(frozen=True, slots=True)
class LabelBand:
    """How the labels of one row are set: one size for all, on one line or on two.

    Attributes:
        size_pt: The size that the row's height and its columns were reckoned with.
        french_pt: The size French is set in, a little larger where every box leaves room.
        arabic_pt: The size Arabic is set in.
    """

    size_pt: float
    lines: int
    height: float
    french_pt: float
    arabic_pt: float


def field_row(row: tuple[FieldSpec, ...], title: LocalizedText | None, setting: Setting) -> Block | None:
    """Set one row of fields; None when none of them has a place on paper."""
    columns = printed_fields(row, title)
    return _row_of(columns, setting) if columns else None


def field_rows(row: tuple[FieldSpec, ...], title: LocalizedText | None, setting: Setting) -> list[Block]:
    """Set one row of fields, on as many lines as it needs where the print allows several."""
    columns = printed_fields(row, title)
    if not setting.sizes.splits_rows:
        return [_row_of(columns, setting)] if columns else []
    lines: list[list[PrintedField]] = []
    for column in columns:
        longer = [*lines[-1], column] if lines else []
        if longer and _least_row(longer, setting) <= CONTENT_WIDTH:
            lines[-1] = longer
        else:
            lines.append([column])
    return [_row_of(line, setting) for line in lines]


def _least_row(columns: list[PrintedField], setting: Setting) -> float:
    return sum(least_width(column, setting) for column in columns) + COLUMN_GAP * (len(columns) - 1)


def _row_of(columns: list[PrintedField], setting: Setting) -> Block:
    if len(columns) == 1 and columns[0].widget is WidgetKind.SIGNATURE:
        places = [(_SIGNATURE_LEFT, RIGHT - _SIGNATURE_LEFT)]
    else:
        places = columns_across(columns, setting)
    band = label_band(columns, [width for _, width in places], setting)
    heights = [
        _filled_height(column, width, setting) for column, (_, width) in zip(columns, places, strict=True)
    ]
    pieces: list[Piece] = []
    placements: list[Placement] = []
    for column, (x, width) in zip(columns, places, strict=True):
        area = BoxMm(x, band.height, width, max(heights))
        if column.main.office:
            shade = BoxMm(x - 1.2, -0.8, width + 2.4, band.height + area.height + 1.6)
            pieces.append(Panel(shade, OFFICE_GRAY))
        pieces += label_words(column, x, width, band, setting)
        drawn, placed = paint_column(column, area, setting)
        pieces += drawn
        placements += placed
    return Block(
        band.height + max(heights), tuple(pieces), tuple(placements), gap_before=setting.density.row_gap
    )


def columns_across(columns: list[PrintedField], setting: Setting) -> list[tuple[float, float]]:
    """Left edge and width of every column of a row across the page."""
    if setting.sizes.splits_rows and [column.widget for column in columns] == [WidgetKind.COMB]:
        return [(LEFT, lone_comb_width(columns[0], setting))]
    room = CONTENT_WIDTH - COLUMN_GAP * (len(columns) - 1)
    least = [least_width(column, setting) for column in columns]
    wished = [wished_width(column, setting) for column in columns]
    most = [most_width(column, setting) for column in columns]
    if sum(least) > room:
        setting.problems.append(box_too_narrow(columns[0].main.id, sum(least) - room))
        widths = [width * room / sum(least) for width in least]
    elif sum(wished) > room:
        widths = shared_widths(room, [1.0] * len(columns), least, wished)
    else:
        widths = shared_widths(room, [column.main.width for column in columns], wished, most)
    return placed_columns(widths, LEFT, COLUMN_GAP)


def lone_comb_width(column: PrintedField, setting: Setting) -> float:
    """No wider than its cells and its labels need: the Arabic label ends over the last cell."""
    widest = comb_width(column.main, setting.sizes.max_cell)
    return min(CONTENT_WIDTH, max(widest, least_width(column, setting)))


def placed_columns(widths: list[float], left: float, gap: float) -> list[tuple[float, float]]:
    """Left edge and width of columns that stand side by side."""
    lefts = [left + sum(widths[:index]) + gap * index for index in range(len(widths))]
    return list(zip(lefts, widths, strict=True))


def shared_widths(room: float, weights: list[float], least: list[float], most: list[float]) -> list[float]:
    """Share ``room`` by weight, keeping every share within its bounds."""
    if sum(most) <= room:
        spare = (room - sum(most)) / len(most)
        return [width + spare for width in most]
    bounded = list(zip(weights, least, most, strict=True))

    def shares(scale: float) -> list[float]:
        return [min(max(scale * weight, lower), upper) for weight, lower, upper in bounded]

    # Between two places where a share meets a bound, all grow evenly: the scale lies on that stretch.
    widest = room / min(weights)
    places = {bound / weight for weight, *bounds in bounded for bound in bounds}
    low, taken = 0.0, sum(shares(0.0))
    for high in sorted({*(one for one in places if one < widest), widest}):
        reached = sum(shares(high))
        if reached >= room > taken:
            low += (high - low) * (room - taken) / (reached - taken)
            break
        low, taken = high, reached
    return [round(width, 4) for width in shares(low)]


def label_band(columns: list[PrintedField], widths: list[float], setting: Setting) -> LabelBand:
    """How the labels of a row are set: one size for all, on two lines where one is too short."""
    density = setting.density
    labelled = [pair for pair in zip(columns, widths, strict=True) if pair[0].has_label]
    if not labelled:
        return LabelBand(density.label_pt, 0, 0.0, density.label_pt, density.label_pt)
    fit = min(width / column.label_width(density.label_pt) for column, width in labelled)
    least_fit = _ONE_LINE_SHRINK
    if setting.sizes.splits_rows:  # where labels hardly may shrink, they rather take a second line
        least_fit = max(least_fit, setting.sizes.label_floor_pt / density.label_pt)
    lines = 1 if fit >= least_fit - 1e-4 else 2
    if lines == 1:
        size = density.label_pt * min(1.0, fit)
    else:
        widest = max(
            max(line.width for line in column.labels(density.label_pt)) / width for column, width in labelled
        )
        size = max(setting.sizes.label_floor_pt, density.label_pt * min(1.0, 1 / widest))
        for column, width in labelled:
            for language, excess in overlong_label(column, width, size):
                setting.problems.append(too_wide(column.main.id, language, excess))
    line = size * POINT_MM * 1.18
    french_pt, arabic_pt = _set_sizes(labelled, size, lines, setting)
    return LabelBand(size, lines, lines * line + density.label_gap, french_pt, arabic_pt)


def _set_sizes(
    labelled: list[tuple[PrintedField, float]], size: float, lines: int, setting: Setting
) -> tuple[float, float]:
    """What is left of the width goes to larger type, to Arabic first: at equal sizes it looks smaller."""
    arabic_em, growth = ARABIC_EM, setting.sizes.label_growth
    for column, width in labelled:
        french, arabic = (line.width for line in column.labels(size))
        if lines > 1:
            arabic_em = min(arabic_em, width / arabic)
            growth = min(growth, width / french, width / (arabic * ARABIC_EM))
        else:
            room = width - LABEL_GAP
            arabic_em = min(arabic_em, (room - french) / arabic)
            growth = min(growth, room / (french + arabic * ARABIC_EM))
    arabic_em, growth = max(1.0, arabic_em), max(1.0, growth)
    return size * growth, size * growth * arabic_em


def label_words(
    column: PrintedField, x: float, width: float, band: LabelBand, setting: Setting
) -> list[Words]:
    """The two labels of a column: French at the left end of its box, Arabic at the right one."""
    if not column.has_label:
        return []
    french, arabic = column.labels(band.french_pt)[0], column.labels(band.arabic_pt)[1]
    beside = french.width + LABEL_GAP if band.lines == 1 else 0.0
    box = box_width(column, width, setting)
    right = x + (box if beside + arabic.width <= box else width)
    rise = _LABEL_RISE_OVER_TICKS_EM if column.widget is WidgetKind.TICK else _LABEL_RISE_EM
    last = band.height - setting.density.label_gap - rise * band.size_pt * POINT_MM
    first = last if band.lines == 1 else last - band.size_pt * POINT_MM * 1.18
    return [
        *arabic.pieces(right, last, Align.RIGHT, path=column.label_path(Language.AR)),
        *french.pieces(x, first, path=column.label_path(Language.FR)),
    ]


def _filled_height(column: PrintedField, width: float, setting: Setting) -> float:
    if column.widget is not WidgetKind.TICK:
        return box_height(column, setting)
    if column.main.choices:
        return ticks_height(ticks_of(column.main), width, setting)
    return statement_height(column, width, setting)


def paint_column(column: PrintedField, area: BoxMm, setting: Setting) -> tuple[list[Piece], list[Placement]]:
    """Draw whatever stands in an area: tick boxes, a statement or a box to write in."""
    if column.widget is WidgetKind.TICK:
        if column.main.choices or _is_short(column, area.width, setting):
            middle = area.y + area.height / 2
            return paint_ticks(ticks_of(column.main), area.x, middle, area.width, setting)
        return _paint_statement(column, area, setting)
    height = box_height(column, setting)
    return paint_box(column, BoxMm(area.x, area.y, area.width, height), setting.sizes)


# --- a sentence that ticking declares --------------------------------------------------------------


def _is_short(column: PrintedField, width: float, setting: Setting) -> bool:
    """Whether a declaration is short enough to be set like one box of a choice."""
    (tick,) = ticks_of(column.main)
    natural = tick.natural_width(setting.density.tick_pt, setting.sizes)
    return width < setting.sizes.statement_width and natural <= width


def _statement_lines(
    column: PrintedField, width: float, setting: Setting
) -> tuple[list[str], list[str], float]:
    size = setting.density.label_pt + 0.6
    sides = 2 if width >= setting.sizes.statement_width else 1
    room = (width - setting.sizes.tick_size) / sides - _STATEMENT_GAP
    label = column.main.label
    return (
        balanced_lines(label.fr, room, size, bold=True),
        balanced_lines(label.ar, room, size, bold=True),
        size,
    )


def statement_height(column: PrintedField, width: float, setting: Setting) -> float:
    """Height of a sentence that ticking declares."""
    if _is_short(column, width, setting):
        return setting.density.tick_height
    french, arabic, size = _statement_lines(column, width, setting)
    is_wide = width >= setting.sizes.statement_width
    lines = max(len(french), len(arabic)) if is_wide else len(french) + len(arabic)
    return max(setting.sizes.tick_size + 1.0, lines * METRICS.line_height * size * POINT_MM + 0.6)


def _widest(lines: list[str], size: float) -> float:
    return max(text_width_mm(line, size, bold=True) for line in lines)


def _paint_statement(
    column: PrintedField, area: BoxMm, setting: Setting
) -> tuple[list[Piece], list[Placement]]:
    (tick,) = ticks_of(column.main)
    french, arabic, size = _statement_lines(column, area.width, setting)
    leading = METRICS.line_height * size * POINT_MM
    tick_size = setting.sizes.tick_size
    is_wide = area.width >= setting.sizes.statement_width
    middle = area.y + statement_height(column, area.width, setting) / 2
    x = area.x + (area.width - tick_size) / 2 if is_wide else area.x
    placement = tick_placement(tick, x, middle, setting.sizes)
    if is_wide:
        french_left = x - _STATEMENT_GAP - _widest(french, size)
        arabic_right = x + tick_size + _STATEMENT_GAP + _widest(arabic, size)
        tops = [middle - len(lines) * leading / 2 for lines in (arabic, french)]
    else:
        french_left, arabic_right = x + tick_size + _STATEMENT_GAP, area.right
        top = middle - (len(french) + len(arabic)) * leading / 2
        tops = [top, top + len(arabic) * leading]
    sides = [
        (arabic, Language.AR, arabic_right, Align.RIGHT, tops[0]),
        (french, Language.FR, french_left, Align.LEFT, tops[1]),
    ]
    pieces: list[Piece] = [tick_outline(placement), Slot(tick.field_id)]
    for lines, language, anchor, align, top in sides:
        for number, text in enumerate(lines):
            baseline = top + (number + 0.5) * leading + METRICS.cap_height / 2 * size * POINT_MM
            path = tick.path(language)
            pieces.append(Words(text, anchor, baseline, size, language, align, bold=True, path=path))
    return pieces, [placement]

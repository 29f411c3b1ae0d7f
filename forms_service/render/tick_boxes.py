"""Tick boxes with their two-language labels, in even columns."""

from __future__ import annotations

from dataclasses import dataclass

from core.form_spec import FieldSpec
from core.localized_text import Language, LocalizedText
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM, Align, Element, Panel, Path, Piece, Role, Slot
from forms_service.render.labels import LabelLine, label_lines
from forms_service.render.page_blocks import Setting, too_wide
from forms_service.render.paper_grid import ARABIC_EM, BOX_INSET, OUTLINE, USUAL_PRINT, PrintSizes

_LINE_EM = 1.3
"""Distance of the Arabic and the French baseline of one box, in ems."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One box: the answer it stands for and what is printed beside it."""

    field_id: str
    choice: str | None
    label: LocalizedText
    footnotes: tuple[str, ...] = ()

    def lines(self, size_pt: float) -> tuple[LabelLine, LabelLine]:
        """The French and the Arabic label."""
        return label_lines(self.label, self.footnotes, size_pt)

    def path(self, language: Language) -> Path:
        """Its label's place in the document's structure."""
        return (Element(Role.PARAGRAPH, f"{self.field_id}={self.choice}.{language}"),)

    def natural_width(self, size_pt: float, sizes: PrintSizes = USUAL_PRINT) -> float:
        """Width of the box and its longer label."""
        return sizes.tick_size + sizes.tick_label_gap + max(line.width for line in self.lines(size_pt))


def ticks_of(field: FieldSpec) -> tuple[Tick, ...]:
    """The boxes of a choice, in the order of the spec; one box for a declaration."""
    if field.choices:
        return tuple(Tick(field.id, choice.value, choice.label, choice.footnotes) for choice in field.choices)
    return (Tick(field.id, None, field.label, field.footnotes),)


def natural_ticks_width(ticks: tuple[Tick, ...], size_pt: float, sizes: PrintSizes = USUAL_PRINT) -> float:
    """What the boxes need to stand on one line."""
    return sum(tick.natural_width(size_pt, sizes) for tick in ticks) + sizes.tick_gap * (len(ticks) - 1)


def tick_columns(
    ticks: tuple[Tick, ...], width: float, size_pt: float, sizes: PrintSizes = USUAL_PRINT
) -> list[list[float]]:
    """Left edges of the boxes, line by line: equal columns where they fit, else even gaps."""
    widths = [tick.natural_width(size_pt, sizes) for tick in ticks]
    count = len(ticks)
    if max(widths) + sizes.tick_gap / 2 <= width / count:
        return [[index * width / count for index in range(count)]]
    if natural_ticks_width(ticks, size_pt, sizes) <= width:
        gap = (width - sum(widths)) / count
        return [[sum(widths[:index]) + index * gap for index in range(count)]]
    per_line = max(
        (number for number in range(1, count) if max(widths) + sizes.tick_gap / 2 <= width / number),
        default=1,
    )
    return [
        [index * width / per_line for index in range(min(per_line, count - start))]
        for start in range(0, count, per_line)
    ]


def ticks_height(ticks: tuple[Tick, ...], width: float, setting: Setting) -> float:
    """Height of all the lines the boxes take in a column of ``width``."""
    columns = tick_columns(ticks, width, setting.density.tick_pt, setting.sizes)
    return len(columns) * setting.density.tick_height


def paint_ticks(
    ticks: tuple[Tick, ...], x: float, middle: float, width: float, setting: Setting
) -> tuple[list[Piece], list[Placement]]:
    """Set the boxes in a column at ``x``, the whole centred on the height ``middle``."""
    lines = tick_columns(ticks, width, setting.density.tick_pt, setting.sizes)
    top = middle - len(lines) * setting.density.tick_height / 2
    pieces: list[Piece] = []
    placements: list[Placement] = []
    waiting = iter(ticks)
    for number, lefts in enumerate(lines):
        line_middle = top + (number + 0.5) * setting.density.tick_height
        for index, left in enumerate(lefts):
            tick = next(waiting)
            end = lefts[index + 1] - 1.0 if index + 1 < len(lefts) else width
            placements.append(tick_placement(tick, x + left, line_middle, setting.sizes))
            pieces += [tick_outline(placements[-1]), Slot(tick.field_id, tick.choice)]
            pieces += _tick_label(tick, x + left, line_middle, end - left, setting)
    return pieces, placements


def tick_placement(tick: Tick, x: float, middle: float, sizes: PrintSizes = USUAL_PRINT) -> Placement:
    """The place of one box whose left edge is at ``x``, centred on the height ``middle``."""
    side = sizes.tick_size
    frame = BoxMm(x, middle - side / 2, side, side)
    return Placement(
        tick.field_id, 0, frame.inset(BOX_INSET), WidgetKind.TICK, choice=tick.choice, frame=frame
    )


def tick_outline(placement: Placement) -> Panel:
    """The printed outline of one box."""
    return Panel(placement.frame or placement.box, 1.0, 0.0, OUTLINE)


def _tick_label(tick: Tick, x: float, middle: float, width: float, setting: Setting) -> list[Piece]:
    indent = setting.sizes.tick_size + setting.sizes.tick_label_gap
    room = width - indent
    size = setting.density.tick_pt
    widest = max(line.width for line in tick.lines(size))
    if widest > room:
        size = max(setting.sizes.label_floor_pt, size * room / widest)
    french, arabic = tick.lines(size)
    for line in (french, arabic):
        if line.width > room + 0.05:
            subject = tick.field_id if tick.choice is None else f"{tick.field_id}={tick.choice}"
            setting.problems.append(too_wide(subject, Language(line.language), line.width - room))
    arabic = arabic.enlarged(min(ARABIC_EM, room / arabic.width))
    left = x + indent
    em = size * POINT_MM
    baseline = middle - 0.2 * em
    return [
        *arabic.pieces(left, baseline, Align.LEFT, path=tick.path(Language.AR)),
        *french.pieces(left, baseline + _LINE_EM * em, Align.LEFT, path=tick.path(Language.FR)),
    ]

"""The office's own box in the head of the first page: the number that the agency writes on the form.

Forms of the fund open with it.  A box that stands alone before the first titled section would cost a
whole line of the page; in the head it is where clerks look first.
"""

from __future__ import annotations

from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Language
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM, Align, Element, Panel, Piece, Role, within
from forms_service.render.field_boxes import PrintedField, paint_box
from forms_service.render.labels import label_lines
from forms_service.render.paper_grid import ARABIC_EM, LEFT, OFFICE_GRAY

_FRAME = BoxMm(LEFT + 0.8, 28.2, 36.0, 7.6)
_LABEL_PT = 6.6
_SHADE_MARGIN = 0.8


def office_field(spec: FormSpec) -> FieldSpec | None:
    """The office's field that opens the form, when it stands there alone."""
    if not spec.sections or spec.sections[0].title is not None or len(spec.sections[0].rows) != 1:
        return None
    (row,) = spec.sections[0].rows
    if not isinstance(row, tuple):
        return None
    printed = [field for field in row if field.printed]
    if (
        len(printed) != 1
        or not printed[0].office
        or PrintedField((printed[0],)).widget is not WidgetKind.TEXT
    ):
        return None
    french, arabic = label_lines(printed[0].label, (), _LABEL_PT)
    return printed[0] if french.width + arabic.width + 1.0 <= _FRAME.width else None


def paint_office_corner(field: FieldSpec) -> tuple[list[Piece], list[Placement]]:
    """Draw the box under the letterhead, left of the title."""
    label_height = _LABEL_PT * POINT_MM * 1.35
    shade = BoxMm(
        _FRAME.x - _SHADE_MARGIN,
        _FRAME.y - label_height - _SHADE_MARGIN,
        _FRAME.width + 2 * _SHADE_MARGIN,
        _FRAME.height + label_height + 2 * _SHADE_MARGIN,
    )
    french, arabic = label_lines(field.label, field.footnotes, _LABEL_PT)
    arabic = arabic.enlarged(min(ARABIC_EM, (_FRAME.width - french.width - 1.0) / arabic.width))
    baseline = _FRAME.y - 0.4 * _LABEL_PT * POINT_MM
    box = PrintedField((field,))
    drawn, placed = paint_box(box, _FRAME)
    words = [
        *arabic.pieces(_FRAME.right, baseline, Align.RIGHT, path=box.label_path(Language.AR)),
        *french.pieces(_FRAME.x, baseline, path=box.label_path(Language.FR)),
    ]
    return within([Panel(shade, OFFICE_GRAY), *words, *drawn], Element(Role.SECTION, "office")), placed

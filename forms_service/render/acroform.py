"""The fillable part of a form: one PDF field per answer, in tab order, named in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.appearance import draw_tick
from forms_service.render.artwork import POINT_MM
from forms_service.render.drawing import number, points
from forms_service.render.layout import PrintedForm
from forms_service.render.pdf_objects import (
    ObjectTable,
    array,
    dictionary,
    name,
    reference,
    stream,
    text_string,
)

REQUIRED = 1 << 1
MULTILINE = 1 << 12
RADIO = 1 << 15
NO_SPELL_CHECK = 1 << 22
COMB = 1 << 24
PRINT = 4
HIDDEN = 2
YES = "Yes"
CHOICES_SEPARATOR = "="
"""Between a multiple choice's id and the value of one of its boxes, in the box's field name."""

IDENTITY_FIELD = "form-identity"
"""Hidden field whose value names the form, for viewers that drop the document's properties."""

_TEXT_PT, _COMB_PT, _MULTILINE_PT = 10, 11, 9


@dataclass(frozen=True, slots=True)
class Widget:
    """One box on a page as a PDF object.

    Attributes:
        entries: Its dictionary without value and appearance.
        on_state: Name of a tick box's ticked state, or empty.
    """

    number: int
    placement: Placement
    entries: dict[str, object]
    on_state: str = ""


@dataclass(frozen=True, slots=True)
class RadioGroup:
    """The field that the tick boxes of one choice share."""

    number: int
    entries: dict[str, object]
    kids: list[int] = field(default_factory=list)

    def written(self, value: str | None = None) -> str:
        """The group's dictionary, with the value ticked."""
        kids = array(reference(kid) for kid in self.kids)
        return dictionary({**self.entries, "Kids": kids, "V": name(value) if value else None})


@dataclass(frozen=True, slots=True)
class Fields:
    """Every field of a form, ready to be filled.

    Attributes:
        roots: Object numbers of the form's top-level fields.
        by_page: Object numbers of each page's widgets, in tab order.
        widgets: The widgets of every answer.
        groups: The radio group of each choice.
    """

    roots: list[int]
    by_page: list[list[int]]
    widgets: dict[str, list[Widget]] = field(default_factory=dict)
    groups: dict[str, RadioGroup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TickAppearances:
    """Shared appearances of all tick boxes and of empty text boxes."""

    on: int
    off: int


def tick_appearances(objects: ObjectTable, side_mm: float) -> TickAppearances:
    """Write the appearances that every tick box of a form shares."""
    side = side_mm / POINT_MM
    return TickAppearances(
        on=objects.add(form_xobject(draw_tick(side, side), side, side)),
        off=objects.add(form_xobject("", side, side)),
    )


def form_xobject(operators: str, width: float, height: float, fonts: dict[str, int] | None = None) -> bytes:
    """An appearance stream with its own coordinate system."""
    resources = {name: reference(number) for name, number in (fonts or {}).items()}
    return stream(
        operators.encode("ascii"),
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": array([0, 0, number(width), number(height)]),
            "Resources": dictionary({"Font": dictionary(resources)} if resources else {}),
        },
        level=1,
    )


def add_fields(
    objects: ObjectTable, form: PrintedForm, page_numbers: list[int], ticks: TickAppearances, empty: int
) -> Fields:
    """Write every field of a form with nothing in it."""
    fields = Fields([], [[] for _ in page_numbers])
    specs = {spec.id: spec for spec in form.spec.printed_fields()}
    for placement in form.layout.placements:
        if placement.widget is WidgetKind.SIGNATURE:
            continue
        spec = specs[placement.field_id]
        page = page_numbers[placement.page - 1]
        if placement.widget is WidgetKind.TICK:
            widget = _tick(objects, spec, placement, page, ticks, fields)
        else:
            widget = _text(objects, spec, placement, page, empty)
            fields.roots.append(widget.number)
        fields.by_page[placement.page - 1].append(widget.number)
        fields.widgets.setdefault(spec.id, []).append(widget)
    for group in fields.groups.values():
        objects.put(group.number, group.written())
    return fields


def spoken_name(
    label: LocalizedText, script: Script = Script.ANY, choice: LocalizedText | None = None
) -> str:
    """What a screen reader says of a field, in Arabic and French."""
    arabic, french = label.ar, label.fr
    if choice is not None and choice != label:
        arabic, french = f"{arabic}: {choice.ar}", f"{french} : {choice.fr}"
    if script is Script.ARAB:
        arabic, french = f"{arabic} (بالحروف العربية)", f"{french} (en lettres arabes)"
    return f"{arabic} – {french}"


def rectangle(box: BoxMm) -> str:
    """A box as PDF writes it: its lower left and upper right corner."""
    x, y, width, height = points(box)
    return array(number(value) for value in (x, y, x + width, y + height))


def _widget_entries(placement: Placement, page: int) -> dict[str, object]:
    return {
        "Type": "/Annot",
        "Subtype": "/Widget",
        "F": PRINT,
        "P": reference(page),
        "Rect": rectangle(placement.box),
    }


def _text(objects: ObjectTable, spec: FieldSpec, placement: Placement, page: int, empty: int) -> Widget:
    flags = NO_SPELL_CHECK
    size, limit = _TEXT_PT, spec.max_length or kind_of(spec).max_length
    if spec.required is True:
        flags |= REQUIRED
    if placement.widget is WidgetKind.COMB:
        flags |= COMB
        size, limit = _COMB_PT, placement.comb
    elif placement.lines > 1:
        flags |= MULTILINE
        size = _MULTILINE_PT
    script = Script.ARAB if spec.twin and spec.script is Script.ARAB else Script.ANY
    entries = {
        **_widget_entries(placement, page),
        "FT": "/Tx",
        "T": text_string(spec.id),
        "TU": text_string(spoken_name(spec.label, script)),
        "Ff": flags,
        "MaxLen": limit,
        "Q": 2 if spec.script is Script.ARAB else 0,
        "DA": f"(/FormsD {size} Tf 0 g)",
    }
    number_ = objects.add(dictionary({**entries, "AP": dictionary({"N": reference(empty)})}))
    return Widget(number_, placement, entries)


def _tick(
    objects: ObjectTable,
    spec: FieldSpec,
    placement: Placement,
    page: int,
    ticks: TickAppearances,
    fields: Fields,
) -> Widget:
    choice = next((one.label for one in spec.choices if one.value == placement.choice), None)
    is_radio = bool(spec.choices) and spec.kind == "choice"
    state = placement.choice if is_radio and placement.choice else YES
    entries: dict[str, object] = {
        **_widget_entries(placement, page),
        "TU": text_string(spoken_name(spec.label, choice=choice)),
        "DA": "(/FormsD 0 Tf 0 g)",
        "AP": dictionary(
            {"N": dictionary({name(state)[1:]: reference(ticks.on), "Off": reference(ticks.off)})}
        ),
    }
    if is_radio:
        group = _group_of(objects, spec, fields)
        number_ = objects.add(dictionary({**entries, "Parent": reference(group.number), "AS": "/Off"}))
        group.kids.append(number_)
        return Widget(number_, placement, {**entries, "Parent": reference(group.number)}, state)
    suffix = f"{CHOICES_SEPARATOR}{placement.choice}" if placement.choice else ""
    entries.update(FT="/Btn", T=text_string(spec.id + suffix))
    number_ = objects.add(dictionary({**entries, "AS": "/Off"}))
    fields.roots.append(number_)
    return Widget(number_, placement, entries, state)


def _group_of(objects: ObjectTable, spec: FieldSpec, fields: Fields) -> RadioGroup:
    if spec.id not in fields.groups:
        entries: dict[str, object] = {
            "FT": "/Btn",
            "T": text_string(spec.id),
            "TU": text_string(spoken_name(spec.label)),
            "Ff": RADIO | (REQUIRED if spec.required is True else 0),
        }
        fields.groups[spec.id] = RadioGroup(objects.reserve(), entries)
        fields.roots.append(fields.groups[spec.id].number)
    return fields.groups[spec.id]


def identity_field(page: int, words: str) -> str:
    """The hidden field that names the form, its version and its reference."""
    return dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "F": HIDDEN,
            "P": reference(page),
            "Rect": "[0 0 0 0]",
            "FT": "/Tx",
            "T": text_string(IDENTITY_FIELD),
            "Ff": 1,
            "V": text_string(words),
            "DA": "(/FormsD 1 Tf 0 g)",
        }
    )

"""The fillable part of a form: one PDF field per answer, in tab order, named in both languages."""

from __future__ import annotations

import re
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
    raw_stream,
    reference,
    stream,
    text_string,
    written_entries,
)
from forms_service.render.structure import StructureTree
from forms_service.render.value_fitting import TALL_BOX_MM

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

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")

IDENTITY_FIELD = "form-identity"
"""Hidden field whose value names the form, for viewers that drop the document's properties."""

_TEXT_PT, _COMB_PT, _MULTILINE_PT = 10, 11, 9
_TALL_TEXT_PT, _TALL_MULTILINE_PT = 14, 13
"""What viewers write with in the boxes of a large print."""


@dataclass(frozen=True, slots=True)
class Widget:
    """One box on a page as a PDF object.

    What it is called in two languages is an object of its own, not to be written again with its value.

    Attributes:
        head: Its dictionary's entries without rectangle, value and appearance, already written.
        on_state: Name of a tick box's ticked state, or empty.
        rectangle: Its own box as PDF writes it.
        bounds: Width and height of its own box, in points.
    """

    number: int
    placement: Placement
    head: str
    on_state: str = ""
    rectangle: str = field(init=False)
    bounds: str = field(init=False)

    def __post_init__(self) -> None:
        box = self.placement.box
        object.__setattr__(self, "rectangle", rectangle(box))
        object.__setattr__(self, "bounds", bounds(box))

    def written(self, tail: str, box: BoxMm | None = None) -> str:
        """Its dictionary with further entries, in its own box or another one."""
        place = self.rectangle if box is None or box is self.placement.box else rectangle(box)
        return f"<< {self.head} /Rect {place} {tail} >>"

    def bounds_of(self, box: BoxMm) -> str:
        """Width and height of its own box, or of another one that a value takes up."""
        return self.bounds if box is self.placement.box else bounds(box)


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
    """Shared appearances of all tick boxes."""

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
    objects: ObjectTable,
    form: PrintedForm,
    structure: StructureTree,
    page_numbers: list[int],
    ticks: TickAppearances,
) -> Fields:
    """Write every field of a form with nothing in it, in reading order."""
    fields = Fields([], [[] for _ in page_numbers])
    specs = {spec.id: spec for spec in form.spec.printed_fields()}
    places = {(place.field_id, place.choice): place for place in form.layout.placements}
    for key, parent in structure.parent_indexes().items():
        placement, spec = places[key], specs[key[0]]
        page = page_numbers[placement.page - 1]
        entries = _widget_entries(page, parent)
        if placement.widget is WidgetKind.TICK:
            widget = _tick(objects, spec, placement, entries, ticks, fields)
        else:
            widget = _text(objects, spec, placement, entries)
            fields.roots.append(widget.number)
        fields.by_page[placement.page - 1].append(widget.number)
        fields.widgets.setdefault(spec.id, []).append(widget)
    for group in fields.groups.values():
        objects.put(group.number, group.written())
    return fields


def print_field_attributes(spec: FieldSpec, placement: Placement, *, is_ticked: bool = False) -> str:
    """What a box on a paper without fields was: a text, a tick box, one box of a choice."""
    if placement.widget is not WidgetKind.TICK:
        return dictionary({"O": "/PrintField", "Role": "/tv", "Desc": text_string(_spoken_text(spec))})
    choice = _choice_label(spec, placement)
    return dictionary(
        {
            "O": "/PrintField",
            "Role": "/rb" if spec.kind == "choice" else "/cb",
            "checked": "/on" if is_ticked else "/off",
            "Desc": text_string(spoken_name(spec.label, choice=choice)),
        }
    )


def _choice_label(spec: FieldSpec, placement: Placement) -> LocalizedText | None:
    return next((one.label for one in spec.choices if one.value == placement.choice), None)


def _spoken_text(spec: FieldSpec) -> str:
    script = Script.ARAB if spec.twin and spec.script is Script.ARAB else Script.ANY
    return spoken_name(spec.label, script)


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


def bounds(box: BoxMm) -> str:
    """Width and height of a box in points."""
    _, _, width, height = points(box)
    return f"{number(width)} {number(height)}"


def _widget_entries(page: int, parent: int) -> dict[str, object]:
    return {
        "Type": "/Annot",
        "Subtype": "/Widget",
        "F": PRINT,
        "P": reference(page),
        "StructParent": parent,
    }


def _text(objects: ObjectTable, spec: FieldSpec, placement: Placement, entries: dict[str, object]) -> Widget:
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
    if placement.box.height / placement.lines >= TALL_BOX_MM:
        size = _TALL_MULTILINE_PT if placement.lines > 1 else _TALL_TEXT_PT
    entries |= {
        "FT": "/Tx",
        "T": f"({spec.id})" if _PLAIN_NAME.fullmatch(spec.id) else text_string(spec.id),
        "TU": reference(objects.add(text_string(_spoken_text(spec)))),
        "Ff": flags,
        "MaxLen": limit,
        "Q": 2 if spec.script is Script.ARAB else None,
        "DA": f"(/FormsD {size} Tf 0 g)",
    }
    widget = Widget(objects.reserve(), placement, written_entries(entries))
    # Not one for all: programs that fill forms write into the appearance that they find.
    _, _, width, height = points(placement.box)
    bounds = array([0, 0, number(width), number(height)])
    empty = objects.add(raw_stream(b"", {"Subtype": "/Form", "BBox": bounds}))
    objects.put(widget.number, widget.written(f"/AP << /N {reference(empty)} >>"))
    return widget


def _tick(
    objects: ObjectTable,
    spec: FieldSpec,
    placement: Placement,
    entries: dict[str, object],
    ticks: TickAppearances,
    fields: Fields,
) -> Widget:
    is_radio = bool(spec.choices) and spec.kind == "choice"
    state = placement.choice if is_radio and placement.choice else YES
    appearances = dictionary({name(state)[1:]: reference(ticks.on), "Off": reference(ticks.off)})
    entries |= {
        "TU": reference(
            objects.add(text_string(spoken_name(spec.label, choice=_choice_label(spec, placement))))
        ),
        "DA": "(/FormsD 0 Tf 0 g)",
        "AP": dictionary({"N": appearances}),
    }
    number_ = objects.reserve()
    if is_radio:
        group = _group_of(objects, spec, fields)
        group.kids.append(number_)
        entries["Parent"] = reference(group.number)
    else:
        suffix = f"{CHOICES_SEPARATOR}{placement.choice}" if placement.choice else ""
        entries |= {"FT": "/Btn", "T": text_string(spec.id + suffix)}
        fields.roots.append(number_)
    widget = Widget(number_, placement, written_entries(entries), state)
    objects.put(number_, widget.written("/AS /Off"))
    return widget


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

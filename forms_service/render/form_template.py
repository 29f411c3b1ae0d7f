"""The blank of one form as a finished file that copies and fillings are appended to.

Two templates exist per form: one with fields, one without for flattened and printed papers.  Making
one takes tens of milliseconds, adding values to it a few; so templates are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from core.placement import WidgetKind
from forms_service.render.acroform import (
    Fields,
    add_fields,
    identity_field,
    print_field_attributes,
    tick_appearances,
)
from forms_service.render.artwork import Element, Role
from forms_service.render.document import PageEntries, catalog, page_entries, pages_dictionary
from forms_service.render.drawing import draw, draw_as_one
from forms_service.render.font_objects import Typeface, font_resources
from forms_service.render.layout import PrintedForm, lay_out, spec_digest
from forms_service.render.metadata import PaperProperties
from forms_service.render.paper_grid import BOX_INSET, TICK_SIZE
from forms_service.render.pdf_objects import (
    FinishedFile,
    ObjectTable,
    array,
    dictionary,
    reference,
    stream,
)
from forms_service.render.structure import Mark, SlotKey, StructureTree, WrittenElement, WrittenSlot

INFO_FORM, INFO_VERSION, INFO_REFERENCE = "FormsServiceForm", "FormsServiceVersion", "FormsServiceReference"
IDENTITY_ALT = LocalizedText(
    ar="رمز تعريف الصفحة للقراءة الآلية", fr="Code d'identité de la page, pour la machine"
)
_CACHE_SIZE = 24


@dataclass(frozen=True, slots=True)
class ValueSlot:
    """Where an answer's value stands in a paper without fields.

    Attributes:
        mark: What the value is in its page's content.
        element: Its element in the document's structure.
    """

    key: SlotKey
    mark: Mark
    element: WrittenElement


@dataclass(frozen=True, slots=True)
class Template:
    """A blank, and the numbers of the objects that copies replace.

    Attributes:
        fields: Its fields, or None when it has none.
        pages: Number and dictionary of every page.
        identities: Content streams with the QR codes, page by page.
        identity_marks: What those streams are in the document's structure.
        fonts: Resource name to object number.
        values: The places of values, page by page, on papers without fields.
    """

    form: PrintedForm
    file: FinishedFile
    pages: list[tuple[int, PageEntries]]
    identities: list[int]
    identity_marks: list[Mark]
    identity_widget: int
    fonts: dict[str, int]
    fields: Fields | None
    values: list[list[ValueSlot]] = field(default_factory=list)

    def addition(self) -> ObjectTable:
        """An empty addition to this file."""
        return self.file.addition()

    def with_added(self, objects: ObjectTable) -> bytes:
        """This file with an addition."""
        return self.file.with_added(objects)

    def put_reference(self, objects: ObjectTable, paper_reference: str) -> None:
        """Put a paper's reference into the page identities and the document's properties."""
        for page, (number, mark) in enumerate(
            zip(self.identities, self.identity_marks, strict=True), start=1
        ):
            objects.put(number, identity_stream(self.form, page, paper_reference, mark))
        objects.put(self.file.info, info_dictionary(self.form.spec, paper_reference))
        if self.identity_widget:
            words = identity_words(self.form.spec, paper_reference)
            objects.put(self.identity_widget, identity_field(self.pages[0][0], words))


_templates: dict[tuple[str, str, bool], Template] = {}


def template_of(spec: FormSpec, *, fillable: bool, variant: str = "") -> Template:
    """The blank of a form; made once, then kept."""
    return template_for(lay_out(spec, variant), fillable=fillable)


def template_for(form: PrintedForm, *, fillable: bool) -> Template:
    """The blank of a form that is laid out already; made once, then kept."""
    key = (spec_digest(form.spec), form.variant, fillable)
    if key not in _templates:
        if len(_templates) >= _CACHE_SIZE:
            _templates.pop(next(iter(_templates)))
        _templates[key] = _Maker(form, fillable=fillable).made()
    return _templates[key]


def identity_words(spec: FormSpec, paper_reference: str) -> str:
    """What the hidden field says: form, version and reference."""
    return f"{spec.id};{spec.version};{paper_reference}"


def identity_stream(form: PrintedForm, page: int, paper_reference: str, mark: Mark) -> bytes:
    """The content stream with a page's QR code and its readable words."""
    return stream(draw_as_one(form.identity_artwork(page, paper_reference), mark).encode("ascii"), level=1)


def form_properties(spec: FormSpec) -> PaperProperties:
    """What a form's document says of itself."""
    return PaperProperties(spec.title, subject=f"{spec.reference_label.fr} – v{spec.version}")


def info_dictionary(spec: FormSpec, paper_reference: str) -> str:
    """The document's properties, the form's identity among them."""
    further = {INFO_FORM: spec.id, INFO_VERSION: str(spec.version), INFO_REFERENCE: paper_reference}
    return form_properties(spec).info(**further)


class _Maker:
    """Writes one template: pages, then their structure, then what stands in their boxes."""

    def __init__(self, form: PrintedForm, *, fillable: bool) -> None:
        self.form, self.fillable = form, fillable
        self.objects = ObjectTable()
        self.root, self.tree, self.info = (self.objects.reserve() for _ in range(3))
        self.typeface = Typeface(self.objects, has_values=True)
        self.fonts = self.typeface.add_form_fonts() if fillable else self.typeface.add_fonts()
        self.shown: list[str] = []
        self.structure = StructureTree()
        self.numbers = [self.objects.reserve() for _ in form.artwork]
        self.identities: list[int] = []
        self.identity_marks: list[Mark] = []
        self.value_marks: list[list[tuple[SlotKey, Mark]]] = []

    def made(self) -> Template:
        """The finished template."""
        form, objects, spec = self.form, self.objects, self.form.spec
        contents = [self._contents(page) for page in range(1, len(self.numbers) + 1)]
        self.typeface.write_files(self.shown)
        fields, identity_widget = self._fields() if self.fillable else (None, 0)
        further = (
            {"AcroForm": _acroform([*fields.roots, identity_widget], self.fonts["FormsD"])} if fields else {}
        )
        structure = self.structure.write(objects, self.numbers, self._written_slots(fields))
        objects.put(
            self.root,
            catalog(
                objects,
                self.tree,
                form_properties(spec),
                structure=structure,
                is_archival=not self.fillable,
                further=further,
            ),
        )
        objects.put(self.info, info_dictionary(spec, ""))
        objects.put(self.tree, pages_dictionary(self.numbers))
        pages = self._pages(contents, fields)
        return Template(
            form,
            objects.as_file(self.root, self.info),
            pages,
            self.identities,
            self.identity_marks,
            identity_widget,
            self.fonts,
            fields,
            [
                [ValueSlot(key, mark, self.structure.element_of(key)) for key, mark in marks]
                for marks in self.value_marks
            ],
        )

    def _contents(self, page: int) -> list[int]:
        """A page's artwork and its identity, marked in reading order."""
        self.structure.add_page()
        pieces = self.form.artwork[page - 1]
        drawn = draw(pieces, self.structure.mark(pieces))
        mark = self.structure.mark_as_one(
            (Element(Role.FIGURE, f"identity.{page}"),), IDENTITY_ALT, Language.FR
        )
        self.shown.append(drawn.operators)
        artwork = self.objects.add(stream(drawn.operators.encode("ascii")))
        self.identity_marks.append(mark)
        self.identities.append(self.objects.add(identity_stream(self.form, page, "", mark)))
        if not self.fillable:
            keys = self.structure.slots_of(page - 1)
            self.value_marks.append([(key, self.structure.mark_value(key)) for key in keys])
        return [artwork, self.identities[-1]]

    def _fields(self) -> tuple[Fields, int]:
        ticks = tick_appearances(self.objects, TICK_SIZE - 2 * BOX_INSET)
        fields = add_fields(self.objects, self.form, self.structure, self.numbers, ticks)
        words = identity_words(self.form.spec, "")
        widget = self.objects.add(identity_field(self.numbers[0], words))
        fields.by_page[0].append(widget)
        return fields, widget

    def _written_slots(self, fields: Fields | None) -> dict[SlotKey, WrittenSlot]:
        if fields is not None:
            return {
                (field_id, widget.placement.choice): WrittenSlot(widget.number)
                for field_id, widgets in fields.widgets.items()
                for widget in widgets
            }
        specs = {spec.id: spec for spec in self.form.spec.printed_fields()}
        return {
            (place.field_id, place.choice): WrittenSlot(
                attributes=print_field_attributes(specs[place.field_id], place)
            )
            for place in self.form.layout.placements
            if place.widget is not WidgetKind.SIGNATURE
        }

    def _pages(self, contents: list[list[int]], fields: Fields | None) -> list[tuple[int, PageEntries]]:
        resources = reference(self.objects.add(dictionary({"Font": font_resources(self.fonts)})))
        pages = []
        for index, number in enumerate(self.numbers):
            entries = page_entries(self.tree, index, resources, contents[index])
            if fields is not None:
                entries["Annots"] = array(map(reference, fields.by_page[index]))
            self.objects.put(number, dictionary(entries))
            pages.append((number, entries))
        return pages


def _acroform(roots: list[int], default_font: int) -> str:
    resources = dictionary({"Font": dictionary({"FormsD": reference(default_font)})})
    return dictionary({"Fields": array(map(reference, roots)), "DR": resources, "DA": "(/FormsD 10 Tf 0 g)"})

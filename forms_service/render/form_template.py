"""The blank of one form as a finished file that copies and fillings are appended to.

Two templates exist per form: one with fields, one without for flattened and printed papers.  Making
one takes tens of milliseconds, adding values to it a few; so templates are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.form_spec import FormSpec
from core.placement import PAGE_WIDTH_MM
from forms_service.render.acroform import (
    Fields,
    add_fields,
    form_xobject,
    identity_field,
    tick_appearances,
)
from forms_service.render.artwork import POINT_MM
from forms_service.render.drawing import PAGE_HEIGHT_PT, draw, number
from forms_service.render.embedded_font import WINANSI_FIRST, WINANSI_LAST, FontProgram, font_program
from forms_service.render.layout import PrintedForm, lay_out, spec_digest
from forms_service.render.paper_grid import BOX_INSET, TICK_SIZE
from forms_service.render.pdf_objects import (
    ObjectTable,
    array,
    cross_reference_start,
    deflated_stream,
    dictionary,
    reference,
    stream,
    text_string,
)

INFO_FORM, INFO_VERSION, INFO_REFERENCE = "FormsServiceForm", "FormsServiceVersion", "FormsServiceReference"
_CACHE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Template:
    """A blank, and the numbers of the objects that copies replace.

    Attributes:
        fields: Its fields, or None when it has none.
        pages: Number and dictionary of every page.
        identities: Content streams with the QR codes, page by page.
        fonts: Resource name to object number.
    """

    form: PrintedForm
    data: bytes
    start: int
    next_number: int
    root: int
    info: int
    pages: list[tuple[int, dict[str, object]]]
    identities: list[int]
    identity_widget: int
    fonts: dict[str, int]
    fields: Fields | None

    def catalog(self, tree: int) -> str:
        """A catalog with another tree of pages and no fields."""
        return dictionary(_catalog_entries(tree))

    def addition(self) -> ObjectTable:
        """An empty addition to this file."""
        return ObjectTable(self.next_number)

    def with_added(self, objects: ObjectTable) -> bytes:
        """This file with an addition."""
        return objects.appended_to(self.data, self.start, self.root, self.info)

    def put_reference(self, objects: ObjectTable, paper_reference: str) -> None:
        """Put a paper's reference into the page identities and the document's properties."""
        for page, number_ in enumerate(self.identities, start=1):
            objects.put(number_, identity_stream(self.form, page, paper_reference))
        objects.put(self.info, info_dictionary(self.form.spec, paper_reference))
        if self.identity_widget:
            page_number = self.pages[0][0]
            objects.put(
                self.identity_widget,
                identity_field(page_number, identity_words(self.form.spec, paper_reference)),
            )


_templates: dict[tuple[str, bool], Template] = {}


def template_of(spec: FormSpec, *, fillable: bool) -> Template:
    """The blank of a form; made once, then kept."""
    key = (spec_digest(spec), fillable)
    if key not in _templates:
        if len(_templates) >= _CACHE_SIZE:
            _templates.pop(next(iter(_templates)))
        _templates[key] = _make(lay_out(spec), fillable=fillable)
    return _templates[key]


def identity_words(spec: FormSpec, paper_reference: str) -> str:
    """What the hidden field says: form, version and reference."""
    return f"{spec.id};{spec.version};{paper_reference}"


def identity_stream(form: PrintedForm, page: int, paper_reference: str) -> bytes:
    """The content stream with a page's QR code and its readable words."""
    return stream(draw(form.identity_artwork(page, paper_reference)).encode("ascii"))


def info_dictionary(spec: FormSpec, paper_reference: str) -> str:
    """The document's properties, the form's identity among them."""
    return dictionary(
        {
            "Title": text_string(f"{spec.title.fr} – {spec.title.ar}"),
            "Subject": text_string(f"{spec.reference_label.fr} – v{spec.version}"),
            "Producer": text_string("forms-service"),
            INFO_FORM: text_string(spec.id),
            INFO_VERSION: text_string(str(spec.version)),
            INFO_REFERENCE: text_string(paper_reference) if paper_reference else None,
        }
    )


def _make(form: PrintedForm, *, fillable: bool) -> Template:
    objects = ObjectTable()
    root, tree, info = objects.reserve(), objects.reserve(), objects.reserve()
    fonts = add_fonts(objects)
    resources = objects.add(page_resources(fonts))
    page_numbers = [objects.reserve() for _ in form.artwork]
    identities = [objects.add(identity_stream(form, page, "")) for page in range(1, len(page_numbers) + 1)]
    fields = None
    identity_widget = 0
    catalog = _catalog_entries(tree)
    if fillable:
        empty = objects.add(form_xobject("", 1, 1))
        ticks = tick_appearances(objects, TICK_SIZE - 2 * BOX_INSET)
        fields = add_fields(objects, form, page_numbers, ticks, empty)
        identity_widget = objects.add(identity_field(page_numbers[0], identity_words(form.spec, "")))
        fields.by_page[0].append(identity_widget)
        catalog["AcroForm"] = _acroform([*fields.roots, identity_widget], fonts["FormsD"])
    objects.put(root, dictionary(catalog))
    objects.put(info, info_dictionary(form.spec, ""))
    objects.put(
        tree,
        dictionary(
            {"Type": "/Pages", "Kids": array(map(reference, page_numbers)), "Count": len(page_numbers)}
        ),
    )
    pages = []
    for index, page_number in enumerate(page_numbers):
        artwork = objects.add(stream(draw(form.artwork[index]).encode("ascii")))
        entries = page_entries(tree, resources, [artwork, identities[index]])
        if fields is not None:
            entries |= {"Annots": array(map(reference, fields.by_page[index])), "Tabs": "/R"}
        objects.put(page_number, dictionary(entries))
        pages.append((page_number, entries))
    data = objects.as_file(root, info)
    start = cross_reference_start(data)
    return Template(
        form, data, start, objects.next_number, root, info, pages, identities, identity_widget, fonts, fields
    )


def _catalog_entries(tree: int) -> dict[str, object]:
    return {
        "Type": "/Catalog",
        "Pages": reference(tree),
        "Lang": text_string("ar-MA"),
        "ViewerPreferences": "<< /DisplayDocTitle true /PrintScaling /None >>",
    }


def _acroform(roots: list[int], default_font: int) -> str:
    resources = dictionary({"Font": dictionary({"FormsD": reference(default_font)})})
    return dictionary({"Fields": array(map(reference, roots)), "DR": resources, "DA": "(/FormsD 10 Tf 0 g)"})


def page_entries(tree: int, resources: int, contents: list[int]) -> dict[str, object]:
    """The dictionary of one A4 page."""
    return {
        "Type": "/Page",
        "Parent": reference(tree),
        "MediaBox": array([0, 0, number(PAGE_WIDTH_MM / POINT_MM), number(PAGE_HEIGHT_PT)]),
        "Resources": reference(resources),
        "Contents": array(map(reference, contents)),
    }


def page_resources(fonts: Mapping[str, int]) -> str:
    """The fonts that a page draws with."""
    shown = {name: reference(fonts[name]) for name in ("FormsR", "FormsB")}
    return dictionary({"Font": dictionary(shown)})


def add_fonts(objects: ObjectTable) -> dict[str, int]:
    """Write the typeface: regular, bold, silent (``FormsV``) and the default of fields (``FormsD``)."""
    regular, bold = font_program(), font_program(bold=True)
    regular_descriptor = _add_descriptor(objects, regular)
    regular_cid = _add_cid_font(objects, regular, regular_descriptor)
    bold_cid = _add_cid_font(objects, bold, _add_descriptor(objects, bold))
    return {
        "FormsR": _add_composite(objects, regular, regular_cid, regular.to_unicode),
        "FormsB": _add_composite(objects, bold, bold_cid, bold.to_unicode),
        "FormsV": _add_composite(objects, regular, regular_cid, regular.to_silence),
        "FormsD": _add_default_font(objects, regular, regular_descriptor),
    }


def _add_descriptor(objects: ObjectTable, program: FontProgram) -> int:
    file = objects.add(deflated_stream(program.compressed, {"Length1": program.length}))
    return objects.add(
        dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{program.name}",
                "Flags": 4,
                "FontBBox": array(program.bounds),
                "ItalicAngle": 0,
                "Ascent": program.ascent,
                "Descent": program.descent,
                "CapHeight": program.cap_height,
                "StemV": 140 if program.is_bold else 80,
                "FontFile2": reference(file),
            }
        )
    )


def _add_cid_font(objects: ObjectTable, program: FontProgram, descriptor: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{program.name}",
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "FontDescriptor": reference(descriptor),
                "DW": 1000,
                "W": f"[0 {array(program.widths)}]",
                "CIDToGIDMap": "/Identity",
            }
        )
    )


def _add_composite(objects: ObjectTable, program: FontProgram, cid_font: int, to_unicode: bytes) -> int:
    mapping = objects.add(stream(to_unicode))
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{program.name}",
                "Encoding": "/Identity-H",
                "DescendantFonts": array([reference(cid_font)]),
                "ToUnicode": reference(mapping),
            }
        )
    )


def _add_default_font(objects: ObjectTable, program: FontProgram, descriptor: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/TrueType",
                "BaseFont": f"/{program.name}",
                "Encoding": "/WinAnsiEncoding",
                "FirstChar": WINANSI_FIRST,
                "LastChar": WINANSI_LAST,
                "Widths": array(program.winansi_widths),
                "FontDescriptor": reference(descriptor),
            }
        )
    )

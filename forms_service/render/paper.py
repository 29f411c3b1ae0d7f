"""Write a finished paper: receipts, slips, cover sheets and every other document without fields.

One writer serves them all, so that each is tagged for screen readers (PDF/UA-1), fit for archives
(PDF/A-2u) and set in the forms' own typeface.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image

from core.localized_text import LocalizedText
from forms_service.render.artwork import Picture, Piece
from forms_service.render.document import catalog, page_entries, pages_dictionary
from forms_service.render.drawing import draw
from forms_service.render.font_objects import Typeface, font_resources
from forms_service.render.metadata import PaperProperties
from forms_service.render.pdf_objects import (
    ObjectTable,
    array,
    dictionary,
    raw_stream,
    reference,
    stream,
    text_string,
)
from forms_service.render.structure import StructureTree, WrittenSlot

__all__ = ["PaperProperties", "write_paper"]

_PRINTED_AND_LOCKED = 4 + 128
"""Annotation flags: archives ask that every field would be printed (ISO 19005-2, 6.3.2)."""


def write_paper(
    pages: Sequence[Sequence[Piece]],
    properties: PaperProperties,
    *,
    signatures: Mapping[str, LocalizedText] | None = None,
) -> bytes:
    """A PDF of A4 pages, tagged and archival.

    Args:
        pages: The pieces of each page in reading order, in millimetres from its top left corner.
        signatures: Fields that wait for an electronic signature, with what readers call them; a
            ``Slot`` of each name says where in the reading order it comes.  They show nothing.
    """
    signatures = signatures or {}
    objects = ObjectTable()
    root, tree, info = objects.reserve(), objects.reserve(), objects.reserve()
    typeface = Typeface(objects, has_values=False)
    fonts = font_resources(typeface.add_fonts())
    structure = StructureTree(properties.language)
    widgets = {name: objects.reserve() for name in signatures}
    numbers: list[int] = []
    shown: list[str] = []
    for pieces in pages:
        index = structure.add_page()
        drawn = draw(pieces, structure.mark(pieces))
        shown.append(drawn.operators)
        content = objects.add(stream(drawn.operators.encode("ascii")))
        resources = dictionary({"Font": fonts, "XObject": _add_pictures(objects, drawn.pictures)})
        here = [widgets[name] for name, _ in structure.slots_of(index) if name in widgets]
        page = page_entries(tree, index, resources, [content])
        page |= {"Annots": array(map(reference, here))} if here else {}
        numbers.append(objects.add(dictionary(page)))
    typeface.write_files(shown)
    objects.put(tree, pages_dictionary(numbers))
    objects.put(info, properties.info())
    _put_signature_fields(objects, signatures, structure, numbers, widgets)
    slots = {(name, None): WrittenSlot(widget) for name, widget in widgets.items()}
    written = structure.write(objects, numbers, slots)
    form = {"AcroForm": dictionary({"Fields": array(map(reference, widgets.values()))})} if widgets else None
    objects.put(root, catalog(objects, tree, properties, structure=written, is_archival=True, further=form))
    return objects.as_file(root, info).data


def _put_signature_fields(
    objects: ObjectTable,
    signatures: Mapping[str, LocalizedText],
    structure: StructureTree,
    pages: Sequence[int],
    widgets: Mapping[str, int],
) -> None:
    places = structure.parent_indexes()
    for index, page in enumerate(pages):
        for name, _ in structure.slots_of(index):
            if name in widgets:
                objects.put(widgets[name], _signature_field(name, signatures[name], page, places[name, None]))


def _signature_field(name: str, alternative: LocalizedText, page: int, place: int) -> str:
    """A field for a signature that nobody sees on paper; archives want no appearance of such."""
    return dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": text_string(name),
            "TU": text_string(f"{alternative.ar} – {alternative.fr}"),
            "F": _PRINTED_AND_LOCKED,
            "Rect": array([0, 0, 0, 0]),
            "P": reference(page),
            "StructParent": place,
        }
    )


def _add_pictures(objects: ObjectTable, pictures: Mapping[str, Picture]) -> str | None:
    if not pictures:
        return None
    return dictionary(
        {name: reference(objects.add(_image(picture.image))) for name, picture in pictures.items()}
    )


def _image(data: bytes) -> bytes:
    """An image object: JPEG files as they are, all others as plain pixels."""
    with Image.open(io.BytesIO(data)) as image:
        is_gray = image.mode in ("1", "L", "LA", "I;16")
        entries: dict[str, object] = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": image.width,
            "Height": image.height,
            "ColorSpace": "/DeviceGray" if is_gray else "/DeviceRGB",
            "BitsPerComponent": 8,
        }
        if image.format == "JPEG" and image.mode in ("L", "RGB"):
            return raw_stream(data, {**entries, "Filter": "/DCTDecode"})
        return stream(image.convert("L" if is_gray else "RGB").tobytes(), entries)

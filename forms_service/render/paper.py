"""Write a finished paper: receipts, slips, cover sheets and every other document without fields.

One writer serves them all, so that each is tagged for screen readers (PDF/UA-1), fit for archives
(PDF/A-2u) and set in the forms' own typeface.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image

from forms_service.render.artwork import Picture, Piece
from forms_service.render.document import catalog, page_entries, pages_dictionary
from forms_service.render.drawing import draw
from forms_service.render.font_objects import add_fonts, font_resources
from forms_service.render.metadata import PaperProperties
from forms_service.render.pdf_objects import (
    ObjectTable,
    dictionary,
    raw_stream,
    reference,
    stream,
)
from forms_service.render.structure import StructureTree

__all__ = ["PaperProperties", "write_paper"]


def write_paper(pages: Sequence[Sequence[Piece]], properties: PaperProperties) -> bytes:
    """A PDF of A4 pages, tagged and archival.

    Args:
        pages: The pieces of each page in reading order, in millimetres from its top left corner.
    """
    objects = ObjectTable()
    root, tree, info = objects.reserve(), objects.reserve(), objects.reserve()
    fonts = font_resources(add_fonts(objects))
    structure = StructureTree(properties.language)
    numbers = []
    for pieces in pages:
        index = structure.add_page()
        drawn = draw(pieces, structure.mark(pieces))
        content = objects.add(stream(drawn.operators.encode("ascii")))
        resources = dictionary({"Font": fonts, "XObject": _add_pictures(objects, drawn.pictures)})
        numbers.append(objects.add(dictionary(page_entries(tree, index, resources, [content]))))
    objects.put(tree, pages_dictionary(numbers))
    objects.put(info, properties.info())
    written = structure.write(objects, numbers, {})
    objects.put(root, catalog(objects, tree, properties, structure=written, is_archival=True))
    return objects.as_file(root, info).data


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

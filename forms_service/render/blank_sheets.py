"""Blanks for an agency's printer: as many copies as wanted, each with its own reference, in one file.

The typeface and what is printed on every copy stand in the file once; a copy adds its QR codes and a
few words.  The file is made while it is sent or saved, so a thousand copies need no more memory than one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from core.form_spec import FormSpec
from core.localized_text import Language
from forms_service.render.document import page_entries
from forms_service.render.drawing import draw, draw_piece
from forms_service.render.font_objects import Typeface, font_resources
from forms_service.render.form_template import info_dictionary
from forms_service.render.layout import PrintedForm, lay_out
from forms_service.render.pdf_objects import ObjectTable, dictionary, reference, stream
from forms_service.render.streamed_file import StreamedFile
from forms_service.render.structure import ARTIFACT_MARK, LOCALE

_SENT_TOGETHER = 1 << 16
_TO_BE_REPLACED = 0


def stream_blanks(
    spec: FormSpec, references: Iterable[str], *, variant: str = "", two_sided: bool = False
) -> Iterator[bytes]:
    """Blanks to print, one after the other in one file, each with its own reference.

    They are for paper: they have no fields, and no structure for voices, which would be written a
    thousand times over.  A blank to fill on screen is ``render_blank``.

    Args:
        references: Taken one by one as the file is made; an empty one is not printed.
        two_sided: Every copy begins on a sheet of its own when the printer turns the paper; an odd
            number of pages is followed by an empty one.
    """
    form = lay_out(spec, variant)
    shared = ObjectTable()
    typeface = Typeface(shared, has_values=False)
    resources = reference(shared.add(dictionary({"Font": font_resources(typeface.add_fonts())})))
    drawn_pages = [_artwork(form, page) for page in range(1, form.layout.pages + 1)]
    typeface.write_files(drawn_pages)
    artwork = [shared.add(stream(drawn.encode("ascii"))) for drawn in drawn_pages]
    file = StreamedFile(shared)
    digest = hashlib.md5(f"{spec.id};{spec.version};{variant}".encode(), usedforsecurity=False)
    for paper_reference in references:
        digest.update(f";{paper_reference}".encode())
        for page, drawn in enumerate(artwork, start=1):
            identity = file.add_stream(_identity(form, page, paper_reference))
            file.add_page(page_entries(_TO_BE_REPLACED, None, resources, [drawn, identity]))
        if two_sided and len(artwork) % 2:
            file.add_page(page_entries(_TO_BE_REPLACED, None, resources, []))
        if file.waiting_bytes >= _SENT_TOGETHER:
            yield file.taken()
    file.close(_catalog(two_sided=two_sided), info_dictionary(spec, ""), digest.hexdigest())
    yield file.taken()


def _artwork(form: PrintedForm, page: int) -> str:
    pieces = form.artwork[page - 1]
    return draw(pieces, [ARTIFACT_MARK] * len(pieces)).operators


def _identity(form: PrintedForm, page: int, paper_reference: str) -> bytes:
    pieces = form.identity_artwork(page, paper_reference)
    return stream("\n".join(map(draw_piece, pieces)).encode("ascii"), level=1)


def _catalog(*, two_sided: bool) -> dict[str, object]:
    duplex = " /Duplex /DuplexFlipLongEdge" if two_sided else ""
    return {
        "Type": "/Catalog",
        "Lang": f"({LOCALE[Language.AR]})",
        "ViewerPreferences": f"<< /DisplayDocTitle true /PrintScaling /None{duplex} >>",
    }

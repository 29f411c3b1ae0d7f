"""Copies that can do no harm: every page in its order, however long the scan."""

from __future__ import annotations

import io
import weakref
from collections.abc import Iterator

import pikepdf
from PIL import Image

from forms_service import clean_copy


def test_a_long_scan_is_packed_page_by_page() -> None:
    opened: list[weakref.ref[Image.Image]] = []

    def pages() -> Iterator[Image.Image]:
        for number in range(5):
            page = Image.new("L", (40 + number, 60), 40 * number)
            opened.append(weakref.ref(page))
            yield page
            assert sum(one() is not None for one in opened) <= 2, "no more than two pages lie open"

    made = clean_copy._as_pdf(pages())
    with pikepdf.open(io.BytesIO(made)) as copy:
        shown = [
            pikepdf.PdfImage(next(iter(page.get_images().values()))).as_pil_image() for page in copy.pages
        ]
    assert [(one.width, one.getpixel((5, 5))) for one in shown] == [(40 + n, 40 * n) for n in range(5)]

"""Files made to harm: each ends in pages of a bearable size or in one clear refusal, and says nothing else."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from core.errors import UnreadableDocument
from forms_service.ocr import page_images
from forms_service.ocr.page_images import count_pages, load_page, load_pages
from forms_service.ocr.refusals import REFUSAL_CODES


def _png_of_huge_size() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _tiff_whose_pages_go_in_a_circle() -> bytes:
    out = io.BytesIO()
    Image.new("L", (80, 80), 255).save(out, "TIFF")
    data = bytearray(out.getvalue())
    (directory,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, directory)
    struct.pack_into("<I", data, directory + 2 + 12 * entries, directory)
    return bytes(data)


def _pdf(*objects: bytes) -> bytes:
    """A PDF of the given objects, the first its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + xref + b"trailer <</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))


_ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"


def _stream(settings: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (settings, len(body), body)


def _page_with_picture(settings: bytes, body: bytes) -> bytes:
    size = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    )
    draw = _stream(b"", b"200 0 0 200 0 0 cm /I Do")
    return _pdf(_ROOT, _PAGES, page, draw, _stream(size + settings, body))


def _page_tree_in_a_circle() -> bytes:
    return _pdf(_ROOT, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>")


def _deep_page_tree() -> bytes:
    levels = 3000
    nodes = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (number + 3) for number in range(levels)]
    return _pdf(_ROOT, *nodes, b"<</Type/Page/MediaBox[0 0 200 200]>>")


def _swollen_content() -> bytes:
    squeezed = zlib.compress(b"0 0 m 9 9 l S\n" * 300_000, 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"
    return _pdf(_ROOT, _PAGES, page, _stream(b"/Filter/FlateDecode", squeezed))


def _two_kinds_at_once() -> bytes:
    return b"\xff\xd8\xff\xe0" + _pdf(_ROOT, _PAGES, b"<</Type/Page/MediaBox[0 0 200 200]>>") + b"PK\x03\x04"


def _many_pages() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(500):
            document.add_blank_page(page_size=(200, 200))
        document.save(out)
    return out.getvalue()


def _loop_of_tables() -> bytes:
    data = _pdf(_ROOT, _PAGES, b"<</Type/Page/MediaBox[0 0 200 200]>>")
    place = int(data.rpartition(b"startxref\n")[2].split()[0])
    return data.replace(b"/Size 4>>", b"/Size 4/Prev %d>>" % place)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a PNG of huge size": _png_of_huge_size,
    "a TIFF whose pages go in a circle": _tiff_whose_pages_go_in_a_circle,
    "a page tree in a circle": _page_tree_in_a_circle,
    "a deep page tree": _deep_page_tree,
    "tables in a circle": _loop_of_tables,
    "swollen content": _swollen_content,
    "two kinds at once": _two_kinds_at_once,
    "many pages": _many_pages,
    "a picture of huge size": lambda: _page_with_picture(
        b"/Width 60000/Height 60000/Filter/FlateDecode", b"x"
    ),
    "an odd JBIG2": lambda: _page_with_picture(
        b"/Width 99/Height 99/Filter/JBIG2Decode", b"\x97JB2" + b"\xff" * 99
    ),
    "an odd JPX": lambda: _page_with_picture(
        b"/Width 99/Height 99/Filter/JPXDecode", b"\xff\x4f\xff\x51" * 40
    ),
    "a poster of a mile": lambda: _pdf(_ROOT, _PAGES, b"<</Type/Page/MediaBox[0 0 4000000 4000000]>>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_pages_or_a_clear_refusal(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    data = HOSTILE[name]()
    assert len(data) < 2_000_000, "the file itself is small: what it unfolds to is the harm"
    try:
        pages = load_pages(data, "scan.bin")
        assert sum(page.pixels.size for page in pages) <= page_images.MAX_PIXELS
    except UnreadableDocument as refused:
        assert refused.code in REFUSAL_CODES
        assert "scan.bin" in refused.message.ar
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "name", ["a page tree in a circle", "a TIFF whose pages go in a circle", "many pages"]
)
def test_counting_and_opening_single_pages_bears_it_too(name: str) -> None:
    data = HOSTILE[name]()
    with contextlib.suppress(UnreadableDocument):
        assert 0 < count_pages(data, "scan.bin") <= page_images.MAX_PAGES
    with pytest.raises(UnreadableDocument):
        load_page(data, "scan.bin", 999)

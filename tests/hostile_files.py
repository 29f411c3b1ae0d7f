"""Files made to harm, every one generated here: ``python -m tests.hostile_files FOLDER`` writes them out.

Apache-2.0 as the rest of the repository: nobody else's files are among them.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
import pillow_heif
from PIL import Image

MARK = b"PLANTED-IN-THE-ORIGINAL"
"""Stands in every marked original wherever something can hide; in nothing that is handed out to others."""

ADDRESS = b"http://planted.invalid/"
_SCRIPT = b"app.alert('" + MARK + b"');"


# --- PDFs, object by object -------------------------------------------------------------------------


def pdf(*objects: bytes) -> bytes:
    """A PDF of the given objects, the first its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + xref + b"trailer <</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))


ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"


def stream(settings: bytes, body: bytes) -> bytes:
    """A stream object."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (settings, len(body), body)


def _page_with_picture(settings: bytes, body: bytes) -> bytes:
    size = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    )
    draw = stream(b"", b"200 0 0 200 0 0 cm /I Do")
    return pdf(ROOT, PAGES, page, draw, stream(size + settings, body))


def _page_tree_in_a_circle() -> bytes:
    return pdf(ROOT, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>")


def _deep_page_tree() -> bytes:
    levels = 3000
    nodes = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (number + 3) for number in range(levels)]
    return pdf(ROOT, *nodes, b"<</Type/Page/MediaBox[0 0 200 200]>>")


def _swollen_content() -> bytes:
    squeezed = zlib.compress(b"0 0 m 9 9 l S\n" * 40_000, 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"
    return pdf(ROOT, PAGES, page, stream(b"/Filter/FlateDecode", squeezed))


def _squeezed_many_times() -> bytes:
    body = bytes(60_000_000)
    for _ in range(3):
        body = zlib.compress(body, 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"
    return pdf(ROOT, PAGES, page, stream(b"/Filter[/FlateDecode/FlateDecode/FlateDecode]", body))


def _many_pages() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(500):
            document.add_blank_page(page_size=(200, 200))
        document.save(out)
    return out.getvalue()


def _loop_of_tables() -> bytes:
    data = pdf(ROOT, PAGES, PAGE)
    place = int(data.rpartition(b"startxref\n")[2].split()[0])
    return data.replace(b"/Size 4>>", b"/Size 4/Prev %d>>" % place)


def _deep_nesting() -> bytes:
    return pdf(ROOT, PAGES, PAGE, b"[" * 200_000 + b"]" * 200_000)


def _a_million_objects() -> bytes:
    """A table that promises far more objects than the file has room for."""
    return pdf(ROOT, PAGES, PAGE).replace(b"/Size 4>>", b"/Size 8388607/Index[0 8388607]>>")


def _objects_within_themselves() -> bytes:
    inside = stream(b"/Type/ObjStm/N 1/First 4/Extends 4 0 R", b"4 0 <</Type/ObjStm>>")
    return pdf(ROOT, PAGES, PAGE, inside)


def _forms_that_draw_each_other(levels: int, times: int) -> bytes:
    """Every form draws the next several times: small on disk, ``times ** levels`` drawings."""
    objects = [
        ROOT,
        PAGES,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        stream(b"", b"/X Do"),
    ]
    for level in range(levels):
        last = level == levels - 1
        settings = b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]"
        settings += b"" if last else b"/Resources<</XObject<</X %d 0 R>>>>" % (level + 6)
        objects.append(stream(settings, b"0 0 9 9 re f" if last else b"/X Do " * times))
    return pdf(*objects)


def _form_that_draws_itself() -> bytes:
    own = stream(
        b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</X 5 0 R>>>>", b"/X Do /X Do"
    )
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"
    )
    return pdf(ROOT, PAGES, page, stream(b"", b"/X Do"), own)


def _encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


def _font_of_nonsense() -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    font = b"<</Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor 6 0 R/FirstChar 0/LastChar 255>>"
    described = b"<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 7 0 R>>"
    file = stream(
        b"", b"\x00\x01\x00\x00\x00\x20" + b"glyf\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff" * 32
    )
    return pdf(ROOT, PAGES, page, stream(b"", b"BT /F 90 Tf (abc) Tj ET"), font, described, file)


# --- pictures ---------------------------------------------------------------------------------------


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    """A gray PNG that says it is that large."""
    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = _chunk(b"IDAT", zlib.compress(pixels or bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", size) + b"".join(more) + body + _chunk(b"IEND", b"")


def picture(kind: str, **given: object) -> bytes:
    """A harmless picture of that kind."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "white").save(out, kind, **given)
    return out.getvalue()


def _tiff_whose_pages_go_in_a_circle() -> bytes:
    data = bytearray(picture("TIFF"))
    (directory,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, directory)
    struct.pack_into("<I", data, directory + 2 + 12 * entries, directory)
    return bytes(data)


def _tiff_of_thousands_of_pages() -> bytes:
    out = io.BytesIO()
    page = Image.new("1", (80, 80), 1)
    page.save(out, "TIFF", save_all=True, append_images=[page] * 1000)
    return out.getvalue()


def _tiff_of_huge_size() -> bytes:
    data = bytearray(picture("TIFF"))
    (directory,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, directory)
    for place in range(directory + 2, directory + 2 + 12 * entries, 12):
        (tag,) = struct.unpack_from("<H", data, place)
        if tag in (256, 257):
            struct.pack_into("<I", data, place + 8, 60_000)
    return bytes(data)


def _jpeg_of_huge_size() -> bytes:
    data = bytearray(picture("JPEG"))
    place = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, place + 5, 65500, 65500)
    return bytes(data)


def _jpeg_of_endless_scans() -> bytes:
    data = picture("JPEG", progressive=True)
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[start:end] * 4000 + data[end:]


_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"ha" * 50 + b'">'
_LAUGHS += (
    b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)) + b"]><x>&i;</x>"
)


def _jpeg_with_laughing_xmp() -> bytes:
    segment = b"http://ns.adobe.com/xap/1.0/\0" + _LAUGHS
    data = picture("JPEG")
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


def _pdf_with_laughing_xmp() -> bytes:
    root = b"<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>"
    return pdf(root, PAGES, PAGE, stream(b"/Type/Metadata/Subtype/XML", _LAUGHS))


def _heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (320, 240), "white")).save(out)
    return out.getvalue()


def _heic_of_huge_size() -> bytes:
    data = bytearray(_heic())
    place = data.index(b"ispe")
    struct.pack_into(">II", data, place + 8, 60_000, 60_000)
    return bytes(data)


def _heic_of_boxes_in_boxes() -> bytes:
    box = b""
    for _ in range(5000):
        box = struct.pack(">I", len(box) + 8) + b"meta" + box
        if len(box) > 400_000:
            break
    return struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + box


# --- two kinds at once, and what is no paper --------------------------------------------------------


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(20_000_000))
    return out.getvalue()


_HTML = b"<!DOCTYPE html><script>document.location='" + ADDRESS + b"'</script>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a PNG of huge size": lambda: png(60_000, 60_000),
    "a PNG with a swollen remark": lambda: png(
        100, 100, _chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(90_000_000), 9)), pixels=bytes(10_100)
    ),
    "a PNG with a swollen profile": lambda: png(
        100, 100, _chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(90_000_000), 9)), pixels=bytes(10_100)
    ),
    "a PNG without its pixels": lambda: png(5000, 5000, pixels=bytes(10)),
    "a JPEG of huge size": _jpeg_of_huge_size,
    "a JPEG of endless scans": _jpeg_of_endless_scans,
    "a JPEG with an XML bomb": _jpeg_with_laughing_xmp,
    "a JPEG that goes on as a script": lambda: picture("JPEG") + _HTML,
    "a JPEG cut in half": lambda: picture("JPEG")[:500],
    "a TIFF whose pages go in a circle": _tiff_whose_pages_go_in_a_circle,
    "a TIFF of thousands of pages": _tiff_of_thousands_of_pages,
    "a TIFF of huge size": _tiff_of_huge_size,
    "a HEIC of huge size": _heic_of_huge_size,
    "a HEIC of boxes in boxes": _heic_of_boxes_in_boxes,
    "a HEIC that is a film": lambda: (
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x01mdat" + b"\xff" * 500
    ),
    "a page tree in a circle": _page_tree_in_a_circle,
    "a deep page tree": _deep_page_tree,
    "tables in a circle": _loop_of_tables,
    "deep nesting": _deep_nesting,
    "a table of millions of objects": _a_million_objects,
    "objects within themselves": _objects_within_themselves,
    "swollen content": _swollen_content,
    "content squeezed three times": _squeezed_many_times,
    "forms that draw each other": lambda: _forms_that_draw_each_other(6, 8),
    "a font of nonsense": _font_of_nonsense,
    "two kinds at once": lambda: b"\xff\xd8\xff\xe0" + pdf(ROOT, PAGES, PAGE) + b"PK\x03\x04",
    "a PDF and an archive": lambda: pdf(ROOT, PAGES, PAGE) + _archive(),
    "a PDF and a page of the web": lambda: _HTML + pdf(ROOT, PAGES, PAGE),
    "a PDF with an XML bomb": _pdf_with_laughing_xmp,
    "a PDF with a password": _encrypted,
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
    "an odd fax": lambda: _page_with_picture(
        b"/Width 9999/Height 9999/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2147483647>>", b"\xff" * 99
    ),
    "a poster of a mile": lambda: pdf(ROOT, PAGES, b"<</Type/Page/MediaBox[0 0 4000000 4000000]>>"),
    "a page without size": lambda: pdf(ROOT, PAGES, b"<</Type/Page/MediaBox[0 0 0 0]>>"),
    "an archive": _archive,
    "a page of the web": lambda: _HTML,
    "a drawing with a script": lambda: _SVG,
    "an animation": lambda: picture("GIF"),
    "a picture of the web": lambda: picture("WEBP"),
}

TAKES_LONG: dict[str, Callable[[], bytes]] = {
    "drawings without end": lambda: _forms_that_draw_each_other(12, 12),
    "a form that draws itself": _form_that_draws_itself,
}
"""Ended by their time alone."""


@cache
def hostile(name: str) -> bytes:
    """One of them, made once."""
    return {**HOSTILE, **TAKES_LONG}[name]()


# --- originals with something planted ---------------------------------------------------------------


def marked_pdf() -> bytes:
    """A PDF of one page that shows something, and has ``MARK`` wherever a PDF can hide or do anything."""
    action = b"<</Type/Action/S/JavaScript/JS(%s)/Next<</S/URI/URI(%s)>>>>" % (_SCRIPT, ADDRESS)
    link = b"<</Type/Annot/Subtype/Link/Rect[0 0 200 200]/A<</S/URI/URI(%s)>>>>" % ADDRESS
    launch = b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/Launch/F(%s)>>>>" % MARK
    remote = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F(%s)/D[0/Fit]>>>>" % MARK
    media = (
        b"<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]/RichMediaContent<</Assets<</Names[(x) 6 0 R]>>>>>>"
    )
    attached = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 6 0 R>>"
    annotations = b"/Annots[%s]" % b" ".join((link, launch, remote, media, attached))
    outside = b"/Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceGray/F(%s)"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction %s/AA<</WC %s>>/Names<</JavaScript<</Names[(x)%s]>>"
        b"/EmbeddedFiles<</Names[(x) 6 0 R]>>>>/AcroForm<</Fields[]/XFA 7 0 R>>/Metadata 7 0 R"
        b"/AF[6 0 R]/Outlines<</First<</A %s/Title(x)>>>>/URI<</Base(%s)>>>>"
        % (action, action, action, action, ADDRESS),
        PAGES,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/AA<</O %s>>/Metadata 7 0 R"
        b"/PieceInfo<</X<</Private(%s)>>>>/Resources<</XObject<</P 8 0 R>>/Properties<</M 9 0 R>>>>%s>>"
        % (action, MARK, annotations),
        stream(b"", b"0 g 20 20 120 60 re f 0.5 g 20 120 200 30 re f"),
        stream(b"/Type/EmbeddedFile", MARK),
        b"<</Type/Filespec/F(%s)/UF(x)/EF<</F 5 0 R>>>>" % MARK,
        stream(b"/Type/Metadata/Subtype/XML", b"<x>%s</x>" % MARK),
        stream(outside % ADDRESS + b"/Metadata 7 0 R", b"x" * 81),
        b"<</Metadata 7 0 R/Private(%s)>>" % b"x",
    )


def marked_jpeg() -> bytes:
    """A JPEG with ``MARK`` in its EXIF, its remark, its XMP, and a page of the web behind it."""
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    xmp = b"<x>" + MARK + b"</x>"
    return picture("JPEG", exif=exif, comment=MARK, xmp=xmp) + b"<script>" + MARK + b"</script>"


def marked_png() -> bytes:
    """A PNG with ``MARK`` in a remark and behind its end."""
    return png(200, 200, _chunk(b"tEXt", b"x\0" + MARK), pixels=(b"\0" + b"\xff" * 200) * 200) + MARK


def marked_tiff() -> bytes:
    """A TIFF with ``MARK`` in a tag."""
    return picture("TIFF", tiffinfo={270: MARK.decode(), 700: MARK}) + MARK


def marked_heic() -> bytes:
    """A HEIC with ``MARK`` in its EXIF."""
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (320, 240), "white")).save(out, exif=exif.tobytes())
    return out.getvalue()


MARKED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf": ("acte.pdf", marked_pdf),
    "jpeg": ("acte.jpg", marked_jpeg),
    "png": ("acte.png", marked_png),
    "tiff": ("acte.tif", marked_tiff),
    "heic": ("acte.heic", marked_heic),
}


def main(folder: Path) -> None:
    """Write every file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in {**HOSTILE, **TAKES_LONG}.items():
        (folder / name.replace(" ", "-")).write_bytes(make())
    for name, make in MARKED.values():
        (folder / f"marked-{name}").write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

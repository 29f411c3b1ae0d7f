"""Makes a copy of an upload that can do nothing but be looked at; runs in the limited process for uploads.

A picture is decoded and written anew: what hid beside its pixels is gone.  Of a PDF only the pages go into a
new file – what is drawn, and the answers of its fields as drawn – so that scripts, actions, links, attached
files, media and forms have nowhere to be; what is drawn is then searched for whatever reaches outside.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from core.errors import UnreadableDocument
from forms_service.ocr.page_images import count_pages, iterate_pages
from forms_service.ocr.refusals import refusal
from forms_service.reading_process import ReadingRequest

_OF_A_PAGE = frozenset(("/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents"))
_OUTSIDE = frozenset(
    (
        *("/A", "/AA", "/JS", "/OpenAction", "/URI", "/Names", "/EF", "/AF", "/Annots", "/AcroForm", "/XFA"),
        *("/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/Alternates", "/PS", "/Metadata", "/PieceInfo"),
    )
)
"""Keys by which what is drawn could name a file, an address, or something to do."""

_PRIVATE = frozenset(
    (
        *("/ColorSpace", "/Font", "/XObject", "/ExtGState", "/Pattern", "/Shading", "/Properties"),
        *("/CharProcs", "/Colorants"),
    )
)
"""Dictionaries whose keys are names the page gave itself: ``/F`` may well be a font there."""

_QUALITY, _DEEPEST = 90, 50
_SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def make_clean_copy(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Leave a copy in the folder and name it, or say why there can be none."""
    try:
        count_pages(original, request.filename)  # every limit is checked here, before anything is decoded
        if b"%PDF-" in original[:1024]:
            media_type, copy = "application/pdf", _pages_alone(original, request.filename)
        else:
            media_type, copy = _pixels_alone(original, request.filename)
    except UnreadableDocument as problem:
        return {"refused": problem.message.as_dict()}
    (folder / "copy").write_bytes(copy)
    return {"copy": "copy", "media_type": media_type, "name": _name(request.filename, media_type)}


def _name(filename: str, media_type: str) -> str:
    return (PurePath(filename).stem or "document") + _SUFFIXES[media_type]


# --- pictures -------------------------------------------------------------------------------------


def _pixels_alone(original: bytes, name: str) -> tuple[str, bytes]:
    """The pictures of a file, decoded and written anew: a PDF where there are several."""
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(original), formats=("JPEG", "PNG", "TIFF", "HEIF")) as image:
            kind = image.format
            if kind == "TIFF":
                return "application/pdf", _as_pdf(_frames(image))
            page = _plain(image, original, name, 0)
    except UnreadableDocument:
        raise
    except Exception as error:  # decoders fail in many ways on broken files; all mean the same here
        raise refusal("broken_document", name) from error
    if kind == "PNG":
        page.save(out, "PNG")
        return "image/png", out.getvalue()
    page.save(out, "JPEG", quality=_QUALITY)
    return "image/jpeg", out.getvalue()


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(image):
        yield _as_page(frame)


def _plain(image: Image.Image, original: bytes, name: str, number: int) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        seen = list(iterate_pages(original, name))[number]
        return Image.fromarray(seen.pixels)
    return _as_page(image)


def _as_page(image: Image.Image) -> Image.Image:
    """Upright, on white paper, without anything that is no pixel."""
    upright = ImageOps.exif_transpose(image)
    if "A" in upright.getbands() or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
    plain = upright.convert("L" if upright.mode in ("1", "L") else "RGB")
    plain.info.clear()
    return plain


# --- PDFs -----------------------------------------------------------------------------------------


def _pages_alone(original: bytes, name: str) -> bytes:
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(original), suppress_warnings=True) as given, pikepdf.new() as copy:
            if given.Root.get("/AcroForm") is not None:
                given.generate_appearance_streams()
            given.flatten_annotations("all")
            for page in given.pages:
                resources, box = page.resources, page.mediabox
                for key in set(page.obj.keys()) - _OF_A_PAGE:
                    del page.obj[key]
                page.obj["/Resources"], page.obj["/MediaBox"] = resources, box
                copy.pages.append(page)
            _cut_off_outside(copy)
            copy.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    except Exception:  # what cannot be taken apart may still be drawn
        return _drawn(original, name)
    return out.getvalue()


def _drawn(original: bytes, name: str) -> bytes:
    """The pages as pictures, gray: the most that can be had of a damaged file."""
    return _as_pdf(Image.fromarray(page.pixels) for page in iterate_pages(original, name))


def _as_pdf(pages: Iterable[Image.Image]) -> bytes:
    """Pictures as pages, each packed before the next is opened: not all of a long scan fit into memory."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        for page in pages:
            packed = io.BytesIO()
            page.save(packed, "PDF", quality=_QUALITY)
            made.pages.extend(pikepdf.open(packed).pages)
        made.save(out)
    return out.getvalue()


def _cut_off_outside(copy: pikepdf.Pdf) -> None:
    """Take from every object whatever could reach outside the page."""
    named = {
        value.objgen
        for one in copy.objects
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream)
        for key, value in one.items()
        if key in _PRIVATE and getattr(value, "is_indirect", False)
    }
    for one in copy.objects:
        _cut(one, is_private=one.objgen in named, depth=0)
    root = copy.Root
    for key in set(root.keys()) - {"/Type", "/Pages"}:
        del root[key]


def _cut(one: Any, *, is_private: bool, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(one, pikepdf.Array):
        inside = [(item, False) for item in one]
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        for key in [] if is_private else _OUTSIDE & set(one.keys()):
            del one[key]
        inside = [(value, key in _PRIVATE) for key, value in one.items()]
    else:
        return
    for value, private in inside:
        if not getattr(value, "is_indirect", False):  # those come by themselves
            _cut(value, is_private=private, depth=depth + 1)

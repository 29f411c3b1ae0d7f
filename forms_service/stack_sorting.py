"""What the reading process does with a clerk's stack: look at sheets, cut papers and pictures out of it.

Runs only in the child process; everything heavy is imported here.  Each task opens single pages, never
the whole file: fifty sheets cost no more memory than one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from PIL import Image

from core.errors import UnreadableDocument
from core.placement import COVER, PageIdentity
from forms_service.ocr.feature_matching import VIEWS, PageFeatures, match_features
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.page_images import PageImage, count_pages, load_page
from forms_service.ocr.picture_quality import Flaw, judge_picture, what_to_do
from forms_service.ocr.print_matching import match_by_features
from forms_service.ocr.registration import find_every_mark
from forms_service.reading_forms import form_lookup, page_features, printed_papers, printed_words
from forms_service.reading_process import ReadingRequest
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.stack_covers import is_blank

_PrintFinder = Callable[[np.ndarray], tuple[bool, PageIdentity | None]]

_HIDES = {Flaw.BLURRED, Flaw.CUT_OFF, Flaw.NO_SHEET}
"""Flaws of pictures that nobody should take for somebody's paper unseen."""

_LEAST_MARKS = 2
"""One square in a picture may be anything; two of our corner marks are a page of ours."""


def look_at_sheets(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Tell how many pages a file has, and what is seen on those asked for."""
    try:
        count = count_pages(original, request.filename)
    except UnreadableDocument as problem:
        return {"refused": problem.message.as_dict(), "count": 0, "sheets": []}
    catalogue = SpecCatalogue.when_asked(Path(request.spec_folder))
    by_print = _print_finder(catalogue)
    wanted = [number for number in request.pages if number <= count]
    sheets = [_look_at(original, request.filename, number, catalogue, by_print) for number in wanted]
    return {"refused": None, "count": count, "sheets": sheets}


def _look_at(
    original: bytes, name: str, number: int, catalogue: SpecCatalogue, by_print: _PrintFinder
) -> dict[str, Any]:
    try:
        pixels = load_page(original, name, number).pixels
    except UnreadableDocument as problem:
        return {"page": number, "readable": False, "told": problem.message.as_dict()}
    mark = find_identity(pixels)
    if mark is None:
        return {"page": number, **_without_code(pixels, by_print)}
    one = mark.identity
    known = one.variant == COVER or form_lookup(catalogue)(one.form_id, one.version, one.variant) is not None
    return {"page": number, "code": one.encode(), "known": known}


def _without_code(pixels: np.ndarray, by_print: _PrintFinder) -> dict[str, Any]:
    """Whether a sheet is a page of ours whose code is lost, by its corner marks, else by its print."""
    if is_blank(pixels):
        return {"blank": True, "marked": False}
    if _has_marks(pixels):
        return {"blank": False, "marked": True}
    ours, identity = by_print(pixels)
    printed = identity.encode() if identity else None
    return {"blank": False, "marked": ours, "by_print": printed, **_flaws(pixels)}


def _flaws(pixels: np.ndarray) -> dict[str, Any]:
    """What the sender of a single picture would be told of it, and whether it may hide what it is."""
    quality = judge_picture(pixels)
    return {
        "warnings": [what_to_do(flaw).as_dict() for flaw in quality.flaws],
        "unclear": quality.is_hopeless or not _HIDES.isdisjoint(quality.flaws),
        "blurred": quality.is_hopeless or Flaw.BLURRED in quality.flaws,
    }


def _print_finder(catalogue: SpecCatalogue) -> _PrintFinder:
    """A function that tells whether a picture shows print of ours, and which page it is if that is plain.

    It costs a foreign paper a fifth of a second; the first one of a process draws every blank, too.
    """
    forms, papers = form_lookup(catalogue), printed_papers(catalogue)
    features, printed = page_features(catalogue), printed_words(catalogue)

    @cache
    def blanks() -> list[tuple[PageIdentity, PageFeatures]]:
        known = [(paper, found[1].pages) for paper in papers if (found := forms(*paper)) is not None]
        pages = [
            PageIdentity(form_id, version, page, count, "", variant)
            for (form_id, version, variant), count in known
            for page in range(1, count + 1)
        ]
        return [(one, points) for one in pages if (points := features(one)) is not None]

    def find(pixels: np.ndarray) -> tuple[bool, PageIdentity | None]:
        if not any(match_features(pixels, blanks(), view) for view in VIEWS):
            return False, None
        match = match_by_features(pixels, papers, forms, features, printed)
        return True, match.identity if match else None

    return find


def _has_marks(pixels: np.ndarray) -> bool:
    return len({mark.number for mark in find_every_mark(pixels)}) >= _LEAST_MARKS


def cut_papers(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Write each group of pages asked for as a file of its own; the whole file when all are in it."""
    return {
        "parts": [
            _cut(original, request.filename, list(members), folder, number)
            for number, members in enumerate(request.groups)
        ]
    }


def cut_leaves(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Keep single pages as pictures, as the reader sees them, to be looked at and filed by hand."""
    leaves = []
    for number in request.pages:
        try:
            image = load_page(original, request.filename, number)
        except UnreadableDocument:
            continue
        name, dpi = f"leaf-{number}.png", image.dpi or 200.0
        Image.fromarray(image.pixels).save(folder / name, "PNG", dpi=(dpi, dpi), compress_level=3)
        leaves.append((number, name))
    return {"leaves": leaves}


def _cut(original: bytes, name: str, members: Sequence[int], folder: Path, number: int) -> str:
    if len(members) == count_pages(original, name):
        part = f"part-{number}.whole"
        (folder / part).write_bytes(original)
        return part
    if b"%PDF-" in original[:1024] and _copy_pages(original, members, folder / f"part-{number}.pdf"):
        return f"part-{number}.pdf"
    part = f"part-{number}.tif"
    frames = [_frame(load_page(original, name, page)) for page in members]
    frames[0].save(
        folder / part,
        "TIFF",
        save_all=True,
        append_images=frames[1:],
        compression="tiff_adobe_deflate",
        **frames[0].encoderinfo,
    )
    return part


def _frame(image: PageImage) -> Image.Image:
    """A page as a frame of a TIFF: nothing is lost, not even its resolution."""
    frame = Image.fromarray(image.pixels)
    dpi = image.dpi or 200.0
    frame.encoderinfo = {"dpi": (dpi, dpi)}
    return frame


def _copy_pages(original: bytes, members: Sequence[int], part_file: Path) -> bool:
    """Copy pages as they are; False when the file is too broken for that, though it can be drawn."""
    try:
        with pikepdf.open(io.BytesIO(original)) as stack, pikepdf.new() as part:
            for page in members:
                part.pages.append(stack.pages[page - 1])
            part.save(part_file)
    except (pikepdf.PdfError, IndexError, RuntimeError):
        return False
    return True

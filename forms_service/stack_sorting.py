"""What the reading process does with a clerk's stack: tell whose each page is and split the file.

Runs only in the child process; everything heavy is imported here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from core.errors import UnreadableDocument
from core.placement import PageIdentity
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.page_images import PageImage, load_pages
from forms_service.reading_forms import form_lookup
from forms_service.reading_process import ReadingRequest
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.stack_covers import heed_covers, is_blank


def sort_stack(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Tell the pages of a stack apart by their identity and split the file accordingly.

    Pages of one reference belong together wherever they lie.  Anonymous pages belong together when
    they follow one another as pages of one form, beginning with its first.  Below a dossier's cover
    sheet, anonymous pages and papers without any identity are the dossier's, up to the next cover.
    """
    try:
        images = load_pages(original, request.filename)
    except UnreadableDocument as problem:
        return {"refused": problem.message.as_dict(), "pages": [], "parts": [], "covers": [], "blanks": []}
    marks = [find_identity(image.pixels) for image in images]
    seen = [mark.identity if mark else None for mark in marks]
    pages = heed_covers(seen)
    identities = [page.identity for page in pages]
    keys = group_pages(identities)
    catalogue = SpecCatalogue.load(Path(request.spec_folder))
    parts = []
    for number, key in enumerate(dict.fromkeys(one for one in keys if one is not None)):
        members = [place for place, one in enumerate(keys) if one == key]
        name = _split(original, images, members, folder, number)
        identity = identities[members[0]]
        assert identity is not None  # noqa: S101 - group_pages() gives keys to identified pages only
        parts.append(
            {
                "file": name,
                "pages": members,
                "form": identity.form_id,
                "version": identity.version,
                "variant": identity.variant,
                "reference": identity.reference,
                "form_pages": [identities[place].page for place in members],  # type: ignore[union-attr]
                "known": _is_known(catalogue, identity),
            }
        )
    blanks = [place for place, page in enumerate(pages) if page.cover and is_blank(images[place].pixels)]
    for place, page in enumerate(pages):
        if page.cover is not None and place not in blanks:
            name = _split(original, images, [place], folder, len(parts))
            parts.append(_loose_part(name, place, page.cover, catalogue))
    covers = [_cover(place, seen[place]) for place, page in enumerate(pages) if page.is_cover]
    return {"refused": None, "pages": len(images), "parts": parts, "covers": covers, "blanks": blanks}


def _loose_part(name: str, place: int, cover: PageIdentity, catalogue: SpecCatalogue) -> dict[str, Any]:
    """A paper without identity below a cover sheet: what it is, its reading will tell."""
    return {
        "file": name,
        "pages": [place],
        "form": cover.form_id,
        "version": cover.version,
        "variant": "",
        "reference": cover.reference,
        "form_pages": [None],
        "known": _is_known(catalogue, replace(cover, variant="")),
        "loose": True,
    }


def _cover(place: int, identity: PageIdentity | None) -> dict[str, Any]:
    return {"page": place, "reference": identity.reference if identity else ""}


def cut_leaves(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Keep single pages as pictures, as the reader sees them, to be looked at and filed by hand."""
    try:
        images = load_pages(original, request.filename)
    except UnreadableDocument:
        return {"leaves": []}
    leaves = []
    for number in request.pages:
        if 1 <= number <= len(images):
            name, image = f"leaf-{number}.png", images[number - 1]
            dpi = image.dpi or 200.0
            Image.fromarray(image.pixels).save(folder / name, "PNG", dpi=(dpi, dpi), compress_level=3)
            leaves.append((number, name))
    return {"leaves": leaves}


def group_pages(identities: Iterable[PageIdentity | None]) -> list[tuple[object, ...] | None]:
    """For every page the group it belongs to, or None when it cannot be told whose it is.

    A group is one paper: a large print, a usual one and a correction slip of the same dossier are three.
    """
    keys: list[tuple[object, ...] | None] = []
    run: tuple[object, ...] | None = None
    expected = 0
    for place, identity in enumerate(identities):
        if identity is None or identity.reference:
            run = None
            keys.append(identity and (*_paper(identity), identity.reference))
            continue
        if identity.page == 1:
            run, expected = (*_paper(identity), "", place), 1
        elif run is None or run[:3] != _paper(identity) or identity.page != expected:
            run = None
        keys.append(run)
        expected += 1
    return keys


def _paper(identity: PageIdentity) -> tuple[str, int, str]:
    return identity.form_id, identity.version, identity.variant


def _is_known(catalogue: SpecCatalogue, identity: PageIdentity) -> bool:
    return form_lookup(catalogue)(identity.form_id, identity.version, identity.variant) is not None


def _split(
    original: bytes, images: Sequence[PageImage], members: list[int], folder: Path, number: int
) -> str:
    """Write the pages of one group as a file of their own; the whole file when all are in it."""
    if len(members) == len(images):
        name = f"part-{number}.whole"
        (folder / name).write_bytes(original)
        return name
    name = f"part-{number}.pdf"
    if b"%PDF-" in original[:1024] and _split_pdf(original, members, folder / name):
        return name
    frames = [Image.fromarray(images[place].pixels) for place in members]
    dpi = images[members[0]].dpi or 200.0
    frames[0].save(folder / name, "PDF", save_all=True, append_images=frames[1:], resolution=dpi)
    return name


def _split_pdf(original: bytes, members: Sequence[int], part_file: Path) -> bool:
    """Copy pages as they are; False when the file is too broken for that, though it can be drawn."""
    try:
        with pikepdf.open(io.BytesIO(original)) as stack, pikepdf.new() as part:
            for place in members:
                part.pages.append(stack.pages[place])
            part.save(part_file)
    except (pikepdf.PdfError, IndexError, RuntimeError):
        return False
    return True

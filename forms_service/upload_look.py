"""What the first look does with an upload: open it, judge its pictures, ask whether it is the right paper.

Runs only in the looking process; everything heavy is imported here.  Told in the order in which it
costs time, so that the clearest remarks come even when the time allowed is short.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.messages import say
from forms_service.ocr.attachments.reader import look_at_type
from forms_service.ocr.page_images import PageImage, iterate_pages
from forms_service.ocr.page_text import load_here
from forms_service.ocr.picture_quality import Flaw, PictureQuality, judge_picture, what_to_do
from forms_service.reading_process import ReadingRequest
from forms_service.spec_catalogue import load_document_types
from forms_service.whose_page import FORM, NOBODY, SeenPage, is_cover, refusal_of, see_page

_RECOGNISED_PAGES = 1
"""Pages whose words are looked at: what a document is stands on its first."""


def warm_up() -> None:
    """Load what a look needs before anybody waits for it.

    Nothing that starts a thread (onnxruntime does): the process that waits is forked.
    """
    load_here()


def look_over(request: ReadingRequest, original: bytes) -> Iterator[dict[str, Any]]:
    """Tell what the sender should know at once, one remark at a time, and at last that all was seen."""
    pages: list[tuple[SeenPage, PictureQuality]] = []
    try:
        images = iterate_pages(original, request.filename)
        for image in images:
            pages.append((see_page(image, request), judge_picture(image.pixels)))
            if len(pages) == 2:  # only now is it known that the first page is one of several
                yield from _flaws(*pages[0], of_several=True)
            if len(pages) >= 2:
                yield from _flaws(*pages[-1], of_several=True)
    except UnreadableDocument as problem:
        yield {"refusal": problem.message.as_dict()}
        return
    if len(pages) == 1:
        yield from _flaws(*pages[0], of_several=False)
    yield from map(_warning, _wrong_paper(request, pages))
    yield {"whole": True}


def _flaws(page: SeenPage, quality: PictureQuality, of_several: bool) -> Iterator[dict[str, Any]]:
    for flaw in quality.flaws:
        yield _warning(what_to_do(flaw, page.image.page if of_several else None))


def _warning(message: LocalizedText) -> dict[str, Any]:
    return {"warning": message.as_dict()}


def _wrong_paper(
    request: ReadingRequest, pages: list[tuple[SeenPage, PictureQuality]]
) -> Iterator[LocalizedText]:
    """What speaks against this being the paper it is handed in as."""
    marked = [page for page, _ in pages if page.identity is not None and not is_cover(page)]
    if marked:
        if not any(page.ours for page in marked):
            first = marked[0]
            yield refusal_of(str(first.problem), first.identity or NOBODY, request)
        return
    readable = [(page.image, quality) for page, quality in pages if not quality.is_hopeless]
    if request.document_type == FORM:
        if readable and not any(quality.figures.marks for _, quality in pages):
            yield say("not_the_form")
    elif request.document_type is not None:
        for image, quality in readable[:_RECOGNISED_PAGES]:
            if Flaw.BLURRED not in quality.flaws:
                yield from _other_document(request, image)


def _other_document(request: ReadingRequest, image: PageImage) -> Iterator[LocalizedText]:
    types = load_document_types(Path(request.spec_folder))
    found = look_at_type(image.pixels, types, str(request.document_type))
    if found is not None:
        yield found.message

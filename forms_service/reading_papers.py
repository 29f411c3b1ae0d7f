"""Reads the papers of an upload: the one it was sent as or shows best, and every further one for itself.

Runs only in the reading process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from forms_service.ocr.attachments import AttachmentReading, read_attachment
from forms_service.ocr.attachments.page_reading import Care
from forms_service.ocr.attachments.recognition import UNKNOWN
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.picture_quality import Flaw
from forms_service.reading_process import ReadingRequest, begin_page
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.whose_page import FORM


def read_papers(
    request: ReadingRequest, images: Sequence[PageImage], catalogue: SpecCatalogue, folder: Path
) -> dict[str, Any]:
    """Give what a file of papers adds to the result: its main document, its warnings, and the others."""
    declared = request.document_type if request.document_type != FORM else None
    reading = read_attachment(
        images,
        catalogue.document_types(),
        declared,
        date.fromisoformat(request.on),
        lambda page: _at_page(page, request, folder),
    )
    place = {image.page: number for number, image in enumerate(images)}
    return {
        **_document(reading),
        "seen_as": reading.seen_as,
        "warnings": [one.message for one in reading.warnings],
        "others": [
            {
                **_document(other),
                "warnings": [one.message.as_dict() for one in other.warnings],
                "pages": [place[page] for page in other.pages],
            }
            for other in reading.others
        ],
    }


def papers_behind_form(
    request: ReadingRequest, images: Sequence[PageImage], catalogue: SpecCatalogue, folder: Path
) -> list[dict[str, Any]]:
    """Give the papers among pages that are no form's, each with its pages (from 1); unknown ones are left out."""
    if not images:
        return []
    types = catalogue.document_types()
    reading = read_attachment(
        images, types, None, date.fromisoformat(request.on), lambda page: _at_page(page, request, folder)
    )
    no_papers = {UNKNOWN, *(types.types[FORM].reads_as if FORM in types.types else ())}
    return [
        {
            **_document(paper),
            "warnings": [one.message.as_dict() for one in paper.warnings if one.code not in _TOLD_WITH_FORM],
            "pages": list(paper.pages),
        }
        for paper in (reading, *reading.others)
        if paper.class_id not in no_papers
    ]


_TOLD_WITH_FORM = frozenset((*Flaw, "several_documents"))
"""What is said of every page of the file already, or goes without saying."""


def _document(reading: AttachmentReading) -> dict[str, Any]:
    """What one document of a file says."""
    found = reading.as_dict()
    return {
        "document_class": None if reading.class_id == UNKNOWN else reading.class_id,
        **{key: found[key] for key in ("facts", "fact_confidences", "valid_until", "confidence")},
    }


@contextmanager
def _at_page(page: int, request: ReadingRequest, folder: Path) -> Iterator[Care]:
    """A page of a paper is at work: where it ended readings before, it is read more carefully."""
    begin_page(folder, page, request.page_seconds, of_a_paper=True)
    yield Care(min(request.ended_at.count(page), max(Care)))
    begin_page(folder, None, request.page_seconds)  # not where an error ends the reading: it is this page's

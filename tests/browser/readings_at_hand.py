"""Papers read at once, as if their words were known: for tests of pages, which ask how a reading is shown.

What is at hand is what the text recogniser says of the demonstration's papers; only it is not asked.  A file
that cannot be opened goes the real way.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from demonstration import ANSWERS
from PIL import Image

from core.dossier import dossier_from_answers
from forms_service.ocr.attachments.warnings import SENTENCES
from forms_service.reading_limits import ReadingLimits
from forms_service.reading_process import ReadingOutcome, ReadingRequest, run_reading
from forms_service.services import left_pages, reading_results, stack_intake
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.upload_reading import _result
from forms_service.whose_page import FORM
from tests.browser.prepared_dossier import form_pages, printed_extractions

_KNOWN = {"birth": "birth_extract"}
"""What the demonstration's papers are recognised as; a sheet that says no more than a bank's name as nothing."""
_A_SHEET = {
    "page": 1,
    "blank": False,
    "marked": False,
    "by_print": None,
    "warnings": [],
    "unclear": False,
    "blurred": False,
}
_NO_PAGE_OF_OURS = {
    "image": "page-0.png",
    "scale": 1.0,
    "form": None,
    "version": None,
    "form_page": None,
    "form_pages": None,
    "variant": "",
    "reference": None,
    "ours": False,
    "registered": False,
}


@contextmanager
def readings_at_hand(folder: Path) -> Iterator[None]:
    """Read what the demonstration sends without recognising any text, until the block ends."""

    @contextmanager
    def read(
        request: ReadingRequest, original: bytes, limits: ReadingLimits, scratch: Path
    ) -> Iterator[ReadingOutcome]:
        result = _at_hand(request, original, folder)
        if result is not None:
            yield ReadingOutcome(result, folder)
        else:
            with run_reading(request, original, limits, scratch) as outcome:
                yield outcome

    with (
        patch.object(reading_results, "run_reading_of_pages", read),
        patch.object(stack_intake, "run_reading", read),
        patch.object(left_pages, "run_reading", read),
    ):
        yield


def _at_hand(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any] | None:
    if request.document_type == FORM:
        return _form(request, original, folder)
    if original.startswith(b"%PDF-"):
        return None
    if request.mode == "sheets":
        return {"refused": None, "count": 1, "sheets": [_A_SHEET]}
    Image.open(io.BytesIO(original)).convert("L").save(folder / "page-0.png")
    if request.mode == "leaves":
        return {"leaves": [[1, "page-0.png"]]}
    known = _KNOWN.get(request.document_type or "")
    warnings = [] if known else [SENTENCES["unrecognised"]]
    confidence = 0.897 if known else 0.09
    return _result(
        "read", pages=[_NO_PAGE_OF_OURS], warnings=warnings, document_class=known, confidence=confidence
    )


def _form(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    spec = SpecCatalogue.load().get(request.form_id, request.version)
    extractions, _ = printed_extractions(spec, dossier_from_answers(spec, ANSWERS).dossier.answers())
    pages = form_pages(spec, request.reference, original, folder)
    return _result(
        "read", pages=pages, extractions=extractions, is_form=True, signed_paper=True, confidence=1.0
    )

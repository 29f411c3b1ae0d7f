"""Find the QR code of a receipt in a picture somebody sent; runs in the limited process for uploads."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import UnreadableDocument
from forms_service.ocr.page_images import iterate_pages
from forms_service.ocr.receipt_code import find_code
from forms_service.reading_process import ReadingRequest
from forms_service.receipt_codes import CODE_PREFIX
from forms_service.receipts import names_in

_MOST_NAMES, _LONGEST_NAME = 500, 2000


def scan_receipt(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """The text of the code on a photo or scan, None when it shows none or is no picture; and a PDF's names."""
    found: dict[str, Any] = {"code": None, "names": []}
    if b"%PDF-" in original[:1024]:
        found["names"] = [name[:_LONGEST_NAME] for name in names_in(original)[:_MOST_NAMES]]
    with suppress(UnreadableDocument):
        found["code"] = find_code(iterate_pages(original, request.filename), CODE_PREFIX)
    return found

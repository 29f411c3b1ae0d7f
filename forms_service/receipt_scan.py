"""Find the QR code of a receipt in a picture somebody sent; runs in the limited process for uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import UnreadableDocument
from forms_service.ocr.page_images import iterate_pages
from forms_service.ocr.receipt_code import find_code
from forms_service.reading_process import ReadingRequest
from forms_service.receipt_codes import CODE_PREFIX


def scan_receipt(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """The text of the code on a photo or scan; None when it shows none or is no picture."""
    try:
        return {"code": find_code(iterate_pages(original, request.filename), CODE_PREFIX)}
    except UnreadableDocument:
        return {"code": None}

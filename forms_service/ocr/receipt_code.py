"""Reads the QR code of a receipt from a photo or scan of the paper."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import zxingcpp

from forms_service.ocr.page_identity import views_to_search
from forms_service.ocr.page_images import PageImage


def find_code(pages: Iterable[PageImage], mark: str) -> str | None:
    """The text of the first QR code that holds ``mark``, in any rotation; None when there is none."""
    for page in pages:
        for view, _scale, binarizer in views_to_search(page.pixels):
            found = zxingcpp.read_barcodes(
                np.ascontiguousarray(view), formats=zxingcpp.BarcodeFormat.QRCode, binarizer=binarizer
            )
            for code in found:
                if mark in code.text:
                    return code.text
    return None

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest

from forms_service.ocr import page_text
from forms_service.ocr.page_text import PageText

_read: dict[tuple[object, ...], PageText] = {}


@pytest.fixture(scope="module", autouse=True)
def each_picture_read_once() -> Iterator[None]:
    """The recogniser sees the same picture once: many tests ask other things of the same page."""
    read_once = page_text._read_once

    def read_or_known(pixels: np.ndarray, *how: object) -> PageText:
        picture = (
            hashlib.sha256(np.ascontiguousarray(pixels)).digest(),
            pixels.shape,
            str(pixels.dtype),
            *how,
        )
        if picture not in _read:
            _read[picture] = read_once(pixels, *how)  # type: ignore[arg-type]
        return _read[picture]

    page_text._read_once = read_or_known
    yield
    page_text._read_once = read_once

"""QR codes: what is written is read, small and sturdy enough to be photocopied."""

from __future__ import annotations

import random

import numpy as np
import pytest
import zxingcpp

from core.placement import QR_SIZE_MM, PageIdentity
from core.receipt import new_reference
from forms_service.render.qr_code import QrRows, qr_rows

TEXTS = [
    "A",
    "CN1:310-1-32:1:1/2:6MWU-T4A5-HTG3:418A",
    "https://example.ma/receipts/6MWU-T4A5-HTG3?code=" + "AbC7-" * 60,
    "شقة 12، زنقة N'Guyen",
    "Né à Fès – 12 €",
]


QUIET_MODULES = 4
"""White modules that the norm leaves free on each side for readers to find the code."""


def picture(rows: QrRows, pixels_per_module: int = 4) -> np.ndarray:
    """The code as it is seen, with its quiet zone."""
    framed = np.pad(np.array(rows, bool), QUIET_MODULES)
    return np.kron(np.where(framed, 0, 255).astype(np.uint8), np.ones((pixels_per_module,) * 2, np.uint8))


def read(rows: QrRows) -> zxingcpp.Barcode:
    (code,) = zxingcpp.read_barcodes(picture(rows))
    return code


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_written_is_read(text: str) -> None:
    """Codes, addresses, Arabic and accents come back letter for letter."""
    code = read(qr_rows(text))
    assert (code.format, code.text) == (zxingcpp.BarcodeFormat.QRCode, text)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_a_code_is_at_least_as_sturdy_as_asked(text: str, level: str) -> None:
    """A higher level is taken when it costs no larger code, a lower one never."""
    order = "LMQH"
    rows = qr_rows(text, level)  # type: ignore[arg-type]
    reached = order.index(read(rows).ec_level)
    assert reached >= order.index(level)
    for higher in order[reached + 1 :]:
        assert len(qr_rows(text, higher)) > len(rows)  # type: ignore[arg-type]


def test_a_quarter_may_be_lost() -> None:
    """The code of a page is still read with a stain over its middle."""
    identity = PageIdentity("310-1-32", 1, 1, 2, new_reference(random.Random(3).randrange))
    seen = picture(qr_rows(identity.encode()), 8)
    middle, stain = seen.shape[0] // 2, 26
    seen[middle - stain : middle + stain, middle - stain : middle + stain] = 255
    (code,) = zxingcpp.read_barcodes(seen)
    assert PageIdentity.decode(code.text) == identity


def test_modules_of_a_page_identity_stay_large_enough_to_print() -> None:
    """With a form of a long name, a reference and a variant, a module keeps half a millimetre."""
    identity = PageIdentity("312-10-124", 12, 10, 12, "7K3Q-9XMB-2FTC", "C1F3")
    assert QR_SIZE_MM / len(qr_rows(identity.encode())) >= 0.5


def test_no_text_makes_no_code() -> None:
    """Nothing to say, and too much to say, are both refused."""
    for text in ("", "A" * 8000):
        with pytest.raises(ValueError):
            qr_rows(text)

"""Straightening, and the words of every warning: pixels in, no recogniser."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_service.ocr.attachments import page_reading, read_attachment, reader
from forms_service.ocr.attachments.straighten import straighten
from forms_service.ocr.attachments.warnings import WARNING_CODES, warn
from forms_service.spec_catalogue import SpecCatalogue
from tests.ocr.attachments.drawn import ON, drawn_page, page_image
from tests.ocr.attachments.test_facts import page as saying


@pytest.mark.parametrize("code", sorted(WARNING_CODES))
def test_every_warning_is_worded_in_both_languages(code: str) -> None:
    said = {"seen": "x", "expected": "y", "until": "01/01/2026", "year": "2025/2026"}
    said |= {"form": "311-1-14", "number": "2", "form_page": "1", "form_pages": "3", "pages": "1, 2"}
    message = warn(code, 2, **said).message
    assert message.ar
    assert message.fr
    assert "{" not in message.ar + message.fr


def _row_contrast(pixels: np.ndarray) -> float:
    rows = (pixels < 140).sum(axis=1).astype(float)
    return float(np.square(np.diff(rows)).sum())


@pytest.mark.parametrize("name", ["birth_extract", "bank_attestation", "marriage_act"])
@pytest.mark.parametrize("degrees", [-6.0, -2.5, 1.0, 4.5])
def test_a_crooked_page_is_levelled(name: str, degrees: float) -> None:
    pixels = drawn_page(name)[0].pixels
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    crooked = cv2.warpAffine(pixels, matrix, (width, height), borderValue=248)
    assert _row_contrast(straighten(crooked)) > 0.6 * _row_contrast(straighten(pixels))


def test_a_page_lying_on_its_side_is_put_upright() -> None:
    pixels = drawn_page("bank_attestation")[0].pixels
    height, width = straighten(np.ascontiguousarray(np.rot90(pixels))).shape
    assert height > width


def test_a_sheet_on_a_dark_desk_is_cut_out() -> None:
    pixels = drawn_page("birth_extract")[0].pixels
    height, width = pixels.shape
    desk = np.full((height + 500, width + 600), 60, np.uint8)
    desk[250:-250, 300:-300] = pixels
    flat = straighten(desk)
    assert flat.shape[0] / flat.shape[1] == pytest.approx(height / width, rel=0.03)
    assert np.percentile(flat, 5) > 60


def test_pale_print_is_laid_level_like_black_print() -> None:
    pixels = drawn_page("birth_extract")[0].pixels
    pale = (255 - (255 - pixels.astype(float)) * 0.3).astype(np.uint8)
    assert straighten(pale).shape == straighten(pixels).shape
    print_left = straighten(pale) < 200
    assert np.mean(print_left == (straighten(pixels) < 120)) > 0.97


@pytest.fixture
def nine_pages(monkeypatch: pytest.MonkeyPatch):
    """Read a file of an account's attestation on eight pages and a death certificate on the ninth."""
    said = iter([["RELEVE D'IDENTITE BANCAIRE"], *[["suite"]] * 7, ["EXTRAIT D'ACTE DE DECES"]])
    monkeypatch.setattr(page_reading, "_read", lambda *_: (saying(next(said)), False))
    pixels = drawn_page("bank_attestation")[0].pixels[::3, ::3]  # what it shows is said, not read
    pages = [page_image(pixels, number) for number in range(1, 10)]
    return lambda: read_attachment(pages, SpecCatalogue.load().types, on=ON)


def test_the_last_page_of_a_long_file_is_read_too(nine_pages) -> None:
    reading = nine_pages()
    papers = {one.class_id: one.pages for one in (reading, *reading.others)}
    assert papers["death_certificate"] == (9,)
    assert "too_many_to_read" not in [one.code for one in reading.warnings]


def test_pages_there_is_no_time_for_are_named(nine_pages, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([True] * 6 + [False])
    monkeypatch.setattr(reader, "_in_time", lambda: lambda: next(looks))
    reading = nine_pages()
    assert (reading.class_id, reading.pages) == ("bank_attestation", tuple(range(1, 8)))
    (told,) = [one.message for one in reading.warnings if one.code == "too_many_to_read"]
    assert "8, 9." in told.fr and "8، 9." in told.ar

"""Quality at the door and straightening: pixels in, no recogniser."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_service.ocr.attachments.page_quality import judge_quality
from forms_service.ocr.attachments.straighten import straighten
from forms_service.ocr.attachments.warnings import WARNING_CODES, warn
from tests.ocr.attachments.drawn import drawn_page, page_image

PAGES = ("birth_extract", "identity_card", "bank_attestation", "marriage_act", "cheque")


def codes(pixels: np.ndarray) -> list[str]:
    return [warning.code for warning in judge_quality(page_image(pixels))]


@pytest.mark.parametrize("name", PAGES)
def test_a_good_page_raises_no_warning(name: str) -> None:
    assert codes(drawn_page(name)[0].pixels) == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wear", ["soft_focus", "lamp_light", "bleed_through", "wavy_paper"])
def test_ordinary_wear_raises_no_warning(name: str, wear: str) -> None:
    assert codes(drawn_page(name, wear=wear)[0].pixels) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_lost_focus_is_noticed(name: str) -> None:
    assert codes(cv2.GaussianBlur(drawn_page(name)[0].pixels, (0, 0), 4.0)) == ["blurred"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_the_dark_is_noticed(name: str) -> None:
    assert "dark" in codes((drawn_page(name)[0].pixels * 0.3).astype(np.uint8))


def test_a_blank_sheet_is_noticed_even_with_noise_and_a_shadow() -> None:
    sheet = np.full((2339, 1654), 246.0) - np.linspace(0, 60, 1654)
    sheet += np.random.default_rng(3).normal(0, 4, sheet.shape)
    assert codes(np.clip(sheet, 0, 255).astype(np.uint8)) == ["blank"]


def test_a_thumbnail_is_too_small() -> None:
    pixels = drawn_page("birth_extract")[0].pixels
    assert codes(cv2.resize(pixels, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)) == ["too_small"]


@pytest.mark.parametrize("code", sorted(WARNING_CODES))
def test_every_warning_is_worded_in_both_languages(code: str) -> None:
    message = warn(code, 2, seen="x", expected="y", until="01/01/2026").message
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

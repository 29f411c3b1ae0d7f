"""Quality at the door: each flaw on both sides of its limit, and nothing told of a good page."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from forms_service.ocr.picture_figures import measure
from forms_service.ocr.picture_quality import Flaw, judge_picture, what_to_do
from forms_service.rehearsal import bad_pictures as bad
from tests.ocr.attachments.drawn import drawn_page
from tests.ocr.drawn_form import blank_page

DOCUMENTS = ("birth_extract", "identity_card", "bank_attestation", "marriage_act", "cheque")
DOCUMENT_DPI, FORM_DPI = 200, 300


@cache
def document(name: str = "birth_extract") -> np.ndarray:
    return drawn_page(name)[0].pixels


@cache
def form_page() -> np.ndarray:
    return blank_page(1, "26-7")


def flaws(pixels: np.ndarray) -> list[Flaw]:
    return list(judge_picture(pixels).flaws)


def chance(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- good pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dpi"),
    [
        *((name, dpi) for name in ("form", "birth_extract") for dpi in (150, 200, 240, 300, 450, 600)),
        *((name, dpi) for name in DOCUMENTS if name != "birth_extract" for dpi in (150, 300)),
    ],
)
def test_a_good_scan_at_any_usual_resolution_raises_nothing(name: str, dpi: int) -> None:
    page, native = (form_page(), FORM_DPI) if name == "form" else (document(name), DOCUMENT_DPI)
    assert flaws(bad.from_afar(page, native, dpi)) == []


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("wear", ["soft_focus", "lamp_light", "bleed_through", "wavy_paper"])
def test_ordinary_wear_raises_nothing(name: str, wear: str) -> None:
    assert flaws(drawn_page(name, wear=wear)[0].pixels) == []


@pytest.mark.parametrize("degrees", [-20.0, -7.0, 12.0, 90.0, 180.0])
def test_a_crooked_or_turned_page_is_fine(degrees: float) -> None:
    page = document()
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    reach = np.abs(matrix[:, :2]) @ (width, height)
    matrix[:, 2] += reach / 2 - (width / 2, height / 2)
    size = (int(reach[0]), int(reach[1]))
    assert flaws(cv2.warpAffine(page, matrix, size, flags=cv2.INTER_CUBIC, borderValue=248)) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_slanted_photo_on_a_desk_is_fine(name: str) -> None:
    assert flaws(bad.on_a_desk(document(name), 0.08, 0.04)) == []


# --- each flaw, on both sides of its limit --------------------------------------------------------


@pytest.mark.parametrize(("blur_mm", "expected"), [(0.15, []), (0.5, [Flaw.BLURRED])])
@pytest.mark.parametrize("name", ["form", *DOCUMENTS])
def test_a_lost_focus_is_told(name: str, blur_mm: float, expected: list[Flaw]) -> None:
    page, dpi = (form_page(), FORM_DPI) if name == "form" else (document(name), DOCUMENT_DPI)
    assert flaws(bad.out_of_focus(page, dpi, blur_mm)) == expected


@pytest.mark.parametrize("degrees", [0.0, 45.0, 90.0])
@pytest.mark.parametrize(("path_mm", "expected"), [(0.4, []), (1.6, [Flaw.BLURRED])])
def test_a_moved_hand_is_told_whatever_its_direction(
    degrees: float, path_mm: float, expected: list[Flaw]
) -> None:
    assert flaws(bad.shaken(document(), DOCUMENT_DPI, path_mm, degrees)) == expected


@pytest.mark.parametrize(("light", "expected"), [(0.5, []), (0.25, [Flaw.DARK]), (0.08, [Flaw.DARK])])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_in_the_dark_is_told(name: str, light: float, expected: list[Flaw]) -> None:
    assert flaws(bad.in_the_dark(document(name), light, chance())) == expected


@pytest.mark.parametrize(("ink", "expected"), [(0.25, []), (0.08, [Flaw.PALE])])
def test_pale_print_is_told(ink: float, expected: list[Flaw]) -> None:
    assert flaws(bad.pale(document("birth_extract"), ink)) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.0005, []), (0.03, [Flaw.GLARE]), (0.08, [Flaw.GLARE])])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_reflected_lamp_is_told_once_print_is_lost(share: float, expected: list[Flaw], seed: int) -> None:
    assert flaws(bad.lamp_reflected(document(), share, chance(seed))) == expected


def test_a_white_label_on_dull_paper_is_no_glare() -> None:
    page = (document() * 0.8).astype(np.uint8)
    page[600:900, 400:1000] = 255
    assert Flaw.GLARE not in flaws(page)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize(("share", "expected"), [(0.01, []), (0.2, [Flaw.CUT_OFF])])
def test_a_form_cut_by_the_picture_is_told_by_its_corner_marks(
    side: str, share: float, expected: list[Flaw]
) -> None:
    assert flaws(bad.cut_off(form_page(), share, side)) == expected


def test_writing_that_runs_out_of_the_picture_is_told() -> None:
    page = document("marriage_act")
    assert flaws(bad.cut_off(page, 0.15, "right")) == [Flaw.CUT_OFF]
    assert flaws(bad.cut_off(page, 0.03, "right")) == []


def test_a_sheet_that_lies_half_beside_the_photo_is_told() -> None:
    assert Flaw.CUT_OFF in flaws(bad.on_a_desk(document(), shift=0.3))
    assert flaws(bad.on_a_desk(document(), shift=0.02)) == []


def sky_over_a_field() -> np.ndarray:
    """As light as paper above, dark and uneven below, leaves before it, and nothing written anywhere."""
    rng = chance()
    noise = rng.normal(0, 1, (1200, 1600))
    ground = cv2.GaussianBlur(noise, (0, 0), 12) * 250
    scene = np.where(np.arange(1200)[:, None] < 760, 165 + noise, 60 + ground)
    for _ in range(40):
        place, size = (int(rng.integers(1600)), int(rng.integers(500, 1200))), (int(rng.integers(20, 90)), 12)
        cv2.ellipse(scene, place, size, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(20, 90)), -1)
    return cv2.GaussianBlur(scene.clip(0, 255).astype(np.uint8), (0, 0), 1.2)


def test_a_picture_without_any_paper_is_not_called_a_sheet_cut_off() -> None:
    seen = flaws(sky_over_a_field())
    assert Flaw.NO_SHEET in seen and Flaw.CUT_OFF not in seen


def test_a_sheet_cut_off_close_to_its_first_lines_is_still_a_sheet() -> None:
    assert Flaw.NO_SHEET not in flaws(bad.on_a_desk(document(), shift=0.45))


def test_a_smudged_corner_mark_inside_the_picture_is_not_cut_off() -> None:
    page = form_page().copy()
    page[:260, :260] = 255
    assert measure(page).marks == 3
    assert flaws(page) == []


@pytest.mark.parametrize(("dpi", "expected"), [(130, []), (80, [Flaw.TOO_SMALL]), (40, [Flaw.TOO_SMALL])])
def test_a_form_taken_from_too_far_is_told(dpi: int, expected: list[Flaw]) -> None:
    assert flaws(bad.from_afar(form_page(), FORM_DPI, dpi)) == expected


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_thumbnail_is_too_small(name: str) -> None:
    assert flaws(bad.from_afar(document(name), DOCUMENT_DPI, 45)) == [Flaw.TOO_SMALL]


def test_two_sheets_in_one_photo_are_told() -> None:
    assert flaws(bad.side_by_side(document(), document("marriage_act"))) == [Flaw.SEVERAL_PAGES]
    assert flaws(bad.side_by_side(form_page(), form_page())) == [Flaw.SEVERAL_PAGES]


def test_both_sides_of_a_card_in_one_photo_are_fine() -> None:
    card = cv2.resize(document("identity_card")[100:640, 60:920], (1014, 640))
    assert Flaw.SEVERAL_PAGES not in flaws(bad.side_by_side(card, card))


@pytest.mark.parametrize("shade", [0.0, 40.0, 90.0])
def test_an_empty_sheet_is_blank_even_with_noise_and_a_shadow(shade: float) -> None:
    assert flaws(bad.empty_sheet((2339, 1654), chance(), shade)) == [Flaw.BLANK]


def test_a_single_line_of_writing_is_not_blank() -> None:
    sheet = bad.empty_sheet((2339, 1654), chance())
    cv2.putText(sheet, "Attestation sur l'honneur, Rabat", (300, 900), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 30, 3)
    assert Flaw.BLANK not in flaws(sheet)


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize("flaw", list(Flaw))
def test_every_flaw_says_what_to_do_and_on_which_page(flaw: Flaw) -> None:
    alone, third = what_to_do(flaw), what_to_do(flaw, 3)
    assert third.ar.endswith(alone.ar)
    assert third.fr.endswith(alone.fr)
    assert "3" in third.ar.removesuffix(alone.ar)
    assert "3" in third.fr.removesuffix(alone.fr)
    assert ":" in alone.ar
    assert " : " in alone.fr

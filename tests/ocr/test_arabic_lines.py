"""The recogniser of Arabic lines on fonts it was never trained on, and on pictures that are no line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from forms_service.ocr import arabic_lines, line_network
from forms_service.ocr.arabic_lines import MODEL, logical_order, normalised, read_line, visual_order
from forms_service.rehearsal.material import font_files

UNTRAINED = ("noto/NotoKufiArabic-Regular.ttf", "noto/NotoNaskhArabic-Regular.ttf")
LINES = (
    *("كريم", "عبد الرحيم", "إدريس بناني", "سكينة الفاسي", "حي الرياض", "بني ملال", "القنيطرة"),
    *("دوار أولاد صالح", "12 زنقة ابن سينا", "103 شارع الزرقطوني", "تجزئة الأمل رقم 47", "مناجم جرادة"),
)


def drawn(text: str, font: Path, size_px: int = 42, ink: int = 20, paper: int = 245) -> np.ndarray:
    """A clean picture of one line, as 300 dpi gives it."""
    face = ImageFont.truetype(str(font), size_px)
    settings = {"direction": "rtl", "language": "ar"}
    left, top, right, bottom = face.getbbox(text, anchor="ls", **settings)
    sheet = Image.new("L", (right - left + 30, bottom - top + 24), paper)
    ImageDraw.Draw(sheet).text((15 - left, 12 - top), text, font=face, fill=ink, anchor="ls", **settings)
    return np.asarray(sheet)


@pytest.mark.parametrize("font", font_files(UNTRAINED), ids=lambda path: path.stem)
def test_lines_in_fonts_it_never_saw_are_read(font: Path) -> None:
    read = {text: read_line(drawn(text, font)).text for text in LINES}
    wrong = {text: found for text, found in read.items() if found != text}
    assert len(wrong) <= 1, wrong


def test_numbers_come_out_in_logical_order() -> None:
    font = font_files(UNTRAINED)[0]
    assert read_line(drawn("شارع الحسن رقم 274", font)).text == "شارع الحسن رقم 274"


def test_a_smaller_fainter_blurred_scan_is_read_too() -> None:
    line = drawn("عبد اللطيف المنصوري", font_files(UNTRAINED)[0], size_px=34, ink=90, paper=210)
    assert read_line(cv2.GaussianBlur(line, (0, 0), 0.9)).text == "عبد اللطيف المنصوري"


def test_a_certain_reading_is_more_certain_than_one_of_a_spoilt_line() -> None:
    line = drawn("سكينة الفاسي", font_files(UNTRAINED)[0])
    spoilt = cv2.resize(cv2.GaussianBlur(line, (0, 0), 4.5), None, fx=0.5, fy=0.5)
    assert read_line(line).confidence > 0.9
    assert read_line(spoilt).confidence < read_line(line).confidence


def test_latin_writing_is_not_taken_for_arabic() -> None:
    face = ImageFont.truetype(str(font_files(("liberation/LiberationSans-Regular.ttf",))[0]), 42)
    for text in ("Benjelloun", "Rue Oqba", "Casablanca", "Karim El Fassi"):
        sheet = Image.new("L", (420, 80), 245)
        ImageDraw.Draw(sheet).text((12, 12), text, font=face, fill=10)
        found = read_line(np.asarray(sheet))
        assert found.text == "" or found.confidence < 0.9, (text, found)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((60, 300), 245, np.uint8),
        np.zeros((60, 300), np.uint8),
        np.full((1, 1), 10, np.uint8),
        np.zeros((0, 0), np.uint8),
        np.zeros((40, 60, 3), np.uint8),
    ],
    ids=["blank", "black", "one pixel", "empty", "colour"],
)
def test_a_picture_without_a_line_reads_as_nothing(picture: np.ndarray) -> None:
    assert read_line(picture) == arabic_lines.ArabicLine("", 0.0)


def test_tiny_and_huge_pictures_are_handled() -> None:
    line = drawn("القنيطرة", font_files(UNTRAINED)[0])
    tiny = cv2.resize(line, (7, 3), interpolation=cv2.INTER_AREA)
    huge = cv2.resize(line, None, fx=12, fy=12, interpolation=cv2.INTER_LINEAR)
    long = np.tile(line, (1, 60))
    assert 0.0 <= read_line(tiny).confidence <= 1.0
    assert read_line(huge).text == "القنيطرة"
    assert normalised(long).shape[1] <= line_network.WIDEST_PX + 2 * line_network.SIDE_PX + 2
    assert 0.0 <= read_line(long).confidence <= 1.0


def test_the_same_picture_always_reads_the_same() -> None:
    lines = [drawn(text, font_files(UNTRAINED)[0]) for text in LINES[:4]]
    first = [read_line(line) for line in lines]
    assert [read_line(line) for line in reversed(lines)][::-1] == first


def test_the_shipped_weights_are_the_recorded_ones() -> None:
    recorded = MODEL.with_suffix(".sha256").read_text().split()[0]
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() == recorded
    assert MODEL.stat().st_size < 4_000_000


def test_visual_order_is_what_the_bidirectional_algorithm_shows() -> None:
    from bidi import get_display

    for text in ("12 زنقة ابن سينا", "حي الأمل رقم 7", "شارع 9/12 عمارة ب", "كلم 12.5 طريق فاس", "رقم ٤٥ حي"):
        assert visual_order(text) == get_display(text, base_dir="R")


@given(
    st.lists(
        st.one_of(
            st.text("ابتثجحخدذرزسلمنهوي", min_size=1, max_size=6),
            st.from_regex(r"[0-9]{1,4}", fullmatch=True),
        ),
        max_size=6,
    )
)
def test_logical_order_undoes_visual_order(words: list[str]) -> None:
    text = " ".join(words)
    assert logical_order(visual_order(text)) == text

"""The recogniser of Latin lines on fonts it was never trained on, and on pictures that are no line."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from forms_service.ocr.latin_lines import MODEL, chances, read_line
from forms_service.ocr.look_alikes import mend_latin
from forms_service.rehearsal.material import PROVING, font_files
from training.latin_lines.words import GENERIC, LatinLines, folded, kept_apart

UNTRAINED = (
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSerif.ttf",
    "liberation/LiberationSerif-Regular.ttf",
    "liberation/LiberationMono-Regular.ttf",
    "noto/NotoSans-Regular.ttf",
)
LINES = (
    *(
        "Benjelloun",
        "EL KHATTABI",
        "Aïcha Chraïbi",
        "NAÏMA",
        "N'Guyen",
        "Ait-Melloul",
        "Fès",
    ),
    *("103, boulevard Zerktouni", "Hay Riad n° 27", "Lot Al Amal (bloc B)", "Imm. 12/4, étage 7"),
    *("karim.alaoui_07@menara.ma", "rnm-ill.10@exemple.net", "98 765,40", "1200.05", "06 61 23 45 67"),
)
ARABIC = ("القنيطرة", "عبد الرحيم بناني", "شارع الزرقطوني")


def drawn(text: str, font: Path, size_px: int = 42, ink: int = 20, **settings: str) -> np.ndarray:
    """A clean picture of one line, as 300 dpi gives it."""
    face = ImageFont.truetype(str(font), size_px)
    left, top, right, bottom = (round(end) for end in face.getbbox(text, anchor="ls", **settings))
    sheet = Image.new("L", (right - left + 30, bottom - top + 24), 245)
    ImageDraw.Draw(sheet).text((15 - left, 12 - top), text, font=face, fill=ink, anchor="ls", **settings)
    return np.asarray(sheet)


@pytest.mark.parametrize("font", font_files(UNTRAINED), ids=lambda path: path.stem)
def test_lines_in_fonts_it_never_saw_are_read(font: Path) -> None:
    read = {text: mend_latin(read_line(drawn(text, font)).text) for text in LINES}
    wrong = {text: found for text, found in read.items() if found != text}
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("font", font_files(UNTRAINED), ids=lambda path: path.stem)
def test_a_soft_small_scan_keeps_its_accents(font: Path) -> None:
    for text in ("Hélène", "KÉNITRA", "Benoît Lefèvre"):
        soft = cv2.GaussianBlur(drawn(text, font, size_px=36, ink=80), (0, 0), 1.5)
        assert mend_latin(read_line(soft).text) == text


def test_arabic_writing_is_not_taken_for_latin() -> None:
    font = font_files(("noto/NotoNaskhArabic-Regular.ttf",))[0]
    for text in ARABIC:
        assert read_line(drawn(text, font, direction="rtl", language="ar")).text == ""


def test_only_characters_that_the_answer_may_hold_come_back() -> None:
    line = drawn("O7 l5,SB", font_files(UNTRAINED)[0])
    assert set(read_line(line, "0123456789.,").text) <= set("0123456789.,")
    assert read_line(drawn("47 150,25", font_files(UNTRAINED)[0]), "0123456789.,").text == "47150,25"


def test_the_ink_itself_speaks_for_one_of_two_texts() -> None:
    line = drawn("Skalli", font_files(UNTRAINED)[1])
    right, wrong, foreign = chances(line, ["Skalli", "Skailli", "سكلي"])
    assert right > 0.5 > wrong
    assert foreign == 0.0


@pytest.mark.parametrize(
    "picture",
    [np.full((60, 300), 245, np.uint8), np.full((1, 1), 10, np.uint8), np.zeros((0, 0), np.uint8)],
    ids=["blank", "one pixel", "empty"],
)
def test_a_picture_without_a_line_reads_as_nothing(picture: np.ndarray) -> None:
    assert read_line(picture).text == ""
    assert chances(picture, ["a"]) == [0.0]


def test_the_shipped_weights_are_the_recorded_ones() -> None:
    recorded = MODEL.with_suffix(".sha256").read_text().split()[0]
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() == recorded
    assert MODEL.stat().st_size < 4_000_000


def test_no_training_line_holds_a_word_that_readers_are_judged_on() -> None:
    apart = kept_apart()
    assert {"karim", "zerktouni", "menara", "lahlou", "khouribga"} <= apart
    proving = {folded(latin) for latin, _ in PROVING.last_names if folded(latin).isalpha()} - GENERIC
    assert proving and proving <= apart
    lines = LatinLines(["Rabat Meknès adresse conjoint"], lambda _rng: "")
    rng = random.Random(5)
    made = [lines.line(rng) for _ in range(4000)]
    assert not {word for text in made for word in re.findall(r"[a-zœæ°]+", folded(text))} & apart

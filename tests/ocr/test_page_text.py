"""Unknown pages are read in a process of their own, which may fail without harm."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.errors import MissingTool, UnreadableDocument
from forms_service.ocr.engine import LineMode, text_engine
from forms_service.ocr.page_text import read_page_text
from tests.ocr.drawn_form import LABEL_FONT

pytestmark = pytest.mark.tesseract


def _page(*lines: str) -> np.ndarray:
    image = Image.new("L", (1200, 500), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 120 * number), line, font=ImageFont.truetype(LABEL_FONT, 48), fill=0)
    return np.asarray(image)


def test_words_come_with_their_places():
    text = read_page_text(_page("Acte de mariage", "Rabat 2026"))
    assert text.lines == ("Acte de mariage", "Rabat 2026")
    rabat = next(word for word in text.words if word.text == "Rabat")
    assert rabat.left == pytest.approx(60, abs=15)
    assert rabat.top == pytest.approx(190, abs=25)
    assert 0.5 < rabat.confidence <= 1.0


def test_a_page_that_takes_too_long_is_given_up():
    with pytest.raises(UnreadableDocument) as caught:
        read_page_text(_page("x"), wall_limit_s=0.01)
    assert caught.value.code == "reading_timed_out"


def test_a_page_that_wants_too_much_memory_is_given_up():
    with pytest.raises(UnreadableDocument) as caught:
        read_page_text(_page("x"), memory_limit_mb=60)
    assert caught.value.code == "reading_failed"


def test_a_missing_language_is_told_before_anything_is_started():
    with pytest.raises(MissingTool):
        read_page_text(_page("x"), languages=("xyz",))


def test_the_crop_engine_keeps_to_its_charset():
    line = _page("12-34")[40:150]
    assert text_engine().read(line, "eng", LineMode.LINE, "0123456789").text.replace(" ", "") == "1234"
    assert text_engine().read(line, "eng", LineMode.LINE).text == "12-34"
    assert text_engine() is text_engine()

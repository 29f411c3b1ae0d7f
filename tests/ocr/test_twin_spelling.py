"""The two spellings of a name are read together only where the Arabic ink leaves room."""

from __future__ import annotations

import numpy as np
import pytest

from core.localized_text import Script
from forms_service.ocr import arabic_reader, field_reader, twin_spelling
from forms_service.ocr.arabic_lines import ArabicLine
from forms_service.ocr.crops import PAPER, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextReading
from forms_service.ocr.looks import DoubtedLine, LineReading
from forms_service.ocr.twin_spelling import settled_arabic

INK = ink_of(np.full((60, 300), PAPER, np.uint8))


def _settled(monkeypatch, latin: str, *readings: tuple[str, float], agreed: bool = True) -> LineReading:
    lines = [ArabicLine(*reading) for reading in readings]
    monkeypatch.setattr(twin_spelling, "nearly_read", lambda _: lines)
    arabic = LineReading(readings[0][0], readings[0][1], True, Script.ARAB)
    return settled_arabic(arabic, INK, LineReading(latin, 0.95, agreed, Script.LATN))


def test_the_nearly_read_spelling_of_the_same_name_is_proposed_and_doubted(monkeypatch):
    settled = _settled(monkeypatch, "Tazi", ("التاري", 0.6), ("التازي", 0.3))
    assert isinstance(settled, DoubtedLine)
    assert (settled.text, settled.confidence, settled.agreed) == ("التازي", 0.3, False)
    assert settled.doubt is Doubt.SETTLED_BY_TWIN


@pytest.mark.parametrize(
    ("latin", "readings", "agreed"),
    [
        ("Tazi", (("التازي", 0.6), ("التاري", 0.3)), True),  # already the same name
        ("Tazi", (("التاري", 0.97), ("التازي", 0.002)), True),  # clear ink is not overruled
        ("Tazi", (("التاري", 0.6), ("التاني", 0.3)), True),  # none is the same name
        ("Tazi", (("التاري", 0.6), ("التازي", 0.3)), False),  # the Latin one is unsure itself
    ],
)
def test_otherwise_the_reading_stays_as_it_was(monkeypatch, latin, readings, agreed):
    settled = _settled(monkeypatch, latin, *readings, agreed=agreed)
    assert (settled.text, settled.agreed) == (readings[0][0], True)


def test_a_gap_is_closed_when_the_latin_name_is_one_word(monkeypatch):
    assert _settled(monkeypatch, "Youssef", ("يو سف", 0.6), ("يوسف", 0.35)).text == "يوسف"


def test_what_was_settled_with_the_other_spelling_does_not_confirm_it():
    latin = LineReading("Tazi", 0.95, True, Script.LATN)
    independent = LineReading("التازي", 0.95, True, Script.ARAB)
    settled = DoubtedLine("التازي", 0.3, False, Script.ARAB, Doubt.SETTLED_BY_TWIN)
    assert field_reader._corroborate(latin, independent)
    assert not field_reader._corroborate(latin, settled)


class Counting:
    """An engine that reads always the same, and counts how often it was asked."""

    name = "counting"

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, 0

    def read(self, _image, _language, _mode, _charset=None):
        self.asked += 1
        return TextReading(self.text, 0.9)


@pytest.mark.parametrize(
    ("confidence", "seen", "asked", "text", "agreed"),
    [
        (0.95, "التازي", 1, "التازي", True),
        (0.95, "التاري", 2, "التازي", False),
        (0.3, "التازي", 1, "التازي", True),
        (0.3, "التاري", 2, "التاري", False),  # unsure, and two looks say one other text
    ],
)
def test_tesseract_confirms_and_overrules_only_what_is_unsure(
    monkeypatch, confidence, seen, asked, text, agreed
):
    monkeypatch.setattr(arabic_reader, "own_reading", lambda _: ArabicLine("التازي", confidence))
    page = np.full((400, 900), PAPER, np.uint8)
    page[100:140, 300:500] = 20
    engine = Counting(seen)
    reading = arabic_reader.read_arabic(ink_of(page), engine)
    assert (reading.text, reading.agreed, engine.asked) == (text, agreed, asked)


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        *(("بلوك ج رقم 9حي الرياض", "بلوك ج رقم 9 حي الرياض"), ("رقم12", "رقم 12")),
        *(("عمارة 12ب", "عمارة 12ب"), ("يو سف", "يوسف"), ("ر شيد", "رشيد"), ("نا دية", "نادية")),
        *(("بو عزة", "بو عزة"), ("عز الدين", "عز الدين"), ("بلوك د رقم 7", "بلوك د رقم 7")),
        *(("عبد الله", "عبد الله"), ("سيدي يو سف", "سيدي يوسف"), ("رضا و سعد", "رضا و سعد")),
    ],
)
def test_blanks_stand_where_arabic_has_them(monkeypatch, seen, text):
    monkeypatch.setattr(arabic_reader, "read_line", lambda _: ArabicLine(seen, 0.9))
    page = np.full((400, 900), PAPER, np.uint8)
    page[100:140, 300:500] = 20
    assert arabic_reader.own_reading(ink_of(page)).text == text

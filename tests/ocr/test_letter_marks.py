"""Accents and dots: what the ink shows must fit what was read before it is taken unseen."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.extraction import Verdict
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.ocr.crops import PAPER, Ink, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import LineMode, TextReading, text_engine
from forms_service.ocr.field_reader import read_fields
from forms_service.ocr.letter_marks import dots_on_line, has_unexplained_mark
from forms_service.ocr.looks import LineReading
from forms_service.ocr.registration import CANONICAL_SIZE_PX, PX_PER_MM
from forms_service.ocr.second_opinions import DoubtedLine, confirmed_email, confirmed_latin

FONTS = [
    f"/usr/share/fonts/truetype/{name}.ttf"
    for name in ("dejavu/DejaVuSans", "dejavu/DejaVuSerif", "liberation/LiberationSans-Regular")
]
BARE = {
    **{"NAÏMA": "NAIMA", "Fès": "Fes", "FÈS": "FES", "KÉNITRA": "KENITRA", "Loïc": "Loic"},
    **{"Hélène": "Helene", "Zoé": "Zoe", "Benoît": "Benoit", "Béni Mellal": "Beni Mellal"},
}
PLAIN = ["NAIMA", "Fes", "FIJI", "Ijoukak", "Ali Benjelloun", "EL FASSI", "Quartier Industriel", "L'Oriental"]


def _drawn(text: str, font: str = FONTS[0], blur: float = 0.0, height_px: int = 30) -> np.ndarray:
    """Writing on a page crop, 30 px of capitals at most: a little under 3 mm."""
    face = ImageFont.truetype(font, round(height_px / 0.72))
    sheet = Image.new("L", (round(face.getlength(text)) + 80, 3 * height_px), PAPER)
    ImageDraw.Draw(sheet).text((40, 2 * height_px), text, font=face, fill=30, anchor="ls")
    pixels = np.asarray(sheet)
    return cv2.GaussianBlur(pixels, (0, 0), blur) if blur else pixels


def _ink(text: str, font: str = FONTS[0], blur: float = 0.0) -> Ink:
    return ink_of(_drawn(text, font, blur))


@pytest.mark.parametrize("font", FONTS, ids=lambda font: Path(font).stem)
@pytest.mark.parametrize("blur", [0.0, 1.5], ids=["sharp", "soft"])
def test_an_accent_that_was_not_read_is_seen(font, blur):
    for written, read in BARE.items():
        assert has_unexplained_mark(read, _ink(written, font, blur)), (written, read)


@pytest.mark.parametrize("font", FONTS, ids=lambda font: Path(font).stem)
@pytest.mark.parametrize("blur", [0.0, 1.5], ids=["sharp", "soft"])
def test_what_was_read_with_all_its_marks_is_left_alone(font, blur):
    for text in [*BARE, *PLAIN]:
        assert not has_unexplained_mark(text, _ink(text, font, blur)), text


def test_pale_accents_are_kept_for_the_reader_and_specks_are_not():
    crop = _drawn("EEE", blur=1.0)
    with_dots, with_speck = crop.copy(), crop.copy()
    x = int(np.flatnonzero((crop < 120).any(axis=0))[0]) + 6
    top = int(np.flatnonzero((crop < 120).any(axis=1))[0])
    with_dots[top - 9 : top - 5, x : x + 4] = 180
    with_speck[top - 9, x] = 120
    assert ink_of(with_dots).bounds[1] <= top - 8
    assert ink_of(with_dots).pixels[top - 8, x + 1] == 180
    assert ink_of(with_speck).bounds == ink_of(crop).bounds
    assert ink_of(with_speck).pixels[top - 9, x] == PAPER


def test_marks_alone_on_an_empty_box_are_not_writing():
    crop = np.full((90, 400), PAPER, np.uint8)
    crop[40:45, 100:104] = 190
    assert ink_of(crop).bounds is None


@pytest.mark.parametrize(
    "text", ["nabil.s@exemple.ma", "i.j@mail.fr", "a_b-c@sous.domaine.ma", "rachid@exemple.ma"]
)
@pytest.mark.parametrize("font", FONTS, ids=lambda font: Path(font).stem)
def test_the_dots_of_an_address_are_counted_in_the_ink(text, font):
    assert dots_on_line(_ink(text, font)) == text.count(".")


class Told:
    """An engine that says one thing per language."""

    name = "told"

    def __init__(self, **by_language: str) -> None:
        self.by_language = by_language

    def read(self, image, language, mode=LineMode.LINE, charset=None):
        return TextReading(self.by_language[language], 0.95)


def _email_field(written: str, **told: str):
    width, height = CANONICAL_SIZE_PX
    page = np.full((height, width), PAPER, np.uint8)
    box = BoxMm(20, 20, 100, 8)
    drawn = _drawn(written, height_px=27)
    left, top = round(22 * PX_PER_MM), round(20.4 * PX_PER_MM)
    page[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    field = FieldSpec("email", "email", LocalizedText(ar="e", fr="e"), Script.LATN)

    class Spec:
        def field(self, _field_id):
            return field

    place = Placement("email", 1, box, WidgetKind.TEXT, Script.LATN)
    (reading,) = read_fields(page, [place], Spec(), Told(**told))
    return reading


def test_an_address_that_two_models_and_the_ink_agree_on_waits_only_for_proof():
    """Nothing speaks against it; addresses are not accepted unseen until the calibration proves them."""
    reading = _email_field("a.tazi@exemple.ma", fra="a.tazi@exemple.ma", eng="a.tazi@exemple.ma")
    assert reading.value == "a.tazi@exemple.ma"
    assert reading.verdict is Verdict.ACCEPT or reading.doubt is Doubt.NOT_PROVEN


def test_an_address_with_a_dot_lost_goes_to_a_person_with_the_reading_that_has_it():
    reading = _email_field("a.tazi@exemple.ma", fra="atazi@exemple.ma", eng="a.tazi@exemple.ma")
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.READINGS_DISAGREE)
    assert reading.value == "a.tazi@exemple.ma"


def test_an_address_with_a_dot_lost_by_every_look_goes_to_a_person():
    reading = _email_field("a.tazi@exemple.ma", fra="atazi@exemple.ma", eng="atazi@exemple.ma")
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.UNEXPLAINED_MARK)


def test_a_further_look_gives_the_accent_but_a_person_decides():
    agreed = LineReading("NAIMA", 0.95, True, Script.LATN)
    line = confirmed_latin(agreed, _ink("NAÏMA"), Told(fra="NAÏMA"))
    assert isinstance(line, DoubtedLine)
    assert (line.text, line.agreed, line.doubt) == ("NAÏMA", False, Doubt.UNEXPLAINED_MARK)


def test_looks_that_differ_in_the_accent_are_not_agreed():
    agreed = LineReading("Fés", 0.95, True, Script.LATN)
    line = confirmed_latin(agreed, _ink("Fès"), Told(fra="Fès"))
    assert isinstance(line, DoubtedLine)
    assert line.doubt is Doubt.READINGS_DISAGREE


def test_words_without_accents_need_no_further_look():
    agreed = LineReading("Rabat", 0.95, True, Script.LATN)
    assert confirmed_latin(agreed, _ink("Rabat"), Told()) is agreed


def test_an_address_not_agreed_on_is_not_looked_at_again():
    unsure = LineReading("a@b.ma", 0.5, False, Script.LATN)
    assert confirmed_email(unsure, _ink("a@b.ma"), Told(), None) is unsure


@pytest.mark.tesseract
def test_soft_writing_keeps_its_accents_through_the_whole_reading():
    from forms_service.ocr.line_reader import read_latin

    for written in ("SAÏD", "KÉNITRA", "Loïc", "Jaïdi"):
        ink = _ink(written, blur=2.4)
        line = confirmed_latin(read_latin(ink, text_engine()), ink, text_engine())
        assert line.text == written or not line.agreed, (written, line)

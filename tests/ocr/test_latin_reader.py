"""Two recognisers of Latin lines: what both read stands, and what they differ on goes to a person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from core.extraction import Verdict
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.ocr.crops import PAPER, Ink, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import LineMode, TextReading
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.latin_reader import read_email, read_latin
from forms_service.ocr.line_reader import read_either
from forms_service.ocr.registration import CANONICAL_SIZE_PX, PX_PER_MM
from forms_service.rehearsal.material import font_files
from tests.ocr.test_latin_lines import drawn

FONT = font_files(("dejavu/DejaVuSans.ttf",))[0]
ARABIC_FONT = font_files(("noto/NotoNaskhArabic-Regular.ttf",))[0]


class Told:
    """An engine that gives one text after the other, and the last for ever."""

    name = "told"

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = list(texts), []

    def read(self, image, language, mode=LineMode.LINE, charset=None):
        self.asked.append(language)
        return TextReading(self.texts.pop(0) if len(self.texts) > 1 else self.texts[0], 0.9)


def written(text: str, **settings: str) -> Ink:
    """The ink of a line in a box wider than it, which the line begins at the left."""
    font = ARABIC_FONT if settings else FONT
    line = drawn(text, font, **settings)
    crop = np.full((line.shape[0] + 20, line.shape[1] + 400), PAPER, np.uint8)
    crop[10 : 10 + line.shape[0], 5 : 5 + line.shape[1]] = line
    return ink_of(crop)


def test_what_both_read_needs_one_look_and_names_both_readers() -> None:
    engine = Told("Rabat")
    line = read_latin(written("Rabat"), engine)
    assert (line.text, line.agreed, line.script) == ("Rabat", True, Script.LATN)
    assert set(line.readers) == {"latin_lines", "tesseract"}
    assert line.confidence == min(line.readers.values())
    assert engine.asked == ["fra"]


def test_a_second_look_may_confirm_what_the_first_missed() -> None:
    engine = Told("Rahat", "Rabat")
    assert read_latin(written("Rabat"), engine).agreed
    assert len(engine.asked) == 2


def test_looks_that_all_make_the_same_mistake_are_not_agreement() -> None:
    line = read_latin(written("Rabat"), Told("Rahat"))
    assert not line.agreed


def test_of_two_looks_the_ink_decides_and_a_person_looks() -> None:
    line = read_latin(written("Skalli"), Told("Skali", "Skaili", "Skolli", "Scalli", "Skafli"))
    assert (line.text, line.agreed) == ("Skalli", False)


def test_an_accent_that_tesseract_drops_is_not_lost() -> None:
    line = read_latin(written("NAÏMA"), Told("NAIMA", "NAIMA", "NAÏMA"))
    assert (line.text, line.agreed) == ("NAÏMA", False)


def test_latin_that_only_tesseract_sees_in_arabic_writing_is_never_agreed() -> None:
    line = read_latin(written("القنيطرة", direction="rtl", language="ar"), Told("Lill"))
    assert not line.agreed


def test_letters_that_differ_in_size_alone_take_the_case_of_their_word() -> None:
    assert read_latin(written("Maroc"), Told("MarOC")).agreed


def test_blanks_that_tesseract_sees_for_underscores_do_no_harm() -> None:
    line = read_email(written("a_b-c@sous.domaine.ma"), Told("a b-c@sous.domaine.ma"))
    assert (line.text, line.agreed) == ("a_b-c@sous.domaine.ma", True)


@pytest.mark.parametrize(
    ("text", "settings", "language"),
    [("Casablanca", {}, "fra"), ("عبد الرحيم", {"direction": "rtl", "language": "ar"}, "ara")],
    ids=["latin", "arabic"],
)
def test_where_either_script_may_stand_tesseract_is_asked_in_the_right_one(text, settings, language) -> None:
    engine = Told(text)
    line = read_either(written(text, **settings), engine)
    assert (line.text, line.agreed) == (text, True)
    assert set(engine.asked) == {language}


def _email_field(text: str, *told: str) -> FieldReading:
    width, height = CANONICAL_SIZE_PX
    page = Image.fromarray(np.full((height, width), PAPER, np.uint8))
    page.paste(
        Image.fromarray(drawn(text, FONT, size_px=38)), (round(22 * PX_PER_MM), round(21.5 * PX_PER_MM))
    )
    field = FieldSpec("email", "email", LocalizedText(ar="e", fr="e"), Script.LATN)

    class Spec:
        def field(self, _field_id):
            return field

    place = Placement("email", 1, BoxMm(20, 20, 100, 8), WidgetKind.TEXT, Script.LATN)
    (reading,) = read_fields(np.asarray(page), [place], Spec(), Told(*told))
    return reading


def test_an_address_both_read_waits_at_most_for_proof() -> None:
    reading = _email_field("a.tazi@exemple.ma", "a.tazi@exemple.ma")
    assert reading.value == "a.tazi@exemple.ma"
    assert set(reading.evidence.readers) == {"latin_lines", "tesseract"}
    assert reading.verdict is Verdict.ACCEPT or reading.doubt in (Doubt.NOT_PROVEN, Doubt.LOW_CONFIDENCE)


def test_an_address_of_which_tesseract_loses_a_dot_goes_to_a_person_with_the_dot() -> None:
    reading = _email_field("a.tazi@exemple.ma", "atazi@exemple.ma")
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.READINGS_DISAGREE)
    assert reading.value == "a.tazi@exemple.ma"


def _soft(text: str) -> np.ndarray:
    return cv2.GaussianBlur(drawn(text, FONT), (0, 0), 1.0)


def test_pale_accents_are_kept_for_the_readers_and_specks_are_not() -> None:
    crop = cv2.copyMakeBorder(_soft("EEE"), 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=PAPER)
    with_dots, with_speck = crop.copy(), crop.copy()
    x = int(np.flatnonzero((crop < 120).any(axis=0))[0]) + 6
    top = int(np.flatnonzero((crop < 120).any(axis=1))[0])
    with_dots[top - 9 : top - 5, x : x + 4] = 180
    with_speck[top - 9, x] = 120
    assert ink_of(with_dots).bounds[1] <= top - 8
    assert ink_of(with_dots).pixels[top - 8, x + 1] == 180
    assert ink_of(with_speck).bounds == ink_of(crop).bounds
    assert ink_of(with_speck).pixels[top - 9, x] == PAPER


def test_marks_alone_on_an_empty_box_are_not_writing() -> None:
    crop = np.full((90, 400), PAPER, np.uint8)
    crop[40:45, 100:104] = 190
    assert ink_of(crop).bounds is None

"""Two recognisers of Latin lines: what both read stands, and what they differ on goes to a person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from core.extraction import Verdict
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script, dominant_script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.ocr import field_reader, latin_reader
from forms_service.ocr.crops import PAPER, Ink, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import LineMode, TextReading
from forms_service.ocr.evidence import MENDED_SHARE, Group
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.latin_lines import LatinLine
from forms_service.ocr.latin_reader import read_email, read_latin
from forms_service.ocr.line_reader import read_either
from forms_service.ocr.look_alikes import with_usual_endings
from forms_service.ocr.looks import LineReading
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


@pytest.mark.parametrize(("sure", "proposed"), [(0.6, "Dossier"), (0.9, "DoBBier")])
def test_two_sure_looks_are_proposed_where_our_own_recogniser_is_unsure(sure, proposed, monkeypatch) -> None:
    monkeypatch.setattr(latin_reader, "read_line", lambda *_: LatinLine("DoBBier", sure))
    line = read_latin(written("DoBBier"), Told("Dossier"))
    assert (line.text, line.agreed) == (proposed, False)


def test_what_our_own_recogniser_nearly_reads_is_proposed_where_looks_come_closer_to_it(monkeypatch) -> None:
    monkeypatch.setattr(latin_reader, "read_line", lambda *_: LatinLine("SLAOU", 0.42))
    nearly = [LatinLine("SLAOU", 0.42), LatinLine("SLAOUI", 0.4)]
    monkeypatch.setattr(latin_reader, "likely_lines", lambda _: nearly)
    line = read_latin(written("SLAOUI"), Told("SLACUI", "SLAGUI"))
    assert (line.text, line.agreed) == ("SLAOUI", False)


@pytest.mark.parametrize(
    ("seen", "others"),
    [
        ("salma@live.ftr", ["salma@live.fr"]),
        ("salma@gmail.coom", ["salma@gmail.com"]),
        ("salma@gmail.com", []),
        ("salma@exemple.org", []),
        ("salma@gmail", []),
        ("salma@gmail.info", []),
    ],
)
def test_an_address_is_tried_with_the_usual_ending_that_is_one_letter_off(
    seen: str, others: list[str]
) -> None:
    assert with_usual_endings(seen) == others


def test_latin_that_only_tesseract_sees_in_arabic_writing_is_never_agreed() -> None:
    line = read_latin(written("القنيطرة", direction="rtl", language="ar"), Told("Lill"))
    assert not line.agreed


def test_letters_that_differ_in_size_alone_take_the_case_of_their_word_and_evidence_says_so() -> None:
    line = read_latin(written("Maroc"), Told("MarOC"))
    assert (line.text, line.agreed, line.mended) == ("Maroc", True, True)


SEEN_ALIKE = ("McCoy", "LeCoq", "BenSalah", "Il reste", "MacZahra SAOUDi", "DeVos", "Hassan II", "Maroc")


@pytest.mark.parametrize("text", SEEN_ALIKE)
def test_what_both_readers_see_alike_stands_as_they_saw_it(text: str, monkeypatch) -> None:
    monkeypatch.setattr(latin_reader, "read_line", lambda *_: LatinLine(text, 0.97))
    line = read_latin(written(text), Told(text))
    assert (line.text, line.agreed, line.mended) == (text, True, False)


ADDRESSES = ("Imane.alaoui@gmail.com", "Omar@exemple.ma", "lmechrek@souk.ma", "karim.Slaoui_7@menara.ma")


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_capital_that_both_readers_see_stays_in_an_address(text: str, monkeypatch) -> None:
    monkeypatch.setattr(latin_reader, "read_line", lambda *_: LatinLine(text, 0.97))
    line = read_email(written(text), Told(text))
    assert (line.text, line.agreed, line.mended) == (text, True, False)


@pytest.mark.parametrize(
    ("own", "seen", "mended"),
    [
        ("McCoy", "Mccoy", "Mccoy"),
        ("Mccoy", "McCoy", "Mccoy"),
        ("MAROc", "MAROC", "MAROC"),
        ("Hassan Il", "Hassan II", "Hassan II"),
        ("Hassan II", "Hassan |I", "Hassan II"),
        ("Lot AI Amal", "Lot Al Amal", "Lot Al Amal"),
        ("Lot AI Amal", "Lot AI Amal", "Lot Al Amal"),
    ],
)
def test_no_text_that_one_reader_saw_otherwise_ranks_as_if_both_had_seen_it(
    own, seen, mended, monkeypatch
) -> None:
    monkeypatch.setattr(latin_reader, "read_line", lambda *_: LatinLine(own, 0.97))
    line = read_latin(written(own), Told(seen))
    assert (line.text, line.agreed, line.mended) == (mended, True, True)


def test_an_address_whose_first_letter_is_seen_in_two_ways_ranks_below_all_that_stood_as_read() -> None:
    reading = _email_field("a.tazi@exemple.ma", "a.tazi@eXemple.ma")
    assert reading.evidence.mended
    assert reading.evidence.score <= MENDED_SHARE


@pytest.mark.parametrize("lines", [("Rabat", "الرباط"), ("الرباط", "Rabat"), ("الرباط", "سلا")])
def test_an_answer_with_an_arabic_line_needs_the_proof_that_arabic_needs(lines, monkeypatch) -> None:
    read = iter(lines)

    def line_read(*_) -> LineReading:
        text = next(read)
        return LineReading(text, 0.99, True, dominant_script(text))

    monkeypatch.setattr(field_reader, "text_lines", lambda ink, _: [ink, ink])
    monkeypatch.setattr(field_reader, "read_either", line_read)
    reading = _field_reading("Rabat", FieldSpec("place", "text", LocalizedText(ar="e", fr="e"), Script.ANY))
    assert reading.evidence.group is Group.ARABIC_TEXT
    assert set(reading.evidence.readers) >= {"arabic_lines"}


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
    return _field_reading(
        text, FieldSpec("email", "email", LocalizedText(ar="e", fr="e"), Script.LATN), *told
    )


def _field_reading(text: str, field: FieldSpec, *told: str) -> FieldReading:
    width, height = CANONICAL_SIZE_PX
    page = Image.fromarray(np.full((height, width), PAPER, np.uint8))
    page.paste(
        Image.fromarray(drawn(text, FONT, size_px=38)), (round(22 * PX_PER_MM), round(21.5 * PX_PER_MM))
    )

    class Spec:
        def field(self, _field_id):
            return field

    place = Placement(field.id, 1, BoxMm(20, 20, 100, 8), WidgetKind.TEXT, Script.LATN)
    (reading,) = read_fields(np.asarray(page), [place], Spec(), Told(*(told or ("",))))
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


@pytest.mark.parametrize(
    ("on_paper", "doubted"), [("amir.omari@example.ma", True), ("amiromari@example.ma", False)]
)
def test_an_address_whose_dot_both_readers_missed_is_not_taken_unseen(
    on_paper: str, doubted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = "amiromari@example.ma"
    monkeypatch.setattr(latin_reader, "own_latin", lambda *_: LatinLine(seen, 0.6))
    line = read_email(written(on_paper), Told(seen))
    assert (line.text, line.agreed) == (seen, True)
    assert (getattr(line, "doubt", None) is Doubt.LOW_CONFIDENCE) is doubted

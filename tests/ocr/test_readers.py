"""The readers' own judgement: what counts as ink, as agreement, as a tick, as the same name."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.extraction import Verdict
from core.form_spec import Choice, FieldSpec
from core.localized_text import LocalizedText, Script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.ocr.comb_reader import CombReading, cell_inks, read_comb
from forms_service.ocr.crops import cut, even_light, ink_of
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt
from forms_service.ocr.engine import ENGINES, LineMode, TextReading, require_language
from forms_service.ocr.field_reader import read_fields
from forms_service.ocr.house_numbers import mend_numbers
from forms_service.ocr.line_reader import leaning, text_lines
from forms_service.ocr.look_alikes import (
    IDENTITY_PLACES,
    mend_address,
    mend_article,
    mend_identity_number,
    mend_latin,
)
from forms_service.ocr.name_scripts import is_same_name
from forms_service.ocr.page_messages import PAGE_SENTENCES
from forms_service.ocr.registration import CANONICAL_SIZE_PX, PX_PER_MM
from forms_service.ocr.tick_boxes import Mark, read_tick
from forms_service.ocr.twin_names import read_twins
from forms_service.rehearsal.material import TUNING, font_files
from tests.ocr.drawn_form import form


class Scripted:
    """An engine that says what it is told: a text per language, or one after the other."""

    name = "scripted"

    def __init__(self, *texts: str, **by_language: str) -> None:
        self.texts, self.by_language, self.asked = list(texts), by_language, []

    def read(self, image, language, mode=LineMode.LINE, charset=None):
        self.asked.append((image.shape, language, mode, charset))
        if self.by_language:
            return TextReading(self.by_language[language], 0.9)
        return TextReading(self.texts.pop(0) if len(self.texts) > 1 else self.texts[0], 0.9)


def _page() -> np.ndarray:
    width, height = CANONICAL_SIZE_PX
    return np.full((height, width), 245, np.uint8)


def _px(*values_mm: float) -> list[int]:
    return [round(value * PX_PER_MM) for value in values_mm]


def _bar(page: np.ndarray, x: float, y: float, width: float, height: float) -> None:
    left, top, right, bottom = _px(x, y, x + width, y + height)
    page[top:bottom, left:right] = 20


BOX = BoxMm(20, 20, 80, 8)


def _written(*bars: tuple[float, float, float, float], box=BOX):
    page = _page()
    for bar in bars:
        _bar(page, *bar)
    return page, box


def test_shadows_are_taken_out_of_the_paper():
    page = np.tile(np.linspace(90, 240, CANONICAL_SIZE_PX[0]), (CANONICAL_SIZE_PX[1], 1)).astype(np.uint8)
    page[1000:1040, 200:2200] = (page[1000:1040, 200:2200] * 0.2).astype(np.uint8)
    even = even_light(page)
    assert even[100:900].min() > 225
    assert even[1005:1035, 300:2100].max() < 90


def test_what_is_left_of_the_outline_is_not_ink_but_writing_at_the_edge_is():
    page, box = _written((20, 20, 80, 0.25), (20, 20, 0.2, 8), (50, 20.5, 0.5, 4))
    ink = ink_of(cut(page, box))
    left, _, right, _ = ink.bounds
    assert left == pytest.approx(_px(30)[0], abs=3)
    assert right == pytest.approx(_px(30.5)[0], abs=3)
    assert ink.pixels[:, 100:200].min() > 200


def test_specks_are_not_ink():
    page, box = _written((40, 23, 0.12, 0.12), (60, 25, 0.1, 0.2))
    assert ink_of(cut(page, box)).bounds is None


def test_empty_cells_are_seen_by_their_ink():
    page, box = _written((23, 22, 0.4, 3.5), (43, 22, 2, 3.5), (53, 25, 0.3, 0.3))
    assert [ink is not None for ink in cell_inks(cut(page, box), 8)] == [
        *(True, False, True, False, False, False, False, False)
    ]


def _type(page: np.ndarray, box: BoxMm, cells: int, text: str) -> None:
    """Type characters into the cells of a comb, blanks for empty ones."""
    sheet = Image.fromarray(page)
    font = ImageFont.truetype(str(font_files(TUNING.latin_fonts)[1]), _px(4.2)[0])
    for number, character in enumerate(text):
        x, y = _px(box.x + (number + 0.5) * box.width / cells, box.y + box.height * 0.75)
        ImageDraw.Draw(sheet).text((x, y), character, font=font, fill=20, anchor="ms")
    page[:] = np.asarray(sheet)


def _comb_of(typed: str, *texts: str, charset: str = "0123456789"):
    page, box = _written()
    _type(page, box, 8, typed)
    return read_comb(cut(page, box), 8, Scripted(*texts), charset)


def test_a_comb_is_believed_when_both_readers_agree_on_every_cell():
    reading = _comb_of("123", "123")
    assert (reading.text, reading.agreed, reading.gap) == ("123", True, False)


def test_a_look_that_misses_a_cell_is_made_up_for_by_another():
    reading = _comb_of("123", "12", "12", "12", "123")
    assert (reading.text, reading.agreed) == ("123", True)


def test_readers_that_never_agree_leave_it_to_a_person():
    reading = _comb_of("123", "173")
    assert (reading.text, reading.agreed) == ("123", False)  # as the cells, clear as they are, show it
    reading = _comb_of("123", "12", "17", "1", "1234")
    assert (reading.text, reading.agreed) == ("123", False)


def test_a_letter_that_looks_like_a_digit_is_read_by_its_place():
    charset, seen = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", ["O"]
    page, box = _written()
    _type(page, box, 8, "0")
    expected = (IDENTITY_PLACES[0],), (IDENTITY_PLACES[2],)
    texts = [read_comb(cut(page, box), 8, Scripted("?"), charset, expected=one).text for one in expected]
    assert texts == [*seen, "0"]


def test_crumbs_of_one_stroke_are_ink_and_single_ones_are_not():
    crop = np.full((90, 500), 245, np.uint8)
    crop[30:70, 40:44] = 20
    for top in range(30, 70, 5):
        crop[top : top + 2, 80:82] = crop[top : top + 2, 48:50] = 20
    crop[30:32, 300:302] = 20
    ink = ink_of(crop)
    assert ink.mask[30:70, 80:82].any() and ink.mask[30:70, 48:50].any()
    assert not ink.mask[:, 200:].any()
    assert (ink.pixels[:, 200:] == 245).all()


def test_a_scribbled_cell_is_never_believed():
    page, box = _written()
    _type(page, box, 8, "1234")
    left, top, right, bottom = _px(32, 21.5, 38, 26.5)
    for start in range(left, right, 6):
        page[top:bottom, start : start + 4] = 20
    assert not read_comb(cut(page, box), 8, Scripted("1234"), "0123456789").agreed


def test_a_gap_between_cells_is_kept_in_its_place():
    reading = _comb_of("12  3", "123")
    assert (reading.text, reading.gap) == ("12  3", True)


def test_an_empty_comb_asks_no_engine():
    engine = Scripted("7")
    assert read_comb(cut(_page(), BoxMm(20, 20, 80, 8)), 8, engine, None).text == ""
    assert engine.asked == []


@pytest.mark.parametrize(("x", "script"), [(21, Script.LATN), (80, Script.ARAB), (50, Script.ANY)])
def test_writing_leans_to_the_side_it_begins_on(x, script):
    page, box = _written((x, 22, 19, 3.5))
    assert leaning(ink_of(cut(page, box))) is script


def test_lines_are_split_and_their_dots_stay_with_them():
    page, box = _written((22, 22, 50, 3), (30, 21, 1, 0.5), (22, 30, 40, 3), box=BoxMm(20, 20, 80, 16))
    lines = text_lines(ink_of(cut(page, box)), 2)
    assert len(lines) == 2
    assert [line.bounds[2] > _px(38)[0] for line in lines] == [True, True]


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        *(("EI Fassi", "El Fassi"), ("EL FASSI", "EL FASSI"), ("lbn Sina", "Ibn Sina"), ("AIi", "Ali")),
        *(
            ("Hassan ||", "Hassan II"),
            ("Hassan Il, 3", "Hassan II, 3"),
            ("N’Ait", "N'Ait"),
            ("Lot AI Amal", "Lot Al Amal"),
            ("MarOC", "Maroc"),
            ("AÏt-Ouali, 3 rue ASsa", "Aït-Ouali, 3 rue Assa"),
            ("NAïMA ZoHRA", "NAÏMA ZOHRA"),
            ("O So McDonald", "O So McDonald"),
            ("BoUaroUSs", "Bouarouss"),
            ("Ait- Belkacem", "Ait Belkacem"),
            ("Ait-Melloul : bloc B", "Ait-Melloul : bloc B"),
            ("Douar Ratba n° II", "Douar Ratba n° 11"),
            ("Hay Riad n°'89", "Hay Riad n° 89"),
            ("Akka-lghane", "Akka-Ighane"),
        ),
    ],
)
def test_look_alikes_are_settled_by_their_neighbours(seen, meant):
    assert mend_latin(seen) == meant


@pytest.mark.parametrize(
    ("seen", "meant"),
    [("lfrane", "Ifrane"), ("Akka-lghane", "Akka-Ighane"), ("EI Fassi", "El Fassi"), ("le lac", "le lac")],
)
def test_what_spelling_alone_tells_is_settled_where_both_readers_saw_the_same(seen, meant):
    assert mend_article(seen) == meant


def test_an_address_in_small_letters_holds_no_single_capital():
    assert mend_address("Imechrek_1O@Souk.ma") == "lmechrek_1o@souk.ma"
    assert mend_address("AIL@EXEMPLE.MA") == "AIL@EXEMPLE.MA"
    assert mend_address("sidiali@foUm.ma") == "sidiali@foum.ma"


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("salma@marrakech.corn", "salma@marrakech.com"),
        ("salma@azemmourcom", "salma@azemmour.com"),
        ("salma@corn.ma", "salma@corn.ma"),
        ("salma@fr.ma", "salma@fr.ma"),
        ("corn.salma@exemple.ma", "corn.salma@exemple.ma"),
    ],
)
def test_an_address_ends_in_a_dot_and_a_domain_that_exists(seen, meant):
    assert mend_address(seen) == meant


@pytest.mark.parametrize(
    ("seen", "meant"), [("A8I2345", "A812345"), ("BEI2O45", "BE12045"), ("1234567", "I234567")]
)
def test_an_identity_number_has_letters_first_then_digits(seen, meant):
    assert mend_identity_number(seen) == meant


def test_names_in_two_scripts_are_matched_by_their_consonants():
    pairs = TUNING.first_names + TUNING.last_names
    assert [pair for pair in pairs if not is_same_name(*pair)] == []
    crossed = [is_same_name(one[0], other[1]) for one in pairs for other in pairs if one != other]
    assert sum(crossed) < 0.02 * len(crossed)


def test_a_dropped_house_number_is_read_again():
    page, box = _written((94, 22, 4, 3), (70, 22, 20, 3), (50, 22, 17, 3))
    ink = ink_of(cut(page, box))
    assert mend_numbers("2 زنقة النصر", ink, lambda _: ("12", 0.95)) == "12 زنقة النصر"
    assert mend_numbers("2 زنقة النصر", ink, lambda _: ("12", 0.4)) == "2 زنقة النصر"
    assert mend_numbers("2 زنقة النصر", ink, lambda _: ("Iz", 0.95)) == "2 زنقة النصر"


@pytest.mark.parametrize(
    ("stroke_mm", "mark"), [(0.0, Mark.EMPTY), (0.12, Mark.FAINT), (0.5, Mark.TICKED), (3.0, Mark.TICKED)]
)
def test_ticks_by_their_share_of_ink(stroke_mm, mark):
    page = _page()
    if stroke_mm:
        _bar(page, 21.2, 22, 2.0 if stroke_mm < 1 else 3.0, stroke_mm if stroke_mm < 1 else 2.0)
    assert read_tick(page, BoxMm(20.3, 20.3, 3.9, 3.9)).mark is mark


def _tick_places(field_id: str, values: tuple[str, ...]) -> list[Placement]:
    return [
        Placement(field_id, 1, BoxMm(20.3 + 10 * n, 20.3, 3.9, 3.9), WidgetKind.TICK, choice=value)
        for n, value in enumerate(values)
    ]


def _tick_reading(kind: str, *ticked: int):
    words = LocalizedText("نص", "texte")
    values = ("a", "b", "c")
    field = FieldSpec("f", kind, words, Script.ANY, choices=tuple(Choice(v, words) for v in values))
    page = _page()
    for number in ticked:
        _bar(page, 21 + 10 * number, 21, 2, 2)

    class Spec:
        def field(self, _field_id):
            return field

    (reading,) = read_fields(page, _tick_places("f", values), Spec(), Scripted(""))
    return reading


def test_one_tick_is_the_choice_and_its_box_is_given():
    reading = _tick_reading("choice", 1)
    assert (reading.value, reading.verdict) == ("b", Verdict.ACCEPT)
    assert [round(box.x) for box in reading.boxes] == [30]


def test_several_ticks_of_an_exclusive_choice_go_to_a_person():
    reading = _tick_reading("choice", 0, 2)
    assert (reading.value, reading.verdict, reading.doubt) == (None, Verdict.REVIEW, Doubt.SEVERAL_TICKS)
    assert reading.raw == "a,c"


def test_several_ticks_of_an_open_choice_are_a_list():
    assert _tick_reading("choices", 2, 0).value == ["a", "c"]


def test_no_tick_is_empty():
    reading = _tick_reading("choice")
    assert (reading.value, reading.verdict) == (None, Verdict.EMPTY)


FRAME = BoxMm(20, 20, 80, 8)


def test_the_halves_of_a_shared_box_hold_two_scripts():
    page, _ = _written((22, 22, 20, 3.5), (75, 22, 20, 3.5))
    seen = read_twins(page, FRAME, Scripted(fra="Tazi", ara="التازي"))
    assert (seen.latin.text, seen.arabic.text, seen.misplaced) == ("Tazi", "التازي", False)


def test_a_half_left_blank_stays_blank():
    page, _ = _written((75, 22, 20, 3.5))
    seen = read_twins(page, FRAME, Scripted(fra="lil", ara="التازي"))
    assert seen.latin is None
    assert seen.arabic.text == "التازي"


@pytest.mark.parametrize(
    ("x", "french", "arabic", "filed"),
    [(22, "Abderrahmane", "ءا", "latin"), (38, "~ |", "عبد الرحمان", "arabic")],
)
def test_a_name_across_the_middle_is_filed_by_its_script(x, french, arabic, filed):
    page, _ = _written((x, 22, 60, 3.5))
    seen = read_twins(page, FRAME, Scripted(fra=french, ara=arabic))
    assert getattr(seen, filed).text in (french, arabic)
    assert getattr(seen, "arabic" if filed == "latin" else "latin") is None


def test_a_long_latin_name_beside_a_short_arabic_one_is_split_at_the_gap():
    page, _ = _written((22, 22, 50, 3.5), (85, 22, 12, 3.5))
    seen = read_twins(page, FRAME, Scripted(fra="Ait Ouahman Idrissi", ara="آيت"))
    assert (seen.latin.text, seen.arabic.text) == ("Ait Ouahman Idrissi", "آيت")


def test_the_printed_middle_ticks_are_not_writing():
    page, _ = _written((59.9, 20, 0.2, 1.0), (59.9, 27, 0.2, 1.0))
    seen = read_twins(page, FRAME, Scripted("x"))
    assert seen == type(seen)(None, None)


def test_blank_boxes_of_a_whole_page_are_empty():
    spec, layout = form()
    engine = Scripted("x")
    readings = read_fields(_page(), layout.on_page(1), spec, engine)
    assert {reading.verdict for reading in readings} == {Verdict.EMPTY}
    assert len(readings) == len({place.field_id for place in layout.on_page(1)})
    assert engine.asked == []


def test_a_value_its_kind_refuses_goes_to_a_person():
    spec, layout = form()
    (place,) = layout.of_field("assured.birth")
    page = _page()
    _type(page, place.box, 8, "31022020")
    (reading,) = read_fields(page, [place], spec, Scripted("31022020"))
    assert (reading.raw, reading.value) == ("31022020", None)
    assert (reading.verdict, reading.doubt) == (Verdict.REVIEW, Doubt.INVALID_VALUE)


def test_a_letter_that_may_be_a_digit_goes_to_a_person():
    spec, layout = form()
    (place,) = layout.of_field("assured.id_no")
    page = _page()
    _type(page, place.box, 10, "KO23472")
    (doubtful,) = read_fields(page, [place], spec, Scripted("KO23472"))
    assert (doubtful.verdict, doubtful.doubt) == (Verdict.REVIEW, Doubt.LOOK_ALIKE)
    page = _page()
    _type(page, place.box, 10, "KB23472")
    (clear,) = read_fields(page, [place], spec, Scripted("KB23472"))
    assert (clear.value, clear.verdict) == ("KB23472", Verdict.ACCEPT)


def test_a_letter_that_is_nearly_another_goes_to_a_person_though_both_readers_agree():
    spec, layout = form()
    (place,) = layout.of_field("assured.id_no")
    seen = {}
    for letter in "FP":
        seen[letter] = _page()
        _type(seen[letter], place.box, 10, f"{letter}A42233")
    between = ((seen["F"].astype(float) + seen["P"]) / 2).astype(np.uint8)
    (clear,) = read_fields(seen["F"], [place], spec, Scripted("FA42233"))
    (doubtful,) = read_fields(between, [place], spec, Scripted("FA42233"))
    assert (clear.value, clear.verdict) == ("FA42233", Verdict.ACCEPT)
    assert doubtful.evidence.agreed and doubtful.value == "FA42233"
    assert (doubtful.verdict, doubtful.doubt) == (Verdict.REVIEW, Doubt.LOW_CONFIDENCE)


@pytest.mark.parametrize(("line", "cells", "verdict"), [(0.3, 0.52, "review"), (0.3, 0.98, "accept")])
def test_an_identity_number_of_which_neither_reader_is_sure_is_not_accepted(
    line, cells, verdict, monkeypatch: pytest.MonkeyPatch
):
    spec, layout = form()
    (place,) = layout.of_field("assured.id_no")
    agreed = CombReading("PA42233", line, agreed=True, gap=False, cell_confidence=cells)
    monkeypatch.setattr("forms_service.ocr.field_reader.read_comb", lambda *_: agreed)
    (reading,) = read_fields(_page(), [place], spec, Scripted("PA42233"))
    assert (reading.value, reading.verdict) == ("PA42233", verdict)


def test_every_doubt_and_page_code_has_its_sentence():
    for sentences, codes in (
        (DOUBT_SENTENCES, Doubt),
        (PAGE_SENTENCES, next(iter(PAGE_SENTENCES)).__class__),
    ):
        assert set(sentences) == set(codes)
        assert all(sentence.ar and sentence.fr for sentence in sentences.values())


def test_a_missing_language_names_the_command_that_installs_it():
    from core.errors import MissingTool

    with pytest.raises(MissingTool) as caught:
        require_language("xyz")
    assert "apt-get install tesseract-ocr-xyz" in caught.value.message.fr
    assert "apt-get install tesseract-ocr-xyz" in caught.value.message.ar


def test_engines_are_registered_by_name():
    assert set(ENGINES) == {"tesserocr", "pytesseract"}

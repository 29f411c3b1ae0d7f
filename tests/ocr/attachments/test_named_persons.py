"""Names in sentences, days in Arabic print and pages in Arabic alone: no recogniser of pages runs here."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest

from core.dates_in_text import find_dates, find_hijri_dates, fold_letters
from core.document_types import DocumentTypes
from forms_service.ocr.attachments import writing
from forms_service.ocr.attachments.arabic_writing import as_page_text, read_lines, without_arabic
from forms_service.ocr.attachments.days import with_day_digits
from forms_service.ocr.attachments.facts import read_facts
from forms_service.ocr.attachments.named_persons import _without_glued_title
from forms_service.ocr.attachments.office_words import mended
from forms_service.ocr.attachments.recognition import recognise
from forms_service.ocr.attachments.straighten import without_dark_edges, without_rules
from forms_service.ocr.attachments.written_lines import find_lines
from forms_service.spec_catalogue import SpecCatalogue
from samples.drawing.paper import SAMPLE_TYPEFACES, Paper
from tests.ocr.attachments.test_facts import ON, facts, numbered, page
from tests.ocr.attachments.test_recognition import title


@pytest.fixture(scope="module")
def types() -> DocumentTypes:
    return SpecCatalogue.load().types


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["certifie que l'élève Lahlou Salma, née le 03/02/2012, suit"], "Lahlou Salma"),
        (["La direction atteste que M. Hassan El Idrissi, titulaire"], "Hassan El Idrissi"),
        (["Nous attestons que Monsieur Hassan", "Berrada est employé"], "Hassan Berrada"),
        (["Nous soussignés, Banque Imaginaire du Maroc, attestons que Lina Fassi, titulaire"], "Lina Fassi"),
        (["Nom et prénom : TAZI Nadia"], "TAZI Nadia"),
    ],
)
def test_a_person_is_found_in_sentences_of_many_wordings(
    types: DocumentTypes, lines: list[str], name: str
) -> None:
    assert facts(types, "school_certificate", page(lines))["name"] == name


def test_an_arabic_name_goes_over_the_end_of_a_line_and_stops_at_a_verb(types: DocumentTypes) -> None:
    read = facts(
        types,
        "guardianship_act",
        page([], ["عينت المحكمة السيد", "كريم الناصري وصيا على القاصر أنس الفيلالي المزداد"]),
    )
    assert (read["name.ar"], read["child.ar"]) == ("كريم الناصري", "أنس الفيلالي")


@pytest.mark.parametrize(
    ("word", "name"),
    [("القاصرفاطمة", "فاطمة"), ("السيدةسلمى", "سلمى"), ("القاصري", "القاصري"), ("فاطمة", "فاطمة")],
)
def test_a_title_glued_to_a_name_is_cut_off(word: str, name: str) -> None:
    assert _without_glued_title(word) == name


def test_the_latin_name_tells_where_the_arabic_one_ends(types: DocumentTypes) -> None:
    both = page(["atteste que M. Karim Naciri, né"], ["يشهد أن السيد كريم الناصري مستخدم دائم"])
    assert facts(types, "activity_proof", both)["name.ar"] == "كريم الناصري"


def test_two_scripts_that_agree_make_a_name_sure_and_that_differ_doubtful(types: DocumentTypes) -> None:
    look = types.classes["activity_proof"]
    for arabic, low, high in (("كريم الناصري", 0.88, 1.0), ("خديجة بوعزة", 0.0, 0.6)):
        read = read_facts(numbered(page(["M. Karim Naciri, né"], [f"السيد {arabic}، المزداد"])), look, ON)
        assert low <= read["name.ar"].confidence <= high
        assert low <= read["name"].confidence <= high


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("وبتاريخا دجنبر 2025", date(2025, 12, 1)),
        ("بتاريخ ه يونيو ٢٠٢١", date(2021, 6, 5)),
        ("في ١٢ غشت ١٩٨٥", date(1985, 8, 12)),
    ],
)
def test_letters_in_the_place_of_a_day_are_the_digits_they_look_like(text: str, day: date) -> None:
    assert [one.day for one in find_dates(with_day_digits(fold_letters(text)))] == [day]


def test_words_before_a_month_stay_words() -> None:
    assert with_day_digits(fold_letters("هذه يناير 2020")) == fold_letters("هذه يناير 2020")


def test_a_hijri_day_is_kept_as_written_beside_the_gregorian_one(types: DocumentTypes) -> None:
    act = page([], ["تلقى العدلان بتاريخ 13 ربيعالأول 1428 موافق 2 ابريل 2007 عقد نكاح"])
    read = facts(types, "marriage_act", act)
    assert (read["married"], read["married.hijri"]) == ("2007-04-02", "1428-03-13 AH")
    assert len(find_hijri_dates("13 ربيع الأول 1428")) == 1


def test_a_verb_behind_a_date_says_what_happened(types: DocumentTypes) -> None:
    line = "Le 12 juillet 2008 est décédé(e) Zineb ZIANI, né(e) le 11/03/1960"
    read = facts(types, "death_certificate", page([line]))
    assert (read["death"], read["birth"]) == ("2008-07-12", "1960-03-11")


def test_a_title_that_goes_on_is_not_the_shorter_title(types: DocumentTypes) -> None:
    assert recognise([title("CERTIFICAT DE TRAVAIL")], [], types.classes).class_id == "activity_proof"
    longer = recognise([title("CERTIFICAT DE TRAVAIL AU FOND")], [], types.classes)
    assert longer.class_id != "activity_proof"


def test_thousands_that_stand_apart_belong_to_the_amount(types: DocumentTypes) -> None:
    row = page(["Revenu global imposable || 57 || 492,00 DH"])
    assert facts(types, "income_certificate", row)["income"] == "57492.00"


def test_rules_of_a_table_are_painted_over_and_letters_stay() -> None:
    paper = Paper(120, 40, SAMPLE_TYPEFACES[0], random.Random(1))
    paper.text(10, 12, "Nom et prénom", 12)
    plain = paper.pixels()
    paper.frame(5, 8, 110, 12)
    cleaned = without_rules(paper.pixels())
    assert np.array_equal(cleaned < 128, plain < 128)


def test_black_edges_of_a_copy_are_cut_off() -> None:
    sheet = np.full((300, 200), 250, np.uint8)
    sheet[:, :6] = 20
    sheet[:4] = 20
    cut = without_dark_edges(sheet)
    assert cut.min() == 250
    assert without_dark_edges(np.full((300, 200), 60, np.uint8)).shape == (300, 200)


def test_arabic_is_read_line_by_line_and_latin_is_left_to_its_own_reader() -> None:
    paper = Paper(120, 40, SAMPLE_TYPEFACES[0], random.Random(1))
    paper.text(110, 5, "شهادة مدرسية", 16, align="right")
    paper.text(10, 22, "Certificat de", 14)
    pixels = paper.pixels()
    lines = read_lines(find_lines(pixels))
    assert as_page_text(lines).text == "شهادة مدرسية"
    without = without_arabic(pixels, lines)
    assert without[: without.shape[0] // 2].min() > 200
    assert np.array_equal(without[without.shape[0] // 2 :], pixels[without.shape[0] // 2 :])


def test_a_stamp_across_a_line_does_not_tear_it_apart() -> None:
    paper = Paper(150, 60, SAMPLE_TYPEFACES[0], random.Random(1))
    paper.text(140, 26, "يشهد ضابط الحالة المدنية بأن السيد رشيد العلوي", 14, align="right")
    paper.stamp(80, 30, "COMMUNE", "الجماعة", 14)
    widest = max(find_lines(paper.pixels()), key=lambda line: line.width)
    columns = np.nonzero(paper.pixels() < 60)[1]
    assert widest.width > 0.9 * (np.quantile(columns, 0.99) - np.quantile(columns, 0.01))


@pytest.mark.parametrize(
    ("read", "sure", "meant"),
    [
        ("بناريخ", 0.8, "بتاريخ"),
        ("بنابر", 0.4, "يناير"),
        ("الزباني", 0.5, "الزباني"),
        ("بناريخ", 0.99, "بناريخ"),
    ],
)
def test_an_unsure_office_word_gets_its_dots_back_and_a_name_never(
    read: str, sure: float, meant: str
) -> None:
    assert mended(read, sure)[0] == meant


def test_a_page_in_arabic_alone_is_neither_turned_nor_read_as_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "read_page_text", lambda *_: pytest.fail("there is no French on it"))
    paper = Paper(150, 110, SAMPLE_TYPEFACES[0], random.Random(1))
    for row, text in enumerate(("المملكة المغربية", "المحكمة الابتدائية", "قسم قضاء الأسرة", "عقد الزواج")):
        paper.text(140, 8 + 12 * row, text, 15, align="right")
    upright = paper.pixels()
    for turned in (upright, np.rot90(upright, 2)):
        read = writing.PageWriting.of(np.ascontiguousarray(turned))
        assert read.arabic.lines[0] == "المملكة المغربية"
        assert read.french.words == ()

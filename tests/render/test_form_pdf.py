"""The PDFs of a form: whole, identified, filled rightly and never cut."""

from __future__ import annotations

import io
import subprocess
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdf
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RenderError
from core.form_spec import FormSpec
from core.placement import PageIdentity, WidgetKind, corner_mark_boxes
from forms_service.render.form_pdf import read_values, render_blank, render_blanks, render_filled
from forms_service.render.layout import lay_out
from tests.render.conftest import ANSWERS, ROOT, crop, ink_columns, load, page_pixels

REFERENCE = "CN-2026-7K3QX"


def is_sound(pdf: bytes, tmp_path: Path) -> bool:
    path = tmp_path / "sound.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 0


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_every_file_is_sound(small: FormSpec, allowance: FormSpec, tmp_path: Path) -> None:
    files = [
        render_blank(small),
        render_blank(allowance, REFERENCE),
        render_blank(small, copies=3),
        render_filled(allowance, ANSWERS, REFERENCE),
        render_filled(allowance, ANSWERS, REFERENCE, flatten=True),
    ]
    assert all(is_sound(file, tmp_path) for file in files)


def test_every_page_says_who_it_is(any_form: FormSpec) -> None:
    pdf = render_blank(any_form, REFERENCE)
    pages = lay_out(any_form).layout.pages
    for page in range(1, pages + 1):
        (code,) = zxingcpp.read_barcodes(page_pixels(pdf, page - 1))
        identity = PageIdentity.decode(code.text)
        assert identity == PageIdentity(any_form.id, any_form.version, page, pages, REFERENCE)
    assert REFERENCE in text_of(pdf)


def test_corner_marks_are_found_where_they_should_be(any_form: FormSpec) -> None:
    pixels = page_pixels(render_blank(any_form), dpi=200)
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, ids, _ = detector.detectMarkers(pixels)
    found = {
        int(number): quad.reshape(4, 2).mean(axis=0)
        for number, quad in zip(ids.ravel(), corners, strict=True)
    }
    assert set(found) == {0, 1, 2, 3}
    for number, box in enumerate(corner_mark_boxes()):
        centre = np.array([box.x + box.width / 2, box.y + box.height / 2]) * 200 / 25.4
        assert np.abs(found[number] - centre).max() < 2


def test_answers_come_back_as_they_were_written(allowance: FormSpec, answers: dict[str, object]) -> None:
    read = read_values(render_filled(allowance, answers, REFERENCE))
    assert (read.form_id, read.version, read.reference) == ("311-1-14", 1, REFERENCE)
    expected = {**answers, "assured.birth": "12031985", "children_to_declare": "3"}
    assert read.values == expected


LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèêëàâîïôûùçÉÈÀÇœŒ'’-. "
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةپڤگ لا"
MIXED = LATIN + ARABIC + "0123456789٠١٢٣،؛؟/()"
SMALL = load(ROOT / "tests" / "render" / "small_form.yaml")


def words(alphabet: str, longest: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=longest).filter(lambda text: text == text.strip())


@settings(max_examples=40, deadline=None)
@given(latin=words(LATIN, 18), arabic=words(ARABIC, 18), mixed=words(MIXED, 160))
def test_any_text_comes_back_in_logical_order(latin: str, arabic: str, mixed: str) -> None:
    answers = {"person.last": latin, "person.last.ar": arabic, "person.remarks": mixed}
    assert read_values(render_filled(SMALL, answers)).values == answers


def test_ticks_come_back_as_choices(small: FormSpec) -> None:
    answers = {"help": ["glasses", "home"], "urgent": True, "children.2.student": True}
    assert read_values(render_filled(small, answers)).values == answers


def test_blank_answers_leave_no_value(small: FormSpec) -> None:
    pdf = render_filled(small, {"person.last": "", "urgent": False, "help": [], "amount": None})
    assert read_values(pdf).values == {}


@pytest.mark.parametrize("flatten", [False, True])
def test_the_number_0_is_written(allowance: FormSpec, flatten: bool) -> None:
    pixels = page_pixels(render_filled(allowance, {"children_to_declare": 0}, flatten=flatten)).astype(int)
    blank = page_pixels(render_blank(allowance)).astype(int)
    (place,) = lay_out(allowance).layout.of_field("children_to_declare")
    assert (crop(abs(pixels - blank), place.box) > 128).any()


def test_nothing_asks_viewers_to_draw_values_again(allowance: FormSpec, answers: dict[str, object]) -> None:
    with pikepdf.open(io.BytesIO(render_filled(allowance, answers))) as document:
        assert "/NeedAppearances" not in document.Root.AcroForm
        widgets = [note for page in document.pages for note in page.get("/Annots", [])]
        visible = [one for one in widgets if not int(one.get("/F", 0)) & 2]
        assert len(visible) == sum(
            place.widget is not WidgetKind.SIGNATURE for place in lay_out(allowance).layout.placements
        )
        assert all("/N" in one.AP for one in visible)


def test_only_the_filled_boxes_hold_ink(allowance: FormSpec, answers: dict[str, object]) -> None:
    pixels = page_pixels(render_filled(allowance, answers))
    blank = page_pixels(render_blank(allowance))
    for place in lay_out(allowance).layout.on_page(1):
        filled = answers.get(place.field_id)
        is_written = place.choice == filled if place.choice else bool(filled)
        box = place.box.inset(0.4)
        assert (ink_columns(crop(blank, box)).size == 0) or place.comb, place.field_id
        if not place.comb:
            assert (ink_columns(crop(pixels, box)).size > 0) == is_written, (place.field_id, place.choice)


@pytest.mark.parametrize(
    ("field_id", "on_the_right"),
    [("assured.last.ar", True), ("assured.last", False), ("assured.quarter", True), ("assured.city", False)],
)
@pytest.mark.parametrize("flatten", [False, True])
def test_arabic_is_set_from_the_right_and_latin_from_the_left(
    allowance: FormSpec, answers: dict[str, object], field_id: str, on_the_right: bool, flatten: bool
) -> None:
    pixels = page_pixels(render_filled(allowance, answers, flatten=flatten))
    (place,) = lay_out(allowance).layout.of_field(field_id)
    columns = ink_columns(crop(pixels, place.box.inset(0.4)))
    width = place.box.width * 150 / 25.4
    left, right = columns.min(), width - columns.max()
    assert (right < left) == on_the_right
    assert min(left, right) < 2.5 * 150 / 25.4, "the first letter stands at the edge"


def test_a_comb_has_one_character_in_each_cell(allowance: FormSpec, answers: dict[str, object]) -> None:
    filled = page_pixels(render_filled(allowance, answers), dpi=200).astype(int)
    blank = page_pixels(render_blank(allowance), dpi=200).astype(int)
    (place,) = lay_out(allowance).layout.of_field("assured.id_no")
    assert place.comb == 10
    columns = ink_columns(crop(255 - abs(filled - blank), place.box, 200))
    cell = place.box.width * 200 / 25.4 / 10
    counts = np.bincount((columns / cell).astype(int), minlength=10)
    assert (counts[:8] > 0).all() and (counts[8:] == 0).all()
    for edge in range(1, 8):
        assert not (abs(columns - edge * cell) < 0.08 * cell).any(), "no character crosses its cell"


def test_two_viewers_show_the_same_page(
    allowance: FormSpec, answers: dict[str, object], tmp_path: Path
) -> None:
    pdf = render_filled(allowance, answers, REFERENCE)
    (tmp_path / "page.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "150", "-l", "1", "-gray", "-singlefile", "page.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True)
    poppler = cv2.imread(str(tmp_path / "page.pgm"), cv2.IMREAD_GRAYSCALE)
    pdfium = page_pixels(pdf)
    for place in lay_out(allowance).layout.on_page(1):
        crops = [crop(page, place.box.inset(0.4)) for page in (pdfium, poppler)]
        height, width = (min(one.shape[axis] for one in crops) for axis in (0, 1))
        ours, theirs = (one[:height, :width] for one in crops)
        assert _covers(ours, theirs) and _covers(theirs, ours), place.field_id


def _covers(page: np.ndarray, other: np.ndarray) -> bool:
    """Whether every dark pixel of ``other`` has ink on ``page`` within two pixels."""
    ink = cv2.dilate((page < 215).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return not ((other < 110) & ~ink).any()


def test_a_flattened_form_has_no_fields_and_keeps_its_text(
    allowance: FormSpec, answers: dict[str, object]
) -> None:
    pdf = render_filled(allowance, answers, REFERENCE, flatten=True)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert not reader.get_fields()
    text = text_of(pdf)
    for expected in ("عبد السلام", "الإدريسي العلوي", "Noël-Éric", "noel.eric+cnss@example.ma", REFERENCE):
        assert expected in text


def test_long_text_is_made_smaller_then_refused_but_never_cut(small: FormSpec) -> None:
    for length in (10, 40, 50):
        name = "x" * length
        assert read_values(render_filled(small, {"person.last": name})).values["person.last"] == name
    with pytest.raises(RenderError) as caught:
        render_filled(small, {"person.last": "M" * 300})
    assert caught.value.code == "value_too_long"
    assert "Nom" in caught.value.message.fr and "الاسم العائلي" in caught.value.message.ar


def test_a_comb_refuses_more_characters_than_it_has_cells(small: FormSpec) -> None:
    with pytest.raises(RenderError, match="12 caractères pour 9 cases"):
        render_filled(small, {"person.registration": "123456789012"})


def test_characters_the_typeface_lacks_are_named(small: FormSpec) -> None:
    with pytest.raises(RenderError) as caught:
        render_filled(small, {"person.last": "李 Benani"})
    assert caught.value.code == "missing_characters" and "李" in caught.value.message.ar


@pytest.mark.parametrize(
    ("values", "code"),
    [({"nobody.asked": "x"}, "unknown_field"), ({"help": ["glasses", "boat"]}, "unknown_choice")],
)
def test_what_the_form_does_not_ask_is_refused(small: FormSpec, values: dict[str, object], code: str) -> None:
    with pytest.raises(RenderError) as caught:
        render_filled(small, values)
    assert caught.value.code == code


def test_blanks_for_an_agency_carry_each_its_reference(small: FormSpec) -> None:
    references = [f"CN-2026-{number:05d}" for number in range(3)]
    pdf = render_blanks(small, references)
    pages = lay_out(small).layout.pages
    seen = []
    for index in range(len(references) * pages):
        (code,) = zxingcpp.read_barcodes(page_pixels(pdf, index))
        identity = PageIdentity.decode(code.text)
        assert identity is not None
        seen.append((identity.reference, identity.page))
    assert seen == [(reference, page) for reference in references for page in range(1, pages + 1)]


def test_the_same_form_gives_the_same_file(small: FormSpec) -> None:
    answers = {"person.last": "Benani", "help": ["home"]}
    assert render_filled(small, answers) == render_filled(small, answers)


def test_fields_are_named_in_both_languages_and_in_reading_order(allowance: FormSpec) -> None:
    with pikepdf.open(io.BytesIO(render_blank(allowance))) as document:
        notes = [one for one in document.pages[0].Annots if not int(one.get("/F", 0)) & 2]
        by_name = {str(one.T): one for one in notes if "/T" in one}
        assert str(by_name["assured.birth"].TU) == "تاريخ الازدياد – Date de naissance"
        assert int(by_name["assured.birth"].MaxLen) == 8
        assert int(by_name["assured.birth"].Ff) & (1 << 24)
        assert all("/TU" in one for one in notes)
        tops = [float(one.Rect[3]) for one in notes]
        assert all(after <= before + 30 for before, after in pairwise(tops)), "tab order runs down the page"


def test_the_default_font_of_fields_claims_no_arabic(allowance: FormSpec) -> None:
    with pikepdf.open(io.BytesIO(render_blank(allowance))) as document:
        (font,) = document.Root.AcroForm.DR.Font.values()
        assert font.Encoding == "/WinAnsiEncoding" and "/FontFile2" in font.FontDescriptor
        assert "/ToUnicode" not in font


def test_another_program_that_fills_one_box_leaves_the_others_empty(allowance: FormSpec) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(render_blank(allowance)))
    for page in writer.pages:
        writer.update_page_form_field_values(page, {"assured.last": "ALAOUI"}, auto_regenerate=False)
    saved = io.BytesIO()
    writer.write(saved)
    fields = pypdf.PdfReader(saved).pages[0]["/Annots"]
    drawn = {
        one["/T"]: one["/AP"]["/N"].get_data()
        for one in (annotation.get_object() for annotation in fields)
        if one.get("/FT") == "/Tx" and "/AP" in one
    }
    assert drawn["assured.last"] and not drawn["spouse.last"] and not drawn["assured.email"]

"""Lines of text: what is measured, broken, shaped and drawn reads back as it was written."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from core.localized_text import Direction, Language, LocalizedText, code_pattern
from forms_service.render import typography
from forms_service.render.artwork import Align, Words
from forms_service.render.paper import PaperProperties, write_paper
from forms_service.render.typography import levelled_runs, shape, text_width_mm, wrap

ARABIC_LABELS = [
    "الاسم العائلي",
    "الصندوق الوطني للضمان الاجتماعي",
    "طلب الحصول على التعويضات العائلية",
    "أصرح بمصداقية وصحة المعلومات المذكورة",
    "الآباء والأبناء والإخوة لا يسألون",
    "مسؤولية الملء على عاتق المؤمن له",
]
FRENCH_LABELS = ["N° d’immatriculation de l’assuré(e)", "Élève « œuvre » – 5 € ça", "Réf. : 310-1-32"]


def drawn(text: str, direction: Direction, align: Align | None = None) -> bytes:
    arabic = direction is Direction.RTL
    align = align or (Align.RIGHT if arabic else Align.LEFT)
    x = {Align.LEFT: 20.0, Align.CENTRE: 105.0, Align.RIGHT: 190.0}[align]
    line = Words(text, x, 50, 12, Language.AR if arabic else Language.FR, align)
    return write_paper([[line]], PaperProperties(LocalizedText("تجربة", "essai")))


def extracted(pdf: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().strip()


@pytest.mark.parametrize("text", ARABIC_LABELS)
def test_arabic_is_extracted_as_it_was_written(text: str) -> None:
    pdf = drawn(text, Direction.RTL)
    assert extracted(pdf) == text
    page = pypdfium2.PdfDocument(pdf)[0]
    assert page.get_textpage().get_text_bounded().strip() == text


@pytest.mark.parametrize("text", FRENCH_LABELS)
def test_french_is_extracted_as_it_was_written(text: str) -> None:
    assert extracted(drawn(text, Direction.LTR)) == text


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.parametrize("text", [*ARABIC_LABELS, "بِلَاءً لَا طبقاً", "لإنجاز الأعمال في الآجال"])
def test_every_arabic_letter_has_a_glyph_of_its_own(text: str, weight: str) -> None:
    glyphs = shape(text, Direction.RTL, 10, weight == "Bold").glyphs
    assert sorted(glyph.text for glyph in glyphs) == sorted(text)
    assert all(glyph.gid != 0 for glyph in glyphs)


@pytest.mark.parametrize("bold", [False, True])
def test_a_cut_lam_alef_is_as_wide_as_the_ligature_and_keeps_its_ink(bold: bool) -> None:
    font = TTFont(typography.BOLD if bold else typography.REGULAR)
    ligature = font.getBestCmap()[0xFEFB]
    alef, lam = shape("لا", Direction.RTL, 1000, bold).glyphs
    assert (alef.text, lam.text) == ("ا", "ل")
    assert alef.advance_pt + lam.advance_pt == pytest.approx(font["hmtx"][ligature][0])
    names = font.getGlyphOrder()
    boxes = [font["glyf"][names[glyph.gid]] for glyph in (alef, lam)]
    whole = font["glyf"][ligature]
    assert boxes[0].xMin == whole.xMin
    assert boxes[1].xMax + lam.x_pt == pytest.approx(whole.xMax, abs=1)
    assert boxes[0].xMax > alef.advance_pt > boxes[1].xMin + lam.x_pt, "the halves overlap: no hairline"


def test_glyphs_run_from_the_left_and_brackets_are_mirrored() -> None:
    line = shape("(الصندوق)", Direction.RTL, 10)
    xs = [glyph.x_pt for glyph in line.glyphs]
    assert xs == sorted(xs)
    first, last = line.glyphs[0], line.glyphs[-1]
    assert (first.text, last.text) == (")", "(")
    opening = shape("(", Direction.LTR, 10).glyphs[0].gid
    assert first.gid == opening, "the bracket on the left opens to the right in either language"


@pytest.mark.parametrize(
    ("text", "base", "runs"),
    [
        ("المرجع رقم: 310-1-32", Direction.RTL, ["المرجع رقم: ", "310-1-32"]),
        ("الهاتف: 06 12 34 56 78 (المحمول)", Direction.RTL, ["الهاتف: ", "06 12 34 56 78", " (المحمول)"]),
        ("من 2026/03/01 إلى 2026-04-01", Direction.RTL, ["من ", "2026/03/01", " إلى ", "2026-04-01"]),
        ("خدمة TAAWIDATY على www.macnss.ma", Direction.RTL, ["خدمة ", "TAAWIDATY", " على ", "www.macnss.ma"]),
        ("Nom : محمد (CNSS)", Direction.LTR, ["Nom : ", "محمد", " (CNSS)"]),
        ("Réf. : 310-1-32", Direction.LTR, ["Réf. : 310-1-32"]),
    ],
)
def test_lines_are_cut_where_the_direction_changes(text: str, base: Direction, runs: list[str]) -> None:
    assert [words for words, *_ in levelled_runs(text, base)] == runs


def test_a_code_after_arabic_is_read_from_the_left() -> None:
    shown = "".join(glyph.text for glyph in shape("رقم 310-1-32", Direction.RTL, 10).glyphs)
    assert shown.startswith("310-1-32")


def test_a_date_comes_before_the_amount_that_follows_it_in_arabic() -> None:
    date, _, amount = shape("2026/03/01 – 1 234,50", Direction.RTL, 10).runs
    assert date.x_pt > amount.x_pt


def test_direction_controls_in_a_value_cannot_turn_the_line_round() -> None:
    plain = shape("Total 12 DH", Direction.LTR, 10)
    assert shape("\u202eTotal\u202c 12 DH", Direction.LTR, 10) == plain


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("align", Align)
def test_lines_stand_where_they_are_aligned(align: Align, direction: Direction) -> None:
    text = "تجربة" if direction is Direction.RTL else "essai"
    page = pypdfium2.PdfDocument(drawn(text, direction, align=align))[0]
    bounds = [one.get_bounds() for one in page.get_objects()]
    left, right = (
        typography.MM_PER_PT * edge for edge in (min(b[0] for b in bounds), max(b[2] for b in bounds))
    )
    stands = {Align.LEFT: (left, 20), Align.CENTRE: ((left + right) / 2, 105), Align.RIGHT: (right, 190)}[
        align
    ]
    assert stands[0] == pytest.approx(stands[1], abs=0.5)


def test_lines_break_at_spaces_but_not_before_french_punctuation() -> None:
    text = "Immatriculé à la CNSS sous le numéro : 123 « oui » et non ?"
    lines = wrap(text, 46, 11)
    assert " ".join(lines).replace("\u00a0", " ") == text
    assert not any(line.lstrip().startswith((":", "?", "»")) for line in lines)


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="ابتلاأسلمعن abcé12(),-", max_size=60),
    st.floats(min_value=12, max_value=90),
)
def test_wrapping_keeps_every_letter_and_the_width(text: str, width_mm: float) -> None:
    lines = wrap(text, width_mm, 10)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width_mm(line.strip(), 10) <= width_mm + 0.01 for line in lines)


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="ابلاأم abé19()-/:،\u064e", max_size=40),
    st.sampled_from(list(Direction)),
)
def test_shaping_keeps_every_character_and_the_width(text: str, base: Direction) -> None:
    line = shape(text, base, 10)
    assert sorted("".join(glyph.text for glyph in line.glyphs)) == sorted(text)
    assert sum(run.width_pt for run in line.runs) == pytest.approx(line.width_pt)


def test_a_document_is_titled_and_speaks_its_language() -> None:
    reader = pypdf.PdfReader(io.BytesIO(drawn("سلام", Direction.RTL)))
    assert reader.metadata.title == "تجربة – essai"
    assert reader.trailer["/Root"]["/Lang"] == "ar-MA"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]


def test_characters_that_cannot_be_printed_are_named() -> None:
    assert typography.missing_characters("aش日☐日") == ["日"]


def test_the_licence_travels_with_the_fonts() -> None:
    folder = Path(typography.REGULAR).parent
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()


def test_cooking_again_gives_the_same_glyphs() -> None:
    import importlib.util

    script = Path(__file__).parents[2] / "scripts" / "cook_fonts.py"
    module_spec = importlib.util.spec_from_file_location("cook_fonts", script)
    assert module_spec and module_spec.loader
    cook_fonts = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(cook_fonts)
    cooked = TTFont(io.BytesIO(cook_fonts.cook(cook_fonts.SOURCES, "Regular")))
    kept = TTFont(typography.REGULAR)
    assert cooked.getBestCmap() == kept.getBestCmap()
    assert cooked["hmtx"].metrics == kept["hmtx"].metrics


def wrapped_by_measuring_whole_lines(text: str, width_mm: float, size_pt: float) -> list[str]:
    """The same greedy breaking, every line shaped as a whole."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and text_width_mm(longer, size_pt) > width_mm:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


WORDS = st.one_of(
    st.text(alphabet="abéçAVTYof12().,'", min_size=1, max_size=6),
    st.text(alphabet="ابتلاأم\u064e()،.", min_size=1, max_size=6),
    st.text(alphabet="ab12لام(", min_size=1, max_size=6),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=9), st.floats(min_value=20, max_value=60))
def test_adding_words_up_breaks_lines_where_measuring_them_whole_does(
    words: list[str], width_mm: float
) -> None:
    text = " ".join(words)
    assert wrap(text, width_mm, 10) == wrapped_by_measuring_whole_lines(text, width_mm, 10)


def test_an_hour_after_a_year_is_a_code_of_its_own() -> None:
    found = [match[0] for match in code_pattern().finditer("يوم 22 نونبر 2026 02:44، الهاتف 06 12 34 56 78")]
    assert found == ["02:44", "06 12 34 56 78"]

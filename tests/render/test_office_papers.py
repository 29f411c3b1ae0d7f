"""Cover sheet and reviewer's summary: everything stated stands on them, nothing is cut, nothing overlaps."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from PIL import Image

from core.localized_text import Language, LocalizedText
from core.placement import COVER, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, PageIdentity
from forms_service.ocr.page_identity import find_identity
from forms_service.render.artwork import ARTIFACT, Picture, Piece, Role, Words
from forms_service.render.cover_documents import CoverDocument
from forms_service.render.cover_sheet import (
    CoverSheet,
    cover_sheet_pages,
    numbers_in_words,
    render_cover_sheet,
)
from forms_service.render.paper_sheets import BOTTOM_MM, LEFT_MM, RIGHT_MM
from forms_service.render.printable_text import printable
from forms_service.render.reviewer_summary import (
    Crop,
    ReviewerSummary,
    SummaryDocument,
    SummaryFinding,
    SummaryPart,
    SummaryValue,
    render_reviewer_summary,
    reviewer_summary_pages,
)
from forms_service.render.typography import missing_characters, text_width_mm, wrap

T = LocalizedText
AT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
CHILDREN = T("الأطفال المصرح بهم: 1 إلى 12", "Enfants à déclarer : 1 à 12")
LONG = T(
    "نسخة مصادق عليها من شهادة مدرسية برسم السنة الجارية لكل طفل يتابع دراسته ويفوق سنه 12 سنة",
    "Copie certifiée conforme du certificat de scolarité de l’année en cours pour chaque enfant",
)
COVER_SHEET = CoverSheet(
    "311-1-14",
    1,
    "7K3Q-9XMB-2FTC",
    T("طلب الحصول على التعويضات العائلية", "Demande de perception d'Allocations Familiales"),
    T("التعويضات العائلية", "Allocations familiales"),
    T("العمراني فاطمة الزهراء", "El Amrani Fatima Zahra"),
    "123456782",
    T("مسودة", "Brouillon"),
    AT,
    opened_at=AT,
    deadline=date(2026, 5, 20),
    physical_check=True,
    documents=(
        CoverDocument(T("استمارة الطلب موقعة", "Formulaire de demande signé"), 1, 1, 0),
        CoverDocument(T("عقد الزواج", "Acte de mariage"), 1, 0, 0, on_file=1),
        CoverDocument(LONG, 12, 9, 3, to_redo=1, rows=CHILDREN, missing_rows=numbers_in_words([4, 7, 11])),
    ),
    to_do=(T("«المؤمن له»: املؤوا العنوان.", "« Assuré » : remplir Adresse."),),
)


def words_of(pages: list[list[Piece]], language: Language) -> str:
    found = [
        one.text for page in pages for one in page if isinstance(one, Words) and one.language is language
    ]
    return " ".join(" ".join(found).replace("\u00a0", " ").split())


def assert_well_set(pages: list[list[Piece]]) -> None:
    """Everything lies on the paper, inside its margins, and no two lines of words touch."""
    for page in pages:
        lines = [one for one in page if isinstance(one, Words)]
        for one in lines:
            assert one.box.x > LEFT_MM - 0.1, one.text
            assert one.box.right < RIGHT_MM + 0.1, one.text
            if one.path != ARTIFACT:
                assert one.box.bottom < BOTTOM_MM + 0.5, one.text
        for first, second in itertools.combinations(lines, 2):
            assert not first.box.inset(0.15).overlaps(second.box.inset(0.15)), (first.text, second.text)
        for one in page:
            if isinstance(one, Picture):
                assert one.box.x >= 0
                assert one.box.right <= PAGE_WIDTH_MM
                assert one.box.bottom <= PAGE_HEIGHT_MM
                assert not any(one.box.overlaps(line.box.inset(0.15)) for line in lines)


def text_of(pdf: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


@pytest.mark.parametrize(
    ("numbers", "arabic", "french"),
    [
        ([3], "3", "3"),
        ([2, 1], "1، 2", "1, 2"),
        ([1, 2, 3, 5, 8, 9], "1 إلى 3، 5، 8، 9", "1 à 3, 5, 8, 9"),
        ([], "", ""),
    ],
)
def test_numbers_in_sequence_are_taken_together(numbers: list[int], arabic: str, french: str) -> None:
    assert numbers_in_words(numbers) == T(arabic, french)


def test_a_cover_sheet_states_everything_in_both_languages() -> None:
    pages = cover_sheet_pages(COVER_SHEET)
    assert len(pages) == 1
    assert_well_set(pages)
    french, arabic = words_of(pages, Language.FR), words_of(pages, Language.AR)
    assert COVER_SHEET.form_title.fr.replace("'", "’") in french
    for one in (COVER_SHEET.applicant_name, COVER_SHEET.state, LONG, CHILDREN, *COVER_SHEET.to_do):
        assert one.fr.replace("\u00a0", " ") in french
        assert one.ar in arabic
    assert "manque pour les n° 4, 7, 11" in french
    assert "ناقصة للأرقام: 4، 7، 11" in arabic
    assert {"20/05/2026", "123456782", "7K3Q-9XMB-2FTC"} <= set(french.split())


def test_a_cover_sheet_with_a_dozen_children_and_many_papers_goes_on_without_loss() -> None:
    """However much there is, every line stands on some page and the boxes for the stamp come last."""
    many = tuple(
        replace(COVER_SHEET.documents[2], label=T(f"{LONG.ar} {n}", f"{LONG.fr} {n}")) for n in range(20)
    )
    pages = cover_sheet_pages(replace(COVER_SHEET, documents=many, to_do=COVER_SHEET.to_do * 30))
    assert len(pages) > 1
    assert_well_set(pages)
    french = words_of(pages, Language.FR)
    assert all(one.label.fr in french for one in many)
    assert "Cachet et signature" in words_of(pages[-1:], Language.FR)


def test_each_page_of_a_cover_that_goes_on_bears_a_code_that_says_cover() -> None:
    """A page without one would be taken for a paper of the dossier when the stack is scanned."""
    pdf = render_cover_sheet(replace(COVER_SHEET, documents=COVER_SHEET.documents[2:] * 60))
    drawn = [page.render(scale=150 / 72).to_numpy() for page in pypdfium2.PdfDocument(pdf)]
    assert len(drawn) > 1
    marks = [find_identity(pixels) for pixels in drawn]
    assert [(one.identity.page, one.identity.pages) for one in marks if one] == [
        (page, len(drawn)) for page in range(1, len(drawn) + 1)
    ]
    assert {one.identity.variant for one in marks if one} == {COVER}


def test_a_complete_dossier_says_so() -> None:
    done = replace(COVER_SHEET, documents=COVER_SHEET.documents[:2], to_do=())
    assert "Le dossier est complet" in words_of(cover_sheet_pages(done), Language.FR)
    assert "Le dossier est complet" not in words_of(cover_sheet_pages(COVER_SHEET), Language.FR)


def test_the_code_of_a_cover_sheet_cannot_be_taken_for_a_page_of_the_form() -> None:
    identity = PageIdentity.decode(COVER_SHEET.identity.encode())
    assert identity == PageIdentity("311-1-14", 1, 1, 1, "7K3Q-9XMB-2FTC", COVER)


def test_tables_have_the_same_number_of_cells_in_every_row() -> None:
    for pages in (cover_sheet_pages(COVER_SHEET), reviewer_summary_pages(summary(children=2))):
        rows: dict[tuple, set] = {}
        for page in pages:
            for piece in page:
                path = getattr(piece, "path", ())
                cells = [n for n, one in enumerate(path) if one.role in (Role.CELL, Role.HEAD_CELL)]
                if cells:
                    rows.setdefault(path[: cells[0]], set()).add(path[cells[0]].key)
        counts: dict[str, set[int]] = {}
        for path, cells in rows.items():
            counts.setdefault(path[0].key, set()).add(len(cells))
        assert counts
        assert all(len(one) == 1 for one in counts.values()), counts


# --- the summary ----------------------------------------------------------------------------------


def crop(width_mm: float, height_mm: float) -> Crop:
    out = io.BytesIO()
    Image.new("L", (round(width_mm * 6), round(height_mm * 6)), 200).save(out, "JPEG", quality=50)
    return Crop(out.getvalue(), width_mm, height_mm)


def summary(children: int = 0) -> ReviewerSummary:
    values = (
        SummaryValue(
            T("الاسم العائلي", "Nom"),
            T("بناني", "بناني"),
            (T("من الورق · 97 %", "du papier · 97 %"),),
            (T("للتحقق: كتابة غير واضحة بما يكفي", "à vérifier : écriture pas assez nette pour être sûr"),),
            (T("«بنانى» عُوض بـ«بناني»", "« بنانى » remplacé par « بناني » (gestionnaire, 02/03/2026)"),),
            crop(60, 9),
        ),
        SummaryValue(T("العنوان", "Adresse"), T("12 rue N'Guyen", "12 rue N'Guyen"), crop=crop(170, 10)),
        SummaryValue(T("تاريخ الازدياد", "Date de naissance"), T("12/03/1988", "12/03/1988")),
        SummaryValue(T("البريد الإلكتروني", "Adresse Email"), None),
    )
    parts = [SummaryPart(f"s{n}", T(f"القسم {n}", f"Section {n}"), values * 5) for n in range(3)]
    parts += [SummaryPart(f"c{n}", T(f"الطفل {n}", f"Enfant {n}"), values[2:] * 4) for n in range(children)]
    return ReviewerSummary(
        "7K3Q-9XMB-2FTC",
        COVER_SHEET.form_title,
        ((T("صاحب الطلب", "Demandeur"), T("بناني", "Bennani")),),
        AT,
        (SummaryFinding(T("ناقص", "Manque"), LONG, "V14, D_SCHOOL (5.2)", is_error=True),),
        (
            SummaryDocument(
                LONG,
                "a-very-long-name-without-any-space-that-a-telephone-gave-to-its-photograph.jpg",
                T("غير مقبولة", "Refusé"),
                is_declined=True,
                alarms=(T("الوثيقة غير مقروءة.", "Document illisible."),),
            ),
        ),
        tuple(parts),
        "صححوا رقم البطاقة.\nMerci de renvoyer le certificat.",
        "Refusé : " + "pièces manquantes, " * 200,
    )


def test_a_summary_of_sixty_fields_and_twelve_children_is_set_well() -> None:
    long_one = summary(children=12)
    pages = reviewer_summary_pages(long_one)
    assert_well_set(pages)
    french, arabic = words_of(pages, Language.FR), words_of(pages, Language.AR)
    for wanted in (
        "Enfant 11",
        "règle : V14, D_SCHOOL (5.2)",
        "Document illisible.",
        "sans réponse",
        LONG.fr,
    ):
        assert wanted.replace("\u00a0", " ") in french
    for wanted in ("الطفل 11", "للتحقق: كتابة غير واضحة بما يكفي", LONG.ar):
        assert wanted in arabic
    assert french.count("manquantes,") == 200
    assert sum(isinstance(one, Picture) for page in pages for one in page) == 30


def test_a_table_that_goes_on_has_its_heads_again_but_is_read_once() -> None:
    pages = reviewer_summary_pages(summary(children=12))
    heads = [
        one
        for page in pages[1:]
        for one in page
        if isinstance(one, Words) and one.text == "Champ" and one.path == ARTIFACT
    ]
    assert heads


def test_a_long_line_of_writing_is_shown_over_the_value_in_all_the_width() -> None:
    pictures = [one for page in reviewer_summary_pages(summary()) for one in page if isinstance(one, Picture)]
    assert {round(one.box.width) for one in pictures} == {48, 106}
    assert all(one.alt.fr.startswith("Image de la case") for one in pictures)


@pytest.mark.parametrize("paper", ["cover", "summary"])
def test_the_finished_paper_can_be_searched(paper: str) -> None:
    pdf = render_cover_sheet(COVER_SHEET) if paper == "cover" else render_reviewer_summary(summary())
    text = text_of(pdf)
    assert "7K3Q-9XMB-2FTC" in text
    assert COVER_SHEET.form_title.fr.replace("'", "’") in text
    assert "العائلية" in text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Merci ✅ beaucoup", "Merci ? beaucoup"),
        ("n° 12 − ½ ① ﬁn", "n° 12"),
        ("tab\tici\x07", "ici"),
        ("ⵣ تمازيغت", "? تمازيغت"),
    ],
)
def test_what_the_typeface_lacks_is_told_and_never_an_empty_box(written: str, shown: str) -> None:
    assert not missing_characters(printable(written))
    assert shown in printable(written)
    pages = reviewer_summary_pages(replace(summary(), correction_request=written))
    texts = [one.text for page in pages for one in page if isinstance(one, Words)]
    assert not any(missing_characters(text) for text in texts)


def test_ordinary_text_is_left_as_it_is() -> None:
    for text in (LONG.ar, LONG.fr, "شقة 12، زنقة N'Guyen\nFès", "7K3Q-9XMB-2FTC"):
        assert printable(text) == text


def test_one_kind_of_apostrophe_stands_on_a_paper_but_values_keep_theirs() -> None:
    named = T("شهادة", "Attestation de l'enfant")
    sheet = replace(COVER_SHEET, documents=(CoverDocument(named, 1, 1, 0, rows=named),), to_do=(named,))
    told = replace(summary(), documents=(SummaryDocument(named, "d'un.jpg", named, alarms=(named,)),))
    assert "'" not in words_of(cover_sheet_pages(sheet), Language.FR)
    french = words_of(reviewer_summary_pages(told), Language.FR)
    assert "l’enfant" in french
    assert "12 rue N'Guyen" in french
    assert "Demande de perception d'Allocations" not in french


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("11-attestation-death-parents.jpg", ["11-attestation-death-", "parents.jpg"]),
        ("naissance_enfant_numero_deux_copie.pdf", ["naissance_enfant_", "numero_deux_copie", ".pdf"]),
        ("x" * 60, None),
    ],
)
def test_names_of_files_break_where_they_can_be_read(name: str, pieces: list[str] | None) -> None:
    lines = wrap(name, 25.0, 6.9)
    assert "".join(lines) == name
    assert all(text_width_mm(line, 6.9) <= 25.0 for line in lines)
    if pieces is not None:
        assert lines == pieces

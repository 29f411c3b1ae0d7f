"""The deposit receipt on paper: the fund's own words, both languages, nothing lost, one sheet."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pikepdf
import pypdf
import pypdfium2
import pytest
import zxingcpp

from core.localized_text import Language, LocalizedText
from core.receipt import DepositReceipt, ReceiptDocument
from forms_service.render.paper import PaperProperties, write_paper
from forms_service.render.paper_sheets import moroccan_moment
from forms_service.render.receipt_facts import Stated, read_stated
from forms_service.render.receipt_pdf import render_receipt

CODE = "CNR1:" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 11
CARD = ReceiptDocument(
    "cnss_card",
    LocalizedText(
        "نسخة من بطاقة التسجيل بالصندوق الوطني للضمان الاجتماعي", "Une copie de la carte d'immatriculation"
    ),
)
FORM = ReceiptDocument(
    "form", LocalizedText("استمارة طلب استرجاع مبلغ الاشتراكات (المرجع رقم: 310-1-32)", "Formulaire 310-1-32")
)
BIRTH = ReceiptDocument("birth", LocalizedText("عقد الازدياد", "Extrait d’acte de naissance"), 2, 3)

RECEIPT = DepositReceipt(
    reference="7K3Q-9XMB-2FTC",
    form_id="310-1-32",
    form_version=1,
    applicant_name=LocalizedText(ar="محمد الأمين بناني", fr="Mohamed Lamine BENNANI"),
    registration="123456789",
    request_type=LocalizedText(ar="استرجاع مبلغ الاشتراكات الأجرية", fr="Remboursement des cotisations"),
    deposited_at=datetime(2026, 6, 1, 9, 22, 5, tzinfo=UTC),
    received=(FORM, CARD),
    missing=(BIRTH,),
    physical_check=True,
)

FRENCH = [
    "Accusé de dépôt de demande (*)",
    "Portail de dématérialisation des prestations du régime général de la CNSS",
    "Madame / Monsieur",
    "Immatriculé à la CNSS sous le numéro",
    "Type de demande",
    "Référence de la demande",
    "Date de la demande",
    "(*) En cas de demande de contrôle physique des documents, ce document est à joindre à votre dossier "
    "physique.",
]
ARABIC = [
    "وصل الإيداع",
    "بوابة التجريد المادي لتعويضات النظام العام للصندوق الوطني للضمان الاجتماعي",
    "السيد(ة)",
    "المسجل(ة) بالصندوق الوطني للضمان الاجتماعي تحت رقم",
    "نوع الطلب",
    "رقم الطلب",
    "تاريخ الطلب",
    "(*) في حالة طلب مراقبة الطلب، يجب إرفاق هذا المستند بملفكم الفعلي.",
]
VALUES = [
    "محمد الأمين بناني",
    "Mohamed Lamine BENNANI",
    "123456789",
    "استرجاع مبلغ الاشتراكات الأجرية",
    "Remboursement des cotisations",
    "7K3Q-9XMB-2FTC",
    "01/06/2026 – 10:22",
]


def text_of(pdf: bytes) -> str:
    """The text of all sheets with single spaces and no invisible marks, as a viewer copies it."""
    pages = pypdfium2.PdfDocument(pdf)
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())
    return text.replace("\u200f", "")


def pages_of(receipt: DepositReceipt) -> int:
    return len(pypdf.PdfReader(io.BytesIO(render_receipt(receipt, CODE))).pages)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_receipt(RECEIPT, CODE, keywords="essai")


@pytest.mark.parametrize("words", [*FRENCH, *ARABIC, *VALUES])
def test_it_says_what_the_funds_receipt_says(pdf: bytes, words: str) -> None:
    assert words in text_of(pdf)


@pytest.mark.parametrize(
    "words", ["وصل الإيداع", "نوع الطلب", "تاريخ الطلب", "الوثائق الناقصة", "Type de demande"]
)
def test_a_viewer_finds_its_words(pdf: bytes, words: str) -> None:
    assert pypdfium2.PdfDocument(pdf)[0].get_textpage().search(words).get_next() is not None


def test_both_languages_stand_on_their_sides(pdf: bytes) -> None:
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()

    def left_edge(words: str) -> float:
        index, _ = text.search(words).get_next()
        return text.get_charbox(index)[0]

    french, value, arabic = (left_edge(words) for words in ("Référence", "123456789", "نوع"))
    assert french < value < arabic
    assert french == pytest.approx(19 * 72 / 25.4, abs=2)
    edges = [left_edge(words) for words in ("Documents reçus", "Extrait d’acte", "Vérifier cet accusé")]
    assert edges == pytest.approx([french] * 3, abs=1)


def test_documents_are_listed_with_their_child_and_number(pdf: bytes) -> None:
    text = text_of(pdf)
    for words in ("Extrait d’acte de naissance – enfant 3", "عقد الازدياد – الطفل", "☐ ×2", "✓"):
        assert words in text
    assert "(المرجع رقم: 310-1-32)" in text


def test_the_count_of_a_list_is_that_of_its_documents_not_of_its_lines() -> None:
    """The code and the page on line state the same numbers: ten lines may be twelve papers."""
    receipt = replace(RECEIPT, received=(FORM, BIRTH, replace(CARD, count=3)), missing=(BIRTH, CARD))
    page = pypdfium2.PdfDocument(render_receipt(receipt, CODE))[0]
    text = page.get_textpage()

    def beside(heading: str) -> str:
        _, low, _, high = text.get_charbox(text.search(heading).get_next()[0])
        middle = page.get_width() / 2
        return text.get_text_bounded(middle - 20, low - 3, middle + 20, high + 3).strip()

    assert (beside("Documents reçus"), beside("Documents manquants")) == ("6", "3")


def test_only_who_is_drawn_is_warned_of_the_physical_check(pdf: bytes) -> None:
    spared = text_of(render_receipt(replace(RECEIPT, physical_check=False), CODE))
    for words in ("تنبيه", "Avertissement", "المراقبة المادية".removeprefix("ال")):
        assert words in text_of(pdf)
        assert words not in spared


def test_a_complete_deposit_is_told_so() -> None:
    text = text_of(render_receipt(replace(RECEIPT, missing=()), CODE))
    assert "Aucun document ne manque" in text
    assert "لا تنقص أي وثيقة" in text
    assert "Cet accusé prouve le dépôt" not in text


def test_a_complement_is_titled_as_one_and_speaks_of_its_own_day() -> None:
    later = replace(RECEIPT, missing=(), completed_at=RECEIPT.deposited_at + timedelta(days=9))
    text = text_of(render_receipt(later, CODE))
    assert "Accusé de dépôt complémentaire" in text
    assert "à la date du complément" in text
    assert "à la date du dépôt" not in text


def test_an_ordinary_receipt_is_one_sheet(pdf: bytes) -> None:
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    assert pages_of(replace(RECEIPT, received=(FORM, CARD, BIRTH, CARD), missing=(BIRTH,) * 4)) == 1


def test_very_many_documents_flow_on_and_none_is_lost() -> None:
    received = tuple(replace(BIRTH, child=number) for number in range(1, 61))
    pdf = render_receipt(replace(RECEIPT, received=received), CODE)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = text_of(pdf)
    assert len(reader.pages) == 3
    assert [number for number in range(1, 61) if f"naissance – enfant {number} " not in text] == []
    assert text.count("(*) En cas de demande") == 1
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} sur 3" in page.extract_text()
    last = pypdfium2.PdfDocument(pdf)[2].render(scale=2, grayscale=True).to_numpy()
    assert zxingcpp.read_barcodes(np.ascontiguousarray(last.squeeze()))[0].text == CODE


@pytest.mark.parametrize("size", [1, 4, 13])
def test_nothing_leaves_the_margins_or_runs_into_the_foot(size: int) -> None:
    received = (FORM, CARD, BIRTH) * size
    for page in pypdfium2.PdfDocument(render_receipt(replace(RECEIPT, received=received), CODE)):
        pixels = page.render(scale=2, grayscale=True).to_numpy().squeeze() < 200
        rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
        mm_per_px = 25.4 / 144
        assert columns[0] * mm_per_px > 16 and columns[-1] * mm_per_px < 194
        assert rows[0] * mm_per_px > 12 and rows[-1] * mm_per_px < 287
        foot = pixels[round(279.3 / mm_per_px) : round(280.7 / mm_per_px)]
        assert not foot.any(), "the strip over the foot stays white"


def test_long_names_are_broken_into_lines_and_kept_whole() -> None:
    name = LocalizedText(
        ar="مولاي عبد الرحمان بن عبد العالي الإدريسي الحسني العلوي",
        fr="Moulay Abderrahmane EL IDRISSI EL HASSANI",
    )
    text = text_of(render_receipt(replace(RECEIPT, applicant_name=name), CODE))
    assert name.ar in text
    assert name.fr in text


def test_a_name_known_in_one_script_only_stands_once() -> None:
    name = LocalizedText(ar="", fr="John SMITH")
    assert text_of(render_receipt(replace(RECEIPT, applicant_name=name), CODE)).count("John SMITH") == 1
    same = LocalizedText(ar="John SMITH", fr="John SMITH")
    assert text_of(render_receipt(replace(RECEIPT, applicant_name=same), CODE)).count("John SMITH") == 1


@pytest.mark.parametrize(
    ("language", "title"), [(Language.AR, "وصل الإيداع"), (Language.FR, "Accusé de dépôt")]
)
def test_it_is_titled_in_the_applicants_language(language: Language, title: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_receipt(RECEIPT, CODE, keywords="mot", language=language)))
    assert reader.metadata.title.startswith(title)
    assert reader.metadata.title.endswith(RECEIPT.reference)
    assert reader.metadata["/Keywords"] == "mot"
    assert reader.trailer["/Root"]["/Lang"] == f"{language}-MA"


def test_its_facts_travel_in_it(pdf: bytes) -> None:
    assert read_stated(pdf) == Stated(RECEIPT.canonical_json(), CODE)
    odd = replace(RECEIPT, applicant_name=LocalizedText(ar='علي <&> "]]>', fr="N'Guyen \u00a0\\ &amp; é\t"))
    assert read_stated(render_receipt(odd, CODE)).facts == odd.canonical_json()


def test_another_paper_states_nothing() -> None:
    paper = write_paper([[]], PaperProperties(LocalizedText("ورقة", "Papier")))
    with pytest.raises(ValueError, match="no facts"):
        read_stated(paper)


def tree_of(pdf: bytes) -> list[tuple[str, list]]:
    """The structure as nested (role, kids); marked content is left out."""

    def walked(element: pikepdf.Dictionary) -> tuple[str, list]:
        kids = [kid for kid in element.K if isinstance(kid, pikepdf.Dictionary)]
        return str(element.S)[1:], [
            ("OBJR", []) if "/Obj" in kid else walked(kid) for kid in kids if "/MCID" not in kid
        ]

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [walked(one) for one in opened.Root.StructTreeRoot.K]


def test_its_structure_is_what_it_says(pdf: bytes) -> None:
    ((root, parts),) = tree_of(pdf)
    roles = [role for role, _ in parts]
    assert (root, roles.count("H1"), roles.count("Figure"), roles.count("H2")) == ("Document", 1, 1, 4)
    assert parts[-1] == ("Form", [("OBJR", [])])
    tables = [[role for role, _ in cells] for role, rows in parts if role == "Table" for _, cells in rows]
    assert len(tables) == 5 + 2 + 1
    assert all(cells == ["TH", "TD", "TH"] for cells in tables)
    for heading in (number for number, role in enumerate(roles) if role == "H2"):
        assert roles[heading + 1] in ("Table", "P")


def test_what_is_not_known_is_a_dash_and_every_row_stays_whole() -> None:
    nobody = replace(RECEIPT, applicant_name=LocalizedText("", ""), registration="")
    pdf = render_receipt(nobody, CODE)
    ((_, parts),) = tree_of(pdf)
    cells = [[role for role, _ in row] for role, rows in parts if role == "Table" for _, row in rows]
    assert all(row == ["TH", "TD", "TH"] for row in cells)
    assert text_of(pdf).count(" – – ") == 1


def test_a_list_that_flows_on_stays_one_table() -> None:
    received = tuple(replace(BIRTH, child=number) for number in range(1, 61))
    ((_, parts),) = tree_of(render_receipt(replace(RECEIPT, received=received), CODE))
    assert [len(rows) for role, rows in parts if role == "Table"] == [5, 60, 1]
    assert [role for role, _ in parts].count("H2") == 4, "heads that are repeated are read once"


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 6, 1, 23, 30, tzinfo=UTC), "02/06/2026 – 00:30"),
        (datetime(2026, 3, 1, 9, 22, tzinfo=UTC), "01/03/2026 – 09:22"),
    ],
    ids=["summer", "Ramadan, when the clocks stand at Greenwich time"],
)
def test_moments_are_shown_on_moroccan_clocks(moment: datetime, shown: str) -> None:
    assert moroccan_moment(moment) == shown


def test_a_complement_and_what_is_only_claimed_are_said() -> None:
    receipt = replace(RECEIPT, completed_at=datetime(2026, 6, 9, 14, 5, tzinfo=UTC), claimed=(CARD,))
    plain, said = (text_of(render_receipt(one, CODE)) for one in (RECEIPT, receipt))
    wordings = ("Date du complément", "Déclarés déjà déposés – à vérifier", "09/06/2026 – 15:05")
    assert all(one in said for one in wordings)
    assert not any(one in plain for one in wordings)
    assert moroccan_moment(receipt.deposited_at) in said

from __future__ import annotations

import pytest

from core.dates_in_text import fold_letters
from core.document_types import DocumentTypes
from forms_service.ocr.attachments.recognition import UNKNOWN, Recognition, recognise
from forms_service.ocr.attachments.writing import Line
from forms_service.spec_catalogue import SpecCatalogue


@pytest.fixture(scope="module")
def types() -> DocumentTypes:
    return SpecCatalogue.load().types


def line(text: str, *, height: float = 1.0, top: float = 0.6) -> Line:
    capitals = tuple(word.isupper() for word in text.split())
    return Line(fold_letters(text), height, top, capitals, ":" in text)


def title(text: str) -> Line:
    return line(text, height=1.5, top=0.18)


def seen(types: DocumentTypes, french: list[Line], arabic: list[Line] | None = None) -> Recognition:
    return recognise(french, arabic or [], types.classes)


@pytest.mark.parametrize(
    ("heading", "class_id"),
    [
        ("EXTRAIT D'ACTE DE NAISSANCE", "birth_extract"),
        ("EXTRAIT D'ACTE DE DÉCÈS", "death_certificate"),
        ("CERTIFICAT DE SCOLARITÉ", "school_certificate"),
        ("CERTIFICAT D'APPRENTISSAGE", "apprenticeship_certificate"),
        ("ATTESTATION DU REVENU GLOBAL IMPOSABLE", "income_certificate"),
        ("DÉCLARATION SUR L'HONNEUR", "sn_honour"),
    ],
)
def test_a_title_names_the_document(types: DocumentTypes, heading: str, class_id: str) -> None:
    assert seen(types, [title(heading)]).class_id == class_id


@pytest.mark.parametrize(
    ("misread", "class_id"),
    [("EXTRAlT D'ACTE DE NAlSSANCE", "birth_extract"), ("CERTIF1CAT DE SC0LARITE", "school_certificate")],
)
def test_misread_letters_do_not_hide_a_title(types: DocumentTypes, misread: str, class_id: str) -> None:
    assert seen(types, [title(misread)]).class_id == class_id


def test_an_arabic_title_is_enough(types: DocumentTypes) -> None:
    assert seen(types, [], [title("نسخة موجزة من رسم الولادة")]).class_id == "birth_extract"


def test_birth_and_death_are_told_apart_by_their_own_words(types: DocumentTypes) -> None:
    both_say = [line("L'officier de l'état civil"), line("Bureau de l'état civil")]
    death = seen(types, [title("EXTRAIT D'ACTE DE DÉCÈS"), *both_say], [title("نسخة موجزة من رسم الوفاة")])
    assert death.class_id == "death_certificate"
    assert death.margin > 0.9


def test_papers_named_in_a_sentence_do_not_make_the_page_one_of_them(types: DocumentTypes) -> None:
    sentence = line(
        "vous trouverez ci-joint mon extrait d'acte de naissance et l'acte de mariage de mes parents"
    )
    assert seen(types, [sentence]).class_id == UNKNOWN


def test_a_letterhead_tells_who_wrote_and_not_what(types: DocumentTypes) -> None:
    letterhead = [line("ROYAUME DU MAROC", top=0.05), line("CAISSE NATIONALE DE SÉCURITÉ SOCIALE", top=0.07)]
    assert seen(types, letterhead).class_id == UNKNOWN


def test_a_label_is_not_a_title(types: DocumentTypes) -> None:
    label = line("البطاقة الوطنية للتعريف : AB123456", height=1.4, top=0.3)
    assert seen(types, [], [label]).class_id == UNKNOWN


def test_one_word_of_another_meaning_is_not_overlooked(types: DocumentTypes) -> None:
    """«شهادة الإجازة» (a degree) differs from «شهادة الأجرة» (a payslip) by two letters."""
    assert seen(types, [], [title("شهادة الإجازة")]).class_id == UNKNOWN


def test_two_titles_of_equal_weight_are_nobodys_certainty(types: DocumentTypes) -> None:
    page = [title("ACTE DE MARIAGE"), title("ACTE DE DIVORCE")]
    assert seen(types, page).class_id == UNKNOWN


def test_a_printed_form_number_must_be_exact(types: DocumentTypes) -> None:
    assert seen(types, [line("Réf : 310-1-42", top=0.2)]).class_id == "sn_honour"
    assert seen(types, [line("Réf : 310-1-43", top=0.2)]).class_id == UNKNOWN


def test_an_empty_page_is_unknown(types: DocumentTypes) -> None:
    assert seen(types, []) == Recognition(UNKNOWN, 0.0)

from __future__ import annotations

import pytest

from core.search_words import asked_words, excerpt, forms_of, is_found, words_of


def alike(asked: str, text: str) -> bool:
    held = [form for word in words_of(text) for form in forms_of(word)]
    return all(any(is_found(form, one) for form in held for one in forms) for forms in asked_words(asked))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("التامين", "التأمين"),
        ("ألإشتراك", "الاشتراك"),
        ("نسبه", "نسبة"),
        ("المستشفي", "المستشفى"),
        ("التَّعْوِيضَات", "تعويضات"),
        ("تعويـــض", "التعويضات"),
        ("معاش", "والمعاش"),
        ("معاش", "للمعاش"),
        ("معاش", "بالمعاشات"),
        ("الولادة", "ولادة"),
        ("أجير", "لأجير"),
        ("مسئول", "مسيول"),
        ("شؤون", "شوون"),
        ("retraite", "Retraités"),
        ("indemnites", "indemnité"),
        ("hôpital", "les hôpitaux"),
        ("assurance", "l'assurance"),
        ("oeuvre", "œuvre"),
        ("salarié", "salariées"),
        ("déclaration", "DECLARATIONS"),
        ("1080", "1\u202f080 jours"),
        ("١٠٨٠", "1080"),
        ("321-1-06", "formulaire 321-1-06"),
    ],
)
def test_spellings_that_mean_the_same_are_found(asked: str, text: str) -> None:
    assert alike(asked, text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [("معاش", "معالجة"), ("وفاة", "فائدة"), ("pension", "pendant"), ("mari", "marqué"), ("12", "1200")],
)
def test_other_words_are_not(asked: str, text: str) -> None:
    assert not alike(asked, text)


def test_words_that_say_nothing_count_only_alone() -> None:
    assert [forms[0] for forms in asked_words("quel est le taux de la cotisation")] == ["taux", "cotisation"]
    assert [forms[0] for forms in asked_words("ما هي نسبة الاشتراك")] == ["نسبه", "الاشتراك"]
    assert asked_words("est le") != [] and asked_words(" .,! ") == []


def test_an_excerpt_begins_near_the_first_hit_and_marks_each() -> None:
    text = (
        "Un début sans rapport. " * 20 + "La cotisation est due, les cotisations aussi." + " Et la fin." * 40
    )
    pieces = excerpt(text, asked_words("cotisation"))
    assert [one.text for one in pieces if one.hit] == ["cotisation", "cotisations"]
    assert pieces[0].text == "… " and pieces[-1].text == " …"
    shown = "".join(one.text for one in pieces).strip("… ")
    assert shown in text and len(shown) <= 200

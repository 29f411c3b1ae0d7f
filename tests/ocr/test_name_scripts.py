"""Two spellings of one name are told from two names, as Moroccans spell both."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms_service.ocr.name_scripts import SAME, is_same_name, name_difference
from forms_service.rehearsal.material import CALIBRATING, TUNING

PAIRS = [pair for set_ in (TUNING, CALIBRATING) for pair in set_.first_names + set_.last_names]


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        *(("Aït Taleb", "آيت الطالب"), ("Benjelloun", "بنجلون"), ("Ben Jelloun", "بنجلون")),
        *(("El Ouafi", "الوافي"), ("Chafik", "شفيق"), ("Ghizlane", "غزلان"), ("Khadiri", "الخضيري")),
        *(("Guessous", "كسوس"), ("Guessous", "ڭسوس"), ("Rguibi", "الركيبي"), ("Djamila", "جميلة")),
        *(("Naciri", "الناصري"), ("Lahcen", "لحسن"), ("Najat", "نجاة"), ("Laraki", "العراقي")),
        *(("Abdelaziz", "عبد العزيز"), ("Essaïdi", "السعيدي"), ("Houda", "هدى"), ("Hafida", "حفيظة")),
        *(("Oulad Haddou", "أولاد حدو"), ("Yahya", "يحيى"), ("Mohammed", "محمد"), ("Mbarek", "مبارك")),
        *(("Moulay Ali", "مولاي علي"), ("Tchich", "شيش"), ("Açila", "أصيلة")),
    ],
)
def test_spellings_in_use_are_one_name(latin, arabic):
    assert is_same_name(latin, arabic)


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        *(("Tazi", "التاري"), ("Mohamed", "محد"), ("Hassan", "حس"), ("Haddad", "الخداد")),
        *(("Rami", "كريمة"), ("Khalid", "الغالي"), ("Bennis", "بنموسى"), ("Mina", "عثمان")),
        *(("Ziani", "الرياني"), ("Kettani", "غيثة"), ("Bakkali", "الغالي"), ("Nora", "نزار")),
        *(("Ouali", "الوالى"), ("Houda", "هدي"), ("Moussa", "موسي")),  # dots of a final ye lost or found
    ],
)
def test_a_letter_misread_makes_another_name(latin, arabic):
    assert not is_same_name(latin, arabic)


def test_every_pair_of_the_known_sets_is_one_name_and_strangers_are_not():
    assert [pair for pair in PAIRS if not is_same_name(*pair)] == []
    strangers = [is_same_name(one[0], other[1]) for one in PAIRS for other in PAIRS if one[1] != other[1]]
    assert sum(strangers) < 0.01 * len(strangers)


def test_a_misread_letter_shows_in_nine_names_of_ten():
    misread = str.maketrans("زرتنحخجفقسشعغ", "رزنتخححقفشسغع")
    cases = [
        (latin, arabic[:at] + letter.translate(misread) + arabic[at + 1 :])
        for latin, arabic in PAIRS
        for at, letter in enumerate(arabic)
        if letter.translate(misread) != letter
    ]
    assert sum(is_same_name(*case) for case in cases) < 0.1 * len(cases)


@given(st.sampled_from(PAIRS), st.sampled_from(["'", "-", " ", "’"]))
def test_case_accents_and_marks_between_words_do_not_matter(pair, mark):
    latin, arabic = pair
    written = latin.upper().replace(" ", mark)
    assert abs(name_difference(written, arabic) - name_difference(latin, arabic)) < 0.01


@given(st.sampled_from(PAIRS), st.data())
def test_a_doubled_consonant_is_written_once_in_arabic(pair, data):
    latin, arabic = pair
    places = [n for n, c in enumerate(latin) if c.lower() in "bfmnz"]
    assume(places)
    at = data.draw(st.sampled_from(places))
    assert name_difference(latin[: at + 1] + latin[at:], arabic) <= name_difference(latin, arabic) + 0.01


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_has_a_difference_between_none_and_whole(latin, arabic):
    assert 0.0 <= name_difference(latin, arabic) <= 1.0


def test_nothing_is_nobodys_name():
    assert name_difference("", "محمد") == name_difference("Mohamed", "") == 1.0 > SAME


def test_a_gap_within_a_word_is_less_like_the_name_than_the_word():
    assert name_difference("Youssef", "يوسف") < name_difference("Youssef", "يو سف")
    assert name_difference("Abdellatif", "عبد اللطيف") < 0.03

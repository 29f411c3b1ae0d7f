from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates_in_text import (
    ARABIC_MONTHS,
    FRENCH_MONTHS,
    HIJRI_MONTHS,
    find_dates,
    find_hijri_dates,
    fold_digits,
    fold_letters,
    parse_date,
)

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def written(day: date, style: str) -> str:
    numeric = {
        "slash": "{0:%d/%m/%Y}",
        "dash": "{0:%d-%m-%Y}",
        "dots": "{0:%d.%m.%Y}",
        "iso": "{0:%Y-%m-%d}",
        "blanks": "{0:%d %m %Y}",
    }
    if style in numeric:
        return numeric[style].format(day)
    if style == "french":
        ordinal = "er" if day.day == 1 else ""
        return f"{day.day}{ordinal} {FRENCH_MONTHS[day.month - 1]} {day.year}"
    if style == "french capitals":
        return f"{day.day} {FRENCH_MONTHS[day.month - 1]} {day.year}".upper()
    text = f"{day.day} {ARABIC_MONTHS[day.month - 1]} {day.year}"
    return text.translate(ARABIC_INDIC) if style == "arabic-indic" else text


STYLES = st.sampled_from(
    ["slash", "dash", "dots", "iso", "blanks", "french", "french capitals", "arabic", "arabic-indic"]
)


@given(DAYS, STYLES)
def test_every_way_of_writing_a_date_is_read_back(day: date, style: str) -> None:
    assert parse_date(written(day, style)) == day


@given(DAYS, DAYS, STYLES, STYLES)
def test_two_dates_in_one_sentence_keep_their_order(first: date, second: date, one: str, other: str) -> None:
    text = f"du {written(first, one)} au {written(second, other)} inclus"
    assert [found.day for found in find_dates(text)] == [first, second]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("المزداد بتاريخ 12 غشت 1985 بفاس", "1985-08-12"),
        ("12 من شهر أكتوبر سنة 2020", "2020-10-12"),
        ("né(e) le 1er mars 1985", "1985-03-01"),
        ("٣٠ شتنبر ٢٠٢٤", "2024-09-30"),
        ("5 juil. 2023", "2023-07-05"),
        ("ازداد في 3 ماي 1990", "1990-05-03"),
        ("3 دجنبر 2001", "2001-12-03"),
        ("3 يوليوز 2001", "2001-07-03"),
    ],
)
def test_the_wordings_of_moroccan_papers_are_understood(text: str, expected: str) -> None:
    assert [found.day.isoformat() for found in find_dates(text)] == [expected]


@pytest.mark.parametrize(
    "text", ["31/02/2020", "0/1/2020", "12/03/85", "1445/09/15", "99 mars 2020", "12/2020", ""]
)
def test_what_is_no_gregorian_date_is_not_guessed(text: str) -> None:
    assert find_dates(text) == []


def test_a_hijri_date_stays_hijri_beside_its_gregorian_twin() -> None:
    text = "حرر في 15 رمضان 1445 الموافق 26 مارس 2024"
    assert [found.day for found in find_dates(text)] == [date(2024, 3, 26)]
    assert [found.isoformat() for found in find_hijri_dates(text)] == ["1445-09-15 AH"]


@pytest.mark.parametrize("number", range(1, 13))
def test_every_hijri_month_is_known_by_its_name(number: int) -> None:
    (found,) = find_hijri_dates(f"7 {HIJRI_MONTHS[number - 1]} 1446")
    assert (found.year, found.month, found.day) == (1446, number, 7)


def test_a_marked_numeric_hijri_date_is_read() -> None:
    (found,) = find_hijri_dates("بتاريخ 15/09/1445 هـ")
    assert (found.year, found.month, found.day) == (1445, 9, 15)


@pytest.mark.parametrize("number", range(1, 13))
def test_month_names_are_known_in_both_languages(number: int) -> None:
    for name in (FRENCH_MONTHS[number - 1].upper(), ARABIC_MONTHS[number - 1]):
        assert parse_date(f"17 {name} 2024") == date(2024, number, 17), name


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_letters(fold_letters(text)) == fold_letters(text)
    assert fold_digits(fold_digits(text)) == fold_digits(text)


@given(st.text())
def test_no_text_breaks_the_search(text: str) -> None:
    for found in find_dates(text):
        assert 1850 <= found.day.year <= 2150

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mrz import CardZone, check_digit, compose_td1, find_td1, parse_td1

ON = date(2026, 3, 1)
NUMBERS = st.from_regex(r"[A-Z]{1,2}[0-9]{5,7}", fullmatch=True)
BIRTHS = st.dates(date(1930, 1, 1), date(2025, 12, 31))
NAMES = st.from_regex(r"[A-Z]{2,8}( [A-Z]{2,5})?", fullmatch=True)


def card(number: str = "AB1234567", birth: date = date(1985, 3, 12), **changes: str) -> tuple[str, str, str]:
    parts: dict[str, str] = {
        "document_code": "ID",
        "issuer": "MAR",
        "optional": "BK123456",
        "sex": "F",
        "nationality": "MAR",
        "surname": "El Idrissi",
        "given_names": "Salma",
    } | changes
    return compose_td1(document_number=number, birth=birth, expiry=date(2033, 5, 6), **parts)


def test_the_example_of_the_standard_is_read() -> None:
    """ICAO 9303 part 5, appendix B: the specimen of Utopia."""
    lines = [
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ]
    zone = parse_td1(lines, ON)
    assert zone is not None
    assert (zone.document_number, zone.birth, zone.expiry) == (
        "D23145890",
        date(1974, 8, 12),
        date(2012, 4, 15),
    )
    assert (zone.surname, zone.given_names, zone.sex, zone.issuer) == ("ERIKSSON", "ANNA MARIA", "F", "UTO")
    assert zone.checked == {"document_number", "birth", "expiry", "composite"}
    assert not zone.repaired


@given(NUMBERS, BIRTHS, NAMES, NAMES)
def test_what_is_composed_is_read_back(number: str, birth: date, surname: str, given_names: str) -> None:
    lines = card(number, birth, surname=surname, given_names=given_names)
    assert [len(line) for line in lines] == [30, 30, 30]
    zone = parse_td1(lines, ON)
    assert zone is not None
    assert (zone.document_number, zone.birth, zone.national_number) == (number, birth, "BK123456")
    assert (zone.surname, zone.given_names) == (surname, given_names)
    assert zone.is_certain
    assert not zone.repaired


@given(BIRTHS, st.integers(0, 5), st.sampled_from("OQILZSGB"))
def test_letters_in_digit_places_are_corrected_or_noticed(birth: date, at: int, letter: str) -> None:
    first, second, third = card(birth=birth)
    read = parse_td1([first, second[:at] + letter + second[at + 1 :], third], ON)
    assert read is None or read.birth in (birth, None)


@pytest.mark.parametrize(
    ("printed", "seen"), [("AB1234567", "A81234567"), ("BK1203045", "BK12O3045"), ("AE0156789", "AEO156789")]
)
def test_look_alikes_in_the_number_are_repaired_by_the_check_digits(printed: str, seen: str) -> None:
    first, second, third = card(printed)
    zone = parse_td1([first.replace(printed, seen), second, third], ON)
    assert zone is not None
    assert zone.document_number == printed
    assert zone.repaired


def test_lost_and_misread_fillers_change_nothing() -> None:
    first, second, third = card()
    lines = [first[:-4], second[:20] + "<<<" + second[-1], third.rstrip("<") + "<<<K<CL<<<<<<<"]
    zone = parse_td1(lines, ON)
    assert zone is not None
    assert (zone.document_number, zone.birth, zone.surname, zone.given_names) == (
        "AB1234567",
        date(1985, 3, 12),
        "EL IDRISSI",
        "SALMA",
    )


def test_the_zone_is_found_among_other_lines() -> None:
    text = "ROYAUME DU MAROC\nAdresse 12 rue des Orangers Casablanca\n" + "\n".join(card()) + "\nSPECIMEN"
    zone = find_td1(text, ON)
    assert zone is not None
    assert zone.is_certain


def test_ordinary_text_holds_no_zone() -> None:
    chance = random.Random(7)
    words = [
        "certificat",
        "de",
        "scolarite",
        "annee",
        "2025",
        "2026",
        "ecole",
        "lycee",
        "eleve",
        "nom",
        "prenom",
        "date",
        "12/03/1985",
        "rabat",
    ]
    for _ in range(300):
        text = "\n".join(" ".join(chance.choices(words, k=6)) for _ in range(6))
        assert find_td1(text, ON) is None


@given(st.lists(st.text(alphabet="ABKO01<", max_size=34), max_size=4))
def test_no_lines_break_the_reader(lines: list[str]) -> None:
    zone = parse_td1(lines, ON)
    assert zone is None or isinstance(zone, CardZone)


@given(BIRTHS)
def test_nobody_is_born_after_the_day_of_reading(birth: date) -> None:
    zone = parse_td1(card(birth=birth), ON)
    assert zone is not None
    assert zone.birth is not None
    assert zone.birth <= ON


def test_a_character_outside_the_alphabet_has_no_check_digit() -> None:
    with pytest.raises(ValueError, match="machine-readable"):
        check_digit("É")


def test_a_number_too_long_for_its_place_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        card("AB12345678901")


@pytest.mark.parametrize(
    ("seen", "surname", "given"),
    [
        ("ZIANI<<AICHA<K<<<<<<<<<<<<<<<<", "ZIANI", "AICHA"),
        ("EL<MANS0UR1<<SALMA<<<<CC<<<<L", "EL MANSOURI", "SALMA"),
        ("BEN<ALI<<FATIMA<ZAHRA<<K<<<<<<", "BEN ALI", "FATIMA ZAHRA"),
    ],
)
def test_fillers_and_digits_among_names_are_no_names(seen: str, surname: str, given: str) -> None:
    first, second, _ = card("AB1234567", date(1985, 3, 12), surname="X", given_names="Y")
    zone = parse_td1((first, second, seen), date(2026, 3, 1))
    assert zone is not None
    assert (zone.surname, zone.given_names) == (surname, given)

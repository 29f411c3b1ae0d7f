from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidValue
from core.field_kinds import KINDS
from core.field_kinds.names import ARABIC_LETTERS, LATIN_LETTERS
from core.form_spec import Choice, FieldSpec
from core.localized_text import Language, LocalizedText, Script

LABEL = LocalizedText("عنوان", "Libellé")


def spec(kind: str, **more: object) -> FieldSpec:
    return FieldSpec(id="x", kind=kind, label=LABEL, script=Script.ANY, **more)  # type: ignore[arg-type]


CHOICES = tuple(Choice(value, LABEL) for value in ("cni", "carte_residence"))


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("date", "05/03/1988", "1988-03-05"),
        ("date", "5-3-1988", "1988-03-05"),
        ("date", "٠٥/٠٣/١٩٨٨", "1988-03-05"),
        ("date", "05031988", "1988-03-05"),
        ("phone", "+212 6 12 34 56 78", "0612345678"),
        ("phone", "06.12.34.56.78", "0612345678"),
        ("identity_number", "ab 123 456", "AB123456"),
        ("registration_number", "123 456 789", "123456789"),
        ("postal_code", "٥٠٠٠٠", "50000"),
        ("amount", "1 250,5 DH", "1250.50"),
        ("amount", "١٢٥٠٫٥٠ درهم", "1250.50"),
        ("integer", "٣", 3),
        ("integer", " 12 ", 12),
        ("email", "Nom@Exemple.MA", "Nom@Exemple.MA"),
        ("latin_name", "  Aït   Ben-Haddou ", "Aït Ben-Haddou"),
        ("latin_name", "N’Guyen", "N'Guyen"),
        ("arabic_name", "محـمد", "محمد"),
        ("declaration", "oui", True),
        ("declaration", False, False),
        ("rib", "MA64 0077 8000 0123 4567 8901 2396", "007780000123456789012396"),
        ("text", "", None),
        ("choices", [], None),
    ],
)
def test_what_people_type_is_stored_in_one_form(kind: str, typed: object, stored: object) -> None:
    assert KINDS[kind].parse(typed, spec(kind)) == stored


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("date", "31/02/2020", "not_a_date"),
        ("date", "hier", "not_a_date"),
        ("phone", "0412345678", "not_a_phone_number"),
        ("identity_number", "ABCDEF", "not_an_identity_number"),
        ("registration_number", "12345678X", "not_a_registration_number"),
        ("registration_number", "1234567890", "not_a_registration_number"),
        ("postal_code", "5000", "not_a_postal_code"),
        ("amount", "12,345", "not_an_amount"),
        ("amount", "-3", "not_an_amount"),
        ("amount", "1e9", "not_an_amount"),
        ("amount", "NaN", "not_an_amount"),
        ("integer", "2.5", "not_an_integer"),
        ("integer", "-1", "not_an_integer"),
        ("rib", "007780000123456789012395", "wrong_rib_key"),
        ("rib", "1234", "not_a_rib"),
        ("email", "nom@", "not_an_email"),
        ("latin_name", "محمد", "latin_letters_only"),
        ("latin_name", "Ali 2", "latin_letters_only"),
        ("arabic_name", "Ali", "arabic_letters_only"),
        ("choice", "passport", "not_a_choice"),
        ("latin_name", "x" * 41, "too_long"),
    ],
)
def test_what_cannot_be_one_is_refused_in_both_languages(kind: str, typed: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        KINDS[kind].parse(typed, spec(kind, choices=CHOICES))
    assert caught.value.code == code
    assert caught.value.message.ar != caught.value.message.fr


@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name].sample is not None])
def test_parsing_is_idempotent_and_paper_gives_the_value_back(name: str) -> None:
    kind, one = KINDS[name], spec(name)
    value = kind.parse(kind.sample, one)
    assert kind.parse(value, one) == value
    if name != "signature":
        assert kind.from_paper(kind.to_paper(value, one), one) == value
    assert kind.to_screen(value, one, Language.AR) and kind.to_screen(value, one, Language.FR)


@given(st.dates(date(1850, 1, 1), date(2200, 12, 31)))
def test_every_day_survives_its_eight_cells(day: date) -> None:
    kind, one = KINDS["date"], spec("date")
    assert kind.from_paper(kind.to_paper(day.isoformat(), one), one) == day.isoformat()


@given(st.text(LATIN_LETTERS, min_size=1, max_size=40))
def test_latin_names_are_kept_to_the_letter(name: str) -> None:
    assert KINDS["latin_name"].parse(name, spec("latin_name")) == name


@given(st.text(ARABIC_LETTERS, min_size=1, max_size=40))
def test_arabic_names_are_kept_to_the_letter(name: str) -> None:
    assert KINDS["arabic_name"].parse(name, spec("arabic_name")) == name


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused_but_never_breaks(text: str) -> None:
    for name, kind in KINDS.items():
        one = spec(name, choices=CHOICES)
        try:
            value = kind.parse(text, one)
        except InvalidValue:
            continue
        assert value is None or kind.parse(value, one) == value


def test_several_choices_are_kept_in_the_order_of_the_form() -> None:
    one = spec("choices", choices=CHOICES)
    assert KINDS["choices"].parse(["carte_residence", "cni"], one) == ["cni", "carte_residence"]
    assert KINDS["choices"].parse("carte_residence, cni", one) == ["cni", "carte_residence"]

from __future__ import annotations

import pytest

from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from forms_service.services.same_answer import says_the_same


def field(kind: str) -> FieldSpec:
    return FieldSpec(id="x", kind=kind, label=LocalizedText("س", "x"), script=Script.ANY)


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("country", "Maroc", "المغرب", True),
        ("country", "MAROC", "Maroc", True),
        ("country", "France", "فرنسا", True),
        ("country", "Maroc", "فرنسا", False),
        ("country", "Maroc", "Marocco", False),
        ("city", "Maroc", "المغرب", False),
        ("city", "Rabat", "Rabat", True),
    ],
)
def test_one_country_in_two_scripts_is_no_conflict(kind: str, one: str, other: str, same: bool) -> None:
    assert says_the_same(field(kind), one, other) is same

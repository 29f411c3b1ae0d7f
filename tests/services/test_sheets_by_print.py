"""Whose a page is that only its print tells: sure words decide, doubtful ones never name a stranger."""

from __future__ import annotations

import pytest

from forms_service.services.reading_sheets import _said
from forms_service.services.sheets_by_print import Said, dossiers_named, said_on
from tests.services.conftest import ALLOWANCE
from tests.services.prepared_readings import read

NUMBER = "987654321"
MINE = {"assured.registration": NUMBER, "assured.last": "Tazi", "assured.first": "Omar"}


@pytest.fixture
def stranger(office) -> str:
    """Omar's dossier, which is in no stack: only its number can lead to it."""
    name = office.services.open_dossier(office.neighbour, ALLOWANCE, "fr")
    office.services.answer(office.neighbour, name, MINE, {})
    return name


def proposed(office, said: Said) -> list[tuple[str, str]]:
    spec = office.application.catalogue.get(ALLOWANCE, 1)
    with office.services.database.reading() as session:
        return [(row.id, why) for row, why in dossiers_named(session, "no-stack", spec, said)]


@pytest.mark.parametrize(
    ("said", "is_proposed"),
    [
        (Said(NUMBER, number_sure=True), True),
        (Said(NUMBER, "Omar Tazi", number_sure=True), True),
        (Said(NUMBER, "Omar Tazi"), True),
        (Said(NUMBER), False),
        (Said(NUMBER, "Fatima Bennani", number_sure=True, name_sure=True), False),
        (Said(NUMBER, "Fatima Bennani"), False),
        (Said(latin="Omar Tazi", name_sure=True), False),
    ],
)
def test_a_number_names_a_dossier_only_when_sure_or_with_a_name_that_fits(
    office, stranger: str, said: Said, is_proposed: bool
) -> None:
    assert proposed(office, said) == ([(stranger, "number")] if is_proposed else [])


def test_what_is_doubtful_on_the_sheet_is_told_as_such(office) -> None:
    spec = office.application.catalogue.get(ALLOWANCE, 1)
    number, last = read("assured.registration", NUMBER, "review"), read("assured.last", "Tazi")
    first = read("assured.first", "Omar", "review")
    told = said_on({"says": _said(spec, [number, last, first])})
    assert (told.number, told.number_sure, told.name_sure) == (NUMBER, False, False)
    assert set(told.name.split()) == {"Omar", "Tazi"}
    told = said_on({"says": _said(spec, [{**number, "verdict": "accept"}, last])})
    assert (told.number_sure, told.name_sure) == (True, True)

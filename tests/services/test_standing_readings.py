"""One question for each answer: a page that came twice or was cut asks nothing that another page shows."""

from __future__ import annotations

import pytest

from tests.services.prepared_readings import read, scan


def _outside(field: str) -> dict:
    return read(field, None, "review", raw="", confidence=0.0, reason="outside_picture", box=[9, 50, 9, 50])


def _empty(field: str) -> dict:
    return read(field, None, "empty", raw="", reason=None)


@pytest.fixture
def reviewed(office, arrives):
    """Deposit a dossier with these scans of its form and give it to the reviewer."""

    def begin(*scans: dict, **answers: str) -> str:
        dossier = office.open()
        office.services.answer(office.applicant, dossier, {"quality": "assured", **answers}, {})
        for one in scans:
            arrives(dossier, one, "form")
        office.services.deposit(office.applicant, dossier, True)
        office.services.start_review(office.reviewer, dossier)
        return dossier

    return begin


def _asked(office, dossier: str) -> list[tuple[str, object, str | None]]:
    every = office.services.extractions(office.reviewer, dossier)
    asked = [one for one in every if one.verdict == "review" and one.decision is None]
    (line,) = office.services.queue(office.reviewer)
    assert line.to_review == len(asked)
    return [(one.field_id, one.value, one.reason) for one in asked]


def test_a_page_that_came_twice_asks_once_and_the_better_reading_stands(office, reviewed) -> None:
    dossier = reviewed(
        scan(
            read("assured.city", "Fès", "review", confidence=0.95), read("assured.last", "Bennani", "review")
        ),
        scan(
            read("assured.city", "Fès", "review", confidence=0.4), read("assured.last", "Bennami", "review")
        ),
    )
    assert sorted(_asked(office, dossier)) == [
        ("assured.city", "Fès", "low_confidence"),
        ("assured.last", "Bennami", "low_confidence"),
        ("assured.last", "Bennani", "low_confidence"),
    ]
    every = office.services.extractions(office.reviewer, dossier)
    (city,) = [one for one in every if one.field_id == "assured.city"]
    assert city.confidence == 0.95
    assert office.services.correct_value(office.reviewer, city.id, "Meknès") is None
    assert not [one for one in _asked(office, dossier) if one[0] == "assured.city"]


def test_a_box_outside_one_picture_is_asked_only_if_no_other_shows_it_and_it_applies(
    office, reviewed
) -> None:
    cut = scan(_outside("assured.city"), _outside("guardian.mobile"), _outside("assured.country"))
    whole = scan(_empty("assured.city"), _empty("guardian.mobile"))
    dossier = reviewed(whole, cut)
    assert _asked(office, dossier) == [("assured.country", None, "outside_picture")]


def test_a_block_that_applies_is_asked_when_no_picture_shows_it(office, reviewed) -> None:
    cut = scan(_outside("guardian.mobile"))
    assert _asked(office, reviewed(cut, quality="guardian")) == [("guardian.mobile", None, "outside_picture")]


def test_what_is_outside_the_picture_does_not_differ_from_what_was_typed(office, reviewed) -> None:
    dossier = reviewed(scan(_outside("assured.city")), **{"assured.city": "Rabat"})
    assert _asked(office, dossier) == [("assured.city", None, "outside_picture")]


def test_a_reading_that_was_typed_over_does_not_silence_a_later_page(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.city", "Fès")), "form")
    office.services.answer(office.applicant, dossier, {"assured.city": "Rabat"}, {})
    arrives(dossier, scan(read("assured.city", "Fès")), "form")
    office.services.deposit(office.applicant, dossier, True)
    assert _asked(office, dossier) == [("assured.city", "Fès", "conflict")]

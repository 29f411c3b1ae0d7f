"""Two dossiers of one person on one form are told of each other, to those who may see both."""

from __future__ import annotations

import pytest

from tests.services.conftest import REFUND


@pytest.fixture
def at_the_desk(office):
    """Open a dossier at the desk with a registration number that no account has."""

    def begin(form: str = "311-1-14", children: tuple[str, ...] = (), **answers: str) -> str:
        name = office.services.open_dossier(office.clerk, form, "ar")
        office.services.answer(office.clerk, name, {"assured.registration": "555666774", **answers}, {})
        if children:
            rows = [{"birth": one} for one in children]
            office.services.answer_group(office.clerk, name, "children", rows)
        return name

    return begin


def told(office, dossier: str, who=None) -> list[str]:
    return [one.id for one in office.services.other_dossiers(who or office.clerk, dossier)]


def test_both_are_told_of_each_other_and_other_forms_and_people_are_not(office, at_the_desk) -> None:
    first, second = at_the_desk(), at_the_desk()
    at_the_desk(REFUND)
    at_the_desk(**{"assured.registration": "123456782"})
    assert (told(office, first), told(office, second)) == ([second], [first])


def test_a_deposited_one_is_told_with_its_day_and_a_refused_one_is_not(office, at_the_desk) -> None:
    first, second = at_the_desk(), at_the_desk()
    office.services.deposit(office.clerk, first, True)
    (other,) = office.services.other_dossiers(office.clerk, second)
    assert (other.deposited, other.at, other.same_stack) == (True, office.clock.now, False)
    office.services.start_review(office.reviewer, first)
    office.services.decide(office.reviewer, first, "refused", "motif")
    assert told(office, second) == []


def test_a_draft_nobody_touched_is_no_second_request(office, at_the_desk) -> None:
    first = at_the_desk()
    owned = office.services.open_dossier(office.applicant, "311-1-14", "ar")
    office.services.answer(office.clerk, first, {"assured.registration": "123456782"}, {})
    assert told(office, first) == []
    office.services.answer(office.applicant, owned, {"assured.city": "Fès"}, {})
    assert told(office, first) == [owned]


def test_an_accepted_one_counts_only_for_the_same_child(office, at_the_desk) -> None:
    first = at_the_desk(children=("02/05/2023",))
    office.services.deposit(office.clerk, first, True)
    office.services.start_review(office.reviewer, first)
    office.services.decide(office.reviewer, first, "accepted", "malgré tout", True)
    assert told(office, at_the_desk(children=("09/09/2025",))) == []
    assert first in told(office, at_the_desk(children=("09/09/2025", "02/05/2023")))


def test_nobody_is_told_of_a_dossier_they_may_not_see(office, at_the_desk) -> None:
    at_the_desk(**{"assured.registration": "123456782"})
    mine = office.open()
    office.services.answer(office.applicant, mine, {"assured.registration": "123456782"}, {})
    assert told(office, mine, office.applicant) == [], "typing a number shows nobody another's dossier"
    assert len(told(office, mine)) == 1
    office.services.deposit(office.applicant, mine, True)
    assert told(office, mine, office.reviewer) == [], "a draft is its owner's and the agency's"

"""An applicant goes through doubtful readings: kept or mended by hand, and nothing typed is overwritten."""

from __future__ import annotations

import pytest

from core.dossier import Origin
from forms_service.messages import say
from tests.services.prepared_readings import read, refused, scan


@pytest.fixture
def dossier(office, arrives) -> str:
    """One answer surely read, three in doubt, and some that nobody is asked on screen."""
    name = office.open()
    office.services.answer(office.applicant, name, {"quality": "assured", "assured.country": "Maroc"}, {})
    arrives(
        name,
        scan(
            read("assured.city", "Fès"),
            read("assured.last", "Bennani", "review", confidence=0.71),
            read("assured.birth", None, "review", raw="31/02/1988", reason="invalid_value"),
            read("assured.country", "France"),
            read("guardian.mobile", "0612345678", "review"),
            read("assured.quarter", None, "review", raw="", reason="outside_picture", box=[9, 50, 9, 50]),
        ),
        "form",
    )
    return name


def waiting(office, dossier: str) -> dict:
    return {one.field_id: one for one in office.services.answers_to_confirm(office.applicant, dossier)}


def given(office, dossier: str, field: str):
    return office.services.dossier(office.applicant, dossier).dossier.values[field]


def test_only_doubtful_answers_that_the_applicant_is_asked_wait(office, dossier: str) -> None:
    found = waiting(office, dossier)
    assert list(found) == ["assured.birth", "assured.last", "assured.country"]
    assert (found["assured.country"].current, found["assured.country"].value) == ("Maroc", "France")


def test_a_kept_answer_carries_whence_it_comes_and_who_kept_it(office, dossier: str) -> None:
    last = waiting(office, dossier)["assured.last"]
    assert office.services.confirm_answers(office.applicant, dossier, {last.id: "read"}) == {}
    held = given(office, dossier, "assured.last")
    assert (held.value, held.origin, held.confidence) == ("Bennani", Origin.SCAN, 0.71)
    assert held.by == office.applicant.id
    assert "assured.last" not in waiting(office, dossier)
    revision = office.services.dossier(office.applicant, dossier).revision
    assert office.services.confirm_answers(office.applicant, dossier, {last.id: "read"}) == {}, "sent twice"
    assert office.services.dossier(office.applicant, dossier).revision == revision


def test_a_mended_answer_is_the_persons_own(office, dossier: str) -> None:
    found = waiting(office, dossier)
    mended = {found["assured.last"].id: "Bennis", found["assured.birth"].id: "28/02/1988"}
    assert office.services.confirm_answers(office.applicant, dossier, {}, mended) == {}
    values = office.values(dossier)
    assert (values["assured.last"], values["assured.birth"]) == ("Bennis", "1988-02-28")
    assert given(office, dossier, "assured.last").origin == Origin.SCREEN


def test_what_is_no_answer_cannot_be_kept_and_the_rest_is(office, dossier: str) -> None:
    found = waiting(office, dossier)
    kept = {found["assured.birth"].id: "read", found["assured.last"].id: "read"}
    problems = office.services.confirm_answers(office.applicant, dossier, kept)
    assert list(problems) == [found["assured.birth"].id]
    assert office.values(dossier)["assured.last"] == "Bennani"
    assert "assured.birth" in waiting(office, dossier)


@pytest.mark.parametrize(("choice", "value"), [("typed", "Maroc"), ("read", "France")])
def test_what_was_typed_gives_way_only_where_the_person_says_so(
    office, dossier: str, choice: str, value: str
) -> None:
    country = waiting(office, dossier)["assured.country"]
    assert given(office, dossier, "assured.country").value == "Maroc"
    before = given(office, dossier, "assured.country")
    office.services.confirm_answers(office.applicant, dossier, {country.id: choice})
    after = given(office, dossier, "assured.country")
    assert after.value == value
    assert (after == before) == (choice == "typed"), "an answer that stays is not stored anew"
    assert "assured.country" not in waiting(office, dossier)


def test_an_answer_typed_meanwhile_is_not_overwritten(office, dossier: str) -> None:
    last = waiting(office, dossier)["assured.last"]
    seen = office.services.dossier(office.applicant, dossier).revision
    office.services.answer(office.applicant, dossier, {"assured.last": "Berrada"}, {})
    with refused("changed_meanwhile"):
        office.services.confirm_answers(office.applicant, dossier, {last.id: "read"}, {}, seen)
    assert office.values(dossier)["assured.last"] == "Berrada"


def test_of_two_readings_of_one_answer_one_is_kept(office, dossier: str, arrives) -> None:
    arrives(dossier, scan(read("assured.last", "Bennami", "review")), "form")
    every = office.services.answers_to_confirm(office.applicant, dossier)
    kept = {one.id: "read" for one in every if one.field_id == "assured.last"}
    assert len(kept) == 2
    assert list(office.services.confirm_answers(office.applicant, dossier, kept).values()) == [
        say("one_reading_only")
    ]
    assert "assured.last" not in waiting(office, dossier), "the person has said which it is"


def test_nobody_elses_and_no_deposited_dossier_is_confirmed(office, dossier: str) -> None:
    last = waiting(office, dossier)["assured.last"]
    with refused("not_yours"):
        office.services.confirm_answers(office.neighbour, dossier, {last.id: "read"})
    office.services.deposit(office.applicant, dossier, True)
    assert waiting(office, dossier) == {}
    with refused("wrong_state"):
        office.services.confirm_answers(office.applicant, dossier, {last.id: "read"})


# --- past the deposit: the reviewer judges what was kept or mended before ----------------------------


def handed_in(office, dossier: str, kept: dict[str, str], mended: dict[str, str] | None = None) -> dict:
    """The readings by field once the applicant settled some of them and a reviewer took the dossier in hand."""
    ids = {field: one.id for field, one in waiting(office, dossier).items()}
    kept, mended = ({ids[field]: said for field, said in some.items()} for some in (kept, mended or {}))
    assert office.services.confirm_answers(office.applicant, dossier, kept, mended) == {}
    office.clock.move(minutes=5)
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    return as_reviewed(office, dossier)


def as_reviewed(office, dossier: str) -> dict:
    return {one.field_id: one for one in office.services.extractions(office.reviewer, dossier)}


def test_what_the_applicant_typed_against_the_paper_reaches_the_reviewer(office, dossier: str) -> None:
    found = handed_in(office, dossier, {"assured.country": "typed"}, {"assured.last": "Bennis"})
    for field, paper, typed in (
        ("assured.country", "France", "Maroc"),
        ("assured.last", "Bennani", "Bennis"),
    ):
        one = found[field]
        assert (one.value, one.current, one.decided_by) == (paper, typed, "Fatima Amrani")
        assert one.is_doubtful
        assert one.crop_available
    assert office.services.queue(office.reviewer)[0].to_review == 5, "three that nobody confirmed too"
    for field in ("guardian.mobile", "assured.birth", "assured.quarter"):
        office.services.reject_value(office.reviewer, found[field].id, "unreadable")
    office.services.accept_value(office.reviewer, found["assured.last"].id)
    assert office.services.queue(office.reviewer)[0].to_review == 1
    with refused("unsettled_values"):
        office.services.decide(office.reviewer, dossier, "accepted")


def test_a_reviewer_settles_what_the_applicant_kept_mended_or_left(office, dossier: str) -> None:
    found = handed_in(
        office, dossier, {"assured.last": "read", "assured.country": "typed"}, {"assured.birth": "28/02/1988"}
    )
    seen = office.services.dossier(office.reviewer, dossier).revision
    assert not found["assured.last"].is_doubtful, "the paper and the applicant say the same"
    services, reviewer = office.services, office.reviewer
    assert (
        services.correct_value(reviewer, found["assured.last"].id, "Bennis", expected_revision=seen) is None
    )
    services.accept_value(reviewer, found["assured.country"].id)
    services.reject_value(reviewer, found["assured.birth"].id, "differs")
    values = office.values(dossier)
    assert (values["assured.last"], values["assured.country"]) == ("Bennis", "France")
    assert given(office, dossier, "assured.country").origin == Origin.REVIEWER
    after = as_reviewed(office, dossier)
    assert {after[one].decided_by for one in ("assured.last", "assured.country", "assured.birth")} == {
        "Contrôle"
    }
    assert after["assured.birth"].decision == "rejected"
    assert not any(after[one].is_doubtful for one in ("assured.last", "assured.country", "assured.birth"))
    settled = [
        one.actor_name for one in services.dossier(reviewer, dossier).events if one.action == "value_settled"
    ]
    assert settled.count("Fatima Amrani") == 3, "who kept, mended or left it before stays in the history"
    other = services.add_account("controle2", "a long enough password", "Autre", {"reviewer"})
    with refused("changed_meanwhile"):
        services.accept_value(other, found["assured.last"].id)


def test_what_a_clerk_who_also_reviews_confirmed_at_the_counter_is_no_review(office, dossier: str) -> None:
    both = office.services.add_account("deux", "a long enough password", "Deux", {"clerk", "reviewer"})
    last = waiting(office, dossier)["assured.last"]
    office.services.confirm_answers(both, dossier, {}, {last.id: "Bennis"})
    office.clock.move(minutes=5)
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    assert as_reviewed(office, dossier)["assured.last"].is_doubtful
    office.services.accept_value(office.reviewer, last.id)
    assert office.values(dossier)["assured.last"] == "Bennani"


def test_nobody_reviews_over_an_applicant_who_is_mending(office, dossier: str) -> None:
    handed_in(office, dossier, {})
    office.services.request_correction(office.reviewer, dossier, ["assured.last"], [], "Nom illisible")
    last = waiting(office, dossier)["assured.last"]
    office.services.confirm_answers(office.applicant, dossier, {}, {last.id: "Bennis"})
    with refused("changed_meanwhile"):
        office.services.accept_value(office.reviewer, last.id)
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    office.services.accept_value(office.reviewer, last.id)
    assert office.values(dossier)["assured.last"] == "Bennani"

"""Reviewers share dossiers: nobody overwrites another, and where two must agree, two do."""

from __future__ import annotations

import pytest

from forms_service.services.expected_revisions import expecting
from forms_service.services.review_queue import MY_CONFIRMATION, ON_LINE, QueueWish
from tests.services.conftest import ALLOWANCE, PASSWORD, REFUND
from tests.services.prepared_readings import extractions, read, refused, scan

NOTE = "Pièces vues à l'agence"


@pytest.fixture
def second(office):
    return office.services.add_account("controle2", PASSWORD, "Second", {"reviewer"})


def deposited(office, form: str = ALLOWANCE) -> str:
    dossier = office.open(form)
    office.services.deposit(office.applicant, dossier, True)
    return dossier


def under_review(office) -> str:
    dossier = deposited(office)
    office.services.start_review(office.reviewer, dossier)
    return dossier


def test_the_second_reviewer_is_told_what_changed_and_overwrites_nothing(office, arrives, second) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Omrani", "review"), read("assured.first", "Adam", "review")))
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    seen = office.services.dossier(second, dossier).revision
    found = extractions(office, dossier)
    office.services.correct_value(office.reviewer, found["assured.last"].id, "El Amrani", False, seen)
    with refused("changed_by_another"):
        office.services.correct_value(second, found["assured.last"].id, "Lamrani", False, seen)
    assert office.values(dossier)["assured.last"] == "El Amrani"
    # another field is free, a decision on the whole is not
    office.services.accept_value(second, found["assured.first"].id, seen)
    with refused("changed_by_another"):
        office.services.decide(second, dossier, "refused", "Non", expected_revision=seen)
    (change,) = office.services.changes_since(second, dossier, seen)
    assert (change.actor_name, change.details["field"]) == ("Contrôle", "assured.last")
    now = office.services.dossier(second, dossier).revision
    assert office.services.changes_since(second, dossier, now) == ()
    assert office.services.decide(second, dossier, "refused", "Non", expected_revision=now)


def test_what_a_colleague_settled_can_be_mended_by_whoever_has_seen_it(office, arrives, second) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Omrani", "review"), read("assured.first", "Adam", "review")))
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    found = extractions(office, dossier)
    office.services.correct_value(office.reviewer, found["assured.last"].id, "El Amrany")
    office.services.reject_value(office.reviewer, found["assured.first"].id, "unreadable")
    with refused("changed_meanwhile"):
        office.services.correct_value(second, found["assured.last"].id, "El Amrani")  # unseen
    seen = office.services.dossier(second, dossier).revision
    office.services.correct_value(second, found["assured.last"].id, "El Amrani", False, seen)
    assert office.values(dossier)["assured.last"] == "El Amrani"
    office.services.accept_value(second, found["assured.first"].id, seen)
    assert {one.decided_by for one in extractions(office, dossier).values()} == {"Second"}
    with refused("changed_by_another"):  # and the first one in turn must have seen that
        office.services.correct_value(office.reviewer, found["assured.last"].id, "El Amrany", False, seen)


def test_who_names_the_revision_of_the_whole_dossier_has_seen_it_too(office, arrives, second) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Omrani", "review")))
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    found = extractions(office, dossier)["assured.last"]
    office.services.accept_value(office.reviewer, found.id)
    with expecting(dossier, office.services.dossier(second, dossier).revision):
        office.services.correct_value(second, found.id, "El Amrani")
    assert office.values(dossier)["assured.last"] == "El Amrani"


def test_a_document_ruled_on_meanwhile_is_not_ruled_on_again_unseen(office, arrives, second) -> None:
    dossier = office.open()
    paper = arrives(dossier, scan(read("assured.first", "Adam")))
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    seen = office.services.dossier(second, dossier).revision
    office.services.decide_document(office.reviewer, dossier, paper, False, "unreadable", seen)
    with refused("changed_by_another"):
        office.services.decide_document(second, dossier, paper, True, None, seen)
    one = next(one for one in office.services.dossier(second, dossier).attachments if one.id == paper)
    assert (one.decision, one.decision_reason) == ("refused", "unreadable")


def test_where_two_must_agree_a_decision_waits_for_another_reviewer(make_office) -> None:
    office = make_office(four_eyes=frozenset({ALLOWANCE}))
    second = office.services.add_account("controle2", PASSWORD, "Second", {"reviewer"})
    dossier = under_review(office)
    assert not office.services.decide(office.reviewer, dossier, "accepted", NOTE, True)
    assert office.services.dossier(office.reviewer, dossier).state == "under_review"
    waiting = office.services.holding(second, dossier).proposal
    assert waiting and (waiting.by_name, waiting.outcome, waiting.outdated) == ("Contrôle", "accepted", False)
    with refused("own_proposal"):
        office.services.confirm_decision(office.reviewer, dossier)
    with refused("decision_waits"):
        office.services.request_correction(second, dossier, [], [], "Complétez")
    mine = office.services.queue_page(second, QueueWish(holder=MY_CONFIRMATION))
    assert [(one.id, one.proposed_by) for one in mine.dossiers] == [(dossier, "Contrôle")]
    assert not office.services.queue_page(office.reviewer, QueueWish(holder=MY_CONFIRMATION)).dossiers
    office.services.confirm_decision(second, dossier)
    view = office.services.dossier(second, dossier)
    assert view.state == "accepted"
    assert view.decision_note and view.decision_note.startswith(NOTE)
    done = next(one for one in view.events if one.action == "accept")
    assert (done.actor_name, done.details["proposed_by"]) == ("Second", office.reviewer.id)


def test_a_second_reviewer_sends_a_decision_back_with_a_reason(make_office) -> None:
    office = make_office(four_eyes=frozenset({"all"}))
    second = office.services.add_account("controle2", PASSWORD, "Second", {"reviewer"})
    dossier = under_review(office)
    office.services.decide(office.reviewer, dossier, "refused", "Hors délai")
    with refused("reason_needed"):
        office.services.return_decision(second, dossier, " ")
    office.services.return_decision(second, dossier, "Le délai court encore")
    holding = office.services.holding(office.reviewer, dossier)
    assert holding.proposal is None
    assert holding.returned and (holding.returned.by_name, holding.returned.note) == (
        "Second",
        "Le délai court encore",
    )
    office.services.decide(office.reviewer, dossier, "refused", "Hors délai")
    office.services.withdraw_decision(office.reviewer, dossier)
    with refused("no_proposal"):
        office.services.confirm_decision(second, dossier)
    assert office.services.dossier(second, dossier).state == "under_review"


def test_one_form_may_take_two_while_another_takes_one(make_office) -> None:
    office = make_office(four_eyes=frozenset({REFUND}))
    assert office.services.decide(office.reviewer, under_review(office), "refused", "Non")


def test_an_answer_to_ask_again_goes_into_the_request_and_not_into_an_acceptance(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Omrani", "review")))
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    reading = extractions(office, dossier)["assured.last"]
    with refused("reason_needed"):
        office.services.reject_value(office.reviewer, reading.id, "no such reason")
    office.services.reject_value(office.reviewer, reading.id, "unreadable")
    after = extractions(office, dossier)["assured.last"]
    assert (after.decision, after.decision_reason, after.decided_by) == ("rejected", "unreadable", "Contrôle")
    gaps = {one.subject for one in office.services.acceptance_gaps(office.reviewer, dossier)}
    assert f"value-{reading.id}" in gaps
    office.services.request_correction(
        office.reviewer, dossier, ["assured.last"], [], "Corrigez", {"assured.last": "unreadable"}
    )
    assert office.services.dossier(office.applicant, dossier).correction.reasons == {
        "assured.last": "unreadable"
    }


def test_the_queue_is_ordered_and_narrowed(make_office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = make_office(review_days={"": 60, REFUND: 10})
    old = deposited(office)
    office.clock.move(days=3)
    urgent = deposited(office, REFUND)
    services, reviewer = office.services, office.reviewer

    def ids(**wish: object) -> list[str]:
        return [one.id for one in services.queue_page(reviewer, QueueWish(**wish)).dossiers]

    assert ids() == [old, urgent]
    assert ids(order="deadline") == [urgent, old]
    first = services.queue_page(reviewer, QueueWish(order="deadline")).dossiers[0]
    assert first.due_on.isoformat() == "2026-03-15"
    assert ids(form=REFUND) == [urgent]
    services.start_review(reviewer, old)
    assert ids(holder="mine") == [old]
    assert ids(holder="nobody") == [urgent]
    assert ids(state="under_review") == [old]
    assert ids(agency=ON_LINE) == [old, urgent]
    assert ids(agency="Rabat") == []
    services.put_back(reviewer, old)
    assert ids(holder="mine") == []
    services.take_over(reviewer, old)
    assert services.queue_page(reviewer, QueueWish(holder="mine")).dossiers[0].holder == "Contrôle"


def test_the_most_doubtful_dossier_can_come_first(office, arrives) -> None:
    clear = deposited(office)
    doubtful = office.open()
    arrives(doubtful, scan(read("assured.last", "Omrani", "review"), read("assured.city", "Fes", "review")))
    office.services.deposit(office.applicant, doubtful, True)
    lines = office.services.queue_page(office.reviewer, QueueWish(order="doubt")).dossiers
    assert [(one.id, one.to_review) for one in lines] == [(doubtful, 2), (clear, 0)]

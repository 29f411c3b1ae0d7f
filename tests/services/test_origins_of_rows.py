"""Every answer of a row keeps where it comes from: who gave it, when, how, wherever its row moves."""

from __future__ import annotations

from core.dossier import FieldValue, Origin
from tests.services.test_correction_slips import asked_again, read, slip_arrives

__all__ = ["slip_arrives"]


def given(office, dossier: str) -> dict[str, FieldValue]:
    return dict(office.services.dossier(office.reviewer, dossier).given)


def test_what_a_slip_says_of_one_child_changes_the_origin_of_that_answer_alone(office, slip_arrives) -> None:
    typed_at = office.clock.now.isoformat()
    dossier = asked_again(office, ["children.1.birth", "children.2.birth"])
    slip_arrives(dossier, ["children.2.birth"], read("children.2.birth", "2012-02-03"))
    of = given(office, dossier)
    by_slip = FieldValue("2012-02-03", Origin.SCAN, 0.95, None, office.clock.now.isoformat())
    assert of["children.2.birth"] == by_slip
    for name in ("children.1.first", "children.1.birth", "children.2.first"):
        assert (of[name].origin, of[name].by, of[name].at) == (Origin.SCREEN, office.applicant.id, typed_at)

    office.clock.move(hours=1)
    slip_arrives(dossier, ["children.1.birth"], read("children.1.birth", "2015-02-03"))
    of = given(office, dossier)
    assert of["children.1.birth"].value == "2015-02-03", "another child's slip was no answer of this child's"
    assert of["children.2.birth"] == by_slip


def test_what_a_reviewer_puts_right_in_a_row_is_the_reviewers(office, slip_arrives) -> None:
    dossier = asked_again(office, ["children.2.birth"])
    slip_arrives(dossier, ["children.2.birth"], read("children.2.birth", "2012-02-03", "review"))
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    (waiting,) = office.services.extractions(office.reviewer, dossier)
    assert office.services.correct_value(office.reviewer, waiting.id, "04/02/2012") is None
    said = given(office, dossier)["children.2.birth"]
    assert (said.value, said.origin, said.by) == ("2012-02-04", Origin.REVIEWER, office.reviewer.id)
    assert office.services.writers(office.reviewer, dossier).keys() == {
        office.applicant.id,
        office.reviewer.id,
    }


def test_origins_go_along_with_rows_that_move_and_are_typed_anew(office) -> None:
    services, dossier = office.services, office.open()
    rows = [{"first": "Adam"}, {"first": "Lina", "birth": "2012-02-01"}]
    services.answer_group(office.applicant, dossier, "children", rows)
    first_at = office.clock.now.isoformat()
    office.clock.move(hours=1)
    services.remove_group_row(office.applicant, dossier, "children", 1)
    services.answer_group_row(office.clerk, dossier, "children", 1, {"birth": "2012-02-05"})
    services.answer(office.clerk, dossier, {}, {"pensioner": "true"})
    of = {name: (one.by, one.at) for name, one in services.dossier(office.clerk, dossier).given.items()}
    now = office.clock.now.isoformat()
    assert of == {
        "children.1.first": (office.applicant.id, first_at),
        "children.1.birth": (office.clerk.id, now),
        "pensioner": (office.clerk.id, now),
    }

"""A paper stays with the child it was placed with, whatever number that child has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_service.services.childrens_papers import rows_kept
from tests.services.prepared_readings import PDF


@given(st.lists(st.integers(0, 3), max_size=6), st.data())
def test_rows_taken_away_leave_the_others_where_they_stand_now(before, data) -> None:
    keep = [row for row in before if data.draw(st.booleans())]
    kept = rows_kept(before, keep)
    assert sorted(kept.values()) == list(range(1, len(keep) + 1)), (
        "each row that stayed is one of the old ones"
    )
    assert all(before[old - 1] == keep[new - 1] for old, new in kept.items())
    assert list(kept) == sorted(kept), "in the same order"


@given(st.lists(st.integers(), min_size=1, max_size=6), st.integers())
def test_an_edited_or_added_row_moves_nothing(before, new) -> None:
    same = {number: number for number in range(1, len(before) + 1)}
    assert rows_kept(before, [*before, new]) == same
    assert rows_kept(before, [new, *before[1:]]) == same


@given(st.permutations(range(6)), st.integers(0, 6), st.permutations(range(6)), st.integers(0, 6))
def test_a_child_who_is_told_the_same_keeps_its_papers_and_nobody_gets_anothers(old, some, new, few) -> None:
    before, after = old[:some], new[:few]
    kept = rows_kept(before, after)
    assert len(set(kept.values())) == len(kept), "no two children become one"
    for number, row in enumerate(before, start=1):
        if row in after:
            assert kept[number] == after.index(row) + 1
        elif number in kept:
            assert after[kept[number] - 1] not in before, "an edited row is no other child's"


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("AB", "BC", {2: 1}),
        ("ABC", "bC", {3: 2}),
        ("ABC", "AbC", {1: 1, 2: 2, 3: 3}),
        ("ABCD", "bCd", {3: 2, 4: 3}),
        ("AB", "ab", {1: 1, 2: 2}),
        ("A", "ab", {}),
        ("AB", "BA", {1: 2, 2: 1}),
        ("AB", "", {}),
        ("", "AB", {}),
    ],
)
def test_only_as_many_rows_as_before_between_known_ones_are_edited(before: str, after: str, kept) -> None:
    assert rows_kept(before, after) == kept


@pytest.fixture
def family(office):
    """Two children, each with a paper that its parent placed."""
    dossier = office.open()
    office.services.answer(
        office.applicant,
        dossier,
        {"nature": "initial_or_additional", "quality": "assured", "children_to_declare": "2"},
    )
    rows = [{"first": "Adam", "birth": "2015-03-12"}, {"first": "Lina", "birth": "2019-05-01"}]
    office.services.answer_group(office.applicant, dossier, "children", rows)
    for number in (1, 2):
        office.services.upload(
            office.applicant, dossier, f"birth-{number}.pdf", PDF, as_type="birth", child=number
        )
    return dossier


def placed(office, dossier) -> dict[str, int | None]:
    return {one.filename: one.child for one in office.services.dossier(office.applicant, dossier).attachments}


def test_a_child_taken_away_gives_its_papers_to_nobody(office, family) -> None:
    office.services.remove_group_row(office.applicant, family, "children", 1)
    view = office.services.dossier(office.applicant, family)
    assert [row["first"] for row in view.dossier.groups["children"]] == ["Lina"]
    assert placed(office, family) == {"birth-1.pdf": None, "birth-2.pdf": 1}
    office.services.answer_group(
        office.applicant, family, "children", [{"first": "Lina", "birth": "2019-05-01"}, {"first": "Omar"}]
    )
    assert placed(office, family) == {"birth-1.pdf": None, "birth-2.pdf": 1}, "Omar inherits nothing"


def test_rows_sent_whole_without_one_of_them_move_papers_too(office, family) -> None:
    rows = list(office.services.dossier(office.applicant, family).dossier.groups["children"])
    office.services.answer_group(office.applicant, family, "children", rows[1:])
    assert placed(office, family) == {"birth-1.pdf": None, "birth-2.pdf": 1}


def test_one_child_gone_and_another_come_at_once_share_no_paper(office, family) -> None:
    rows = list(office.services.dossier(office.applicant, family).dossier.groups["children"])
    office.services.answer_group(office.applicant, family, "children", [rows[1], {"first": "Omar"}])
    assert placed(office, family) == {"birth-1.pdf": None, "birth-2.pdf": 1}


def test_of_two_children_who_say_the_same_the_one_that_was_pointed_at_goes(office, family) -> None:
    rows = [{"first": "Adam"}, {"first": "Adam"}]
    office.services.answer_group(office.applicant, family, "children", rows)
    office.services.upload(office.applicant, family, "birth-3.pdf", PDF, as_type="birth", child=3)
    assert placed(office, family) == {"birth-1.pdf": 1, "birth-2.pdf": 2, "birth-3.pdf": 3}
    office.services.remove_group_row(office.applicant, family, "children", 2)
    assert placed(office, family) == {"birth-1.pdf": 1, "birth-2.pdf": None, "birth-3.pdf": 2}
    office.services.answer_group_row(office.applicant, family, "children", 2, {"first": "Sara"})
    assert placed(office, family) == {"birth-1.pdf": 1, "birth-2.pdf": None, "birth-3.pdf": 2}


def test_a_row_that_is_gone_already_is_no_error(office, family) -> None:
    before = office.services.dossier(office.applicant, family).revision
    office.services.remove_group_row(office.applicant, family, "children", 3)
    assert office.services.dossier(office.applicant, family).revision == before


def test_children_are_called_by_number_and_name_in_the_readers_script(office, family) -> None:
    rows = [{"first": "Adam", "first.ar": "آدم"}, {"first": "Lina"}, {}]
    office.services.answer_group(office.applicant, family, "children", rows)
    view = office.services.dossier(office.applicant, family)
    assert view.row_label("children", 1).as_dict() == {"ar": "الطفل 1 (آدم)", "fr": "Enfant 1 (Adam)"}
    assert view.row_label("children", 2).as_dict() == {"ar": "الطفل 2 (Lina)", "fr": "Enfant 2 (Lina)"}
    assert view.row_label("children", 3).as_dict() == {"ar": "الطفل 3", "fr": "Enfant 3"}

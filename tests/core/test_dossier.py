from __future__ import annotations

import pytest

from core.dossier import (
    TRANSITIONS,
    DossierEvent,
    DossierState,
    dossier_from_answers,
    next_state,
    printed_answers,
)
from core.dossier_file import parse_dossier_file
from core.errors import DossierError, UnknownForm
from core.form_spec import FormSpec
from core.spec_parser import parse_spec
from tests.core.test_spec_parser import SMALL

GROUP = """\
groups:
  - id: children
    item: child
    label: {fr: Enfants, ar: الأطفال}
    item_label: {fr: "Enfant {n}", ar: "الطفل {n}"}
    fields:
      - {id: birth, kind: date, label: {fr: Naissance, ar: الازدياد}, required: true}
facts:
  - {id: pensioner, kind: declaration, label: {fr: Pensionné, ar: متقاعد}}
"""
SPEC = parse_spec(SMALL + GROUP, "t.yaml")


def get_spec(form_id: str, version: int | None) -> FormSpec:
    if form_id != SPEC.id:
        raise UnknownForm("unknown")
    return SPEC


def read(text: str):
    return parse_dossier_file(text, "d.yaml", get_spec)


def test_only_the_transitions_of_the_table_are_possible() -> None:
    for state in DossierState:
        for event in DossierEvent:
            if (state, event) in TRANSITIONS:
                assert next_state(state, event) is TRANSITIONS[state, event]
            else:
                with pytest.raises(DossierError):
                    next_state(state, event)


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached = {DossierState.DRAFT}
    for _ in DossierState:
        reached |= {end for (start, _), end in TRANSITIONS.items() if start in reached}
    assert reached == set(DossierState)


def test_values_may_be_dotted_or_nested_and_facts_may_stand_anywhere() -> None:
    dotted = read("{form: T-1, values: {a.last: Alami, pensioner: true}}").parsed
    nested = read("{form: T-1, values: {a: {last: Alami}}, facts: {pensioner: true}}").parsed
    top = read("{form: T-1, values: {a: {last: Alami}}, pensioner: true}").parsed
    assert dotted.dossier == nested.dossier == top.dossier
    assert dotted.dossier.facts == {"pensioner": True}
    assert not dotted.unknown


def test_children_are_counted_from_one_and_a_zero_shows_that_a_file_counts_from_zero() -> None:
    from_zero = read(
        "{form: T-1, values: {}, attachments: [{type: birth, child: 0}, {type: BIRTH, child: 1}]}"
    )
    from_one = read(
        "{form: T-1, values: {}, attachments: [{type: birth, child: 1}, {type: birth, child: 2}]}"
    )
    assert from_zero.parsed.dossier.attachments == from_one.parsed.dossier.attachments


def test_wrong_values_and_unknown_names_are_told_and_the_rest_is_kept() -> None:
    parsed = read(
        "{form: T-1, values: {a.last: Alami, a.count: many, wat: 1}, children: [{birth: 31/02/2020, x: 1}]}"
    ).parsed
    assert parsed.dossier.answers() == {"a.last": "Alami"}
    assert set(parsed.problems) == {"a.count", "children.1.birth"}
    assert set(parsed.unknown) == {"wat", "children.1.x"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{values: {}}",
        "{form: T-1, values: []}",
        "{form: T-1, values: {}, attachments: [{}]}",
        "{form: T-1, values: {}, attachments: [{type: x, child: first}]}",
        "{form: T-1, values: {}, on: tomorrow}",
        "{form: T-1, values: {}, on_file: birth}",
        "{form: T-1, version: one, values: {}}",
        "{form: T-1, values: {}, children: 3}",
        "{form: T-1, form: T-1}",
    ],
)
def test_what_is_no_dossier_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(DossierError) as caught:
        read(text)
    assert "d.yaml" in caught.value.message.fr


PRINTED = GROUP.replace("    fields:", "    printed_rows: 2\n    fields:")


def test_answers_in_printed_rows_become_rows_and_go_back_to_them() -> None:
    spec = parse_spec(SMALL + PRINTED, "t.yaml")
    values = {"a.last": "Alami", "children.2.birth": "01/02/2020"}
    parsed = dossier_from_answers(spec, values)
    assert not parsed.problems and not parsed.unknown
    assert parsed.dossier.groups["children"] == ({}, {"birth": "2020-02-01"})
    answers, too_many = printed_answers(spec, parsed.dossier)
    assert answers["children.2.birth"] == "2020-02-01" and not too_many


def test_rows_without_room_on_paper_are_counted_and_not_forgotten() -> None:
    spec = parse_spec(SMALL + PRINTED, "t.yaml")
    rows = [{"birth": f"2020-01-0{day}"} for day in (1, 2, 3)]
    _, too_many = printed_answers(spec, dossier_from_answers(spec, {}, groups={"children": rows}).dossier)
    assert too_many == {"children": 1}


def test_children_numbered_both_ways_are_refused() -> None:
    text = "{form: T-1, values: {}, children: [{}], attachments: [{type: birth, child: 0}, {type: birth, child: 1}]}"
    with pytest.raises(DossierError):
        read(text)


def test_names_that_nothing_knows_are_remarked_upon_in_both_languages() -> None:
    text = (
        "{form: T-1, values: {wat: 1}, attachments: [{type: brith}], on_file: [nothing], declared: [wedding]}"
    )
    loaded = parse_dossier_file(text, "d.yaml", get_spec, {"birth"})
    assert {one.subject for one in loaded.remarks} == {"wat", "brith", "nothing", "wedding"}
    assert all(one.message.ar and one.message.fr for one in loaded.remarks)

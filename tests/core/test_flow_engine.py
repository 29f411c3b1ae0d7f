"""The course never leaves its declared steps, and whatever is refused says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dossier import TRANSITIONS, dossier_from_answers, next_state
from core.errors import DossierError
from core.flow import ROLES, Flow
from core.flow_engine import (
    Asked,
    Position,
    due,
    elapse,
    flow_scope,
    possible,
    take,
    why_not,
)
from core.flow_words import FlowWords
from core.scope import build_scope
from core.spec_parser import parse_spec
from core.standard_flow import standard_flow

COURSE = Path(__file__).parents[1] / "flow_form" / "course-1" / "v1.yaml"
SPEC = parse_spec(COURSE.read_text(encoding="utf-8"), "c.yaml")
FLOW = SPEC.flow
assert FLOW is not None
OWNER = Asked(frozenset({"applicant"}))
CLERK = Asked(frozenset({"clerk"}))
BEGIN = date(2026, 3, 2)
ANSWERS: dict[str, object] = {
    "person.registration": "123456782",
    "person.last": "Tazi",
    "person.last.ar": "التازي",
    "person.first": "Omar",
    "debt.principal": "1000.00",
    "mode": "instalments",
    "instalments": "3",
}


def scope_of(position: Position, answers: dict[str, object], on: date = BEGIN, flow: Flow = FLOW):
    dossier = dossier_from_answers(SPEC, answers).dossier
    return flow_scope(SPEC, flow, build_scope(SPEC, dossier, on), position)


def test_what_is_possible_and_why_the_rest_is_not_yet() -> None:
    here = Position("identity", BEGIN)
    (offer,) = possible(FLOW, here, OWNER, scope_of(here, {}))
    assert offer.refusal is not None and offer.refusal.message.fr.startswith("Indiquez d'abord")
    (offer,) = possible(FLOW, here, OWNER, scope_of(here, ANSWERS))
    assert offer.refusal is None
    assert take(SPEC, FLOW, here, "go_on", OWNER, scope_of(here, ANSWERS)).step.id == "plan"


def test_a_step_is_taken_by_those_it_is_for_with_what_it_demands() -> None:
    here = Position("confirm", BEGIN)
    scope = scope_of(here, ANSWERS)
    assert why_not(FLOW, here, "register", CLERK, scope).code == "not_allowed"
    assert why_not(FLOW, here, "pay_all", OWNER, scope).code == "not_yet"
    assert why_not(FLOW, here, "register", OWNER, scope).code == "wrong_code"
    coded = replace(OWNER, code_is_right=True, accepted=frozenset({"terms"}))
    with pytest.raises(DossierError) as refused:
        take(SPEC, FLOW, here, "register", coded, scope)
    assert refused.value.code == "declaration_needed"
    move = take(
        SPEC, FLOW, here, "register", replace(coded, accepted=frozenset({"terms", "guarantees"})), scope
    )
    assert (move.step.id, move.accepted, move.notify) == (
        "registered",
        ("terms", "guarantees"),
        ("registered",),
    )
    waiting = Position("registered", BEGIN)
    assert why_not(FLOW, waiting, "give_up", CLERK, scope).code == "reason_needed"
    assert why_not(FLOW, waiting, "give_up", replace(CLERK, reason="retrait"), scope) is None


def test_time_moves_a_request_on_the_day_and_not_before() -> None:
    here = Position("registered", BEGIN, BEGIN, {"register": BEGIN})

    def gone(days: int) -> list[str]:
        on = BEGIN + timedelta(days=days)
        return [one.id for one in due(FLOW, here, scope_of(here, ANSWERS, on), on)]

    assert (gone(14), gone(15), gone(29), gone(30)) == ([], ["reminder"], ["reminder"], ["reminder", "lapse"])
    timers = {one.id: one for one in FLOW.step("registered").timers}
    assert elapse(FLOW, here, timers["lapse"]).step.id == "lapsed"
    assert elapse(FLOW, here, timers["reminder"]).step.id == "registered"


@pytest.mark.parametrize(
    ("validated", "debited"),
    [("2022-12-05", "2023-01-10"), ("2022-03-31", "2022-04-10"), ("2022-03-10", "2022-04-10")],
)
def test_the_debit_falls_on_the_tenth_of_the_following_month(validated: str, debited: str) -> None:
    day = date.fromisoformat(validated)
    here = Position("agreed", day, day, {"guarantees_in": day})
    on = date.fromisoformat(debited)
    before = on - timedelta(days=1)
    assert not due(FLOW, here, scope_of(here, ANSWERS, before), before)
    assert [one.to for one in due(FLOW, here, scope_of(here, ANSWERS, on), on)] == ["debited"]


def test_texts_are_filled_as_each_language_writes_them() -> None:
    here = Position("agreed", BEGIN, BEGIN, {"guarantees_in": BEGIN})
    scope = scope_of(here, ANSWERS)
    answers = dossier_from_answers(SPEC, ANSWERS).dossier.answers()
    words = FlowWords(SPEC, FLOW, scope, answers)
    assert words.fill(FLOW.step("agreed").text).fr == "Le premier prélèvement aura lieu le 10/04/2026."
    assert "10/04/2026" in words.fill(FLOW.step("agreed").text).ar
    assert words.value_of("mode").fr == "Par acomptes" and words.value_of("mode").ar == "أداء عبر أقساط"
    assert words.value_of("person.last").ar == "التازي" and words.value_of("person.last").fr == "Tazi"
    assert words.value_of("calc.payable").fr.replace("\u202f", " ").replace("\u00a0", " ") == "1 000,00 DH"
    rows = words.rows_of(SPEC.tables[0])
    assert [row[1].fr for row in rows] == ["10/04/2026", "10/05/2026", "10/06/2026"]
    assert [row[2].fr.split(",")[0] for row in rows] == ["333", "333", "333"] and "34" in rows[2][2].fr


ANY_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "person.registration": st.just("123456782"),
        "person.last": st.just("Tazi"),
        "debt.principal": st.sampled_from(["0", "1000.00"]),
        "mode": st.sampled_from(["integral", "instalments"]),
        "instalments": st.sampled_from(["1", "60"]),
    },
)
ANYBODY = st.builds(
    Asked,
    roles=st.frozensets(st.sampled_from(ROLES), max_size=2),
    accepted=st.frozensets(st.sampled_from(["terms", "guarantees", "other"])),
    reason=st.sampled_from(["", " ", "parce que"]),
    is_complete=st.booleans(),
    code_is_right=st.booleans(),
)
ATTEMPT = st.tuples(
    st.sampled_from(
        [*sorted({a.id for _, a in FLOW.actions()} | {a.id for _, a in standard_flow().actions()}), "nothing"]
    ),
    ANYBODY,
    ANY_ANSWERS,
    st.integers(0, 40),
)


@pytest.mark.parametrize("flow", [FLOW, standard_flow()], ids=["own", "standard"])
@given(attempts=st.lists(ATTEMPT, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_attempt_leaves_the_declared_steps_and_every_refusal_says_why(flow: Flow, attempts: list) -> None:
    here, on = Position(flow.start, BEGIN), BEGIN
    for action_id, asked, answers, days in attempts:
        on += timedelta(days=days)
        for timer in due(flow, here, scope_of(here, answers, on, flow), on)[:1]:
            here = replace(here, step=elapse(flow, here, timer).step.id, entered=on)
        scope = scope_of(here, answers, on, flow)
        before, offers = here, possible(flow, here, asked, scope)
        assert offers == possible(flow, here, asked, scope)
        refusal = why_not(flow, here, action_id, asked, scope)
        try:
            move = take(SPEC, flow, here, action_id, asked, scope)
        except DossierError as refused:
            assert refused.message.ar and refused.message.fr
            assert refused.code == (refusal.code if refusal else "declaration_needed")
            assert here == before
            continue
        assert refusal is None and action_id in {one.action.id for one in offers if one.refusal is None}
        assert move.step.id in flow.by_id
        here = Position(move.step.id, on, here.deposited, {**here.taken, action_id: on})


def test_the_stages_of_the_standard_course_are_reckoned_by_the_same_engine() -> None:
    flow = standard_flow()
    for (state, event), there in TRANSITIONS.items():
        (action,) = flow.doing(state.value, event)
        asked = Asked(frozenset(action.by), reason="parce que")
        here = Position(state.value, BEGIN)
        move = take(SPEC, flow, here, action.id, asked, scope_of(here, {}, flow=flow))
        assert move.step.stage is there is next_state(state, event)

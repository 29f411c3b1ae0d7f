"""Each mistake in a course is named with its place, and in the author's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.construct_reader import ConstructReader
from core.dossier import DossierEvent, DossierState
from core.errors import SpecErrors
from core.flow_checks import FlowChecks
from core.spec_parser import parse_spec
from core.standard_flow import standard_flow
from forms_service.spec_mistakes import translated

COURSE = (Path(__file__).parents[1] / "flow_form" / "course-1" / "v1.yaml").read_text(encoding="utf-8")
PER_INSTALMENT = next(
    line for line in COURSE.splitlines() if "otherwise: {fr: Ce bouton sert au paiement par a" in line
)


def problems_of(text: str) -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(text, "c.yaml")
    return [str(one) for one in caught.value.errors]


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        (
            "to: plan\n          when",
            "to: plna\n          when",
            "- id: go_on",
            "to: 'plna' is unknown, did you mean 'plan'",
        ),
        (
            "start: identity",
            "start: identiy",
            "start:",
            "start: 'identiy' is unknown, did you mean 'identity'",
        ),
        (", to: debited}", "}", "- {id: debited", "'debited' is never reached from 'identity'"),
        (
            "due: value.first_debit, to: debited}",
            "due: value.first_debit}",
            "- {id: debit, ",
            "the timer 'debit' does nothing",
        ),
        (
            "stage: accepted}\n    - {id: lapsed",
            "stage: under_review}\n    - {id: lapsed",
            "- {id: debited",
            "'debited' is a dead end",
        ),
        (
            "by: [applicant, clerk]\n          to: plan",
            "by: [applicant, teller]\n          to: plan",
            "by: [applicant, teller]",
            "'teller' is unknown",
        ),
        (
            "when: given(person.registration)",
            "when: given(person.registraton)",
            "- id: go_on",
            "did you mean 'person.registration'",
        ),
        (
            "shows: [person]",
            "shows: [persn]",
            "- id: identity",
            "shows: 'persn' is unknown, did you mean 'person'",
        ),
        (
            "accepts: [terms]",
            "accepts: [term]",
            "- id: pay_all",
            "accepts: 'term' is unknown, did you mean 'terms'",
        ),
        (
            "notify: [remind]",
            "notify: [reminder]",
            "- {id: reminder",
            "notify: 'reminder' is unknown, did you mean 'remind'",
        ),
        (
            PER_INSTALMENT + "\n",
            "",
            "- id: register",
            "when needs an otherwise",
        ),
        (
            PER_INSTALMENT.strip(),
            "otherwise: {fr: Ce bouton}",
            "otherwise: {fr: Ce bouton}",
            "the Arabic text (ar) is missing",
        ),
        ("due: 'add_days(entered, 30)', ", "", "- {id: lapse", "lacks 'due'"),
        ("due: 'add_days(entered, 30)'", "due: '\"soon\"'", "- {id: lapse", "expected a day or null"),
        (
            'le {value.first_debit}.", ar: "سيتم',
            'le {value.first}.", ar: "سيتم',
            "- id: agreed",
            "{value.first} is filled by nothing",
        ),
        (
            "does: deposit\n          to: registered",
            "to: registered",
            "- id: register",
            "leaves 'confirm' without a receipt",
        ),
        (
            "does: deposit\n          to: registered",
            "does: accept\n          to: registered",
            "- id: register",
            "does accept: not in the stage 'draft'",
        ),
        ("table: schedule\n", "table: schedul\n", "- id: agreement", "table: 'schedul' is unknown"),
        (
            ", issues: [agreement]}",
            ", issues: [agrement]}",
            "- {id: guarantees_in",
            "issues: 'agrement' is unknown",
        ),
        (
            ", code: send, code_to: person.mobile}",
            "}",
            "- id: register",
            "nothing sends a code before 'register'",
        ),
        (
            ", to: lapsed}\n    - id: agreed",
            ", to: registered}\n    - id: agreed",
            "- {id: lapse,",
            "leads back to its own state",
        ),
        ("by: [clerk, reviewer], requires", "by: [], requires", "- {id: give_up", "nobody may do 'give_up'"),
        (
            "id: back, label: {fr: Revenir à l'id",
            "id: go-back, label: {fr: Revenir à l'id",
            "- {id: go-back",
            "expressions cannot name 'go-back'",
        ),
        (
            "- {id: debited, label",
            "- {id: agreed, label",
            "- {id: agreed, label",
            "the state id 'agreed' stands 2 times",
        ),
        (
            "by: [clerk, reviewer], to: agreed",
            "by: [clerk, reviewer], to: plan",
            "- {id: guarantees_in",
            "leads back to the draft 'plan'",
        ),
        (
            "stage: draft\n      shows: [person]",
            "stage: submitted\n      shows: [person]",
            "- id: identity",
            "expected draft",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place_in_three_languages(
    old: str, new: str, where: str, words: str
) -> None:
    assert old in COURSE
    text = COURSE.replace(old, new, 1)
    found = problems_of(text)
    told = [one for one in found if words in one]
    assert told, found
    line = int(told[0].split(":")[1])
    written = text.splitlines()[line - 1]
    assert where in written or where.removeprefix("- ") in written, (told, written)
    said = translated(told[0].split(": ", 1)[1])
    assert said is not None and not re.search(r"<\w+>", said.ar + said.fr)


def test_timers_that_run_in_a_circle_are_a_mistake() -> None:
    text = COURSE.replace(
        "{id: debited, label: {fr: Prélèvement effectué, ar: تم الاقتطاع}, stage: accepted}",
        "{id: debited, label: {fr: Prélèvement effectué, ar: تم الاقتطاع}, stage: accepted, timers: "
        "[{id: again, label: {fr: Encore, ar: مرة أخرى}, due: entered, to: agreed}]}",
    )
    assert any("timers alone lead round" in one for one in problems_of(text))


def test_the_standard_course_is_sound_and_names_each_stage_as_its_step() -> None:
    flow = standard_flow()
    assert {step.id: step.stage for step in flow.steps} == {one.value: one for one in DossierState}
    assert {action.does for _, action in flow.actions()} == set(DossierEvent)
    errors: list[object] = []
    form = parse_spec(COURSE, "c.yaml")
    checks = FlowChecks(form, flow, {}, ConstructReader("standard", errors))  # type: ignore[arg-type]
    checks.duplicates()
    checks.ways()
    checks.stages()
    assert not errors

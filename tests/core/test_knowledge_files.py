"""Parameters, guidance and calculators: what is right is read, each mistake is named with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.calculator import calculate
from core.calculator_parser import parse_calculator
from core.errors import SpecErrors
from core.form_spec import DatedValue
from core.guidance import BlockKind, Guidance, blocks
from core.guidance_parser import parse_theme, problems_between
from core.shared_parameters import parse_shared_parameters
from core.spec_parser import parse_spec
from forms_service.spec_mistakes import translated
from tests.core.test_spec_parser import SMALL

PARAMETERS = """\
language: 1
parameters:
  - id: rate
    label: {fr: taux, ar: نسبة}
    unit: "%"
    age: {fr: non datée, ar: غير مؤرخة}
    values:
      - {value: 12.89, source: s}
      - {value: 13, since: 2024-01-01, source: s}
  - {id: share, label: {fr: part, ar: جزء}, unit: share, values: [{value: "2/3", since: 2020-01-01, source: s}]}
"""
SHARED = parse_shared_parameters(PARAMETERS, "parameters.yaml")

THEME = """\
language: 1
theme: tests
title: {fr: Essais, ar: تجارب}
answers:
  - id: how-much
    number: 3
    question: {fr: Combien ?, ar: كم؟}
    answer:
      fr: |
        Le taux est de {rate},
        avant {rate:first}.

        - un point ;
        - un autre.
      ar: |
        النسبة {rate}، وكانت {rate:first}.

        - نقطة؛
        - أخرى.
    figures: [share]
    source: "002 L1"
"""

CALCULATOR = """\
language: 1
id: tests
title: {fr: Essai, ar: تجربة}
intro: {fr: Pour essayer, ar: للتجربة}
uses: [rate, share]
inputs:
  - {id: wage, kind: amount, label: {fr: Salaire, ar: أجر}, required: true}
  - {id: bonus, kind: amount, label: {fr: Prime, ar: منحة}}
rules:
  - {id: R, check: "wage >= 100", subject: wage, message: {fr: Trop peu, ar: قليل}}
results:
  - {id: base, label: {fr: Base, ar: أساس}, unit: MAD, step: true, value: "wage * param.share"}
  - {id: due, label: {fr: Dû, ar: مستحق}, unit: MAD, value: "calc.base * param.rate + (given(bonus) ? bonus : 0)"}
source: s
"""


def problems(read: object, *arguments: object) -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        read(*arguments)  # type: ignore[operator]
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("id: share,", "id: rate,", "10:5", "'rate' stands here again"),
        ('unit: "%"', "unit: percent", "5:5", "'percent' is unknown, expected one of: MAD"),
        ("value: 12.89", "value: much", "8:10", "'much' is no figure"),
        ("    age: {fr: non datée, ar: غير مؤرخة}\n", "", "3:5", "a value has no date, expected age"),
        ("since: 2024-01-01", "source: t", "9:32", "stands here twice"),
        ("{value: 13, since: 2024-01-01, source: s}", "{value: 13, source: s}", "3:5", "not in order"),
        ("language: 1", "language: 2", "1:1", "language 2 is unknown"),
    ],
)
def test_mistakes_of_parameters(old: str, new: str, place: str, words: str) -> None:
    assert old in PARAMETERS
    found = problems(parse_shared_parameters, PARAMETERS.replace(old, new, 1), "p.yaml")
    assert any(one.startswith(f"p.yaml:{place}:") and words in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("theme: tests", "theme: Tests!", "2:8", "expected a name of letters"),
        ("id: how-much", "id: How_Much", "5:5", "stands in an address"),
        ("id: how-much", "id: '42'", "5:5", "reads as a number of the source"),
        ("number: 3", "number: 167", "6:5", "expected 1 to 166"),
        ("{rate},\n", "{rat},\n", "8:5", "did you mean 'rate'?"),
        ("النسبة {rate}، وكانت {rate:first}", "النسبة {rate}", "8:5", "the two languages name different figures"),
        ("figures: [share]", "figures: [shares]", "20:5", "did you mean 'share'?"),
        ("figures: [share]", 'outdated: {fr: "{share:first}", ar: "{share:first}"}', "20:5", "one value only"),
        ("كم؟", "", "7:15", "Arabic text (ar) is missing"),
        ("figures", "figurs", "20:5", "did you mean 'figures'?"),
        ('source: "002 L1"', 'part: d\n    source: "002 L1"', "21:11", "Expected one of: b, c"),
    ],
)  # fmt: skip
def test_mistakes_of_guidance(old: str, new: str, place: str, words: str) -> None:
    assert old in THEME
    found = problems(parse_theme, THEME.replace(old, new, 1), "t.yaml", SHARED)
    line = place.partition(":")[0]
    assert any(one.startswith(f"t.yaml:{line}:") and words in one for one in found), found
    for one in found:
        assert translated(one.split(": ", 1)[1]) is not None, one


def test_an_answer_that_stands_in_two_files_is_told_in_the_second() -> None:
    first = parse_theme(THEME, "a.yaml", SHARED)
    second = parse_theme(THEME.replace("theme: tests", "theme: more"), "b.yaml", SHARED)
    found = [str(one) for one in problems_between([first, second])]
    assert found == [
        "b.yaml:5:5: answer how-much stands in a.yaml too, expected once",
        "b.yaml:5:5: number 3 stands in a.yaml too, expected once",
    ]


def test_an_answer_shows_the_figures_of_the_day_and_its_page_s_own() -> None:
    guidance = Guidance((parse_theme(THEME, "a.yaml", SHARED).theme,), SHARED.by_id)
    answer = guidance.answer("3")
    assert answer is not None
    text = guidance.text_of(answer, date(2026, 1, 1))
    assert "13%" in text.ar and "12,89%" in text.ar
    later = DatedValue(14, date(2030, 1, 1), "s")
    changed = replace(SHARED.by_id["rate"], values=(*SHARED.by_id["rate"].values, later))
    again = replace(guidance, parameters={**SHARED.by_id, "rate": changed}).text_of(answer, date(2031, 1, 1))
    assert "14%" in again.ar and "12,89%" in again.ar and "13%" not in again.ar
    paragraph, points = blocks(text.fr)
    assert paragraph.kind is BlockKind.PARAGRAPH and len(paragraph.texts) == 1
    assert points.texts == ("un point ;", "un autre.")
    figures = guidance.figures_of(answer, date(2026, 1, 1))
    assert [(one.parameter.id, one.in_force.since, len(one.earlier)) for one in figures] == [
        ("rate", date(2024, 1, 1), 1),
        ("share", date(2020, 1, 1), 0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("uses: [rate, share]", "uses: [rates, share]", "5:1", "did you mean 'rate'?"),
        (
            "kind: amount, label: {fr: Salaire",
            "kind: signature, label: {fr: Salaire",
            "7:5",
            "cannot be reckoned with",
        ),
        ("wage * param.share", "wag * param.share", "12:5", "did you mean 'wage'?"),
        ("wage * param.share", "wage.map(x, x)", "12:5", "cannot be reckoned exactly"),
        ("wage * param.share", "calc.due", "12:5", "'calc.due' is unknown"),
        ("(given(bonus) ? bonus : 0)", "bonus", "13:5", "fails on sample answers"),
        ("wage * param.share", "wage > 1", "12:5", "expected a number"),
        ("unit: MAD, step", "unit: DH, step", "12:5", "'DH' is unknown"),
        ("id: due", "id: base", "13:5", "'base' stands 2 times"),
        ("subject: wage", "subject: wages", "10:5", "no field is called 'wages'"),
    ],
)
def test_mistakes_of_calculators(old: str, new: str, place: str, words: str) -> None:
    assert old in CALCULATOR
    found = problems(parse_calculator, CALCULATOR.replace(old, new, 1), "c.yaml", SHARED)
    assert any(one.startswith(f"c.yaml:{place}:") and words in one for one in found), found
    for one in found:
        assert translated(one.split(": ", 1)[1]) is not None, one


def test_a_calculator_reckons_to_the_centime_with_the_figures_of_the_day() -> None:
    calculator = parse_calculator(CALCULATOR, "c.yaml", SHARED)
    done = calculate(calculator, {"wage": "1000"}, date(2026, 1, 1))
    assert [one.value for one in done.results] == ["666.67", "86.67"]
    assert done.results[1].filled.fr.replace("\u00a0", " ") == "666,67 DH × 13 % + 0"
    before = calculate(calculator, {"wage": "1000", "bonus": "10"}, date(2023, 12, 31))
    assert before.results[1].value == "95.93"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "nécessaire"),
        ({"wage": "abc"}, "dirhams"),
        ({"wage": "99"}, "Trop peu"),
        ({"wage": "-1"}, "dirhams"),
    ],
)
def test_what_cannot_be_reckoned_is_told_at_its_input(given: dict[str, str], message: str) -> None:
    done = calculate(parse_calculator(CALCULATOR, "c.yaml", SHARED), given, date(2026, 1, 1))
    assert not done.results
    assert message in done.problems["wage"].fr


def test_a_form_takes_shared_parameters_under_uses() -> None:
    spec = parse_spec("uses: [rate]\n" + SMALL, "t.yaml", shared=SHARED)
    assert [one.id for one in spec.parameters] == ["rate"]
    assert any(
        "no shared parameter is called 'rates', did you mean 'rate'?" in one
        for one in problems(parse_spec, "uses: [rates]\n" + SMALL, "t.yaml", None, SHARED)
    )

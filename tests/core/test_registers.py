"""What registers know reaches choices and expressions; what they do not know is blank."""

from __future__ import annotations

from datetime import date

import pytest

from core.completeness import assess_completeness
from core.dossier import dossier_from_answers
from core.errors import SpecErrors
from core.form_spec import FormSpec
from core.registers import look_up, with_records
from core.scope import build_scope
from core.spec_parser import parse_spec

SPEC = """
language: 1
id: debt-1
version: 1
title: {fr: Dette, ar: دين}
reference_label: {fr: "Réf. : debt-1", ar: "المرجع: debt-1"}
receipt_type: {fr: Dette, ar: دين}
applicant: {name: [who], registration: who}
records:
  - id: affiliations
    register: affiliations
    key: account
    label: {fr: Affiliations, ar: الانخراطات}
    fields:
      - {id: number, kind: text, label: {fr: N°, ar: الرقم}}
      - {id: name, kind: name, label: {fr: Nom, ar: الاسم}}
  - id: employer
    register: employers
    key: affiliation
    many: false
    label: {fr: Employeur, ar: المشغل}
    fields: [{id: impacted, kind: declaration, label: {fr: Touché, ar: متضرر}}]
  - id: debts
    register: debts
    key: affiliation
    label: {fr: Créances, ar: الديون}
    fields:
      - {id: period, kind: text, label: {fr: Période, ar: الفترة}}
      - {id: principal, kind: amount, label: {fr: Principal, ar: أصل الدين}}
sections:
  - id: who
    rows:
      - - {id: who, kind: text, label: {fr: Nom, ar: الاسم}}
        - id: affiliation
          kind: choice
          printed: false
          label: {fr: Affiliation, ar: الانخراط}
          choices_from: {records: affiliations, value: number, label: [name, number]}
calculations:
  - id: owed
    label: {fr: Dû, ar: الدين}
    unit: MAD
    value: >-
      total(debts.filter(d, d.period <= (employer.impacted ? "2020-06" : "2016-12")).map(d, d.principal))
tables:
  - id: schedule
    label: {fr: Échéancier, ar: الجدول}
    rows: 'payment_schedule(calc.owed, 0.0, 3, day_of_next_month(on, 10))'
    columns:
      - {id: day, label: {fr: Date, ar: التاريخ}, kind: date}
      - {id: amount, label: {fr: Montant, ar: المبلغ}, kind: amount}
"""

ROWS = {
    ("affiliations", "77"): [
        {"number": "1", "name": "ATLAS", "name.ar": "أطلس"},
        {"number": "2", "name": "RIF", "name.ar": "ريف"},
    ],
    ("employers", "2"): [{"impacted": True}],
    ("debts", "2"): [
        {"period": "2016-11", "principal": "10.10"},
        {"period": "2020-06", "principal": "20.20"},
        {"period": "2020-07", "principal": "40.40"},
    ],
}


def ask(register: str, key: str) -> list[dict[str, object]]:
    return ROWS.get((register, key), [])  # type: ignore[return-value]


def seen_by(spec: FormSpec, answers: dict[str, str]) -> FormSpec:
    return with_records(spec, look_up(spec, answers, "77", ask))


@pytest.fixture(scope="module")
def spec() -> FormSpec:
    return parse_spec(SPEC, "debt-1.yaml", [])


def test_a_choice_offers_the_rows_of_a_register_in_both_languages(spec: FormSpec) -> None:
    field = seen_by(spec, {}).field("affiliation")
    assert [(one.value, one.label.fr, one.label.ar) for one in field.choices] == [
        ("1", "ATLAS – 1", "أطلس – 1"),
        ("2", "RIF – 2", "ريف – 2"),
    ]


def test_an_answer_that_no_row_offers_is_refused(spec: FormSpec) -> None:
    parsed = dossier_from_answers(seen_by(spec, {}), {"affiliation": "3"})
    assert parsed.problems["affiliation"].code == "not_a_choice"


def test_what_is_owed_follows_from_the_rows_and_the_schedule_adds_up_to_it(spec: FormSpec) -> None:
    answers = {"affiliation": "2"}
    known = seen_by(spec, answers)
    report = assess_completeness(known, dossier_from_answers(known, answers).dossier, date(2022, 3, 31))
    assert report.amounts["owed"]["value"] == 30.3  # type: ignore[index]
    table = report.amounts["tables"][0]  # type: ignore[index]
    assert [row["day"] for row in table["rows"]] == ["2022-04-10", "2022-05-10", "2022-06-10"]
    assert sum(row["amount"] for row in table["rows"]) == pytest.approx(30.3)


def test_whom_no_register_knows_is_blank_and_owes_nothing(spec: FormSpec) -> None:
    known = with_records(spec, look_up(spec, {"affiliation": "9"}, "nobody", ask))
    scope = build_scope(known, dossier_from_answers(known, {}).dossier, date(2022, 3, 31))
    assert scope.variables["affiliations"] == [] and scope.variables["employer"] == {"impacted": False}
    report = assess_completeness(known, dossier_from_answers(known, {}).dossier, date(2022, 3, 31))
    assert report.amounts["owed"]["value"] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("key: affiliation\n    many", "key: affiliatoin\n    many", "no field is called 'affiliatoin'"),
        (
            "    register: debts\n    key: affiliation",
            "    register: debts\n    key: who",
            "anybody may type 'who'",
        ),
        ("records: affiliations, value", "records: affiliated, value", "no records are called 'affiliated'"),
        ("value: number", "value: numero", "has no member 'numero'"),
        ("          printed: false\n", "", "with kind choice needs printed: false"),
        ("d.principal))", "d.princpal))", "d.princpal"),
        (
            "(calc.owed, 0.0, 3, day_of_next_month(on, 10))'\n    columns:\n      - {id: day",
            "(9.0, 0.0, 3, day_of_next_month(on, 10))'\n    columns:\n      - {id: days",
            "the rows have no member 'days'",
        ),
        (
            "'payment_schedule(calc.owed, 0.0, 3, day_of_next_month(on, 10))'",
            "'calc.owed'",
            "expected a list of rows",
        ),
    ],
)
def test_every_mistake_is_told_with_its_line(before: str, after: str, said: str) -> None:
    assert before in SPEC
    with pytest.raises(SpecErrors) as caught:
        parse_spec(SPEC.replace(before, after), "debt-1.yaml", [])
    told = [str(one) for one in caught.value.errors]
    assert any(said in one and one.startswith("debt-1.yaml:") for one in told), told

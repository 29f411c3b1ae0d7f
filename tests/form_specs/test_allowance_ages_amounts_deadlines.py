"""311-1-14: who is young enough, what is paid, from when."""

from __future__ import annotations

from datetime import date

import pytest
from invented_requests import BABY, ON, allowance_request, findings_of, judge

from core.form_spec import FormSpec
from core.localized_text import Language

STUDENT = {"student": True}
APPRENTICE = {"apprentice": True}
GRADUATE = {"student": True, "bac": True}
SPECIAL = {"special_needs": True}


def monthly(allowance: FormSpec, *children: dict[str, object], on: date = ON) -> object:
    report = judge(allowance, allowance_request("assured", children), on)
    return report.amounts["monthly"]["value"]


# Born so that the birthday is the filing date (2026-03-01), the day before, the day after.
@pytest.mark.parametrize(
    ("birth", "facts", "eligible"),
    [
        # A12: until the 12th birthday, that day included
        ("2014-03-01", {}, True),
        ("2014-02-28", {}, False),
        ("2014-03-02", {}, True),
        ("2026-03-01", {}, True),
        # A18
        ("2014-02-28", APPRENTICE, True),
        ("2008-03-02", APPRENTICE, True),
        ("2008-03-01", APPRENTICE, True),
        ("2008-02-29", APPRENTICE, False),
        # A_SCHOOL: strictly between 12 and 21
        ("2014-02-28", STUDENT, True),
        ("2008-02-29", STUDENT, True),
        ("2005-03-02", STUDENT, True),
        ("2005-03-01", STUDENT, False),
        # A21: until the 21st birthday, that day included
        ("2005-03-01", GRADUATE, True),
        ("2005-02-28", GRADUATE, False),
        ("2006-01-01", {"bac": True}, False),
        # A_SN: no limit, unless there is a stable income
        ("1990-03-01", SPECIAL, True),
        ("1990-03-01", {**SPECIAL, "stable_income": True}, False),
        ("2020-03-01", {**SPECIAL, "stable_income": True}, True),
    ],
)
def test_v15_age_limits_on_and_around_birthdays(
    allowance: FormSpec, birth: str, facts: dict[str, object], eligible: bool
) -> None:
    child = {"birth": birth, **facts}
    assert monthly(allowance, child) == (300 if eligible else 0)
    report = judge(allowance, allowance_request("assured", [child]))
    too_old = [one for one in report.findings if one.rule.startswith(("V15:", "V15_adult:"))]
    assert bool(too_old) is not eligible


def test_a_school_certificate_in_hand_counts_as_schooling(allowance: FormSpec) -> None:
    request = allowance_request("assured", [{"birth": "2012-01-15"}])
    assert judge(allowance, request).amounts["monthly"]["value"] == 0
    report = judge(allowance, request.with_documents("school"))
    assert report.amounts["monthly"]["value"] == 300
    assert not [one for one in report.findings if "V15" in one.rule]


def test_a_young_child_abroad_is_a_question_for_the_agency(allowance: FormSpec) -> None:
    report = judge(allowance, allowance_request("assured", [{**BABY, "resident": False}]))
    (advice,) = [one for one in report.findings if "V15" in one.rule]
    assert advice.severity.value == "warning"
    assert report.amounts["monthly"]["value"] == 0


def test_a_student_may_study_abroad(allowance: FormSpec) -> None:
    assert monthly(allowance, {"birth": "2006-05-01", "resident": False, **GRADUATE}) == 300


@pytest.mark.parametrize(
    ("children", "amount"),
    [(0, 0), (1, 300), (2, 600), (3, 900), (4, 926), (5, 952), (6, 978), (7, 978), (8, 978), (20, 978)],
)
def test_am1_amount_by_number_of_children(allowance: FormSpec, children: int, amount: int) -> None:
    assert monthly(allowance, *[BABY] * children) == amount


@pytest.mark.parametrize(("children", "amount"), [(1, 200), (3, 600), (4, 636), (6, 708)])
def test_older_rates_apply_to_older_days(allowance: FormSpec, children: int, amount: int) -> None:
    day = date(2022, 12, 31)
    assert monthly(allowance, *[{"birth": "2022-12-01"}] * children, on=day) == amount


def test_only_eligible_children_are_counted(allowance: FormSpec) -> None:
    too_old = {"birth": "2001-01-01"}
    assert monthly(allowance, too_old, BABY, too_old, BABY) == 600


def test_amounts_say_where_they_come_from(allowance: FormSpec) -> None:
    amounts = judge(allowance, allowance_request("assured")).amounts
    assert "AM1" in amounts["monthly"]["source"]
    assert amounts["parameters"]["first_rate"]["value"] == 300
    assert all(one["source"] for one in amounts["parameters"].values())


# --- deadlines: T1, T2, V18 ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "filed", "limit", "late", "effect"),
    [
        ("2025-12-24", "2026-06-24", "2026-06-24", False, "2025-12-24"),
        ("2025-12-24", "2026-06-25", "2026-06-24", True, "2025-12-25"),
        # month ends are clamped, both ways
        ("2025-08-31", "2026-02-28", "2026-02-28", False, "2025-08-31"),
        ("2025-08-31", "2026-03-01", "2026-02-28", True, "2025-09-01"),
        ("2023-08-31", "2024-02-29", "2024-02-29", False, "2023-08-31"),
        ("2023-08-30", "2024-03-01", "2024-02-29", True, "2023-09-01"),
        ("2025-02-28", "2025-08-31", "2025-08-28", True, "2025-02-28"),
        ("2020-01-15", "2026-08-31", "2020-07-15", True, "2026-02-28"),
        ("2024-02-29", "2024-08-29", "2024-08-29", False, "2024-02-29"),
    ],
)
def test_six_months_from_birth_then_six_months_back(
    allowance: FormSpec, birth: str, filed: str, limit: str, late: bool, effect: str
) -> None:
    request = allowance_request("assured", [{"birth": birth}])
    report = judge(allowance, request, date.fromisoformat(filed))
    (told,) = report.amounts["effects"]
    assert (told["limit"], told["late"], told["effect_from"]) == (limit, late, effect)
    assert [one.severity.value for one in findings_of(report, "late")] == (["warning"] if late else [])


def test_a_late_message_names_the_child_and_the_days(allowance: FormSpec) -> None:
    request = allowance_request("assured", [BABY, {"birth": "2025-01-10"}])
    (late,) = findings_of(judge(allowance, request), "late")
    assert late.subject == "children.2"
    for language in Language:
        words = late.message.in_language(language)
        assert "2" in words
        assert "10/07/2025" in words
        assert "01/09/2025" in words


def test_no_deadline_is_judged_for_a_transfer(allowance: FormSpec) -> None:
    request = allowance_request("assured", [{"birth": "2020-01-15"}]).but({"nature": "transfer"})
    report = judge(allowance, request)
    assert not findings_of(report, "late")
    assert "effects" not in report.amounts

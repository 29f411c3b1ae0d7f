"""311-1-14: each rule V01–V21, broken once in a request that is otherwise complete."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from invented_requests import (
    BABY,
    GUARDIAN,
    ON,
    SPOUSE,
    Request,
    allowance_request,
    complete_assured,
    findings_of,
    judge,
)

from core.completeness import Finding
from core.dossier import Attachment, dossier_from_answers
from core.form_spec import FormSpec
from core.localized_text import Language

NO_SPOUSE = dict.fromkeys(SPOUSE)


def one_finding(allowance: FormSpec, request: Request) -> Finding:
    """The only finding on a request, fit for a person to read."""
    report = judge(allowance, request)
    assert len(report.findings) == 1, [(one.rule, one.message.fr) for one in report.findings]
    (finding,) = report.findings
    for language in Language:
        words = finding.message.in_language(language)
        assert len(words) > 20
        assert "{" not in words
    return finding


def complete_guardian() -> Request:
    papers = ["id_guardian", *["id_parents"] * 2, "marriage_parents", *["death_parents"] * 2, "guardianship"]
    return allowance_request("guardian").with_documents("form", *papers, "birth", "bank")


def complete_widow() -> Request:
    return allowance_request("widow_no_pension").with_documents(
        "form", "id_widow", "id_deceased", "marriage", "death", "birth", "bank"
    )


def complete_ipp(rate: object = 70) -> Request:
    request = allowance_request("ipp70").with_documents(
        "form", "id_assured", "id_spouse", "marriage", "birth", "bank"
    )
    return request.with_documents(ipp_judgment={"ipp_rate": rate})


@pytest.mark.parametrize(
    "request_", [complete_assured(), complete_guardian(), complete_widow(), complete_ipp()]
)
def test_a_complete_request_has_nothing_to_say(allowance: FormSpec, request_: Request) -> None:
    report = judge(allowance, request_)
    assert report.complete
    assert report.findings == ()


BROKEN_ONCE = {
    "V01 nature not chosen": ("V01", "nature", complete_assured().but({"nature": None})),
    "V02 quality not chosen": ("V02", "quality", complete_assured().but({"quality": None})),
    "V03 number not given": (
        "V03",
        "children_to_declare",
        complete_assured().but({"children_to_declare": None}),
    ),
    "V03 no child": (
        "V03",
        "children_to_declare",
        complete_assured().but({"children_to_declare": 0}, children=()),
    ),
    "V04 two announced, one described": (
        "V04",
        "children_to_declare",
        complete_assured().but({"children_to_declare": 2}),
    ),
    "V05 guardian without city": (
        "V05",
        "guardian.city",
        complete_guardian().but({"guardian.city": None}),
    ),
    "V05 guardian block of another applicant": (
        "V05",
        "guardian",
        complete_assured().but({"guardian.last": "Tazi"}),
    ),
    "V06 neither spouse nor filiation": ("V06", "spouse", complete_assured().but(NO_SPOUSE)),
    "V06 spouse block begun": ("V06", "spouse.id_no", complete_assured().but({"spouse.id_no": None})),
    "V07 work of the spouse not ticked": (
        "V07",
        "spouse.work",
        complete_assured().but({"spouse.work": None}),
    ),
    "V08 employee without proof": (
        "V08",
        "spouse_activity",
        complete_assured().but({"spouse.work": "employee"}),
    ),
    "V11 residence card of a Moroccan": (
        "V11",
        "assured.id_kind",
        complete_assured().but({"assured.id_kind": "carte_residence"}, facts={"foreigner": False}),
    ),
    "V12 no judgment": ("V12", "ipp_judgment", complete_ipp().without_documents("ipp_judgment")),
    "V12 rate too low": ("V12", "ipp_judgment", complete_ipp(69)),
    "V13 widow with a pension": (
        "V13",
        "quality",
        complete_widow().but(facts={"survivor_pension": True}),
    ),
    "V14 pupil without certificate": (
        "V14",
        "school",
        complete_assured()
        .but({"nature": "transfer"})
        .with_children({"birth": "2012-01-15", "student": True}),
    ),
    "V15 too old": (
        "V15",
        "children.1",
        complete_assured().but({"nature": "transfer"}).with_children({"birth": "2004-01-15"}),
    ),
    "V16 born 301 days after the pension": (
        "V16",
        "children.1",
        complete_assured().but(facts={"pensioner": True, "pension_effect_date": "2025-02-26"}),
    ),
    "V17 seventh child": (
        "V17",
        "children",
        complete_assured().with_children(*[BABY] * 7).with_documents(*["birth"] * 6),
    ),
    "V18 late": ("V18", "children.1", complete_assured().with_children({"birth": "2025-08-31"})),
    "V20 identity document missing": (
        "V20",
        "id_assured",
        complete_assured().without_documents("id_assured"),
    ),
    "V21 filed before does not help": (
        "V21",
        "birth",
        complete_assured().without_documents("birth").but(on_file=("birth",), declared=("birth",)),
    ),
}


@pytest.mark.parametrize("case", BROKEN_ONCE)
def test_a_rule_broken_once_gives_exactly_its_finding(allowance: FormSpec, case: str) -> None:
    rule, subject, request = BROKEN_ONCE[case]
    finding = one_finding(allowance, request)
    assert rule in finding.rule
    assert finding.subject == subject


@pytest.mark.parametrize(
    ("case", "severity", "complete"),
    [("V18 late", "warning", True), ("V17 seventh child", "info", True), ("V15 too old", "error", False)],
)
def test_only_errors_keep_a_request_incomplete(
    allowance: FormSpec, case: str, severity: str, complete: bool
) -> None:
    report = judge(allowance, BROKEN_ONCE[case][2])
    assert (report.findings[0].severity.value, report.complete) == (severity, complete)


def test_v01_v02_two_boxes_of_one_group_are_refused(allowance: FormSpec) -> None:
    parsed = dossier_from_answers(allowance, {"nature": "transfer,initial_or_additional", "quality": "none"})
    assert set(parsed.problems) == {"nature", "quality"}


def test_v05_every_needed_line_of_the_guardian(allowance: FormSpec) -> None:
    report = judge(allowance, complete_guardian().but(dict.fromkeys(GUARDIAN)))
    missing = findings_of(report)
    assert {one.subject for one in missing} == set(GUARDIAN)
    assert {one.rule for one in missing} == {"V05 (2.5)"}


@pytest.mark.parametrize("way", [{"attachments": (Attachment("filiation"),)}, {"on_file": ("filiation",)}])
def test_v06_proof_of_filiation_replaces_the_spouse(allowance: FormSpec, way: dict[str, object]) -> None:
    report = judge(allowance, allowance_request("assured").but(NO_SPOUSE, **way))
    assert not [one for one in report.findings if "V06" in one.rule or "V07" in one.rule]


@pytest.mark.parametrize("work", ["employee", "self_employed", "civil_servant"])
def test_v08_the_proof_of_activity_satisfies(allowance: FormSpec, work: str) -> None:
    request = complete_assured().but({"spouse.work": work}).with_documents("spouse_activity")
    assert judge(allowance, request).findings == ()


def test_v09_ticking_no_profession_is_a_declaration_on_honour(allowance: FormSpec) -> None:
    assert judge(allowance, complete_assured()).declarations == ("spouse_inactivity",)
    working = complete_assured().but({"spouse.work": "employee"})
    assert judge(allowance, working).declarations == ()
    (declared,) = allowance.declarations
    assert declared.text == allowance.footnotes["4"]


@pytest.mark.parametrize("field_id", ["spouse.registration", "guardian.registration"])
def test_v10_registration_of_spouse_and_guardian_is_optional(allowance: FormSpec, field_id: str) -> None:
    assert allowance.field(field_id).required is False


@pytest.mark.parametrize("person", ["assured", "spouse", "guardian"])
def test_v11_three_papers_and_no_other(allowance: FormSpec, person: str) -> None:
    kinds = {one.value for one in allowance.field(f"{person}.id_kind").choices}
    assert kinds == {"cni", "carte_residence", "carte_immatriculation"}
    parsed = dossier_from_answers(allowance, {f"{person}.id_kind": "passport"})
    assert set(parsed.problems) == {f"{person}.id_kind"}


def test_v11_a_foreigner_gives_a_residence_title(allowance: FormSpec) -> None:
    request = complete_assured().but({"assured.id_kind": "carte_immatriculation"})
    assert judge(allowance, request).findings == ()


@pytest.mark.parametrize(("rate", "complete"), [(69, False), (70, True), (71, True), ("70 %", True)])
def test_v12_seventy_percent_is_enough(allowance: FormSpec, rate: object, complete: bool) -> None:
    assert judge(allowance, complete_ipp(rate)).complete is complete


def test_v12_a_judgment_not_yet_read_is_supplied(allowance: FormSpec) -> None:
    request = complete_ipp().without_documents("ipp_judgment").with_documents("ipp_judgment")
    report = judge(allowance, request)
    assert report.complete
    assert [one.code for one in report.findings] == ["document_to_check"]


@pytest.mark.parametrize(
    ("effect", "found"), [("2025-02-27", []), ("2025-02-26", ["V16"]), (None, ["V16_date"])]
)
def test_v16_the_three_hundredth_day_still_counts(
    allowance: FormSpec, effect: str | None, found: list[str]
) -> None:
    facts = {"pensioner": True} | ({"pension_effect_date": effect} if effect else {})
    report = judge(allowance, complete_assured().but(facts=facts))
    assert [one.rule.split(":")[0] for one in report.findings] == found
    assert report.amounts["monthly"]["value"] == (0 if found == ["V16"] else 300)


def test_v16_is_not_asked_of_those_at_work(allowance: FormSpec) -> None:
    request = complete_assured().but(facts={"pension_effect_date": "2001-01-01"})
    assert judge(allowance, request).findings == ()


@pytest.mark.parametrize(
    ("answers", "documents"),
    [({"sign": True}, ()), ({"decl.true": True}, ()), ({}, ("form",)), ({}, ("form_311_1_14",))],
)
def test_v19_signed_on_paper_or_accepted_on_screen(
    allowance: FormSpec, answers: dict[str, bool], documents: tuple[str, ...]
) -> None:
    request = complete_assured().without_documents("form").but(answers).with_documents(*documents)
    assert not [one for one in findings_of(judge(allowance, request), "rule_broken")]


def test_v19_neither_signed_nor_accepted(allowance: FormSpec) -> None:
    report = judge(allowance, complete_assured().without_documents("form"))
    assert not report.complete
    assert {one.rule for one in findings_of(report, "rule_broken")} == {"V19: 2.7"}
    assert all("V19" in one.rule for one in report.findings)


def test_the_blocks_of_others_are_not_asked(allowance: FormSpec) -> None:
    blank = {"quality": "widow_no_pension"}
    missing = {one.subject for one in findings_of(judge(allowance, Request(blank)), "missing_answer")}
    assert missing == {
        "nature",
        "assured.birth",
        "assured.id_no",
        "assured.registration",
        "assured.first",
        "assured.last",
    }


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"contributed_days": 107}, "C1"),
        ({"contributed_days": 108}, None),
        ({"monthly_salary": "1401.59"}, "C2"),
        ({"monthly_salary": "1401.60"}, None),
        ({"monthly_salary": "988.89", "agricultural": True}, None),
        ({"monthly_salary": "988.88", "agricultural": True}, "C2"),
        ({"husband_entitled": True}, "X_FAQ25"),
    ],
)
def test_conditions_the_fund_knows_are_advice(
    allowance: FormSpec, facts: dict[str, object], rule: str | None
) -> None:
    report = judge(allowance, complete_assured().but(facts=facts))
    assert report.complete
    assert [one.rule.split(":")[0] for one in report.findings] == ([rule] if rule else [])
    assert all(one.severity.value == "warning" for one in report.findings)


def test_every_rule_of_the_fact_sheet_has_its_place(allowance: FormSpec) -> None:
    places = [one.source for one in allowance.fields()]
    places += [one.rule for one in allowance.documents] + [one.id for one in allowance.rules]
    places += [one.source for one in (*allowance.declarations, *allowance.deadlines, *allowance.calculations)]
    text = " ".join(filter(None, places))
    ids = [f"V{number:02}" for number in range(1, 22)]
    assert [one for one in ids if one not in text] == []
    head = (
        Path(__file__).parents[2].joinpath("form_specs/311-1-14/v1.yaml").read_text().split("language: 1")[0]
    )
    assert [one for one in ids if one not in head] == []


def test_judging_needs_no_particular_day(allowance: FormSpec) -> None:
    for day in (date(2000, 2, 29), ON, date(2100, 1, 1)):
        assert judge(allowance, allowance_request("guardian"), day).required

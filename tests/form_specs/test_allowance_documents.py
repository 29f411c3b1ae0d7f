"""311-1-14: which documents are demanded of whom, and what lifts a demand."""

from __future__ import annotations

from collections import Counter

import pytest
from invented_requests import BABY, ON, TODDLER, allowance_request, demanded, findings_of, judge

from core.dossier import Attachment
from core.form_spec import FormSpec

ASSURED_SET = {"id_assured": 1, "id_spouse": 1, "marriage": 1, "bank": 1}
GUARDIAN_SET = {
    "id_guardian": 1,
    "id_parents": 2,
    "marriage_parents": 1,
    "death_parents": 2,
    "guardianship": 1,
    "bank": 1,
}
ADULT_SPECIAL_NEEDS = {"birth": "2000-05-05", "special_needs": True}
PUPIL_14 = {"birth": "2012-01-15", "student": True}
APPRENTICE_17 = {"birth": "2009-01-15", "apprentice": True}
EVERY_TYPE_OF_APPLICANTS = (
    "id_assured",
    "id_spouse",
    "marriage",
    "filiation",
    "ipp_judgment",
    "id_divorced",
    "divorce_or_abandon",
    "id_widow",
    "id_deceased",
    "death",
    "id_guardian",
    "id_parents",
    "marriage_parents",
    "death_parents",
    "guardianship",
    "spouse_activity",
    "bank",
)

WORKED_SETS = {
    "assured, spouse without profession, one child of 3": (
        allowance_request("assured", [TODDLER]),
        {**ASSURED_SET, "birth": 1},
    ),
    "assured, everything filed before and marriage declared, new child": (
        allowance_request("assured").but(on_file=("id_assured", "id_spouse", "bank"), declared=("marriage",)),
        {"birth": 1},
    ),
    "assured, spouse employee, children 14 at school and 17 apprentice": (
        allowance_request("assured", [PUPIL_14, APPRENTICE_17]).but({"spouse.work": "employee"}),
        {**ASSURED_SET, "spouse_activity": 1, "birth": 2, "school": 1, "apprentice": 1},
    ),
    "divorced, one child of 5": (
        allowance_request("divorced", [{"birth": "2020-12-01"}]),
        {"id_divorced": 1, "marriage": 1, "divorce_or_abandon": 1, "birth": 1, "bank": 1},
    ),
    "widow without pension, all filed before and declared": (
        allowance_request("widow_no_pension", [BABY, TODDLER]).but(
            on_file=EVERY_TYPE_OF_APPLICANTS, declared=("marriage", "death")
        ),
        {"id_deceased": 1, "birth": 2},
    ),
    "ipp70": (
        allowance_request("ipp70"),
        {**ASSURED_SET, "ipp_judgment": 1, "birth": 1},
    ),
    "guardian, special-needs child of 25": (
        allowance_request("guardian", [ADULT_SPECIAL_NEEDS]),
        {**GUARDIAN_SET, "birth": 1, "sn_file": 1, "sn_form": 1, "sn_honour": 1, "sn_income_child": 1},
    ),
    "assured, special-needs child of 25": (
        allowance_request("assured", [ADULT_SPECIAL_NEEDS]),
        {
            **ASSURED_SET,
            "birth": 1,
            "sn_file": 1,
            "sn_form": 1,
            "sn_income_applicant": 1,
            "sn_honour": 1,
            "sn_income_child": 1,
        },
    ),
}


@pytest.mark.parametrize("case", WORKED_SETS)
def test_the_eight_worked_sets_are_demanded_exactly(allowance: FormSpec, case: str) -> None:
    request, expected = WORKED_SETS[case]
    report = judge(allowance, request)
    assert demanded(report) == Counter(expected)
    assert not report.complete


@pytest.mark.parametrize("case", WORKED_SETS)
def test_filing_exactly_the_worked_set_completes_the_dossier(allowance: FormSpec, case: str) -> None:
    request, expected = WORKED_SETS[case]
    filed = [Attachment(kind) for kind, count in expected.items() for _ in range(count)]
    facts = {"ipp_judgment": {"ipp_rate": 80}}
    filed = [Attachment(one.type, facts=facts.get(one.type, {})) for one in filed]
    report = judge(allowance, request.but(attachments=(*filed, Attachment("form"))))
    assert report.complete, [one.message.fr for one in report.findings]
    assert all(one.satisfied for one in report.required)


def test_nothing_filed_names_every_document_in_both_languages(allowance: FormSpec) -> None:
    report = judge(allowance, allowance_request("guardian", [ADULT_SPECIAL_NEEDS]))
    missing = findings_of(report, "missing_document")
    assert len(missing) == len(report.required) == 12
    assert all(one.message.ar.strip() and one.message.fr.strip() for one in missing)
    assert all(one.rule.startswith("V") for one in missing)


def test_the_signed_form_is_always_demanded(allowance: FormSpec) -> None:
    for quality in ("assured", "ipp70", "divorced", "widow_no_pension", "guardian"):
        report = judge(allowance, allowance_request(quality))
        (form,) = [one for one in report.required if one.type == "form"]
        assert form.alternatives == ("form_311_1_14",)


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        ("divorced", {"id_divorced": 1, "marriage": 1, "divorce_or_abandon": 1, "bank": 1, "birth": 1}),
        (
            "widow_no_pension",
            {"id_widow": 1, "id_deceased": 1, "marriage": 1, "death": 1, "bank": 1, "birth": 1},
        ),
        ("guardian", {**GUARDIAN_SET, "birth": 1}),
    ],
)
def test_no_spouse_is_demanded_of_divorced_widowed_and_guardians(
    allowance: FormSpec, quality: str, expected: dict[str, int]
) -> None:
    report = judge(allowance, allowance_request(quality))
    assert demanded(report) == Counter(expected)
    assert not findings_of(report, "missing_answer")
    assert not [one for one in report.findings if one.subject.startswith("spouse")]


# --- alternatives -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quality", "document", "alternative"),
    [
        ("assured", "marriage", "filiation"),
        ("ipp70", "marriage", "filiation"),
        ("assured", "bank", "bank_attestation"),
        ("widow_no_pension", "bank", "cheque_specimen"),
        ("divorced", "divorce_or_abandon", "divorce_act"),
        ("divorced", "divorce_or_abandon", "adoul_certificate"),
        ("assured", "form", "form_311_1_14"),
    ],
)
def test_alternatives_satisfy_the_demand(
    allowance: FormSpec, quality: str, document: str, alternative: str
) -> None:
    report = judge(allowance, allowance_request(quality).with_documents(alternative))
    (demand,) = [one for one in report.required if one.type == document]
    assert demand.satisfied


def test_filiation_is_no_alternative_for_the_divorced(allowance: FormSpec) -> None:
    report = judge(allowance, allowance_request("divorced").with_documents("filiation"))
    (demand,) = [one for one in report.required if one.type == "marriage"]
    assert not demand.satisfied


def test_filiation_without_a_spouse_asks_no_papers_of_a_spouse(allowance: FormSpec) -> None:
    blank_spouse = dict.fromkeys(
        ("spouse.birth", "spouse.id_no", "spouse.first", "spouse.last", "spouse.work")
    )
    request = allowance_request("assured").but(blank_spouse).with_documents("filiation")
    report = judge(allowance, request)
    assert demanded(report) == Counter({"id_assured": 1, "marriage": 1, "birth": 1, "bank": 1})
    assert not findings_of(report, "missing_answer")
    assert "V06" not in " ".join(one.rule for one in report.findings)


# --- exemptions: V20 and V21 --------------------------------------------------------------------

LIFTED_BY = {
    ("assured", "id_assured"): ("on_file", "id_assured"),
    ("assured", "id_spouse"): ("on_file", "id_spouse"),
    ("ipp70", "marriage"): ("declared", "marriage"),
    ("assured", "marriage"): ("on_file", "marriage"),
    ("divorced", "id_divorced"): ("on_file", "id_divorced"),
    ("divorced", "marriage"): ("declared", "marriage"),
    ("widow_no_pension", "id_widow"): ("on_file", "id_widow"),
    ("widow_no_pension", "marriage"): ("declared", "marriage"),
    ("widow_no_pension", "death"): ("declared", "death"),
    ("guardian", "id_guardian"): ("on_file", "id_guardian"),
    ("guardian", "id_parents"): ("on_file", "id_parents"),
    ("guardian", "marriage_parents"): ("declared", "marriage"),
    ("guardian", "bank"): ("on_file", "bank"),
}


@pytest.mark.parametrize(("quality", "document"), LIFTED_BY)
def test_what_was_filed_or_declared_before_lifts_its_own_demand_only(
    allowance: FormSpec, quality: str, document: str
) -> None:
    way, name = LIFTED_BY[quality, document]
    request = allowance_request(quality)
    before = demanded(judge(allowance, request))
    after = judge(allowance, request.but(**{way: (name,)}))
    assert demanded(after) == before - Counter({document: before[document]})
    assert [one.type for one in after.lifted] == [document]
    assert after.lifted[0].exempt == way


NEVER_LIFTED = {
    "divorced": {"divorce_or_abandon"},
    "widow_no_pension": {"id_deceased"},
    "guardian": {"death_parents", "guardianship"},
    "ipp70": {"ipp_judgment"},
    "assured": set(),
}
OF_CHILDREN = {
    "birth",
    "school",
    "apprentice",
    "adoption",
    "sn_file",
    "sn_form",
    "sn_income_applicant",
    "sn_honour",
    "sn_income_child",
}


@pytest.mark.parametrize("quality", NEVER_LIFTED)
def test_v21_documents_are_never_lifted(allowance: FormSpec, catalogue, quality: str) -> None:
    children = [
        {**PUPIL_14, "adopted": True},
        APPRENTICE_17,
        ADULT_SPECIAL_NEEDS,
    ]
    every = tuple(catalogue.types.types)
    request = allowance_request(quality, children).but(
        {"spouse.work": "employee"} if quality in ("assured", "ipp70") else None,
        on_file=every,
        declared=every,
    )
    of_children = OF_CHILDREN - ({"sn_income_applicant"} if quality == "guardian" else set())
    of_spouse = {"spouse_activity"} if quality in ("assured", "ipp70") else set()
    assert set(demanded(judge(allowance, request))) == NEVER_LIFTED[quality] | of_children | of_spouse


def test_two_parents_need_two_of_each_of_their_papers(allowance: FormSpec) -> None:
    request = allowance_request("guardian").with_documents("id_parents", "death_parents", "death_parents")
    by_type = {one.type: one for one in judge(allowance, request).required}
    assert (by_type["id_parents"].present, by_type["id_parents"].satisfied) == (1, False)
    assert (by_type["death_parents"].present, by_type["death_parents"].satisfied) == (2, True)


# --- per child ----------------------------------------------------------------------------------


def test_a_certificate_for_one_child_does_not_serve_its_brother(allowance: FormSpec) -> None:
    request = allowance_request("assured", [PUPIL_14, PUPIL_14]).but(
        attachments=(Attachment("school", child=2), Attachment("birth", child=1))
    )
    report = judge(allowance, request)
    state = {(one.type, one.child): one.satisfied for one in report.required if one.child}
    assert state == {("birth", 1): True, ("birth", 2): False, ("school", 1): False, ("school", 2): True}


@pytest.mark.parametrize(
    ("birth", "facts", "expected"),
    [
        # on the 12th birthday still no certificate; the day after, one
        ("2014-03-01", {"student": True}, {"birth"}),
        ("2014-02-28", {"student": True}, {"birth", "school"}),
        ("2014-02-28", {}, {"birth", "school"}),
        ("2014-02-28", {"apprentice": True}, {"birth", "apprentice"}),
        ("2014-03-01", {"apprentice": True}, {"birth"}),
        # an apprentice until the day before the 18th birthday, a pupil from it on
        ("2008-03-02", {"apprentice": True}, {"birth", "apprentice"}),
        ("2008-03-01", {"apprentice": True}, {"birth", "school"}),
        # a pupil until the day before the 21st birthday
        ("2005-03-02", {"student": True, "bac": True}, {"birth", "school"}),
        ("2005-03-01", {"student": True, "bac": True}, {"birth"}),
        # special needs: 21 on the birthday itself
        ("2005-03-02", {"special_needs": True}, {"birth", "sn_file"}),
        (
            "2005-03-01",
            {"special_needs": True},
            {"birth", "sn_file", "sn_form", "sn_income_applicant", "sn_honour", "sn_income_child"},
        ),
        ("2025-12-24", {"special_needs": True}, {"birth", "sn_file"}),
        ("2012-01-15", {"special_needs": True, "student": True}, {"birth", "sn_file"}),
        ("2012-01-15", {"special_needs": True, "stable_income": True}, {"birth", "sn_file", "school"}),
        ("2025-12-24", {"adopted": True}, {"birth", "adoption"}),
        ("2012-01-15", {"adopted": True, "student": True}, {"birth", "adoption", "school"}),
    ],
)
def test_v14_each_child_by_its_age_on_the_filing_date(
    allowance: FormSpec, birth: str, facts: dict[str, bool], expected: set[str]
) -> None:
    report = judge(allowance, allowance_request("assured", [{"birth": birth, **facts}]), ON)
    assert {one.type for one in report.required if one.child == 1} == expected


def test_a_birth_date_that_is_not_given_asks_only_the_birth_extract(allowance: FormSpec) -> None:
    report = judge(allowance, allowance_request("assured", [{"student": True}]))
    assert {one.type for one in report.required if one.child == 1} == {"birth"}
    assert [one.subject for one in findings_of(report, "missing_answer")] == ["children.1.birth"]

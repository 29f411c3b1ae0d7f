"""310-1-32: the two document lists, the miner, the signature, the notice."""

from __future__ import annotations

from collections import Counter

import pytest
from invented_requests import Request, complete_refund, demanded, findings_of, judge

from core.dossier import dossier_from_answers
from core.form_spec import FormSpec

ORDINARY = {"cnss_card": 1, "id": 1}
MINER = {**ORDINARY, "miner_cert": 1}


@pytest.mark.parametrize(("quality", "expected"), [("assured", ORDINARY), ("miner", MINER)])
def test_the_two_document_lists(refund: FormSpec, quality: str, expected: dict[str, int]) -> None:
    report = judge(refund, Request({"quality": quality}))
    assert demanded(report) == Counter(expected)
    (form,) = [one for one in report.required if one.type == "form"]
    assert form.alternatives == ("form_310_1_32",)
    assert len(findings_of(report, "missing_document")) == len(expected) + 1


def test_the_fact_miner_decides_as_well_as_the_quality(refund: FormSpec) -> None:
    report = judge(refund, Request({"quality": "assured"}, facts={"miner": True}))
    assert demanded(report) == Counter(MINER)


@pytest.mark.parametrize("quality", ["assured", "miner"])
def test_complete_requests_have_nothing_to_say(refund: FormSpec, quality: str) -> None:
    report = judge(refund, complete_refund(quality))
    assert report.complete
    assert report.findings == ()


@pytest.mark.parametrize("kind", ["cnss_card", "id", "form"])
def test_nothing_is_waived_because_it_was_filed_before(refund: FormSpec, kind: str) -> None:
    request = complete_refund().without_documents(kind).but(on_file=(kind,), declared=(kind,))
    report = judge(refund, request)
    assert [one.subject for one in report.findings] == [kind]
    assert not report.complete


@pytest.mark.parametrize(("years", "accepted"), [(4, False), (5, True), (12, True), ("5", True)])
def test_five_years_underground(refund: FormSpec, years: object, accepted: bool) -> None:
    request = complete_refund("miner").without_documents("miner_cert")
    report = judge(refund, request.with_documents(miner_cert={"years_underground": years}))
    assert report.complete is accepted
    assert [one.code for one in report.findings] == ([] if accepted else ["document_not_accepted"])


def test_the_printed_form_scanned_is_the_form(refund: FormSpec) -> None:
    request = complete_refund().without_documents("form").with_documents("form_310_1_32")
    assert judge(refund, request).complete


def test_neither_signed_nor_accepted(refund: FormSpec) -> None:
    request = complete_refund().without_documents("form").but({"decl.true": None})
    report = judge(refund, request)
    assert {one.subject for one in report.findings} == {"sign", "form"}


@pytest.mark.parametrize(
    "field_id",
    [
        "quality",
        "assured.registration",
        "assured.id_no",
        "assured.birth",
        "assured.last",
        "assured.first",
        "assured.address",
        "assured.city",
        "assured.country",
        "assured.mobile",
        "honour.decl",
    ],
)
def test_each_required_answer_is_missed(refund: FormSpec, field_id: str) -> None:
    report = judge(refund, complete_refund().but({field_id: None}))
    assert [one.subject for one in findings_of(report, "missing_answer")] == [field_id]


@pytest.mark.parametrize(
    "field_id",
    ["bank.rib", "assured.quarter", "assured.postcode", "assured.email", "sign.place", "sign.date"],
)
def test_the_rest_may_stay_blank(refund: FormSpec, field_id: str) -> None:
    assert refund.field(field_id).required is False


def test_a_wrong_account_key_is_refused(refund: FormSpec) -> None:
    assert "bank.rib" in dossier_from_answers(refund, {"bank.rib": "007780000123456789012395"}).problems


def test_the_receipt_and_the_notice(refund: FormSpec) -> None:
    assert refund.receipt_type.fr == "Remboursement des cotisations"
    assert refund.receipt_type.ar == "استرجاع مبلغ الاشتراكات الأجرية"
    assert 0 < refund.physical_check_rate < 1
    assert refund.physical_check_notice is not None
    assert refund.physical_check_notice.ar.startswith(
        "تخضع بعض طلبات استرجاع مبلغ الاشتراكات الأجرية الخاصة بالمؤمن لهم للمراقبة المادية"
    )

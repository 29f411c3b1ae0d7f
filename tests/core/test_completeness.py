"""Laws of the judgement, whatever the form: on the family allowances, with arbitrary dossiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.completeness import CompletenessReport, assess_completeness
from core.document_types import parse_document_types
from core.dossier import Attachment, Dossier, dossier_from_answers
from core.errors import DossierError
from core.form_spec import FormSpec, Severity
from core.spec_parser import parse_spec

SPECS = Path(__file__).parents[2] / "form_specs"
TYPES = parse_document_types((SPECS / "document_types.yaml").read_text(encoding="utf-8"), "types")
SPEC = parse_spec((SPECS / "311-1-14" / "v1.yaml").read_text(encoding="utf-8"), "v1.yaml", TYPES.types)
TODAY = date(2026, 3, 1)
DEMANDED = sorted(
    {one.type for one in SPEC.documents} | {a for one in SPEC.documents for a in one.alternatives}
)

children = st.builds(
    lambda days, **flags: {"birth": (TODAY - timedelta(days=days)).isoformat(), **flags},
    days=st.integers(0, 30 * 366),
    student=st.booleans(),
    apprentice=st.booleans(),
    bac=st.booleans(),
    adopted=st.booleans(),
    special_needs=st.booleans(),
    stable_income=st.booleans(),
)
attachments = st.builds(Attachment, st.sampled_from(DEMANDED), st.none() | st.integers(1, 4))
answers = st.fixed_dictionaries(
    {},
    optional={
        "nature": st.sampled_from(["transfer", "initial_or_additional"]),
        "quality": st.sampled_from(["guardian", "ipp70", "widow_no_pension", "divorced", "assured"]),
        "children_to_declare": st.integers(0, 9),
        "spouse.work": st.sampled_from(["employee", "self_employed", "civil_servant", "none"]),
        "assured.last": st.just("Bennani"),
        "decl.true": st.booleans(),
    },
)


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    return dossier_from_answers(
        SPEC,
        draw(answers),
        groups={"children": draw(st.lists(children, max_size=4))},
        attachments=draw(st.lists(attachments, max_size=12)),
        on_file=draw(st.sets(st.sampled_from(DEMANDED), max_size=4)),
        declared=draw(st.sets(st.sampled_from(["marriage", "death"]))),
    ).dossier


def judge(dossier: Dossier, spec: FormSpec = SPEC) -> CompletenessReport:
    return assess_completeness(spec, dossier, TODAY)


def missing(report: CompletenessReport) -> int:
    return sum(max(0, one.count - one.present) for one in report.required)


@given(dossiers(), attachments)
@settings(max_examples=60, deadline=None)
def test_one_more_document_never_makes_more_documents_missing(dossier: Dossier, more: Attachment) -> None:
    wider = replace(dossier, attachments=(*dossier.attachments, more))
    demanded = {(one.document_id, one.child) for one in judge(dossier).required}
    still = [one for one in judge(wider).required if (one.document_id, one.child) in demanded]
    assert sum(max(0, one.count - one.present) for one in still) <= missing(judge(dossier))


@given(dossiers())
@settings(max_examples=60, deadline=None)
def test_a_declined_document_counts_as_if_it_were_not_there(dossier: Dossier) -> None:
    declined = tuple(replace(one, declined=True) for one in dossier.attachments)
    without = replace(dossier, attachments=())
    assert judge(replace(dossier, attachments=declined)).as_dict() == judge(without).as_dict()


@given(dossiers())
@settings(max_examples=60, deadline=None)
def test_no_document_serves_two_demands(dossier: Dossier) -> None:
    report = judge(dossier)
    taken = sum(one.present for one in (*report.required, *report.lifted))
    assert taken <= len(dossier.attachments)


@given(dossiers())
@settings(max_examples=60, deadline=None)
def test_complete_means_no_error_and_every_demand_met(dossier: Dossier) -> None:
    report = judge(dossier)
    errors = [one for one in report.findings if one.severity is Severity.ERROR]
    assert report.complete == (not errors)
    if report.complete:
        assert all(one.satisfied for one in report.required)
    for one in report.findings:
        assert one.message.ar and one.message.fr and one.rule and "{" not in one.message.fr + one.message.ar


@given(dossiers())
@settings(max_examples=40, deadline=None)
def test_the_order_of_documents_does_not_matter(dossier: Dossier) -> None:
    turned = replace(dossier, attachments=tuple(reversed(dossier.attachments)))
    assert missing(judge(dossier)) == missing(judge(turned))


def test_a_dossier_of_another_version_is_refused() -> None:
    with pytest.raises(DossierError) as caught:
        judge(Dossier(SPEC.id, SPEC.version + 1))
    assert caught.value.code == "spec_version_mismatch"


def test_a_good_document_cures_a_bad_one() -> None:
    dossier = dossier_from_answers(
        SPEC,
        {"quality": "ipp70"},
        attachments=[
            Attachment("ipp_judgment", facts={"ipp_rate": 60}),
            Attachment("ipp_judgment", facts={"ipp_rate": "80 %"}),
        ],
    ).dossier
    doubts = [one for one in judge(dossier).findings if one.subject == "ipp_judgment"]
    assert [(one.code, one.severity) for one in doubts] == [("document_not_accepted", Severity.INFO)]


def test_one_unmarked_certificate_does_not_speak_for_two_children() -> None:
    born = [{"birth": "2012-01-01"}, {"birth": "2011-01-01"}]
    dossier = dossier_from_answers(
        SPEC, {}, groups={"children": born}, attachments=[Attachment("school")]
    ).dossier
    assert judge(dossier).amounts["monthly"]["value"] == 0  # type: ignore[index]
    both = replace(dossier, attachments=(Attachment("school"), Attachment("school")))
    assert judge(both).amounts["monthly"]["value"] == 600  # type: ignore[index]


def test_a_birth_in_the_future_is_an_error_and_pays_nothing() -> None:
    dossier = dossier_from_answers(SPEC, {}, groups={"children": [{"birth": "2026-06-10"}]}).dossier
    report = judge(dossier)
    assert any(one.rule.startswith("DATE_child") for one in report.findings)
    assert report.amounts["monthly"]["value"] == 0  # type: ignore[index]

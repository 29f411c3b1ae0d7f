"""Every procedure of the catalogue: its paper, its check and its place in the lists; and what it shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.catalogue_language import TOPICS, WHO
from core.completeness import assess_completeness
from core.document_demands import rows_of
from core.dossier import Attachment, Dossier, FieldValue
from core.errors import SpecErrors
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec, Severity, StaticText
from core.scope import build_scope
from core.shared_blocks import parse_shared_block
from core.spec_parser import parse_spec
from forms_service.procedures import by_topic, listed, look_for, whose
from forms_service.render.layout import VARIANTS, layout_problems
from forms_service.spec_catalogue import SpecCatalogue

ON = date(2026, 3, 2)
OF_THE_SOURCES = (
    *("321-1-06", "321-3-10", "325-1-25", "310-1-41", "310-1-42", "311-1-14", "310-1-32", "double-number"),
    *("card-duplicate", "undeclared-work", "voluntary-insurance", "sickness-allowance", "sickness-leniency"),
    *("maternity-allowance", "work-resumption", "school-certificate", "life-certificate", "end-of-studies"),
    *("allowance-complaint", "marriage-declaration", "divorce-declaration", "old-age-pension"),
    *("pension-health-exemption", "early-retirement", "invalidity-pension", "survivors-pension"),
    *("enterprise-affiliation", "enterprise-change", "wage-declaration", "employer-certificate"),
    *("declaration-copy", "damancom-membership", "damancom-user", "damancom-mandate", "epayment-bank"),
    *("epayment-mode", "email-change", "health-direct-registration", "health-child-transfer"),
    *("health-refund", "health-prior-agreement", "health-appeal", "employer-registration-of-employee"),
)
"""Every procedure of the fact sheet of questions and answers, A."""


PROPOSED = ("appointment-request",)
"""Procedures that no source describes: each says so."""


def offered(catalogue: SpecCatalogue) -> list[FormSpec]:
    return [catalogue.get(form_id) for form_id in (*OF_THE_SOURCES, *PROPOSED)]


def test_every_procedure_of_the_sources_says_whose_it_is_and_where_it_is_filed(
    catalogue: SpecCatalogue,
) -> None:
    for spec in offered(catalogue):
        told = spec.procedure
        assert told is not None and told.who and set(told.who) <= set(WHO) and told.topic in TOPICS, spec.id
        assert (told.proposed and spec.proposed) if spec.id in PROPOSED else (told.rows and told.source), (
            spec.id
        )


def test_every_paper_fits_in_both_prints(catalogue: SpecCatalogue) -> None:
    for spec in offered(catalogue):
        for variant in VARIANTS:
            assert [one.message.fr for one in layout_problems(spec, variant)] == [], (spec.id, variant)


def answered(spec: FormSpec, drop: str = "") -> Dossier:
    """Every question answered with a sample of its kind, two rows in each list."""

    def sample(one: FieldSpec) -> object:
        if one.kind in ("choice", "choices"):
            first = one.choices[0].value if one.choices else None
            return [first] if one.kind == "choices" else first
        if one.kind == "integer":
            return one.minimum or 1
        return "2000-01-15" if one.kind == "date" else kind_of(one).sample

    fields = [
        one
        for one in spec.fields()
        if one.kind not in ("signature", "office_text") and one.id not in (drop, f"{drop}.ar")
    ]
    values = {one.id: FieldValue(sample(one)) for one in fields}
    groups = {
        group.id: tuple({f.id: sample(f) for f in group.fields} for _ in (1, 2)) for group in spec.groups
    }
    bare = Dossier(spec.id, spec.version, values=values, groups=groups)
    scope = build_scope(spec, bare, ON)
    papers = [
        Attachment(type=one.type, child=number)
        for one in spec.documents
        for number, _, _ in rows_of(spec, one.per, scope)
        for _ in range(one.count)
    ]
    return Dossier(spec.id, spec.version, values=values, groups=groups, attachments=tuple(papers))


def blamed(spec: FormSpec, dossier: Dossier) -> set[str]:
    report = assess_completeness(spec, dossier, ON)
    return {
        one.subject for one in report.findings if one.severity is Severity.ERROR and one.code != "rule_broken"
    }


def test_every_procedure_is_complete_with_its_answers_and_papers_and_tells_what_is_left_out(
    catalogue: SpecCatalogue,
) -> None:
    for spec in offered(catalogue):
        if spec.id in ("311-1-14", "310-1-32"):
            continue
        whole = assess_completeness(spec, answered(spec), ON)
        assert {one.code for one in whole.findings if one.severity is Severity.ERROR} <= {"rule_broken"}, (
            spec.id
        )
        assert all(one.satisfied for one in whole.required), spec.id
        required = [one.id for one in spec.fields() if one.required is True and one.kind != "declaration"]
        left_out = next(
            (one for one in required if one.rpartition(".")[2] in ("registration", "name")), required[0]
        )
        assert left_out in blamed(spec, answered(spec, drop=left_out)), (spec.id, left_out)
        nothing = assess_completeness(spec, Dossier(spec.id, spec.version), ON)
        asked = {one.id for one in spec.documents if one.when is None and one.per is None}
        assert asked <= {one.document_id for one in nothing.required if not one.satisfied}, spec.id


def test_late_is_told_from_the_day_that_counts(catalogue: SpecCatalogue) -> None:
    spec = catalogue.get("enterprise-change")
    for day, late in (("2026-02-02", False), ("2026-02-01", True)):
        dossier = Dossier(spec.id, 1, values={"change.day": FieldValue(day)})
        codes = {one.code for one in assess_completeness(spec, dossier, ON).findings}
        assert ("late" in " ".join(codes)) is late, (day, codes)


def test_a_time_limit_may_be_days(catalogue: SpecCatalogue) -> None:
    asked = catalogue.get("enterprise-change")
    limit = replace(asked.deadlines[0], months=0, days=30)
    spec = replace(asked, deadlines=(limit,))
    for day, late in (("2026-01-30", False), ("2026-01-29", True)):
        dossier = Dossier(spec.id, 1, values={"change.day": FieldValue(day)})
        report = assess_completeness(spec, dossier, date(2026, 3, 1))
        assert ("late" in {one.code for one in report.findings}) is late, day


def test_the_paper_lists_what_the_form_demands_with_its_counts(catalogue: SpecCatalogue) -> None:
    spec = catalogue.get("card-duplicate")
    section = next(one for one in spec.sections if one.lists == "documents")
    lines = [row.text.fr for row in section.rows if isinstance(row, StaticText)]
    assert "Photo d'identité récente (2)" in lines
    assert len(lines) == sum(not one.made_on_screen for one in spec.documents)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("carte perdue", "card-duplicate"),
        ("البطاقه الضائعه", "card-duplicate"),
        ("06-1-321", "321-1-06"),
        ("321.3.10", "321-3-10"),
        ("نظير", "card-duplicate"),
        ("pensions de survivants", "survivors-pension"),
        ("divorce", "divorce-declaration"),
        ("الطلاق", "divorce-declaration"),
        ("تعويظات الولاده", "maternity-allowance"),
    ],
)
def test_a_procedure_is_found_by_its_words_however_they_are_spelled(
    catalogue: SpecCatalogue, words: str, first: str
) -> None:
    assert [one.id for one in look_for(catalogue.forms(), words)][:1] == [first]


def test_the_catalogue_narrows_by_people_and_topic_and_keeps_its_order(catalogue: SpecCatalogue) -> None:
    forms = listed(catalogue.forms())
    heirs = look_for(forms, "", who="heir")
    assert [one.id for one in heirs] == ["appointment-request", "survivors-pension"]
    assert look_for(forms, "zzzz") == []
    sick_leave = look_for(forms, "إجازة المرض", all_words=False)
    assert not look_for(forms, "إجازة المرض") and "sickness-allowance" in {one.id for one in sick_leave}
    assert look_for(forms, "zzzz", all_words=False) == []
    assert [one.id for one in by_topic(forms)] == [one for one in TOPICS if look_for(forms, "", topic=one)]
    assert whose(forms)[0] == "insured"


BLOCK = """\
language: 1
id: person
footnotes:
  "1": {fr: Note, ar: ملاحظة}
sections:
  - id: person
    rows:
      - - {id: person.last, kind: name, label: {fr: Nom, ar: الاسم}, footnotes: ["1"], required: true}
rules:
  - {id: V1, check: 'given(person.last)', subject: person.last, message: {fr: Manque, ar: ناقص}}
"""
FORM = """\
language: 1
id: T-1
version: 1
title: {fr: Titre, ar: عنوان}
reference_label: {fr: "Réf. T-1", ar: "المرجع T-1"}
receipt_type: {fr: Essai, ar: تجربة}
applicant: {name: [person.last]}
sections:
  - {shared: person}
  - id: own
    rows:
      - text: {fr: Texte, ar: نص}
"""


def test_a_shared_block_stands_where_it_is_named_and_brings_all_it_has() -> None:
    spec = parse_spec(FORM, "t.yaml", blocks={"person": parse_shared_block(BLOCK, "shared/person.yaml")})
    assert [one.id for one in spec.sections] == ["person", "own"]
    assert [one.id for one in spec.rules] == ["V1"] and "1" in spec.footnotes
    assert spec.shared_blocks == ("person",)
    other = parse_shared_block(BLOCK.replace("Note", "Remarque"), "shared/person.yaml")
    assert spec.digest != parse_spec(FORM, "t.yaml", blocks={"person": other}).digest


def test_a_shared_block_that_is_not_there_is_told_once_with_those_that_are() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(FORM, "t.yaml", blocks={"shop": parse_shared_block(BLOCK, "shared/shop.yaml")})
    told = [str(one) for one in caught.value.errors]
    assert "t.yaml:9:14: no shared block is called 'person', known: shop" in told
    assert not any("has no key 'shared'" in one or "section lacks" in one for one in told), told


@pytest.mark.parametrize(
    ("form", "block", "said"),
    [
        (
            FORM.replace("shared: person", "shared: persn"),
            BLOCK,
            "t.yaml:9:14: no shared block is called 'persn'",
        ),
        (
            FORM.replace("  - id: own", "  - {shared: person}\n  - id: own"),
            BLOCK,
            "t.yaml:10:5: the shared block",
        ),
        (
            FORM,
            BLOCK.replace("given(person.last)", "given(person.lst)"),
            "shared/person.yaml:10:5: check: 'person",
        ),
    ],
)
def test_a_mistake_around_shared_blocks_is_named_in_its_own_file(form: str, block: str, said: str) -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(form, "t.yaml", blocks={"person": parse_shared_block(block, "shared/person.yaml")})
    assert any(str(one).startswith(said) for one in caught.value.errors), [
        str(one) for one in caught.value.errors
    ]

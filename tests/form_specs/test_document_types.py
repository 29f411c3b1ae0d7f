"""Every document named in a form is declared, with what a reader needs to recognise it."""

from __future__ import annotations

import re

import pytest

from core.field_kinds import KINDS
from core.form_spec import FormSpec
from core.localized_text import is_arabic_letter
from forms_service.spec_catalogue import SpecCatalogue

IDENTITY_ROLES = (
    "id_assured",
    "id_spouse",
    "id_divorced",
    "id_widow",
    "id_deceased",
    "id_guardian",
    "id_parents",
    "id",
)


@pytest.mark.parametrize("form_id", ["311-1-14", "310-1-32"])
def test_every_document_a_form_names_is_declared(catalogue: SpecCatalogue, form_id: str) -> None:
    known = set(catalogue.types.types)
    for document in catalogue.get(form_id).documents:
        assert {document.type, *document.alternatives, *document.unless_on_file} <= known


def test_no_type_is_declared_that_no_form_names(catalogue: SpecCatalogue) -> None:
    named: set[str] = set()
    for spec in catalogue.forms():
        for document in spec.documents:
            named |= {document.type, *document.alternatives}
    assert set(catalogue.types.types) == named


def test_no_look_is_declared_that_no_type_reads(catalogue: SpecCatalogue) -> None:
    read = {look for one in catalogue.types.types.values() for look in one.reads_as}
    assert set(catalogue.types.classes) == read


@pytest.mark.parametrize("role", IDENTITY_ROLES)
def test_an_identity_role_takes_a_card_or_a_residence_title(catalogue: SpecCatalogue, role: str) -> None:
    assert catalogue.types.types[role].reads_as == ("identity_card", "residence_title")


def test_every_look_has_words_of_both_languages_to_recognise_it_by(catalogue: SpecCatalogue) -> None:
    for look in catalogue.types.classes.values():
        assert len(look.anchors_fr) >= 2, look.id
        assert len(look.anchors_ar) >= 2, look.id
        for word in look.anchors_fr:
            assert not any(map(is_arabic_letter, word)), (look.id, word)
        for word in look.anchors_ar:
            assert any(map(is_arabic_letter, word)) or re.fullmatch(r"[\d-]+", word), (look.id, word)


def test_two_looks_never_share_all_their_words(catalogue: SpecCatalogue) -> None:
    seen: dict[frozenset[str], str] = {}
    for look in catalogue.types.classes.values():
        words = frozenset(look.anchors_fr + look.anchors_ar)
        assert words not in seen, (look.id, seen.get(words))
        for other, name in seen.items():
            assert words - other and other - words, (look.id, name)
        seen[words] = look.id


def test_facts_are_of_known_kinds_and_named_once(catalogue: SpecCatalogue) -> None:
    for look in catalogue.types.classes.values():
        names = [fact.id for fact in look.facts]
        assert names and len(names) == len(set(names)), look.id
        assert {fact.kind for fact in look.facts} <= set(KINDS), look.id


@pytest.mark.parametrize("form_id", ["311-1-14", "310-1-32"])
def test_facts_that_acceptance_needs_can_be_read(catalogue: SpecCatalogue, form_id: str) -> None:
    needing = [one for one in catalogue.get(form_id).documents if one.accept_when]
    assert needing
    for document in needing:
        asked = set(re.findall(r"document\.(\w+)", document.accept_when.expression))
        for look in catalogue.types.types[document.type].reads_as:
            assert asked <= {fact.id for fact in catalogue.types.classes[look].facts}


def test_papers_that_are_renewed_yearly_say_so(catalogue: SpecCatalogue) -> None:
    limited = {look.id: look.validity_months for look in catalogue.types.classes.values()}
    assert limited["school_certificate"] == limited["apprenticeship_certificate"] == 12
    assert limited["birth_extract"] is None


def test_the_two_forms_read_as_themselves(catalogue: SpecCatalogue, allowance: FormSpec) -> None:
    assert catalogue.types.types["form"].reads_as == ("form_311_1_14", "form_310_1_32")
    assert catalogue.types.types["sn_form"].reads_as == ("form_311_1_14",)

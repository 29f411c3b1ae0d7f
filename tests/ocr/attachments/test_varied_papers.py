"""The papers readers are tuned on and those they are measured on share nothing that could be learnt."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
import yaml

from core.document_types import DocumentTypes
from core.rib import is_valid_rib
from forms_service.spec_catalogue import SpecCatalogue
from samples.drawing.varied_papers import (
    ATTACHMENT_SETS,
    STRANGERS,
    TUNING_ATTACHMENTS,
    AttachmentMaterial,
    vary_papers,
)

SETS = tuple(ATTACHMENT_SETS.values())


@pytest.fixture(scope="module")
def types() -> DocumentTypes:
    return SpecCatalogue.load().types


def sentences(material: AttachmentMaterial) -> set[str]:
    """Every text of some length that is no title and no bare slot."""
    bodies = [wording.get("body", []) for wordings in material.wordings.values() for wording in wordings]
    text = yaml.safe_dump(bodies, allow_unicode=True, width=10**6)
    return {
        one
        for one in re.findall(r"(?:ar|fr): ['\"]?(.+?)['\"]?$", text, re.M)
        if len(re.sub(r"{\w+}", "", one)) > 20
    }


@pytest.mark.parametrize(
    "pair", list(combinations(SETS, 2)), ids=lambda pair: " and ".join(one.name for one in pair)
)
def test_two_sets_share_no_sentence_hand_damage_font_name_or_stranger(
    pair: tuple[AttachmentMaterial, AttachmentMaterial],
) -> None:
    one, other = pair
    assert min(len(sentences(one)), len(sentences(other))) > 15
    assert not sentences(one) & sentences(other)
    assert not set(one.damage) & set(other.damage)
    assert not {hand.latin for hand in one.hands} & {hand.latin for hand in other.hands}
    assert not set(one.people.latin_fonts) & set(other.people.latin_fonts)
    assert not set(one.people.arabic_fonts) & set(other.people.arabic_fonts)
    assert not set(one.people.first_names) & set(other.people.first_names)
    assert not set(one.people.last_names) & set(other.people.last_names)
    names = [{str(each["name"]) for each in material.wordings[STRANGERS]} for material in pair]
    assert not (names[0] & names[1]) - {"photo of nothing"}


@pytest.mark.parametrize("material", SETS, ids=lambda one: one.name)
def test_every_class_but_the_printed_forms_is_drawn(
    material: AttachmentMaterial, types: DocumentTypes
) -> None:
    assert set(material.wordings) - {STRANGERS} == set(types.classes) - {"form_311_1_14", "form_310_1_32"}


@pytest.mark.parametrize("class_id", ["bank_attestation", "identity_card", "marriage_act", STRANGERS])
def test_a_page_comes_with_what_is_truly_on_it(class_id: str) -> None:
    papers = list(vary_papers(TUNING_ATTACHMENTS, 1, 3, only=class_id))
    assert papers
    for paper in papers:
        assert np.ptp(paper.pixels) > 100
        if class_id == STRANGERS:
            assert (paper.class_id, dict(paper.facts)) == ("unknown", {})
        elif class_id == "bank_attestation":
            assert is_valid_rib(str(paper.facts["rib"]))
        else:
            assert {"identity_card": "number", "marriage_act": "married"}[class_id] in paper.facts


def test_the_same_seed_draws_the_same_page() -> None:
    one, other = (next(vary_papers(TUNING_ATTACHMENTS, 1, 5, only="cnss_card")) for _ in range(2))
    assert one.facts == other.facts
    assert np.array_equal(one.pixels, other.pixels)

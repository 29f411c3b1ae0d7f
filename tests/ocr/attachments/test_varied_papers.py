"""The papers readers are tuned on and those they are measured on share nothing that could be learnt."""

from __future__ import annotations

import re

import numpy as np
import pytest
import yaml

from core.document_types import DocumentTypes
from core.rib import is_valid_rib
from forms_service.spec_catalogue import SpecCatalogue
from samples.drawing.varied_papers import (
    MEASURING_ATTACHMENTS,
    STRANGERS,
    TUNING_ATTACHMENTS,
    AttachmentMaterial,
    vary_papers,
)

SETS = (TUNING_ATTACHMENTS, MEASURING_ATTACHMENTS)


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


def test_tuning_and_measuring_share_no_sentence_hand_damage_or_stranger() -> None:
    tuning, measuring = SETS
    assert len(sentences(tuning)) > 15
    assert len(sentences(measuring)) > 30
    assert not sentences(tuning) & sentences(measuring)
    assert not set(tuning.damage) & set(measuring.damage)
    assert not {hand.latin for hand in tuning.hands} & {hand.latin for hand in measuring.hands}
    names = [{str(one["name"]) for one in each.wordings[STRANGERS]} - {"photo of nothing"} for each in SETS]
    assert not names[0] & names[1]


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

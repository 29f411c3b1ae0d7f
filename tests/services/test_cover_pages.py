"""A cover sheet is one page whatever the dossier holds: a second one would lie among the papers."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import yaml

from core.completeness import assess_completeness
from core.dossier_file import parse_dossier_file
from forms_service.render.cover_sheet import cover_sheet_pages
from forms_service.services.cover_facts import cover_facts
from forms_service.spec_catalogue import SpecCatalogue

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "samples").glob("31*/*/dossier.yaml"))
NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@cache
def catalogue() -> SpecCatalogue:
    return SpecCatalogue.load(ROOT / "form_specs")


def pages_of(text: str) -> list:
    types = catalogue().document_types()
    known = {*types.types, *types.classes}
    loaded = parse_dossier_file(text, "dossier.yaml", catalogue().get, known)
    sheet = cover_facts(
        loaded.spec,
        loaded.parsed.dossier,
        assess_completeness(loaded.spec, loaded.parsed.dossier, NOW.date()),
        reference="7K3Q-9XMB-2FTC",
        printed_at=NOW,
        types=types,
        deposited_at=NOW,
        completed_at=NOW,
        physical_check=True,
    )
    return cover_sheet_pages(sheet)


@pytest.mark.parametrize("sample", SAMPLES, ids=[one.parent.name for one in SAMPLES])
@pytest.mark.parametrize("papers", ["handed in", "missing"])
def test_the_cover_of_every_sample_is_one_page(sample: Path, papers: str) -> None:
    content = yaml.safe_load(sample.read_text())
    if papers == "missing":
        content["attachments"] = []
    assert len(pages_of(yaml.safe_dump(content, allow_unicode=True))) == 1


@pytest.mark.parametrize("papers", ["handed in", "missing", "for every other child"])
def test_the_cover_of_twelve_children_with_special_needs_is_one_page(papers: str) -> None:
    """The most that a guardian can be asked: twelve documents, six of them once a child."""
    content = yaml.safe_load((ROOT / "samples/311-1-14/abdelkader-ouazzani/dossier.yaml").read_text())
    content["values"]["children_to_declare"] = 12
    content["children"] = content["children"] * 12
    shared = [one for one in content["attachments"] if "child" not in one]
    of_child = [one for one in content["attachments"] if "child" in one]
    numbers = {"handed in": range(1, 13), "missing": (), "for every other child": range(1, 13, 2)}[papers]
    content["attachments"] = [
        *(shared if papers != "missing" else ()),
        *({**one, "child": number} for number in numbers for one in of_child),
    ]
    assert len(pages_of(yaml.safe_dump(content, allow_unicode=True))) == 1

"""The documentation is a contract: what exists is explained, what is explained exists."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml
from PIL import Image

from core.calculator_parser import parse_calculator
from core.catalogue_language import CATALOGUE_CONSTRUCTS, TOPICS, WHO
from core.document_types import parse_document_types
from core.exact_formula import EXACT_FUNCTIONS
from core.field_kinds import KINDS
from core.guidance_language import GUIDANCE_CONSTRUCTS
from core.guidance_parser import parse_theme
from core.measures import UNITS
from core.privacy_language import PRIVACY_CONSTRUCTS
from core.privacy_parser import parse_privacy_terms
from core.shared_blocks import parse_shared_block
from core.shared_parameters import parse_shared_parameters
from core.spec_language import CONSTRUCTS
from core.spec_parser import parse_spec
from forms_service.cli import commands
from forms_service.render import layout_lint
from forms_service.render.paper_grid import LABEL_FLOOR_PT
from forms_service.spec_catalogue import load_shared_parameters

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def leaves(group: click.Group, path: str = "forms-service") -> list[str]:
    found: list[str] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        full = f"{path} {name}"
        found += leaves(command, full) if isinstance(command, click.Group) else [full]
    return found


def test_every_command_is_explained_and_no_other() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(forms-service [a-z ]*[a-z])", text, re.MULTILINE))
    assert explained == set(leaves(commands))


def test_every_setting_is_explained_and_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "forms_service").rglob("*.py")]
    used = {name for text in sources for name in re.findall(r'"(FORMS_[A-Z_]+)"', text)}
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    between_processes = {"FORMS_PARENT"}
    assert set(re.findall(r"^\| `(FORMS_[A-Z_]+)`", text, re.MULTILINE)) == used - between_processes


def test_every_kind_of_answer_is_explained(docs_of_the_spec_language: str) -> None:
    assert not [name for name in KINDS if f"`{name}`" not in docs_of_the_spec_language]


@pytest.mark.parametrize("construct", ["field", "section", "group", "document", "rule", "deadline", "form"])
def test_every_key_of_the_language_is_explained(construct: str, docs_of_the_spec_language: str) -> None:
    silent = {
        "source",
        "proposed",
        "message",
        "subject",
        "label",
        "minimum",
        "after_section",
        "text",
    }
    missing = [
        key
        for key in CONSTRUCTS[construct]
        if key not in silent and not re.search(rf"\b{key}\b", docs_of_the_spec_language)
    ]
    assert not missing


def pictures_script() -> ModuleType:
    place = ROOT / "scripts" / "spec_language_pictures.py"
    found = importlib.util.spec_from_file_location("spec_language_pictures", place)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


PICTURED = pictures_script()
SNIPPETS = {one.name: one for one in PICTURED.snippets()}


def constructs_in(type_name: str, data: object) -> set[str]:
    """The constructs that really occur in a snippet's data."""
    head, _, rest = type_name.partition(":")
    if head == "rows" and isinstance(data, list):
        parts = [("list:field" if isinstance(row, list) else "static_text", row) for row in data]
        return set().union(*(constructs_in(kind, row) for kind, row in parts))
    if head in ("list", "map"):
        items = data if isinstance(data, list) else list(data.values()) if isinstance(data, dict) else []
        return set().union(*(constructs_in(rest, one) for one in items))
    if head not in CONSTRUCTS or not isinstance(data, dict):
        return set()
    keys = CONSTRUCTS[head]
    return {head}.union(*(constructs_in(keys[key].type, value) for key, value in data.items() if key in keys))


def test_every_construct_has_its_section_its_snippet_and_its_picture(docs_of_the_spec_language: str) -> None:
    headings = " ".join(re.findall(r"^#{2,4} (.*)$", docs_of_the_spec_language, re.MULTILINE))
    shown: set[str] = set()
    for one in SNIPPETS.values():
        data = yaml.safe_load(one.text)
        occurring = constructs_in("list:field", data) if isinstance(data, list) else None
        occurring = occurring or constructs_in("form" if one.is_form else "document_types", data)
        assert set(one.constructs) <= occurring, one.name
        shown |= set(one.constructs)
    elsewhere = {*GUIDANCE_CONSTRUCTS, *CATALOGUE_CONSTRUCTS, *PRIVACY_CONSTRUCTS}
    expected = [name for name in CONSTRUCTS if name not in elsewhere]
    assert shown == set(expected)
    assert not [name for name in expected if f"`{name}`" not in headings]


def test_procedures_and_shared_blocks_are_explained_by_examples_that_hold() -> None:
    told = (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8")
    headings = " ".join(re.findall(r"^### (.*)$", told, re.MULTILINE))
    for name, keys in CATALOGUE_CONSTRUCTS.items():
        assert f"`{name}`" in headings
        assert not [key for key in keys if not re.search(rf"\b{key}\b", told)], name
    for one in (*WHO, *TOPICS, *(path.stem for path in (ROOT / "form_specs" / "shared").glob("*.yaml"))):
        assert f"`{one}`" in told, one
    procedure, block, sections = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)
    head = "language: 1\nid: T-1\nversion: 1\ntitle: &t {fr: Titre, ar: عنوان}\nreference_label: *t\nreceipt_type: *t\n"
    text = head + "applicant: {name: [subject]}\n" + procedure + sections
    spec = parse_spec(text, "t.yaml", blocks={"contact": parse_shared_block(block, "contact.yaml")})
    assert [one.id for one in spec.rules] == ["R_CONTACT"] and spec.procedure


def test_what_is_said_of_peoples_data_is_explained_by_an_example_that_holds(
    docs_of_the_spec_language: str,
) -> None:
    told = docs_of_the_spec_language.split("## People's data")[1].split("\n## ")[0]
    assert not [name for name in PRIVACY_CONSTRUCTS if f"`{name}`" not in told]
    for keys in PRIVACY_CONSTRUCTS.values():
        assert not [key for key in keys if not re.search(rf"\b{key}\b", told)]
    terms, form = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)
    shared = parse_privacy_terms(terms, "privacy.yaml")
    head = "language: 1\nid: T-1\nversion: 1\ntitle: &t {fr: Titre, ar: عنوان}\nreference_label: *t\nreceipt_type: *t\n"
    rest = "applicant: {name: [n]}\nsections: [{id: s, rows: [[{id: n, kind: latin_name, label: *t}]]}]\n"
    privacy = parse_spec(head + form + rest, "t.yaml", terms=shared).privacy
    assert privacy is not None and privacy.retention_after("accepted").years == 10  # type: ignore[union-attr]


def test_parameters_guidance_and_calculators_are_explained_by_examples_that_hold() -> None:
    told = (ROOT / "docs" / "guidance-language.md").read_text(encoding="utf-8")
    headings = " ".join(re.findall(r"^### (.*)$", told, re.MULTILINE))
    assert not [name for name in GUIDANCE_CONSTRUCTS if f"`{name}`" not in headings]
    for keys in GUIDANCE_CONSTRUCTS.values():
        assert not [key for key in keys if not re.search(rf"\b{key}\b", told)]
    assert not [one for one in [*UNITS, *EXACT_FUNCTIONS] if f"`{one}" not in told and one != "date"]
    snippets = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)
    parameters, theme, calculator = snippets
    assert set(parse_shared_parameters(parameters, "p.yaml").by_id) == {"cv_rate"}
    shared = load_shared_parameters(ROOT / "form_specs")
    assert parse_theme(theme, "t.yaml", shared).theme.answers[0].figure_ids() == ("cv_rate", "smig")
    assert parse_calculator(calculator, "c.yaml", shared).results


@pytest.mark.parametrize("name", SNIPPETS)
def test_every_snippet_is_right_as_it_stands(name: str) -> None:
    one = SNIPPETS[name]
    if one.is_form:
        assert PICTURED.spec_of(one).sections
    else:
        assert parse_document_types(one.text, name).types


@pytest.mark.parametrize("name", SNIPPETS)
def test_every_picture_was_drawn_from_the_snippet_above_it(name: str, docs_of_the_spec_language: str) -> None:
    one = SNIPPETS[name]
    kinds = re.findall(r"kind: (\w+)", one.text)
    for stem in [f"kind-{kind}" for kind in kinds] if one.view == "kinds" else [name]:
        path = PICTURED.PICTURES / f"{stem}.png"
        picture = Image.open(path)
        assert picture.text.get("Snippet") == one.digest, "run scripts/spec_language_pictures.py"
        assert picture.mode == "P" and path.stat().st_size <= PICTURED.MOST_BYTES
        assert re.search(
            rf"!\[[^\]]{{3,}}\]\(pictures/spec-language/{stem}\.png\)", docs_of_the_spec_language
        )


def test_every_kind_of_answer_has_its_picture_and_no_picture_is_left_over() -> None:
    drawn = {path.stem for path in PICTURED.PICTURES.glob("*.png")}
    kinds = {f"kind-{name}" for name in [*KINDS, "name"]}
    assert drawn == kinds | {name for name, one in SNIPPETS.items() if one.view != "kinds"}


def test_what_lint_says_is_listed(docs_of_the_spec_language: str) -> None:
    said = docs_of_the_spec_language.split("## What lint says")[1]
    lengths = {*layout_lint._HAND_MM.values(), layout_lint.MIN_CELL, layout_lint._LEAST_LINE_MM}
    assert not [length for length in lengths if f"{length:.0f} mm" not in said]
    width, height = layout_lint._SIGNATURE_MM
    assert f"{width:.0f} × {height:.0f} mm" in said and f"{LABEL_FLOOR_PT:g} pt" in said
    assert f"{layout_lint._SPARE_FACTOR:g} times" in said


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto")):
            assert (path.parent / target).exists(), target


def test_decisions_are_numbered_and_say_context_decision_consequences() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), path.name


def test_the_architecture_names_only_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_0-9/-]+\.(?:py|yaml|json))`", text))
    places = (ROOT, ROOT / "forms_service", ROOT / "core" / "field_kinds")
    assert len(named) > 25
    assert not [name for name in named if not any((place / name).exists() for place in places)]

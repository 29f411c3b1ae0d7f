"""The documentation is a contract: what exists is explained, what is explained exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from core.field_kinds import KINDS
from core.spec_language import CONSTRUCTS
from forms_service.cli import commands

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def leaves(group: click.Group, path: str = "forms-service") -> list[str]:
    found: list[str] = []
    for name, command in group.commands.items():
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

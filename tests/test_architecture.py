"""The tools of `make lint`, run as tests, so that style, types and directions never drift."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from forms_service.services import Services

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        [str(BIN / "ruff"), "check", "."],
        [str(BIN / "ruff"), "format", "--check", "."],
        [str(BIN / "mypy")],
        [str(BIN / "lint-imports"), "--no-cache"],
    ],
    ids=["style", "format", "types", "imports"],
)
def test_the_tree_passes(command: list[str]) -> None:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


def test_no_file_is_named_after_nothing_in_particular() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
    named = [path for folder in ("core", "forms_service") for path in (ROOT / folder).rglob("*.py")]
    assert named
    assert not [path for path in named if path.stem in vague]


def test_the_domain_asks_no_clock_and_no_chance() -> None:
    asked = re.compile(r"\b(date\.today|datetime\.(now|utcnow|today)|time\.time|random\.|secrets\.)\(")
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "core").rglob("*.py")}
    assert len(sources) > 20
    assert not [str(path) for path, text in sources.items() if asked.search(text)]


def test_what_we_ship_never_imports_what_only_tests_may_use() -> None:
    """PyMuPDF is under the AGPL: the tests look at papers with it, the service must not."""
    imported = re.compile(
        r"^\s*(?:import|from)\s+(?:pymupdf|fitz|playwright|arabic_reshaper|bidi)\b", re.MULTILINE
    )
    sources = [path for folder in ("core", "forms_service") for path in (ROOT / folder).rglob("*.py")]
    assert sources
    assert not [str(path) for path in sources if imported.search(path.read_text(encoding="utf-8"))]
    assert imported.search("import pymupdf")


def test_no_part_of_the_services_hides_what_another_part_calls_by_the_same_name() -> None:
    """All use cases are one object: a private name given twice once kept everybody from signing in."""
    owners: dict[str, list[type]] = {}
    for part in reversed(Services.__mro__):
        for name in (
            name for name, held in vars(part).items() if callable(held) and not name.startswith("__")
        ):
            owners.setdefault(name, []).append(part)
    assert len(owners) > 200
    hidden = [
        f"{name}: {later.__name__} hides {earlier.__name__}"
        for name, parts in owners.items()
        for number, later in enumerate(parts)
        for earlier in parts[:number]
        if not issubclass(later, earlier)
    ]
    assert hidden == []

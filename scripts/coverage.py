"""Makes docs/coverage.md: each system the sources name, where it is here, which test proves it, what is proposed.

python scripts/coverage.py            # writes the page
python scripts/coverage.py --check    # says what is wrong or out of date; exit code 1
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import yaml

from core.form_spec import FormSpec
from forms_service.spec_catalogue import SpecCatalogue

ROOT = Path(__file__).resolve().parents[1]
ROWS, PAGE = ROOT / "docs" / "coverage.yaml", ROOT / "docs" / "coverage.md"
KINDS = {"S": "system", "F": "function", "D": "document", "R": "rule", "C": "channel"}
HEAD = """# What the sources name, and where it is

Made by `scripts/coverage.py` from [coverage.yaml](coverage.yaml) and the `procedure.rows` of the forms; a test
holds it true.  «Proposed» is what the sources leave open and this service had to decide; every such place in a
form says so (`specs show --json`).

| no. | what | for | where | proved by | proposed |
|---|---|---|---|---|---|
"""


def rows() -> list[dict[str, Any]]:
    """The rows with the forms of the catalogue that name them added to ``where``."""
    found: list[dict[str, Any]] = yaml.safe_load(ROWS.read_text(encoding="utf-8"))
    by_number = {row["row"]: row for row in found}
    for spec in _forms():
        for number in spec.procedure.rows if spec.procedure else ():
            places = by_number[number].setdefault("where", [])
            if f"form:{spec.id}" not in places:
                places.append(f"form:{spec.id}")
    return found


def problems(found: list[dict[str, Any]]) -> Iterator[str]:
    """Rows without a place or a test, and places and tests that do not exist."""
    from forms_service.cli import commands

    forms = {spec.id for spec in _forms()}
    known_commands = set(_leaves(commands))
    pages = _endpoints()
    for row in found:
        number = row["row"]
        if not row.get("where"):
            yield f"row {number} is nowhere"
        for place in row.get("where", ()):
            kind, _, name = place.partition(":")
            if name not in {"form": forms, "page": pages, "command": known_commands}[kind]:
                yield f"row {number}: {place} does not exist"
        if not row["tests"]:
            yield f"row {number} is proved by nothing"
        for test in row["tests"]:
            path, _, function = test.partition("::")
            text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
            if not text or (function and not re.search(rf"^def {function}\(", text, re.M)):
                yield f"row {number}: {test} does not exist"


def page(found: list[dict[str, Any]]) -> str:
    """The page as it should stand."""
    lines = [
        f"| {row['row']} | {row['what']} ({KINDS[row['kind']]}) | {row['who']} | {_places(row)} | "
        f"{_tests(row)} | {row.get('proposed', '')} |"
        for row in found
    ]
    return HEAD + "\n".join(lines) + "\n"


@cache
def _forms() -> tuple[FormSpec, ...]:
    return tuple(SpecCatalogue.load().forms())


def _places(row: dict[str, Any]) -> str:
    shown = []
    for place in row.get("where", ()):
        kind, _, name = place.partition(":")
        link = f"[{name}](../form_specs/{name}/v1.yaml)" if kind == "form" else f"{kind} `{name}`"
        shown.append(link)
    return ", ".join(shown)


def _tests(row: dict[str, Any]) -> str:
    return ", ".join(
        f"[{Path(test.partition('::')[0]).stem}](../{test.partition('::')[0]})" for test in row["tests"]
    )


def _leaves(group: click.Group, path: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        full = f"{path} {name}".strip()
        yield from _leaves(command, full) if isinstance(command, click.Group) else (full,)


def _endpoints() -> set[str]:
    found = set()
    for path in (ROOT / "forms_service" / "web").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for blueprint in re.findall(r'^pages = Blueprint\("(\w+)"', text, re.M):
            found |= {
                f"{blueprint}.{name}"
                for name in re.findall(r"^@pages\.get[^\n]*\n(?:@[^\n]*\n)*def (\w+)", text, re.M)
            }
    return found


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    found = rows()
    wrong = list(problems(found))
    if "--check" in arguments:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page(found):
            wrong.append("docs/coverage.md is out of date: run scripts/coverage.py")
    else:
        PAGE.write_text(page(found), encoding="utf-8")
    for one in wrong:
        print(one, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

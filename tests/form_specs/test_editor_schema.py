"""The JSON Schema beside the specs, for editors, is the one the parser's language gives."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from core.spec_language import json_schema

SPECS = Path(__file__).parents[2] / "form_specs"
SCHEMAS = {
    "schema.json": "form",
    "document_types.schema.json": "document_types",
    "parameters.schema.json": "parameters",
    "guidance.schema.json": "guidance",
    "calculator.schema.json": "calculator",
    "privacy.schema.json": "privacy_terms",
}
OPTIONS = {"form": "", "document_types": " --document-types"}
KNOWLEDGE = [
    *(f"guidance/{path.name}" for path in sorted((SPECS / "guidance").glob("*.yaml"))),
    *(f"calculators/{path.name}" for path in sorted((SPECS / "calculators").glob("*.yaml"))),
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_on_disk_is_up_to_date(name: str) -> None:
    option = OPTIONS.get(SCHEMAS[name], f" --of {SCHEMAS[name]}")
    stored = json.loads((SPECS / name).read_text(encoding="utf-8"))
    assert stored == json_schema(SCHEMAS[name]), (
        f"run: forms-service specs schema{option} > form_specs/{name}"
    )


@pytest.mark.parametrize(
    "name",
    [
        "311-1-14/v1.yaml",
        "310-1-32/v1.yaml",
        "document_types.yaml",
        "parameters.yaml",
        "privacy.yaml",
        *KNOWLEDGE,
    ],
)
def test_editors_find_nothing_wrong_with_the_published_specs(name: str) -> None:
    folder = {"guidance": "guidance", "calculators": "calculator"}.get(name.partition("/")[0], "form")
    root = {"privacy": "privacy_terms"}.get(Path(name).stem, Path(name).stem) if "/" not in name else folder
    # Days stay text, as the parser and YAML editors read them.
    loaded = yaml.load((SPECS / name).read_text(encoding="utf-8"), Loader=_DaysAsText)
    problems = jsonschema.Draft202012Validator(json_schema(root)).iter_errors(loaded)
    assert [f"{problem.json_path}: {problem.message[:120]}" for problem in problems] == []


class _DaysAsText(yaml.SafeLoader):
    """YAML 1.1 without its time stamps."""


_DaysAsText.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

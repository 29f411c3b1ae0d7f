"""The page that says where each system of the sources is: complete, up to date, and pointing at what exists."""

from __future__ import annotations

import importlib.util
import sys
from copy import deepcopy
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = 66
"""How many systems and capabilities the sources name."""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    found = importlib.util.spec_from_file_location("coverage_page", ROOT / "scripts" / "coverage.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


def test_every_system_is_somewhere_proved_by_a_test_and_the_page_says_so(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["--check"]) == 0, capsys.readouterr().err
    assert [row["row"] for row in script.rows()] == list(range(1, SYSTEMS + 1))
    assert "(docs/coverage.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"where": []}, "row 3 is nowhere"),
        ({"where": ["form:no-such-form"]}, "row 3: form:no-such-form does not exist"),
        ({"where": ["page:public.nowhere"]}, "row 3: page:public.nowhere does not exist"),
        ({"tests": []}, "row 3 is proved by nothing"),
        ({"tests": ["tests/no_such_file.py"]}, "row 3: tests/no_such_file.py does not exist"),
        (
            {"tests": ["tests/test_docs.py::test_that_nobody_wrote"]},
            "row 3: tests/test_docs.py::test_that_nobody_wrote does not exist",
        ),
    ],
)
def test_what_does_not_exist_is_named(script: ModuleType, change: dict[str, object], told: str) -> None:
    row = next(one for one in deepcopy(script.rows()) if one["row"] == 3)
    assert told in list(script.problems([{**row, **change}]))

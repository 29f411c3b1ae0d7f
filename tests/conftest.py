from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def docs_of_the_spec_language() -> str:
    return (ROOT / "docs" / "spec-language.md").read_text(encoding="utf-8")

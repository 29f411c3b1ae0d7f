from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONG = (
    "tests/browser/test_access",
    "tests/browser",
    "tests/e2e",
    "tests/web/test_stack",
    "tests/ocr",
    "tests/web",
)
"""Files that take longest, longest first: begun last, one of them would keep the other cores waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the long files first, each in its own order."""
    items.sort(
        key=lambda one: next((n for n, path in enumerate(LONG) if one.nodeid.startswith(path)), len(LONG))
    )


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """The same algorithm with little work: tests open accounts and sign in thousands of times."""
    from argon2 import PasswordHasher

    from forms_service.services import accounts

    kept = accounts._hasher
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    accounts._hasher = kept


@pytest.fixture(scope="session")
def docs_of_the_spec_language() -> str:
    return (ROOT / "docs" / "spec-language.md").read_text(encoding="utf-8")

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failures.installation import Postgres
from tests.failures.soak import specs


@pytest.fixture(scope="session")
def spec_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return specs(tmp_path_factory.mktemp("failing"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that these tests kill; it flushes to disk."""
    server = Postgres()
    server.start()
    yield server
    server.close()

"""A service with a small one-page form, for the journeys of paper."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from paper_office import PASSWORD, Agency

from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from forms_service.spec_catalogue import default_directory
from tests.backends import Backend
from tests.quick_readings import quick_readings

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def spec_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("specs")
    shutil.copytree(TESTS / "third_form", folder, dirs_exist_ok=True)
    shutil.copy(default_directory() / "document_types.yaml", folder)
    first = (folder / "leave-1" / "v1.yaml").read_text(encoding="utf-8")
    (folder / "other-1").mkdir()
    (folder / "other-1" / "v1.yaml").write_text(first.replace("id: leave-1", "id: other-1"), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def readings_begin_at_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """But where it is asked how a reading ends, each is started as the service starts it."""
    with nullcontext() if request.path.stem == "test_engine_failures" else quick_readings():
        yield


@pytest.fixture
def agency(tmp_path: Path, spec_folder: Path, backend: Backend) -> Iterator[Agency]:
    config = backend.config(tmp_path / "var", spec_folder=spec_folder)
    application = build(
        config,
        clock=lambda: datetime(2026, 2, 20, 9, tzinfo=UTC),
        pick=random.Random(7).randrange,
        draw=lambda: 0.5,
        first_look=NoLook(),  # what it tells at the door has tests of its own; a journey is about the reading
    )
    add = application.services.add_account
    yield Agency(
        application,
        add("123456789", PASSWORD, "Salma Bennani", {"applicant"}),
        add("987654321", PASSWORD, "Omar Tazi", {"applicant"}),
        add("agence", PASSWORD, "Agence", {"clerk"}),
        add("controle", PASSWORD, "Contrôle", {"reviewer"}),
    )
    application.close()
    backend.end(config)

"""A second machine on the same database starts with the first one's keys and papers, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forms_service.config import Config
from forms_service.settings import InvalidSetting
from forms_service.shared_by_hosts import require_shared
from forms_service.storage.choosing import ObjectsSettings
from forms_service.storage.database import Database
from tests.servers import postgres, s3

AT = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = ("FORMS_SECRET_KEY", "FORMS_RECEIPT_IDENTITY", "FORMS_OBJECTS_URL")


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(postgres().migrated(), connections=4)
    yield database
    database.close()
    postgres().drop(database.url)


def machine(folder: Path) -> Config:
    config = Config(data_folder=folder)
    config.prepare_folders()
    return config


def test_a_machine_that_would_make_keys_of_its_own_does_not_start(database: Database, tmp_path: Path) -> None:
    first, second = machine(tmp_path / "first"), machine(tmp_path / "second")
    require_shared(database, first, AT)
    require_shared(database, first, AT)
    with pytest.raises(InvalidSetting) as told:
        require_shared(database, second, AT)
    for name in SETTINGS:
        assert name in told.value.message.ar and name in told.value.message.fr
    assert list(second.keys_folder.iterdir()) == [], "nothing was made there"


def test_one_that_was_given_the_same_does(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machine(tmp_path / "first"), machine(tmp_path / "second")
    monkeypatch.setenv("FORMS_SECRET_KEY", "the same on all machines")
    bucket = ObjectsSettings(s3().bucket())
    require_shared(database, replace(first, objects=bucket), AT)
    with pytest.raises(InvalidSetting) as told:
        require_shared(database, replace(second, objects=bucket), AT)
    assert "FORMS_RECEIPT_IDENTITY" in told.value.message.fr
    assert "FORMS_SECRET_KEY" not in told.value.message.fr
    shutil.copytree(first.keys_folder, second.keys_folder, dirs_exist_ok=True)
    require_shared(database, replace(second, objects=bucket), AT)
    monkeypatch.delenv("FORMS_SECRET_KEY")
    with pytest.raises(InvalidSetting, match="FORMS_SECRET_KEY"):
        require_shared(database, replace(second, objects=bucket), AT)


def test_a_laptop_is_asked_for_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    require_shared(database, machine(tmp_path), AT)
    database.close()

"""A bucket that is not there, refuses us or does not answer is told in words, at the start where it can be."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from forms_service.settings import InvalidSetting
from forms_service.storage import bucket as bucket_module
from forms_service.storage.bucket import BucketStore
from forms_service.storage.choosing import ObjectsSettings, store_for
from forms_service.storage.objects import FolderStore, MissingObject, ObjectsUnavailable
from tests.servers import SECRET, s3

KEYS = {"AWS_ACCESS_KEY_ID": "forms", "AWS_SECRET_ACCESS_KEY": "do not tell"}
HERE = {"FORMS_OBJECTS_URL": "s3://papers/dossiers"}


@pytest.mark.parametrize("wrong", [{"secret": "guessed"}, {"key_id": "nobody"}, {"name": "no-such-bucket"}])
def test_a_bucket_that_refuses_us_is_told_at_the_start(wrong: Mapping[str, str], tmp_path: Path) -> None:
    with pytest.raises(ObjectsUnavailable) as told:
        store_for(ObjectsSettings(s3().bucket(**wrong)), tmp_path)
    assert told.value.code == "wrong_object_store"
    assert told.value.message.ar != told.value.message.fr
    assert "guessed" not in repr(told.value) and SECRET not in repr(told.value)


def test_what_is_damaged_in_the_bucket_is_not_handed_out() -> None:
    store = BucketStore(s3().bucket())
    key = store.put(b"the truth")
    assert store.replace(key, b"a lie", b"the truth")
    with pytest.raises(MissingObject):
        store.get(key)


def test_two_installations_share_a_bucket_and_see_only_their_own() -> None:
    here, there = BucketStore(s3().bucket()), BucketStore(s3().bucket())
    key = here.put(b"ours")
    assert not there.has(key)
    assert list(there.keys()) == []


def test_a_store_that_is_away_lets_the_service_start_and_is_told_by_every_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_module, "RETRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        away = replace(s3().bucket(), endpoint=f"http://127.0.0.1:{taken.getsockname()[1]}")
    store = store_for(ObjectsSettings(away), tmp_path)
    uses: list[Callable[[], object]] = [
        store.check,
        lambda: store.put(b"x"),
        lambda: store.get("0" * 64),
        lambda: store.has("0" * 64),
        lambda: list(store.keys()),
    ]
    for use in uses:
        with pytest.raises(ObjectsUnavailable) as told:
            use()
        assert told.value.code == "objects_unavailable"
        assert isinstance(told.value, OSError), "the health of the service is asked by check()"


def test_a_store_that_takes_calls_and_never_answers_holds_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket_module, "REQUEST_SECONDS", 1)
    monkeypatch.setattr(bucket_module, "RETRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = replace(s3().bucket(), endpoint=f"http://127.0.0.1:{mute.getsockname()[1]}")
        with pytest.raises(ObjectsUnavailable):
            BucketStore(silent).put(b"x")


def test_settings_name_a_bucket_as_other_programs_do(tmp_path: Path) -> None:
    assert ObjectsSettings.from_environment({}).bucket is None
    assert isinstance(store_for(ObjectsSettings(), tmp_path), FolderStore)
    given = ObjectsSettings.from_environment(
        {**HERE, **KEYS, "AWS_ENDPOINT_URL": "https://s3.example.ma/", "AWS_REGION": "ma-1"}
    ).bucket
    assert given is not None
    assert (given.name, given.prefix, given.endpoint) == ("papers", "dossiers", "https://s3.example.ma")
    assert (given.region, given.key_id, given.secret) == ("ma-1", "forms", "do not tell")
    assert "do not tell" not in repr(given)


def test_the_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    told = {**HERE, "AWS_ACCESS_KEY_ID": "forms", "FORMS_OBJECTS_SECRET_FILE": str(file)}
    bucket = ObjectsSettings.from_environment(told).bucket
    assert bucket is not None and bucket.secret == "from a file"


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"FORMS_OBJECTS_URL": "https://papers"}, "FORMS_OBJECTS_URL"),
        ({"FORMS_OBJECTS_URL": "s3:///papers"}, "FORMS_OBJECTS_URL"),
        ({"FORMS_OBJECTS_URL": "s3://me:do not tell@papers"}, "FORMS_OBJECTS_URL"),
        ({**HERE, "AWS_ENDPOINT_URL": "s3.example.ma"}, "AWS_ENDPOINT_URL"),
        ({**HERE, "AWS_ACCESS_KEY_ID": "forms"}, "AWS_SECRET_ACCESS_KEY"),
        ({**HERE, "AWS_SECRET_ACCESS_KEY": "do not tell"}, "AWS_ACCESS_KEY_ID"),
        ({**HERE, "AWS_ACCESS_KEY_ID": "forms", "FORMS_OBJECTS_SECRET_FILE": "/no/such"}, "/no/such"),
    ],
)
def test_a_wrong_setting_is_named_without_its_secret(told: Mapping[str, str], named: str) -> None:
    with pytest.raises(InvalidSetting) as wrong:
        ObjectsSettings.from_environment(told)
    assert named in wrong.value.message.ar and named in wrong.value.message.fr
    assert "do not tell" not in wrong.value.message.fr

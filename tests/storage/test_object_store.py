"""What every object store must hold to, folder and bucket alike; the local folder's durability besides."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forms_service.storage.bucket import BucketStore
from forms_service.storage.objects import ByteStore, FolderStore, MissingObject, ObjectStore
from tests.servers import s3


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


@pytest.fixture(params=[FolderStore, BucketStore])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FolderStore | BucketStore:
    if request.param is FolderStore:
        return FolderStore(tmp_path / "objects")
    return BucketStore(s3().bucket())


def file_of(folder: FolderStore, key: str) -> Path:
    (path,) = folder.root.rglob(key)
    return path


def test_what_was_put_comes_back(store: ObjectStore) -> None:
    key = store.put(b"a birth extract")
    assert store.get(key) == b"a birth extract"
    assert store.has(key)


def test_the_same_bytes_are_one_object(store: ObjectStore) -> None:
    assert store.put(b"twice") == store.put(b"twice")
    assert len(list(store.keys())) == 1


def test_older_objects_are_found_part_by_part(store: ObjectStore) -> None:
    keys = {store.put(b"a"), store.put(b"b")}
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert {one for key in keys for one in store.kept_before(tomorrow, key[:2])} == keys
    assert all(one[:2] == key[:2] for key in keys for one in store.kept_before(tomorrow, key[:2]))
    assert not [one for key in keys for one in store.kept_before(tomorrow - timedelta(days=2), key[:2])]


def test_an_object_is_never_overwritten(folder: FolderStore) -> None:
    key = folder.put(b"first")
    before = file_of(folder, key).stat()
    folder.put(b"first")
    after = file_of(folder, key).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.get(store.put(b"")) == b""


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "0" * 63, "G" * 64, "a/" * 32])
def test_no_key_leads_out_of_the_store(store: ObjectStore, key: str) -> None:
    with pytest.raises(MissingObject):
        store.get(key)


def test_a_missing_object_says_so_in_both_languages(store: ObjectStore) -> None:
    with pytest.raises(MissingObject) as missing:
        store.get("0" * 64)
    assert missing.value.message.ar != missing.value.message.fr


def test_a_damaged_object_is_not_handed_out(folder: FolderStore) -> None:
    key = folder.put(b"the truth")
    file_of(folder, key).write_bytes(b"a lie")
    with pytest.raises(MissingObject):
        folder.get(key)


def test_bytes_and_folder_are_on_disk_before_put_returns(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append("sync folder" if target.is_dir() else "sync file")
        real_fsync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_rename(self, target)

    folder.put(b"makes the folders first")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    folder.put(b"durable")
    assert steps.index("sync file") < steps.index("rename")
    assert steps[-1] == "sync folder"


def test_folders_that_another_process_made_a_moment_ago_are_made_to_stay(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = hashlib.sha256(b"durable").hexdigest()
    (folder.root / key[:2] / key[2:4]).mkdir(parents=True)
    synced: list[Path] = []
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    folder.put(b"durable")
    folders = [one for one in synced if one.is_dir()]
    root = folder.root.resolve()
    assert folders == [root, root / key[:2], root / key[:2] / key[2:4]]


def test_a_failed_write_leaves_nothing_behind(folder: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.put(b"x" * 1000)
    assert [path for path in folder.root.rglob("*") if path.is_file()] == []


def test_many_writers_of_the_same_paper_agree(store: ObjectStore) -> None:
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(store.put(b"same" * 5000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert store.get(keys[0]) == b"same" * 5000


def test_half_a_paper_of_a_killed_process_is_swept_away_and_one_being_written_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    FolderStore(folder)
    old, new = folder / ".arriving" / "old", folder / ".arriving" / "new"
    for one in (old, new):
        one.write_bytes(b"half of somebody's")
    os.utime(old, (1, 1))
    FolderStore(folder)
    assert (old.exists(), new.exists()) == (False, True)


def test_the_beginning_of_a_paper_is_read_without_the_rest(store: ObjectStore) -> None:
    key = store.put(b"\x89PNG and a great deal more" * 1000)
    assert store.beginning(key, 4) == b"\x89PNG"
    assert store.beginning(store.put(b"ab"), 24) == b"ab"
    with pytest.raises(MissingObject):
        store.beginning("0" * 64, 4)


def test_what_is_removed_is_gone_and_the_rest_is_listed(store: ObjectStore) -> None:
    gone, kept = store.put(b"erased by right"), store.put(b"still needed")
    store.remove(gone)
    store.remove(gone)
    assert not store.has(gone)
    with pytest.raises(MissingObject):
        store.get(gone)
    assert list(store.keys()) == [kept]


def test_a_name_another_process_just_made_is_durable_before_put_returns(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = folder.put(b"from two at once")
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(Path(f"/proc/self/fd/{number}").readlink()))
    folder.put(b"from two at once")
    assert synced == [file_of(folder, key).parent]


def test_other_bytes_take_the_place_of_those_that_were_read(store: ByteStore) -> None:
    store.keep_as("a" * 64, b"before")
    assert store.replace("a" * 64, b"after", b"before")
    assert store.held_as("a" * 64) == b"after"
    assert not store.replace("a" * 64, b"late", b"before"), "somebody else exchanged them meanwhile"
    assert store.held_as("a" * 64) == b"after"


def test_what_was_removed_meanwhile_stays_removed(store: ByteStore) -> None:
    key = "c" * 64
    store.keep_as(key, b"to be forgotten")
    store.remove(key)
    assert not store.replace(key, b"sealed anew", b"to be forgotten")
    assert not store.replace("b" * 64, b"sealed anew", b"never there")
    assert not store.has(key)

"""What lies on disks tells nobody anything, and opens again after every change of keys."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from core.localized_text import LocalizedText
from forms_service.bootstrap import open_storage
from forms_service.config import Config
from forms_service.keyring import (
    STALE_SECONDS,
    DataKeys,
    Keyring,
    MasterKeys,
    Unopenable,
    WrongMasterKey,
    is_sealed,
    sealed_by,
)
from forms_service.sealing_settings import SealingSettings
from forms_service.storage.database import Database
from forms_service.storage.models import Base
from forms_service.storage.objects import FolderStore, MissingObject
from forms_service.storage.sealed_columns import PinnedText, SealedColumn
from forms_service.storage.sealed_objects import SealedStore

ONE, TWO = b"1" * 32, b"2" * 32
PAPER = b"%PDF-1.7 Fatima Amrani, 123456782 " * 9000
"""Five pieces, the last not whole."""


def ring_of(**_: object) -> Keyring:
    return Keyring(DataKeys({1: ONE}, b"i" * 32))


@pytest.fixture
def papers(tmp_path: Path) -> SealedStore:
    return SealedStore(FolderStore(tmp_path / "objects"), ring_of())


def raw_of(papers: SealedStore, key: str) -> Path:
    (path,) = papers.beneath.root.rglob(key)
    return path


# --- values ---------------------------------------------------------------------------------------


def test_a_value_opens_in_its_own_place_and_nowhere_else() -> None:
    ring = ring_of()
    text = ring.close("answer.value", b"Fatima")
    assert is_sealed(text) and "Fatima" not in text
    assert ring.open("answer.value", text) == b"Fatima"
    with pytest.raises(Unopenable):
        ring.open("answer.raw", text)


def test_the_same_value_is_never_sealed_alike() -> None:
    ring = ring_of()
    assert ring.close("answer.value", b"Fatima") != ring.close("answer.value", b"Fatima")


@pytest.mark.parametrize("place", [3, 10, 30, -6])
def test_a_changed_value_does_not_open(place: int) -> None:
    ring, letters = ring_of(), list(ring_of().close("answer.value", b"Fatima"))
    letters[place] = "A" if letters[place] != "A" else "B"
    with pytest.raises(Unopenable):
        ring.open("answer.value", "".join(letters))


@pytest.mark.parametrize("text", ["", "~", "~1~", "~ 3 ~ km", '{"value": 1}', "~x~AAAA", "~1~not base64"])
def test_what_people_write_is_not_taken_for_sealed(text: str) -> None:
    assert not is_sealed(text)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    keys = {1: ONE}
    ring = Keyring(DataKeys(keys, b"i" * 32), lambda: DataKeys(dict(keys), b"i" * 32))
    before = ring.close("letter", b"before")
    keys[2] = TWO
    ring.look_again()
    after = ring.close("letter", b"after")
    assert (sealed_by(before), sealed_by(after)) == (1, 2)
    assert (ring.open("letter", before), ring.open("letter", after)) == (b"before", b"after")


def test_a_process_learns_of_a_key_that_another_one_made() -> None:
    keys = {1: ONE}
    first = Keyring(DataKeys(dict(keys), b"i" * 32), lambda: DataKeys(dict(keys), b"i" * 32))
    keys[2] = TWO
    second = Keyring(DataKeys(dict(keys), b"i" * 32))
    assert first.open("letter", second.close("letter", b"news")) == b"news"
    del keys[1], keys[2]
    keys[3] = b"3" * 32
    with pytest.raises(Unopenable):
        Keyring(DataKeys(keys, b"i" * 32)).open("letter", second.close("letter", b"lost"))


def test_an_old_ring_asks_again_before_it_seals() -> None:
    keys = {1: ONE}
    ring = Keyring(
        DataKeys(dict(keys), b"i" * 32), lambda: DataKeys(dict(keys), b"i" * 32), refresh_seconds=0
    )
    keys[2] = TWO
    assert sealed_by(ring.close("letter", b"")) == 2


def test_keys_in_memory_go_on_while_their_file_is_away_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def away() -> DataKeys:
        asked.append(1)
        raise WrongMasterKey(LocalizedText(ar="", fr=""))

    moment = [1000.0]
    monkeypatch.setattr("forms_service.keyring.time.monotonic", lambda: moment[0])
    ring = Keyring(DataKeys({1: ONE}, b"i" * 32), away)
    for seconds in (31, 1, 1):
        moment[0] += seconds
        assert ring.open("letter", ring.close("letter", b"news")) == b"news"
    assert len(asked) == 1, "not asked again at each value"
    moment[0] += STALE_SECONDS
    with pytest.raises(WrongMasterKey):  # by then a newer key may be the only one
        ring.close("letter", b"news")


# --- papers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_a_paper_of_any_size_comes_back(papers: SealedStore, size: int) -> None:
    content = os.urandom(size)
    key = papers.put(content)
    assert papers.get(key) == content
    assert papers.beginning(key, 24) == content[:24]
    assert papers.beginning(key, 100_000) == content[:100_000]


def test_a_stolen_folder_shows_nothing_of_a_paper(papers: SealedStore) -> None:
    key = papers.put(PAPER)
    assert b"Amrani" not in raw_of(papers, key).read_bytes()
    assert papers.get(key) == PAPER


def test_nobody_can_look_whether_a_paper_they_have_is_there(papers: SealedStore, tmp_path: Path) -> None:
    elsewhere = SealedStore(FolderStore(tmp_path / "other"), Keyring(DataKeys({1: ONE}, b"j" * 32)))
    assert papers.put(PAPER) == papers.put(PAPER), "the same paper is kept once"
    assert papers.put(PAPER) != elsewhere.put(PAPER), "but under a name of this service"


@pytest.mark.parametrize("cut", [10, 5000, 65536 + 16, 65536 * 2])
def test_a_paper_cut_off_or_changed_is_not_handed_out(papers: SealedStore, cut: int) -> None:
    path = raw_of(papers, key := papers.put(PAPER))
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with pytest.raises(Unopenable):
        papers.get(key)
    path.write_bytes(whole[:-cut] + bytes([whole[-cut] ^ 1]) + whole[len(whole) - cut + 1 :])
    with pytest.raises(Unopenable):
        papers.get(key)


def test_a_paper_under_anothers_name_does_not_open(papers: SealedStore) -> None:
    one, other = papers.put(PAPER), papers.put(b"another")
    raw_of(papers, other).write_bytes(raw_of(papers, one).read_bytes())
    with pytest.raises(Unopenable):
        papers.get(other)


def test_papers_kept_before_stay_readable_and_are_sealed_when_asked(papers: SealedStore) -> None:
    key = papers.beneath.put(PAPER)
    assert papers.sealed_with(key) is None
    assert papers.get(key) == PAPER and papers.beginning(key, 4) == b"%PDF"
    assert papers.reseal(key) and not papers.reseal(key), "once is enough"
    assert papers.sealed_with(key) == 1 and b"Amrani" not in raw_of(papers, key).read_bytes()
    assert papers.get(key) == PAPER, "under the name it always had"
    raw_of(papers, key).write_bytes(b"somebody else's")
    with pytest.raises(MissingObject):
        papers.get(key)


def test_a_paper_erased_while_it_is_sealed_anew_stays_erased(
    papers: SealedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, seal = papers.beneath.put(PAPER), papers.ring.close_paper

    def sealed_late(*given: bytes) -> bytes:
        papers.remove(key)
        return seal(*given)

    monkeypatch.setattr(papers.ring, "close_paper", sealed_late)
    assert not papers.reseal(key)
    assert not papers.has(key)


# --- the master key -------------------------------------------------------------------------------


def test_data_keys_open_with_the_master_key_alone() -> None:
    masters = MasterKeys(["m" * 40])
    wrapped = masters.wrap(1, ONE)
    assert masters.unwrap(1, masters.newest, wrapped) == ONE
    for number, master in ((2, masters), (1, MasterKeys(["n" * 40]))):
        with pytest.raises(WrongMasterKey):
            master.unwrap(number, masters.newest, wrapped)


@pytest.mark.parametrize("lines", [[], ["short"], ["m" * 40, "short"]])
def test_a_master_key_that_keeps_nothing_is_refused(lines: list[str]) -> None:
    with pytest.raises(WrongMasterKey):
        MasterKeys(lines)


def test_many_processes_that_start_at_once_have_the_same_keys(
    tmp_path: Path, migrated_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(data_folder=tmp_path / "var")
    open_storage(config).database.close()
    (config.keys_folder / "master.key").unlink()
    (config.data_folder / "forms.sqlite").unlink()
    monkeypatch.setattr(Database, "migrate", migrated_once)

    def start(_: int) -> str:
        kept = open_storage(config)
        try:
            return kept.papers.address(PAPER)
        finally:
            kept.database.close()

    with ThreadPoolExecutor(4) as at_once:
        found = list(at_once.map(start, range(4)))
    assert len(found) == 4 and len(set(found)) == 1
    assert (config.keys_folder / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_wrong_or_missing_master_key_is_told_before_anything_is_written(tmp_path: Path) -> None:
    config = Config(data_folder=tmp_path / "var")
    kept = open_storage(config)
    key = kept.papers.put(PAPER)
    kept.database.close()
    path = config.keys_folder / "master.key"
    right = path.read_text()
    path.unlink()
    before = (config.data_folder / "forms.sqlite").read_bytes()
    with pytest.raises(WrongMasterKey, match=r"master\.key"):
        open_storage(config)
    assert not path.exists(), "a key made now would open nothing"
    other = tmp_path / "other.key"
    other.write_text("o" * 50)
    with pytest.raises(WrongMasterKey, match="FORMS_MASTER_KEY_FILE") as refused:
        open_storage(replace(config, sealing=SealingSettings(other)))
    assert refused.value.message.ar != refused.value.message.fr
    assert (config.data_folder / "forms.sqlite").read_bytes() == before
    other.write_text(right)
    kept = open_storage(replace(config, sealing=SealingSettings(other)))
    assert kept.papers.get(key) == PAPER
    kept.database.close()


def test_a_given_master_key_is_never_made(tmp_path: Path) -> None:
    config = Config(data_folder=tmp_path / "var", sealing=SealingSettings(tmp_path / "not there"))
    with pytest.raises(WrongMasterKey, match="not there"):
        open_storage(config)
    assert not (tmp_path / "not there").exists()


def test_a_new_master_key_wraps_the_data_keys_and_seals_nothing_anew(tmp_path: Path) -> None:
    config = Config(data_folder=tmp_path / "var")
    kept = open_storage(config)
    key = kept.papers.put(PAPER)
    before = raw_of(kept.papers, key).read_bytes()
    file = kept.chest.file
    old = file.read_text()
    file.write_text(f"{old}\n{'n' * 48}\n")
    kept.chest.rewrap()
    file.write_text("n" * 48)
    kept.database.close()
    again = open_storage(config)
    assert again.papers.get(key) == PAPER
    assert raw_of(again.papers, key).read_bytes() == before
    again.database.close()
    file.write_text(old)
    with pytest.raises(WrongMasterKey):
        open_storage(config)


# --- what operators are told ----------------------------------------------------------------------


def test_the_list_for_operators_has_every_table_and_what_is_sealed_in_it() -> None:
    told = (Path(__file__).parents[2] / "docs" / "operations" / "encryption.md").read_text(encoding="utf-8")
    lines = [line.split("|") for line in told.splitlines() if line.startswith("| `")]
    rows = {name: cells for cells in lines for name in re.findall(r"`(\w+)`", cells[1]) if len(cells) == 6}
    tables = Base.metadata.tables
    assert set(tables) - set(rows) == set(), "tables of which nothing is said"
    for name, table in tables.items():
        kinds = {SealedColumn: rows[name][2], PinnedText: rows[name][3]}
        for kind, cell in kinds.items():
            has_some = any(isinstance(column.type, kind) for column in table.columns)
            assert bool(cell.strip()) or not has_some, f"{name}: {kind.__name__}"

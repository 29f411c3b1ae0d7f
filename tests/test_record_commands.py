"""``forms-service record``: export, verify anywhere, seal; exit codes and words in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.record_check import Checked
from forms_service.bootstrap import build
from forms_service.commands import shared
from forms_service.commands.record import record
from forms_service.config import Config
from forms_service.record_in_words import sentences

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a service that worked for two days, three days ago."""
    folder = tmp_path_factory.mktemp("data")
    clock = [datetime.now(UTC) - timedelta(days=3)]
    application = build(Config(data_folder=folder), clock=lambda: clock[0])
    person = application.services.register_applicant("123456782", "une phrase à moi", "Fatima Amrani")
    for _ in range(2):
        application.services.open_dossier(person, "311-1-14", "ar")
        clock[0] += timedelta(days=1)
    application.close()
    return folder


@pytest.fixture(autouse=True)
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("FORMS_DATA_DIR", str(folder))
    monkeypatch.setenv("FORMS_SEALS_DIR", str(folder / "seals"))
    shared.configuration.cache_clear()
    yield lambda *arguments: CliRunner().invoke(
        record, [str(one) for one in arguments], standalone_mode=False, catch_exceptions=False
    )
    shared.configuration.cache_clear()


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    return folder / "record.jsonl"


def test_days_are_closed_the_record_is_taken_and_checked(run: Run, file: Path, folder: Path) -> None:
    assert int(run("seal").stdout.split()[0]) >= 2
    assert run("seal").stdout.startswith("0 days closed: ")
    assert run("export", "-o", file).stdout.strip() == str(file)
    checked = run("verify", file, "--keys", folder / "keys", "--seals", folder / "seals")
    assert checked.return_value == 0, checked.output
    assert "Le journal est intact" in checked.stdout and "السجل سليم" in checked.stdout
    assert not list(folder.glob(".*.part"))
    assert run("verify").return_value == 0
    told = json.loads(run("verify", file, "--json").stdout)
    assert (told["whole"], told["finding"]) == (True, None)
    assert told["seals"] >= 2 and "untrusted" in told["notes"]


def test_a_line_that_was_altered_is_named_in_both_languages(run: Run, file: Path) -> None:
    rows = file.read_text(encoding="utf-8").splitlines()
    place = next(n for n, row in enumerate(rows) if '"action":"opened"' in row)
    rows[place] = rows[place].replace('"action":"opened"', '"action":"closed"')
    spoilt = file.with_name("spoilt.jsonl")
    spoilt.write_text("\n".join(rows), encoding="utf-8")
    checked = run("verify", spoilt)
    number = json.loads(rows[place])["line"]["position"]
    assert checked.return_value == 1
    assert f"La ligne {number} a été modifiée" in checked.stdout
    assert f"غُيّر السطر {number}" in checked.stdout
    assert f"(rangée {place + 1} du fichier)" in checked.stdout


def test_a_seal_that_left_convicts_a_record_written_anew(run: Run, file: Path, folder: Path) -> None:
    kept = sorted((folder / "seals").glob("*.json"))[0]
    other = json.loads(kept.read_text(encoding="utf-8"))
    apart = file.with_name("apart")
    apart.mkdir()
    other["seal"]["head"] = "0" * 64
    (apart / kept.name).write_text(json.dumps(other), encoding="utf-8")
    checked = run("verify", file, "--seals", apart, "--json")
    assert checked.return_value == 1
    assert json.loads(checked.stdout)["finding"]["code"] in ("seal_signature", "seal_mismatch")


def test_some_days_are_taken_and_a_day_that_is_none_is_refused(run: Run, file: Path) -> None:
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    part = file.with_name("part.jsonl")
    assert run("export", "--since", day, "--until", day, "-o", part).return_value is None
    header = json.loads(part.read_text(encoding="utf-8").splitlines()[0])["header"]
    assert header["first"] > 1
    assert run("verify", part).return_value == 0
    refused = CliRunner().invoke(record, ["export", "--since", "yesterday", "-o", str(part)])
    assert refused.exit_code == 2


def test_where_there_is_no_seal_none_is_said_to_be_signed() -> None:
    found = Checked(notes={"untrusted"})
    assert "Export signé" in list(sentences(found, ["abc"]))[-1].fr
    found.seals = 1
    assert "Sceaux signés" in list(sentences(found, ["abc"]))[-1].fr

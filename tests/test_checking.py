"""``forms-service check`` looks at everything, tells all that is wrong at once, and makes nothing."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from forms_service import checking, checking_backups
from forms_service.bootstrap import build
from forms_service.build_facts import build_facts, hash_of_specs
from forms_service.checking import FAIL, OK, WARN, check_everything
from forms_service.cli import commands
from forms_service.config import Config, default_spec_folder
from forms_service.first_look import NoLook
from forms_service.forms_in_settings import require_known_forms
from forms_service.keyring import WrongMasterKey
from forms_service.settings import InvalidSetting
from forms_service.spec_catalogue import SpecCatalogue

SLOW = ("specs", "recognisers", "languages", "isolation")

EVERY_CHECK = checking._CHECKS


@pytest.fixture(autouse=True)
def without_the_slow_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tuple(one for one in EVERY_CHECK if one[0] not in SLOW)
    monkeypatch.setattr(checking, "_CHECKS", quick)


def outcomes(environment: dict[str, str]) -> dict[str, str]:
    return {one.name: one.outcome for one in check_everything(environment)}


def test_before_the_first_start_nothing_fails_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_CHECKS", EVERY_CHECK)
    folder = tmp_path / "data"
    found = outcomes({"FORMS_DATA_DIR": str(folder)})
    assert FAIL not in found.values()
    assert found["database"] == found["folders"] == found["keys"] == WARN
    assert {found[one] for one in ("specs", "fonts", "recognisers", "languages")} == {OK}
    assert not folder.exists()


def test_a_started_service_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(Config(data_folder=tmp_path), first_look=NoLook()).close()
    half_empty = SimpleNamespace(f_bavail=5, f_blocks=10, f_frsize=2**30)  # this machine's disk may be full
    monkeypatch.setattr(checking.os, "statvfs", lambda _: half_empty)
    found = outcomes({"FORMS_DATA_DIR": str(tmp_path)})
    assert {found[one] for one in ("database", "tables", "clock", "store", "folders")} == {OK}
    (tmp_path / "keys").chmod(0o755)
    assert outcomes({"FORMS_DATA_DIR": str(tmp_path)})["folders"] in (WARN, OK)
    told = [one.told.fr for one in check_everything({"FORMS_DATA_DIR": str(tmp_path)}) if one.outcome == WARN]
    assert any("chmod" in one for one in told)
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    with pytest.raises(WrongMasterKey) as refused:
        build(Config(data_folder=tmp_path), first_look=NoLook())
    assert not (tmp_path / "keys").exists(), "cp -r would put the keys inside an empty folder"
    failed = [one.told for one in check_everything({"FORMS_DATA_DIR": str(tmp_path)}) if one.outcome == FAIL]
    assert failed == [refused.value.message], "a database that was restored before its keys has no new ones"


def test_a_mail_server_that_is_away_and_a_silent_scanner_are_told_with_the_setting(tmp_path: Path) -> None:
    settings = {
        "FORMS_DATA_DIR": str(tmp_path),
        "FORMS_MAIL": "smtp://127.0.0.1:9",
        "FORMS_CLAMAV": "tcp://127.0.0.1:9",
    }
    failed = {one.name: one.told for one in check_everything(settings) if one.outcome == FAIL}
    assert set(failed) == {"mail", "viruses"}
    assert "FORMS_MAIL" in failed["mail"].fr and "FORMS_MAIL" in failed["mail"].ar
    assert "FORMS_CLAMAV" in failed["viruses"].ar


def test_what_would_fail_only_when_somebody_waits_for_it_fails_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = str(tmp_path / "nowhere")
    monkeypatch.setattr(checking, "_CHECKS", (*checking._CHECKS, ("specs", checking._specs)))
    monkeypatch.setenv("FORMS_SECRET_KEY", "short")
    files = ("FORMS_SMS_TOKEN_FILE", "FORMS_MAIL_PASSWORD_FILE", "FORMS_MASTER_KEY_FILE")
    folders = ("FORMS_REGISTERS_DIR", "FORMS_SEALS_DIR", "FORMS_SPEC_DIR")
    settings = {"FORMS_DATA_DIR": str(tmp_path), **dict.fromkeys((*files, *folders), nowhere)}
    done = check_everything(settings)
    failed = [one.told.fr for one in done if one.outcome == FAIL]
    assert all(any(name in one and nowhere in one for one in failed) for name in (*files, *folders))
    assert any("FORMS_SECRET_KEY" in one.told.fr for one in done if one.outcome == WARN)


def test_an_sms_gateway_is_asked_for_without_a_message(tmp_path: Path, mail_server: int) -> None:
    (tmp_path / "token").write_text("t")
    settings = {"FORMS_DATA_DIR": str(tmp_path), "FORMS_SMS_TOKEN_FILE": str(tmp_path / "token")}
    assert outcomes(settings)["sms"] == WARN
    assert outcomes({**settings, "FORMS_SMS": f"http://127.0.0.1:{mail_server}/send"})["sms"] == OK
    away = {one.name: one for one in check_everything({**settings, "FORMS_SMS": "http://127.0.0.1:9/send"})}
    assert away["sms"].outcome == FAIL and "FORMS_SMS" in away["sms"].told.ar


def test_a_form_mistyped_in_a_setting_is_refused_with_the_nearest(tmp_path: Path) -> None:
    catalogue = SpecCatalogue({("311-1-14", 1): None, ("610-1-02", 1): None})
    wrong = Config(
        data_folder=tmp_path / "data",
        four_eyes=frozenset({"all", "311-1-15"}),
        review_days={"": 60, "toto": 30},
    )
    with pytest.raises(InvalidSetting) as refused:
        build(wrong, catalogue=catalogue)
    near, far = refused.value.problems
    assert "FORMS_FOUR_EYES" in near.fr and "311-1-14 ?" in near.fr and "311-1-14؟" in near.ar
    assert "FORMS_REVIEW_DAYS" in far.fr and "toto" in far.ar
    assert not (tmp_path / "data").exists()
    require_known_forms(Config(four_eyes=frozenset({"all", "311-1-14"})), catalogue)


class _Greeting(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 fine\r\n")


@pytest.fixture
def mail_server() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Greeting) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_mail_server_that_answers_is_well(tmp_path: Path, mail_server: int) -> None:
    found = outcomes({"FORMS_DATA_DIR": str(tmp_path), "FORMS_MAIL": f"smtp://127.0.0.1:{mail_server}"})
    assert found["mail"] == OK


def test_wrong_settings_are_a_negative_verdict_and_all_of_them_are_named() -> None:
    wrong = {"FORMS_DEMO": "x", "FORMS_WORKER_SLOTS": "q", "FORMS_DEMOO": "1"}
    result = CliRunner().invoke(commands, ["check", "--json"], env=wrong, standalone_mode=False)
    told = json.loads(result.stdout)
    assert result.return_value == 1
    assert told["outcome"] == FAIL
    assert [one["outcome"] for one in told["checks"]] == [FAIL, FAIL, WARN]
    assert all(one["told"]["ar"] and one["told"]["fr"] for one in told["checks"])


def test_the_version_tells_the_forms_it_runs_on(tmp_path: Path) -> None:
    said = CliRunner().invoke(commands, ["--version"]).stdout
    facts = build_facts(default_spec_folder())
    assert facts.version in said and facts.spec_hash in said
    (tmp_path / "a.yaml").write_text("id: a\n")
    before = hash_of_specs(tmp_path)
    (tmp_path / "a.yaml").write_text("id: b\n")
    assert hash_of_specs(tmp_path) != before


@pytest.mark.parametrize(
    ("program", "outcome", "told"),
    [
        (None, WARN, "n'est pas installé"),
        ("pg_dump (PostgreSQL) 9.6", WARN, "plus ancien"),
        ("pg_dump (PostgreSQL) 99.1 (Debian 99.1-1)", OK, "99"),
        ("pg_dump (PostgreSQL) 98devel", OK, "98"),
        ("pg_dump (PostgreSQL) 14beta1", WARN, "plus ancien"),
    ],
)
def test_whoever_has_a_postgresql_is_told_whether_it_can_be_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, outcome: str, told: str
) -> None:
    if program is not None:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho '{program}'\n")
        (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(checking, "_CHECKS", tuple(one for one in EVERY_CHECK if one[0] == "backup"))
    monkeypatch.setattr(checking_backups, "_version_of_server", lambda _: 15)
    url = "postgresql://forms@127.0.0.1:9/forms"
    found = check_everything({"FORMS_DATA_DIR": str(tmp_path / "data"), "FORMS_DATABASE_URL": url})
    (check,) = (one for one in found if one.name == "backup")
    assert check.outcome == outcome and told in check.told.fr

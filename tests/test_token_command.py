"""Tokens by command: made once, listed without themselves, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_service.bootstrap import build
from forms_service.cli import commands
from forms_service.commands import shared
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Actor


@pytest.fixture
def clerk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    monkeypatch.setenv("FORMS_DATA_DIR", str(tmp_path))
    shared.configuration.cache_clear()
    application = build(Config(data_folder=tmp_path), first_look=NoLook())
    actor = application.services.add_account("agence", "a long enough password", "Agence", {"clerk"})
    application.close()
    yield actor
    shared.configuration.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["token", *arguments])


def test_a_token_is_made_listed_and_revoked(clerk: Actor, tmp_path: Path) -> None:
    made = run(
        "make", "agence", "--name", "Compteur", "--scope", "agency", "--days", "5", "--by", "me", "--json"
    )
    told = json.loads(made.stdout)
    assert told["token"].startswith("cnss_") and told["scopes"] == ["agency"]
    listed = run("list", "--json")
    (line,) = json.loads(listed.stdout)
    assert (line["id"], line["login"], line["valid"]) == (told["id"], "agence", True)
    assert told["token"] not in listed.stdout
    assert run("revoke", told["id"], "--by", "me").exit_code == 0
    assert json.loads(run("list", "--json").stdout)[0]["valid"] is False


def test_what_an_account_does_not_allow_is_refused_with_a_reason(clerk: Actor) -> None:
    refused = run("make", "agence", "--name", "x", "--scope", "review", "--by", "me")
    assert refused.exit_code != 0 and getattr(refused.exception, "code", "") == "token_scopes"
    unknown = run("make", "nobody", "--name", "x", "--scope", "agency", "--by", "me")
    assert getattr(unknown.exception, "code", "") == "unknown_account"

"""What was let go, by command: listed, proved, and found when a backup brings it back."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select, update

from forms_service import bootstrap
from forms_service.bootstrap import Application, build
from forms_service.cli import commands
from forms_service.commands import shared
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services import Actor, Services
from forms_service.storage.models import AccountRow, AuditRow, DossierRow
from forms_service.storage.privacy_models import ErasureRow


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setenv("FORMS_DATA_DIR", str(tmp_path))
    shared.configuration.cache_clear()
    application = build(Config(data_folder=tmp_path), first_look=NoLook())
    yield application
    application.close()
    shared.configuration.cache_clear()


@pytest.fixture
def at_hand(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The same, which the commands use instead of putting it together anew each time."""
    monkeypatch.setattr(bootstrap, "build", lambda _config: StaysOpen(application.services))
    return application


@dataclass
class StaysOpen:
    services: Services

    def close(self) -> None:
        """Leave it open: the next command uses it too."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["privacy", *arguments], standalone_mode=False)


def test_requests_on_paper_are_done_and_proved_by_command(at_hand: Application, tmp_path: Path) -> None:
    services = at_hand.services
    person = services.register_applicant("123456782", "a long enough password", "Fatima Amrani")
    dossier = services.open_dossier(person, "311-1-14", "fr")
    reference = services.dossier(person, dossier).reference

    copy = tmp_path / "copy.zip"
    named = run("export", "123456782", "--reason", "lettre de Fatima", "-o", str(copy))
    assert named.exception is not None and not copy.exists(), "the record takes no free text"
    assert run("export", "123456782", "--reason", "letter", "-o", str(copy)).exit_code == 0
    told = json.loads(zipfile.ZipFile(copy).read("donnees.json"))
    assert [one["reference"] for one in told["requests"]] == [reference]
    assert copy.stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"

    assert run("holds").output.strip(), "whoever sees nothing cannot tell done from nothing"
    assert reference in run("hold", reference, "--reason", "tribunal").output
    assert run("holds").output.split()[0] == reference and "tribunal" in run("holds").output
    refused = run("erase", reference, "--reason", "lettre")
    assert refused.exception is not None and refused.exception.code == "held_by_law"
    assert reference in run("release", reference).output
    assert run("due").stdout == "" and run("due").stderr
    assert run("list").stdout == "" and run("list").stderr
    assert run("run").output.strip().isdecimal()
    assert reference in run("erase", reference, "--reason", "lettre").output

    (listed,) = json.loads(run("list", "--json").output)
    assert (listed["reference"], listed["occasion"], listed["reason"]) == (reference, "asked", "lettre")
    assert listed["proved_at"] and listed["left"] == []
    verified = run("verify")
    assert "1 gone, 0 with something left" in verified.output and verified.return_value == 0


def test_a_machine_agrees_to_what_an_operator_asked_and_erases_again_what_it_listed(
    at_hand: Application, tmp_path: Path
) -> None:
    services, operator = at_hand.services, Actor("leila", "Leila", frozenset({"operator"}))
    person = Actor("one", "Somebody", frozenset({"applicant"}))
    with at_hand.database.writing() as session:
        given = {"password_hash": "-", "created_at": services.now()}
        session.add(AccountRow(id="one", login="one", name="Somebody", roles=["applicant"], **given))
    dossier = services.open_dossier(person, "311-1-14", "fr")
    reference = services.dossier(person, dossier).reference

    def now_is(state: str) -> None:
        with at_hand.database.writing() as session:
            session.execute(update(DossierRow.__table__).values(state=state, erased_at=None))

    now_is("closed")
    assert "second person" in run("erase", reference, "--reason", "lettre").output
    assert run("agree", reference).exception.code == "second_person_needed"
    (waits,) = json.loads(run("waiting", "--json").output)
    assert (waits["reference"], waits["asked_by"], waits["reason"]) == (reference, "operator", "lettre")
    assert reference in run("decline", reference).output
    assert run("waiting").stdout == "" and run("waiting").stderr
    assert "Personne n'a demandé" in run("agree", reference).exception.message.fr
    services.erase_on_request(operator, reference, "lettre")
    assert reference in run("waiting").output and reference in run("agree", reference).output
    kept = tmp_path / "list.json"
    kept.write_text(run("list", "--json").output, encoding="utf-8")
    (line,) = json.loads(kept.read_text(encoding="utf-8"))
    assert (line["asked_by"], line["agreed_by"]) == ("leila", "operator")

    with at_hand.database.writing() as session:
        session.execute(delete(ErasureRow))
    now_is("closed")  # as a backup brings it back
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps([{**line, "asked_by": "operator"}]), encoding="utf-8")
    refused = run("erase", "--again", str(forged))
    assert (refused.return_value, reference in refused.output) == (1, True)
    again = run("erase", "--again", str(kept))
    assert (again.return_value, " again anonymise " in again.output) == (0, True)
    assert run("erase", "--again", str(kept)).output == "", "twice does no harm"
    for wrong in (("erase", reference), ("erase", "--again", str(kept), "--reason", "x")):
        assert isinstance(run(*wrong).exception, click.UsageError)


def test_what_a_backup_brought_back_is_told_and_the_command_fails(
    application: Application, tmp_path: Path
) -> None:
    services = application.services
    person = services.register_applicant("123456782", "a long enough password", "Fatima Amrani")
    dossier = services.open_dossier(person, "311-1-14", "fr")
    reference = services.dossier(person, dossier).reference
    services.erase_own_draft(person, dossier)
    with closing(sqlite3.connect(tmp_path / "forms.sqlite")) as connection:
        row = "insert into name_word (dossier_id, source, word, sound) values (?, 'x', 'amrani', 'mrn')"
        connection.execute(row, (dossier,))
        connection.commit()
    told = run("verify", reference)
    assert "left: name_word" in told.output and told.return_value == 1


def test_whoever_opens_an_account_on_the_machine_is_on_record_by_name(at_hand: Application) -> None:
    opened = ["accounts", "open", "second", "--name", "S. Second", "--role", "operator", "--by", "root"]
    assert CliRunner().invoke(commands, opened).exit_code == 0
    with at_hand.database.reading() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.action == "staff_account_opened")).one()
        assert (line.actor_id, line.actor_name) == ("operator", "root"), "as where a token is made"

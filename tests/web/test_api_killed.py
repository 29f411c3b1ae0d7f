"""``kill -9`` at any moment of a deposit: the request sent again is answered, once and alike."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from select import select

import pytest
import sqlalchemy as sa
from service_to_kill import MOMENTS, NoJobs
from web_service import ALLOWANCE, ANSWERS

from forms_service.bootstrap import Application, build
from forms_service.first_look import NoLook
from forms_service.storage.models import AuditRow
from tests.backends import Backend, environment_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("service_to_kill.py")


@dataclass
class Office:
    """A service whose server is killed and started again, one after the other."""

    application: Application
    servers: subprocess.Popen[str]
    told: Path
    port: int = 0
    process: int = 0

    def start(self) -> None:
        self.servers.stdin.write("\n")
        self.servers.stdin.flush()
        self.port, self.process = map(int, self.servers.stdout.readline().split())

    def let_die_at(self, moment: str) -> None:
        self.told.write_text(moment)
        os.kill(self.process, signal.SIGUSR1)

    def has_died(self) -> bool:
        """Whether ``kill -9`` ended the server."""
        is_over = bool(select([self.servers.stdout], [], [], 60)[0])
        return is_over and int(self.servers.stdout.readline()) == signal.SIGKILL


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("killed")
    config = backend.config(folder / "var")
    application = build(config, jobs=NoJobs(), draw=lambda: 1.0, first_look=NoLook())
    servers = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder / "moment")],
        env={**os.environ, **environment_of(config), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    office = Office(application, servers, folder / "moment")
    office.start()
    yield office
    os.kill(office.process, signal.SIGKILL)
    servers.stdin.close()
    servers.wait(60)
    application.close()


def deposit(port: int, token: str, dossier: str, key: str) -> tuple[int, dict[str, str], dict[str, object]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
    line.request("POST", f"/api/v1/dossiers/{dossier}/deposit", '{"declaration": true}', headers)
    answer = line.getresponse()
    return answer.status, dict(answer.headers), json.loads(answer.read())


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_deposit_killed_at_any_moment_is_done_once_and_answered_alike(office: Office, moment: str) -> None:
    application = office.application
    services, login = application.services, f"{MOMENTS.index(moment) + 1:09d}"
    person = services.add_account(login, "a long enough password", "Fatima", {"applicant"})
    token, _ = services.make_token(person, "program", ["dossiers:read", "dossiers:write"])
    dossier = services.open_dossier(person, ALLOWANCE, "fr")
    services.answer(person, dossier, ANSWERS)
    office.let_die_at(moment)
    with pytest.raises((OSError, http.client.HTTPException)):
        deposit(office.port, token, dossier, "deposit-2026-1")
    assert office.has_died()
    office.start()
    done_before = services.dossier(person, dossier).deposited_at is not None
    assert done_before == (moment in ("committed", "answer kept"))
    first, second = (deposit(office.port, token, dossier, "deposit-2026-1") for _ in range(2))
    assert first[0] == 200, first
    assert first[2] == second[2] and first[1]["ETag"] == second[1]["ETag"]
    assert ("Idempotent-Replayed" in first[1]) == done_before and "Idempotent-Replayed" in second[1]
    assert first[2]["digest"] == services.latest_receipt(person, dossier).digest()
    with application.database.reading() as session:
        deposits = sa.select(sa.func.count()).where(
            AuditRow.dossier_id == dossier, AuditRow.action == "deposited"
        )
        assert session.scalar(deposits) == 1

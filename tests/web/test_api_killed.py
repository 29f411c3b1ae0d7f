"""``kill -9`` at any moment of a deposit: the request sent again is answered, once and alike."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, backend: Backend
) -> Iterator[tuple[Application, subprocess.Popen[str]]]:
    config = backend.config(tmp_path_factory.mktemp("killed") / "var")
    application = build(config, jobs=NoJobs(), draw=lambda: 1.0, first_look=NoLook())
    servers = subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        env={**os.environ, **environment_of(config), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield application, servers
    servers.stdin.close()
    servers.wait(60)
    application.close()


@contextmanager
def serving(servers: subprocess.Popen[str], moment: str = "") -> Iterator[int]:
    """A server that dies at that moment, or else at the end; by ``kill -9`` in any case."""
    servers.stdin.write(f"{moment}\n")
    servers.stdin.flush()
    port, process = map(int, servers.stdout.readline().split())
    yield port
    if not moment:
        os.kill(process, signal.SIGKILL)
    elif not select([servers.stdout], [], [], 60)[0]:
        os.kill(process, signal.SIGKILL)
        pytest.fail(f"it did not die: {moment}")
    assert int(servers.stdout.readline()) == signal.SIGKILL


def deposit(port: int, token: str, dossier: str, key: str) -> tuple[int, dict[str, str], dict[str, object]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
    line.request("POST", f"/api/v1/dossiers/{dossier}/deposit", '{"declaration": true}', headers)
    answer = line.getresponse()
    return answer.status, dict(answer.headers), json.loads(answer.read())


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_deposit_killed_at_any_moment_is_done_once_and_answered_alike(
    office: tuple[Application, subprocess.Popen[str]], moment: str
) -> None:
    application, servers = office
    services, login = application.services, f"{MOMENTS.index(moment) + 1:09d}"
    person = services.add_account(login, "a long enough password", "Fatima", {"applicant"})
    token, _ = services.make_token(person, "program", ["dossiers:read", "dossiers:write"])
    dossier = services.open_dossier(person, ALLOWANCE, "fr")
    services.answer(person, dossier, ANSWERS)
    with serving(servers, moment) as port, pytest.raises((OSError, http.client.HTTPException)):
        deposit(port, token, dossier, "deposit-2026-1")
    done_before = services.dossier(person, dossier).deposited_at is not None
    assert done_before == (moment in ("committed", "answer kept"))
    with serving(servers) as port:
        first = deposit(port, token, dossier, "deposit-2026-1")
        second = deposit(port, token, dossier, "deposit-2026-1")
    assert first[0] == 200, first
    assert first[2] == second[2] and first[1]["ETag"] == second[1]["ETag"]
    assert ("Idempotent-Replayed" in first[1]) == done_before and "Idempotent-Replayed" in second[1]
    assert first[2]["digest"] == services.latest_receipt(person, dossier).digest()
    with application.database.reading() as session:
        deposits = sa.select(sa.func.count()).where(
            AuditRow.dossier_id == dossier, AuditRow.action == "deposited"
        )
        assert session.scalar(deposits) == 1

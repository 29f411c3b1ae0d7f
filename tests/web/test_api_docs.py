"""The start in five minutes of docs/api.md, line by line as it stands there, against a running service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_service import JobsByHand
from werkzeug.serving import make_server

from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from forms_service.services.access_tokens import SCOPES
from forms_service.services.webhooks import EVENTS
from forms_service.web import create_app
from forms_service.webhook_sending import new_secret, signature
from tests.backends import Backend, environment_of

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
START = TEXT.split("## Five minutes")[1].split("\n## ")[0]
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def running(tmp_path: Path, backend: Backend) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """A service on a port of its own, a folder that looks like a checkout, and the settings of both."""
    config = backend.config(tmp_path / "var", demo=True)
    application = build(config, jobs=JobsByHand(), draw=lambda: 1.0, first_look=NoLook())
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    yield f"http://127.0.0.1:{server.server_port}", tmp_path, environment_of(config)
    server.shutdown()
    thread.join()
    server.server_close()
    application.close()


def test_the_start_in_five_minutes_works_as_it_is_written(
    running: tuple[str, Path, dict[str, str]],
) -> None:
    address, folder, settings = running
    script = "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", START, re.DOTALL)).replace(HERE, address)
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reader, told, rest = json.JSONDecoder(), [], done.stdout.strip()
    while rest:
        found, end = reader.raw_decode(rest)
        told.append(found)
        rest = rest[end:].strip()
    answered, rows, sent, papers, judged, receipt, checked, lacking, added, completed = told
    assert [one["place"] for one in answered["problems"]] == ["assured.birth"] and rows["problems"] == []
    assert sent["status"] == "waiting" and [one["id"] for one in papers["items"]] == [sent["id"]]
    assert not judged["complete"] and receipt["standing"]["standing"] == "in_force"
    assert lacking["open"] and added["status"] == "waiting" and completed["completed_at"]
    assert checked["outcome"] == "genuine" and (folder / "receipt.pdf").read_bytes().startswith(b"%PDF")


def test_the_receivers_check_of_a_message_is_right_as_it_is_written() -> None:
    space: dict[str, object] = {}
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1], space)
    secret, now = new_secret(), int(time.time())
    headers = {"webhook-id": "e1", "webhook-timestamp": str(now)}
    headers["webhook-signature"] = signature(secret, "e1", now, b"{}")
    is_genuine = space["is_genuine"]
    assert is_genuine(secret, headers, b"{}")
    assert not is_genuine(secret, headers, b'{"more": 1}')
    assert not is_genuine(new_secret(), headers, b"{}")
    assert not is_genuine(secret, {**headers, "webhook-timestamp": str(now - 900)}, b"{}")


def test_the_table_of_scopes_names_the_accounts_that_may_have_each() -> None:
    told = dict(re.findall(r"^\| `([a-z:]+)` \|.*\| ([a-z, ]+) \|$", TEXT, re.MULTILINE))
    assert {scope: set(roles.split(", ")) for scope, roles in told.items()} == {
        scope: {f"{role}s" for role in roles} for scope, roles in SCOPES.items()
    }


def test_every_scope_and_event_is_explained() -> None:
    assert set(re.findall(r"^\| `([a-z:]+)` \|", TEXT, re.MULTILINE)) == set(SCOPES)
    assert not [
        one for one in EVENTS if f"`{one.removeprefix('dossier.')}`" not in TEXT and f"`{one}`" not in TEXT
    ]

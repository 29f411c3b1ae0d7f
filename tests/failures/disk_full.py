"""Run in a mount namespace of its own: fills the disk beneath an installation, and tells what that did as JSON.

``python -m tests.failures.disk_full FOLDER SPECS``, with a small file system at FOLDER.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.reading_process import ReadingRequest, run_reading
from forms_service.storage.outages import outage
from forms_service.web import create_app

PASSWORD = "a long enough password"
_BLOCK = 16 * 1024


def fill(folder: Path, leave: int) -> Path:
    """Take all the space there is but a little."""
    ballast = folder / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
    with suppress(OSError):
        while True:
            os.write(descriptor, b"\0" * _BLOCK)
    os.ftruncate(descriptor, max(0, os.fstat(descriptor).st_size - leave))
    os.close(descriptor)
    return ballast


def main(folder: Path, specs: Path) -> dict[str, Any]:
    application = build(Config(data_folder=folder / "var", spec_folder=specs), first_look=NoLook())
    services, app = application.services, create_app(application)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    person = services.add_account("123456789", PASSWORD, "Salma", {"applicant"})
    token, _ = services.make_token(person, "test", ["dossiers:read", "dossiers:write"])
    dossier = services.open_dossier(person, "leave-1", "fr")
    answers = {"person.registration": "123456789", "person.first": "Salma", "person.last": "Bennani"}
    answers |= {"reason": "sickness", "leave.begins": "2026-02-01"}
    services.answer(person, dossier, answers)

    def send(path: str, key: str, **more: Any) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        answer = app.test_client().post(f"/api/v1/dossiers/{dossier}{path}", headers=headers, **more)
        return answer.status_code, (answer.get_json() or {}).get("code", "")

    def upload(key: str) -> tuple[int, str]:
        content = b"\x89PNG\r\n\x1a\n" + key.encode() + os.urandom(300_000)
        sent = {"file": (io.BytesIO(content), "card.png")}
        return send("/attachments", key, data=sent, content_type="multipart/form-data")

    def deposit() -> tuple[int, str]:
        return send("/deposit", "deposit-2026", json={"declaration": True})

    told: dict[str, Any] = {"before": upload("before-2026")}
    ballast = fill(folder, leave=0)
    told["full: upload"], told["full: deposit"] = upload("during-2026"), deposit()
    told["full: page"] = app.test_client().get("/fr/").status_code
    request = ReadingRequest("read", "x.png", str(specs), "leave-1", 1)
    try:
        with run_reading(
            request, b"x" * 100_000, application.config.reading, application.config.scratch_folder
        ):
            pass
    except Exception as error:
        told["full: reading"] = outage(error)
    arriving = application.config.objects_folder / ".arriving"
    told["full: half-written"] = len(list(arriving.iterdir()))
    ballast.unlink()
    told["after: upload"], told["after: deposit"] = upload("during-2026"), deposit()
    view = services.dossier(person, dossier)
    told["papers"] = len(view.attachments)
    told["deposited"] = sum(one.action == "deposited" for one in view.events)
    application.close()
    with closing(sqlite3.connect(folder / "var" / "forms.sqlite")) as database:
        told["integrity"] = database.execute("pragma integrity_check").fetchone()[0]
        told["foreign keys"] = len(database.execute("pragma foreign_key_check").fetchall())
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))

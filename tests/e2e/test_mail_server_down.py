"""A real worker, a mail server that is down, a worker killed meanwhile: the code arrives all the same, once."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import select

from core.localized_text import Language
from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.storage.account_models import LetterRow
from tests.backends import Backend, environment_of
from tests.started_quickly import HURRIED_WORKER, Quick, start

PERSON = {
    "registration": "12345678",
    "identity_number": "AB123456",
    "birth": "05/03/1988",
    "last_name": "Fassi",
    "first_name": "Naima",
    "email": "naima@exemple.ma",
    "channel": "email",
}
PATIENCE_S = 150


class Inbox:
    """The mail server's mailboxes."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


def start_worker(config: Config, mail: str) -> Quick:
    sending = {"FORMS_MAIL": mail, "FORMS_MAIL_FROM": "caisse@exemple.ma"}
    return start(HURRIED_WORKER, environment={**environment_of(config), **sending})


def wait_for(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit, f"did not happen within {PATIENCE_S} s"
        time.sleep(0.05)


def test_a_code_written_while_everything_is_down_arrives_once(
    tmp_path: Path, spec_folder: Path, backend: Backend
) -> None:
    application = build(backend.config(tmp_path / "var", spec_folder=spec_folder))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mail, inbox = f"smtp://127.0.0.1:{port}", Inbox()
    code_id, problems = application.services.begin_opening(PERSON, Language.FR)
    assert not problems

    def letter() -> LetterRow:
        with application.database.reading() as session:
            return session.scalars(select(LetterRow)).one()

    server = Controller(inbox, hostname="127.0.0.1", port=port)
    workers = [start_worker(application.config, mail)]
    try:
        wait_for(lambda: letter().tries >= 1)
        assert letter().sent_at is None
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        server.start()
        workers.append(start_worker(application.config, mail))
        wait_for(lambda: letter().sent_at is not None)
        (message,) = inbox.messages
        digits = re.search(r"\b\d{6}\b", message.get_content())
        assert digits
        assert application.services.try_code(code_id, digits[0]) is None
        assert letter().sealed is None, "what was sent is kept no longer"
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        if inbox.messages or server.loop.is_running():
            server.stop()
        application.close()

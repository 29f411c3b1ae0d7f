"""``kill -9`` of the web process while a paper arrives: nothing accepted is lost and nothing half-stays."""

from __future__ import annotations

import http.client
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from paper_office import PASSWORD, SALMA, Agency, scanned
from worker_processes import start_worker, wait_for

from forms_service.services import ReadingStatus
from tests.backends import environment_of
from tests.started_quickly import Quick, start_web

pytestmark = pytest.mark.tesseract


@dataclass
class Web:
    """The real web process and a browser that keeps its cookie."""

    agency: Agency
    port: int = 0
    process: Quick | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {**environment_of(self.agency.application.config), "FORMS_SECOND_STEP_ROLES": "none"}
        self.process = start_web(self.port, "--threads", "2", environment=environment)
        wait_for(self._listens, 60)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def kill(self) -> None:
        """End the process and all it started at once, as a power cut would."""
        if self.process is not None:
            self.process.kill_with_children()

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        connection.request(method, path, body, {**headers, **({"Content-Type": kind} if kind else {})})
        answer = connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode("utf-8", "replace")

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.ask("GET", "/ar/verify")[1])
        if found is None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.ask("GET", "/ar/sign-in")[1])
        assert found
        return found[1]

    def sign_in(self, login: str) -> None:
        self.cookies.clear()
        self.ask("GET", "/ar/sign-in")
        said = {"csrf_token": self.token(), "login": login, "password": PASSWORD}
        status, _ = self.ask(
            "POST", "/ar/sign-in", urlencode(said).encode(), "application/x-www-form-urlencoded"
        )
        assert status == 303

    def upload(self, path: str, name: str, data: bytes, **said: str) -> tuple[bytes, str]:
        """Body and kind of a page's form with one file, as a browser sends it."""
        edge = secrets.token_hex(12)
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in {"csrf_token": self.token(), **said}.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        body = "".join(parts).encode() + f"{head}Content-Type: application/pdf\r\n\r\n".encode()
        return body + data + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


@pytest.fixture
def web(agency: Agency) -> Iterator[Web]:
    one = Web(agency)
    one.start()
    yield one
    one.kill()


def kept_objects(agency: Agency) -> set[str]:
    return set(agency.services.objects.keys())


def send_and_kill(web: Web, path: str, body: bytes, kind: str, arrived: Callable[[], bool]) -> None:
    """Send all of it, and kill the process the moment ``arrived`` says so."""

    def send() -> None:
        with suppress(OSError, http.client.HTTPException):
            web.ask("POST", path, body, kind)

    sender = threading.Thread(target=send)
    sender.start()
    wait_for(arrived, 60)
    web.kill()
    sender.join(60)
    assert not sender.is_alive()


def test_a_paper_of_which_half_arrived_leaves_no_trace(agency: Agency, web: Web) -> None:
    dossier = agency.open()
    web.sign_in("123456789")
    before = kept_objects(agency)
    scan = scanned(agency.paper(SALMA, agency.reference(dossier)))
    path = f"/ar/dossiers/{dossier}/documents"
    body, kind = web.upload(path, "scan.pdf", scan)
    cookies = "; ".join(f"{name}={value}" for name, value in web.cookies.items())
    with socket.create_connection(("127.0.0.1", web.port), timeout=30) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nContent-Type: {kind}\r\n"
        line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
        wait_for(lambda: not _unread_by(line), 10)
        web.kill()
    assert kept_objects(agency) == before
    assert agency.services.dossier(agency.salma, dossier).attachments == ()
    web.start()
    status, _ = web.ask("POST", path, *web.upload(path, "scan.pdf", scan))
    assert status == 303, "the session outlives the process, and the paper is taken when it is sent again"
    assert len(agency.services.dossier(agency.salma, dossier).attachments) == 1


def _unread_by(line: socket.socket) -> int:
    """Bytes that were sent and not yet taken by the other side."""
    import fcntl
    import struct
    import termios

    return int(struct.unpack("i", fcntl.ioctl(line, termios.TIOCOUTQ, b"\0\0\0\0"))[0])


def test_a_paper_kept_but_not_answered_is_taken_once_when_it_is_sent_again(agency: Agency, web: Web) -> None:
    dossier = agency.open()
    web.sign_in("123456789")
    scan = scanned(agency.paper(SALMA, agency.reference(dossier)))
    key, path = agency.application.services.objects.address(scan), f"/ar/dossiers/{dossier}/documents"
    body, kind = web.upload(path, "scan.pdf", scan)
    send_and_kill(web, path, body, kind, lambda: agency.application.services.objects.has(key))
    taken = agency.services.dossier(agency.salma, dossier).attachments
    assert agency.application.services.objects.get(key) == scan, "what is there is whole"
    web.start()
    if not taken:  # it was killed before the row was there: nobody was told that the paper is in
        status, _ = web.ask("POST", path, *web.upload(path, "scan.pdf", scan))
        assert status == 303
    worker = start_worker(agency)
    try:
        wait_for(lambda: all(one.status.is_final for one in _uploads(agency, dossier)), 120)
    finally:
        worker.kill()
        worker.wait()
    (upload,) = _uploads(agency, dossier)
    assert upload.status == ReadingStatus.READ
    assert agency.answers(dossier)["person.registration"] == SALMA["person.registration"]


def _uploads(agency: Agency, dossier: str):
    return agency.services.dossier(agency.salma, dossier).attachments


def test_a_stack_kept_but_not_answered_is_sorted_once(agency: Agency, web: Web) -> None:
    dossier = agency.open()
    web.sign_in("agence")
    pile = scanned(agency.paper(SALMA, agency.reference(dossier)))
    key = agency.application.services.objects.address(pile)
    body, kind = web.upload("/ar/agency/intake", "pile.pdf", pile, by_position="true")
    send_and_kill(web, "/ar/agency/intake", body, kind, lambda: agency.application.services.objects.has(key))
    web.start()
    status, _ = web.ask("POST", "/ar/agency/intake", *web.upload("/ar/agency/intake", "pile.pdf", pile))
    assert status == 303
    stacks = agency.services.stacks(agency.clerk)
    worker = start_worker(agency)
    try:
        wait_for(lambda: all(one.state == "done" for one in agency.services.stacks(agency.clerk)), 120)
    finally:
        worker.kill()
        worker.wait()
    assert len(stacks) in (1, 2)
    assert len(agency.services.dossier(agency.clerk, dossier).attachments) == 1, (
        "filed once, however often sent"
    )

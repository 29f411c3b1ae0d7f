"""Programs that deposit over HTTP as sensible ones do: every request has a key and is sent until it is answered."""

from __future__ import annotations

import http.client
import json
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.failures.installation import LONGEST_S

PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which the same request is sent again; 500 too: it may be a process that was just being killed."""


@dataclass
class Deposited:
    """One request that was answered with a receipt, and everything that was confirmed on the way."""

    dossier: str
    answers: dict[str, Any]
    paper: bytes | None = None
    attachment: str = ""
    receipt: dict[str, Any] = field(default_factory=dict)
    pdf: bytes = b""


@dataclass
class Program:
    """One program with a token; it knows several web servers and takes the next when one does not answer."""

    ports: Callable[[], list[int]]
    token: str
    seed: int
    host_of: Callable[[int], str] = lambda _port: "127.0.0.1"
    resent: int = 0
    odd: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)

    def send(
        self, method: str, path: str, body: Any = None, kind: str = "application/json"
    ) -> tuple[int, bytes]:
        """Send a request until it is answered for good; a POST always under the same key."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(12)
        if body is not None:
            headers["Content-Type"] = kind
        limit, last = time.monotonic() + LONGEST_S, "no answer at all"
        for tries in count():
            if tries:
                self.resent += 1
                time.sleep(min(2.0, 0.1 * 2**tries) * self._draw.uniform(0.5, 1.0))
            assert time.monotonic() < limit, f"{method} {path} was never answered for good; last: {last}"
            try:
                status, answer = self._once(method, path, data, headers)
            except (OSError, http.client.HTTPException) as error:
                last = type(error).__name__
                continue
            last = f"{status} {answer[:300]!r}"
            if status in PASSING or (status == 409 and json.loads(answer)["code"] == "request_under_way"):
                if status == 500:  # nobody foresaw it
                    self.odd.append(f"{method} {path}: {answer.decode()[:300]}")
                continue
            return status, answer
        raise AssertionError

    def _once(self, method: str, path: str, data: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        port = self._draw.choice(self.ports())
        line = http.client.HTTPConnection(self.host_of(port), port, timeout=20)
        try:
            line.request(method, f"/api/v1{path}", data, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def deposit(self, answers: dict[str, Any], make_paper: Callable[[str], bytes] | None) -> Deposited:
        """Walk the whole way, and give what was confirmed."""
        opened = self._expect(201, *self.send("POST", "/dossiers", {"form": "leave-1", "language": "fr"}))
        done = Deposited(opened["id"], answers)
        place = f"/dossiers/{done.dossier}"
        self._expect(200, *self.send("PATCH", f"{place}/answers", {"values": answers}))
        if make_paper is not None:
            done.paper = make_paper(opened["reference"])
            taken = self._expect(201, *self.send("POST", f"{place}/attachments", *_form(done.paper)))
            done.attachment = taken["id"]
        done.receipt = self._expect(200, *self.send("POST", f"{place}/deposit", {"declaration": True}))
        status, done.pdf = self.send("GET", f"{place}/receipt.pdf")
        assert status == 200
        return done

    def _expect(self, wanted: int, status: int, answer: bytes) -> dict[str, Any]:
        assert status == wanted, (status, answer.decode("utf-8", "replace")[:500])
        found: dict[str, Any] = json.loads(answer)
        return found


def _form(paper: bytes, field_name: str = "file", name: str = "form.pdf") -> tuple[bytes, str]:
    """A paper in the manner of a browser's form."""
    edge = secrets.token_hex(12)
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{field_name}"; filename="{name}"\r\n'
    whole = f"{head}Content-Type: application/pdf\r\n\r\n".encode() + paper + f"\r\n--{edge}--\r\n".encode()
    return whole, f"multipart/form-data; boundary={edge}"


def send_stack(clerk: Program, pile: bytes) -> str:
    """Send a stack of scans; gives its id."""
    status, answer = clerk.send("POST", "/agency/stacks", *_form(pile, "files", "pile.pdf"))
    assert status == 202, (answer[:300], clerk.odd)
    return str(json.loads(answer)["id"])

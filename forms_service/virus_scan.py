"""Asks ClamAV whether a file carries a virus, before anybody opens it.

Three answers: clean, infected (by what), not scanned (why).  Whatever is not an answer of the scanner –
no scanner, no connection, too slow, too large for it, an error – is «not scanned», never «clean».
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from forms_service.settings import Settings

_CHUNK_BYTES = 256 * 1024
_LONGEST_ANSWER = 4096
_ANSWERED = re.compile(r"\Astream: (?:(?P<clean>OK)|(?P<name>.+) FOUND)\Z", re.DOTALL)
_NOT_A_VIRUS = "Heuristics.Limits."
"""What clamd reports where its own limits kept it from looking at all of a file."""

_SILENT_FOR_S = 15.0
"""How long a scanner that did not answer is left alone, so that not every sender waits for it."""

_SLOW_IN_A_ROW = 3
"""So many files that took too long, one after another, mean a scanner that hangs; one alone may be its sender's
wish, who would switch scanning off for everybody."""


class ScanVerdict(StrEnum):
    """What is known of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Scan:
    """One answer.

    Attributes:
        told: The virus's name, or why nothing was scanned: ``no_scanner``, ``unreachable``, ``timed_out``,
            ``too_large``, ``error``.
    """

    verdict: ScanVerdict
    told: str = ""

    @property
    def is_infected(self) -> bool:
        """Whether a virus was found."""
        return self.verdict is ScanVerdict.INFECTED


NO_SCANNER = Scan(ScanVerdict.NOT_SCANNED, "no_scanner")


class VirusScanner(Protocol):
    """What use cases need of a scanner."""

    @property
    def is_configured(self) -> bool:
        """Whether there is one at all."""
        ...

    def scan(self, content: bytes) -> Scan:
        """Look for viruses; never raises."""
        ...


class NoScanner:
    """Where no setting names a scanner."""

    is_configured = False

    def scan(self, content: bytes) -> Scan:
        """Nothing is ever scanned here."""
        return NO_SCANNER


@dataclass
class ClamAv:
    """A ``clamd`` that is sent each file by its command INSTREAM.

    Attributes:
        address: Path of its socket, or (host, port).
        seconds: How long one scan may take.
    """

    address: str | tuple[str, int]
    seconds: float = 10.0
    is_configured: bool = field(default=True, init=False)
    _silent_until: float = field(default=0.0, init=False)
    _slow: set[bytes] = field(default_factory=set, init=False)

    def scan(self, content: bytes) -> Scan:
        """Send a file and tell what is said of it."""
        if time.monotonic() < self._silent_until:
            return Scan(ScanVerdict.NOT_SCANNED, "unreachable")
        try:
            answer = self._ask(content)
        except TimeoutError:
            self._slow.add(hashlib.sha256(content).digest())
            if len(self._slow) >= _SLOW_IN_A_ROW:
                self._leave_alone()
            return Scan(ScanVerdict.NOT_SCANNED, "timed_out")
        except OSError:
            self._leave_alone()
            return Scan(ScanVerdict.NOT_SCANNED, "unreachable")
        self._slow.clear()
        return _understood(answer)

    def _leave_alone(self) -> None:
        self._silent_until = time.monotonic() + _SILENT_FOR_S
        self._slow.clear()

    def _ask(self, content: bytes) -> bytes:
        until = time.monotonic() + self.seconds
        family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
        with (
            socket.create_connection(self.address, self.seconds)
            if isinstance(self.address, tuple)
            else socket.socket(family)
        ) as line:
            line.settimeout(self.seconds)
            if isinstance(self.address, str):
                line.connect(self.address)
            try:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK_BYTES):
                    _wait_at_most(line, until)
                    chunk = content[start : start + _CHUNK_BYTES]
                    line.sendall(struct.pack("!I", len(chunk)) + chunk)
                line.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it hangs up on files that are too large for it, after saying so
            return _answer(line, until)


def _answer(line: socket.socket, until: float) -> bytes:
    said = b""
    while b"\0" not in said and len(said) < _LONGEST_ANSWER:
        _wait_at_most(line, until)
        more = line.recv(_LONGEST_ANSWER)
        if not more:
            break
        said += more
    if not said:
        raise ConnectionError("no answer")
    return said.partition(b"\0")[0].strip()


def _wait_at_most(line: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)


def _understood(answer: bytes) -> Scan:
    """What clamd said, as a verdict; whatever is neither of its two answers is «not scanned»."""
    text = answer.decode("utf-8", "replace")
    if (said := _ANSWERED.match(text)) is None:
        return Scan(ScanVerdict.NOT_SCANNED, "too_large" if "size limit exceeded" in text else "error")
    if said["clean"]:
        return Scan(ScanVerdict.CLEAN)
    if said["name"].startswith(_NOT_A_VIRUS):
        return Scan(ScanVerdict.NOT_SCANNED, "too_large")
    return Scan(ScanVerdict.INFECTED, "".join(one for one in said["name"] if one.isprintable())[:120])


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """Which scanner is asked.

    Attributes:
        address: Path of clamd's socket, or (host, port); None where nothing is scanned.
        seconds: How long one scan may take.
    """

    address: str | tuple[str, int] | None = None
    seconds: int = 10

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ScannerSettings:
        """Read ``FORMS_CLAMAV`` (the path of a socket, or ``tcp://host:3310``) and ``FORMS_CLAMAV_SECONDS``.

        Raises:
            InvalidSetting: One of them is not usable.
        """
        given = Settings(environment)
        named = given.text("FORMS_CLAMAV", "")
        address = _address(named) if named else None
        if named and address is None:
            given.wrong("FORMS_CLAMAV", named, "/run/clamav/clamd.ctl | tcp://127.0.0.1:3310")
        settings = cls(address, given.count("FORMS_CLAMAV_SECONDS", 10))
        given.refuse_wrong()
        return settings

    def scanner(self) -> VirusScanner:
        """The scanner itself."""
        return NoScanner() if self.address is None else ClamAv(self.address, float(self.seconds))


def _address(given: str) -> str | tuple[str, int] | None:
    path = given.removeprefix("unix:")
    if path.startswith("/"):
        return path
    try:
        parts = urlsplit(given)
        return (parts.hostname, parts.port or 3310) if parts.scheme == "tcp" and parts.hostname else None
    except ValueError:  # a port that is no number
        return None

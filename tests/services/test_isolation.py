"""Whoever breaks a decoder is still locked in: each attempt is made from within, by the real processes."""

from __future__ import annotations

import json
import os
import socket
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_service import isolation
from forms_service.config import ReadingLimits
from forms_service.first_look import LookingProcess
from forms_service.isolation import Isolation, files_in_reach, what_holds
from forms_service.reading_process import ReadingRequest, run_reading

ROOT = Path(__file__).resolve().parents[2]

ATTEMPTS = """
import ctypes, os, socket, subprocess
from pathlib import Path

def _tries(data, port, parent):
    def connect(kind, address):
        with socket.socket(kind) as caller:
            caller.settimeout(5)
            caller.connect(address)
    libc = ctypes.CDLL(None, use_errno=True)
    def call(number, *given):
        if libc.syscall(number, *given) < 0:
            raise OSError(ctypes.get_errno(), "refused")
    return {
        "connect": lambda: connect(socket.AF_INET, ("127.0.0.1", port)),
        "a program's socket": lambda: connect(socket.AF_UNIX, str(data / "postgres.socket")),
        "a name in the network": lambda: socket.create_connection(("localhost", port), 5),
        "a packet": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "a raw packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        "connect by io_uring": lambda: call(425, 4, ctypes.create_string_buffer(256)),
        "the database": lambda: (data / "forms.sqlite").read_bytes(),
        "the keys": lambda: os.listdir(data / "keys"),
        "a key": lambda: (data / "keys" / "session.key").read_bytes(),
        "another's paper": lambda: (data / "objects" / "paper").read_bytes(),
        "another's reading": lambda: (data / "scratch" / "reading-other" / "original").read_bytes(),
        "the parent's environment": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
        "the parent's memory": lambda: Path(f"/proc/{parent}/mem").open("rb"),
        "the passwords": lambda: Path("/etc/shadow").read_bytes(),
        "a file outside": lambda: (data / "left").write_text("x"),
        "a file among temporary ones": lambda: Path("/tmp/left-by-a-reading").write_text("x"),
        "to change a key": lambda: (data / "keys" / "session.key").write_text("x"),
        "to remove a key": lambda: (data / "keys" / "session.key").unlink(),
        "a link to a key": lambda: os.link(data / "keys" / "session.key", "link"),
        "to end the parent": lambda: os.kill(parent, 0),
        "to trace the parent": lambda: call(101, 16, parent, 0, 0) if os.uname().machine == "x86_64"
        else call(117, 16, parent, 0, 0),
        "a namespace": lambda: os.unshare(0x10000000) if hasattr(os, "unshare") else call(
            272 if os.uname().machine == "x86_64" else 97, 0x10000000),
        "to become another": lambda: os.setuid(65534 if os.getuid() != 65534 else 0),
        "a program outside": lambda: subprocess.run([str(data / "program")], check=True),
        "more memory": lambda: __import__("resource").setrlimit(
            __import__("resource").RLIMIT_AS, (1 << 62, 1 << 62)),
        "the parent's limits": lambda: __import__("resource").prlimit(
            parent, __import__("resource").RLIMIT_CORE),
        "the parent's priority": lambda: os.setpriority(os.PRIO_PROCESS, parent, os.getpriority(
            os.PRIO_PROCESS, parent)),
        "the parent's processors": lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)),
        "the parent's scheduling": lambda: os.sched_setscheduler(
            parent, os.SCHED_OTHER, os.sched_param(0)),
        "the parent's disk turn": lambda: call(251 if os.uname().machine == "x86_64" else 30, 1, parent, 0),
    }

def _told(data, port, parent):
    told = {}
    for name, attempt in _tries(Path(data), port, parent).items():
        try:
            attempt()
            told[name] = "done"
        except (OSError, ValueError) as refused:
            told[name] = "refused"
    told["a program from within"] = subprocess.run(
        ["cat", str(Path(data) / "keys" / "session.key")], capture_output=True, text=True).stdout
    told["environment"] = dict(os.environ)
    return told
"""

LANDLOCKED = pytest.mark.skipif(not files_in_reach.version(), reason="this kernel cannot refuse files")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service's data as a broken decoder would find it, with a stand-in for what reads and looks."""
    data = tmp_path_factory.mktemp("data")
    for folder in ("keys", "objects", "scratch/reading-other"):
        (data / folder).mkdir(parents=True)
    for name in ("forms.sqlite", "keys/session.key", "objects/paper", "scratch/reading-other/original"):
        (data / name).write_text("personal")
    (data / "program").write_text("#!/bin/sh\nexit 0\n")
    (data / "program").chmod(0o755)
    package = data / "stand_in" / "forms_service"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        f"import pathlib; __path__ = [str(pathlib.Path(__file__).parent), {str(ROOT / 'forms_service')!r}]"
    )
    (package / "attempts.py").write_text(ATTEMPTS)
    body = """
        import json
        def {name}({given}):
            from forms_service.attempts import _told
            asked = json.loads(original)
            {answer}
    """
    reading = body.format(
        name="read_upload", given="request, original, folder", answer="return _told(**asked)"
    )
    answer = "yield {'warning': {'ar': json.dumps(_told(**asked)), 'fr': ''}}; yield {'whole': True}"
    look = body.format(name="look_over", given="request, original", answer=answer)
    (package / "upload_reading.py").write_text(textwrap.dedent(reading))
    (package / "upload_look.py").write_text(textwrap.dedent(look) + "\ndef warm_up():\n    pass\n")
    return data


@pytest.fixture(scope="module", params=["reading", "looking"])
def tried(request: pytest.FixtureRequest, data: Path) -> Iterator[dict[str, object]]:
    """What each attempt came to, made by the process that reads and by the one that looks."""
    with (
        pytest.MonkeyPatch.context() as patch,
        socket.socket() as network,
        socket.socket(socket.AF_UNIX) as own,
    ):
        patch.setattr(sys, "path", [str(data / "stand_in"), str(ROOT), *sys.path])
        for name in ("FORMS_SECRET_KEY", "FORMS_DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "FORMS_S3_SECRET"):
            patch.setenv(name, "do not tell")
        network.bind(("127.0.0.1", 0))
        own.bind(str(data / "postgres.socket"))
        network.listen()
        own.listen()
        asked = {"data": str(data), "port": network.getsockname()[1], "parent": os.getpid()}
        original = json.dumps(asked).encode()
        upload = ReadingRequest("read", "page.pdf", str(ROOT / "form_specs"))
        if request.param == "reading":
            with run_reading(upload, original, ReadingLimits(), data / "scratch") as outcome:
                yield outcome.result
        else:
            looking = LookingProcess(data / "scratch")
            looked = looking.look(upload, original, 60.0)
            looking.close()
            yield json.loads(looked.warnings[0].ar)
        (data / "postgres.socket").unlink()


NETWORK = ["connect", "a program's socket", "a name in the network", "a packet", "a raw packet"]
FILES = [
    "the database",
    "the keys",
    "a key",
    "another's paper",
    "another's reading",
    "the passwords",
    "a file outside",
    "a file among temporary ones",
    "to change a key",
    "to remove a key",
    "a link to a key",
    "a program outside",
    "the parent's environment",
    "the parent's memory",
]


def test_no_connection_is_made(tried: dict[str, object]) -> None:
    assert {name: tried[name] for name in NETWORK} == dict.fromkeys(NETWORK, "refused")
    assert tried["connect by io_uring"] == "refused"


@LANDLOCKED
def test_nothing_of_the_service_is_read_or_written(tried: dict[str, object], data: Path) -> None:
    assert {name: tried[name] for name in FILES} == dict.fromkeys(FILES, "refused")
    assert tried["a program from within"] == "", "what it starts is locked in as well"
    assert (data / "keys" / "session.key").read_text() == "personal"
    assert not (data / "left").exists()


def test_no_power_is_left(tried: dict[str, object]) -> None:
    names = ["to trace the parent", "a namespace", "to become another", "more memory"]
    assert {name: tried[name] for name in names} == dict.fromkeys(names, "refused")


def test_other_processes_are_neither_limited_nor_slowed_down(tried: dict[str, object]) -> None:
    names = ["limits", "priority", "processors", "scheduling", "disk turn"]
    assert {name: tried[f"the parent's {name}"] for name in names} == dict.fromkeys(names, "refused")


@pytest.mark.skipif(files_in_reach.version() < 6, reason="this kernel cannot keep signals within")
def test_other_processes_cannot_be_ended(tried: dict[str, object]) -> None:
    assert tried["to end the parent"] == "refused"


def test_no_secret_is_in_its_environment(tried: dict[str, object]) -> None:
    environment = tried["environment"]
    assert isinstance(environment, dict)
    assert "do not tell" not in environment.values()
    assert not {name for name in environment if "SECRET" in name or "DATABASE" in name}


def test_what_holds_is_found_out_by_trying(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = what_holds()
    assert here.network and here.calls
    assert (here.files, here.others) == (files_in_reach.version() >= 1, files_in_reach.version() >= 6)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert what_holds() == Isolation(), "what could not be tried does not hold"
    assert not Isolation().holds
    assert "network" in isolation.Isolation(files=True).missing

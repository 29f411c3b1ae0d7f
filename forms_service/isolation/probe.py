"""Tries, locked in, what a broken decoder would try; run by ``what_holds``, tells as JSON what was refused."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from forms_service.isolation import MOST_PROCESSES, lock_in

_OWN_NETWORK = Path("/proc/self/ns/net")
_KINDS = (socket.AF_INET, socket.AF_UNIX)


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _connect(kind: socket.AddressFamily, address: object) -> None:
    with socket.socket(kind) as caller:
        caller.settimeout(2)
        caller.connect(address)


def _reaching(other: int) -> list[Callable[[], object]]:
    """Ways to end another process, to slow it down, and to look into it; each leaves it as it is."""
    return [
        lambda: os.kill(other, 0),
        Path(f"/proc/{other}/environ").read_bytes,
        lambda: resource.prlimit(other, resource.RLIMIT_CORE),
        lambda: os.setpriority(os.PRIO_PROCESS, other, os.getpriority(os.PRIO_PROCESS, other)),
        lambda: os.sched_setaffinity(other, os.sched_getaffinity(other)),
        lambda: os.sched_setscheduler(other, os.SCHED_OTHER, os.sched_param(0)),
    ]


def main(folder: Path, parent: int) -> None:
    """Lock this process in, then try."""
    with ExitStack() as stack:
        network, program = (stack.enter_context(socket.socket(kind)) for kind in _KINDS)
        network.bind(("127.0.0.1", 0))
        program.bind(str(folder / "program"))
        network.listen()
        program.listen()
        status = stack.enter_context(Path("/proc/self/status").open())
        before = _OWN_NETWORK.readlink()
        lock_in(folder / "own")
        refused = _is_refused(lambda: _connect(socket.AF_INET, network.getsockname()))
        refused &= _is_refused(lambda: _connect(socket.AF_UNIX, program.getsockname()))
        calls = "\nSeccomp:\t2" in status.read()
    limited = resource.getrlimit(resource.RLIMIT_NPROC)[0] in range(MOST_PROCESSES + 1)
    told = {
        "network": refused,
        "files": _is_refused((folder / "secret").read_bytes) and _is_refused((folder / "left").touch),
        "others": all(map(_is_refused, _reaching(parent))),
        "calls": calls,
        "own_network": _OWN_NETWORK.readlink() != before,
        "processes": limited and os.geteuid() != 0,  # the kernel does not hold root to it
    }
    (folder / "own" / "kept").touch()  # what it must be able to do: otherwise no reading would end
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

"""Locks a process that opens uploads in: no network, no secrets, no files but its own.

Several layers, each of the kernel's: a network of its own with nothing in it, calls refused, files
refused, powers dropped.  A machine may lack some (an old kernel, a strict container); what holds is
found out by trying, never assumed: ``what_holds``.
"""

from __future__ import annotations

import json
import os
import resource
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

MOST_PROCESSES = 128
"""Processes and threads of one reading.  The kernel counts them apart only in a user namespace of its own."""

_PROBE_SECONDS = 30
_ENDED_FIRST = "1000"


@dataclass(frozen=True, slots=True)
class Isolation:
    """What keeps a process that opens uploads from harm, each as it was found when tried.

    Attributes:
        network: It can make no connection.
        files: It reads no keys and no other papers, and writes nowhere but in its own folder.
        others: It can neither end, slow down nor look into other processes of the service.
        calls: The calls it does not need are refused.
        own_network: It has a network of its own, with nothing in it.
        processes: How many processes it can start is limited.
    """

    network: bool = False
    files: bool = False
    others: bool = False
    calls: bool = False
    own_network: bool = False
    processes: bool = False

    @property
    def holds(self) -> bool:
        """Whether whoever breaks a decoder still reaches neither network, files nor processes."""
        return self.network and self.files and self.others

    @property
    def missing(self) -> tuple[str, ...]:
        """What does not hold here, by its name; for a log or a check."""
        return tuple(name for name, held in asdict(self).items() if not held)


def lock_in(folder: Path | None, also_readable: Iterable[Path] = ()) -> None:
    """Lock this process in, as far as this machine can; call it before any thread begins.

    Args:
        folder: The one folder it may write in; None for none.
        also_readable: What it reads besides its programs: the specs.
    """
    cut_off()
    keep_to_own_files(folder, also_readable)


def cut_off() -> None:
    """Take network and powers from this process; it still reads what it read before."""
    from forms_service.isolation.own_world import drop_powers, leave_network
    from forms_service.isolation.system_calls import refuse_system_calls

    with suppress(OSError):  # where memory runs out, the kernel ends this one before any that serves people
        Path("/proc/self/oom_score_adj").write_text(_ENDED_FIRST)
    if leave_network() and os.geteuid() != 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (MOST_PROCESSES, MOST_PROCESSES))
    drop_powers()
    refuse_system_calls()


def keep_to_own_files(folder: Path | None, also_readable: Iterable[Path] = ()) -> None:
    """Leave this process its programs, what is named, and one folder to write in."""
    from forms_service.isolation.files_in_reach import keep_to

    readable, listable = _programs()
    given = [Path(os.environ[name]) for name in ("TESSDATA_PREFIX", "FORMS_LEXICONS") if os.environ.get(name)]
    keep_to([*readable, *given, *also_readable], listable, [] if folder is None else [folder])


def _programs() -> tuple[list[Path], list[Path]]:
    """Where Python's libraries and our own modules lie, and the folders in which it looks for them.

    A folder that holds our packages, or was the current one at the start, may hold the service's data, too:
    there only our packages are read.
    """
    import core
    import forms_service

    own = [Path(one) for package in (core, forms_service) for one in package.__path__]
    installed = {
        Path(one) for one in (sys.prefix, sys.base_prefix, sys.exec_prefix, site.getusersitepackages())
    }
    searched = [Path(one) for one in sys.path if one]
    return [*installed, *own], [one for one in searched if not installed & {one, *one.parents}]


def what_holds() -> Isolation:
    """Try in a process of its own what a broken decoder would try, and say what was refused."""
    from forms_service.reading_process import child_environment

    with tempfile.TemporaryDirectory(prefix="isolation-") as name:
        folder = Path(name)
        (folder / "own").mkdir()
        (folder / "secret").write_text("secret")
        command = [sys.executable, "-m", "forms_service.isolation.probe", str(folder), str(os.getpid())]
        try:
            probe = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_SECONDS,
                env=child_environment(folder / "own"),
                check=True,
            )
            return Isolation(**json.loads(probe.stdout))
        except (OSError, subprocess.SubprocessError, ValueError, TypeError):
            return Isolation()

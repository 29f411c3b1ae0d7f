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
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from forms_service.isolation.required import REQUIRED, NotLockedIn, is_required

MOST_PROCESSES = 128
"""Processes and threads of one reading.  The kernel counts them apart only in a user namespace of its own."""

_PROBE_SECONDS = 30
_TRIED_AGAIN_AFTER_S = 30.0
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
    def suffices(self) -> bool:
        """Whether uploads may be opened where that is required: the kernel keeps the process within its bounds.

        What newer kernels alone can do besides (signals, ``others``) is not asked for, nor is a network of its
        own where calls to any network are refused.
        """
        return self.network and self.files and self.calls

    @property
    def missing(self) -> tuple[str, ...]:
        """What does not hold here, by its name; for a log or a check."""
        return tuple(name for name, held in asdict(self).items() if not held)


def lock_in(folder: Path | None, also_readable: Iterable[Path] = ()) -> None:
    """Lock this process in, as far as this machine can; call it before any thread begins.

    Args:
        folder: The one folder it may write in; None for none.
        also_readable: What it reads besides its programs: the specs.

    Raises:
        NotLockedIn: This machine cannot, and it is required.
    """
    cut_off()
    keep_to_own_files(folder, also_readable)


def cut_off() -> None:
    """Take network and powers from this process; it still reads what it read before.

    Raises:
        NotLockedIn: The kernel refuses no calls here, and that is required.
    """
    from forms_service.isolation.own_world import drop_powers, leave_network
    from forms_service.isolation.system_calls import refuse_system_calls

    with suppress(OSError):  # where memory runs out, the kernel ends this one before any that serves people
        Path("/proc/self/oom_score_adj").write_text(_ENDED_FIRST)
    if leave_network() and os.geteuid() != 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (MOST_PROCESSES, MOST_PROCESSES))
    drop_powers()
    if not refuse_system_calls() and is_required():
        raise NotLockedIn("calls")


def keep_to_own_files(folder: Path | None, also_readable: Iterable[Path] = ()) -> None:
    """Leave this process its programs, what is named, and one folder to write in.

    Raises:
        NotLockedIn: The kernel refuses no files here, and that is required.
    """
    from forms_service.isolation.files_in_reach import keep_to

    readable, listable = _programs()
    given = [Path(os.environ[name]) for name in ("TESSDATA_PREFIX", "FORMS_LEXICONS") if os.environ.get(name)]
    held = keep_to([*readable, *given, *also_readable], listable, [] if folder is None else [folder])
    if not held and is_required():
        raise NotLockedIn("files")


def may_open() -> bool:
    """Whether this machine may open uploads at all; what it cannot now is tried again after half a minute."""
    if not is_required():
        return True
    with _asking:
        if not _Asked.suffices and time.monotonic() >= _Asked.again_at:
            _Asked.suffices = what_holds().suffices
            _Asked.again_at = time.monotonic() + _TRIED_AGAIN_AFTER_S
        return _Asked.suffices


class _Asked:
    """What was found last: a kernel that locks in goes on doing so."""

    suffices = False
    again_at = 0.0


_asking = threading.Lock()


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
                env={k: v for k, v in child_environment(folder / "own").items() if k != REQUIRED},
                check=True,
            )
            return Isolation(**json.loads(probe.stdout))
        except (OSError, subprocess.SubprocessError, ValueError, TypeError):
            return Isolation()

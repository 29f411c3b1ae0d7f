"""Starts processes of the service in a fraction of a second each; run as a program by ``started_quickly``.

It loads the modules it is given once and forks for every line on its input: what to run, as ``python -m`` would,
with which environment, in which folder and where to write.  It answers with the process's id.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import runpy
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any


def become(told: dict[str, Any]) -> None:
    """Be that program, as if it had been started by itself."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(told["environment"])
    log = os.open(told["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if told["log"] else 2
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 2)
    os.dup2(log, 1)
    random.seed()
    tempfile.tempdir = None  # whoever is loaded may have asked for that of another environment
    if told["folder"]:
        os.chdir(told["folder"])
    if told["code"]:
        _note_how_another_ends(Path(told["code"]))
    warnings.filterwarnings("ignore", message=".*found in sys.modules.*")
    program, sys.argv = told["program"], [told["program"], *told["arguments"]]
    if program.endswith(".py"):
        sys.path.insert(0, str(Path(program).parent))
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def _note_how_another_ends(note: Path) -> None:
    """Go on as a child of this process, which writes down how that ended as ``Popen`` tells it."""
    process = os.fork()
    if process == 0:
        os.environ["FORMS_PARENT"] = str(os.getppid())
        return
    _, ended = os.waitpid(process, 0)
    note.write_text(str(os.waitstatus_to_exitcode(ended)))
    os._exit(0)


def main() -> None:
    for name in sys.argv[1:]:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    os.set_inheritable(answers.fileno(), False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever asked sees for themselves when one ends
    for line in iter(sys.stdin.readline, ""):
        process = os.fork()
        if process == 0:
            answers.close()
            become(json.loads(line))
            return
        answers.write(f"{process}\n")
        answers.flush()


if __name__ == "__main__":
    main()

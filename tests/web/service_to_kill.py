"""A real server that kills itself at a named moment of a request; run as a program by its test.

For every line of its input it forks a child that serves on a port of its own.  Once the child gets SIGUSR1, it
dies by ``kill -9`` at the moment that the file tells.  The service is loaded once: a child begins in a fraction of
the time a process takes.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

import forms_service.receipts  # noqa: F401 - loaded once, before the children
from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.services.deposits import Deposits
from forms_service.services.kept_answers import KeptAnswers
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.web import create_app

MOMENTS = ("claimed", "worked out", "before the commit", "committed", "answer kept")


class NoJobs:
    def enqueue(self, *_: Any, **__: Any) -> None:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: type, name: str) -> None:
    """Die when that method has done its work."""
    kept = getattr(owner, name)

    def then_die(self: Any, *given: Any, **more: Any) -> Any:
        done = kept(self, *given, **more)
        die()
        return done

    setattr(owner, name, then_die)


def die_at(moment: str) -> None:
    """Arrange for this process to die."""
    if moment == "claimed":
        after(KeptAnswers, "begin_request")
    elif moment == "worked out":
        after(Deposits, "_prepare")
    elif moment == "before the commit":
        after(KeptAnswers, "_told")  # the last thing that a transaction of a request does
    elif moment == "committed":
        after(Deposits, "_commit")
    elif moment == "answer kept":
        after(KeptAnswers, "end_request")


def serve(catalogue: SpecCatalogue, told: Path, said: int) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: die_at(told.read_text()))
    config = Config.from_environment()
    application = build(config, jobs=NoJobs(), draw=lambda: 1.0, first_look=NoLook(), catalogue=catalogue)
    server = make_server("127.0.0.1", 0, create_app(application))
    os.write(said, f"{server.server_port} {os.getpid()}\n".encode())
    server.serve_forever()


def main() -> None:
    catalogue = SpecCatalogue.load()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            serve(catalogue, Path(sys.argv[1]), 1)
        _, ended = os.waitpid(child, 0)
        os.write(1, f"{os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0}\n".encode())


if __name__ == "__main__":
    main()

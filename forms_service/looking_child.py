"""The process that stands ready for first looks, and the copies of itself that open one upload each.

It loads every library once and opens nothing.  For each look it is handed a socket to answer on and a
file with the question, and forks: the copy limits and locks itself in (``isolation``), looks, tells line
by line, and ends.  It
ends, too, as soon as nobody listens any more, when its time is over, or when its parent is gone.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from forms_service.isolation import cut_off, keep_to_own_files
from forms_service.reading_limits import MEBIBYTE, ReadingLimits
from forms_service.reading_process import ReadingRequest, die_with, restrict

LIMITS = ReadingLimits(
    wall_seconds=15.0, cpu_seconds=10, memory_bytes=2048 * MEBIBYTE, output_bytes=8 * MEBIBYTE
)


def stand_ready(control: socket.socket) -> None:
    """Fork once for each question that comes, until the service has hung up."""
    own = os.getpid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel clears away copies that have ended
    gc.freeze()
    while True:
        message, handed, _flags, _address = socket.recv_fds(control, 1, 2)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _answer(own, *handed)
        for number in handed:
            os.close(number)


def _answer(parent: int, answer_on: int, question: int) -> NoReturn:
    """Look at one upload in this copy, which then ends whatever happens."""
    try:
        die_with(parent)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        restrict(LIMITS)
        signal.alarm(int(LIMITS.wall_seconds))
        with socket.socket(fileno=answer_on) as listener, os.fdopen(question, "rb") as asked:
            request = json.loads(asked.readline())
            keep_to_own_files(None, [Path(request["spec_folder"])])
            threading.Thread(target=_end_when_nobody_listens, args=(listener,), daemon=True).start()
            _look(listener, request, asked.read())
    except BaseException:  # a look that fails tells nothing, and must never go on as its parent does
        os._exit(1)
    os._exit(0)


def _look(listener: socket.socket, asked: dict[str, Any], original: bytes) -> None:
    from forms_service.upload_look import look_over

    asked["pages"] = tuple(asked["pages"])
    for told in look_over(ReadingRequest(**asked), original):
        listener.sendall(json.dumps(told, ensure_ascii=False).encode() + b"\n")


def _end_when_nobody_listens(listener: socket.socket) -> None:
    listener.recv(1)
    os._exit(0)


def main(control: int) -> None:
    """Load everything, then stand ready."""
    from forms_service.upload_look import warm_up

    cut_off()  # before any library begins a thread
    warm_up()
    with socket.socket(fileno=control) as channel:
        stand_ready(channel)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The process that tells the figures of a host on an address of their own, beside ``serve``'s others."""

from __future__ import annotations

import signal
import threading

from forms_service.bootstrap import build
from forms_service.figures_listener import start_listening
from forms_service.first_look import NoLook
from forms_service.logs import own_process
from forms_service.metrics import join_figures

_TRIED_AGAIN_AFTER_S = 1.0


def main() -> None:
    """Tell figures until asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    own_process("figures")
    join_figures("figures")
    application = build(first_look=NoLook())
    listener = start_listening(application)
    while listener is None and not stop.wait(_TRIED_AGAIN_AFTER_S):  # the last one may be about to leave
        listener = start_listening(application)
    stop.wait()
    if listener is not None:
        listener.shutdown()
    application.close()


if __name__ == "__main__":
    main()

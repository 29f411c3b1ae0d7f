"""Telling the service manager of the host (systemd, ``Type=notify``) that the service answers now."""

from __future__ import annotations

import os
import socket

import structlog

_ADDRESS = "NOTIFY_SOCKET"

log = structlog.get_logger(__name__)


def announce_ready() -> None:
    """Say once that this process can do its work; nothing happens where no service manager waits for it.

    The address goes, so that no process started later says so too.  Protocol: ``sd_notify(3)``.
    """
    address = os.environ.pop(_ADDRESS, "")
    if not address:
        return
    if address[0] == "@":
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(b"READY=1", address)
    except OSError as error:  # pages that answer are not ended because nobody took the news
        log.warning("the service manager was not told", error=type(error).__name__)

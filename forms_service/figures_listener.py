"""A listener of its own for figures, on hosts whose pages nobody asks for them, or that have none.

It answers ``/metrics`` and ``/livez`` to the networks that the settings name, and nothing else to anybody.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import structlog

from forms_service import metrics
from forms_service.bootstrap import Application
from forms_service.figures import ServiceFigures
from forms_service.settings import Network

log = structlog.get_logger(__name__)


def start_listening(application: Application) -> ThreadingHTTPServer | None:
    """Listen where the settings say; nothing without such a setting, or where somebody else listens.

    A worker that cannot tell its figures still works: the address taken is told in the log.
    """
    address = application.config.watching.metrics_listen
    if address is None:
        return None
    try:
        server = FiguresServer(address, application)
    except OSError as trouble:
        log.error("figures cannot be told", setting="FORMS_METRICS_LISTEN", exc_info=trouble)
        return None
    threading.Thread(target=server.serve_forever, name="figures", daemon=True).start()
    return server


class FiguresServer(ThreadingHTTPServer):
    """Tells the figures of one host."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], application: Application) -> None:
        self._networks: tuple[Network, ...] = application.config.watching.metrics_networks
        self._collector = ServiceFigures(application.services, application.config)
        super().__init__(address, _Asked)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Hang up on whoever comes from elsewhere."""
        address = ip_address(client_address[0])
        return any(address in one for one in self._networks)

    def told(self) -> bytes:
        """The figures of now."""
        return metrics.exposition(self._collector)


class _Asked(BaseHTTPRequestHandler):
    server: FiguresServer
    server_version, sys_version = "forms-service", ""

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(self.server.told(), metrics.CONTENT_TYPE)
        elif self.path == "/livez":
            self._answer(b'{"status": "alive"}\n', "application/json")
        else:
            self.send_error(404)

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing: whoever asks every few seconds would fill the log."""

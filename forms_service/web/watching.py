"""What is told of every request: one line in the log, and figures by endpoint; never an address with a reference.

The line names the endpoint, which is one of a fixed table, and not the path; the role, and not the person.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request

from forms_service import metrics
from forms_service.logs import about_request, request_id_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from forms_service.bootstrap import Application
    from forms_service.services import Services

log = structlog.get_logger("forms_service.web")

NOWHERE = "none"
"""In place of the endpoint of an address that leads nowhere."""

_SEEN = "forms_service.seen"
_NOTED_EVERY_S = 60.0
_QUIET = frozenset({"static", "health.alive", "health.ready", "health.reached", "health.figures"})
"""Asked so often, by programs, that their lines are written on the level ``debug`` alone."""


class Watched:
    """Gives each request an id, and tells of it when its answer is ready."""

    def __init__(self, app: WSGIApplication, application: Application) -> None:
        self._app, self._settings = app, application.config.watching
        self._slow = SlowPages(application.services)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        given_id = request_id_from(environ.get("HTTP_X_REQUEST_ID", ""))
        answer = _Answer(start_response, given_id)
        began = time.monotonic()
        environ[_SEEN] = {}
        with about_request(given_id), metrics.REQUESTS_AT_ONCE.track_inprogress():
            try:
                return self._app(environ, answer.start)
            finally:
                self._tell(environ, answer, time.monotonic() - began)

    def _tell(self, environ: WSGIEnvironment, answer: _Answer, seconds: float) -> None:
        seen: dict[str, Any] = environ[_SEEN]
        endpoint = seen.get("endpoint") or NOWHERE
        metrics.REQUESTS.labels(endpoint, answer.status).inc()
        metrics.REQUEST_SECONDS.labels(endpoint).observe(seconds)
        line = {
            "method": _method(environ.get("REQUEST_METHOD", "")),
            "endpoint": endpoint,
            "status": answer.status,
            "ms": round(1000 * seconds, 1),
            "bytes": answer.size,
            "role": seen.get("role", "visitor"),
        }
        if self._settings.log_addresses:
            line["address"] = environ.get("REMOTE_ADDR", "")
        (log.debug if endpoint in _QUIET else log.info)("request", **line)
        if 1000 * seconds >= self._settings.slow_page_ms:
            self._slow.note(endpoint, round(1000 * seconds), answer.given_id)


class _Answer:
    """What an answer says of itself while it passes."""

    def __init__(self, start_response: StartResponse, given_id: str) -> None:
        self._start, self.given_id = start_response, given_id
        self.status, self.size = 0, 0

    def start(self, status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        self.size = next((int(one) for name, one in headers if name.lower() == "content-length"), 0)
        return self._start(status, [*headers, ("X-Request-ID", self.given_id)], *more)


class SlowPages:
    """Notes slow answers beside the request, and of each endpoint one a minute: noting must slow nothing down."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._noted: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, endpoint: str, milliseconds: int, given_id: str) -> None:
        """Remember an answer, unless one of its endpoint was noted just now."""
        with self._lock:
            now = time.monotonic()
            if now - self._noted.get(endpoint, -_NOTED_EVERY_S) < _NOTED_EVERY_S:
                return
            self._noted[endpoint] = now
        told = (endpoint, milliseconds, given_id)
        threading.Thread(target=self._keep, args=told, name="slow page", daemon=True).start()

    def _keep(self, endpoint: str, milliseconds: int, given_id: str) -> None:
        try:
            self._services.note_slow_page(endpoint, milliseconds, given_id)
        except Exception as trouble:  # what slowed the page down may keep this from being noted
            log.warning("slow page not noted", endpoint=endpoint, exc_info=trouble)


def install(app: Flask, prefix: str = "") -> None:
    """Let an application say which endpoint answered, and in which role whoever asked is known."""

    @app.before_request
    def note_endpoint() -> None:
        request.environ.get(_SEEN, {})["endpoint"] = prefix + (request.endpoint or NOWHERE)

    @app.after_request
    def note_role(response: Response) -> Response:
        seen = request.environ.get(_SEEN, {})
        if (grant := g.get("grant")) is not None:
            seen["role"] = "program+" + _roles(grant.actor.roles)
        elif (actor := g.get("actor")) is not None:
            seen["role"] = _roles(actor.roles)
        return response


def watch(app: Flask, application: Application) -> None:
    """Watch every request of the service, those of programs among them."""
    app.wsgi_app = Watched(app.wsgi_app, application)  # type: ignore[method-assign]


def _roles(roles: Iterable[str]) -> str:
    return "+".join(sorted(roles)) or "none"


def _method(said: str) -> str:
    """The method as far as it is one: anything may stand there."""
    return said if said in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"

"""Addresses for machines that watch: does this process live, is it ready for requests, and its figures.

They say no more than that: which part is missing, and nothing of where it is or how it is reached.
"""

from __future__ import annotations

import threading
import time

from flask import Blueprint, Response, abort, current_app, jsonify, request

from forms_service import metrics
from forms_service.figures import ServiceFigures
from forms_service.leaving import is_leaving
from forms_service.web.proxies import is_within
from forms_service.web.security import application, services

pages = Blueprint("health", __name__)

_ASKED_AGAIN_AFTER_S = 1.0
_LONGEST_LOOK_S = 3.0
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via")
_KEY = "forms_service_readiness"


@pages.get("/livez")
def alive() -> Response:
    """This process answers; nothing else is asked, so that a database that is away ends no process."""
    return jsonify(status="alive")


@pages.get("/readyz")
def ready() -> tuple[Response, int]:
    """Whether requests may be sent here: database, tables, store and keys are there, and it does not leave."""
    if is_leaving():
        return jsonify(status="leaving"), 503
    found = _readiness()
    good = all(found.values())
    parts = {name: "ok" if there else "failing" for name, there in found.items()}
    return jsonify(status="ready" if good else "failing", parts=parts), 200 if good else 503


@pages.get("/healthz")
def reached() -> tuple[Response, int]:
    """Whether the service reaches its data: the address that was there before the two others."""
    found = _readiness()
    good = all(found.get(part, False) for part in ("database", "store")) and "in_time" not in found
    return jsonify(status="ok" if good else "failing"), 200 if good else 503


@pages.get("/metrics")
def figures() -> Response:
    """The figures of this host in Prometheus' format, for the networks that the settings name alone.

    Never through a proxy: a visitor who came through one would seem to come from this very machine.
    """
    config = application().config
    is_forwarded = any(name in request.headers for name in _FORWARDED)
    if is_forwarded or not is_within(request.remote_addr or "", config.watching.metrics_networks):
        abort(404)
    shown = metrics.exposition(ServiceFigures(services(), config))
    return Response(shown, content_type=metrics.CONTENT_TYPE)


def what_is_away() -> tuple[str, ...]:
    """The parts that are missing here and now; tables that cannot be asked for are no trouble of their own."""
    away = [name for name, there in _readiness().items() if not there]
    return tuple(one for one in away if not (one == "migrations" and "database" in away))


class _Asked:
    """What was found last, good or bad, so that asking often costs little and holds one thread at most."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: dict[str, bool] = {}
        self.until = 0.0


def _readiness() -> dict[str, bool]:
    """What was found within the last second; while one caller looks again, the others get what was found before.

    Where that takes long (a database that is away lets whoever asks wait), they are told ``in_time`` is missing.
    """
    asked: _Asked = current_app.extensions.setdefault(_KEY, _Asked())
    if time.monotonic() < asked.until:
        return asked.found
    is_first = not asked.found
    if not asked.lock.acquire(blocking=is_first, timeout=_LONGEST_LOOK_S if is_first else -1):
        is_late = time.monotonic() >= asked.until + _LONGEST_LOOK_S
        return asked.found | {"in_time": False} if is_late else asked.found
    try:
        if time.monotonic() >= asked.until:
            asked.found = services().readiness()
            asked.until = time.monotonic() + _ASKED_AGAIN_AFTER_S
        return asked.found
    finally:
        asked.lock.release()

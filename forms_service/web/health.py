"""Addresses for machines that watch: does this process live, is it ready for requests, and its figures.

They say no more than that: which part is missing, and nothing of where it is or how it is reached.
"""

from __future__ import annotations

import threading
import time

import structlog
from flask import Blueprint, Response, abort, current_app, jsonify, request

from forms_service import metrics
from forms_service.figures import ServiceFigures
from forms_service.leaving import is_leaving
from forms_service.web.proxies import is_within
from forms_service.web.security import application, services

pages = Blueprint("health", __name__)
log = structlog.get_logger("forms_service.web")

_ASKED_AGAIN_AFTER_S = 1.0
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
    try:
        services().health()
    except Exception as trouble:
        log.error("data not reached", exc_info=trouble)
        return jsonify(status="failing"), 503
    return jsonify(status="ok"), 200


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


class _Asked:
    """What was found last, so that asking often costs the database nothing."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: dict[str, bool] = {}
        self.until = 0.0


def _readiness() -> dict[str, bool]:
    asked: _Asked = current_app.extensions.setdefault(_KEY, _Asked())
    with asked.lock:
        now = time.monotonic()
        if now >= asked.until or not all(asked.found.values()):
            asked.found = services().readiness()
            asked.until = now + _ASKED_AGAIN_AFTER_S
        return asked.found

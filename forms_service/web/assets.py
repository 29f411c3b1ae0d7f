"""What is served beside pages: the health check and the way in."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify, redirect, url_for

from forms_service.web import languages
from forms_service.web.security import application

pages = Blueprint("assets", __name__)
_log = logging.getLogger("forms_service.web")


@pages.get("/")
def way_in() -> Response:
    """Lead to the home page in the language chosen last."""
    return redirect(url_for("public.home", lang=languages.remembered_language().value))  # type: ignore[return-value]


@pages.get("/receipt/<reference>/<code>")
def qr_code(reference: str, code: str) -> Response:
    """Where the QR code of a receipt leads, in the language chosen last."""
    lang = languages.remembered_language().value
    return redirect(url_for("public.receipt", lang=lang, reference=reference, code=code))  # type: ignore[return-value]


@pages.get("/healthz")
def health() -> tuple[Response, int]:
    """Say whether the service reaches its data."""
    try:
        application().services.health()
    except Exception as trouble:
        _log.error("healthz: %s", type(trouble).__name__)
        return jsonify(status="failing"), 503
    return jsonify(status="ok"), 200

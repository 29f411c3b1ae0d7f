"""What is served beside pages: the ways in."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for

from forms_service.web import languages

pages = Blueprint("assets", __name__)


@pages.get("/")
def way_in() -> Response:
    """Lead to the home page in the language chosen last."""
    return redirect(url_for("public.home", lang=languages.remembered_language().value))  # type: ignore[return-value]


@pages.get("/receipt/<reference>/<code>")
def qr_code(reference: str, code: str) -> Response:
    """Where the QR code of a receipt leads, in the language chosen last."""
    lang = languages.remembered_language().value
    return redirect(url_for("public.receipt", lang=lang, reference=reference, code=code))  # type: ignore[return-value]

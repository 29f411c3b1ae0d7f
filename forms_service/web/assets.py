"""What is served beside pages: the forms' own font, the health check, the way in."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, redirect, send_file, url_for

from forms_service.web import languages
from forms_service.web.security import application

pages = Blueprint("assets", __name__)
_log = logging.getLogger("forms_service.web")
_A_DAY_S = 24 * 3600


def _fonts() -> dict[str, Path]:
    from forms_service.render.typography import BOLD, REGULAR

    return {"regular": Path(REGULAR), "bold": Path(BOLD)}


def fonts_available() -> bool:
    """Whether the fonts of the paper forms are there to be served."""
    return all(path.exists() for path in _fonts().values())


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


@pages.get("/fonts.css")
def fonts_css() -> Response:
    """Declare the forms' font, so that a screen reads like the paper."""
    faces = "".join(
        f'@font-face{{font-family:"Forms";src:url("{url_for("assets.font", weight=weight)}") format("truetype");'
        f"font-weight:{css_weight};font-display:swap}}\n"
        for weight, css_weight in (("regular", "400"), ("bold", "600 700"))
    )
    rule = ':root{--fonts:"Forms","Segoe UI",system-ui,"Noto Sans","Noto Sans Arabic",Tahoma,sans-serif}\n'
    return Response(faces + rule, mimetype="text/css", headers={"Cache-Control": f"max-age={_A_DAY_S}"})


@pages.get("/fonts/<any(regular, bold):weight>.ttf")
def font(weight: str) -> Response:
    """One weight of the forms' font."""
    path = _fonts()[weight]
    if not path.exists():
        abort(404)
    return send_file(path, mimetype="font/ttf", max_age=_A_DAY_S)

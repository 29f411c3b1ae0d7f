"""Who runs this and how to reach the fund, and the entrances that other addresses of the fund lead to."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

PREFIX = ""
pages = Blueprint("about", __name__)


@pages.get("/contact")
def contact() -> str:
    """Call centre, agencies, addresses, the sites of the fund; what is kept of whom, and one's rights."""
    return render_template("contact.html")


@pages.get("/recouvrement")
def recovery() -> Response:
    """The direct entrance of the «espace Recouvrement» (manual, L41–82)."""
    return redirect(url_for("procedures.catalogue", topic="remission"))


@pages.get("/damancom")
def employers() -> Response:
    """The employers' entrance."""
    return redirect(url_for("procedures.catalogue", who="employer"))


@pages.get("/taawidaty")
def refunds() -> Response:
    """The insured persons' entrance to the refund of contributions (guide TAAWIDATY)."""
    return redirect(url_for("public.form", form_id="310-1-32"))


@pages.get("/tns")
def self_employed() -> Response:
    """«Je suis un travailleur non salarié»."""
    return redirect(url_for("visitor.step", form_id="self-employed-registration"))

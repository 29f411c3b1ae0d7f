"""The catalogue of procedures for everybody: by topic, by whose they are, and by words."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from core.catalogue_language import TOPICS, WHO
from forms_service.procedures import by_topic, listed, look_for, whose
from forms_service.web import security

PREFIX = "/procedures"
pages = Blueprint("procedures", __name__)

_LONGEST = 80


@pages.get("/")
def catalogue() -> str:
    """The procedures that fit what is asked, under their topics; all when nothing is."""
    forms = listed(security.application().catalogue.forms())
    words = " ".join(request.args.get("q", "").split())[:_LONGEST]
    who, topic = request.args.get("who", ""), request.args.get("topic", "")
    who, topic = (who if who in WHO else ""), (topic if topic in TOPICS else "")
    found = look_for(forms, words, who, topic)
    fits_some = not found and bool(found := look_for(forms, words, who, topic, all_words=False))
    return render_template(
        "procedures.html",
        topics=by_topic(found) if not words else [],
        found=found,
        fits_some=fits_some,
        asked={"q": words, "who": who, "topic": topic},
        whose=whose(forms),
        every_topic=[one.id for one in by_topic(forms)],
        several=len(forms),
    )

"""The size of the letters, chosen on any page without JavaScript and remembered.

Every page's head links to itself with ``?text=…``; the answer remembers the size and leads back to the same
page without the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

COOKIE = ASKED = "text"
SIZES = ("normal", "large", "largest")
_A_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class SizeLink:
    """A size to choose; its name is the end of a sentence's code."""

    size: str
    url: str
    current: bool


def text_size() -> str:
    """The size this browser chose last; the normal one for a newcomer."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in SIZES else SIZES[0]


def size_links() -> list[SizeLink]:
    """The sizes to choose from, each leading back to this very page."""
    now = text_size()
    return [SizeLink(size, _this_page(**{ASKED: size}), size == now) for size in SIZES]


def _this_page(**more: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != ASKED]
    asked = urlencode([*kept, *more.items()])
    path = "/" + request.path.lstrip("/")  # two slashes would lead to another site
    return f"{path}?{asked}" if asked else path


def install(app: Flask) -> None:
    """Take a chosen size from any address, and tell templates."""

    @app.before_request
    def choose() -> Response | None:
        chosen = request.args.get(ASKED)
        if request.method != "GET" or chosen not in SIZES:
            return None
        answer = redirect(_this_page())
        answer.set_cookie(
            COOKIE,
            chosen,
            max_age=_A_YEAR_S,
            httponly=True,
            samesite="Lax",
            secure=app.config["SESSION_COOKIE_SECURE"],
        )
        return answer

    app.context_processor(lambda: {"text_size": text_size(), "size_links": size_links()})

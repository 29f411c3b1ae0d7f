"""Where a sending leads, told to the script that sent it.

A browser follows a redirect before its script hears of it, and the page it leads to would say what it has to
say to nobody.  A sending by our script is answered with the address instead; the script goes there.
"""

from __future__ import annotations

from flask import Flask, Response, request

SENDER = "uploads"
_NO_CONTENT = 204


def by_script() -> bool:
    """Whether our own script sent the request."""
    return request.headers.get("X-Requested-With") == SENDER


def sent_again() -> bool:
    """Whether the same files may have arrived before, their answer lost with the connection."""
    return by_script() and request.headers.get("X-Sent-Again") == "yes"


def install(app: Flask) -> None:
    """Answer sendings of the script with the next address in place of a redirect."""
    app.after_request(_lead_on)


def _lead_on(response: Response) -> Response:
    if request.method == "POST" and by_script() and response.location:
        response.headers["X-Next"] = response.headers.pop("Location")
        response.status_code = _NO_CONTENT
        response.set_data(b"")
    return response

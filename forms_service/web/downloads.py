"""Files sent to the browser."""

from __future__ import annotations

import io
from collections.abc import Iterable

from flask import Response, send_file


def pdf_download(data: bytes, name: str) -> Response:
    """A PDF that browsers show and save under a telling name."""
    return send_file(io.BytesIO(data), mimetype="application/pdf", download_name=name)


def pdf_stream(parts: Iterable[bytes], name: str) -> Response:
    """A PDF that is sent while it is made, to be saved; names are our own, in plain letters."""
    response = Response(parts, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def picture(data: bytes) -> Response:
    """A PNG for an image element."""
    return send_file(io.BytesIO(data), mimetype="image/png")


def upload_back(data: bytes, media_type: str, name: str) -> Response:
    """Somebody's upload: always saved, never run or shown inside this site."""
    response = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

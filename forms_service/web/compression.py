"""Smaller answers for slow connections: text is sent packed to browsers that unpack it.

What is packed beside a secret could be told from its size by whoever makes a victim's browser ask again and
again (BREACH).  Session cookies do not go with such requests (``SameSite=Lax``), and every packed answer
carries a name of random length, so that sizes say nothing.
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

_WORTHWHILE_BYTES = 1024
_LEVEL = 6
_TEXT = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"})
_NAME_BYTES = 32


def install(app: Flask) -> None:
    """Pack every answer of text."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype not in _TEXT or (response.is_streamed and not response.direct_passthrough):
        return response
    response.vary.add("Accept-Encoding")
    fit = response.status_code == 200 or response.status_code >= 400
    if not fit or "Content-Encoding" in response.headers or request.accept_encodings["gzip"] <= 0:
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < _WORTHWHILE_BYTES:
        return response
    response.set_data(_packed(plain))
    response.headers["Content-Encoding"] = "gzip"
    etag, weak = response.get_etag()
    if etag and not weak:
        response.set_etag(etag, weak=True)
    return response


def _packed(plain: bytes) -> bytes:
    out = io.BytesIO()
    name = secrets.token_hex(secrets.randbelow(_NAME_BYTES))
    with gzip.GzipFile(name, "wb", _LEVEL, out, mtime=0) as packer:
        packer.write(plain)
    return out.getvalue()

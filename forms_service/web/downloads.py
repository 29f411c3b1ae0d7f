"""Files sent to the browser."""

from __future__ import annotations

import io
from collections.abc import Iterable

from flask import Response, make_response, render_template, send_file

from core.localized_text import LocalizedText
from forms_service.services.uploads import sniff

_ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "image/heic": (".heic", ".heif", ".hif"),
}


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


def original_page(
    name: str, take: str, back: str, virus_scan: str = "", why: LocalizedText | None = None
) -> Response:
    """What to know before an original is taken: it may do harm, and that it was taken stays on record.

    Args:
        take: Where the button leads.
        back: Where those go on who rather do not.
        virus_scan: What is known of viruses in it.
        why: Why there is no copy of it instead.
    """
    page = render_template("original.html", name=name, take=take, back=back, virus_scan=virus_scan, why=why)
    return make_response(page)


def named_as_it_is(name: str, media_type: str | None) -> str:
    """The name, with an ending that fits the content: a program is not to be opened for a paper.

    Args:
        media_type: By the content; None when it is nothing we take.
    """
    fitting = _ENDINGS.get(media_type or "", (".bin",))
    return name if name.lower().endswith(fitting) else name + fitting[0]


def upload_back(data: bytes, media_type: str, name: str) -> Response:
    """Somebody's upload: always saved, under a name that says what it is, never run or shown inside this site."""
    saved_as = named_as_it_is(name, sniff(data))
    response = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=saved_as)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

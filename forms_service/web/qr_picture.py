"""A QR code on a page: drawn by the encoder of our papers, as a picture that needs neither script nor style."""

from __future__ import annotations

from markupsafe import Markup

from forms_service.render.qr_code import qr_rows

_QUIET = 4
"""Modules left white around a code, as its standard asks."""


def qr_picture(text: str, said: str) -> Markup:
    """The code that holds ``text``, dark on white by night too: telephones look for that."""
    rows = qr_rows(text, "M")
    side = len(rows) + 2 * _QUIET
    dark = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, one in enumerate(row)
        if one
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{said}" shape-rendering="crispEdges">'
        '<rect width="{side}" height="{side}" fill="#fff"/><path d="{dark}" fill="#000"/></svg>'
    ).format(side=side, said=said, dark=dark)

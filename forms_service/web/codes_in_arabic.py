"""Codes within Arabic words: ``311-1-14`` read from the left on every page, as on paper.

The algorithm of Unicode alone shows « 311-1-14 » after an Arabic word as « 14-1-311 ».  Sentences come
from forms, from locales and from services' messages, so the page as a whole is what gets mended.
"""

from __future__ import annotations

import re

from flask import Flask, Response

from core.localized_text import Language, code_pattern
from forms_service.web import languages

_FROM_THE_LEFT, _POP_ISOLATE = "\u2066", "\u2069"

_CODE = re.compile(r"(?:\d+[.,\u00a0\u202f])*\d+\u00a0?%(?!\w)|" + code_pattern("-/._@:,’+").pattern)
"""As on paper, but for ``&`` and ``'``: they begin character references here. A rate takes its sign along, or
« 1,5% » and « 2% » would bear it on different sides."""

_ARABIC = re.compile(r"[\u0600-\u06ff]")
_PIECE = re.compile(
    r"(?P<kept><!--.*?-->|<(?P<raw>script|style|textarea)\b.*?</(?P=raw)>)"
    r"|(?P<tag><(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>)"
    r"|(?P<words>[^<]+)",
    re.DOTALL | re.IGNORECASE,
)
_ISOLATING = re.compile(r"<(/?)(bdi|code)\b", re.IGNORECASE)
_ISOLATED = re.compile(r"<[^>]*\bdir=\"ltr\"", re.IGNORECASE)


def isolate_codes(words: str) -> str:
    """The same words, each code in them read from the left whatever stands around it."""
    return _CODE.sub(lambda code: f"{_FROM_THE_LEFT}{code[0]}{_POP_ISOLATE}", words)


def isolate_codes_in_page(page: str, chosen: Language) -> str:
    """A page whose codes read from the left; what was typed, addresses and elements stay as they are.

    Characters do it rather than elements, for a list to choose from takes no elements.  What an element
    already isolates is left alone: a reference that somebody copies has nothing invisible in it.
    """
    mended = []
    tag, within, deep = (
        "",
        "",
        0,
    )  # the tag before, the isolating element around, how many of its name are open
    for piece in _PIECE.finditer(page):
        text = piece[0]
        if piece["words"] is None:
            tag = piece["tag"] or ""
            name = _ISOLATING.match(tag)
            if name and not within:
                within, deep = name[2].lower(), 1
            elif name and name[2].lower() == within:
                deep += -1 if name[1] else 1
                within = within if deep else ""
        elif not within and not _ISOLATED.match(tag) and (chosen is Language.AR or _ARABIC.search(text)):
            text = isolate_codes(text)
        mended.append(text)
    return "".join(mended)


def install(app: Flask) -> None:
    """Mend every page on its way out."""

    @app.after_request
    def mend(response: Response) -> Response:
        if response.mimetype == "text/html" and not response.is_streamed:
            page = response.get_data(as_text=True)
            response.set_data(isolate_codes_in_page(page, languages.language()))
        return response

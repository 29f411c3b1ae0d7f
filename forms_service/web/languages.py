"""Which of the two languages a page speaks: the one in its address, remembered for next time."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request, url_for

from core.localized_text import Language, LocalizedText
from forms_service.locales import say

COOKIE = "lang"
_A_YEAR_S = 365 * 24 * 3600
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def language() -> Language:
    """The language of the page being made; Arabic where the address names none."""
    return g.get("language") or _named_in_address() or remembered_language()


def _named_in_address() -> Language | None:
    """The language of an address that leads nowhere, for its error page."""
    first = request.path.split("/")[1]
    return Language(first) if first in set(Language) else None


def remembered_language() -> Language:
    """The language chosen last, Arabic for a newcomer."""
    return Language.FR if request.cookies.get(COOKIE) == Language.FR.value else Language.AR


def translate(code: str, **values: object) -> str:
    """Word a sentence in the page's language; texts put in keep their own direction."""
    return translate_in(language(), code, **values)


def translate_in(chosen: Language, code: str, **values: object) -> str:
    """Word a sentence in one language; texts put in keep their own direction."""
    return say(code, chosen, **{name: _isolated(value, chosen) for name, value in values.items()})


def _isolated(value: object, chosen: Language) -> object:
    if isinstance(value, LocalizedText):
        value = value.in_language(chosen)
    if isinstance(value, str):
        return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}"
    return value


def install(app: Flask) -> None:
    """Read the language from every address, add it to every link, remember it."""

    @app.url_value_preprocessor
    def read(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.language = Language(values.pop("lang"))

    @app.url_defaults
    def add(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = language().value

    @app.after_request
    def remember(response: Response) -> Response:
        chosen = g.get("language")
        if chosen and request.cookies.get(COOKIE) != chosen.value and response.mimetype == "text/html":
            response.set_cookie(
                COOKIE,
                chosen.value,
                max_age=_A_YEAR_S,
                httponly=True,
                samesite="Lax",
                secure=app.config["SESSION_COOKIE_SECURE"],
            )
        return response


def other_language() -> Language:
    """The language the switch leads to."""
    return Language.FR if language() is Language.AR else Language.AR


def same_page_in_other_language() -> str:
    """The address of this very page in the other language, place and questions kept."""
    if request.endpoint and request.view_args is not None and g.get("language"):
        values = {**request.args.to_dict(flat=False), **request.view_args, "lang": other_language().value}
        return url_for(request.endpoint, **values)
    return url_for("public.home", lang=other_language().value)

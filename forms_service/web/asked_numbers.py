"""Whole numbers and days that came with a request; whatever else was sent is as if nothing was."""

from __future__ import annotations

from datetime import date

from flask import Flask, request
from werkzeug.routing import IntegerConverter

from forms_service.services.days_in_reach import within_reach

_LONGEST = 9
MOST_ROWS = 999
"""No group of any form has so many rows."""
MOST_CHANGES, MOST_PAGES = 10**8, 10**6


class ShortNumber(IntegerConverter):
    """A number in an address; one that no column of the database holds leads to no page."""

    regex = rf"\d{{1,{_LONGEST}}}"


def install(app: Flask) -> None:
    """Let addresses hold numbers of that kind only."""
    app.url_map.converters["int"] = ShortNumber


def whole_number(text: str, most: int) -> int | None:
    """The number somebody sent, in the digits of either script, from 0 to ``most``; else None."""
    text = "".join(text.split())
    number = int(text) if text.isdecimal() and len(text) <= _LONGEST else most + 1
    return number if number <= most else None


def posted_number(name: str, most: int) -> int | None:
    """A number of the posted form, or None."""
    return whole_number(request.form.get(name, ""), most)


def asked_number(name: str, usual: int, most: int) -> int:
    """A number of the address after the question mark; never more than ``most``, the usual one when none was sent."""
    number = whole_number(request.args.get(name, ""), 10**_LONGEST)
    return usual if number is None else min(number, most)


def asked_day(name: str) -> date | None:
    """A day of the address after the question mark, or None; one far off is the nearest within reach."""
    try:
        return within_reach(date.fromisoformat(request.args.get(name, "")))
    except ValueError:
        return None

"""Finds texts by how they begin through an index, whatever characters somebody asks for."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

_LAST, _BEFORE_SURROGATES, _AFTER_SURROGATES = 0x10FFFF, 0xD7FF, 0xE000


def begins_with(column: InstrumentedAttribute[str], beginning: str) -> ColumnElement[bool]:
    """The condition that a text begins so; an index on the column finds it without reading every row."""
    end = _after(beginning)
    return column >= beginning if end is None else and_(column >= beginning, column < end)


def _after(beginning: str) -> str | None:
    """The least text that comes after all with that beginning; None when every later text has it."""
    stem = beginning.rstrip(chr(_LAST))  # no character comes after the last one
    if not stem:
        return None
    code = ord(stem[-1])
    return stem[:-1] + chr(_AFTER_SURROGATES if code == _BEFORE_SURROGATES else code + 1)

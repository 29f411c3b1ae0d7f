"""Refuses on SQLite what PostgreSQL would: a text longer than its column, which SQLite keeps without a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import String, event
from sqlalchemy.orm import Mapper, Session, object_mapper


@contextmanager
def lengths_watched() -> Iterator[None]:
    """Whatever is written through the models meanwhile must fit its columns."""
    event.listen(Session, "before_flush", _refuse_overlong)
    yield
    event.remove(Session, "before_flush", _refuse_overlong)


def _refuse_overlong(session: Session, *_: object) -> None:
    for row in (*session.new, *session.dirty):
        for name, most in _limited(object_mapper(row)):
            said = vars(row).get(name)
            if isinstance(said, str) and len(said) > most:
                raise AssertionError(f"{type(row).__name__}.{name} holds {most} characters, not {len(said)}")


@cache
def _limited(mapper: Mapper[Any]) -> tuple[tuple[str, int], ...]:
    kinds = ((one.key, one.columns[0].type) for one in mapper.column_attrs)
    return tuple((name, kind.length) for name, kind in kinds if type(kind) is String and kind.length)

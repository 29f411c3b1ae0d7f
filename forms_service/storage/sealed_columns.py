"""Columns whose values lie sealed: the rest of the service sees them as any other column.

What was written before a column was sealed stays readable and is sealed by ``resealing``.  Nothing can be
searched in such a column: whoever tries is told so, instead of finding nothing.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import JSON, Dialect, Engine, String, Text, TypeDecorator
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnClause

from forms_service.keyring import Keyring, Unopenable, is_sealed

_RING = "forms_keyring"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
_PADDED_TO = 32
"""Lengths are rounded up to this, so that «yes» and «no» look alike."""


def seal_with(engine: Engine, ring: Keyring) -> None:
    """Let everything this engine writes into sealed columns be sealed with that ring."""
    setattr(engine.dialect, _RING, ring)


class NothingToSealWith(RuntimeError):
    """A sealed column was to be written or read on a database without its keyring."""


class SealedColumn(TypeDecorator[Any]):
    """What all sealed columns have in common."""

    impl = Text
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """Refuses comparisons that could never be true: the same value is sealed differently each time."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Only whether there is a value can be asked; SQLAlchemy itself asks columns whether they are alike."""
            is_its_own = op in (operators.eq, operators.ne) and all(
                isinstance(one, ColumnClause) for one in other
            )
            if is_its_own or op in (operators.is_, operators.is_not):
                return super().operate(op, *other, **kwargs)
            raise TypeError(f"a sealed column cannot be asked {getattr(op, '__name__', op)}")

    comparator_factory = Comparator

    def __init__(self, place: str) -> None:
        """A column that is sealed as ``place``, its table and name; both are part of what opens it."""
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Seal what is stored."""
        if value is None:
            return None
        return sealed(_ring_of(dialect), self.place, value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open what was stored; what lies open from before is given as it is."""
        if not isinstance(value, str):
            return value
        return opened(_ring_of(dialect), self, value) if value[:1] == "~" else self.as_it_lay_open(value)

    def as_it_lay_open(self, stored: str) -> Any:
        """The value of a row that was never sealed."""
        raise NotImplementedError


class SealedText(SealedColumn):
    """A text that lies sealed."""

    cache_ok = True

    def as_it_lay_open(self, stored: str) -> str:
        """The text itself."""
        return stored


class SealedJson(SealedColumn):
    """A record or list that lies sealed."""

    cache_ok = True

    def as_it_lay_open(self, stored: str) -> Any:
        """What the text says."""
        return json.loads(stored)


class SealedRecord(SealedJson):
    """A small record that lies sealed.

    Rows from before these columns had keys of their own hold a text under the session's secret and are given
    as that text, which ``Seal.record`` opens.
    """

    cache_ok = True

    def as_it_lay_open(self, stored: str) -> Any:
        """The record where it was laid open, else the text itself."""
        return json.loads(stored) if stored[:1] == "{" else stored


class PinnedText(TypeDecorator[str]):
    """A text that lies sealed and is found by whoever asks for exactly it: alike values lie there alike.

    Only equality can be asked.  Values lie under the key of fingerprints, which is never renewed.
    """

    impl = String
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Refuses what only clear text could answer."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Only equality can be asked."""
            if op in _PINNED_ASKS:
                return super().operate(op, *other, **kwargs)
            raise TypeError(f"a pinned column cannot be asked {getattr(op, '__name__', op)}")

    comparator_factory = Comparator

    def __init__(self, place: str, length: int) -> None:
        """A column whose values are pinned as ``place``; columns of one place can be compared."""
        super().__init__(length)
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Seal what is stored or asked for; nothing stays nothing."""
        return value and _ring_of(dialect).pin(self.place, str(value).encode("utf-8", "surrogatepass"))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Open what was stored."""
        if not value or value[0] != "=":
            return value
        return _ring_of(dialect).unpin(self.place, value).decode("utf-8", "surrogatepass")


_PINNED_ASKS = {
    operators.eq,
    operators.ne,
    operators.in_op,
    operators.not_in_op,
    operators.is_,
    operators.is_not,
}


def sealed(ring: Keyring, place: str, value: Any) -> str:
    """A value as it lies in a sealed column."""
    said = _encode(value).encode("utf-8", "surrogatepass")
    return ring.close(place, said + b" " * (-len(said) % _PADDED_TO))


def opened(ring: Keyring, column: SealedColumn, stored: str) -> Any:
    """The value of what lies in a sealed column.

    Raises:
        Unopenable: It was sealed in another place, changed, or its key is gone.
    """
    try:
        return _decode(ring.open(column.place, stored).decode("utf-8", "surrogatepass"))
    except Unopenable:
        if is_sealed(stored):
            raise
    return column.as_it_lay_open(stored)


def differs(context: Any, _found: Any, _column: Any, found: Any, wanted: Any) -> bool | None:
    """Alembic's question whether a column is of another type than the tables say.

    SQLite keeps any text in a column of any type: there, columns are not made anew to be sealed.
    """
    is_kept = context.dialect.name == "sqlite" and isinstance(found, (String, JSON))
    return False if is_kept and isinstance(wanted, (SealedColumn, PinnedText)) else None


def _ring_of(dialect: Dialect) -> Keyring:
    ring: Keyring | None = getattr(dialect, _RING, None)
    if ring is None:
        raise NothingToSealWith
    return ring


__all__ = [
    "NothingToSealWith",
    "PinnedText",
    "SealedColumn",
    "SealedJson",
    "SealedRecord",
    "SealedText",
    "Unopenable",
    "opened",
    "seal_with",
    "sealed",
]

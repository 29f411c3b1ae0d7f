"""What a construct says under a key, as the type its language gives it."""

from __future__ import annotations

from typing import cast

from core.conditions import Condition
from core.construct_reader import Construct
from core.localized_text import LocalizedText


def text_of(c: Construct, key: str) -> str:
    """The text under a key that must be there."""
    return str(c.values[key])


def maybe_text(c: Construct, key: str) -> str | None:
    """The text under a key, or None."""
    value = c.get(key)
    return None if value is None else str(value)


def words_of(c: Construct, key: str) -> LocalizedText:
    """The words in both languages under a key that must be there."""
    return cast(LocalizedText, c.values[key])


def maybe_words(c: Construct, key: str) -> LocalizedText | None:
    """The words in both languages under a key, or None."""
    return cast("LocalizedText | None", c.get(key))


def condition_of(c: Construct, key: str) -> Condition | None:
    """The expression under a key, or None."""
    value = c.get(key)
    return value if isinstance(value, Condition) else None


def whole_of(c: Construct, key: str, default: int | None = None) -> int:
    """The whole number under a key, or ``default``; without a default it must be there."""
    return cast(int, c.values[key] if default is None else c.get(key, default))

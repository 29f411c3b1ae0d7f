"""Finding texts by words: one port, and an index in SQLite or in PostgreSQL behind it.

The words are made plain in ``core.search_words``, so that both engines forgive the same spellings; an
engine keeps them and ranks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

TITLE_WEIGHT = 4.0
"""How much more a word in a title counts than one in a text."""


@dataclass(frozen=True, slots=True)
class SearchedText:
    """A text to be found, in one language.

    Attributes:
        title: Of the text, its words as ``core.search_words.indexed`` gives them; ``body`` likewise.
    """

    id: str
    language: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class FoundText:
    """A text that was found; the higher the score the better."""

    id: str
    language: str
    score: float


AskedWords = Sequence[tuple[str, ...]]
"""For each word its forms, any of which will do; a form is also found at the beginning of a word."""


class SearchIndex(Protocol):
    """Keeps texts and finds them."""

    def fill(self, texts: Iterable[SearchedText]) -> None:
        """Keep these texts and no others."""
        ...

    def find(self, asked: AskedWords, *, all_words: bool, most: int) -> list[FoundText]:
        """The texts that hold all the words, or any of them, best first."""
        ...

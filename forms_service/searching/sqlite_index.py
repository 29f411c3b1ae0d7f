"""The index in SQLite (FTS5), in memory: some hundred texts are read in faster than a file is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from threading import Lock

from forms_service.searching import TITLE_WEIGHT, AskedWords, FoundText, SearchedText

_TABLE = """
create virtual table searched using fts5(
    id unindexed, language unindexed, title, body, tokenize = "unicode61 remove_diacritics 0"
)"""
_SHORTEST_BEGINNING = 3


class SqliteIndex:
    """One process's index; safe to ask from several threads."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.execute(_TABLE)
        self._lock = Lock()

    def fill(self, texts: Iterable[SearchedText]) -> None:
        """Keep these texts and no others."""
        with self._lock, self._connection:
            self._connection.execute("delete from searched")
            self._connection.executemany(
                "insert into searched values (?, ?, ?, ?)",
                [(one.id, one.language, one.title, one.body) for one in texts],
            )

    def find(self, asked: AskedWords, *, all_words: bool, most: int) -> list[FoundText]:
        """The texts that hold all the words, or any of them, best first."""
        if not asked:
            return []
        query = (" AND " if all_words else " OR ").join(
            "(" + " OR ".join(map(_term, forms)) + ")" for forms in asked
        )
        with self._lock:
            rows = self._connection.execute(
                "select id, language, bm25(searched, 0, 0, ?, 1.0) as score from searched "
                "where searched match ? order by score, id limit ?",
                (TITLE_WEIGHT, query, most),
            ).fetchall()
        return [FoundText(id_, language, -score) for id_, language, score in rows]


def _term(form: str) -> str:
    quoted = '"' + form.replace('"', "") + '"'
    return f"{quoted}*" if len(form) >= _SHORTEST_BEGINNING else quoted

"""The index in PostgreSQL: one table beside the others, filled anew when the texts have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Engine, text

from forms_service.searching import AskedWords, FoundText, SearchedText

_SHORTEST_BEGINNING = 3
_WEIGHTS = "{0, 0, 0.25, 1.0}"
"""Of the classes D, C, B (texts) and A (titles): a title counts four times."""

_TABLES = """
create table if not exists searched_text (
    id text not null, language text not null, words tsvector not null, primary key (id, language)
);
create index if not exists searched_text_words on searched_text using gin (words);
create table if not exists searched_state (id integer primary key check (id = 1), digest text not null)
"""
_LOCK = 0x46545331
"""Key of the advisory lock under which one process fills («FTS1»)."""


class PostgresIndex:
    """The index that all processes of a service share."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fill(self, texts: Iterable[SearchedText]) -> None:
        """Keep these texts and no others; nothing is written when they are kept already."""
        kept = sorted(texts, key=lambda one: (one.id, one.language))
        digest = hashlib.sha256(repr(kept).encode()).hexdigest()
        with self._engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            for statement in _TABLES.split(";"):
                connection.execute(text(statement))
            if connection.scalar(text("select digest from searched_state")) == digest:
                return
            connection.execute(text("delete from searched_text"))
            if kept:
                connection.execute(
                    text(
                        "insert into searched_text values (:id, :language, "
                        "setweight(to_tsvector('simple', :title), 'A') || "
                        "setweight(to_tsvector('simple', :body), 'B'))"
                    ),
                    [
                        {"id": one.id, "language": one.language, "title": one.title, "body": one.body}
                        for one in kept
                    ],
                )
            connection.execute(
                text(
                    "insert into searched_state values (1, :digest) "
                    "on conflict (id) do update set digest = excluded.digest"
                ),
                {"digest": digest},
            )

    def find(self, asked: AskedWords, *, all_words: bool, most: int) -> list[FoundText]:
        """The texts that hold all the words, or any of them, best first."""
        if not asked:
            return []
        query = (" & " if all_words else " | ").join(
            "(" + " | ".join(map(_term, forms)) + ")" for forms in asked
        )
        with self._engine.connect() as connection:
            rows = connection.execute(
                text(
                    # By how close together the words stand: ts_rank prefers long texts that hold them apart.
                    "select id, language, ts_rank_cd(cast(:weights as real[]), words, query) as score "
                    "from searched_text, to_tsquery('simple', :query) as query where words @@ query "
                    "order by score desc, id limit :most"
                ),
                {"weights": _WEIGHTS, "query": query, "most": most},
            ).all()
        return [FoundText(row.id, row.language, row.score) for row in rows]


def _term(form: str) -> str:
    quoted = "'" + form.replace("'", "").replace("\\", "") + "'"
    return f"{quoted}:*" if len(form) >= _SHORTEST_BEGINNING else quoted

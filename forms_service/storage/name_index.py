"""Finds the dossiers of a person by name, in either script and however it is spelled.

One word of the index is looked up by its beginning or by its sound; both have an index of their own in
the database, so that a search reads the few rows it gives and not all names there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from core.name_sounds import NameWord, index_words, joined_ways
from forms_service.storage.beginnings import begins_with
from forms_service.storage.office_models import NameWordRow

OWNER = "owner"
"""Source of the words of the name a dossier is listed under."""

_LONGEST = 80
_MOST_CANDIDATES = 2000
_BY_LETTERS, _BY_SOUND = 3, 1


class NameIndex:
    """One transaction's view of the names."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def put(self, dossier_id: str, source: str, name: str) -> None:
        """Let a name be found under its words, in place of what the same answer said before."""
        self.session.execute(
            delete(NameWordRow).where(NameWordRow.dossier_id == dossier_id, NameWordRow.source == source)
        )
        for one in index_words(name):
            self.session.add(
                NameWordRow(
                    dossier_id=dossier_id,
                    source=source,
                    word=one.word[:_LONGEST],
                    sound=one.sound[:_LONGEST],
                )
            )

    def find(self, name: str, limit: int) -> list[str]:
        """Ids of the dossiers that have every word asked for, those spelled alike before those sounding alike."""
        best: Counter[str] = Counter()
        for way in joined_ways(name):
            for dossier_id, score in self._with_all(way).items():
                best[dossier_id] = max(best[dossier_id], score)
        return [dossier_id for dossier_id, _ in best.most_common(limit)]

    def _with_all(self, words: Sequence[NameWord]) -> dict[str, int]:
        """The dossiers with all of the words, with how well they fit; those spelled alike are found first.

        The database looks for all words at once: cut off after each, a frequent name would hide a rare one.
        """
        ids = self._ids_with([_begins(one) for one in words])
        if len(ids) < _MOST_CANDIDATES:
            ids |= self._ids_with([_fits(one) for one in words])
        if not ids:
            return {}
        query = select(NameWordRow.dossier_id, NameWordRow.word, NameWordRow.sound)
        query = query.where(NameWordRow.dossier_id.in_(ids), or_(*map(_fits, words))).distinct()
        best: dict[str, list[int]] = {}
        for dossier_id, word, sound in self.session.execute(query):
            scores = best.setdefault(dossier_id, [0] * len(words))
            for place, asked in enumerate(words):
                scores[place] = max(scores[place], _likeness(asked, word, sound))
        return {dossier_id: sum(scores) for dossier_id, scores in best.items() if all(scores)}

    def _ids_with(self, words: Sequence[ColumnElement[bool]]) -> set[str]:
        """Dossiers that have a word for each of these, not more than are worth ranking."""
        if not words:
            return set()
        first, *others = (select(NameWordRow.dossier_id).where(one) for one in words)
        for other in others:
            first = first.where(NameWordRow.dossier_id.in_(other))
        return set(self.session.scalars(first.distinct().limit(_MOST_CANDIDATES)))


def _begins(asked: NameWord) -> ColumnElement[bool]:
    return begins_with(NameWordRow.word, asked.word)


def _fits(asked: NameWord) -> ColumnElement[bool]:
    if len(asked.sound) > 1:
        return or_(_begins(asked), NameWordRow.sound == asked.sound)
    return _begins(asked)


def _likeness(asked: NameWord, word: str, sound: str) -> int:
    """How well a word fits; 0 when it does not: a database may order letters in a way of its own."""
    if word.startswith(asked.word):
        return _BY_LETTERS + (word == asked.word)
    return _BY_SOUND if sound == asked.sound and len(asked.sound) > 1 else 0

"""Finds the dossiers of a person by name, in either script and however it is spelled.

One word of the index is looked up by its beginning or by its sound; both have an index of their own in
the database, so that a search reads the few rows it gives and not all names there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, false, or_, select
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
        """The dossiers with all of the words, with how well each fits."""
        found: dict[str, int] | None = None
        for asked in words:
            scores = self._with(asked)
            if found is None:
                found = scores
            else:
                found = {one: found[one] + score for one, score in scores.items() if one in found}
            if not found:
                return {}
        return found or {}

    def _with(self, asked: NameWord) -> dict[str, int]:
        begins = begins_with(NameWordRow.word, asked.word)
        sounds_alike = NameWordRow.sound == asked.sound if len(asked.sound) > 1 else false()
        query = select(NameWordRow.dossier_id, NameWordRow.word, NameWordRow.sound)
        query = query.where(or_(begins, sounds_alike)).distinct().limit(_MOST_CANDIDATES)
        scores: dict[str, int] = {}
        for dossier_id, word, sound in self.session.execute(query):
            if word.startswith(asked.word):
                score = _BY_LETTERS + (word == asked.word)
            elif sound == asked.sound:
                score = _BY_SOUND
            else:
                continue  # a database may order letters in a way of its own
            scores[dossier_id] = max(scores.get(dossier_id, 0), score)
        return scores

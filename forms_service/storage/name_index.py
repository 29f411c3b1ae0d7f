"""Finds the dossiers of a person by name, in either script and however it is spelled.

One word of the index is looked up by its first letters or by its sound; both have an index of their own in
the database, so that a search reads few more rows than it gives and not all names there are.  The words lie
sealed: which of those with the same first letters begin as asked is seen when they are opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import ColumnElement, delete, event, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, attributes

from core.name_sounds import NameWord, index_words, joined_ways
from forms_service.storage.models import AccountRow
from forms_service.storage.office_models import AccountWordRow, NameWordRow

OWNER = "owner"
"""Source of the words of the name a dossier is listed under."""

_LONGEST = 80
_MOST_CANDIDATES = 2000
_BY_LETTERS, _BY_SOUND = 3, 1
_START, _STEM = 3, 5
"""How many first letters words are found by: few are asked for with fewer, and none of five is frequent."""


class NameIndex:
    """One transaction's view of the names of dossiers."""

    row: ClassVar[type[NameWordRow] | type[AccountWordRow]] = NameWordRow
    _leads_to: ClassVar[str] = "dossier_id"

    @property
    def whose(self) -> InstrumentedAttribute[str]:
        """The column that says whom a word leads to."""
        found: InstrumentedAttribute[str] = getattr(self.row, self._leads_to)
        return found

    def __init__(self, session: Session) -> None:
        self.session = session

    def put(self, dossier_id: str, source: str, name: str) -> None:
        """Let a name be found under its words, in place of what the same answer said before."""
        self.session.execute(
            delete(NameWordRow).where(NameWordRow.dossier_id == dossier_id, NameWordRow.source == source)
        )
        for one in index_words(name):
            self.session.add(
                NameWordRow(dossier_id=dossier_id, source=source, **spelled(one.word, one.sound))
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
        ids = self._ids_with([self._begins(one) for one in words])
        if len(ids) < _MOST_CANDIDATES:
            ids |= self._ids_with([self._fits(one) for one in words])
        if not ids:
            return {}
        query = select(self.whose, self.row.word, self.row.sound)
        query = query.where(self.whose.in_(ids), or_(*map(self._fits, words))).distinct()
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
        first, *others = (select(self.whose).where(one) for one in words)
        for other in others:
            first = first.where(self.whose.in_(other))
        return set(self.session.scalars(first.distinct().limit(_MOST_CANDIDATES)))

    def _begins(self, asked: NameWord) -> ColumnElement[bool]:
        """Words with the same first letters; of one or two letters, only the word that is no longer."""
        if len(asked.word) < _STEM:
            return self.row.start == asked.word[:_START]
        return self.row.stem == asked.word[:_STEM]

    def _fits(self, asked: NameWord) -> ColumnElement[bool]:
        if len(asked.sound) > 1:
            return or_(self._begins(asked), self.row.sound == asked.sound)
        return self._begins(asked)


class AccountNames(NameIndex):
    """The same for the names of accounts, which follow every change of a name by themselves."""

    row = AccountWordRow
    _leads_to = "account_id"


@event.listens_for(Session, "after_flush")
def _follow_names(session: Session, _context: object) -> None:
    for one in (*session.new, *session.dirty):
        if isinstance(one, AccountRow) and attributes.get_history(one, "name").has_changes():
            put_account_words(session, one.id, one.name)


def put_account_words(session: Session, account_id: str, name: str) -> None:
    """Let an account be found under the words of that name alone."""
    session.execute(delete(AccountWordRow).where(AccountWordRow.account_id == account_id))
    words = [{"account_id": account_id, **spelled(one.word, one.sound)} for one in index_words(name)]
    if words:
        session.execute(insert(AccountWordRow), words)


def spelled(word: str, sound: str) -> dict[str, str]:
    """The columns of a word of the index."""
    word = word[:_LONGEST]
    return {"word": word, "sound": sound[:_LONGEST], "start": word[:_START], "stem": word[:_STEM]}


def _likeness(asked: NameWord, word: str, sound: str) -> int:
    """How well a word fits; 0 when only its first letters do."""
    if word.startswith(asked.word):
        return _BY_LETTERS + (word == asked.word)
    return _BY_SOUND if sound == asked.sound and len(asked.sound) > 1 else 0

"""Searches the guidance in both languages at once, whatever way the words are spelt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from core.guidance import Guidance, GuidanceAnswer, plain
from core.localized_text import Language
from core.search_words import Piece, asked_words, excerpt, indexed
from forms_service.searching import SearchedText, SearchIndex

MOST_FOUND = 30
_LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class FoundAnswer:
    """An answer that was found.

    Attributes:
        language: The language it was found in.
        question: The question in the reader's language, hits marked.
        excerpt: The part of the answer that was found, in the language it was found in, hits marked.
    """

    answer: GuidanceAnswer
    language: Language
    question: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What came of a search.

    Attributes:
        all_words: Whether every answer holds all the words; otherwise some of them only.
    """

    found: tuple[FoundAnswer, ...]
    all_words: bool = True


class GuidanceSearch:
    """The guidance with its index."""

    def __init__(self, guidance: Guidance, index: SearchIndex) -> None:
        self._guidance, self._index = guidance, index
        index.fill(self._texts())

    def find(self, query: str, language: Language, on: date, most: int = MOST_FOUND) -> Search:
        """The answers that hold the words, best first; those that hold some of them when none holds all.

        Args:
            language: The reader's.
            on: The day whose figures excerpts show.
        """
        asked = asked_words(query[:_LONGEST_QUERY])
        for all_words in (True, False):
            best: dict[str, Language] = {}
            for one in self._index.find(asked, all_words=all_words, most=2 * most):
                best.setdefault(one.id, Language(one.language))
            if best:
                shown = [self._shown(name, found, language, asked, on) for name, found in best.items()]
                return Search(tuple(one for one in shown if one is not None)[:most], all_words)
        return Search(())

    def _shown(
        self, answer_id: str, found: Language, reader: Language, asked: list[tuple[str, ...]], on: date
    ) -> FoundAnswer | None:
        answer = self._guidance.answer(answer_id)
        if answer is None:
            return None
        question = answer.question.in_language(reader)
        body = plain(self._guidance.text_of(answer, on).in_language(found))
        return FoundAnswer(answer, found, excerpt(question, asked, len(question)), excerpt(body, asked))

    def _texts(self) -> Iterator[SearchedText]:
        """Every answer in both languages, found by each figure it ever named."""
        for theme in self._guidance.themes:
            for answer in theme.answers:
                texts = [self._guidance.text_of(answer, day) for day in self._days(answer)]
                for language in Language:
                    title = f"{answer.question.in_language(language)} {theme.title.in_language(language)}"
                    body = " ".join(plain(text.in_language(language)) for text in texts)
                    yield SearchedText(answer.id, language.value, indexed(title), indexed(body))

    def _days(self, answer: GuidanceAnswer) -> list[date]:
        """The first days of all values of its figures."""
        parameters = (self._guidance.parameters[one] for one in answer.figure_ids())
        return sorted({value.since or date.min for one in parameters for value in one.values} | {date.min})


def index_for(engine: Engine | None) -> SearchIndex:
    """The index that fits the service's database."""
    if engine is not None and engine.dialect.name == "postgresql":
        from forms_service.searching.postgres_index import PostgresIndex

        return PostgresIndex(engine)
    from forms_service.searching.sqlite_index import SqliteIndex

    return SqliteIndex()

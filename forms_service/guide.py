"""Guidance, calculators and their search for one running service, read when they are first asked for."""

from __future__ import annotations

from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from sqlalchemy import Engine

from core.calculator import Calculator
from core.guidance import Guidance
from core.localized_text import Language
from forms_service.guidance_search import GuidanceSearch, Search, index_for
from forms_service.knowledge import Knowledge, calculator_files, guidance_files


class Guide:
    """What pages, programs and commands are told and reckon with."""

    def __init__(self, directory: Path, engine: Engine | None = None) -> None:
        self._directory, self._engine = directory, engine

    @cached_property
    def knowledge(self) -> Knowledge:
        """Everything that was read.

        Raises:
            SpecErrors: A file is wrong.
        """
        return _read(self._directory, _newest(self._directory))

    @property
    def guidance(self) -> Guidance:
        """The themes and their answers."""
        return self.knowledge.guidance

    @property
    def calculators(self) -> list[Calculator]:
        """The calculators, by their titles' order in the folder."""
        return list(self.knowledge.calculators.values())

    def find(self, query: str, language: Language, on: date) -> Search:
        """The answers that fit some words, with the figures of a day."""
        return self._search.find(query, language, on)

    @cached_property
    def _search(self) -> GuidanceSearch:
        return GuidanceSearch(self.guidance, index_for(self._engine))


@lru_cache(maxsize=4)
def _read(directory: Path, _newest_change: float) -> Knowledge:
    return Knowledge.load(directory)


def _newest(directory: Path) -> float:
    files = [directory / "parameters.yaml", *guidance_files(directory), *calculator_files(directory)]
    return max((one.stat().st_mtime for one in files if one.exists()), default=0.0)

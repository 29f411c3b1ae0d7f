"""One page of a long list, counted and cut by the database: nobody waits for lines they do not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Part(Generic[Line]):
    """One page of a list, and how much there is."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page lies in a list: how much there is, which page it is, and what comes before it."""

    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def before(self) -> int:
        """Lines on earlier pages."""
        return (self.page - 1) * self.size

    def of(self, lines: Sequence[Line]) -> Part[Line]:
        """The page with its lines."""
        return Part(tuple(lines), self.total, self.page, self.pages)


def cut_of(total: int, page: int, size: int) -> Cut:
    """The page asked for, or the nearest one there is."""
    return Cut(total, min(max(page, 1), max(1, -(-total // size))), size)


def part_of(session: Session, query: Select[Any], page: int, size: int) -> tuple[Cut, Sequence[Row[Any]]]:
    """One page of what an ordered query finds, whole rows of it."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    cut = cut_of(total, page, size)
    return cut, session.execute(query.limit(size).offset(cut.before)).all()

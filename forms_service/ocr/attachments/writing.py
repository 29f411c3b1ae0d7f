"""The words of one attached page, put back into the rows and pieces a person sees.

The recogniser gives blocks in its own order; a label and its value often land in two of them.  Here
words are gathered by height on the page, then cut where a wide gap separates two columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.attachments.arabic_writing import (
    ReadLine,
    as_page_text,
    is_surely_arabic,
    read_lines,
    without_arabic,
)
from forms_service.ocr.attachments.day_lines import with_lost_days
from forms_service.ocr.attachments.straighten import without_rules
from forms_service.ocr.attachments.written_lines import find_lines
from forms_service.ocr.page_text import PageText, PageWord, read_page_text

COLUMN_GAP = 1.6
"""A gap wider than this many line heights separates two pieces of a row."""

LatinReader = Callable[[np.ndarray], PageText]
"""Reads a whole page in French."""

MUCH_SENSE = 4.0
"""Words read with confidence that a page standing the wrong way up never reaches."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together on one row."""

    words: tuple[PageWord, ...]

    @property
    def text(self) -> str:
        """The words in reading order."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> int:
        """Where it begins, in pixels."""
        return self.words[0].left

    @property
    def top(self) -> int:
        """Its upper edge, in pixels."""
        return min(word.top for word in self.words)

    @property
    def height(self) -> float:
        """The usual height of its words, in pixels."""
        return float(median(word.height for word in self.words))

    @property
    def confidence(self) -> float:
        """The recogniser's mean confidence."""
        return float(np.mean([word.confidence for word in self.words]))


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a row for the search of titles, and how it stands out on the page.

    Attributes:
        capitals: For each word whether it is written in capitals.
    """

    folded: str
    relative_height: float
    relative_top: float
    capitals: tuple[bool, ...] = ()
    is_label: bool = False


class PageWriting:
    """What one page says in both scripts; each is read when it is first asked for."""

    def __init__(
        self,
        pixels: np.ndarray,
        french: PageText | None = None,
        read_latin: LatinReader | None = None,
        *,
        by_pages: bool = False,
    ) -> None:
        self.pixels = pixels
        self._by_pages = by_pages
        self._read_latin = read_latin or (lambda page: read_page_text(page, ("fra",)))
        if french is not None:
            self.__dict__["french"] = french

    @classmethod
    def of(
        cls, pixels: np.ndarray, read_latin: LatinReader | None = None, *, by_pages: bool = False
    ) -> PageWriting:
        """Read a straightened page; one that makes no sense is tried in the other three positions.

        Args:
            by_pages: Whether no line is read for itself: both scripts by the reader of whole pages.
        """
        best = cls(without_rules(pixels), read_latin=read_latin, by_pages=by_pages)
        if best.makes_sense_in_arabic:
            return best
        head_down = best.turned(2)
        if head_down.makes_sense_in_arabic:
            return head_down
        if best.makes_sense:
            return best
        for turned in (head_down, best.turned(1), best.turned(3)):
            if turned.makes_sense_in_arabic or turned.makes_sense:
                return turned
            if turned.sense > 1.15 * best.sense:
                best = turned
        return best

    def turned(self, quarters: int) -> PageWriting:
        """The same page turned by quarters, unread."""
        pixels = np.ascontiguousarray(np.rot90(self.pixels, quarters))
        return PageWriting(pixels, read_latin=self._read_latin, by_pages=self._by_pages)

    def read_all(self) -> None:
        """Read both scripts now, where a caller can still do without the page.

        Raises:
            UnreadableDocument: The reader of whole pages gave up.
        """
        _ = self.french, self.arabic

    @cached_property
    def sense(self) -> float:
        """How much was read with confidence: words that look like words, weighted."""
        wordlike = (word for word in self.french.words if sum(map(str.isalpha, word.text)) >= 3)
        return sum(max(0.0, word.confidence - 0.4) for word in wordlike)

    @property
    def makes_sense(self) -> bool:
        """Whether the page surely stands the right way up."""
        return self.sense >= MUCH_SENSE

    @property
    def makes_sense_in_arabic(self) -> bool:
        """Whether the page's Arabic shows that it stands the right way up."""
        wordlike = (word for word in self.arabic.words if sum(map(is_arabic_letter, word.text)) >= 3)
        return sum(max(0.0, word.confidence - 0.5) for word in wordlike) >= MUCH_SENSE / 2

    @cached_property
    def written_lines(self) -> list[ReadLine]:
        """The page's lines as the recogniser of Arabic sees them, other scripts marked as foreign."""
        return with_lost_days(self.pixels, read_lines(find_lines(self.pixels)))

    @cached_property
    def arabic(self) -> PageText:
        """The page's Arabic, and the numbers on it."""
        if self._by_pages:
            return read_page_text(self.pixels, ("ara",))
        return as_page_text(self.written_lines)

    @cached_property
    def french(self) -> PageText:
        """The page read as French, its Arabic painted over; nothing where all is Arabic."""
        if self._by_pages:
            return self._read_latin(self.pixels)
        latin = [read for read in self.written_lines if not is_surely_arabic(read)]
        if not any(read.line.width > 2 * read.line.height for read in latin):
            return PageText(())
        return self._read_latin(without_arabic(self.pixels, self.written_lines))

    @cached_property
    def rows(self) -> tuple[tuple[Piece, ...], ...]:
        """Rows from top to bottom, each in pieces from left to right (French reading)."""
        return tuple(tuple(_pieces(row)) for row in _rows(self.french.words))

    @cached_property
    def arabic_rows(self) -> tuple[tuple[Piece, ...], ...]:
        """Rows from top to bottom, each in pieces and words from right to left (Arabic reading)."""
        return tuple(tuple(_pieces(row[::-1])) for row in _rows(self.arabic.words))

    def lines(self, *, arabic: bool = False) -> tuple[Line, ...]:
        """The pieces of all rows, each with its size and place."""
        page, rows = (self.arabic, self.arabic_rows) if arabic else (self.french, self.rows)
        usual = median([word.height for word in page.words]) if page.words else 1
        height = self.pixels.shape[0]
        return tuple(
            Line(
                fold_letters(piece.text),
                piece.height / max(usual, 1),
                piece.top / height,
                tuple(_in_capitals(word) for word in piece.text.split()),
                ":" in piece.text,
            )
            for row in rows
            for piece in row
        )


def _in_capitals(word: str) -> bool:
    return any(map(str.isupper, word)) and word == word.upper()


def _rows(words: tuple[PageWord, ...]) -> Iterator[list[PageWord]]:
    """The recogniser's lines, joined where one stands beside another; top to bottom.

    Its lines follow paper that does not lie flat, which a cut by height alone would not.
    """
    lines: dict[tuple[int, int, int], list[PageWord]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    rows: list[list[PageWord]] = []
    for line in sorted(lines.values(), key=_level):
        beside = next((row for row in reversed(rows[-4:]) if _stand_side_by_side(row, line)), None)
        if beside is None:
            rows.append(list(line))
        else:
            beside.extend(line)
    for row in rows:
        yield sorted(row, key=lambda one: one.left)


def _level(line: list[PageWord]) -> float:
    return float(median(word.top + word.height / 2 for word in line))


def _stand_side_by_side(row: list[PageWord], line: list[PageWord]) -> bool:
    """Whether two lines are at one height, judged by their nearest words, and do not overlap."""
    first, second = (row, line) if row[0].left < line[0].left else (line, row)
    end = max(first, key=lambda word: word.left + word.width)
    start = min(second, key=lambda word: word.left)
    if start.left < end.left + end.width - 2:
        return False
    shared = min(end.top + end.height, start.top + start.height) - max(end.top, start.top)
    return shared > 0.45 * min(end.height, start.height)


def _pieces(row: list[PageWord]) -> Iterator[Piece]:
    current: list[PageWord] = []
    height = median(word.height for word in row)
    for word in row:
        if current and _gap(current[-1], word) > COLUMN_GAP * height:
            yield Piece(tuple(current))
            current = []
        current.append(word)
    yield Piece(tuple(current))


def _gap(one: PageWord, other: PageWord) -> int:
    first, second = sorted((one, other), key=lambda word: word.left)
    return second.left - (first.left + first.width)

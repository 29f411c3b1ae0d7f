"""Finds what stands behind a label: in the same piece of a row, in the next piece, or below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from forms_service.ocr.attachments.writing import Piece
from forms_service.ocr.page_text import PageWord

Rows = Sequence[Sequence[Piece]]

MIN_LIKENESS, MIN_WORD_LIKENESS = 82.0, 88.0
SHORT_LABEL = 6
"""Labels as short as this («Nom», «الزوج») must be met exactly."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The words found behind a label."""

    words: tuple[PageWord, ...]

    @property
    def text(self) -> str:
        """The words, as read."""
        return " ".join(word.text for word in self.words).strip(" :.،")

    @property
    def confidence(self) -> float:
        """The recogniser's confidence in the weakest of them."""
        return min((word.confidence for word in self.words), default=0.0)


def find_labelled(rows: Rows, labels: Sequence[str], stop_at: Sequence[str] = ()) -> Iterator[Labelled]:
    """Give what stands behind each occurrence of a label: the first wording first, from the top.

    Args:
        rows: The page's rows, in reading order of their language.
        labels: Wordings of the label, the most telling first.
        stop_at: Labels that end the value when they follow on the same row.
    """
    for label in labels:
        for index, row in enumerate(rows):
            for position, piece in enumerate(row):
                rest = _after_label(piece.words, (label,))
                if rest is None:
                    continue
                value = _until(rest, stop_at)
                if not value and position + 1 < len(row):
                    value = _until(row[position + 1].words, stop_at)
                if not value:
                    value = _below(rows, index, piece)
                if value:
                    yield Labelled(value)


def _after_label(words: tuple[PageWord, ...], labels: Sequence[str]) -> tuple[PageWord, ...] | None:
    """The words after a label that stands anywhere in a piece; None when it does not."""
    folded = [fold_letters(word.text).strip(" :.,،") for word in words]
    for label in labels:
        wanted = fold_letters(label)
        size = wanted.count(" ") + 1
        for at in range(len(words) - size + 1):
            seen = " ".join(folded[at : at + size]).strip()
            if _is_label(seen, wanted):
                return _without_leading_marks(words[at + size :])
    return None


def _is_label(seen: str, wanted: str) -> bool:
    if len(wanted) <= SHORT_LABEL:
        return seen == wanted
    if seen != wanted and seen.removesuffix("ه") == wanted.removesuffix("ه"):
        return False  # one letter tells «المطلق» from «المطلقة»
    return fuzz.ratio(seen, wanted) >= (MIN_LIKENESS if " " in wanted else MIN_WORD_LIKENESS)


def _without_leading_marks(words: tuple[PageWord, ...]) -> tuple[PageWord, ...]:
    at = 0
    while at < len(words) and not any(map(str.isalnum, words[at].text)):
        at += 1
    return words[at:]


def _until(words: tuple[PageWord, ...], stop_at: Sequence[str]) -> tuple[PageWord, ...]:
    for at in range(len(words)):
        if _after_label(words[at : at + 3], stop_at) is not None and at:
            rest = _after_label(words[at:], stop_at)
            return words[: len(words) - len(rest or ()) - 1][:at]
    return words


def _below(rows: Rows, index: int, label: Piece) -> tuple[PageWord, ...]:
    """The piece that begins under a label, for cards that set them one above the other."""
    if index + 1 >= len(rows):
        return ()
    for piece in rows[index + 1]:
        is_near = piece.top - label.top < 3.2 * label.height
        if is_near and abs(piece.left - label.left) < 2 * label.height:
            return piece.words
    return ()

"""Tells pages of different people apart where no reference does.

A form printed blank and photocopied carries no reference, so two people's pages look like one
page received twice.  What they say tells them apart: numbers, dates and names read clearly on
both images of a page, and different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.extraction import Extraction, Verdict
from core.form_spec import FormSpec
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.page_reader import PageReading

IDENTIFYING_KINDS = frozenset(
    {"registration_number", "identity_number", "date", "latin_name", "arabic_name", "rib", "phone", "email"}
)
"""Kinds of answers that are a person's own."""

SEVERAL = 2
"""Clear differences that make two people: one alone may be a correction of the same person."""


@dataclass(slots=True)
class Pile:
    """The pages of one person, each page number once or more."""

    pages: list[PageReading] = field(default_factory=list)

    def of_page(self, number: int) -> list[PageReading]:
        """The images of that page number, in the order they came."""
        return [one for one in self.pages if _number(one) == number]


def people_apart(pages: Sequence[PageReading], spec: FormSpec) -> list[list[PageReading]]:
    """Deal pages without a reference out to the people they seem to concern, the first person first.

    A second image of a page goes to the person it does not contradict; a page that says nothing
    of its person follows the order in which it came.
    """
    piles: list[Pile] = []
    for reading in sorted(pages, key=lambda one: one.index):
        _pile_for(reading, piles, spec).pages.append(reading)
    return [pile.pages for pile in piles]


def placed_by_order_doubted(pages: Sequence[PageReading], spec: FormSpec) -> list[PageReading]:
    """One person's pages among several people's: only a page that names its person is sure."""
    naming = [one for one in pages if _identifying(one, spec)]
    anchor = min((_number(one) for one in naming), default=0)
    return [one if _number(one) == anchor else _doubted(one) for one in pages]


def _number(reading: PageReading) -> int:
    return reading.identity.page if reading.identity else 0


def _doubted(reading: PageReading) -> PageReading:
    doubted = tuple(
        replace(
            one,
            verdict=Verdict.REVIEW,
            confidence=min(one.confidence, 0.5),
            reason=Doubt.OWNER_UNCERTAIN.value,
        )
        if one.verdict is Verdict.ACCEPT
        else one
        for one in reading.extractions
    )
    return replace(reading, extractions=doubted)


def _pile_for(reading: PageReading, piles: list[Pile], spec: FormSpec) -> Pile:
    number = _number(reading)
    agreeing = [pile for pile in piles if pile.of_page(number) and _is_same(reading, pile, number, spec)]
    if agreeing:
        return agreeing[0]
    lacking = [pile for pile in piles if not pile.of_page(number)]
    if lacking:
        return lacking[0]
    open_to_it = [pile for pile in piles if not _contradicts(reading, pile, number, spec)]
    if open_to_it:
        return open_to_it[0]
    piles.append(Pile())
    return piles[-1]


def _is_same(reading: PageReading, pile: Pile, number: int, spec: FormSpec) -> bool:
    counts = [_compared(reading, other, spec) for other in pile.of_page(number)]
    return any(same > 0 for same, _ in counts) and all(different < SEVERAL for _, different in counts)


def _contradicts(reading: PageReading, pile: Pile, number: int, spec: FormSpec) -> bool:
    return any(_compared(reading, other, spec)[1] >= SEVERAL for other in pile.of_page(number))


def _compared(one: PageReading, other: PageReading, spec: FormSpec) -> tuple[int, int]:
    """How many clearly read identifying answers are the same on both, and how many differ."""
    mine, theirs = _identifying(one, spec), _identifying(other, spec)
    common = mine.keys() & theirs.keys()
    same = sum(mine[name] == theirs[name] for name in common)
    return same, len(common) - same


def _identifying(reading: PageReading, spec: FormSpec) -> dict[str, str]:
    return {
        one.field_id: str(one.value).casefold()
        for one in reading.extractions
        if _is_clear(one) and spec.field(one.field_id).kind in IDENTIFYING_KINDS
    }


def _is_clear(one: Extraction) -> bool:
    return one.verdict is Verdict.ACCEPT and one.value not in (None, "", False)

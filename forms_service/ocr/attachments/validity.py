"""Until when a document may be used: its own date of expiry, or so many months from its issue."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from core.document_types import DocumentClass
from forms_service.ocr.attachments.facts import ReadFact

EXPIRES, ISSUED, SCHOOL_YEAR = "expires", "issued", "school_year"

NEW_YEAR_BEGUN = (10, 1)
"""From this day (month, day) on everybody can have a certificate of the school year that began."""


def valid_until(look: DocumentClass, facts: Mapping[str, ReadFact]) -> date | None:
    """Give the last day a document holds; None when nothing limits it or its dates were not read."""
    expires = _day(facts.get(EXPIRES))
    if expires is not None:
        return expires
    issued = _day(facts.get(ISSUED))
    if issued is None or look.validity_months is None:
        return None
    return _months_later(issued, look.validity_months)


def past_school_year(facts: Mapping[str, ReadFact], on: date) -> str | None:
    """The school year of a certificate («2025/2026») if another has begun since; None where it is this one's."""
    fact = facts.get(SCHOOL_YEAR)
    if fact is None:
        return None
    ends = int(str(fact.value).rpartition("/")[2])
    return str(fact.value) if on >= date(ends, *NEW_YEAR_BEGUN) else None


def _day(fact: ReadFact | None) -> date | None:
    return date.fromisoformat(str(fact.value)) if fact else None


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

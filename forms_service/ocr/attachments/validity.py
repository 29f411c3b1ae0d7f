"""Until when a document may be used: its own date of expiry, or so many months from its issue."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from core.document_types import DocumentClass
from forms_service.ocr.attachments.facts import ReadFact

EXPIRES, ISSUED = "expires", "issued"


def valid_until(look: DocumentClass, facts: Mapping[str, ReadFact]) -> date | None:
    """Give the last day a document holds; None when nothing limits it or its dates were not read."""
    expires = _day(facts.get(EXPIRES))
    if expires is not None:
        return expires
    issued = _day(facts.get(ISSUED))
    if issued is None or look.validity_months is None:
        return None
    return _months_later(issued, look.validity_months)


def _day(fact: ReadFact | None) -> date | None:
    return date.fromisoformat(str(fact.value)) if fact else None


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

"""What a procedure does with what people entrust to it: what for, by what right, who sees it, for how long."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from core.calendar_rules import add_months
from core.localized_text import LocalizedText


class Ending(StrEnum):
    """What happens to a request once nobody needs it any more.

    ``ANONYMISE`` takes away whatever tells of a person and leaves what the figures count; ``ERASE``
    leaves nothing but that there was a request, for those that were never deposited.
    """

    ANONYMISE = "anonymise"
    ERASE = "erase"


class KeptFrom(StrEnum):
    """The event from which the time counts."""

    LAST_CHANGE = "last_change"
    DEPOSIT = "deposit"
    DECISION = "decision"


OUTCOMES = ("draft", "accepted", "refused", "closed")
"""The stages a request can rest in: all others wait for somebody, and what is waited for is kept."""

ASKED_BY = ("letter", "counter", "representative", "authority")
"""Who asked on paper for a copy, and how.  The record holds such a code and never free text: nothing can be
taken out of it again, and the letter itself, with whoever is named in it, is kept where the fund keeps letters."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a request is kept that ended so.

    Attributes:
        after: One of ``OUTCOMES``.
    """

    after: str
    counts_from: KeptFrom
    then: Ending
    years: int = 0
    months: int = 0
    days: int = 0

    def ends_on(self, event: date) -> date:
        """The first day on which it is no longer kept, of a request whose event was that day."""
        return add_months(event, 12 * self.years + self.months) + timedelta(days=self.days)

    def latest_event(self, today: date) -> date:
        """The latest day of its event with which a request is no longer kept ``today``."""
        shorter = timedelta(days=3)  # months differ in length: several last days may end on the same day
        found = add_months(today - timedelta(days=self.days), -(12 * self.years + self.months)) + shorter
        while self.ends_on(found) > today:
            found -= timedelta(days=1)
        return found

    def as_dict(self) -> dict[str, object]:
        """The rule as it is kept with each erasure."""
        return {
            "after": self.after,
            "counts_from": self.counts_from.value,
            "years": self.years,
            "months": self.months,
            "days": self.days,
            "then": self.then.value,
        }


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a form says of the data it asks for.

    Attributes:
        terms: Name of the shared terms it rests on, if it does.
        purpose: What the data are used for.
        legal_basis: By what right.
        recipients: Who else sees them.
        retention: How long they are kept, one for each of ``OUTCOMES``.
    """

    purpose: LocalizedText
    legal_basis: LocalizedText
    recipients: tuple[LocalizedText, ...]
    retention: tuple[Retention, ...]
    terms: str | None = None
    source: str | None = None
    proposed: str | None = None

    def retention_after(self, outcome: str) -> Retention | None:
        """How long a request that ended so is kept; None while it waits for somebody."""
        return next((one for one in self.retention if one.after == outcome), None)

    def rules_digest(self) -> str:
        """Names the rules of keeping, so that the record of an erasure says by which it was done."""
        rules = [one.as_dict() for one in self.retention]
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PrivacyTerms:
    """The terms that forms share, by name."""

    by_id: Mapping[str, Privacy] = field(default_factory=dict)

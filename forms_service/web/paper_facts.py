"""What was read on a paper, fact by fact, as a reviewer compares it with the picture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms_service.services.presenting import SURE_FACT
from forms_service.services.views import AttachmentView
from forms_service.web.presentation import fact_label

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class PaperFact:
    """One fact read on a paper; ``unsure`` when it must be compared with the picture."""

    label: str
    said: str
    confidence: float | None
    unsure: bool


def facts_on(paper: AttachmentView) -> list[PaperFact]:
    """What was read on a paper, with how sure each is."""
    found = []
    for name, given in paper.facts.items():
        value = given["value"] if isinstance(given, Mapping) and "value" in given else given
        day = _ISO_DAY.fullmatch(str(value))
        said = f"\u2066{'/'.join(reversed(day.groups()))}\u2069" if day else str(value)
        sure = paper.fact_confidences.get(name)
        label = fact_label(paper.type, name, paper.facts)
        found.append(PaperFact(label, said, sure, sure is not None and sure < SURE_FACT))
    return found

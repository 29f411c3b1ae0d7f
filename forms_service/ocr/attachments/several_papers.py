"""Tells several documents of one file apart, so that none of them is silently left out.

Pages of one look are one document, unless two of them surely name different people or accounts; a page
that looks like nothing belongs to the document before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from forms_service.ocr.attachments.facts import ReadFact
from forms_service.ocr.attachments.page_reading import ReadPage
from forms_service.ocr.attachments.recognition import UNKNOWN, Recognition

WHOSE = ("number", "registration", "birth", "rib", "act")
"""Facts that no document states twice in different ways."""

SURE = 0.85
"""Below this confidence a difference tells no documents apart: it may be a misreading."""

FactsOf = Callable[[str, Sequence[ReadPage]], dict[str, ReadFact]]


@dataclass(slots=True)
class Paper:
    """One document of a file, with what its pages say."""

    class_id: str
    confidence: float
    pages: list[ReadPage]
    facts: Mapping[str, ReadFact] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The pages of the file (from 1) it stands on."""
        return tuple(sorted({page.number for page in self.pages}))


def papers_in(
    pages: Sequence[ReadPage], seen: Sequence[Recognition], main: str, facts_of: FactsOf
) -> list[Paper]:
    """The documents of a file with their facts, the asked or surest one first.

    Args:
        seen: What each page was recognised as.
        main: The class of the document the file is about; pages before any other belong to it.
    """
    papers: list[Paper] = []
    for page, one in zip(pages, seen, strict=True):
        _put(papers, page, one, main)
    apart = [part for paper in papers for part in _by_person(paper, facts_of)]
    # Of two alike the first in the file stays in front: sorting keeps their order.
    apart.sort(key=lambda paper: paper.class_id != main)
    return apart


def _put(papers: list[Paper], page: ReadPage, one: Recognition, main: str) -> None:
    class_id = one.class_id if one.is_known else papers[-1].class_id if papers else main
    held = next((paper for paper in papers if paper.class_id == class_id), None)
    if held is None:
        papers.append(Paper(class_id, one.confidence, [page]))
        return
    held.pages.append(page)
    held.confidence = max(held.confidence, one.confidence)


def _by_person(paper: Paper, facts_of: FactsOf) -> list[Paper]:
    """The document, or several of one look where their pages surely name different people."""
    if paper.class_id == UNKNOWN:
        return [paper]
    if len(paper.pages) == 1:
        paper.facts = facts_of(paper.class_id, paper.pages)
        return [paper]
    parts: list[tuple[list[ReadPage], dict[str, object]]] = []
    for page in paper.pages:
        whose = _whose(facts_of(paper.class_id, [page]))
        same = next((part for part in reversed(parts) if not _differ(part[1], whose)), None)
        if same is None:
            parts.append(([page], dict(whose)))
        else:
            same[0].append(page)
            same[1].update(whose)
    return [
        Paper(paper.class_id, paper.confidence, pages, facts_of(paper.class_id, pages)) for pages, _ in parts
    ]


def _whose(facts: Mapping[str, ReadFact]) -> dict[str, object]:
    return {name: facts[name].value for name in WHOSE if name in facts and facts[name].confidence >= SURE}


def _differ(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether nothing that both pages say is alike: one fact alone may be misread, the sides of a card agree."""
    said = one.keys() & other.keys()
    return bool(said) and all(one[name] != other[name] for name in said)

"""Tells several documents of one file apart, so that none of them is silently left out.

Pages of one look are one document, unless two of them surely name different people, accounts or acts; a
page that looks like nothing belongs to the document before it.  Where several pages of one look say too
little to tell whether they are one document, they stay together, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms_service.ocr.attachments.facts import DISAGREED, ReadFact
from forms_service.ocr.attachments.page_reading import ReadPage
from forms_service.ocr.attachments.recognition import UNKNOWN, Recognition
from forms_service.ocr.name_variants import Spelled, is_another_person

WHOSE = ("number", "registration", "birth", "rib", "act")
"""Facts that no document states twice in different ways."""

OF_ONE_ALONE = ("number", "registration", "rib")
"""Of these two people have never the same."""

ACT = "act"
"""Twins are born on one day: the number of the act alone tells their extracts apart."""

NAMED = ("child", "husband", "wife", "name", "first", "last")
"""Those a document may be about, in Latin letters or (``.ar``) in Arabic ones."""

SUBJECTS = (("child",), ("husband", "wife"), ("name",), ("first",))
"""Who a document is about, by the names it tells: it is of a child rather than of who takes it in."""

SIDES = {"identity_card": 2, "residence_title": 2, "cnss_card": 2}
"""Pages of one document that look alike by nature; of any other only the first one bears its title."""

SURE = 0.85
"""Below this confidence a difference tells no documents apart: it may be a misreading."""

FactsOf = Callable[[str, Sequence[ReadPage]], dict[str, ReadFact]]


@dataclass(slots=True)
class Paper:
    """One document of a file, with what its pages say.

    Attributes:
        recognised: For each page whether it looks like this document by itself.
        doubtful: Pages of the file that may be the first ones of different documents.
    """

    class_id: str
    confidence: float
    pages: list[ReadPage]
    recognised: list[bool]
    facts: Mapping[str, ReadFact] = field(default_factory=dict)
    doubtful: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The pages of the file (from 1) it stands on."""
        return tuple(sorted({page.number for page in self.pages}))


@dataclass(slots=True)
class _Part:
    """Pages that nothing tells apart so far, and what they surely say."""

    pages: list[ReadPage] = field(default_factory=list)
    recognised: list[bool] = field(default_factory=list)
    said: dict[str, object] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)

    def take(self, page: ReadPage, is_recognised: bool, said: Mapping[str, object], sides: int) -> None:
        """Add a page, and note where nothing but its look says that it belongs here."""
        looking = [one.number for one, known in zip(self.pages, self.recognised, strict=True) if known]
        if is_recognised and len(looking) >= sides and not _agree(self.said, said):
            self.doubtful.update((*looking, page.number))
        self.pages.append(page)
        self.recognised.append(is_recognised)
        self.said.update(said)


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
        papers.append(Paper(class_id, one.confidence, [page], [one.is_known]))
        return
    held.pages.append(page)
    held.recognised.append(one.is_known)
    held.confidence = max(held.confidence, one.confidence)


def _by_person(paper: Paper, facts_of: FactsOf) -> list[Paper]:
    """The document, or several of one look where their pages surely name different people."""
    if paper.class_id == UNKNOWN:
        return [paper]
    if len(paper.pages) == 1:
        paper.facts = facts_of(paper.class_id, paper.pages)
        return [paper]
    parts: list[_Part] = []
    for page, recognised in zip(paper.pages, paper.recognised, strict=True):
        said = _whose(facts_of(paper.class_id, [page]), named=recognised)
        same = next((part for part in reversed(parts) if not _differ(part.said, said)), None)
        if same is None:
            parts.append(same := _Part())
        same.take(page, recognised, said, SIDES.get(paper.class_id, 1))
    return [_paper_of(part, paper, facts_of) for part in parts]


def _paper_of(part: _Part, paper: Paper, facts_of: FactsOf) -> Paper:
    facts = facts_of(paper.class_id, part.pages)
    if part.doubtful:  # one page's child may stand beside another's parents
        facts = {
            name: replace(fact, confidence=min(fact.confidence, DISAGREED)) for name, fact in facts.items()
        }
    doubtful = tuple(sorted(part.doubtful))
    return Paper(paper.class_id, paper.confidence, part.pages, part.recognised, facts, doubtful)


def _whose(facts: Mapping[str, ReadFact], *, named: bool) -> dict[str, object]:
    """What a page surely says of whose it is; a page that looks like nothing names other people too."""
    sure = {name: fact.value for name, fact in facts.items() if fact.confidence >= SURE}
    said: dict[str, object] = {name: sure[name] for name in WHOSE if name in sure}
    for name in NAMED if named else ():
        spelled = Spelled(str(sure.get(name, "")), str(sure.get(f"{name}.ar", "")))
        if spelled:
            said[name] = spelled
    return said


def _differ(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two pages are of different documents: other people are named, or no other fact is alike.

    One number or day alone may be misread, and the sides of a card agree in another.
    """
    both = one.keys() & other.keys()
    if any(one[name] == other[name] for name in OF_ONE_ALONE if name in both):
        return False
    if any(_are_two(one[name], other[name]) for name in NAMED if name in both):
        return True
    said = [name for name in WHOSE if name in both]
    if ACT in said and one[ACT] != other[ACT]:
        return True
    return bool(said) and all(one[name] != other[name] for name in said)


def _agree(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two pages surely speak of the same: an account or a number, or all they are about."""
    if any(name in one and one[name] == other.get(name) for name in (*OF_ONE_ALONE, ACT)):
        return True
    about = next((names for names in SUBJECTS if any(name in one or name in other for name in names)), ())
    return bool(about) and all(
        name in one and name in other and not _are_two(one[name], other[name]) for name in about
    )


def _are_two(one: object, other: object) -> bool:
    """Whether two names are surely of two people, whichever of them was read in full."""
    if not isinstance(one, Spelled) or not isinstance(other, Spelled):
        return False
    return is_another_person(one, *_parts(other)) and is_another_person(other, *_parts(one))


def _parts(name: Spelled) -> tuple[Spelled, Spelled]:
    """A name's last word and what stands before it: children of one house share one of the two."""
    first, last = zip(*(_before_the_last(one) for one in (name.latin, name.arabic)), strict=True)
    return Spelled(*first), Spelled(*last)


def _before_the_last(name: str) -> tuple[str, str]:
    before, _, last = name.rpartition(" ")
    return (before, last) if before else (last, "")

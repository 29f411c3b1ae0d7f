"""Reads one attached file: what it is, what it says, until when it holds, what may be wrong with it.

Nothing of the page's text is kept: only the facts its class declares.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from core.document_types import DocumentClass, DocumentTypes
from core.field_kinds import Answer
from core.localized_text import LocalizedText
from forms_service.ocr.attachments.card_zone import card_zone
from forms_service.ocr.attachments.facts import ReadFact, read_facts
from forms_service.ocr.attachments.page_reading import AtPage, ReadPage, read_pages, reading_page, unguarded
from forms_service.ocr.attachments.recognition import UNKNOWN, Recognition, recognise
from forms_service.ocr.attachments.several_papers import Paper, papers_in
from forms_service.ocr.attachments.straighten import straighten, without_rules
from forms_service.ocr.attachments.validity import past_school_year, valid_until
from forms_service.ocr.attachments.warnings import AttachmentWarning, warn
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_text import read_page_text_here
from forms_service.ocr.picture_quality import Flaw, judge_picture

MOST_CPU_SECONDS, MOST_SECONDS = 60.0, 120.0
"""No further page is begun after so long; as much again is left to recognise them and to read their facts."""

SURE_MARGIN = 0.45
"""Below this margin a glance does not contradict what the sender says a page is."""

SURE_CLASS = 0.8
"""A card's zone, which leaves no margin to compare, tells surely what the card is from this confidence."""

BLANK = "blank"
"""What a file shows that bears no writing at all."""

HINTED_STRENGTH = 0.5
"""How far a page's own hints must go before the sender's word settles a tie."""

SURE_DAY = 0.7
"""Nobody is told that a paper is out of date because of a day read with less confidence."""

CARD_CLASS, FOREIGNERS_CARD_CLASS = "identity_card", "residence_title"


@dataclass(frozen=True, slots=True)
class AttachmentReading:
    """What a machine made of an attachment; a person may always overrule it.

    Attributes:
        type: The type it was handed in as when it looks like one, else the class recognised, else
            ``unknown``.
        class_id: The class recognised, or ``unknown``.
        confidence: How sure the class is, 0.0 to 1.0.
        valid_until: Last day the document may be used, when its class has a limit.
        pages: The pages of the file (from 1) it stands on.
        others: Further documents of the same file, each read for itself.
        seen_as: The class it clearly is where that is another than it was handed in as, or ``blank``.
    """

    type: str
    class_id: str
    confidence: float
    facts: Mapping[str, Answer] = field(default_factory=dict)
    fact_confidences: Mapping[str, float] = field(default_factory=dict)
    valid_until: date | None = None
    warnings: tuple[AttachmentWarning, ...] = ()
    pages: tuple[int, ...] = ()
    others: tuple[AttachmentReading, ...] = ()
    seen_as: str | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract, with the class and the confidence of each fact added."""
        return {
            "type": self.type,
            "class": self.class_id,
            "confidence": round(self.confidence, 3),
            "facts": dict(self.facts),
            "fact_confidences": dict(self.fact_confidences),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "warnings": [warning.as_dict() for warning in self.warnings],
            "pages": list(self.pages),
            "others": [other.as_dict() for other in self.others],
        }


def read_attachment(
    pages: Sequence[PageImage],
    types: DocumentTypes,
    as_type: str | None = None,
    on: date | None = None,
    at_page: AtPage = unguarded,
) -> AttachmentReading:
    """Recognise an attachment and read its facts; further documents of the file are read for themselves.

    Args:
        pages: The pages of one file, in order.
        types: Everything the fund knows of documents.
        as_type: The type (or class) the sender says it is.
        on: Day validity is judged on; today in Morocco when not given.
        at_page: Told which page is at work.
    """
    day = on or datetime.now(ZoneInfo("Africa/Casablanca")).date()
    judged = {page.page: judge_picture(page.pixels) for page in pages}
    warnings = [
        warn(flaw, page, of_several=len(pages) > 1) for page, one in judged.items() for flaw in one.flaws
    ]
    readable = [page for page in pages if not judged[page.page].is_hopeless]
    read, unread = read_pages(readable, at_page, _in_time())
    seen = []
    for page in read:
        with reading_page(page.number, at_page):
            seen.append(_recognise_page(page.writing, types.classes, day))
    expected = _expected_classes(types, as_type)
    best = _with_hint(_asked_or_surest(seen, expected), seen, expected)
    look = types.classes.get(best.class_id) or _only_expected(types, expected, best)

    def facts_of(class_id: str, on_pages: Sequence[ReadPage]) -> dict[str, ReadFact]:
        return read_facts(on_pages, types.classes[class_id], day, at_page)

    papers = papers_in(read, seen, look.id if look else UNKNOWN, facts_of)
    is_other = len(seen) == len(pages) and _is_clearly_other(expected, best, seen)
    told = (
        [_other_kind(types, as_type, best)]
        if is_other
        else _type_warnings(types, as_type, expected, best, seen)
    )
    warnings += [*unread, *told, *_several(types, papers)]
    is_blank = bool(judged) and all(Flaw.BLANK in one.flaws for one in judged.values())
    others = [_described(types, paper, types.classes[paper.class_id], day) for paper in papers[1:]]
    main = _described(types, papers[0], look, day) if papers else AttachmentReading(UNKNOWN, UNKNOWN, 0.0)
    is_expected = as_type is not None and best.class_id in expected
    return replace(
        main,
        type=as_type if is_expected and as_type else _own_name(types, best.class_id),
        class_id=best.class_id,
        confidence=best.confidence,
        warnings=(*warnings, *main.warnings),
        others=tuple(others),
        seen_as=best.class_id if is_other else BLANK if is_blank else None,
    )


def _in_time() -> Callable[[], bool]:
    """Whether there is time for a page more, counted from now."""
    cpu, wall = time.process_time() + MOST_CPU_SECONDS, time.monotonic() + MOST_SECONDS
    return lambda: time.process_time() < cpu and time.monotonic() < wall


def _described(
    types: DocumentTypes, paper: Paper, look: DocumentClass | None, day: date
) -> AttachmentReading:
    """One document of a file with its facts, and what they say of its validity."""
    until = valid_until(look, paper.facts) if look else None
    return AttachmentReading(
        type=_own_name(types, paper.class_id),
        class_id=paper.class_id,
        confidence=paper.confidence,
        facts={name: fact.value for name, fact in paper.facts.items()},
        fact_confidences={name: fact.confidence for name, fact in paper.facts.items()},
        valid_until=until,
        warnings=(*_perhaps_several(types, paper), *_fact_warnings(look, paper.facts, until, day)),
        pages=paper.numbers,
    )


def look_at_type(pixels: np.ndarray, types: DocumentTypes, as_type: str) -> AttachmentWarning | None:
    """Tell at a glance that a page is surely another document than it is handed in as.

    One quick reading; whatever it leaves open is left to ``read_attachment``.
    """
    page = without_rules(straighten(pixels))
    writing = PageWriting(page, read_latin=read_page_text_here)
    seen = recognise(writing.lines(), writing.lines(arabic=True), types.classes)
    expected = _expected_classes(types, as_type)
    if not seen.is_known or seen.margin < SURE_MARGIN or not expected or seen.class_id in expected:
        return None
    return warn("type_mismatch", seen=types.label_of(seen.class_id), expected=types.label_of(as_type))


def _recognise_page(page: PageWriting, classes: Mapping[str, DocumentClass], on: date) -> Recognition:
    seen = recognise(page.lines(), page.lines(arabic=True), classes)
    return seen if seen.is_known else _by_card_zone(page, seen, classes, on) or seen


def _by_card_zone(
    page: PageWriting, seen: Recognition, classes: Mapping[str, DocumentClass], on: date
) -> Recognition | None:
    """The back of a card bears hardly a word, but its zone says what it is."""
    zone = card_zone(page, on)
    if zone is None or zone.issuer != "MAR":
        return None
    class_id = CARD_CLASS if zone.nationality == "MAR" else FOREIGNERS_CARD_CLASS
    if seen.strengths.get(FOREIGNERS_CARD_CLASS, 0.0) > seen.strengths.get(CARD_CLASS, 0.0):
        class_id = FOREIGNERS_CARD_CLASS
    return Recognition(class_id, 0.8 if zone.is_certain else 0.6) if class_id in classes else None


def _expected_classes(types: DocumentTypes, as_type: str | None) -> tuple[str, ...]:
    if as_type is None:
        return ()
    if as_type in types.types:
        return types.types[as_type].reads_as
    return (as_type,) if as_type in types.classes else ()


def _asked_or_surest(seen: Sequence[Recognition], expected: Sequence[str]) -> Recognition:
    """Of several documents in one file the one that was asked for, else the one recognised best."""
    return max(
        seen,
        key=lambda one: (one.class_id in expected, one.is_known, one.confidence),
        default=Recognition(UNKNOWN, 0.0),
    )


def _with_hint(best: Recognition, seen: Sequence[Recognition], expected: Sequence[str]) -> Recognition:
    """When classes tie, what the sender says decides, if the page's hints prove it well enough."""
    if best.is_known:
        return best
    for one in seen:
        most = max(one.strengths.values(), default=0.0)
        for class_id in expected:
            strength = one.strengths.get(class_id, 0.0)
            if strength >= HINTED_STRENGTH and strength >= 0.9 * most:
                return Recognition(class_id, round(0.8 * strength, 3), 0.0, one.strengths)
    return best


def _only_expected(types: DocumentTypes, expected: Sequence[str], best: Recognition) -> DocumentClass | None:
    """An unrecognised page handed in as something of one look is still searched for its facts."""
    if best.is_known or len(expected) != 1:
        return None
    return types.classes.get(expected[0])


def _own_name(types: DocumentTypes, class_id: str) -> str:
    """The one type a class serves, else the class itself."""
    served = types.types_of_class(class_id)
    return served[0].id if len(served) == 1 else class_id


def _type_warnings(
    types: DocumentTypes,
    as_type: str | None,
    expected: Sequence[str],
    best: Recognition,
    seen: Sequence[Recognition],
) -> list[AttachmentWarning]:
    if not best.is_known:
        return [warn("unrecognised")] if seen else []
    found: list[AttachmentWarning] = []
    if expected and as_type is not None and best.class_id not in expected:
        seen_label, asked_label = types.label_of(best.class_id), types.label_of(as_type)
        found.append(warn("type_mismatch", seen=seen_label, expected=asked_label))
    return found


def _is_clearly_other(expected: Sequence[str], best: Recognition, seen: Sequence[Recognition]) -> bool:
    """Whether every page is known and none is what was asked for, beyond doubt."""
    if (
        not expected
        or not best.is_known
        or not all(one.is_known and one.class_id not in expected for one in seen)
    ):
        return False
    return best.margin >= SURE_MARGIN or best.confidence >= SURE_CLASS


def _other_kind(types: DocumentTypes, as_type: str | None, best: Recognition) -> AttachmentWarning:
    return warn("other_kind", seen=types.label_of(best.class_id), expected=types.label_of(str(as_type)))


def _several(types: DocumentTypes, papers: Sequence[Paper]) -> list[AttachmentWarning]:
    """That a file holds several documents: each with its page, for two may be of one kind."""
    known = sorted((paper for paper in papers if paper.class_id != UNKNOWN), key=lambda one: one.numbers)
    if len(known) < 2:
        return []
    ar, fr = [], []
    for paper in known:
        label, numbers = types.label_of(paper.class_id), ", ".join(map(str, paper.numbers))
        several = len(paper.numbers) > 1
        ar.append(f"{label.ar} ({'الصفحات' if several else 'الصفحة'} {numbers})")
        fr.append(f"{label.fr} ({'pages' if several else 'page'} {numbers})")
    return [warn("several_documents", seen=LocalizedText("، ".join(ar), ", ".join(fr)))]


def _perhaps_several(types: DocumentTypes, paper: Paper) -> list[AttachmentWarning]:
    """That nobody can tell whether pages of one look are one document: a person looks."""
    if not paper.doubtful:
        return []
    numbers = LocalizedText("، ".join(map(str, paper.doubtful)), ", ".join(map(str, paper.doubtful)))
    return [warn("perhaps_several", pages=numbers, seen=types.label_of(paper.class_id))]


def _fact_warnings(
    look: DocumentClass | None, facts: Mapping[str, ReadFact], until: date | None, on: date
) -> list[AttachmentWarning]:
    found = []
    sure = {name: fact for name, fact in facts.items() if fact.confidence >= SURE_DAY}
    year = past_school_year(sure, on)
    if year is not None:
        found.append(warn("past_school_year", year=year))
    elif look and until is not None and valid_until(look, sure) == until and until < on:
        found.append(warn("expired", until=f"{until:%d/%m/%Y}"))
    if look and "rib" not in facts and any(fact.id == "rib" for fact in look.facts):
        found.append(warn("invalid_rib"))
    return found

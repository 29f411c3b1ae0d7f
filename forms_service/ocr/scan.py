"""Reads a pile of page images, in any order and rotation, into the answers of one form.

Pages go through one at a time and are let go, so a long scan needs no more memory than a short
one.  Pages of another form, version, variant, reference or person are read too, but kept apart;
whatever a second image of a page says differently is kept beside the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from core.extraction import Extraction, Verdict
from core.localized_text import LocalizedText
from core.placement import PAGE_HEIGHT_MM, PageIdentity
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine, text_engine
from forms_service.ocr.feature_matching import FeatureLookup
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_location import FormLookup
from forms_service.ocr.page_messages import WITHOUT_REFERENCE, PageCode, page_sentence, places_named
from forms_service.ocr.page_reader import NOT_SHOWN, PageReading, read_page
from forms_service.ocr.people import people_apart, placed_by_order_doubted
from forms_service.ocr.print_matching import Paper
from forms_service.ocr.printed_words import PrintLookup

__all__ = ["FormLookup", "FormSet", "PageReading", "ScanProblem", "ScanReading", "read_scan"]


@dataclass(frozen=True, slots=True)
class FormSet:
    """The pages and answers of one form of one person, as far as their codes tell.

    Attributes:
        missing: Pages of the form that were not among the images.
        variant: Which setting of the form the pages are: a set is one paper, never two mixed.
        set_aside: What further images of the same pages say differently.
        person: Its number among the people whose pages carry the same code, from 1.
    """

    form_id: str
    version: int
    reference: str
    pages: tuple[int, ...]
    missing: tuple[int, ...]
    fields: dict[str, Extraction]
    set_aside: tuple[Extraction, ...] = ()
    person: int = 1
    variant: str = ""

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of a set that is not the main one."""
        return {
            "form": self.form_id,
            "version": self.version,
            "variant": self.variant,
            "reference": self.reference or None,
            "person": self.person,
            "fields": {name: one.as_dict() for name, one in self.fields.items()},
            "set_aside": _listed(self.set_aside),
        }


def _listed(extractions: Iterable[Extraction]) -> list[dict[str, object]]:
    return [{"field": one.field_id, **one.as_dict()} for one in extractions]


@dataclass(frozen=True, slots=True)
class ScanProblem:
    """Something a person should know about the pile; ``pages`` are indexes of page images."""

    code: PageCode
    message: LocalizedText
    pages: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {"code": self.code.value, "message": self.message.as_dict(), "pages": list(self.pages)}


@dataclass(frozen=True, slots=True)
class ScanReading:
    """Everything read from a pile of page images.

    Attributes:
        sets: One per form, version, variant and reference; the first is the one with most pages.
        apart: Pages with the code of one of those sets that seem to concern another person.
    """

    pages: list[PageReading]
    sets: list[FormSet] = field(default_factory=list)
    problems: list[ScanProblem] = field(default_factory=list)
    apart: list[FormSet] = field(default_factory=list)

    @property
    def others(self) -> list[FormSet]:
        """Every set but the main one: other forms, versions, variants, references and people."""
        return self.sets[1:] + self.apart

    @property
    def fields(self) -> dict[str, Extraction]:
        """The answers of the main form; those of other forms or people stay in their own sets."""
        return self.sets[0].fields if self.sets else {}

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of ``scan read``."""
        return {
            "pages": [page.as_dict() for page in self.pages],
            "fields": {name: one.as_dict() for name, one in self.fields.items()},
            "problems": [problem.as_dict() for problem in self.problems],
            "set_aside": _listed(self.sets[0].set_aside if self.sets else ()),
            "others": [other.as_dict() for other in self.others],
        }


def read_scan(
    pages: Iterable[PageImage],
    forms: FormLookup,
    *,
    papers: Sequence[Paper] = (),
    engine: TextEngine | None = None,
    debug_directory: Path | None = None,
    watch: Callable[[PageReading], None] | None = None,
    printed: PrintLookup | None = None,
    features: FeatureLookup | None = None,
) -> ScanReading:
    """Read page images in any order and rotation.

    Args:
        pages: As ``page_images.load_pages`` gives them; an iterator is never held as a whole.
        forms: Knows the spec and the layout of each form, version and variant.
        papers: Those that a page without a readable code may be of; none, and it is not read.
        engine: The recogniser; the default one when None.
        debug_directory: Where to save pictures of what was read where.
        watch: Told each page as soon as it is read.
        printed: Gives the words printed on each page, so that altered ones are told; none, and none are.
        features: Gives the points of each blank's print, so that a page without any mark is known.
    """
    engine = engine or text_engine()
    readings = []
    for index, image in enumerate(pages):
        reading = read_page(image, index, forms, engine, debug_directory, papers, printed, features)
        readings.append(reading)
        if watch:
            watch(reading)
    reading = _assembled(readings, forms)
    reading.problems.extend(_outdated(reading.pages, papers))
    return reading


class _Key(NamedTuple):
    """What the pages of one paper share: only then does one set of places fit them all."""

    form_id: str
    version: int
    variant: str
    reference: str

    @property
    def paper(self) -> tuple[str, int, str]:
        return self[:3]


def _key(identity: PageIdentity) -> _Key:
    return _Key(identity.form_id, identity.version, identity.variant, identity.reference)


def _assembled(readings: list[PageReading], forms: FormLookup) -> ScanReading:
    piles, strangers = _piles(readings, forms)
    ordered = sorted(piles.items(), key=lambda item: -len(_numbers(item[1])))
    final = {reading.index: reading for reading in readings}
    sets: list[FormSet] = []
    apart: list[FormSet] = []
    problems: list[ScanProblem] = []
    for key, pile in ordered:
        for person, pages in enumerate([pile, *strangers.get(key, [])], start=1):
            one_set, duplicates = _form_set(key, pages, forms, person)
            if person == 1:
                one_set = _without_shown_elsewhere(one_set, key, piles, forms)
            (sets if person == 1 else apart).append(one_set)
            for duplicate in duplicates:
                final[duplicate.index] = _recoded(duplicate, PageCode.DUPLICATE)
            problems += _lacks(one_set, pages)
            code = PageCode.OTHER_PERSON if person > 1 else _difference(ordered[0][0], key)
            if code:
                final |= {one.index: _recoded(final[one.index], code) for one in pages}
    pages = [final[index] for index in sorted(final)]
    return ScanReading(pages, sets, problems + _page_problems(pages), apart)


def _piles(
    readings: list[PageReading], forms: FormLookup
) -> tuple[dict[_Key, list[PageReading]], dict[_Key, list[list[PageReading]]]]:
    """The pages by form, version, variant and reference; and those of the same code but another person."""
    piles: dict[_Key, list[PageReading]] = {}
    for reading in readings:
        if reading.registered and reading.identity:
            piles.setdefault(_key(reading.identity), []).append(reading)
    strangers: dict[_Key, list[list[PageReading]]] = {}
    for key in [key for key in piles if not key.reference]:
        form = forms(*key.paper)
        if form:
            people = sorted(people_apart(piles[key], form[0]), key=lambda pages: -len(_numbers(pages)))
            if len(people) > 1:
                people = [placed_by_order_doubted(pages, form[0]) for pages in people]
            piles[key], strangers[key] = people[0], people[1:]
    _join_anonymous({key: pile for key, pile in piles.items() if not strangers.get(key)}, piles)
    return piles, strangers


def _numbers(pages: list[PageReading]) -> set[int]:
    return {one.identity.page for one in pages if one.identity}


def _join_anonymous(single: dict[_Key, list[PageReading]], piles: dict[_Key, list[PageReading]]) -> None:
    """Pages printed without a reference go with the one set of their form that lacks them."""
    for key in [key for key in single if not key.reference]:
        named = [other for other in piles if other.paper == key.paper and other.reference]
        if len(named) == 1 and not _numbers(piles[named[0]]) & _numbers(piles[key]):
            piles[named[0]] += piles.pop(key)


def _form_set(
    key: _Key, pile: list[PageReading], forms: FormLookup, person: int
) -> tuple[FormSet, list[PageReading]]:
    first_of: dict[int, PageReading] = {}
    duplicates = []
    for reading in sorted(pile, key=lambda one: one.index):
        number = reading.identity.page if reading.identity else 0
        if number in first_of:
            duplicates.append(reading)
        else:
            first_of[number] = reading
    fields: dict[str, Extraction] = {}
    for _, reading in sorted(first_of.items()):
        fields.update({one.field_id: one for one in reading.extractions})
    set_aside = [other for duplicate in duplicates for other in _compare(fields, duplicate)]
    form = forms(*key.paper)
    wanted = form[1].pages_with_answers() if form else ()
    missing = tuple(page for page in wanted if page not in first_of)
    one_set = FormSet(
        key.form_id,
        key.version,
        key.reference,
        tuple(sorted(first_of)),
        missing,
        fields,
        tuple(set_aside),
        person,
        key.variant,
    )
    return one_set, duplicates


def _without_shown_elsewhere(
    one_set: FormSet, key: _Key, piles: dict[_Key, list[PageReading]], forms: FormLookup
) -> FormSet:
    """The set, lacking only pages that ask what no other print of the same dossier shows."""
    others = [
        pile for other, pile in piles.items() if other != key and other._replace(variant=key.variant) == key
    ]
    shown = {one.field_id for pile in others for reading in pile for one in reading.extractions}
    form = forms(*key.paper)
    if form is None or not shown:
        return one_set
    missing = tuple(
        page for page in one_set.missing if not {place.field_id for place in form[1].on_page(page)} <= shown
    )
    return replace(one_set, missing=missing)


def _compare(fields: dict[str, Extraction], duplicate: PageReading) -> list[Extraction]:
    """Where two images of one page say different things, a person decides; a blank is filled.

    Returns:
        What was not kept although it says something else.
    """
    set_aside = []
    for other in duplicate.extractions:
        kept = fields.get(other.field_id)
        if kept is None or _is_hidden(other):
            continue
        if _is_hidden(kept):
            fields[other.field_id] = other
            continue
        if other.value == kept.value or other.verdict is Verdict.EMPTY:
            continue
        chosen, dropped = (other, kept) if kept.value is None else (kept, other)
        if dropped.raw or dropped.value not in (None, False):
            set_aside.append(dropped)
        fields[other.field_id] = replace(
            chosen,
            verdict=Verdict.REVIEW,
            confidence=min(chosen.confidence, 0.5),
            reason=Doubt.PAGES_DISAGREE.value,
        )
    return set_aside


def _is_hidden(one: Extraction) -> bool:
    return one.reason in NOT_SHOWN


def _difference(main: _Key, other: _Key) -> PageCode | None:
    if main == other:
        return None
    if main.form_id != other.form_id:
        return PageCode.OTHER_FORM
    if main.version != other.version:
        return PageCode.OTHER_VERSION
    return PageCode.OTHER_REFERENCE if main.reference != other.reference else PageCode.OTHER_VARIANT


def _recoded(reading: PageReading, code: PageCode) -> PageReading:
    who = reading.identity
    if who is None:
        return reading
    sentence = page_sentence(
        code,
        form=who.form_id,
        version=who.version,
        page=who.page,
        pages=who.pages,
        reference=who.reference,
    )
    if code is PageCode.OTHER_REFERENCE and not who.reference:
        sentence = WITHOUT_REFERENCE
    return replace(reading, code=code, message=sentence)


def _lacks(one_set: FormSet, pile: list[PageReading]) -> list[ScanProblem]:
    """What of the form no image shows: whole pages, and parts of pages."""
    total = max(one.identity.pages for one in pile if one.identity)
    everywhere = tuple(one.index for one in pile)
    problems = []
    for page in one_set.missing:
        sentence = page_sentence(PageCode.MISSING_PAGE, form=one_set.form_id, page=page, pages=total)
        problems.append(ScanProblem(PageCode.MISSING_PAGE, sentence, everywhere))
    hidden = {one.page for one in one_set.fields.values() if _is_hidden(one)}
    for reading in pile:
        if reading.index in hidden and reading.identity:
            number = reading.identity.page
            sentence = page_sentence(PageCode.PARTLY_OUTSIDE, form=one_set.form_id, page=number)
            problems.append(ScanProblem(PageCode.PARTLY_OUTSIDE, sentence, (reading.index,)))
    return problems


def _page_problems(pages: list[PageReading]) -> list[ScanProblem]:
    """One problem per page that was not simply read, equal ones together.

    Parts that are not on one picture may be on another: ``_lacks`` tells what is on none.
    """
    where: dict[tuple[PageCode, LocalizedText], list[int]] = {}
    for page in pages:
        if page.code not in (PageCode.READ, PageCode.PARTLY_OUTSIDE):
            where.setdefault((page.code, page.message), []).append(page.index)
        if page.altered and page.identity:
            places = places_named((box.y + box.height / 2) / PAGE_HEIGHT_MM for box in page.altered)
            who = page.identity
            sentence = page_sentence(PageCode.ALTERED_PRINT, form=who.form_id, page=who.page, where=places)
            where.setdefault((PageCode.ALTERED_PRINT, sentence), []).append(page.index)
    return [ScanProblem(code, message, tuple(indexes)) for (code, message), indexes in where.items()]


def _outdated(pages: list[PageReading], papers: Sequence[Paper]) -> list[ScanProblem]:
    """The pages that were printed in a version that a newer one has replaced."""
    newest: dict[str, int] = {}
    for form_id, version, _ in papers:
        newest[form_id] = max(version, newest.get(form_id, 0))
    found = []
    for page in pages:
        who = page.identity
        if who is not None and who.version < newest.get(who.form_id, 0):
            sentence = page_sentence(
                PageCode.OUTDATED_VERSION,
                form=who.form_id,
                page=who.page,
                version=who.version,
                newest=newest[who.form_id],
            )
            found.append(ScanProblem(PageCode.OUTDATED_VERSION, sentence, (page.index,)))
    return found

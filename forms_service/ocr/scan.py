"""Reads a pile of page images, in any order and rotation, into the answers of one form.

Pages go through one at a time and are let go, so a long scan needs no more memory than a short
one.  Pages of another form, version, reference or person are read too, but kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.extraction import Extraction, Verdict
from core.localized_text import LocalizedText
from core.placement import PageIdentity
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine, text_engine
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_messages import PageCode, page_sentence
from forms_service.ocr.page_reader import FormLookup, PageReading, read_page

__all__ = ["FormLookup", "FormSet", "PageReading", "ScanProblem", "ScanReading", "read_scan"]


@dataclass(frozen=True, slots=True)
class FormSet:
    """The pages and answers of one form of one person, as far as their codes tell.

    Attributes:
        missing: Pages of the form that were not among the images.
    """

    form_id: str
    version: int
    reference: str
    pages: tuple[int, ...]
    missing: tuple[int, ...]
    fields: dict[str, Extraction]


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
        sets: One per form, version and reference; the first is the one with most pages.
    """

    pages: list[PageReading]
    sets: list[FormSet] = field(default_factory=list)
    problems: list[ScanProblem] = field(default_factory=list)

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
            "others": [
                {
                    "form": other.form_id,
                    "version": other.version,
                    "reference": other.reference or None,
                    "fields": {name: one.as_dict() for name, one in other.fields.items()},
                }
                for other in self.sets[1:]
            ],
        }


def read_scan(
    pages: Iterable[PageImage],
    forms: FormLookup,
    *,
    engine: TextEngine | None = None,
    debug_directory: Path | None = None,
    watch: Callable[[PageReading], None] | None = None,
) -> ScanReading:
    """Read page images in any order and rotation.

    Args:
        pages: As ``page_images.load_pages`` gives them; an iterator is never held as a whole.
        forms: Knows the spec and the layout of each form version.
        engine: The recogniser; the default one when None.
        debug_directory: Where to save pictures of what was read where.
        watch: Told each page as soon as it is read.
    """
    engine = engine or text_engine()
    readings = []
    for index, image in enumerate(pages):
        reading = read_page(image, index, forms, engine, debug_directory)
        readings.append(reading)
        if watch:
            watch(reading)
    return _assembled(readings, forms)


_Key = tuple[str, int, str]


def _key(identity: PageIdentity) -> _Key:
    return identity.form_id, identity.version, identity.reference


def _assembled(readings: list[PageReading], forms: FormLookup) -> ScanReading:
    piles: dict[_Key, list[PageReading]] = {}
    for reading in readings:
        if reading.registered and reading.identity:
            piles.setdefault(_key(reading.identity), []).append(reading)
    _join_anonymous(piles)
    ordered = sorted(
        piles.items(), key=lambda item: -len({one.identity.page for one in item[1] if one.identity})
    )
    final = {reading.index: reading for reading in readings}
    sets, problems = [], []
    for key, pile in ordered:
        one_set, duplicates = _form_set(key, pile, forms)
        sets.append(one_set)
        for duplicate in duplicates:
            final[duplicate.index] = _recoded(duplicate, PageCode.DUPLICATE)
        problems += [_missing(one_set, page, pile) for page in one_set.missing]
    for key, pile in ordered[1:]:
        code = _difference(ordered[0][0], key)
        for reading in pile:
            final[reading.index] = _recoded(final[reading.index], code)
    pages = [final[index] for index in sorted(final)]
    return ScanReading(pages, sets, problems + _page_problems(pages))


def _join_anonymous(piles: dict[_Key, list[PageReading]]) -> None:
    """Pages printed without a reference go with the one set of their form that lacks them."""
    for key in [key for key in piles if not key[2]]:
        named = [other for other in piles if other[:2] == key[:2] and other[2]]
        if len(named) != 1:
            continue
        present = {one.identity.page for one in piles[named[0]] if one.identity}
        if not present & {one.identity.page for one in piles[key] if one.identity}:
            piles[named[0]] += piles.pop(key)


def _form_set(key: _Key, pile: list[PageReading], forms: FormLookup) -> tuple[FormSet, list[PageReading]]:
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
    for duplicate in duplicates:
        _compare(fields, duplicate)
    form = forms(key[0], key[1])
    wanted = form[1].pages_with_answers() if form else ()
    missing = tuple(page for page in wanted if page not in first_of)
    return FormSet(*key, tuple(sorted(first_of)), missing, fields), duplicates


def _compare(fields: dict[str, Extraction], duplicate: PageReading) -> None:
    """Where two images of one page say different things, a person decides; a blank is filled."""
    for other in duplicate.extractions:
        kept = fields.get(other.field_id)
        if kept is None or other.value == kept.value or other.verdict is Verdict.EMPTY:
            continue
        chosen = other if kept.value is None else kept
        fields[other.field_id] = replace(
            chosen,
            verdict=Verdict.REVIEW,
            confidence=min(chosen.confidence, 0.5),
            reason=Doubt.PAGES_DISAGREE.value,
        )


def _difference(main: _Key, other: _Key) -> PageCode:
    if main[0] != other[0]:
        return PageCode.OTHER_FORM
    return PageCode.OTHER_VERSION if main[1] != other[1] else PageCode.OTHER_REFERENCE


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
        reference=who.reference or "—",
    )
    return replace(reading, code=code, message=sentence)


def _missing(one_set: FormSet, page: int, pile: list[PageReading]) -> ScanProblem:
    total = max(one.identity.pages for one in pile if one.identity)
    sentence = page_sentence(PageCode.MISSING_PAGE, form=one_set.form_id, page=page, pages=total)
    return ScanProblem(PageCode.MISSING_PAGE, sentence, tuple(one.index for one in pile))


def _page_problems(pages: list[PageReading]) -> list[ScanProblem]:
    """One problem per page that was not simply read, equal ones together."""
    where: dict[tuple[PageCode, LocalizedText], list[int]] = {}
    for page in pages:
        if page.code is not PageCode.READ:
            where.setdefault((page.code, page.message), []).append(page.index)
    return [ScanProblem(code, message, tuple(indexes)) for (code, message), indexes in where.items()]
